//! What is done in the studio.

use std::path::PathBuf;

use crate::experiment::Figure;

use super::{Clip, Zoom};

/// A command for the studio.
#[derive(Clone, Debug, PartialEq)]
pub enum Move {
    /// Opens the studio beside the canvas, or closes it.
    Toggle,
    /// The figure is this one now.
    Set(Box<Figure>),
    /// Another kind of figure, with the settings that it had last.
    Choose(&'static str),
    /// How large the preview is.
    Zoom(Zoom),
    /// The preview is seen with so many dots per inch.
    See(f64),
    /// The preview holds to what the canvas shows now, or follows it again.
    Freeze,
    /// Whether weights that are in no folder are saved beside a figure.
    KeepRun(bool),
    /// Takes an export back.
    Cancel(u64),
    /// Puts the figure on the clipboard, as pixels.
    CopyPicture,
    /// Puts this on the clipboard.
    Copy(Box<Clip>),
    /// Saves the run and puts the command on the clipboard that writes this figure of it.
    CopyCommand,
    /// Shows the folder of a file that was written.
    Reveal(PathBuf),
    /// Takes the word of a file that was written away.
    Dismiss(usize),
    /// Makes the figure one of the experiment's own, in place of one with its file if there is one.
    Keep,
    /// Opens the experiment's figure of this number.
    Take(usize),
    /// Takes it out of the experiment.
    Drop(usize),
}
