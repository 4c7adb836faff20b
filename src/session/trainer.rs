//! The trainer thread: all lanes in time slices, commands in between.

use std::collections::BTreeMap;
use std::io;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TryRecvError, unbounded};

use crate::clock::Instant;
use crate::snapshot::LaneId;

use super::command::{Addressed, Command};
use super::lane::Lane;

/// Time that one lane trains before commands and the other lanes get their turn.
const SLICE: Duration = Duration::from_millis(8);

/// Handle of the trainer thread; dropping it stops and joins it.
pub struct Trainer {
    commands: Option<Sender<Addressed>>,
    thread: Option<JoinHandle<()>>,
}

impl Trainer {
    /// Starts the thread. The lanes are made on it, because an engine need not be `Send`.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn spawn(
        make_lanes: impl FnOnce() -> BTreeMap<LaneId, Lane> + Send + 'static,
    ) -> io::Result<Self> {
        let (commands, inbox) = unbounded();
        let thread = Builder::new()
            .name("trainer".to_owned())
            .spawn(move || serve(make_lanes(), &inbox))?;
        Ok(Self {
            commands: Some(commands),
            thread: Some(thread),
        })
    }

    /// Queues a command; never blocks.
    pub fn send(&self, lane: LaneId, command: Command) {
        if let Some(commands) = &self.commands {
            // The thread only ends when this handle is dropped.
            commands.send(Addressed { lane, command }).ok();
        }
    }
}

impl Drop for Trainer {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn serve(mut lanes: BTreeMap<LaneId, Lane>, inbox: &Receiver<Addressed>) {
    loop {
        let mut waiting = Vec::new();
        if !lanes.values().any(Lane::wants_steps) {
            match inbox.recv() {
                Ok(command) => waiting.push(command),
                Err(_) => return,
            }
        }
        loop {
            match inbox.try_recv() {
                Ok(command) => waiting.push(command),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return save_what_was_asked(&mut lanes, waiting),
            }
        }
        for Addressed { lane, command } in without_superseded(waiting) {
            if let Some(lane) = lanes.get_mut(&lane) {
                lane.handle(command);
            }
        }
        for lane in lanes.values_mut().filter(|lane| lane.wants_steps()) {
            lane.train_until(Instant::now() + SLICE);
        }
    }
}

/// Whoever asked for a run to be saved and closed the window at once has it saved.
fn save_what_was_asked(lanes: &mut BTreeMap<LaneId, Lane>, waiting: Vec<Addressed>) {
    let saves = |asked: &Addressed| matches!(asked.command, Command::SaveRun { .. });
    for Addressed { lane, command } in waiting.into_iter().filter(saves) {
        if let Some(lane) = lanes.get_mut(&lane) {
            lane.handle(command);
        }
    }
}

/// Drops an experiment or a request that is directly followed by a newer one of the same lane, so that a
/// brush stroke costs the trainer one change and not one per mouse event.
fn without_superseded(commands: Vec<Addressed>) -> Vec<Addressed> {
    let mut kept: Vec<Addressed> = Vec::with_capacity(commands.len());
    for next in commands {
        let superseded = kept.last().is_some_and(|last| {
            last.lane == next.lane
                && matches!(
                    (&last.command, &next.command),
                    (Command::SetExperiment(_), Command::SetExperiment(_))
                        | (Command::Look(_), Command::Look(_))
                )
        });
        if superseded {
            kept.pop();
        }
        kept.push(next);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::PictureRequest;

    #[test]
    fn only_the_last_of_a_row_of_requests_is_kept() {
        let look = |particles| {
            Command::Look(PictureRequest {
                particles,
                ..PictureRequest::default()
            })
        };
        let commands = [look(1), look(2), Command::Pause, look(3), look(4)];
        let addressed = commands.map(|command| Addressed {
            lane: LaneId(0),
            command,
        });
        let kept = without_superseded(addressed.to_vec());
        let particles: Vec<_> = kept
            .iter()
            .map(|c| match &c.command {
                Command::Look(request) => Some(request.particles),
                _ => None,
            })
            .collect();
        assert_eq!(particles, [Some(2), None, Some(4)]);
    }
}
