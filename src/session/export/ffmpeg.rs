//! The program ffmpeg as a process that reads pictures and writes a file.

use std::io::{BufWriter, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::export::Metadata;
use crate::export::film::mp4::{RawVideo, arguments};
use crate::export::film::{FilmError, FilmWriter, Timing};
use crate::export::png::Pixels;

use super::super::files;

/// Where ffmpeg is.
///
/// # Errors
/// A sentence that says that it is not installed.
pub fn available() -> Result<PathBuf, String> {
    let found = files::program("ffmpeg");
    found.ok_or_else(|| "MP4 needs ffmpeg, which is not installed; GIF and APNG do not".to_owned())
}

/// An MP4 in the making. Dropped before it is finished the process ends.
pub struct Mp4 {
    process: Child,
    complaints: files::Scratch,
    raw: Option<Box<RawVideo<BufWriter<ChildStdin>>>>,
}

impl Mp4 {
    /// Starts the program, which writes to `file`.
    ///
    /// # Errors
    /// It cannot be started, or a side is odd.
    pub fn start(
        program: &Path,
        file: &Path,
        size: [usize; 2],
        timing: Timing,
        metadata: &Metadata,
    ) -> Result<Self, FilmError> {
        let complaints = files::scratch()?;
        let mut process = Command::new(program)
            .args(arguments(size, &timing, metadata))
            .arg(file)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::from(complaints.try_clone()?))
            .spawn()?;
        let input = process.stdin.take();
        let mut film = Self {
            process,
            complaints,
            raw: None,
        };
        let input = input.ok_or_else(|| FilmError::Encoder("ffmpeg reads nothing".to_owned()))?;
        film.raw = Some(Box::new(RawVideo::new(
            BufWriter::new(input),
            size,
            timing,
        )?));
        Ok(film)
    }

    /// What became of the process, which has to end first.
    fn end(&mut self) -> Result<(), FilmError> {
        let status = self.process.wait()?;
        if status.success() {
            return Ok(());
        }
        let mut said = Vec::new();
        self.complaints.rewind()?;
        (&self.complaints).take(4096).read_to_end(&mut said)?;
        let said = String::from_utf8_lossy(&said);
        let said = said.lines().next_back().unwrap_or("it said nothing");
        Err(FilmError::Encoder(format!(
            "ffmpeg ended with {status}: {said}"
        )))
    }
}

impl FilmWriter for Mp4 {
    fn push(&mut self, picture: &Pixels) -> Result<(), FilmError> {
        let pushed = self.raw.as_mut().map_or(Ok(()), |raw| raw.push(picture));
        match pushed {
            Err(FilmError::Io(error)) => {
                // The pipe is closed before the process is waited for.
                self.raw = None;
                self.end()?;
                Err(FilmError::Io(error))
            }
            other => other,
        }
    }

    fn finish(mut self: Box<Self>) -> Result<(), FilmError> {
        let finished = self.raw.take().map_or(Ok(()), |raw| raw.finish());
        self.end()?;
        finished
    }
}

impl Drop for Mp4 {
    fn drop(&mut self) {
        if let Ok(None) = self.process.try_wait() {
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
    }
}
