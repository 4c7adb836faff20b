//! A figure that is drawn becomes a file.

use std::path::Path;

use crate::experiment::figure::Background;
use crate::experiment::{Experiment, Figure};
use crate::export::png::MAX_PIXELS;
use crate::export::{ExportError, Format, Ground, Metadata, Options};
use crate::scene::{Color, Scene};

use super::super::figure::{self, format_of};
use super::super::files::{atomic_write, is_folder};
use super::super::folder::Folder;
use super::super::observer::RunError;
use super::style::style;

/// What was written.
pub struct Written {
    /// Bytes of the file.
    pub bytes: usize,
}

/// How a figure of an experiment becomes bytes.
///
/// # Errors
/// [`RunError::Input`] if the background is no colour.
pub fn options(figure: &Figure, experiment: &Experiment) -> Result<Options, RunError> {
    let background = match &figure.background {
        Background::Style => Ground::Scene,
        Background::None => Ground::Transparent,
        Background::Color(text) => {
            let color = Color::parse(text);
            Ground::Color(color.ok_or_else(|| {
                RunError::Input(format!(
                    "background \"{text}\" is no colour: expected style, none or #rrggbb, such as #f5f5f5"
                ))
            })?)
        }
    };
    let title = figure.title.clone();
    Ok(Options {
        dpi: figure.dpi as f32,
        background,
        text: figure.text,
        metadata: Metadata {
            title: title.unwrap_or_else(|| experiment.words.heading().to_owned()),
            experiment: experiment.to_ron(),
        },
    })
}

/// Whether a figure can be written to a path, as far as that is known before it is drawn; the path's folder is made if it
/// is missing.
///
/// # Errors
/// [`RunError::Input`] for a style or a suffix that is not known, or a size beyond what can be made; [`RunError::Failed`]
/// if the folder cannot be written to.
pub fn check(figure: &Figure, path: &Path) -> Result<(), RunError> {
    style(figure)?;
    let format = format_of(path).map_err(RunError::Input)?;
    if let (Some(width), Some(height), Format::Png) = (figure.width, figure.height, format) {
        let pixels = [width, height].map(|length| length.points(figure.dpi) * figure.dpi / 72.0);
        let [width, height] = pixels.map(f64::round);
        if width * height > MAX_PIXELS as f64 {
            let limit = MAX_PIXELS;
            let refused = ExportError::Size {
                width,
                height,
                limit,
            };
            let path = path.display();
            return Err(RunError::Input(format!(
                "{path}: {refused}; fewer dots per inch or a smaller page have fewer"
            )));
        }
    }
    if is_folder(path).unwrap_or(false) {
        let path = path.display();
        return Err(RunError::Failed(format!("{path}: is a folder, no file")));
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    Folder::open(folder.unwrap_or(Path::new(".")))?;
    Ok(())
}

/// Writes the figure in the format of the path's suffix, atomically.
///
/// # Errors
/// [`RunError::Input`] for a suffix that says no format or a size that cannot be, [`RunError::Failed`] if the system
/// refuses; both with the path.
pub fn write(path: &Path, scene: &Scene, options: &Options) -> Result<Written, RunError> {
    let format = format_of(path).map_err(RunError::Input)?;
    let bytes = figure::encode(scene, format, options);
    let bytes = bytes.map_err(|error| RunError::Input(format!("{}: {error}", path.display())))?;
    atomic_write(path, &bytes).map_err(|error| RunError::Failed(error.to_string()))?;
    Ok(Written { bytes: bytes.len() })
}
