//! A film as a file: pictures are rasterised side by side, a few at a time, and written in order into a temporary file for
//! its place. Cancelled or failed it leaves nothing.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::clock::Instant;
use crate::export::Options;
use crate::export::film::apng::Apng;
use crate::export::film::gif::Gif;
use crate::export::film::palette::{Palette, inks};
use crate::export::film::{FilmError, FilmFormat, FilmWriter, Timing};
use crate::export::png::{Pixels, pixels};
use crate::flow::work::Work;
use crate::scene::Scene;

use super::super::files::{AtomicFile, Shared, way_out};
use super::super::hands::Hands;
use super::super::observer::{Phase, Progress, RunError, RunObserver};
use super::ffmpeg::{self, Mp4};

/// The pictures that a GIF's colours are chosen from.
const SAMPLES: usize = 7;
/// Pictures of a thread that are kept at the same time.
const AHEAD: usize = 2;

/// How a film becomes a file.
pub struct Reel {
    /// The format.
    pub format: FilmFormat,
    /// How long pictures stay.
    pub timing: Timing,
    /// How a picture becomes pixels.
    pub options: Options,
}

/// Makes a picture's scene, on whichever thread.
pub type Shot = Box<dyn FnOnce() -> Result<Scene, RunError> + Send>;

/// Writes a film of the pictures that `shot` hands out by number; nothing if interrupted. Whoever called puts it in its place.
///
/// # Errors
/// [`RunError`] with the path and the number of the picture if it cannot be made or written.
pub fn record(
    path: &Path,
    reel: &Reel,
    shot: &mut dyn FnMut(usize) -> Result<Shot, RunError>,
    hands: &Hands,
    observer: &mut dyn RunObserver,
) -> Result<Option<AtomicFile>, RunError> {
    let tools = Tools {
        ffmpeg: &ffmpeg::available,
        out: &|file| Box::new(BufWriter::new(file)),
    };
    record_with(&tools, path, reel, shot, hands, observer)
}

/// What a film is written with.
struct Tools<'a> {
    /// Where ffmpeg is, if it is there; otherwise a sentence.
    ffmpeg: &'a dyn Fn() -> Result<PathBuf, String>,
    /// What the other formats write to.
    out: &'a dyn Fn(Shared) -> Box<dyn Write + Send>,
}

fn record_with(
    tools: &Tools,
    path: &Path,
    reel: &Reel,
    shot: &mut dyn FnMut(usize) -> Result<Shot, RunError>,
    hands: &Hands,
    observer: &mut dyn RunObserver,
) -> Result<Option<AtomicFile>, RunError> {
    let n = reel.timing.pictures;
    let failed = |k: usize, error: &FilmError| {
        let file = path.display();
        let way_out = match error {
            FilmError::Io(error) => way_out(error),
            _ => "",
        };
        RunError::Failed(format!(
            "{file}: picture {k} of {n} could not be written: {error}{way_out}"
        ))
    };
    let samples: Vec<usize> = match reel.format {
        FilmFormat::Gif => (0..SAMPLES).map(|k| k * (n - 1) / (SAMPLES - 1)).collect(),
        _ => vec![0],
    };
    let first = shot(0)?()?;
    let Some(samples) = draw(&samples, reel, shot, hands, observer)? else {
        return Ok(None);
    };
    let file = AtomicFile::create(path).map_err(|error| RunError::Failed(error.to_string()))?;
    let file = Shared::of(file);
    let mut film = open(tools, &file, reel, &samples, &first).map_err(|error| failed(1, &error))?;
    drop(samples);
    let (start, all) = (Instant::now(), (0..n).collect::<Vec<_>>());
    for batch in all.chunks(AHEAD * hands.count().max(1)) {
        let Some(pictures) = draw(batch, reel, shot, hands, observer)? else {
            return Ok(None);
        };
        for (k, picture) in batch.iter().zip(&pictures) {
            if observer.interrupted() {
                return Ok(None);
            }
            film.push(picture).map_err(|error| failed(k + 1, &error))?;
        }
        let done = batch.last().map_or(0, |k| k + 1);
        let each = start.elapsed().as_secs_f64() / done.max(1) as f64;
        observer.progress(&Progress {
            phase: Phase::Filming,
            step: done as u64,
            steps: n as u64,
            loss: None,
            steps_per_sec: 0.0,
            secs_left: Some(each * (n - done) as f64),
        });
    }
    if observer.interrupted() {
        return Ok(None);
    }
    film.finish().map_err(|error| failed(n, &error))?;
    Ok(file.take())
}

fn open(
    tools: &Tools,
    file: &Shared,
    reel: &Reel,
    samples: &[Pixels],
    first: &Scene,
) -> Result<Box<dyn FilmWriter>, FilmError> {
    let size = samples.first().map_or([0, 0], |picture| picture.size);
    let (timing, metadata) = (reel.timing, &reel.options.metadata);
    let out = || (tools.out)(file.clone());
    Ok(match reel.format {
        FilmFormat::Gif => {
            let palette = Palette::of(samples, &inks(first));
            Box::new(Gif::new(out(), size, palette, timing, metadata)?)
        }
        FilmFormat::Apng => Box::new(Apng::new(out(), size, timing, metadata)?),
        FilmFormat::Mp4 => {
            let program = (tools.ffmpeg)().map_err(FilmError::Encoder)?;
            Box::new(Mp4::start(&program, &file.path(), size, timing, metadata)?)
        }
    })
}

/// The pictures of these numbers, in order; nothing if interrupted.
fn draw(
    numbers: &[usize],
    reel: &Reel,
    shot: &mut dyn FnMut(usize) -> Result<Shot, RunError>,
    hands: &Hands,
    observer: &mut dyn RunObserver,
) -> Result<Option<Vec<Pixels>>, RunError> {
    let mut works = Vec::new();
    for &k in numbers {
        let (shot, options) = (shot(k)?, reel.options.clone());
        works.push(Work::new(async move {
            let scene = shot()?;
            pixels(&scene, &options).map_err(|error| RunError::Input(error.to_string()))
        }));
    }
    let drawn = hands.all(works, || !observer.interrupted());
    drawn.map(|drawn| drawn.into_iter().collect()).transpose()
}

#[cfg(test)]
mod tests;
