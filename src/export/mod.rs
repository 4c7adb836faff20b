//! Floor 4: scenes and tables become bytes, one file per format.
//!
//! Every exporter is a pure function and its bytes are reproducible: no clock, no hash order, no random
//! numbers. Writing files is not done here.

pub mod csv;
pub mod png;
pub mod svg;

use thiserror::Error;

/// Why there are no bytes.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The picture would be empty or larger than [`png::MAX_PIXELS`].
    #[error(
        "a picture of {width} x {height} pixels cannot be made: it must have 1 to {limit} pixels"
    )]
    Size {
        /// Pixels along x.
        width: f64,
        /// Pixels along y.
        height: f64,
        /// Most pixels allowed.
        limit: u64,
    },
    /// The PNG encoder refused.
    #[error("the picture could not be encoded: {0}")]
    Png(#[from] ::png::EncodingError),
}
