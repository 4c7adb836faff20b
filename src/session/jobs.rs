//! Work that is asked for once and that a window must not wait for, such as writing a figure: one thread does it
//! piece by piece, in order, and tells the board how it ended.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use crossbeam_channel::{Sender, unbounded};

use super::board::Board;
use super::command::Event;
use super::worker::panic_message;

type Job = Box<dyn FnOnce() -> Option<Event> + Send>;

/// Handle of the thread; dropping it waits for the work that was asked for.
pub struct Jobs {
    queue: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Jobs {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn spawn(board: Arc<Board>) -> io::Result<Self> {
        let (queue, jobs) = unbounded::<Job>();
        let thread = Builder::new().name("jobs".to_owned()).spawn(move || {
            for job in jobs {
                let told = catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|panic| {
                    let sentence = format!("It panicked: {}", panic_message(&*panic));
                    Some(Event::Problem(sentence))
                });
                if let Some(event) = told {
                    board.tell(event);
                }
            }
        })?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Queues a piece of work that tells how it ended; never blocks.
    pub fn push(&self, job: impl FnOnce() -> Event + Send + 'static) {
        self.push_quiet(move || Some(job()));
    }

    /// Queues a piece of work that may have nothing to tell; never blocks.
    pub fn push_quiet(&self, job: impl FnOnce() -> Option<Event> + Send + 'static) {
        if let Some(queue) = &self.queue {
            // The thread only ends when this handle is dropped.
            queue.send(Box::new(job)).ok();
        }
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;
    use crate::session::blank_frame;

    #[test]
    fn jobs_are_done_in_order_and_a_panic_is_told() {
        let preset = presets::find("two-moons").unwrap();
        let frame = blank_frame(Arc::new(preset.experiment().unwrap()));
        let board = Arc::new(Board::new(frame, Arc::new(|| {})));
        let jobs = Jobs::spawn(Arc::clone(&board)).unwrap();
        jobs.push(|| Event::Notice("first".to_owned()));
        jobs.push(|| panic!("thirteen"));
        jobs.push_quiet(|| None);
        jobs.push(|| Event::Notice("third".to_owned()));
        drop(jobs);
        let expected = [
            Event::Notice("first".to_owned()),
            Event::Problem("It panicked: thirteen".to_owned()),
            Event::Notice("third".to_owned()),
        ];
        assert_eq!(board.drain_events(), expected);
    }
}
