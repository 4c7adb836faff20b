//! Several files that appear together or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempPath};

use super::{AtomicFile, FileError, folder_of, io_error, sync_folder};

/// Puts files that are written in their places, in this order; if one of them cannot be, what was there before stands at
/// the places of all.
///
/// # Errors
/// If the system refuses, with the file.
pub fn commit_all(files: Vec<AtomicFile>) -> Result<(), FileError> {
    // What a full disk says late is said before anything is replaced.
    for file in &files {
        file.settle().map_err(io_error(&file.path))?;
    }
    let mut placed = Vec::new();
    for file in files {
        let path = file.path.clone();
        if let Err(error) = place(file, &mut placed) {
            while let Some(last) = placed.pop() {
                last.undo();
            }
            return Err(io_error(&path)(error));
        }
    }
    Ok(())
}

/// A file in its place, with what was there.
struct Placed {
    target: PathBuf,
    old: Option<TempPath>,
}

impl Placed {
    /// As it was before. What fails here cannot be helped.
    fn undo(self) {
        let _ = match self.old {
            Some(old) => old.persist(&self.target).map_err(|error| error.error),
            None => fs::remove_file(&self.target),
        };
    }
}

fn place(file: AtomicFile, placed: &mut Vec<Placed>) -> io::Result<()> {
    let (target, old) = (file.target.clone(), kept(&file.target)?);
    file.rename()?;
    placed.push(Placed {
        target: target.clone(),
        old,
    });
    sync_folder(folder_of(&target))
}

/// Another name for the file that is there, in its folder, or a copy where the disk has no such names; it goes when it is
/// dropped.
fn kept(target: &Path) -> io::Result<Option<TempPath>> {
    if !fs::metadata(target).is_ok_and(|meta| meta.is_file()) {
        return Ok(None);
    }
    let named = |path: &Path| match fs::hard_link(target, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            fs::copy(target, path).map(drop)
        }
        other => other,
    };
    let kept = Builder::new().make_in(folder_of(target), named)?;
    Ok(Some(kept.into_temp_path()))
}

#[cfg(test)]
mod tests {
    use super::super::read_text;
    use super::*;

    fn file(path: &Path, text: &str) -> AtomicFile {
        let mut file = AtomicFile::create(path).unwrap();
        file.write(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn all_appear_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["a", "b"].map(|name| folder.path().join(name));
        for round in ["first", "second"] {
            commit_all(paths.iter().map(|path| file(path, round)).collect()).unwrap();
            for path in &paths {
                assert_eq!(read_text(path, 10).unwrap(), round);
            }
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        }
    }

    #[test]
    fn where_one_cannot_be_placed_all_places_are_as_before() {
        let folder = tempfile::tempdir().unwrap();
        let [old, new, last] = ["old", "new", "last"].map(|name| folder.path().join(name));
        file(&old, "before").commit().unwrap();
        let files = [&old, &new, &old, &last].map(|path| file(path, "after"));
        // In the meantime somebody else takes the last place.
        fs::create_dir(&last).unwrap();
        let error = commit_all(files.into()).unwrap_err().to_string();
        assert!(error.contains(&last.display().to_string()), "{error}");
        assert_eq!(read_text(&old, 10).unwrap(), "before");
        assert!(!new.exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
