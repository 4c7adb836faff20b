//! Films: pictures, one after the other, become a file through a [`FilmWriter`], which keeps no more than one of them.
//!
//! Where the bytes go and where the pictures come from, others know.

pub mod apng;
mod delta;
pub mod gif;
pub mod mp4;
pub mod palette;

use std::io;

use thiserror::Error;

use super::png::Pixels;

/// A format of films.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilmFormat {
    /// See [`gif`].
    Gif,
    /// See [`apng`].
    Apng,
    /// See [`mp4`].
    Mp4,
}

impl FilmFormat {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Gif, Self::Apng, Self::Mp4];

    /// The suffix of its files, without the dot.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Gif => "gif",
            Self::Apng => "apng",
            Self::Mp4 => "mp4",
        }
    }

    /// The format of a suffix, in upper or lower case.
    pub fn of_suffix(suffix: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|format| format.suffix().eq_ignore_ascii_case(suffix))
    }

    /// Whether its pictures may let through what lies under them.
    pub const fn has_opacity(self) -> bool {
        matches!(self, Self::Apng)
    }
}

/// How long each picture of a film stays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timing {
    /// How many there are.
    pub pictures: usize,
    /// Pictures a second.
    pub rate: f64,
    /// Seconds that the first and the last picture stay beyond that.
    pub pause: f64,
    /// Whether the film begins again after its end.
    pub repeat: bool,
}

impl Timing {
    /// Seconds from the beginning until so many pictures have been seen.
    fn seconds(&self, seen: usize) -> f64 {
        let pauses = usize::from(seen > 0) + usize::from(seen > 0 && seen >= self.pictures);
        seen as f64 / self.rate + pauses as f64 * self.pause
    }

    /// How long the picture stays, in units of which there are so many a second. Rounding does not add up: the film is as
    /// long as it should be to half a unit, unless a picture has to stay longer than it should, `least` units.
    pub fn delay(&self, picture: usize, units: f64, least: u16) -> u16 {
        let at = |seen: usize| (units * self.seconds(seen)).round();
        (at(picture + 1) - at(picture)).clamp(f64::from(least), f64::from(u16::MAX)) as u16
    }
}

/// Takes the pictures of a film.
pub trait FilmWriter: Send {
    /// Adds a picture.
    ///
    /// # Errors
    /// The picture has another size than the film, or what is written to refuses.
    fn push(&mut self, picture: &Pixels) -> Result<(), FilmError>;

    /// Ends the film.
    ///
    /// # Errors
    /// What is written to refuses.
    fn finish(self: Box<Self>) -> Result<(), FilmError>;
}

/// Why a film cannot be written.
#[derive(Debug, Error)]
pub enum FilmError {
    /// What is written to refuses.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A picture is not as large as the film.
    #[error("the picture has {} x {} pixels, the film {} x {}", got[0], got[1], film[0], film[1])]
    Size {
        /// Pixels of the picture.
        got: [usize; 2],
        /// Pixels of the film.
        film: [usize; 2],
    },
    /// The format has no room for so many pixels a side.
    #[error("a film of {width} x {height} pixels cannot be made: {format} has 1 to {limit} a side")]
    TooLarge {
        /// Pixels along x.
        width: usize,
        /// Pixels along y.
        height: usize,
        /// The format.
        format: &'static str,
        /// Most pixels a side.
        limit: usize,
    },
    /// The encoder refused.
    #[error("{0}")]
    Encoder(String),
}

impl From<::png::EncodingError> for FilmError {
    fn from(error: ::png::EncodingError) -> Self {
        match error {
            ::png::EncodingError::IoError(error) => Self::Io(error),
            other => Self::Encoder(other.to_string()),
        }
    }
}

impl From<::gif::EncodingError> for FilmError {
    fn from(error: ::gif::EncodingError) -> Self {
        match error {
            ::gif::EncodingError::Io(error) => Self::Io(error),
            other => Self::Encoder(other.to_string()),
        }
    }
}

/// The picture has the size of the film.
fn check_size(picture: &Pixels, film: [usize; 2]) -> Result<(), FilmError> {
    match picture.size == film {
        true => Ok(()),
        false => Err(FilmError::Size {
            got: picture.size,
            film,
        }),
    }
}

#[cfg(test)]
mod tests;
