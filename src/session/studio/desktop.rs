//! What a studio asks of the desktop: to show a folder, and how a shell takes a word.

use std::path::Path;
use std::process::{Command, Stdio};

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

/// A word as a POSIX shell takes it: in quotes where it has to be.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./,:=#+%@".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}
