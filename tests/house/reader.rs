//! What a file of Rust source defines, imports and names, tests apart.

use std::collections::BTreeSet;

use super::tokens::{Token, end_of_group, scan, without_tests};

/// What a file says.
#[derive(Default)]
pub struct Contents {
    /// The modules in files of their own, each with the name of its file if that is another one.
    pub children: Vec<(String, Option<String>)>,
    /// What is defined at its top level.
    pub defines: BTreeSet<String>,
    /// What `use` lines bring in.
    pub imports: Vec<Import>,
    /// All other paths, of two names or more.
    pub paths: Vec<Vec<String>>,
    /// All names outside `use` lines, those of fields and methods apart.
    pub words: BTreeSet<String>,
    /// All names of fields and methods.
    pub members: BTreeSet<String>,
}

/// A name that a `use` line brings in.
pub struct Import {
    /// The name here; `*` for all that there is.
    pub name: String,
    /// What it stands for.
    pub path: Vec<String>,
    /// Whether it is a re-export.
    pub is_public: bool,
}

/// Reads the source of a file, tests apart.
pub fn read(source: &str) -> Contents {
    read_tokens(&without_tests(&scan(source)))
}

/// The modules in files of their own that a file declares, those of tests included.
pub fn children(source: &str) -> Vec<(String, Option<String>)> {
    read_tokens(&scan(source)).children
}

fn read_tokens(tokens: &[Token]) -> Contents {
    let mut reader = Reader {
        tokens,
        at: 0,
        contents: Contents::default(),
    };
    reader.read();
    reader.contents
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    contents: Contents,
}

impl<'a> Reader<'a> {
    fn read(&mut self) {
        let (mut depth, mut is_public, mut other) = (0_usize, false, None);
        while let Some(token) = self.tokens.get(self.at) {
            self.at += 1;
            match token {
                Token::Mark('{') => depth += 1,
                Token::Mark('}') => depth = depth.saturating_sub(1),
                Token::Word(word) => match word.as_str() {
                    "pub" => {
                        is_public = true;
                        if self.peek(0).is_some_and(|token| token.marks('(')) {
                            self.at = end_of_group(self.tokens, self.at);
                        }
                        continue;
                    }
                    "use" => self.read_use(is_public),
                    "path" if self.peek(0).is_some_and(|token| token.marks('=')) => {
                        if let Some(Token::Text(file)) = self.peek(1) {
                            other = Some(file.clone());
                        }
                    }
                    "mod" if depth == 0 => self.read_mod(other.take()),
                    "struct" | "enum" | "trait" | "type" | "const" | "static" | "fn" | "union"
                        if depth == 0 =>
                    {
                        self.read_definition();
                    }
                    _ => self.read_path(word),
                },
                _ => {}
            }
            is_public = false;
        }
    }

    fn peek(&self, ahead: usize) -> Option<&'a Token> {
        self.tokens.get(self.at + ahead)
    }

    fn read_definition(&mut self) {
        if let Some(Token::Word(name)) = self.peek(0)
            && !matches!(name.as_str(), "fn" | "unsafe" | "extern" | "async" | "mut")
        {
            self.contents.defines.insert(name.clone());
            self.at += 1;
        }
    }

    /// A module in a file of its own is a child. One in braces is something that this file defines, and what it names
    /// outside this file is named here.
    fn read_mod(&mut self, other: Option<String>) {
        let Some(Token::Word(name)) = self.peek(0) else {
            return;
        };
        self.at += 1;
        if self.peek(0).is_none_or(|token| !token.marks('{')) {
            self.contents.children.push((name.clone(), other));
            return;
        }
        self.contents.defines.insert(name.clone());
        let end = end_of_group(self.tokens, self.at);
        let inner = read_tokens(&self.tokens[self.at + 1..end - 1]);
        let imported = inner.imports.into_iter().map(|import| import.path);
        let outside = |path: &Vec<String>| path[0] != "super" && path[0] != "self";
        let paths = imported.chain(inner.paths).filter(outside);
        self.contents.paths.extend(paths);
        self.contents.members.extend(inner.members);
        self.at = end;
    }

    fn read_path(&mut self, first: &str) {
        let before = self.at.checked_sub(2).and_then(|i| self.tokens.get(i));
        if before.is_some_and(|token| token.marks('.')) {
            self.contents.members.insert(first.to_owned());
            return;
        }
        let mut path = vec![first.to_owned()];
        while self.is_colons(0)
            && let Some(Token::Word(name)) = self.peek(2)
        {
            path.push(name.clone());
            self.at += 3;
        }
        self.contents.words.insert(first.to_owned());
        if path.len() > 1 {
            self.contents.paths.push(path);
        }
    }

    fn is_colons(&self, ahead: usize) -> bool {
        let marks = |i| self.peek(i).is_some_and(|token| token.marks(':'));
        marks(ahead) && marks(ahead + 1)
    }

    fn read_use(&mut self, is_public: bool) {
        let first = self.contents.imports.len();
        self.read_tree(&[]);
        for import in &mut self.contents.imports[first..] {
            import.is_public = is_public;
        }
    }

    /// One tree of a `use` line: `a::b`, `a::b as c`, `a::{b, c}`, `a::*`.
    fn read_tree(&mut self, prefix: &[String]) {
        let mut path = prefix.to_vec();
        let mut name = None;
        while let Some(token) = self.peek(0) {
            match token {
                Token::Word(word) if word == "as" => {
                    name = self.peek(1).and_then(Token::word).map(str::to_owned);
                    self.at += 2;
                }
                Token::Word(word) => {
                    path.push(word.clone());
                    self.at += 1;
                }
                Token::Mark('*') => {
                    path.push("*".to_owned());
                    self.at += 1;
                }
                Token::Mark(':') => self.at += 1,
                Token::Mark('{') => {
                    self.at += 1;
                    while self.peek(0).is_some_and(|token| !token.marks('}')) {
                        self.read_tree(&path);
                        if self.peek(0).is_some_and(|token| token.marks(',')) {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                _ => break,
            }
        }
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        if let Some(name) = name.or_else(|| path.last().cloned()) {
            self.contents.imports.push(Import {
                name,
                path,
                is_public: false,
            });
        }
    }
}
