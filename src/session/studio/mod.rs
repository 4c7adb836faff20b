//! The figure studio of a window: pictures of a figure as it is being set up, and figures that become files, each on a
//! thread of its own so that the window waits for neither.
//!
//! Both are made as `pushforward export` makes them, from frames that do not change: the same figure of the same frames is
//! the same bytes.

mod desktop;
mod exports;
mod moment;
mod previews;
mod remembered;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::experiment::{Experiment, Figure};
use crate::snapshot::Frame;

use super::Wake;
use super::crew::Crew;
use super::export::{Drawn, Subject, draw, ffmpeg};
use super::hands::Hands;
use super::observer::{RunError, RunObserver};

pub use desktop::reveal;
pub use exports::{Ended, Export, Under, Way};
pub use moment::Moment;
pub use previews::{Picture, Preview, Request};
pub use remembered::Remembered;

/// Lanes of which figures are made.
#[derive(Clone)]
pub enum Lanes {
    /// As they are in a run's folder, or would be if they were saved at this moment.
    At(Arc<Moment>),
    /// As the canvas shows them, with their titles, where no folder has that: at an earlier step of training, or at a stage
    /// of a step.
    Seen(Vec<(Arc<Frame>, String)>),
}

/// What a window shows, of which figures are made.
#[derive(Clone)]
pub struct Shown {
    /// Its lanes; one at least.
    pub lanes: Lanes,
    /// The experiment as a file would have it, with the view.
    pub experiment: Arc<Experiment>,
}

impl Shown {
    /// Draws a figure of it; `None` if interrupted.
    fn draw(
        &self,
        figure: &Figure,
        measured: Option<&[Vec<String>]>,
        crew: &Crew,
        observer: &mut dyn RunObserver,
    ) -> Result<Option<Drawn>, RunError> {
        let subjects = match &self.lanes {
            Lanes::At(moment) => moment.subjects(&self.experiment, crew, observer)?,
            Lanes::Seen(lanes) => {
                let subject = |(frame, title): &(Arc<Frame>, String)| {
                    Subject::of_frame(frame, title.clone(), None)
                };
                Some(lanes.iter().map(subject).collect())
            }
        };
        let Some(mut subjects) = subjects else {
            return Ok(None);
        };
        for (subject, numbers) in subjects.iter_mut().zip(measured.unwrap_or_default()) {
            subject.numbers = Some(numbers.clone());
        }
        let hands = Hands::of(crew);
        let looked = (figure, &self.experiment.view);
        let drawn = draw(&subjects, looked, &hands, observer)?;
        if let (Lanes::At(moment), Some(drawn)) = (&self.lanes, &drawn) {
            moment.keep(&self.experiment, &drawn.frames);
        }
        Ok(drawn)
    }

    /// The folder in which the lanes are saved, beside others: one that holds the same already, or a new one; `None` if
    /// interrupted.
    fn saved(
        &self,
        beside: &Path,
        is_same: fn(&Experiment, &Experiment) -> bool,
        observer: &dyn RunObserver,
    ) -> Result<Option<PathBuf>, RunError> {
        match &self.lanes {
            Lanes::At(moment) => moment.folder(beside, &self.experiment, is_same, observer),
            Lanes::Seen(_) => Err(RunError::Input(NOT_IN_A_FOLDER.to_owned())),
        }
    }

    /// Whether there are weights that a folder can hold.
    fn has_weights(&self, observer: &dyn RunObserver) -> Result<bool, RunError> {
        match &self.lanes {
            Lanes::At(moment) => Ok(moment.has_weights(observer)?.unwrap_or(false)),
            Lanes::Seen(_) => Ok(false),
        }
    }
}

/// Why a figure has no command.
const NOT_IN_A_FOLDER: &str = "no folder holds what this figure shows, an earlier step of training or a stage of one:      follow the training to have a command";

/// The threads of the studio. Dropping it stops what they are doing.
pub struct Studio {
    previews: previews::Previews,
    exports: exports::Exports,
}

impl Studio {
    /// Starts both; `wake` is called whenever there is something new to see.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn spawn(wake: Wake) -> io::Result<Self> {
        Ok(Self {
            previews: previews::Previews::spawn(Arc::clone(&wake))?,
            exports: exports::Exports::spawn(wake)?,
        })
    }

    /// Asks for a picture; the newest request wins, and an older one is given up.
    pub fn preview(&self, request: Request) {
        self.previews.ask(request);
    }

    /// The newest picture, or why there is none.
    pub fn newest(&self) -> Option<Arc<Preview>> {
        self.previews.newest()
    }

    /// Whether a picture is being made.
    pub fn draws(&self) -> bool {
        self.previews.is_busy()
    }

    /// Whether films can be MP4 files, or why not; unknown until the threads have looked.
    pub fn mp4(&self) -> Option<Result<(), String>> {
        self.previews.mp4()
    }

    /// Queues an export and says its number.
    pub fn export(&self, export: Export) -> u64 {
        self.exports.push(export)
    }

    /// Takes an export back, under way or not; it leaves no file.
    pub fn cancel(&self, number: u64) {
        self.exports.cancel(number);
    }

    /// The exports that have not ended, in their order.
    pub fn under_way(&self) -> Vec<Under> {
        self.exports.under_way()
    }

    /// The exports that have ended since the last call, in their order.
    pub fn drain_ended(&self) -> Vec<Ended> {
        self.exports.drain_ended()
    }
}

/// Whether films can be MP4 files, or why not.
fn mp4() -> Result<(), String> {
    ffmpeg::available().map(drop)
}

/// A folder beside others that does not exist yet: `name`, or `name-2` and so on.
pub fn free_folder(beside: &Path, name: &str) -> PathBuf {
    let names = (1_u32..).map(|k| match k {
        1 => name.to_owned(),
        k => format!("{name}-{k}"),
    });
    let mut free = names
        .map(|name| beside.join(name))
        .filter(|path| !path.exists());
    free.next().unwrap_or_else(|| beside.join(name))
}

#[cfg(test)]
mod tests;
