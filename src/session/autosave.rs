//! Work that is in no file, kept beside the configuration so that a crash does not take it.
//!
//! A window writes one file, `unsaved-….ron`, and holds the lock beside it for as long as it lives. A file whose lock
//! is free was left by a window that did not end as it should, and is offered to the next one. It refuses to know when
//! it is time to write.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock;
use crate::experiment::Experiment;

use super::command::Event;
use super::files::{atomic_write, read_text};
use super::folder::MAX_EXPERIMENT_BYTES;

/// What the names of the files begin with.
const PREFIX: &str = "unsaved-";

/// The folder for the configuration of this program; none if the system names none (`XDG_CONFIG_HOME` or `HOME`,
/// on Windows `APPDATA`).
pub fn folder() -> Option<PathBuf> {
    folder_of(|name| env::var_os(name))
}

fn folder_of(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    // Relative paths are to be ignored (XDG base directory specification).
    let path = |name| {
        variable(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let home = |below| Some(path("HOME")?.join(below));
    let base = if cfg!(windows) {
        path("APPDATA")
    } else if cfg!(target_os = "macos") {
        home("Library/Application Support")
    } else {
        path("XDG_CONFIG_HOME").or_else(|| home(".config"))
    };
    Some(base?.join("pushforward"))
}

/// The file of one window.
pub struct Autosave {
    folder: Option<PathBuf>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    slot: Option<Slot>,
    /// That it does not work has been said.
    told: bool,
}

/// A file and the lock that says whose it is.
struct Slot {
    file: PathBuf,
    lock_path: PathBuf,
    /// Held for as long as this is open.
    _lock: File,
}

/// What a window left that did not end as it should; nobody else gets it while this lives.
pub struct Leftover {
    /// The work.
    pub experiment: Experiment,
    /// How long ago it was written.
    pub age: Duration,
    slot: Slot,
}

impl Autosave {
    /// Keeps work in this folder, which is made when there is something to keep; without one nothing is kept.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self {
            folder,
            state: Mutex::default(),
        }
    }

    /// What windows left that are gone, oldest first, and a sentence for each file that cannot be read.
    pub fn leftovers(&self) -> (Vec<Leftover>, Vec<String>) {
        let entries = self.folder.as_ref().and_then(|f| fs::read_dir(f).ok());
        let files = entries.into_iter().flatten().flatten().map(|e| e.path());
        let (mut found, mut unreadable) = (Vec::new(), Vec::new());
        for slot in files
            .filter(|file| is_autosave(file))
            .filter_map(Slot::of_the_dead)
        {
            match slot.leftover() {
                Ok(leftover) => found.push(leftover),
                Err(sentence) => unreadable.push(sentence),
            }
        }
        found.sort_by_key(|leftover| std::cmp::Reverse(leftover.age));
        (found, unreadable)
    }

    /// Goes on in the file of a leftover, so that its work is on disk all the time.
    pub fn adopt(&self, leftover: Leftover) {
        let old = self.lock().slot.replace(leftover.slot);
        old.into_iter().for_each(Slot::remove);
    }

    /// Replaces what is kept. The first failure is an event; later ones would say the same again.
    pub(super) fn write(&self, experiment: &Experiment) -> Option<Event> {
        let mut state = self.lock();
        let sentence = self.try_write(&mut state, experiment).err()?;
        let first = !std::mem::replace(&mut state.told, true);
        first.then(|| Event::Notice(format!("Unsaved work is not kept for a crash: {sentence}")))
    }

    /// Takes away what is kept: it is in a file now, or not wanted.
    pub(super) fn clear(&self) {
        let slot = self.lock().slot.take();
        slot.into_iter().for_each(Slot::remove);
    }

    fn try_write(&self, state: &mut State, experiment: &Experiment) -> Result<(), String> {
        let none = "there is no folder for the configuration (HOME is not set)";
        let folder = self.folder.as_ref().ok_or(none)?;
        let slot = match state.slot.take() {
            Some(slot) => slot,
            None => Slot::new(folder).map_err(|error| format!("{}: {error}", folder.display()))?,
        };
        let file = &state.slot.insert(slot).file;
        let text = experiment.to_ron();
        atomic_write(file, text.as_bytes()).map_err(|error| error.to_string())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Leftover {
    /// Takes the work away for good.
    pub(super) fn remove(self) {
        self.slot.remove();
    }
}

impl Slot {
    /// A file of its own; locked before there is anything to find.
    fn new(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let unique = tempfile::Builder::new()
            .prefix(PREFIX)
            .suffix(".lock")
            .tempfile_in(folder)?;
        let (lock, lock_path) = unique.keep().map_err(|error| error.error)?;
        if let Err(error) = lock.try_lock() {
            // Without a lock a neighbour would take the file for a dead one's.
            fs::remove_file(&lock_path).ok();
            return Err(error.into());
        }
        Ok(Self {
            file: lock_path.with_extension("ron"),
            lock_path,
            _lock: lock,
        })
    }

    /// The slot of a file whose window is gone.
    fn of_the_dead(file: PathBuf) -> Option<Self> {
        let lock_path = file.with_extension("lock");
        let mut options = File::options();
        let lock = options.create(true).append(true).open(&lock_path).ok()?;
        lock.try_lock().ok()?;
        Some(Self {
            file,
            lock_path,
            _lock: lock,
        })
    }

    fn leftover(self) -> Result<Leftover, String> {
        let place = |error: String| format!("Unsaved work cannot be read: {error}");
        let text = read_text(&self.file, MAX_EXPERIMENT_BYTES);
        let text = text.map_err(|error| place(error.to_string()))?;
        let experiment = Experiment::from_ron(&text)
            .map_err(|error| place(format!("{}: {error}", self.file.display())))?;
        let written = fs::metadata(&self.file).and_then(|meta| meta.modified());
        // A clock that was set back makes it new.
        let age = written.ok().and_then(clock::age);
        Ok(Leftover {
            experiment,
            age: age.unwrap_or_default(),
            slot: self,
        })
    }

    fn remove(self) {
        // What is gone already needs no removal; what cannot be removed is offered again.
        fs::remove_file(&self.file).ok();
        fs::remove_file(&self.lock_path).ok();
    }
}

fn is_autosave(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(PREFIX) && name.ends_with(".ron")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;

    fn experiment(seed: u64) -> Experiment {
        let preset = presets::find("two-moons").unwrap().experiment().unwrap();
        Experiment { seed, ..preset }
    }

    fn in_folder(folder: &Path) -> Autosave {
        Autosave::new(Some(folder.join("pushforward")))
    }

    fn seeds(autosave: &Autosave) -> Vec<u64> {
        let (found, unreadable) = autosave.leftovers();
        assert_eq!(unreadable, Vec::<String>::new());
        found.iter().map(|found| found.experiment.seed).collect()
    }

    #[test]
    fn what_a_living_window_keeps_is_its_own_and_a_dead_ones_is_offered_once() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (in_folder(folder.path()), in_folder(folder.path()));
        assert_eq!(first.write(&experiment(1)), None);
        assert_eq!(second.write(&experiment(2)), None);
        assert_eq!(second.write(&experiment(3)), None);
        let third = in_folder(folder.path());
        assert_eq!(seeds(&third), [0; 0], "both windows live");
        drop(first);
        let (mut found, _) = third.leftovers();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].experiment, experiment(1));
        assert!(found[0].age < Duration::from_secs(60), "{:?}", found[0].age);
        assert_eq!(
            seeds(&in_folder(folder.path())),
            [0; 0],
            "it is being offered"
        );
        third.adopt(found.remove(0));
        assert_eq!(third.write(&experiment(4)), None);
        drop(third);
        assert_eq!(seeds(&in_folder(folder.path())), [4]);
        second.clear();
        drop(second);
        assert_eq!(
            seeds(&in_folder(folder.path())),
            [4],
            "a clean end leaves nothing"
        );
    }

    #[test]
    fn what_is_discarded_is_gone_and_what_is_put_off_is_offered_again() {
        let folder = tempfile::tempdir().unwrap();
        let autosave = in_folder(folder.path());
        autosave.write(&experiment(7));
        drop(autosave);
        let next = in_folder(folder.path());
        drop(next.leftovers());
        let (found, _) = next.leftovers();
        assert_eq!(found.len(), 1, "it was put off");
        found.into_iter().for_each(Leftover::remove);
        let left = fs::read_dir(folder.path().join("pushforward")).unwrap();
        assert_eq!(left.count(), 0);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_said_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        atomic_write(&file, b"no folder").unwrap();
        for place in [None, Some(file)] {
            let autosave = Autosave::new(place);
            let told = autosave.write(&experiment(1));
            assert!(matches!(told, Some(Event::Notice(_))), "{told:?}");
            assert_eq!(autosave.write(&experiment(1)), None);
            assert!(autosave.leftovers().0.is_empty());
            autosave.clear();
        }
    }

    #[test]
    fn a_damaged_file_is_named_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pushforward/unsaved-x.ron");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        atomic_write(&file, b"(version: 1").unwrap();
        let (found, unreadable) = in_folder(folder.path()).leftovers();
        assert!(
            found.is_empty() && unreadable[0].contains("unsaved-x.ron"),
            "{unreadable:?}"
        );
        assert!(file.is_file());
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn the_folder_follows_the_base_directory_specification() {
        let of = |config: Option<&str>, home: Option<&str>| {
            folder_of(|name| match name {
                "XDG_CONFIG_HOME" => config.map(OsString::from),
                "HOME" => home.map(OsString::from),
                _ => None,
            })
        };
        assert_eq!(of(Some("/c"), Some("/h")), Some("/c/pushforward".into()));
        assert_eq!(
            of(Some(""), Some("/h")),
            Some("/h/.config/pushforward".into())
        );
        assert_eq!(of(Some("relative"), None), None);
        assert_eq!(of(None, None), None);
    }
}
