//! All lanes and how they take turns, with the thread that does so or without one.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, unbounded};

use crate::clock::Instant;
use crate::experiment::Experiment;
use crate::snapshot::{Frame, LaneId};

use super::command::{Advance, Command, Event, Message};
use super::crew::Errand;
use super::engines::Engines;
use super::lane::{BUDGET, Lane, Services};
use super::pace::TURN;
use super::speed::Throttle;
use super::thread::{Joined, caught};
use super::trained::Trained;

/// Time that lanes train before commands get their turn.
const SLICE: Duration = Duration::from_millis(8);
/// Steps that a lane takes before the next one, where they go forward step by step.
const STRIDE: u64 = 32;
/// Between two looks whether there is something to help with.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// All lanes.
pub struct Lanes {
    lanes: BTreeMap<LaneId, Lane>,
    advance: Advance,
    throttle: Throttle,
    /// The number of steps that lanes may have taken by now.
    limit: u64,
    /// The step that is shown, if not the newest.
    shown: Option<u64>,
    services: Services,
    /// Engines of lanes that are opened.
    engines: Engines,
    inbox: Receiver<Message>,
}

/// Where commands are put.
pub type Inbox = Sender<Message>;

impl Lanes {
    /// Lanes on these experiments, in their order, with what some of them go on from.
    pub fn new(
        services: Services,
        engines: Engines,
        on: &[(LaneId, Arc<Experiment>)],
        trained: Vec<(LaneId, Trained)>,
        inbox: Receiver<Message>,
    ) -> Self {
        let mut lanes = Self {
            lanes: BTreeMap::new(),
            advance: Advance::default(),
            throttle: Throttle::default(),
            limit: u64::MAX,
            shown: None,
            services,
            engines,
            inbox,
        };
        for (id, experiment) in on {
            let own = trained.iter().find(|(of, _)| of == id);
            let own = own.map(|(_, trained)| trained.clone());
            lanes.open(*id, Arc::clone(experiment), own);
        }
        lanes
    }

    fn open(&mut self, id: LaneId, experiment: Arc<Experiment>, trained: Option<Trained>) {
        if self.lanes.contains_key(&id) {
            return;
        }
        let (services, engines) = (self.services.clone(), self.engines.clone());
        let budget = BUDGET / (self.lanes.len() + 1);
        match caught(|| Lane::new(id, services, engines, experiment, trained, budget)) {
            Ok(mut lane) => {
                lane.show_step(self.shown);
                self.lanes.insert(id, lane);
                self.share_memory();
            }
            Err(panic) => {
                let sentence = format!("The lane cannot be opened: {panic}");
                self.services.board.tell(Event::Problem(sentence));
            }
        }
    }

    fn close(&mut self, id: LaneId) {
        if self.lanes.len() > 1 && self.lanes.remove(&id).is_some() {
            self.services.dispatcher.remove(id);
            self.services.board.replace(|frames| frames.remove(id));
            self.share_memory();
        }
    }

    /// The checkpoints of all lanes have one budget, and an equal share of it each.
    fn share_memory(&mut self) {
        let share = BUDGET / self.lanes.len().max(1);
        self.lanes
            .values_mut()
            .for_each(|lane| lane.set_budget(share));
    }

    /// Lanes that want training steps.
    fn running(&self) -> impl Iterator<Item = &Lane> {
        self.lanes.values().filter(|lane| lane.wants_steps())
    }

    /// Lanes that may take steps now.
    fn free(&mut self) -> impl Iterator<Item = &mut Lane> {
        let limit = self.limit;
        let lanes = self.lanes.values_mut();
        lanes.filter(move |lane| lane.wants_steps() && lane.steps_taken() < limit)
    }

    /// Does what was asked for, then trains, or else works on products, until the deadline at most. `false` if there
    /// was nothing to do.
    pub fn turn(&mut self, deadline: Instant) -> bool {
        let (messages, _) = self.messages();
        let heard = !messages.is_empty();
        self.handle(messages);
        let trains = self.train(deadline.min(Instant::now() + SLICE));
        for lane in self.lanes.values_mut() {
            lane.catch_up();
        }
        let worked = self.services.dispatcher.turn(deadline);
        heard || trains || worked
    }

    /// What was asked for since the last time, and whether more can come.
    fn messages(&self) -> (Vec<Message>, bool) {
        let mut messages = Vec::new();
        loop {
            match self.inbox.try_recv() {
                Ok(message) => messages.push(message),
                Err(end) => return (messages, end == TryRecvError::Empty),
            }
        }
    }

    fn handle(&mut self, messages: Vec<Message>) {
        for message in without_superseded(messages) {
            match message {
                Message::Advance(advance) => self.advance = advance,
                Message::Speed(speed) => self.throttle.set(speed),
                Message::Step(step) => {
                    self.shown = step;
                    let lanes = self.lanes.values_mut();
                    lanes.for_each(|lane| lane.show_step(step));
                }
                Message::Lane(id, Command::Open(experiment)) => {
                    let frame = Frame::blank(id, Arc::clone(&experiment));
                    if !self.lanes.contains_key(&id) {
                        self.services
                            .board
                            .replace(|frames| frames.add(frame.clone()));
                    }
                    self.open(id, experiment, None);
                }
                Message::Lane(id, Command::Close) => self.close(id),
                Message::Lane(id, command) => {
                    if let Some(lane) = self.lanes.get_mut(&id) {
                        lane.handle(command);
                    }
                }
            }
        }
        self.may_go_on();
    }

    /// Says which steps may be taken by now; `false` if there are none.
    fn may_go_on(&mut self) -> bool {
        match self.running().map(Lane::steps_taken).max() {
            Some(front) => self.limit = self.throttle.limit(front, Instant::now()),
            None => self.throttle.pause(),
        }
        let goes_on = self.free().next().is_some();
        self.services.dispatcher.set_training(goes_on);
        goes_on
    }

    /// Takes steps until the deadline; `false` if no lane wants any, or all have taken those that they may by now.
    fn train(&mut self, deadline: Instant) -> bool {
        let single = self.lanes.values_mut().filter(|lane| lane.wants_one_step());
        single.for_each(|lane| lane.go_on(deadline, u64::MAX));
        if !self.may_go_on() {
            return false;
        }
        match self.advance {
            Advance::EqualSteps => self.train_in_step(deadline),
            Advance::EqualTime => {
                let (n, limit) = (self.free().count() as u32, self.limit);
                let share = deadline.saturating_duration_since(Instant::now()) / n.max(1);
                for lane in self.free() {
                    lane.go_on(Instant::now() + share, limit);
                }
            }
        }
        let is_held = !self.may_go_on();
        self.lanes.values_mut().for_each(|lane| lane.hold(is_held));
        true
    }

    /// The lane that is behind goes first.
    fn train_in_step(&mut self, deadline: Instant) {
        let limit = self.limit;
        while Instant::now() < deadline {
            let mut running: Vec<&mut Lane> = self.free().collect();
            running.sort_by_key(|lane| lane.steps_taken());
            let next = running.get(1).map_or(u64::MAX, |lane| lane.steps_taken());
            let Some(lane) = running.into_iter().next() else {
                return;
            };
            lane.go_on(deadline, next.saturating_add(STRIDE).min(limit));
        }
    }

    /// How long there is nothing to do for lanes that train at a speed: no step and nothing to publish.
    fn next_in(&mut self) -> Option<Duration> {
        let step_in = match self.running().next() {
            Some(_) => self.throttle.next_in(Instant::now()),
            None => None,
        };
        let lanes = self.lanes.values_mut();
        lanes.filter_map(Lane::catch_up).chain(step_in).min()
    }

    /// Waits until there is something to do; `false` when nothing will come any more.
    fn wait(&mut self) -> bool {
        let dispatcher = &self.services.dispatcher;
        let time = match dispatcher.is_busy() {
            true => LOOK_EVERY,
            false => dispatcher.due_in().unwrap_or(Duration::MAX),
        };
        let time = self.next_in().map_or(time, |next| next.min(time));
        // A wait of the longest duration has no end.
        let message = match time {
            Duration::MAX => self
                .inbox
                .recv()
                .map_err(|_| RecvTimeoutError::Disconnected),
            time => self.inbox.recv_timeout(time),
        };
        match message {
            Ok(message) => {
                let (mut messages, goes_on) = self.messages();
                messages.insert(0, message);
                self.handle_or_save(messages, goes_on)
            }
            Err(end) => end == RecvTimeoutError::Timeout,
        }
    }

    /// The trainer thread's loop.
    fn serve(mut self) {
        loop {
            let (messages, goes_on) = self.messages();
            if !self.handle_or_save(messages, goes_on) {
                return;
            }
            let worked = self.train(Instant::now() + SLICE)
                || self.services.dispatcher.turn(Instant::now() + TURN);
            if !worked && !self.wait() {
                return;
            }
        }
    }

    /// Nothing will be asked for any more.
    pub fn end(&mut self) {
        let (messages, _) = self.messages();
        self.handle_or_save(messages, false);
    }

    /// Whoever asked for a run to be saved and closed the window at once has it saved.
    fn handle_or_save(&mut self, mut messages: Vec<Message>, goes_on: bool) -> bool {
        if !goes_on {
            messages.retain(|m| matches!(m, Message::Lane(_, Command::SaveRun { .. })));
        }
        self.handle(messages);
        goes_on
    }
}

/// Handle of the trainer thread; dropping it stops and joins it.
pub struct Trainer {
    inbox: Inbox,
    /// Joined after the inbox is gone.
    _thread: Joined,
}

impl Trainer {
    /// Starts the thread. The lanes are made on it, because an engine need not be `Send`.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn spawn(
        make_lanes: impl FnOnce(Receiver<Message>) -> Lanes + Send + 'static,
    ) -> io::Result<Self> {
        let (inbox, messages) = unbounded();
        let thread = Joined::spawn("trainer", move || make_lanes(messages).serve())?;
        Ok(Self {
            inbox,
            _thread: thread,
        })
    }

    /// Where messages go. The thread ends when nobody has it any more.
    pub fn inbox(&self) -> Inbox {
        self.inbox.clone()
    }

    /// Queues a message; never blocks.
    pub fn send(&self, message: Message) {
        // The thread only ends when this handle is dropped.
        self.inbox.send(message).ok();
    }
}

/// Drops an experiment or a look that is directly followed by a newer one of the same lane, so that a
/// brush stroke costs the trainer one change and not one per mouse event.
fn without_superseded(messages: Vec<Message>) -> Vec<Message> {
    let mut kept: Vec<Message> = Vec::with_capacity(messages.len());
    for next in messages {
        let superseded = matches!(
            (kept.last(), &next),
            (
                Some(Message::Lane(last, Command::SetExperiment(_))),
                Message::Lane(lane, Command::SetExperiment(_)),
            ) | (
                Some(Message::Lane(last, Command::Look(_))),
                Message::Lane(lane, Command::Look(_)),
            ) if last == lane
        ) || matches!(
            (kept.last(), &next),
            (Some(Message::Step(_)), Message::Step(_))
        );
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
    use crate::products::Look;

    #[test]
    fn only_the_last_of_a_row_of_requests_is_kept() {
        let look = |lane, particles| {
            let look = Look {
                particles,
                ..Look::default()
            };
            Message::Lane(LaneId(lane), Command::Look(Box::new(look)))
        };
        let pause = Message::Lane(LaneId(0), Command::Pause);
        let messages = vec![
            look(0, 1),
            look(0, 2),
            pause,
            look(0, 3),
            look(0, 4),
            look(1, 5),
        ];
        let kept = without_superseded(messages);
        let particles: Vec<_> = kept
            .iter()
            .map(|message| match message {
                Message::Lane(_, Command::Look(look)) => Some(look.particles),
                _ => None,
            })
            .collect();
        assert_eq!(particles, [Some(2), None, Some(4), Some(5)]);
    }
}
