//! The palettes by name.

use super::Theme;
use super::palettes::{DARK, LIGHT, PAPER};

/// A palette by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Style {
    /// The window by default.
    #[default]
    Dark,
    /// The window in a bright room.
    Light,
    /// A figure for a page: white ground, dark ink.
    Paper,
}

impl Style {
    /// Its colours.
    pub const fn theme(self) -> &'static Theme {
        match self {
            Self::Dark => &DARK,
            Self::Light => &LIGHT,
            Self::Paper => &PAPER,
        }
    }
}
