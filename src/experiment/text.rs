//! The experiment file: RON in, RON out.
//!
//! What is read is checked ([`Experiment::validate`]); what is written is complete, every default
//! included, one line per field of the experiment, and reads back as the same value.

use ron::error::SpannedError;
use ron::ser::PrettyConfig;
use serde::Deserialize;

use super::{Experiment, ExperimentError, VERSION, set};

/// The one field that is read before all others: the fields of another version mean nothing here.
#[derive(Deserialize)]
struct Header {
    version: u64,
}

impl Experiment {
    /// Reads and validates an experiment file.
    ///
    /// # Errors
    /// The text is not RON, has an unknown, a duplicate or a missing field (line and column are named), is of
    /// another version, or holds a value outside its range (line, column, field, value and range are named).
    pub fn from_ron(text: &str) -> Result<Self, ExperimentError> {
        if let Ok(header) = ron::from_str::<Header>(text)
            && header.version != u64::from(VERSION)
        {
            return Err(ExperimentError::Version {
                found: header.version,
            });
        }
        let experiment: Self = ron::from_str(text).map_err(|error| located(&error))?;
        experiment.validate().map_err(|error| placed(error, text))?;
        Ok(experiment)
    }

    /// The whole experiment as a file, one line per field.
    ///
    /// RON refuses to write only what nests deeper than 128, which this type cannot; its refusal would
    /// stand in the text as a comment.
    pub fn to_ron(&self) -> String {
        let layout = PrettyConfig::new().new_line("\n").depth_limit(1);
        match ron::ser::to_string_pretty(self, layout) {
            Ok(text) => text + "\n",
            Err(error) => format!("// {error}\n"),
        }
    }
}

/// The position of RON's error as numbers, the rest as a sentence.
fn located(error: &SpannedError) -> ExperimentError {
    ExperimentError::Text {
        line: error.span.start.line,
        column: error.span.start.col,
        message: error.code.to_string(),
    }
}

/// The same error with the position of its value in the text.
fn placed(error: ExperimentError, text: &str) -> ExperimentError {
    let ExperimentError::Range { field, .. } = &error else {
        return error;
    };
    let start = set::found(text, field).as_ptr().addr() - text.as_ptr().addr();
    let before = text.get(..start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    ExperimentError::Text {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
        message: error.to_string(),
    }
}
