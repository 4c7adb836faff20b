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

/// A value as a message quotes it: a drawing's cells or a damaged file must not fill the screen.
pub(super) fn clipped(value: &str) -> String {
    const MAX_CHARS: usize = 80;
    match value.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}...", &value[..end]),
        None => value.to_owned(),
    }
}
