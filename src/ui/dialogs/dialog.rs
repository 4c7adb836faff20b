//! What is open on top of the window, as the window keeps it. How it looks is decided beside this file.

use super::super::command::Command;
use super::file::FileDialog;
use super::presets::Gallery;

/// What is open on top of the window.
pub enum Dialog {
    /// Commands to search in.
    Palette(Palette),
    /// The list of keys.
    Help,
    /// What the metrics mean.
    Definitions,
    /// The presets as pictures.
    Presets(Gallery),
    /// A path to open, save or export to.
    File(FileDialog),
    /// There is unsaved work, which this command would take away.
    Unsaved(Box<Command>),
    /// An earlier window left unsaved work.
    Restore,
    /// What a lane is to be called.
    Rename(Rename),
}

impl Dialog {
    /// The palette, empty.
    pub fn palette() -> Self {
        Self::Palette(Palette::default())
    }

    /// The presets, their pictures drawn now.
    pub fn presets() -> Self {
        Self::Presets(Gallery::draw())
    }

    /// The question for a lane's title.
    pub fn rename(lane: usize, title: &str) -> Self {
        let title = title.to_owned();
        Self::Rename(Rename { lane, title })
    }

    /// Width of its contents, in points.
    pub fn width(&self) -> f32 {
        match self {
            Self::Palette(_) | Self::File(_) => 560.0,
            Self::Help => 760.0,
            Self::Definitions => 640.0,
            Self::Presets(_) => 880.0,
            Self::Unsaved(_) | Self::Restore | Self::Rename(_) => 440.0,
        }
    }
}

/// The search for a command: what is typed, and which find is picked.
#[derive(Default)]
pub struct Palette {
    pub(super) query: String,
    pub(super) picked: usize,
}

/// The title of a lane while it is typed.
pub struct Rename {
    pub(super) lane: usize,
    pub(super) title: String,
}
