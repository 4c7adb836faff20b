//! Where in a text that need not be RON a byte stands: in which field, and how far its value is meant to reach.
//!
//! RON's own reader stops at the first fault and says only where. A message that names the field and offers another
//! value for it needs the whole value as it was meant, with the decimal comma or the missing quotes in it.

use std::ops::Range;

/// The field around a byte.
pub(super) struct Place {
    /// The dotted path of the field; empty outside all fields.
    pub path: String,
    /// Its value as it is meant: up to the next field, the end of the line or the bracket that closes the struct.
    pub value: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Close,
    Comma,
    Colon,
    /// A name or a number.
    Word,
    /// A string or a stray character.
    Other,
}

/// A piece of text that means something, which white space and comments do not.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub range: Range<usize>,
}

/// The tokens of any text; a string without an end reaches to the end of its line.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let (kind, length) = match c {
            c if c.is_whitespace() => (None, c.len_utf8()),
            '/' if rest.starts_with("//") => (None, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => {
                (None, rest.find("*/").map_or(rest.len(), |end| end + 2))
            }
            '(' | '[' | '{' => (Some(Kind::Open), 1),
            ')' | ']' | '}' => (Some(Kind::Close), 1),
            ',' => (Some(Kind::Comma), 1),
            ':' => (Some(Kind::Colon), 1),
            '"' => (Some(Kind::Other), string_length(rest)),
            c if is_word(c) => (
                Some(Kind::Word),
                rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            ),
            c => (Some(Kind::Other), c.len_utf8()),
        };
        if let Some(kind) = kind {
            let range = at..at + length;
            tokens.push(Token { kind, range });
        }
        at += length;
    }
    tokens
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '.')
}

fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return i + 1,
            '\n' => return i,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    text.len()
}

/// The innermost field in which the byte `offset` of the text stands; outside all fields it is the text itself.
pub(super) fn place(text: &str, offset: usize) -> Place {
    let tokens = tokens(text);
    // For every open bracket the name of the last field in it, and the token that its value begins with.
    let mut open = vec![None];
    for (i, token) in tokens
        .iter()
        .enumerate()
        .take_while(|(_, token)| token.range.start < offset)
    {
        match token.kind {
            Kind::Open => open.push(None),
            Kind::Close if open.len() > 1 => drop(open.pop()),
            Kind::Colon => {
                let name = i.checked_sub(1).and_then(|i| tokens.get(i));
                let name = name.filter(|name| name.kind == Kind::Word);
                if let (Some(name), Some(last)) = (name, open.last_mut()) {
                    *last = Some((&text[name.range.clone()], i + 1));
                }
            }
            _ => {}
        }
    }
    let fields: Vec<_> = open.into_iter().flatten().collect();
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    Place {
        path: names.join("."),
        value: match fields.last() {
            None => 0..text.len(),
            Some((_, first)) => value(text, &tokens, *first),
        },
    }
}

/// The value that begins with the token `first`.
fn value(text: &str, tokens: &[Token], first: usize) -> Range<usize> {
    let start = first
        .checked_sub(1)
        .map_or(0, |colon| tokens[colon].range.end);
    let mut end = start;
    let mut depth = 0_usize;
    for (i, token) in tokens.iter().enumerate().skip(first) {
        let new_line = text[end..token.range.start].contains('\n');
        let followed_by = |kind| tokens.get(i + 1).is_none_or(|next| next.kind == kind);
        let ends = match token.kind {
            Kind::Close => depth == 0,
            Kind::Comma => {
                depth == 0
                    && (followed_by(Kind::Close)
                        || is_field(tokens, i + 1)
                        || breaks(text, tokens, i))
            }
            _ => depth == 0 && new_line && i > first,
        };
        if ends {
            break;
        }
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth -= 1,
            _ => {}
        }
        end = token.range.end;
    }
    let leading = text[start..end].len() - text[start..end].trim_start().len();
    start + leading..end
}

/// Whether a field's name and its colon begin here.
fn is_field(tokens: &[Token], i: usize) -> bool {
    let kind = |i| tokens.get(i).map(|token: &Token| token.kind);
    kind(i) == Some(Kind::Word) && kind(i + 1) == Some(Kind::Colon)
}

/// Whether the line ends after the token.
fn breaks(text: &str, tokens: &[Token], i: usize) -> bool {
    let next = tokens
        .get(i + 1)
        .map_or(text.len(), |next| next.range.start);
    text[tokens[i].range.end..next].contains('\n')
}
