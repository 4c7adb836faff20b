//! The one place that reads and writes files. Writing is atomic: a reader sees the old file or the new one.

pub mod together;

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tempfile::NamedTempFile;

/// Why a file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system refused.
    #[error("{path}: {source}{}", way_out(source))]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is a folder, a pipe or a device.
    #[error("{path}: not a regular file")]
    NotAFile {
        /// The file.
        path: PathBuf,
    },
    /// It is larger than what is expected here.
    #[error("{path}: larger than {limit} bytes")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// It is not UTF-8 text.
    #[error("{path}: not UTF-8 text")]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// It lies in the home folder, and there is none.
    #[error("{path}: `~` is the home folder, but {HOME} is not set; write the whole path")]
    NoHome {
        /// The path as it was written.
        path: PathBuf,
    },
}

/// The variable that names the home folder.
const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

/// The path as a user writes it, with `~` at its beginning as the home folder. Another user's (`~name`) is left alone.
///
/// # Errors
/// If it begins with `~` and the environment names no home folder.
pub fn expand_home(path: &Path) -> Result<PathBuf, FileError> {
    expanded(path, env::var_os(HOME).as_deref())
}

fn expanded(path: &Path, home: Option<&OsStr>) -> Result<PathBuf, FileError> {
    let Ok(below) = path.strip_prefix("~") else {
        return Ok(path.to_owned());
    };
    match home.filter(|home| !home.is_empty()) {
        Some(home) => Ok(Path::new(home).join(below)),
        None => Err(FileError::NoHome {
            path: path.to_owned(),
        }),
    }
}

/// Whether the path is a folder's; `false` for anything else that is there.
///
/// # Errors
/// If there is nothing, or the system refuses to say.
pub fn is_folder(path: &Path) -> io::Result<bool> {
    Ok(fs::metadata(path)?.is_dir())
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> FileError + '_ {
    move |source| FileError::Io {
        path: path.to_owned(),
        source,
    }
}

/// What helps against an error of the system, to be said after it; nothing where it says enough.
pub fn way_out(error: &io::Error) -> &'static str {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    match error.kind() {
        StorageFull | QuotaExceeded | FileTooLarge => {
            "; make room there, or write to another place"
        }
        ReadOnlyFilesystem => "; write to another place",
        _ => "",
    }
}

/// Replaces the file by `bytes`, see [`AtomicFile`].
///
/// # Errors
/// If the system refuses; then the old file, if any, is untouched.
pub fn atomic_write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let mut file = AtomicFile::create(path)?;
    file.write(bytes)?;
    file.commit()
}

/// A file that is written piece by piece and appears at once: temporary file in the same folder, fsync, rename, fsync
/// of the folder. Dropped before [`Self::commit`] it leaves nothing. A symbolic link is followed, so that it stays a
/// link.
pub struct AtomicFile {
    path: PathBuf,
    target: PathBuf,
    temporary: NamedTempFile,
}

impl AtomicFile {
    /// Begins a file that will replace the one at `path`.
    ///
    /// # Errors
    /// If there is something else than a file, or the system refuses.
    pub fn create(path: &Path) -> Result<Self, FileError> {
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if fs::metadata(&target).is_ok_and(|meta| !meta.is_file()) {
            return Err(FileError::NotAFile {
                path: path.to_owned(),
            });
        }
        let temporary = NamedTempFile::new_in(folder_of(&target)).map_err(io_error(path))?;
        Ok(Self {
            path: path.to_owned(),
            target,
            temporary,
        })
    }

    /// Appends.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        let written = self.temporary.write_all(bytes);
        written.map_err(io_error(&self.path))
    }

    /// How many bytes it has so far.
    ///
    /// # Errors
    /// If the system refuses to say.
    pub fn length(&self) -> Result<u64, FileError> {
        // By its name: another program may write it.
        let meta = fs::metadata(self.temporary.path());
        Ok(meta.map_err(io_error(&self.path))?.len())
    }

    /// Puts the file in the old one's place.
    ///
    /// # Errors
    /// If the system refuses; then the old file, if any, is untouched.
    pub fn commit(self) -> Result<(), FileError> {
        let (path, target) = (self.path.clone(), self.target.clone());
        let settled = self.settle().and_then(|()| self.rename());
        let placed = settled.and_then(|()| sync_folder(folder_of(&target)));
        placed.map_err(io_error(&path))
    }

    /// All bytes are on the disk.
    fn settle(&self) -> io::Result<()> {
        set_permissions(self.temporary.as_file(), &self.target)?;
        self.temporary.as_file().sync_all()
    }

    fn rename(self) -> io::Result<()> {
        let persisted = self.temporary.persist(&self.target);
        persisted.map(drop).map_err(|error| error.error)
    }
}

/// An [`AtomicFile`] that somebody else writes. Whoever opened it takes it back, or drops it, which leaves nothing even
/// where a writer is still there.
pub struct Shared {
    file: Arc<Mutex<Option<AtomicFile>>>,
    owns: bool,
}

impl Shared {
    /// The file, which this handle owns.
    pub fn of(file: AtomicFile) -> Self {
        Self {
            file: Arc::new(Mutex::new(Some(file))),
            owns: true,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<AtomicFile>> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the bytes are until the file has its place, for another program to write them.
    pub fn path(&self) -> PathBuf {
        let file = self.lock();
        let path = file.as_ref().map(|file| file.temporary.path().to_owned());
        path.unwrap_or_default()
    }

    /// The file when it is written; nothing for a handle to write through once its owner has it.
    pub fn take(self) -> Option<AtomicFile> {
        self.lock().take()
    }
}

impl Clone for Shared {
    /// A handle to write through.
    fn clone(&self) -> Self {
        Self {
            file: Arc::clone(&self.file),
            owns: false,
        }
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.lock().as_mut() {
            Some(file) => file.temporary.write(bytes),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if self.owns {
            drop(self.lock().take());
        }
    }
}

/// A file without a name that is gone when it is closed.
pub type Scratch = File;

/// Opens one.
///
/// # Errors
/// If the system refuses.
pub fn scratch() -> io::Result<Scratch> {
    tempfile::tempfile()
}

/// Where the system finds a program of this name.
pub fn program(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    let mut places = env::split_paths(&folders).map(|folder| folder.join(&file));
    places.find(|place| fs::metadata(place).is_ok_and(|meta| meta.is_file()))
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// The old file's permissions, or those of an ordinary new file (temporary ones are private).
#[cfg(unix)]
fn set_permissions(file: &File, target: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = fs::metadata(target).map_or_else(
        |_| fs::Permissions::from_mode(0o644),
        |meta| meta.permissions(),
    );
    file.set_permissions(permissions)
}

#[cfg(not(unix))]
fn set_permissions(_file: &File, _target: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes the rename durable where the system can open folders.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Reads a regular file of at most `limit` bytes.
///
/// # Errors
/// If it cannot be read, is no regular file, or is larger.
pub fn read_bytes(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let meta = fs::metadata(path).map_err(io_error(path))?;
    if !meta.is_file() {
        return Err(FileError::NotAFile {
            path: path.to_owned(),
        });
    }
    let file = File::open(path).map_err(io_error(path))?;
    let mut bytes = Vec::new();
    let read = file.take(limit + 1).read_to_end(&mut bytes);
    let read = read.map_err(io_error(path))?;
    if read as u64 > limit {
        return Err(FileError::TooLarge {
            path: path.to_owned(),
            limit,
        });
    }
    Ok(bytes)
}

/// Reads the first bytes of a regular file, at most `limit`.
///
/// # Errors
/// If it cannot be read or is no regular file.
pub fn read_start(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return Err(FileError::NotAFile {
            path: path.to_owned(),
        });
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(io_error(path))?;
    let read = file.take(limit).read_to_end(&mut bytes);
    read.map_err(io_error(path))?;
    Ok(bytes)
}

/// Reads standard input to its end, at most `limit` bytes.
///
/// # Errors
/// If it cannot be read or is larger.
pub fn read_stdin(limit: u64) -> Result<Vec<u8>, FileError> {
    let path = Path::new(STDIN);
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(limit + 1).read_to_end(&mut bytes);
    let read = read.map_err(io_error(path))?;
    if read as u64 > limit {
        let path = path.to_owned();
        return Err(FileError::TooLarge { path, limit });
    }
    Ok(bytes)
}

/// What messages call standard input.
pub const STDIN: &str = "standard input";

/// Reads a regular UTF-8 text file of at most `limit` bytes.
///
/// # Errors
/// As [`read_bytes`], or if it is not UTF-8.
pub fn read_text(path: &Path, limit: u64) -> Result<String, FileError> {
    String::from_utf8(read_bytes(path, limit)?).map_err(|_| FileError::NotText {
        path: path.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_replaces_the_whole_file_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ron");
        atomic_write(&path, b"a longer first version").unwrap();
        atomic_write(&path, b"second").unwrap();
        assert_eq!(read_text(&path, 100).unwrap(), "second");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_in_pieces_appears_at_once_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let mut file = AtomicFile::create(&path).unwrap();
        file.write(b"first,").unwrap();
        file.write(b"second").unwrap();
        assert!(!path.exists());
        file.commit().unwrap();
        assert_eq!(read_text(&path, 100).unwrap(), "first,second");
        let mut dropped = AtomicFile::create(&path).unwrap();
        dropped.write(b"third").unwrap();
        drop(dropped);
        assert_eq!(read_text(&path, 100).unwrap(), "first,second");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_not_a_file_is_refused_and_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        assert!(matches!(
            atomic_write(&inner, b"x"),
            Err(FileError::NotAFile { .. })
        ));
        assert!(inner.is_dir());
        assert!(read_bytes(&inner, 10).is_err());
        assert!(atomic_write(&folder.path().join("missing/a"), b"x").is_err());
    }

    #[test]
    fn limits_and_encodings_are_checked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        atomic_write(&path, &[0xff; 11]).unwrap();
        let large = read_bytes(&path, 10);
        assert!(matches!(large, Err(FileError::TooLarge { limit: 10, .. })));
        assert!(matches!(
            read_text(&path, 11),
            Err(FileError::NotText { .. })
        ));
    }

    #[test]
    fn a_tilde_is_the_home_folder_at_the_beginning_only() {
        let home = Some(OsStr::new("/home/ada"));
        for (path, whole) in [
            ("~", "/home/ada"),
            ("~/runs/a.ron", "/home/ada/runs/a.ron"),
            ("~eve/a.ron", "~eve/a.ron"),
            ("a/~/b", "a/~/b"),
            ("/a", "/a"),
            ("", ""),
        ] {
            assert_eq!(expanded(path.as_ref(), home).unwrap(), Path::new(whole));
        }
        for home in [None, Some(OsStr::new(""))] {
            let message = expanded("~/a.ron".as_ref(), home).unwrap_err().to_string();
            assert!(
                message.starts_with("~/a.ron: `~` is the home folder, but"),
                "{message}"
            );
            assert!(expanded("a.ron".as_ref(), home).is_ok());
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_device_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        atomic_write(&file, b"old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        atomic_write(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(read_text(&file, 10).unwrap(), "new");
        assert!(read_bytes(Path::new("/dev/zero"), 10).is_err());
    }
}
