//! The captions beside the pictures of a figure: `a.caption.txt` and `a.caption.tex` beside `a.pdf` and `a.png`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::experiment::{Figure, FigureKind};
use crate::export::numbers::NumbersFormat;
use crate::scene::caption::Caption;

use super::draw::Drawn;

/// Where the captions of a figure with files at these paths go, if it has some.
pub(super) fn places(paths: &[PathBuf], figure: &Figure) -> Vec<PathBuf> {
    let stems = stems(paths, figure);
    let places = stems.iter().flat_map(|stem| beside(stem, figure));
    places.collect()
}

/// The captions of a figure with files at these paths, with their places. LaTeX is given the PDF, or else the PNG.
pub(super) fn of(paths: &[PathBuf], figure: &Figure, drawn: &Drawn) -> Vec<(PathBuf, String)> {
    let stems = stems(paths, figure);
    let files = stems.iter().flat_map(|stem| {
        let read = readable(stem, paths);
        let file = format!("{}.{}", name(stem), read.unwrap_or("pdf"));
        let Caption { text, latex } = drawn.caption(figure, &file);
        let latex = match read {
            Some(_) => latex,
            None => {
                format!("% LaTeX reads PDF and PNG: --out {file} writes the one below\n{latex}")
            }
        };
        beside(stem, figure).into_iter().zip([text, latex])
    });
    files.collect()
}

/// The paths of pictures without their suffixes, each once; none for a figure without captions.
fn stems(paths: &[PathBuf], figure: &Figure) -> BTreeSet<PathBuf> {
    let is_picture = |path: &&PathBuf| {
        let suffix = path.extension().and_then(|suffix| suffix.to_str());
        figure.caption && NumbersFormat::of_suffix(suffix.unwrap_or_default()).is_none()
    };
    let pictures = paths.iter().filter(is_picture);
    pictures.map(|path| path.with_extension("")).collect()
}

/// The text, and LaTeX where it can show the figure, which a film is not.
fn beside(stem: &Path, figure: &Figure) -> Vec<PathBuf> {
    let suffixes: &[&str] = match figure.kind {
        FigureKind::Film { .. } => &["caption.txt"],
        _ => &["caption.txt", "caption.tex"],
    };
    // The stem may have dots of its own.
    let beside = |suffix| stem.with_file_name(format!("{}.{suffix}", name(stem)));
    suffixes.iter().map(beside).collect()
}

fn name(stem: &Path) -> String {
    let name = stem.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The suffix of the file of this stem that LaTeX reads.
fn readable(stem: &Path, paths: &[PathBuf]) -> Option<&'static str> {
    let has = |suffix: &&str| {
        let mut own = paths.iter().filter(|path| path.with_extension("") == stem);
        own.any(|path| {
            path.extension()
                .is_some_and(|own| own.eq_ignore_ascii_case(suffix))
        })
    };
    ["pdf", "png"].into_iter().find(has)
}
