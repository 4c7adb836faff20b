//! Lanes as data: flows that are compared side by side, each the base experiment with some fields changed.
//!
//! In the file: `lanes: [(), (title: "VP", set: ["path=Vp()"])]`. Every entry is a lane, `()` the base as it is, and the
//! base itself none, so that the first lane can be named, moved and taken away like every other. A change is written as
//! after `--set` and read by the same code: there is no second syntax to learn, and a lane can change whatever decides
//! what is trained and measured; words and view are those of all lanes. A file without lanes is one lane, the base.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The most lanes that an experiment can have.
pub const MAX_LANES: usize = 6;

/// What one lane changes of the base experiment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lane {
    /// What it is called; if empty, after what it changes.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The changes, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<Override>,
}

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
