//! What the reader of RON text refuses, with the place of it.

use std::fmt::{self, Display, Write};

use serde::de;

use super::error::clipped;
use super::spelling::nearest;

/// A refusal, and the parts of the text that it speaks of.
#[derive(Clone, Debug)]
pub(super) struct Fault<'a> {
    /// What is wrong.
    pub reason: Box<Reason>,
    /// The text at fault; none as long as only serde knows of it.
    pub at: Option<&'a str>,
    /// The value of the innermost field around it; none outside all fields.
    pub value: Option<&'a str>,
    /// The fields around it, innermost first; `[2]` is the third element of a list.
    path: Vec<String>,
}

/// What can be wrong with a text that is to become a value.
#[derive(Clone, Debug)]
pub(super) enum Reason {
    /// It is not RON.
    Syntax(ron::Error),
    /// It is a value of another kind.
    Mismatch {
        /// The kind that is read here, in words.
        expected: String,
        /// The fields, if a struct is read here.
        fields: &'static [&'static str],
    },
    /// A field that does not exist.
    UnknownField {
        found: String,
        expected: &'static [&'static str],
    },
    /// A variant that does not exist.
    UnknownVariant {
        found: String,
        expected: &'static [&'static str],
    },
    /// A field without a default is left out.
    Missing(&'static str),
    /// A field stands twice.
    Duplicate(&'static str),
    /// A change of a lane does not fit; the text of one that does.
    Change(Option<String>),
    /// What a type says of its own values.
    Other(String),
}

impl<'a> Fault<'a> {
    /// A refusal of this text.
    pub fn new(reason: Reason, at: &'a str) -> Self {
        Self {
            at: Some(at),
            ..Self::unplaced(reason)
        }
    }

    fn unplaced(reason: Reason) -> Self {
        Self {
            reason: Box::new(reason),
            at: None,
            value: None,
            path: Vec::new(),
        }
    }

    /// The same, of this text if no narrower one is known.
    pub fn or_at(mut self, text: &'a str) -> Self {
        self.at.get_or_insert(text);
        self
    }

    /// The same, seen from the struct whose field `name` has the value.
    pub fn inside(mut self, name: &str, value: &'a str) -> Self {
        self.value.get_or_insert(value);
        self.path.push(name.to_owned());
        self
    }

    /// The same, seen from the list whose element `i` it lies in.
    pub fn in_element(mut self, i: usize) -> Self {
        self.path.push(format!("[{i}]"));
        self
    }

    /// The dotted path of the innermost field, below `parent`.
    pub fn path_below(&self, parent: &str) -> String {
        self.path
            .iter()
            .rev()
            .fold(parent.to_owned(), |path, name| joined(&path, name))
    }
}

/// A dotted path, one name longer.
pub(super) fn joined(path: &str, name: &str) -> String {
    match path.is_empty() || name.is_empty() || name.starts_with('[') {
        true => format!("{path}{name}"),
        false => format!("{path}.{name}"),
    }
}

impl Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // RON guesses at a raw identifier where a field without a name stands.
            Self::Syntax(ron::Error::SuggestRawIdentifier(_) | ron::Error::ExpectedIdentifier) => {
                f.write_str("expected the name of a field and a colon")
            }
            Self::Syntax(error) => {
                let words = error.to_string();
                let first = words.chars().next().map(|first| first.to_lowercase());
                first
                    .into_iter()
                    .flatten()
                    .chain(words.chars().skip(1))
                    .try_for_each(|c| f.write_char(c))
            }
            Self::Mismatch { expected, .. } => write!(f, "expected {expected}"),
            Self::UnknownField { found, expected } => {
                write!(f, "no field `{}`: ", clipped(found))?;
                match nearest(found, expected.iter().copied()) {
                    Some(name) => write!(f, "did you mean `{name}`?"),
                    None => write!(f, "the fields are {}", expected.join(", ")),
                }
            }
            Self::UnknownVariant { found, expected } => {
                let found = clipped(found);
                write!(
                    f,
                    "no choice `{found}`: expected one of {}",
                    expected.join(", ")
                )
            }
            Self::Missing(field) => write!(f, "the field `{field}` is missing"),
            Self::Duplicate(field) => write!(f, "the field `{field}` stands twice"),
            Self::Change(_) => f.write_str("expected a change that fits"),
            Self::Other(message) => f.write_str(message),
        }
    }
}

impl Display for Fault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl std::error::Error for Fault<'_> {}

impl de::Error for Fault<'_> {
    fn custom<T: Display>(message: T) -> Self {
        Self::unplaced(Reason::Other(message.to_string()))
    }

    fn unknown_variant(found: &str, expected: &'static [&'static str]) -> Self {
        let found = found.to_owned();
        Self::unplaced(Reason::UnknownVariant { found, expected })
    }

    fn unknown_field(found: &str, expected: &'static [&'static str]) -> Self {
        let found = found.to_owned();
        Self::unplaced(Reason::UnknownField { found, expected })
    }

    fn missing_field(field: &'static str) -> Self {
        Self::unplaced(Reason::Missing(field))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::unplaced(Reason::Duplicate(field))
    }
}
