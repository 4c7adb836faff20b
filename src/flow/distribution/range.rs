//! The ranges of a distribution's numbers, and what is said of a number outside its range.

use thiserror::Error;

/// A distribution that cannot be drawn from.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DistributionError {
    /// A parameter outside its range.
    #[error("{field} is {value}: expected {expected}")]
    OutOfRange {
        /// The parameter as the experiment file names it, below the distribution: `scale`, `shape.noise`.
        field: String,
        /// What it is.
        value: String,
        /// The range, in words.
        expected: String,
    },
    /// A drawing without a painted cell.
    #[error("the drawing is empty: paint something to go on")]
    EmptyDrawing,
}

/// No coordinate or length is larger: what is left of the range of numbers is for flows that run away.
pub const MAX: f64 = 1e6;
/// No length that something is divided by is smaller.
pub const MIN_LENGTH: f64 = 1e-6;

/// `Ok` for a length that something may be divided by.
pub fn length(field: &str, value: f64) -> Result<(), DistributionError> {
    within(field, value, MIN_LENGTH, MAX)
}

/// `Ok` for a standard deviation, which may be 0.
pub fn spread(field: &str, value: f64) -> Result<(), DistributionError> {
    within(field, value, 0.0, MAX)
}

/// `Ok` if the value lies in `min..=max`; NaN does not.
pub fn within(field: &str, value: f64, min: f64, max: f64) -> Result<(), DistributionError> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(DistributionError::OutOfRange {
        field: field.to_owned(),
        value: value.to_string(),
        expected: format!("{min} to {max}"),
    })
}

/// `Ok` for a list of 1 to `max` things.
pub fn count(field: &str, things: &str, n: usize, max: usize) -> Result<(), DistributionError> {
    if (1..=max).contains(&n) {
        return Ok(());
    }
    Err(DistributionError::OutOfRange {
        field: field.to_owned(),
        value: format!("a list of {n}"),
        expected: format!("1 to {max} {things}"),
    })
}
