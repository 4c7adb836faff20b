//! A figure that is drawn becomes a file.

use std::ffi::OsStr;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::experiment::figure::Background;
use crate::experiment::{Experiment, Figure, FigureKind, Layer};
use crate::export::film::{FilmFormat, Timing};
use crate::export::numbers::NumbersFormat;
use crate::export::png::MAX_PIXELS;
use crate::export::{ExportError, Format, Ground, Metadata, Options, flatten};
use crate::scene::figures::{FilmShot, film_shot, film_shots};
use crate::scene::{Color, Scene};

use super::super::files::together::commit_all;
use super::super::files::{AtomicFile, FileError, is_folder};
use super::super::folder::Folder;
use super::super::hands::Hands;
use super::super::observer::{RunError, RunObserver};
use super::captions;
use super::draw::Drawn;
use super::ffmpeg;
use super::film::{Reel, Shot, record};
use super::style::style;

/// What was written.
pub struct Written {
    /// Bytes of the file.
    pub bytes: u64,
    /// The layers of a vector file that are pictures in it, because they have too many marks for vectors.
    pub pictures: Vec<Layer>,
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
    let captions = captions::places(&[path.to_owned()], figure);
    for path in [path]
        .into_iter()
        .chain(captions.iter().map(PathBuf::as_path))
    {
        if is_folder(path).unwrap_or(false) {
            let path = path.display();
            return Err(RunError::Failed(format!("{path}: is a folder, no file")));
        }
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    Folder::open(folder.unwrap_or(Path::new(".")))?;
    Ok(())
}

/// Writes the figure to every place in the format of its suffix, and its captions beside its pictures: all of these files or,
/// if interrupted (`None`) or refused, none of them.
///
/// # Errors
/// [`RunError::Input`] for a suffix that says no format or a size that cannot be, [`RunError::Failed`] if the system
/// refuses; both with the path.
pub fn write(
    places: &[PathBuf],
    figure: &Figure,
    drawn: &Arc<Drawn>,
    options: &Options,
    hands: &Hands,
    observer: &mut dyn RunObserver,
) -> Result<Option<Vec<Written>>, RunError> {
    let (mut files, mut all) = (Vec::new(), Vec::new());
    for path in places {
        let output = Output::of(figure, path)?;
        let pictures = match output {
            Output::Still(Format::Svg | Format::Pdf) => flatten::layers(&drawn.scene),
            _ => Vec::new(),
        };
        let made = match output {
            Output::Film(format, timing) => filmed(
                path,
                (format, timing),
                (figure, drawn),
                options,
                hands,
                observer,
            )?,
            _ if observer.interrupted() => None,
            Output::Still(format) => {
                let bytes = format.encode(&drawn.scene, options);
                Some(file_of(path, bytes)?)
            }
            Output::Numbers(format) => {
                let numbers = drawn.numbers(figure, &|| !observer.interrupted())?;
                let file = numbers.map(|numbers| file_of(path, format.encode(&numbers)));
                file.transpose()?
            }
        };
        let Some(file) = made else {
            return Ok(None);
        };
        let bytes = file.length().map_err(failed)?;
        all.push(Written { bytes, pictures });
        files.push(file);
    }
    for (path, words) in captions::of(places, figure, drawn) {
        files.push(begun(&path, words.as_bytes())?);
    }
    commit_all(files).map_err(failed)?;
    Ok(Some(all))
}

fn failed(error: FileError) -> RunError {
    RunError::Failed(error.to_string())
}

/// A file of these bytes that has not got its place yet.
fn begun(path: &Path, bytes: &[u8]) -> Result<AtomicFile, RunError> {
    let mut file = AtomicFile::create(path).map_err(failed)?;
    file.write(bytes).map_err(failed)?;
    Ok(file)
}

fn file_of<E: Display>(path: &Path, bytes: Result<Vec<u8>, E>) -> Result<AtomicFile, RunError> {
    let refused = |error| RunError::Input(format!("{}: {error}", path.display()));
    begun(path, &bytes.map_err(refused)?)
}

/// The film that has not got its place yet; nothing if interrupted.
fn filmed(
    path: &Path,
    (format, timing): (FilmFormat, Timing),
    (figure, drawn): (&Figure, &Arc<Drawn>),
    options: &Options,
    hands: &Hands,
    observer: &mut dyn RunObserver,
) -> Result<Option<AtomicFile>, RunError> {
    let reel = Reel {
        format,
        timing,
        options: match format.has_opacity() {
            true => options.clone(),
            false => opaque(options),
        },
    };
    let shots = film_shots(figure);
    let mut shot = |k: usize| -> Result<Shot, RunError> {
        let drawn = Arc::clone(drawn);
        let shot = shots.get(k).copied().unwrap_or(FilmShot::Flow(1.0));
        let figure = film_shot(figure, shot);
        Ok(Box::new(move || match shot {
            FilmShot::Flow(_) => drawn.shot(&figure),
            FilmShot::Training(share) => drawn.earlier(&figure, share),
        }))
    };
    record(path, &reel, &mut shot, hands, observer)
}

/// Writes a figure into a folder as vectors and as pixels, under these names.
///
/// # Errors
/// [`RunError::Failed`] if the exporter or the system refuses.
pub fn write_stills(
    folder: &Folder,
    names: [&str; 2],
    figure: &Scene,
    options: &Options,
) -> Result<(), RunError> {
    for (name, format) in names.into_iter().zip([Format::Svg, Format::Png]) {
        let bytes = format.encode(figure, options);
        let bytes = bytes.map_err(|error| RunError::Failed(error.to_string()))?;
        folder.write(name, &bytes)?;
    }
    Ok(())
}

/// The format that a path's suffix names, in upper or lower case.
fn format_of(path: &Path) -> Result<Format, RunError> {
    let suffix = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    Format::of_suffix(suffix).ok_or_else(|| {
        let suffixes = Format::SUFFIXES_IN_WORDS;
        RunError::Input(format!("{}: the suffix must be {suffixes}", path.display()))
    })
}

/// The suffixes of the files that a kind of figure is offered as, the usual one first. Of a film few tables are short enough to
/// be read, so that text is left to those who ask for it.
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
            over: _,
        } = figure.kind
        else {
            return format_of(path).map(Self::Still);
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
