//! The figure that a frame and a view make, as a file: on paper, in the format that the suffix asks for.

use std::ffi::OsStr;
use std::path::Path;

use crate::experiment::View;
use crate::export::ExportError;
use crate::flow::Bounds;
use crate::scene::{self, Page, Scene, Style};
use crate::snapshot::Frame;

use super::folder::Folder;
use super::observer::RunError;

pub use crate::export::{Format, Options};

/// The format that a path's suffix names, in upper or lower case.
///
/// # Errors
/// A sentence with the path in it, for any other suffix.
pub fn format_of(path: &Path) -> Result<Format, String> {
    let suffix = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    Format::of_suffix(suffix).ok_or_else(|| {
        let suffixes = Format::SUFFIXES_IN_WORDS;
        format!("{}: the suffix must be {suffixes}", path.display())
    })
}

/// The figure at the time of the view.
pub fn scene(frame: &Frame, view: &View) -> Scene {
    scene::build(frame, view, view.t, &Page::figure(Style::Paper))
}

/// The figure's bytes.
///
/// # Errors
/// If the exporter refuses, such as for a picture without an extent.
pub fn encode(figure: &Scene, format: Format, options: &Options) -> Result<Vec<u8>, ExportError> {
    format.encode(figure, options)
}

/// Writes a figure into a folder as vectors and as pixels, under these names.
///
/// # Errors
/// [`RunError::Failed`] if the exporter or the system refuses.
pub fn write_both(folder: &Folder, names: [&str; 2], figure: &Scene) -> Result<(), RunError> {
    for (name, format) in names.into_iter().zip([Format::Svg, Format::Png]) {
        let bytes = encode(figure, format, &Options::default());
        let bytes = bytes.map_err(|error| RunError::Failed(error.to_string()))?;
        folder.write(name, &bytes)?;
    }
    Ok(())
}

/// The part of the plane that the figure shows: where a picture for it has to have arrows.
pub fn visible(frame: &Frame, view: &View) -> Option<Bounds> {
    let figure = scene(frame, view);
    Some(figure.panels.first()?.transform.visible())
}
