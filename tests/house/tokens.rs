//! Rust source as tokens, as far as names and paths need them.

/// A piece of source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A word: a name or a keyword.
    Word(String),
    /// A string literal, without its quotes.
    Text(String),
    /// Any other character that is not white space; `::` is two of them.
    Mark(char),
}

impl Token {
    /// Whether it is this word.
    pub fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(own) if own == word)
    }

    /// Whether it is this character.
    pub fn marks(&self, mark: char) -> bool {
        *self == Self::Mark(mark)
    }

    /// The name, if it is one.
    pub fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            _ => None,
        }
    }
}

/// The tokens of a source without its comments.
pub fn scan(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        at = if c.is_whitespace() {
            at + 1
        } else if c == '/' && next == Some('/') {
            end_of_line(&chars, at)
        } else if c == '/' && next == Some('*') {
            end_of_block(&chars, at + 2)
        } else if let Some(hashes) = raw_string(&chars[at..]) {
            let start = at + hashes.opening;
            let end = find(&chars, start, &hashes.closing);
            tokens.push(Token::Text(chars[start..end].iter().collect()));
            end + hashes.closing.len()
        } else if c == '"' {
            let end = end_of_text(&chars, at + 1);
            tokens.push(Token::Text(chars[at + 1..end].iter().collect()));
            end + 1
        } else if c == '\'' {
            end_of_quote(&chars, at)
        } else if c.is_alphanumeric() || c == '_' {
            let end = end_of_word(&chars, at);
            tokens.push(Token::Word(chars[at..end].iter().collect()));
            end
        } else {
            tokens.push(Token::Mark(c));
            at + 1
        };
    }
    tokens
}

fn end_of_line(chars: &[char], at: usize) -> usize {
    find(chars, at, &['\n'])
}

fn end_of_block(chars: &[char], at: usize) -> usize {
    find(chars, at, &['*', '/']) + 2
}

fn end_of_word(chars: &[char], at: usize) -> usize {
    let rest = chars[at..].iter();
    at + rest
        .take_while(|c| c.is_alphanumeric() || **c == '_')
        .count()
}

fn end_of_text(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at.min(chars.len())
}

/// The end of a character literal, or of a lifetime's quote.
fn end_of_quote(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => find(chars, at + 3, &['\'']) + 1,
        (_, Some('\'')) => at + 3,
        _ => at + 1,
    }
}

struct RawString {
    opening: usize,
    closing: Vec<char>,
}

/// The quotes of a raw string that begins here, such as `r#"` and `"#`.
fn raw_string(chars: &[char]) -> Option<RawString> {
    let prefix = usize::from(chars.first() == Some(&'b'));
    if chars.get(prefix) != Some(&'r') {
        return None;
    }
    let hashes = chars[prefix + 1..]
        .iter()
        .take_while(|c| **c == '#')
        .count();
    let opening = prefix + 1 + hashes;
    (chars.get(opening) == Some(&'"')).then(|| RawString {
        opening: opening + 1,
        closing: std::iter::once('"').chain(vec!['#'; hashes]).collect(),
    })
}

fn find(chars: &[char], from: usize, wanted: &[char]) -> usize {
    let found = chars.get(from..).and_then(|rest| {
        rest.windows(wanted.len())
            .position(|window| window == wanted)
    });
    found.map_or(chars.len(), |offset| from + offset)
}

/// The tokens that do not stand under `#[cfg(test)]`.
pub fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_attribute(&tokens[at..]) {
            let end = end_of_group(tokens, at + 1);
            if tells_of_tests(&tokens[at..end]) {
                at = end_of_item(tokens, end);
                continue;
            }
            kept.extend_from_slice(&tokens[at..end]);
            at = end;
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// Whether an outer attribute `#[...]` begins here.
fn is_attribute(tokens: &[Token]) -> bool {
    matches!(tokens, [hash, open, ..] if hash.marks('#') && open.marks('['))
}

fn tells_of_tests(attribute: &[Token]) -> bool {
    let says = |word| attribute.iter().any(|token| token.is(word));
    says("cfg") && says("test") && !says("not")
}

/// The token after the bracket that closes the one at `at`.
pub fn end_of_group(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0_usize;
    for (i, token) in tokens.iter().enumerate().skip(at) {
        match token {
            Token::Mark('(' | '[' | '{') => depth += 1,
            Token::Mark(')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return i + 1;
        }
    }
    tokens.len()
}

/// The token after the item that begins at `at`: after its semicolon or its closing brace.
fn end_of_item(tokens: &[Token], mut at: usize) -> usize {
    while let Some(token) = tokens.get(at) {
        match token {
            Token::Mark(';') => return at + 1,
            Token::Mark('{') => {
                let end = end_of_group(tokens, at);
                let goes_on = tokens.get(end).is_some_and(|token| token.marks(';'));
                return end + usize::from(goes_on);
            }
            Token::Mark('(' | '[') => at = end_of_group(tokens, at),
            _ => at += 1,
        }
    }
    at
}
