//! What a studio asks of the desktop: to show a folder, and how a shell takes a word.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::experiment::Figure;

/// The program that shows a folder.
const OPENER: &str = if cfg!(target_os = "macos") {
    "open"
} else if cfg!(windows) {
    "explorer"
} else {
    "xdg-open"
};

/// Shows the folder of a file in the desktop's file manager; does not wait for it.
///
/// # Errors
/// A sentence with the folder in it.
pub fn reveal(path: &Path) -> Result<(), String> {
    let beside = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = beside.unwrap_or(Path::new("."));
    let mut opener = Command::new(OPENER);
    opener
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    opener.spawn().map(drop).map_err(|error| {
        format!(
            "The figure is in {}; no program shows it here ({OPENER}: {error})",
            folder.display()
        )
    })
}

/// The command that writes a figure of a run into a file.
pub(super) fn command(folder: &Path, figure: &Figure, file: &Path) -> String {
    let words = ["pushforward".to_owned(), "export".to_owned()];
    let run = folder.display().to_string();
    let out = ["--out".to_owned(), file.display().to_string()];
    let words = words.into_iter().chain([run]).chain(figure.flags());
    let words: Vec<String> = words.chain(out).map(|word| quoted(&word)).collect();
    words.join(" ")
}

/// A word as a POSIX shell takes it: in quotes where it has to be.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./,:=#+%@".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}
