//! The numbers behind a figure as files: CSV and NPZ of its tables, Markdown and LaTeX of what was measured.
//!
//! What is in which file says `docs/numbers.md`.

mod csv;
mod latex;
mod markdown;
mod npz;
mod text;

use thiserror::Error;

use crate::scene::numbers::{FigureNumbers, Table};

/// Most rows of a table in a text that people read.
pub const MAX_TEXT_ROWS: usize = 1000;

/// A format of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumbersFormat {
    /// The most telling table, numbers as short as they read back.
    Csv,
    /// All tables, an array for each column, as `numpy.load` reads them.
    Npz,
    /// A table in Markdown.
    Markdown,
    /// A table in LaTeX.
    Latex,
}

/// Why there are no bytes.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NumbersError {
    /// There is no table to write.
    #[error("there are no numbers behind this figure")]
    Nothing,
    /// A text is no place for so many rows.
    #[error(
        "{rows} rows are too many for a table that is read, {MAX_TEXT_ROWS} at most: .csv and .npz hold them"
    )]
    Long {
        /// Rows of the table.
        rows: usize,
    },
    /// The archive could not be written.
    #[error("the arrays could not be packed: {0}")]
    Pack(String),
}

impl NumbersFormat {
    /// All of them, with their suffixes.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Csv, "csv"),
        (Self::Npz, "npz"),
        (Self::Markdown, "md"),
        (Self::Latex, "tex"),
    ];

    /// The format of a suffix, in upper or lower case.
    pub fn of_suffix(suffix: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|(_, own)| own.eq_ignore_ascii_case(suffix))
            .map(|(format, _)| format)
    }

    /// The numbers as a file. The same numbers are the same bytes.
    ///
    /// # Errors
    /// There is nothing to write, or too much for a text.
    pub fn encode(self, numbers: &FigureNumbers) -> Result<Vec<u8>, NumbersError> {
        let first = || numbers.tables.first().ok_or(NumbersError::Nothing);
        match (self, &numbers.metrics) {
            (Self::Csv, _) => Ok(csv::encode(first()?).into_bytes()),
            (Self::Npz, _) => {
                first()?;
                npz::encode(&numbers.tables).map_err(NumbersError::Pack)
            }
            (Self::Markdown, Some(metrics)) => Ok(metrics.markdown().into_bytes()),
            (Self::Latex, Some(metrics)) => Ok(metrics.latex().into_bytes()),
            (Self::Markdown, None) => Ok(markdown::encode(short(first()?)?).into_bytes()),
            (Self::Latex, None) => Ok(latex::encode(short(first()?)?).into_bytes()),
        }
    }
}

/// The table if it is short enough to be read.
fn short(table: &Table) -> Result<&Table, NumbersError> {
    match table.len() {
        0..=MAX_TEXT_ROWS => Ok(table),
        rows => Err(NumbersError::Long { rows }),
    }
}

#[cfg(test)]
mod tests;
