//! What can be wrong with an experiment, in sentences that name the place, the value and the range.

use thiserror::Error;

/// Why an experiment was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ExperimentError {
    /// The text is not an experiment file.
    #[error("line {line}, column {column}: {message}")]
    Text {
        /// Line of the fault, from 1.
        line: usize,
        /// Column of the fault, from 1.
        column: usize,
        /// What was found and what was expected.
        message: String,
    },
    /// The file was written for another version of the format.
    #[error(
        "version {found} of the experiment file is not known: this program reads version {}",
        super::VERSION
    )]
    Version {
        /// The version that the file states.
        found: u64,
    },
    /// A value lies outside its range.
    #[error("{field} is {value}: expected {expected}")]
    Range {
        /// Dotted path of the field.
        field: String,
        /// The value found.
        value: String,
        /// The range, in words.
        expected: String,
    },
    /// `set` was asked for a field that does not exist.
    #[error("no field `{key}`: {hint}")]
    UnknownKey {
        /// The dotted path asked for.
        key: String,
        /// Which fields there are.
        hint: String,
    },
    /// `set` was given a value that does not fit the field.
    #[error("{key} = {value}: {message}")]
    Value {
        /// Dotted path of the field.
        key: String,
        /// The RON text given.
        value: String,
        /// What was expected.
        message: String,
    },
}

impl ExperimentError {
    /// The same refusal with what to do about it.
    pub(super) fn advised(mut self, advice: Option<String>) -> Self {
        let words = match &mut self {
            Self::Range { expected, .. } => expected,
            Self::UnknownKey { hint, .. } => hint,
            Self::Text { message, .. } | Self::Value { message, .. } => message,
            Self::Version { .. } => return self,
        };
        if let Some(advice) = advice {
            let joint = if words.ends_with('?') { " " } else { "; " };
            *words = [words, joint, &advice].concat();
        }
        self
    }

    /// The key that `--set` and the file know for the value out of range: `target.shift` for `target.shift.0`.
    pub(super) fn settable(&self) -> String {
        let Self::Range { field, .. } = self else {
            return String::new();
        };
        let named = |name: &&str| name.starts_with(|c: char| c.is_alphabetic());
        let end = field.find(['[', ':', ' ']).unwrap_or(field.len());
        let names: Vec<&str> = field[..end].split('.').take_while(named).collect();
        names.join(".")
    }
}

/// A value as a message quotes it, in one line: a drawing's cells or a damaged file must not fill the screen.
pub(super) fn clipped(value: &str) -> String {
    const MAX_CHARS: usize = 80;
    let clipped = match value.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}...", &value[..end]),
        None => value.to_owned(),
    };
    clipped.replace(char::is_control, " ")
}
