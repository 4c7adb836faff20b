//! Figures of what was trained, as files: a figure that is asked for, and the lanes of a run's folder, become bytes.
//!
//! The same weights and the same figure are the same bytes, however many threads there are.

mod captions;
mod draw;
pub mod ffmpeg;
pub mod film;
mod past;
mod style;
mod subject;
mod write;

pub use draw::{Drawn, draw};
pub use subject::Subject;
pub use write::{Written, check, options, suffixes, write, write_stills};

#[cfg(test)]
mod tests;
