//! Who makes which product when: one dispatcher for all lanes.
//!
//! A lane says what its newest flow is and what is looked at; whoever has time does a piece of what is out of date, the
//! focused lane in three turns of four, pictures before numbers. The old product stays on the board until the new one is
//! there. How much time that may take beside training, the [`Pace`] says.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Instant;
use crate::flow::work::Parts;
use crate::model::Checkpoints;
use crate::products::{
    Carrier, Cost, Flow, FlowId, KINDS, Kind, Look, Next, Products, RunId, Slot, Task, Tools, Wish,
};
use crate::snapshot::LaneId;

use super::board::Board;
use super::command::Event;
use super::crew::{Errand, Waker};
use super::pace::{Pace, TURN};
use super::thread::caught;

/// One in so many turns the lanes that are not in focus have the same chance as the one that is.
const OTHERS: u64 = 4;
/// Nothing is due before something is asked for.
const NEVER: u64 = u64::MAX;

/// The products of all lanes.
pub struct Dispatcher {
    board: Arc<Board>,
    /// Threads that may work on products while nothing trains, and how to wake them.
    threads: usize,
    waker: Waker,
    parts: Parts,
    start: Instant,
    /// When there is something to do, in nanoseconds from the start.
    due: AtomicU64,
    /// Threads that are at it.
    at_work: AtomicUsize,
    trains: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    desks: BTreeMap<LaneId, Desk>,
    focus: LaneId,
    /// By [`Cost`].
    rests: [Rest; 3],
    /// Counts turns, for taking turns.
    turn: u64,
    stopped: bool,
}

/// When the next product of a cost may begin, after one that was made at some pace.
#[derive(Clone, Copy, Default)]
struct Rest {
    until: Duration,
    after: Pace,
    /// Time that was spent since the last rest.
    owed: Duration,
}

/// What a lane has to show.
pub struct Shown {
    /// Its newest flow, or an earlier one that is looked at.
    pub flow: Flow,
    /// Whether it is an earlier one: then no product of another flow is shown with its own.
    pub is_past: bool,
    /// The device that may carry its clouds.
    pub carrier: Option<Arc<dyn Carrier>>,
    /// The training so far, while there is time to look back.
    pub history: Option<Arc<Checkpoints>>,
    /// How urgent a product is that was not asked for.
    pub pace: Pace,
}

/// What is to be made for a lane.
struct Desk {
    run: RunId,
    flow: Option<Flow>,
    is_past: bool,
    /// The earlier step that the trajectories are those of, if they are.
    past: Option<u64>,
    look: Look,
    carrier: Option<Arc<dyn Carrier>>,
    history: Option<Arc<Checkpoints>>,
    pace: Pace,
    products: Products,
    /// By [`KINDS`].
    entries: Vec<Entry>,
}

/// A kind of product at a desk.
#[derive(Default)]
struct Entry {
    /// It was looked at, and there is nothing to do before something changes.
    is_settled: bool,
    /// Somebody waits for it.
    is_urgent: bool,
    job: Job,
    /// The turn in which it was worked on last.
    last_turn: u64,
    /// When its next piece may be done.
    resting_until: Duration,
}

impl Entry {
    fn is_urgent(&self) -> bool {
        match &self.job {
            Job::Waiting(running) => self.is_urgent || running.is_urgent,
            Job::None | Job::InHands => self.is_urgent,
        }
    }
}

#[derive(Default)]
enum Job {
    #[default]
    None,
    /// Somebody does a piece of it.
    InHands,
    Waiting(Box<Running>),
}

/// Work under way.
struct Running {
    of: FlowId,
    task: Task,
    spent: Duration,
    /// Somebody waits for it.
    is_urgent: bool,
}

/// A place in the dispatcher.
#[derive(Clone, Copy)]
struct Spot {
    lane: LaneId,
    index: usize,
}

impl Dispatcher {
    /// A dispatcher whose work is done by so many threads.
    pub fn new(board: Arc<Board>, threads: usize, waker: Waker) -> Self {
        Self {
            board,
            threads,
            waker,
            parts: Parts::default(),
            start: Instant::now(),
            due: AtomicU64::new(NEVER),
            at_work: AtomicUsize::new(0),
            trains: AtomicBool::new(false),
            state: Mutex::default(),
        }
    }

    /// Whether any lane trains.
    pub fn set_training(&self, trains: bool) {
        self.trains.store(trains, Ordering::Relaxed);
    }

    /// A run of a lane begins: nothing of the one before is made or shown any more.
    pub fn begin(&self, lane: LaneId, run: RunId) {
        let mut state = self.lock();
        if state.stopped {
            return;
        }
        let look = state.desks.get(&lane).map(|desk| desk.look);
        let desk = Desk::new(run, look.unwrap_or_default());
        state.desks.insert(lane, desk);
    }

    /// A lane is gone.
    pub fn remove(&self, lane: LaneId) {
        self.lock().desks.remove(&lane);
    }

    /// The lane that most turns are for.
    pub fn focus(&self, lane: LaneId) {
        self.lock().focus = lane;
    }

    /// What a lane has to show from now on. Somebody waits for another step than the newest.
    pub fn show(&self, lane: LaneId, shown: Shown) {
        self.change(lane, |desk| {
            let turned = desk.turn_to(shown);
            if turned && desk.is_past {
                self.publish(lane, desk);
            }
        });
    }

    /// What is looked at; somebody waits for it.
    pub fn look(&self, lane: LaneId, look: Look) {
        self.change(lane, |desk| {
            let before = std::mem::replace(&mut desk.look, look);
            if before.differs_by_hand(&look) {
                return desk.hurry(|kind, _| kind.follows_hand);
            }
            // Numbers are read, not watched; but the first ones are waited for.
            desk.hurry(|kind, made| kind.cost != Cost::Measurement || !kind.is_there(made));
        });
        self.board.update(lane, |frame| frame.look = look);
    }

    /// Numbers of the newest flow are waited for.
    pub fn measure(&self, lane: LaneId) {
        self.change(lane, |desk| {
            desk.hurry(|kind, _| kind.cost == Cost::Measurement)
        });
    }

    /// What is under way is dropped, and nothing is begun any more.
    pub fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        state.desks.clear();
    }

    fn change(&self, lane: LaneId, change: impl FnOnce(&mut Desk)) {
        let mut state = self.lock();
        let Some(desk) = state.desks.get_mut(&lane) else {
            return;
        };
        change(desk);
        desk.unsettle();
        self.due.store(0, Ordering::Relaxed);
        drop(state);
        self.waker.wake();
    }

    /// Does a piece of work, until the deadline at most; `false` if there was nothing to do.
    pub fn turn(&self, deadline: Instant) -> bool {
        let Some(_at_work) = AtWork::begin(self) else {
            return false;
        };
        let start = Instant::now();
        let deadline = deadline.min(start + TURN);
        let worked = match self.pick() {
            Some((spot, running)) => {
                self.advance(spot, running, deadline);
                true
            }
            None => self.help(deadline),
        };
        if worked {
            self.board.book(start.elapsed());
        }
        worked
    }

    /// Whether somebody is at work whom others may soon be able to help.
    pub fn is_busy(&self) -> bool {
        self.at_work.load(Ordering::Relaxed) > 0
    }

    fn allowed(&self) -> usize {
        Pace::threads(self.trains.load(Ordering::Relaxed), self.threads)
    }

    /// Does some of a part of what somebody else is at.
    fn help(&self, deadline: Instant) -> bool {
        let Some(mut part) = self.parts.take() else {
            return false;
        };
        // If it panics, the computation that waits for it does, too, and that is told.
        match caught(|| part.advance(&mut || Instant::now() < deadline)) {
            Ok(false) if !self.lock().stopped => self.parts.hand_back(part),
            _ => {}
        }
        true
    }

    /// Takes what is to be done next into the caller's hands.
    fn pick(&self) -> Option<(Spot, Box<Running>)> {
        let mut state = self.lock();
        let now = self.start.elapsed();
        loop {
            let spot = match state.next_spot(now) {
                Ok(spot) => spot,
                Err(due) => {
                    self.due.store(due.map_or(NEVER, nanos), Ordering::Relaxed);
                    return None;
                }
            };
            state.turn += 1;
            let turn = state.turn;
            let desk = state.desks.get_mut(&spot.lane)?;
            match desk.take(spot.index, &self.parts, now) {
                Taken::Work(running) => {
                    desk.entries[spot.index].last_turn = turn;
                    return Some((spot, running));
                }
                Taken::Gone => self.publish(spot.lane, desk),
                Taken::Nothing => {}
            }
        }
    }

    /// Does some of it, and puts it back or shows what came of it.
    fn advance(&self, spot: Spot, mut running: Box<Running>, deadline: Instant) {
        let start = Instant::now();
        let work = &mut running.task.work;
        let done = caught(|| work.advance(&mut || Instant::now() < deadline));
        let spent = start.elapsed();
        running.spent += spent;
        let change = match done {
            Ok(None) => return self.put_back(spot, running, spent),
            Ok(Some(change)) => change,
            Err(panic) => {
                let name = KINDS[spot.index].name;
                let sentence = format!("The {name} failed: {panic}");
                self.board.tell(Event::Problem(sentence));
                None
            }
        };
        self.finish(spot, *running, change);
    }

    fn put_back(&self, spot: Spot, running: Box<Running>, spent: Duration) {
        let mut state = self.lock();
        let now = self.start.elapsed();
        let Some(desk) = state.desk_of(spot.lane, running.of.run) else {
            return;
        };
        let kind = &KINDS[spot.index];
        if desk.is_over(kind, &running.of) {
            desk.entries[spot.index].job = Job::None;
            desk.unsettle();
            self.due.store(0, Ordering::Relaxed);
            return;
        }
        if running.spent == spent {
            kind.mark(&mut desk.products, true);
            self.publish(spot.lane, desk);
        }
        let rest = desk.pace.rest_between_pieces(kind.cost, spent);
        let entry = &mut desk.entries[spot.index];
        entry.resting_until = now + rest;
        entry.job = Job::Waiting(running);
        self.due.store(0, Ordering::Relaxed);
        drop(state);
        if self.allowed() > 1 && !self.parts.is_empty() {
            self.waker.wake();
        }
    }

    fn finish(&self, spot: Spot, running: Running, change: Option<crate::products::Change>) {
        let mut state = self.lock();
        let now = self.start.elapsed();
        let lanes = state.desks.len();
        let Some(desk) = state.desk_of(spot.lane, running.of.run) else {
            return;
        };
        let kind = &KINDS[spot.index];
        if !desk.is_over(kind, &running.of) {
            change.unwrap_or(running.task.refuse)(&mut desk.products);
        }
        kind.mark(&mut desk.products, false);
        desk.entries[spot.index].job = Job::None;
        desk.unsettle();
        self.publish(spot.lane, desk);
        let pace = desk.pace;
        let rest = &mut state.rests[kind.cost as usize];
        rest.owed += running.spent;
        if !kind.is_basis {
            *rest = Rest {
                until: now + pace.rest(kind.cost, rest.owed, lanes),
                after: pace,
                owed: Duration::ZERO,
            };
        }
        self.due.store(0, Ordering::Relaxed);
    }

    /// Puts the products on the board, with the lock held: what is newer stays.
    fn publish(&self, lane: LaneId, desk: &mut Desk) {
        let (products, past) = desk.shown(self.start.elapsed());
        self.board.update(lane, |frame| {
            if frame.run == desk.run {
                frame.products = products.clone();
                frame.past = past;
            }
        });
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread that works on products, until it is dropped.
struct AtWork<'a>(&'a Dispatcher);

impl<'a> AtWork<'a> {
    /// One more thread, if another one may.
    fn begin(dispatcher: &'a Dispatcher) -> Option<Self> {
        let before = dispatcher.at_work.fetch_add(1, Ordering::Relaxed);
        let at_work = Self(dispatcher);
        (before < dispatcher.allowed()).then_some(at_work)
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.at_work.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Errand for Dispatcher {
    fn is_due(&self) -> bool {
        let at_work = self.at_work.load(Ordering::Relaxed);
        at_work < self.allowed() && self.due.load(Ordering::Relaxed) <= nanos(self.start.elapsed())
    }

    fn has_work(&self) -> bool {
        let may_help = !self.trains.load(Ordering::Relaxed) && !self.parts.is_empty();
        may_help || self.is_due()
    }

    fn work(&self) -> bool {
        self.turn(Instant::now() + TURN)
    }

    fn due_in(&self) -> Option<Duration> {
        // Whoever is at it looks again by itself.
        let may_work = self.at_work.load(Ordering::Relaxed) < self.allowed();
        let due = self.due.load(Ordering::Relaxed);
        let due = (due != NEVER && may_work).then(|| Duration::from_nanos(due));
        Some(due?.saturating_sub(self.start.elapsed()))
    }
}

impl State {
    /// Where there is something to do, or else when there may be.
    fn next_spot(&self, now: Duration) -> Result<Spot, Option<Duration>> {
        let for_others = self.turn.is_multiple_of(OTHERS);
        let mut best = None;
        let mut due: Option<Duration> = None;
        for (&lane, desk) in self.desks.iter().filter(|(_, desk)| desk.flow.is_some()) {
            for (index, (kind, entry)) in KINDS.iter().zip(&desk.entries).enumerate() {
                let Some(from) = self.earliest(desk, kind, entry) else {
                    continue;
                };
                if from > now {
                    due = Some(due.map_or(from, |due| due.min(from)));
                    continue;
                }
                let rank = (
                    !entry.is_urgent(),
                    kind.cost != Cost::Picture,
                    // Every lane has something to show before one of them has something newer.
                    lane != self.focus && !for_others && kind.is_there(&desk.products),
                    entry.last_turn,
                );
                if best.is_none_or(|(known, _)| rank < known) {
                    best = Some((rank, Spot { lane, index }));
                }
            }
        }
        best.map(|(_, spot)| spot).ok_or(due)
    }

    /// When the entry may be worked on; `None` if there is nothing to do.
    fn earliest(&self, desk: &Desk, kind: &Kind, entry: &Entry) -> Option<Duration> {
        let rest = self.rests[kind.cost as usize];
        match &entry.job {
            Job::InHands => None,
            Job::Waiting(_) => Some(entry.resting_until),
            Job::None if entry.is_settled => None,
            Job::None if entry.is_urgent || desk.pace.ends_rest(kind.cost, rest.after) => {
                Some(Duration::ZERO)
            }
            Job::None => Some(rest.until),
        }
    }

    /// The desk of a lane, if it is still at this run.
    fn desk_of(&mut self, lane: LaneId, run: RunId) -> Option<&mut Desk> {
        self.desks.get_mut(&lane).filter(|desk| desk.run == run)
    }
}

impl Desk {
    fn new(run: RunId, look: Look) -> Self {
        Self {
            run,
            flow: None,
            is_past: false,
            past: None,
            look,
            carrier: None,
            history: None,
            pace: Pace::default(),
            products: Products::default(),
            entries: KINDS.iter().map(|_| Entry::default()).collect(),
        }
    }

    /// Takes what the lane has to show; whether it is another step than before, now or before an earlier one.
    fn turn_to(&mut self, shown: Shown) -> bool {
        let is_other = self
            .flow
            .as_ref()
            .is_some_and(|flow| flow.id != shown.flow.id);
        let turned = shown.is_past != self.is_past || (shown.is_past && is_other);
        (self.flow, self.is_past) = (Some(shown.flow), shown.is_past);
        (self.carrier, self.history) = (shown.carrier, shown.history);
        self.pace = shown.pace;
        if turned {
            // A cloud goes on growing with the weights that it was begun with.
            self.products.cloud = Slot::default();
            self.hurry(|_, _| true);
        }
        turned
    }

    /// Whether what is being made of that flow is not to be shown any more.
    fn is_over(&self, kind: &Kind, of: &FlowId) -> bool {
        let is_other = self.flow.as_ref().is_some_and(|flow| flow.id != *of);
        self.is_past && is_other && kind.is_of_the_flow
    }

    /// The products, and the earlier step that they are of. While one is looked at, they are all of the same step as the
    /// trajectories.
    fn shown(&mut self, now: Duration) -> (Products, Option<u64>) {
        let mut products = self.products.clone();
        let Some(flow) = &self.flow else {
            return (products, None);
        };
        let trajectories = self.products.trajectories.get();
        let of = trajectories.map_or(&flow.id, |made| &made.of);
        if self.is_past {
            let wish = Wish {
                flow: of,
                look: &self.look,
                made: &self.products,
                past: None,
                now: now.as_secs_f64(),
            };
            KINDS
                .iter()
                .for_each(|kind| kind.hide_others(&mut products, &wish));
            self.past = Some(of.step);
        } else if self.past != Some(of.step) {
            self.past = None;
        }
        (products, self.past)
    }

    fn unsettle(&mut self) {
        self.entries.iter_mut().for_each(|e| e.is_settled = false);
    }

    fn hurry(&mut self, which: impl Fn(&Kind, &Products) -> bool) {
        for (kind, entry) in KINDS.iter().zip(&mut self.entries) {
            entry.is_urgent |= which(kind, &self.products);
        }
    }

    /// Takes the work of an entry, begun now if it was not.
    fn take(&mut self, index: usize, parts: &Parts, now: Duration) -> Taken {
        let is_past = self.is_past;
        let (kind, entry) = (&KINDS[index], &mut self.entries[index]);
        let Some(flow) = &self.flow else {
            return Taken::Nothing;
        };
        let wish = Wish {
            flow: &flow.id,
            look: &self.look,
            made: &self.products,
            past: self.history.as_ref(),
            now: now.as_secs_f64(),
        };
        let is_over = |of: &FlowId| is_past && is_dropped(kind) && flow.id != *of;
        if let Job::Waiting(running) = std::mem::replace(&mut entry.job, Job::InHands)
            && kind.is_wanted(&wish)
            && flow.id.answers(&running.of.experiment.problem)
            && !is_over(&running.of)
        {
            return Taken::Work(running);
        }
        let tools = Tools {
            parts: parts.clone(),
            carrier: self.carrier.clone(),
            now: wish.now,
        };
        let next = kind.next(flow, &wish, &tools);
        if let Next::Task(task) = next {
            return Taken::Work(Box::new(Running {
                of: flow.id.clone(),
                task,
                spent: Duration::ZERO,
                is_urgent: std::mem::take(&mut entry.is_urgent),
            }));
        }
        // What waits for something else is as urgent as before when that is there.
        entry.is_urgent &= matches!(next, Next::Later);
        (entry.job, entry.is_settled) = (Job::None, true);
        kind.mark(&mut self.products, false);
        if matches!(next, Next::Clear) && kind.is_there(&self.products) {
            kind.clear(&mut self.products);
            return Taken::Gone;
        }
        Taken::Nothing
    }
}

/// Whether work under way is dropped once another step is looked at. A picture is finished: whoever drags through the
/// steps sees some of them.
fn is_dropped(kind: &Kind) -> bool {
    kind.is_of_the_flow && kind.cost != Cost::Picture
}

/// What was found at an entry.
enum Taken {
    Work(Box<Running>),
    /// What nobody looks at was taken away.
    Gone,
    Nothing,
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
