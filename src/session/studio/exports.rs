//! Figures that become files, one after the other, while the window goes on.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::experiment::{Experiment, Figure, FigureKind};
use crate::export::png::{Pixels, pixels};

use super::super::Wake;
use super::super::crew::Crew;
use super::super::documents;
use super::super::export::{check, options, write};
use super::super::hands::Hands;
use super::super::observer::{Progress, RunError, RunObserver};
use super::super::thread::{Joined, caught};
use super::desktop::command;
use super::shown::Shown;

/// A figure to be written or copied.
#[derive(Clone)]
pub struct Export {
    /// Of what.
    pub shown: Shown,
    /// The figure.
    pub figure: Figure,
    /// Where it goes.
    pub way: Way,
    /// Whether weights that are in no folder are saved beside a file first, so that it can be made again.
    pub keeps_run: bool,
}

/// Where a figure goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Into a file; the suffix says in which format.
    File(PathBuf),
    /// To the clipboard, as pixels.
    Clipboard,
    /// To the clipboard, as the command that writes this file of a run, which is saved beside others in this folder.
    Command {
        /// The file.
        file: PathBuf,
        /// The folder.
        beside: PathBuf,
    },
}

/// An export that has not ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Under {
    /// Its number.
    pub number: u64,
    /// Where it goes.
    pub way: Way,
    /// How much of it is done, 0 to 1, if that is known.
    pub share: Option<f64>,
    /// Estimated seconds that are left, if that is known.
    pub secs_left: Option<f64>,
}

/// How an export ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It is a file of so many bytes.
    Written(PathBuf, u64),
    /// It is to be put on the clipboard.
    Copied(Pixels),
    /// The run is saved in this folder, and the command is to be put on the clipboard.
    Command {
        /// The run.
        folder: PathBuf,
        /// The command.
        command: String,
    },
    /// It was taken back; there is no file.
    Cancelled(Way),
    /// A sentence that says why it could not be made; there is no file.
    Failed(String),
}

/// The thread that writes figures.
pub(super) struct Exports {
    shared: Arc<Shared>,
    _thread: Joined,
}

struct Shared {
    state: Mutex<State>,
    queued: Condvar,
    /// The one under way is to be given up.
    cancelled: AtomicBool,
    wake: Wake,
}

#[derive(Default)]
struct State {
    last: u64,
    queue: VecDeque<(u64, Export)>,
    now: Option<Under>,
    ended: Vec<Ended>,
    is_over: bool,
}

impl Exports {
    pub fn spawn(wake: Wake) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            queued: Condvar::new(),
            cancelled: AtomicBool::new(false),
            wake,
        });
        let own = Arc::clone(&shared);
        let thread = Joined::spawn("studio exports", move || own.serve())?;
        Ok(Self {
            shared,
            _thread: thread,
        })
    }

    pub fn push(&self, export: Export) -> u64 {
        let mut state = self.shared.lock();
        state.last += 1;
        let number = state.last;
        state.queue.push_back((number, export));
        drop(state);
        self.shared.queued.notify_one();
        number
    }

    pub fn cancel(&self, number: u64) {
        let mut state = self.shared.lock();
        if state.now.as_ref().is_some_and(|now| now.number == number) {
            return self.shared.cancelled.store(true, Ordering::Relaxed);
        }
        let place = state.queue.iter().position(|(other, _)| *other == number);
        if let Some((_, export)) = place.and_then(|place| state.queue.remove(place)) {
            state.ended.push(Ended::Cancelled(export.way));
        }
    }

    pub fn under_way(&self) -> Vec<Under> {
        let state = self.shared.lock();
        let queued = state.queue.iter().map(|(number, export)| Under {
            number: *number,
            way: export.way.clone(),
            share: None,
            secs_left: None,
        });
        state.now.iter().cloned().chain(queued).collect()
    }

    pub fn drain_ended(&self) -> Vec<Ended> {
        std::mem::take(&mut self.shared.lock().ended)
    }
}

impl Drop for Exports {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        self.shared.cancelled.store(true, Ordering::Relaxed);
        self.shared.queued.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self) {
        while let Some(export) = self.next() {
            let ended = caught(|| done(&export, &mut Follower(self)));
            let ended = ended
                .unwrap_or_else(|panic| Err(RunError::Failed(format!("It panicked: {panic}"))));
            let mut state = self.lock();
            state.now = None;
            state.ended.push(match ended {
                Ok(Some(ended)) => ended,
                Ok(None) => Ended::Cancelled(export.way),
                Err(error) => Ended::Failed(error.to_string()),
            });
            drop(state);
            (self.wake)();
        }
    }

    /// Waits for an export; none when the studio is gone.
    fn next(&self) -> Option<Export> {
        let mut state = self.lock();
        loop {
            if state.is_over {
                return None;
            }
            if let Some((number, export)) = state.queue.pop_front() {
                self.cancelled.store(false, Ordering::Relaxed);
                state.now = Some(Under {
                    number,
                    way: export.way.clone(),
                    share: None,
                    secs_left: None,
                });
                return Some(export);
            }
            state = self
                .queued
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn done(export: &Export, observer: &mut dyn RunObserver) -> Result<Option<Ended>, RunError> {
    let (shown, figure) = (&export.shown, &export.figure);
    let options = options(figure, &shown.experiment)?;
    if let Way::Command { file, beside } = &export.way {
        check(figure, file)?;
        let folder = shown.saved(beside, |a, b| a == b, observer)?;
        return Ok(folder.map(|folder| Ended::Command {
            command: command(&folder, figure, file),
            folder,
        }));
    }
    if let Way::File(path) = &export.way {
        check(figure, path)?;
        if export.keeps_run && shown.has_weights(observer)? {
            let beside = documents::folder_of(Some(path));
            if shown
                .saved(&beside, Experiment::is_same_work, observer)?
                .is_none()
            {
                return Ok(None);
            }
        }
    }
    // A film is worth helpers; anything else is soon done.
    let crew = match figure.kind {
        FigureKind::Film { .. } => Crew::of_all_cores(),
        _ => Ok(Crew::alone()),
    };
    let crew = crew.map_err(|error| RunError::Failed(error.to_string()))?;
    let Some(drawn) = shown.draw(figure, None, &crew, observer)? else {
        return Ok(None);
    };
    let hands = &Hands::of(&crew);
    match &export.way {
        Way::Command { .. } => Ok(None),
        Way::Clipboard => {
            let pixels = pixels(&drawn.scene, &options);
            let pixels = pixels.map_err(|error| RunError::Input(error.to_string()))?;
            Ok(Some(Ended::Copied(pixels)))
        }
        Way::File(path) => {
            let (places, drawn) = (std::slice::from_ref(path), Arc::new(drawn));
            let written = write(places, figure, &drawn, &options, hands, observer)?;
            let written = written.and_then(|written| written.into_iter().next());
            Ok(written.map(|written| Ended::Written(path.clone(), written.bytes)))
        }
    }
}

/// Tells how far an export is, and gives it up when that is asked for.
struct Follower<'a>(&'a Shared);

impl RunObserver for Follower<'_> {
    fn progress(&mut self, progress: &Progress) {
        if let Some(now) = &mut self.0.lock().now {
            now.share = Some(progress.step as f64 / progress.steps.max(1) as f64);
            now.secs_left = progress.secs_left;
        }
        (self.0.wake)();
    }

    fn notice(&mut self, _sentence: &str) {}

    fn interrupted(&self) -> bool {
        self.0.cancelled.load(Ordering::Relaxed)
    }
}
