//! Work that is asked for once and that a window must not wait for, such as writing a figure: one thread does it
//! piece by piece, in order, and tells the board how it ended.

use std::io;
use std::sync::Arc;

use crossbeam_channel::{Sender, unbounded};

use super::board::Board;
use super::command::Event;
use super::thread::{Joined, caught};

type Job = Box<dyn FnOnce() -> Option<Event> + Send>;

/// Handle of the thread; dropping it waits for the work that was asked for.
pub struct Jobs {
    board: Arc<Board>,
    /// Without it, work is done where it is asked for.
    queue: Option<Sender<Job>>,
    /// Joined after the queue is gone.
    _thread: Option<Joined>,
}

impl Jobs {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn spawn(board: Arc<Board>) -> io::Result<Self> {
        let (queue, jobs) = unbounded::<Job>();
        let told = Arc::clone(&board);
        let serve = move || jobs.into_iter().for_each(|job| done(job, &told));
        Ok(Self {
            board,
            _thread: Some(Joined::spawn("jobs", serve)?),
            queue: Some(queue),
        })
    }

    /// Without a thread: whoever asks does the work.
    pub fn at_once(board: Arc<Board>) -> Self {
        Self {
            board,
            queue: None,
            _thread: None,
        }
    }

    /// Queues a piece of work that tells how it ended.
    pub fn push(&self, job: impl FnOnce() -> Event + Send + 'static) {
        self.push_quiet(move || Some(job()));
    }

    /// Queues a piece of work that may have nothing to tell.
    pub fn push_quiet(&self, job: impl FnOnce() -> Option<Event> + Send + 'static) {
        match &self.queue {
            // The thread only ends when this handle is dropped.
            Some(queue) => drop(queue.send(Box::new(job))),
            None => done(Box::new(job), &self.board),
        }
    }
}

fn done(job: Job, board: &Board) {
    let told = caught(job).unwrap_or_else(|panic| {
        let sentence = format!("It panicked: {panic}");
        Some(Event::Problem(sentence))
    });
    if let Some(event) = told {
        board.tell(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;
    use crate::snapshot::{Frame, Frames, LaneId};

    #[test]
    fn jobs_are_done_in_order_and_a_panic_is_told() {
        let preset = presets::find("two-moons").unwrap();
        let frame = Frame::blank(LaneId(0), Arc::new(preset.experiment().unwrap()));
        let board = Arc::new(Board::new(Frames::new(frame, []), Arc::new(|| {})));
        let spawned = Jobs::spawn(Arc::clone(&board)).unwrap();
        for jobs in [spawned, Jobs::at_once(Arc::clone(&board))] {
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
}
