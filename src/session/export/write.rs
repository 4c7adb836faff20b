//! A figure that is drawn becomes a file.

use std::path::Path;
use std::sync::Arc;

use crate::experiment::figure::Background;
use crate::experiment::{Experiment, Figure, FigureKind};
use crate::export::film::{FilmFormat, Timing};
use crate::export::numbers::NumbersFormat;
use crate::export::png::MAX_PIXELS;
use crate::export::{ExportError, Format, Ground, Metadata, Options};
use crate::scene::Color;
use crate::scene::caption::Caption;
use crate::scene::figures::{film_shot, film_times};

use super::super::figure::format_of;
use super::super::files::{atomic_write, is_folder};
use super::super::folder::Folder;
use super::super::hands::Hands;
use super::super::observer::{RunError, RunObserver};
use super::draw::Drawn;
use super::ffmpeg;
use super::film::{Reel, Shot, record};
use super::style::style;

/// What was written.
pub struct Written {
    /// Bytes of the file.
    pub bytes: u64,
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
    let output = Output::of(figure, path)?;
    let is_pixels = matches!(output, Output::Still(Format::Png) | Output::Film(..));
    if let (Some(width), Some(height), true) = (figure.width, figure.height, is_pixels) {
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

/// Writes the figure in the format of the path's suffix, atomically; `None` if interrupted, which leaves no file.
///
/// # Errors
/// [`RunError::Input`] for a suffix that says no format or a size that cannot be, [`RunError::Failed`] if the system
/// refuses; both with the path.
pub fn write(
    path: &Path,
    figure: &Figure,
    drawn: &Arc<Drawn>,
    options: &Options,
    hands: &Hands,
    observer: &mut dyn RunObserver,
) -> Result<Option<Written>, RunError> {
    if observer.interrupted() {
        return Ok(None);
    }
    match Output::of(figure, path)? {
        Output::Still(format) => {
            let bytes = format.encode(&drawn.scene, options);
            let bytes =
                bytes.map_err(|error| RunError::Input(format!("{}: {error}", path.display())))?;
            atomic_write(path, &bytes).map_err(|error| RunError::Failed(error.to_string()))?;
            write_caption(path, figure, drawn)?;
        }
        Output::Numbers(format) => {
            let bytes = format.encode(&drawn.numbers(figure)?);
            let bytes =
                bytes.map_err(|error| RunError::Input(format!("{}: {error}", path.display())))?;
            atomic_write(path, &bytes).map_err(|error| RunError::Failed(error.to_string()))?;
        }
        Output::Film(format, timing) => {
            let reel = Reel {
                format,
                timing,
                options: match format.has_opacity() {
                    true => options.clone(),
                    false => opaque(options),
                },
            };
            let times = film_times(figure);
            let mut shot = |k: usize| -> Result<Shot, RunError> {
                let drawn = Arc::clone(drawn);
                let figure = film_shot(figure, times.get(k).copied().unwrap_or(1.0));
                Ok(Box::new(move || drawn.shot(&figure)))
            };
            if !record(path, &reel, &mut shot, hands, observer)? {
                return Ok(None);
            }
        }
    }
    let length = std::fs::metadata(path).map(|file| file.len());
    let bytes = length.map_err(|error| RunError::Failed(format!("{}: {error}", path.display())))?;
    Ok(Some(Written { bytes }))
}

/// Writes the caption beside a picture, `a.caption.txt` and `a.caption.tex` beside `a.pdf`, if the figure has one.
fn write_caption(path: &Path, figure: &Figure, drawn: &Drawn) -> Result<(), RunError> {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    let Some(stem) = stem.filter(|_| figure.caption) else {
        return Ok(());
    };
    let Caption { text, latex } = drawn.caption(figure, stem);
    for (suffix, words) in [("caption.txt", text), ("caption.tex", latex)] {
        let beside = path.with_extension(suffix);
        atomic_write(&beside, words.as_bytes())
            .map_err(|error| RunError::Failed(error.to_string()))?;
    }
    Ok(())
}

/// The suffixes of the files that a kind of figure can be, the usual one first.
pub fn suffixes(kind: &FigureKind) -> &'static [&'static str] {
    match kind {
        FigureKind::Film { .. } => &["gif", "apng", "mp4", "csv", "npz"],
        kind if kind.is_numbers_alone() => &["csv", "npz", "md", "tex"],
        _ => &["svg", "pdf", "png", "csv", "npz", "md", "tex"],
    }
}

/// The options of a format without opacity: where nothing is the ground, the style's is.
fn opaque(options: &Options) -> Options {
    let background = match options.background {
        Ground::Transparent => Ground::Scene,
        other => other,
    };
    Options {
        background,
        ..options.clone()
    }
}

/// What a path's suffix asks for.
enum Output {
    Still(Format),
    Film(FilmFormat, Timing),
    Numbers(NumbersFormat),
}

impl Output {
    /// # Errors
    /// [`RunError::Input`] for a suffix that the kind of figure has no format for.
    fn of(figure: &Figure, path: &Path) -> Result<Self, RunError> {
        let suffix = path.extension().and_then(|suffix| suffix.to_str());
        if let Some(format) = NumbersFormat::of_suffix(suffix.unwrap_or_default()) {
            return Ok(Self::Numbers(format));
        }
        if figure.kind.is_numbers_alone() {
            let (path, kind) = (path.display(), figure.kind.name());
            return Err(RunError::Input(format!(
                "{path}: {kind} are numbers without a picture: the suffix must be .csv, .npz, .md or .tex"
            )));
        }
        let FigureKind::Film {
            frames,
            rate,
            pause,
            repeat,
        } = figure.kind
        else {
            return format_of(path).map(Self::Still).map_err(RunError::Input);
        };
        let format = FilmFormat::of_suffix(suffix.unwrap_or_default()).ok_or_else(|| {
            let path = path.display();
            RunError::Input(format!(
                "{path}: the suffix of a film must be .gif, .apng or .mp4, or .csv or .npz for its numbers"
            ))
        })?;
        if format == FilmFormat::Mp4 {
            let refused = |reason| RunError::Input(format!("{}: {reason}", path.display()));
            ffmpeg::available().map_err(refused)?;
        }
        let timing = Timing {
            pictures: frames,
            rate,
            pause,
            repeat,
        };
        Ok(Self::Film(format, timing))
    }
}
