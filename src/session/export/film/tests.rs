use super::*;
use crate::experiment::View;
use crate::scene::{Page, Style, build, fixture};
use crate::session::crew::Crew;

/// Stops the job once so many pictures are made.
struct Stop(u64, u64);

impl RunObserver for Stop {
    fn progress(&mut self, progress: &Progress) {
        self.1 = progress.step;
    }

    fn notice(&mut self, _: &str) {}

    fn interrupted(&self) -> bool {
        self.1 >= self.0
    }
}

const PICTURES: usize = 100;

/// A film of the fixture for this place, with the tools that are there.
fn film(path: &Path, format: FilmFormat, stop: u64) -> Result<bool, RunError> {
    let file = BufWriter::<Shared>::new;
    let out = |shared| -> Box<dyn Write + Send> { Box::new(file(shared)) };
    film_on(&out, path, format, stop)
}

fn film_on(
    out: &dyn Fn(Shared) -> Box<dyn Write + Send>,
    path: &Path,
    format: FilmFormat,
    stop: u64,
) -> Result<bool, RunError> {
    let reel = Reel {
        format,
        timing: Timing {
            pictures: PICTURES,
            rate: 30.0,
            pause: 0.0,
            repeat: true,
        },
        options: Options {
            dpi: 20.0,
            ..Options::default()
        },
    };
    let mut shot = |k: usize| -> Result<Shot, RunError> {
        Ok(Box::new(move || {
            let page = Page::figure(Style::Dark);
            Ok(build(
                &fixture::frame(),
                &View::default(),
                k as f64 / (PICTURES - 1) as f64,
                &page,
            ))
        }))
    };
    let (crew, ffmpeg) = (Crew::spawn(2).unwrap(), || Err("no".to_owned()));
    let (hands, mut observer) = (Hands::of(&crew), Stop(stop, 0));
    let tools = Tools {
        ffmpeg: &ffmpeg,
        out,
    };
    let file = record_with(&tools, path, &reel, &mut shot, &hands, &mut observer)?;
    placed(file)
}

/// Puts the file in its place, if there is one.
fn placed(file: Option<AtomicFile>) -> Result<bool, RunError> {
    let placed = file.map(|file| file.commit().unwrap());
    Ok(placed.is_some())
}

/// A disk with room for so many bytes.
struct Full(Shared, usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let fitting = bytes.get(..bytes.len().min(self.1)).unwrap_or_default();
        if fitting.is_empty() && !bytes.is_empty() {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        let written = self.0.write(fitting)?;
        self.1 -= written;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

#[test]
fn a_disk_that_fills_up_at_any_picture_is_said_and_leaves_nothing() {
    for format in [FilmFormat::Gif, FilmFormat::Apng] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        assert!(film(&path, format, u64::MAX).unwrap());
        let bytes = std::fs::metadata(&path).unwrap().len() as usize;
        std::fs::remove_file(&path).unwrap();
        let mut failed_at = Vec::new();
        for percent in [0, 1, 50, 99] {
            let room = bytes * percent / 100;
            let out = |shared| -> Box<dyn Write + Send> { Box::new(Full(shared, room)) };
            let error = film_on(&out, &path, format, u64::MAX).unwrap_err();
            let error = error.to_string();
            let begins = format!("{}: picture ", path.display());
            let picture = error
                .strip_prefix(&begins)
                .unwrap_or_else(|| panic!("{error}"));
            let (number, _) = picture.split_once(" of 100").unwrap();
            failed_at.push(number.parse::<usize>().unwrap());
            let ends = "make room there, or write to another place";
            assert!(error.ends_with(ends), "{error}");
            assert_eq!(folder.path().read_dir().unwrap().count(), 0, "{format:?}");
        }
        assert!(failed_at.is_sorted(), "{failed_at:?}");
        assert!(failed_at[0] == 1 && failed_at[3] > 90, "{failed_at:?}");
    }
}

#[test]
fn a_film_that_is_cancelled_leaves_nothing_and_a_whole_one_its_file_alone() {
    for format in [FilmFormat::Gif, FilmFormat::Apng] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let files = || folder.path().read_dir().unwrap().count();
        for stop in [1, 50, 99] {
            assert!(!film(&path, format, stop).unwrap());
            assert_eq!(files(), 0, "{format:?} at {stop}");
        }
        assert!(film(&path, format, 1000).unwrap());
        assert_eq!(files(), 1);
    }
}

#[cfg(unix)]
mod ffmpeg {
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use super::*;
    use crate::export::Metadata;
    use crate::session::files::atomic_write;

    const SIZE: [usize; 2] = [64, 48];
    /// Bytes of a picture as ffmpeg reads it.
    const EACH: usize = 3 * SIZE[0] * SIZE[1];

    /// A program in the place of ffmpeg, which gets the name of the file last.
    fn program(folder: &Path, script: &str) -> PathBuf {
        let path = folder.join("ffmpeg");
        let script = format!("#!/bin/sh\nfor out; do :; done\n{script}\n");
        atomic_write(&path, script.as_bytes()).unwrap();
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&path, executable).unwrap();
        path
    }

    fn reel() -> Reel {
        Reel {
            format: FilmFormat::Mp4,
            timing: Timing {
                pictures: PICTURES,
                rate: 30.0,
                pause: 0.0,
                repeat: false,
            },
            options: Options {
                dpi: 72.0,
                metadata: Metadata {
                    title: "Moons".to_owned(),
                    experiment: "(version: 1)".to_owned(),
                },
                ..Options::default()
            },
        }
    }

    /// Writes an MP4 of grey pictures through the program; what is in the folder afterwards.
    fn filmed(script: &str, stop: u64) -> (Result<bool, RunError>, Vec<Vec<u8>>) {
        let (tools, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let program = program(tools.path(), script);
        let mut shot = |_: usize| -> Result<Shot, RunError> {
            Ok(Box::new(|| {
                Ok(Scene {
                    size: SIZE.map(|n| n as f32),
                    background: crate::scene::Color::hex(0x80_80_80),
                    panels: Vec::new(),
                    furniture: Vec::new(),
                    color_bars: Vec::new(),
                })
            }))
        };
        let crew = Crew::alone();
        let (hands, mut observer) = (Hands::of(&crew), Stop(stop, 0));
        let path = folder.path().join("a.mp4");
        let program = || Ok(program.clone());
        let tools = Tools {
            ffmpeg: &program,
            out: &|file| Box::new(file),
        };
        let done = record_with(&tools, &path, &reel(), &mut shot, &hands, &mut observer);
        let done = done.and_then(placed);
        let files = folder.path().read_dir().unwrap();
        let files = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
        (done, files.collect())
    }

    #[test]
    fn every_picture_reaches_it_and_what_it_writes_is_the_file() {
        let (done, files) = filmed("cat > \"$out\"", u64::MAX);
        assert!(done.unwrap());
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].len(), PICTURES * EACH);
        assert!(files[0].iter().all(|byte| *byte == 0x80));
        let (done, files) = filmed(
            "cat > /dev/null; printf '%s\\n' \"$@\" > \"$out\"",
            u64::MAX,
        );
        assert!(done.unwrap());
        let said = String::from_utf8_lossy(&files[0]);
        for word in ["title=Moons", "comment=(version: 1)", "64x48", "libx264"] {
            assert!(said.contains(word), "{word} in {said}");
        }
    }

    #[test]
    fn dying_it_leaves_its_last_words_and_no_file() {
        for pictures in [0, 1, 50, 99] {
            let script = format!(
                "head -c {} > \"$out\"; echo 'first words' >&2; echo 'No space left on device' >&2; exit 1",
                pictures * EACH
            );
            let (done, files) = filmed(&script, u64::MAX);
            let error = done.unwrap_err().to_string();
            assert!(error.contains("a.mp4: picture"), "{error}");
            assert!(error.contains("No space left on device"), "{error}");
            assert!(!error.contains("first words"), "{error}");
            assert!(files.is_empty(), "after {pictures} pictures");
        }
        let (done, files) = filmed("cat > \"$out\"; kill -9 $$", u64::MAX);
        let error = done.unwrap_err().to_string();
        assert!(error.contains("it said nothing"), "{error}");
        assert!(files.is_empty());
    }

    #[test]
    fn cancelled_at_any_time_it_ends_and_leaves_nothing() {
        for stop in [1, 50, 99] {
            let (done, files) = filmed("cat > \"$out\"", stop);
            assert!(!done.unwrap());
            assert!(files.is_empty(), "at {stop} %");
        }
    }
}
