//! A change of one field, as it is written after `--set` and in a lane: `KEY=VALUE`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One change of an experiment: `KEY=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Override {
    /// Dotted path of a field.
    pub key: String,
    /// As it would stand in a file; a text may go without quotes.
    pub value: String,
}

/// Why a text is no change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected KEY=VALUE")]
pub struct NoOverride;

impl Override {
    pub(super) fn new(key: &str, value: &str) -> Self {
        Self {
            key: key.to_owned(),
            value: value.to_owned(),
        }
    }

    /// The change as it is typed in a shell.
    pub(super) fn advice(&self) -> String {
        let value = in_one_line(&self.value).replace('\'', r"'\''");
        format!("try --set '{}={value}'", self.key)
    }

    /// The field of the experiment that the key leads into.
    pub(super) fn field(&self) -> &str {
        self.key.split('.').next().unwrap_or_default()
    }

    /// Whether the change reaches the field at the dotted path, one around it or one inside it.
    pub(super) fn reaches(&self, path: &str) -> bool {
        let mut names = self.key.split('.').zip(path.split('.'));
        names.all(|(a, b)| a == b)
    }
}

impl fmt::Display for Override {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.key, self.value)
    }
}

impl FromStr for Override {
    type Err = NoOverride;

    fn from_str(text: &str) -> Result<Self, NoOverride> {
        match text.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => Ok(Self::new(key.trim(), value)),
            _ => Err(NoOverride),
        }
    }
}

impl TryFrom<String> for Override {
    type Error = NoOverride;

    fn try_from(text: String) -> Result<Self, NoOverride> {
        text.parse()
    }
}

impl From<Override> for String {
    fn from(change: Override) -> Self {
        change.to_string()
    }
}

/// A text of several lines in one.
pub(super) fn in_one_line(value: &str) -> String {
    let lines: Vec<&str> = value.lines().map(str::trim).collect();
    lines.join(" ")
}
