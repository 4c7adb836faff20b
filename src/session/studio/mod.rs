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
mod shown;

use std::io;
use std::sync::Arc;

use super::Wake;

pub use desktop::reveal;
pub use exports::{Ended, Export, Under, Way};
pub use moment::Moment;
pub use previews::{Picture, Preview, Request};
pub use remembered::Remembered;
pub use shown::{Lanes, Shown};

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

#[cfg(test)]
mod tests;
