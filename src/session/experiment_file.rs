//! An experiment from a file or from standard input, told apart from what is often taken for one.
//!
//! The other files of a run's folder lie next to its `experiment.ron`. Who gives one of them is told what it is and
//! what opens; it is known by its content, not by its name.

use std::path::Path;

use crate::experiment::Experiment;
use crate::export::metadata::experiment_of;

use super::files::{FileError, STDIN, read_bytes, read_start, read_stdin, read_text};
use super::folder::{MAX_EXPERIMENT_BYTES, names};

/// What files are called that may carry an experiment.
const FIGURES: [&str; 5] = [PNG, SVG, PDF, GIF, MP4];
const PNG: &str = "a PNG picture";
const SVG: &str = "an SVG picture";
const PDF: &str = "a PDF document";
const GIF: &str = "a GIF picture";
const MP4: &str = "an MP4 film";
/// Largest figure that is read for the experiment in it.
const MAX_FIGURE_BYTES: u64 = 256 << 20;
/// Bytes at the beginning of a file by which it is known.
const START: u64 = 4096;

/// Reads and validates an experiment file.
///
/// # Errors
/// A sentence that begins with the path: it cannot be read, is another kind of file, or is refused by
/// [`Experiment::from_ron`].
pub fn read(path: &Path) -> Result<Experiment, String> {
    let name = path.display().to_string();
    let start = read_start(path, START).map_err(|error| error.to_string())?;
    if let Some(kind) = kind(&start) {
        if let Some(text) = of_figure(path, kind) {
            return parsed(&name, &text);
        }
        return Err(not_an_experiment(&name, kind, path.parent()));
    }
    let text = read_text(path, MAX_EXPERIMENT_BYTES).map_err(|error| match error {
        FileError::NotText { .. } => not_an_experiment(&name, "not UTF-8 text", path.parent()),
        error => error.to_string(),
    })?;
    parsed(&name, &text)
}

/// Reads and validates the experiment that standard input holds.
///
/// # Errors
/// As [`read`].
pub fn read_from_stdin() -> Result<Experiment, String> {
    let bytes = read_stdin(MAX_EXPERIMENT_BYTES).map_err(|error| error.to_string())?;
    if let Some(kind) = kind(&bytes[..bytes.len().min(START as usize)]) {
        return Err(not_an_experiment(STDIN, kind, None));
    }
    match String::from_utf8(bytes) {
        Ok(text) => parsed(STDIN, &text),
        Err(_) => Err(not_an_experiment(STDIN, "not UTF-8 text", None)),
    }
}

/// The experiment that an exported figure carries.
fn of_figure(path: &Path, kind: &str) -> Option<String> {
    let bytes = FIGURES
        .contains(&kind)
        .then(|| read_bytes(path, MAX_FIGURE_BYTES).ok());
    experiment_of(&bytes??)
}

fn parsed(name: &str, text: &str) -> Result<Experiment, String> {
    Experiment::from_ron(text).map_err(|error| format!("{name}: {error}"))
}

/// What opens instead: the folder that the file lies in, if that is a run's.
fn not_an_experiment(name: &str, kind: &str, folder: Option<&Path>) -> String {
    let run = folder.filter(|folder| folder.join(names::EXPERIMENT).is_file());
    let try_this = match run {
        Some(folder) if folder.as_os_str().is_empty() => ".".to_owned(),
        Some(folder) => folder.display().to_string(),
        None => "two-moons".to_owned(),
    };
    format!(
        "{name} is {kind}, no experiment: what opens is a .ron file, a preset's name or a run's folder; \
         try `pushforward {try_this}`"
    )
}

/// What a file is that begins so, if it is known and can be no experiment.
fn kind(start: &[u8]) -> Option<&'static str> {
    if start.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(PNG);
    }
    if start.starts_with(b"%PDF-") {
        return Some(PDF);
    }
    if start.starts_with(b"GIF8") {
        return Some(GIF);
    }
    if start.get(4..8) == Some(b"ftyp") {
        return Some(MP4);
    }
    if is_safetensors(start) {
        return Some("a file of weights (safetensors)");
    }
    let text = String::from_utf8_lossy(start);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    match text.chars().next()? {
        '<' if text.contains("<svg") => Some(SVG),
        '<' => Some("an XML or HTML file"),
        '{' | '[' => Some("a JSON file"),
        _ if is_table(text) => Some("a table (CSV)"),
        _ => None,
    }
}

/// Eight bytes with the length of a JSON object, and the object.
fn is_safetensors(start: &[u8]) -> bool {
    const MAX_HEADER: u64 = 100 << 20;
    let length = start.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
    let small = length.is_some_and(|length| (2..=MAX_HEADER).contains(&length));
    small && start.get(8) == Some(&b'{')
}

/// Whether the first line is two or more names or numbers, with commas, semicolons or tabs between them.
fn is_table(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '.' | ' ' | '"');
    [',', ';', '\t'].iter().any(|separator| {
        let mut cells = line.split(*separator);
        line.contains(*separator) && cells.all(|cell| cell.chars().all(plain))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;
    use crate::session::files::atomic_write;

    #[test]
    fn what_is_no_experiment_is_known_by_its_content() {
        for (start, kind_of_it) in [
            (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], Some("a PNG picture")),
            (b"%PDF-1.7\n", Some("a PDF document")),
            (b"GIF89a\x04\0", Some("a GIF picture")),
            (b"\0\0\0\x20ftypisom", Some("an MP4 film")),
            (b"<?xml version=\"1.0\"?>\n<svg>", Some("an SVG picture")),
            (b"<html>", Some("an XML or HTML file")),
            (
                b"\x10\0\0\0\0\0\0\0{\"__metadata__\"",
                Some("a file of weights (safetensors)"),
            ),
            (b"{\"schema\": 2}", Some("a JSON file")),
            (b"particle,t,x,y\n0,0,1.5,-2e-3\n", Some("a table (CSV)")),
            (b"\xef\xbb\xbf\"x\";\"y\"\r\n", Some("a table (CSV)")),
            (b"1.0\t2.0\n", Some("a table (CSV)")),
            (b"", None),
            (b"(version: 1, target: (shape: Checkerboard))", None),
            (b"// moons, rings\n(version: 1)", None),
            (b"hello", None),
        ] {
            assert_eq!(
                kind(start),
                kind_of_it,
                "{}",
                String::from_utf8_lossy(start)
            );
        }
        for preset in presets::all() {
            assert_eq!(kind(preset.ron.as_bytes()), None, "{}", preset.name);
        }
    }

    #[test]
    fn a_figure_opens_its_experiment() {
        use crate::experiment::View;
        use crate::export::{Format, Metadata, Options};
        use crate::scene::{Page, Style, build, fixture};
        let experiment = presets::find("vp").unwrap().experiment().unwrap();
        let page = Page::figure(Style::Paper);
        let scene = build(&fixture::frame(), &View::default(), 1.0, &page);
        let folder = tempfile::tempdir().unwrap();
        for format in Format::ALL {
            let figure = folder.path().join("figure");
            let metadata = Metadata {
                title: String::new(),
                experiment: experiment.to_ron(),
            };
            let options = Options {
                metadata,
                ..Options::default()
            };
            atomic_write(&figure, &format.encode(&scene, &options).unwrap()).unwrap();
            assert_eq!(read(&figure).unwrap(), experiment, "{format:?}");
            let plain = format.encode(&scene, &Options::default()).unwrap();
            atomic_write(&figure, &plain).unwrap();
            let refused = read(&figure).unwrap_err();
            assert!(refused.contains(", no experiment"), "{refused}");
        }
    }

    #[test]
    fn a_file_of_a_run_names_the_folder_that_opens() {
        let folder = tempfile::tempdir().unwrap();
        let table = folder.path().join("moons.ron");
        atomic_write(&table, b"step,loss\n").unwrap();
        let message = read(&table).unwrap_err();
        assert!(
            message.contains("is a table (CSV), no experiment: what opens is a .ron file"),
            "{message}"
        );
        assert!(
            message.ends_with("try `pushforward two-moons`"),
            "{message}"
        );
        atomic_write(&folder.path().join(names::EXPERIMENT), b"").unwrap();
        let message = read(&table).unwrap_err();
        assert!(
            message.ends_with(&format!("try `pushforward {}`", folder.path().display())),
            "{message}"
        );
        atomic_write(&table, b"\xff\xfe\0").unwrap();
        assert!(
            read(&table)
                .unwrap_err()
                .contains("is not UTF-8 text, no experiment")
        );
        assert!(read(&folder.path().join("missing")).is_err());
        assert!(
            read(folder.path())
                .unwrap_err()
                .contains("not a regular file")
        );
    }
}
