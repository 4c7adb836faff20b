//! The figure studio of a window: pictures of a figure as it is being set up, and figures that become files, each on a
//! thread of its own so that the window waits for neither.
//!
//! Both are made as `pushforward export` makes them, from frames that do not change: the same figure of the same frames is
//! the same bytes.

mod desktop;
mod exports;
mod previews;
mod remembered;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::experiment::{Experiment, Figure};
use crate::snapshot::Frame;

use super::Wake;
use super::export::{Drawn, Subject, draw, ffmpeg};
use super::hands::Hands;
use super::observer::{RunError, RunObserver};

pub use desktop::{quoted, reveal};
pub use exports::{Ended, Export, Under, Way};
pub use previews::{Picture, Preview, Request};
pub use remembered::Remembered;

/// What a window shows at a moment, of which figures are made.
#[derive(Clone)]
pub struct Shown {
    /// Its lanes with their titles; one at least.
    pub lanes: Vec<(Arc<Frame>, String)>,
    /// The experiment as a file would have it, with the view.
    pub experiment: Arc<Experiment>,
}

impl Shown {
    /// Draws a figure of it; `None` if interrupted.
    fn draw(
        &self,
        figure: &Figure,
        hands: &Hands,
        observer: &mut dyn RunObserver,
    ) -> Result<Option<Drawn>, RunError> {
        let subjects: Vec<Subject> = self
            .lanes
            .iter()
            .map(|(frame, title)| Subject::of_frame(frame, title.clone(), None))
            .collect();
        draw(&subjects, (figure, &self.experiment.view), hands, observer)
    }
}

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
pub fn free_folder(beside: &std::path::Path, name: &str) -> PathBuf {
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
