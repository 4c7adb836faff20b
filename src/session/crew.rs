//! The threads of a session: a trainer, and helpers who take training steps with it and do everything else meanwhile.
//!
//! There are as many as cores, whatever the number of lanes, and at least one helper. A helper that is busy with an
//! [`Errand`] when a step begins is left out of it: nobody waits for a thread that has not started. Steps follow each
//! other within microseconds, so a helper without anything to do looks out for the next one for a while, first in a
//! tight loop and then offering its core to others, before it goes to sleep. This file refuses to know what steps and
//! errands are about.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Thread, park, park_timeout, yield_now};
use std::time::Duration;

use arc_swap::ArcSwap;
use arc_swap::cache::Cache;

use crate::model::{Job, Team, TeamError};

use super::cores::Cores;
use super::thread::{Joined, caught};

/// Looks at a flag in a tight loop, some ten microseconds, before others may have the core.
const SPINS: u32 = 300;
/// Times the core is offered to others before a helper sleeps: well under a millisecond if no one takes it.
const YIELDS: u32 = 300;

/// A round's call stands, and the helper may take part.
const OPEN: u64 = 0;
/// The helper works.
const ENTERED: u64 = 1;
/// The helper has finished, or comes too late.
const CLOSED: u64 = 2;
/// From one round to the next.
const ROUND: u64 = 4;

/// Something that is done beside training steps, piece by piece, by whoever has time.
pub trait Errand: Send + Sync {
    /// Whether a helper had better do this than take part in the next training step. Asked very often.
    fn is_due(&self) -> bool;

    /// Whether there is something to do for a helper that no training step waits for.
    fn has_work(&self) -> bool {
        self.is_due()
    }

    /// Does a piece of at most about 20 ms; `false` if there was nothing to do after all.
    fn work(&self) -> bool;

    /// When it may be due, if it is not now and nobody wakes the crew before.
    fn due_in(&self) -> Option<Duration> {
        None
    }
}

/// Handle of the threads; when the last one is dropped, they stop and are joined.
#[derive(Clone)]
pub struct Crew(Arc<Members>);

/// The trainer and its helpers.
struct Members {
    /// Members of a training step at most, the caller included.
    size: usize,
    cores: Cores,
    common: Arc<Common>,
    helpers: Vec<Sleeper>,
    threads: Vec<Joined>,
    /// The number of the round; whoever holds it is the only one with a job.
    round: Mutex<u64>,
}

/// A helper, as whoever wakes it knows it.
#[derive(Clone)]
struct Sleeper {
    call: Arc<Call>,
    thread: Thread,
}

/// What the crew and one helper tell each other.
struct Call {
    /// The round, a multiple of [`ROUND`], and what has become of it.
    state: AtomicU64,
    /// Whether the helper sleeps, or is about to.
    asleep: AtomicBool,
}

/// What all members see.
#[derive(Default)]
struct Common {
    job: Mutex<Option<Arc<dyn Job>>>,
    panicked: AtomicBool,
    stop: AtomicBool,
    errands: ArcSwap<Vec<Arc<dyn Errand>>>,
    sleepers: ArcSwap<Vec<Sleeper>>,
}

/// Wakes the helpers of a crew without keeping them.
#[derive(Clone)]
pub struct Waker(Arc<Common>);

impl Waker {
    /// Wakes helpers who sleep: an errand may have something to do.
    pub fn wake(&self) {
        self.0.sleepers.load().iter().for_each(Sleeper::wake);
    }
}

/// Keeps an errand on the crew's list until it is dropped.
pub struct Listed {
    common: Arc<Common>,
    errand: Arc<dyn Errand>,
}

impl Crew {
    /// Starts the helpers of a crew that trains on so many threads, the caller's included. At least one helper is
    /// there for the errands.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn spawn(threads: usize) -> io::Result<Self> {
        let threads = threads.max(1);
        let mut members = Members::new(threads);
        for member in 1..threads.max(2) {
            let call = Arc::new(Call {
                state: AtomicU64::new(CLOSED),
                asleep: AtomicBool::new(false),
            });
            let (common, own) = (Arc::clone(&members.common), Arc::clone(&call));
            let serve = move || serve(&common, &own, member);
            let thread = Joined::spawn(&format!("helper-{member}"), serve)?;
            members
                .helpers
                .extend(thread.thread().map(|thread| Sleeper {
                    call,
                    thread: thread.clone(),
                }));
            members.threads.push(thread);
            members
                .common
                .sleepers
                .store(Arc::new(members.helpers.clone()));
        }
        Ok(Self(Arc::new(members)))
    }

    /// A helper for each core but one, which is the trainer's.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn of_all_cores() -> io::Result<Self> {
        Self::spawn(Cores::all().threads())
    }

    /// Nobody but the caller: no thread is started, and errands are left to whoever has them.
    pub fn alone() -> Self {
        Self(Arc::new(Members::new(1)))
    }

    /// Members of a training step at most, the caller included.
    pub fn size(&self) -> usize {
        self.0.size
    }

    /// Whether there are helpers.
    pub fn has_helpers(&self) -> bool {
        !self.0.helpers.is_empty()
    }

    /// The cores that training uses, and who borrows one.
    pub fn cores(&self) -> &Cores {
        &self.0.cores
    }

    /// Up to so many of the members, to take training steps. One team works at a time; others wait for it.
    pub fn team(&self, most: usize) -> Box<dyn Team> {
        let size = self.size().min(most).max(1);
        let crew = self.clone();
        Box::new(CrewTeam { crew, size })
    }

    /// Puts an errand on the list of what helpers do.
    pub fn list(&self, errand: Arc<dyn Errand>) -> Listed {
        self.0.common.errands.rcu(|list| {
            let mut list = Vec::clone(list);
            list.push(Arc::clone(&errand));
            list
        });
        self.0.helpers.iter().for_each(Sleeper::wake);
        Listed {
            common: Arc::clone(&self.0.common),
            errand,
        }
    }

    /// What wakes the helpers.
    pub fn waker(&self) -> Waker {
        Waker(Arc::clone(&self.0.common))
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.common.errands.rcu(|list| {
            let others = list.iter().filter(|e| !Arc::ptr_eq(e, &self.errand));
            others.cloned().collect::<Vec<_>>()
        });
    }
}

impl Sleeper {
    fn wake(&self) {
        // With the helper's own fence: either it sees what there is to do, or this sees it asleep.
        fence(Ordering::SeqCst);
        if self.call.asleep.load(Ordering::SeqCst) {
            self.thread.unpark();
        }
    }
}

impl Members {
    fn new(size: usize) -> Self {
        Self {
            size,
            cores: Cores::new(size),
            common: Arc::default(),
            helpers: Vec::new(),
            threads: Vec::new(),
            round: Mutex::new(0),
        }
    }

    fn open_round(&self, round: u64, helpers: usize) {
        for helper in &self.helpers[..helpers] {
            helper.call.state.store(round | OPEN, Ordering::SeqCst);
            helper.wake();
        }
    }

    /// Leaves out who has not started and waits for who has.
    fn close_round(&self, round: u64, helpers: usize) {
        for helper in &self.helpers[..helpers] {
            let state = &helper.call.state;
            let (open, closed) = (round | OPEN, round | CLOSED);
            let late = state.compare_exchange(open, closed, Ordering::AcqRel, Ordering::Acquire);
            let mut looks = 0;
            while late.is_err() && state.load(Ordering::Acquire) != closed {
                look_again(&mut looks);
            }
        }
    }
}

impl Drop for Members {
    fn drop(&mut self) {
        self.common.stop.store(true, Ordering::SeqCst);
        self.helpers.iter().for_each(Sleeper::wake);
    }
}

/// The crew, as an engine knows it.
struct CrewTeam {
    crew: Crew,
    size: usize,
}

impl Team for CrewTeam {
    fn size(&self) -> usize {
        self.size
    }

    fn run(&mut self, job: &Arc<dyn Job>) -> Result<(), TeamError> {
        let crew = &*self.crew.0;
        let mut round = lock(&crew.round);
        *round += ROUND;
        *lock(&crew.common.job) = Some(Arc::clone(job));
        let helpers = crew.helpers.len().min(self.size.min(crew.cores.free()) - 1);
        crew.cores.train_with(1 + helpers);
        crew.open_round(*round, helpers);
        crew.common.take_part(&**job, 0);
        crew.close_round(*round, helpers);
        crew.cores.train_with(0);
        if crew.common.panicked.swap(false, Ordering::Relaxed) {
            return Err(TeamError::Panicked);
        }
        Ok(())
    }
}

impl Common {
    fn take_part(&self, job: &dyn Job, member: usize) {
        if caught(|| job.work(member)).is_err() {
            self.panicked.store(true, Ordering::Relaxed);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits a little; longer the more often it has been asked. Returns false when it is time to sleep.
fn look_again(looks: &mut u32) -> bool {
    *looks = looks.saturating_add(1);
    if *looks < SPINS {
        std::hint::spin_loop();
    } else {
        yield_now();
    }
    *looks < SPINS + YIELDS
}

/// The list of errands, as a helper looks at it again and again.
type Errands<'a> = Cache<&'a ArcSwap<Vec<Arc<dyn Errand>>>, Arc<Vec<Arc<dyn Errand>>>>;

/// A helper's loop.
fn serve(common: &Common, call: &Call, member: usize) {
    let mut errands = Cache::new(&common.errands);
    let mut looks = 0;
    while !common.stop.load(Ordering::Relaxed) {
        let list = errands.load();
        let due = list.iter().any(|errand| errand.is_due() && did(errand));
        if due || take_part(common, call, member) || list.iter().any(did_if_it_has_work) {
            looks = 0;
        } else if !look_again(&mut looks) {
            sleep(common, call, &mut errands);
            looks = 0;
        }
    }
}

fn did_if_it_has_work(errand: &Arc<dyn Errand>) -> bool {
    errand.has_work() && did(errand)
}

/// A piece of an errand. A panic is its own: whoever needs the result comes upon it, too.
fn did(errand: &Arc<dyn Errand>) -> bool {
    caught(|| errand.work()).unwrap_or(false)
}

/// Enters the round that is open, if one is, and does its share.
fn take_part(common: &Common, call: &Call, member: usize) -> bool {
    let round = call.state.load(Ordering::Acquire);
    let is_open = round % ROUND == OPEN && {
        let entered = round | ENTERED;
        let state = &call.state;
        let change = state.compare_exchange(round, entered, Ordering::AcqRel, Ordering::Relaxed);
        change.is_ok()
    };
    if is_open {
        let job = lock(&common.job).clone();
        if let Some(job) = job {
            common.take_part(&*job, member);
        }
        call.state.store(round | CLOSED, Ordering::Release);
    }
    is_open
}

/// Sleeps until it is woken or an errand may be due.
fn sleep(common: &Common, call: &Call, errands: &mut Errands<'_>) {
    call.asleep.store(true, Ordering::SeqCst);
    fence(Ordering::SeqCst);
    let errands = errands.load();
    let is_called = call.state.load(Ordering::SeqCst) % ROUND == OPEN
        || common.stop.load(Ordering::SeqCst)
        || errands.iter().any(|errand| errand.has_work());
    if !is_called {
        match errands.iter().filter_map(|errand| errand.due_in()).min() {
            Some(time) => park_timeout(time),
            None => park(),
        }
    }
    call.asleep.store(false, Ordering::SeqCst);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Model, Training};
    use crate::flow::rng::{Stream, stream};
    use std::sync::atomic::AtomicUsize;

    use rand::RngExt;

    use crate::model::{Batch, Engine, FusedEngine, MlpParams, Widths};

    /// Counts who has worked; the member who is told to panics.
    struct Count {
        seen: Vec<AtomicUsize>,
        panics: AtomicUsize,
    }

    impl Job for Count {
        fn work(&self, member: usize) {
            self.seen[member].fetch_add(1, Ordering::Relaxed);
            assert!(self.panics.load(Ordering::Relaxed) != member, "as asked");
        }
    }

    fn count(size: usize) -> Arc<Count> {
        let seen = (0..size).map(|_| AtomicUsize::new(0)).collect();
        Arc::new(Count {
            seen,
            panics: AtomicUsize::new(usize::MAX),
        })
    }

    /// Runs the job until a member has worked on it.
    fn run_until(
        crew: &mut Box<dyn Team>,
        counts: &Arc<Count>,
        member: usize,
    ) -> Result<(), TeamError> {
        let job: Arc<dyn Job> = counts.clone();
        let before = counts.seen[member].load(Ordering::Relaxed);
        loop {
            let result = crew.run(&job);
            if counts.seen[member].load(Ordering::Relaxed) > before {
                return result;
            }
            yield_now();
        }
    }

    #[test]
    fn every_member_gets_to_work_even_after_a_sleep_and_none_twice() {
        for size in [1, 2, 5] {
            let (mut crew, counts) = (Crew::spawn(size).unwrap().team(usize::MAX), count(size));
            for round in 0..20 {
                if round % 10 == 0 {
                    std::thread::sleep(std::time::Duration::from_millis(20));
                }
                (0..size).for_each(|member| run_until(&mut crew, &counts, member).unwrap());
            }
            let seen: Vec<_> = counts
                .seen
                .iter()
                .map(|seen| seen.load(Ordering::Relaxed))
                .collect();
            assert!(
                seen.iter().all(|&n| n <= seen[0]),
                "the caller works on every job: {seen:?}"
            );
            assert_eq!(crew.size(), size);
        }
    }

    #[test]
    fn a_member_whose_core_is_lent_sits_out() {
        let crew = Crew::spawn(2).unwrap();
        let loan = crew.cores().lend();
        let (mut crew, counts) = (crew.team(usize::MAX), count(2));
        let job: Arc<dyn Job> = counts.clone();
        (0..2000).for_each(|_| crew.run(&job).unwrap());
        assert_eq!(counts.seen[0].load(Ordering::Relaxed), 2000);
        assert_eq!(counts.seen[1].load(Ordering::Relaxed), 0);
        drop(loan);
        run_until(&mut crew, &counts, 1).unwrap();
    }

    #[test]
    fn a_panic_of_any_member_is_an_error_and_the_crew_goes_on() {
        let (mut crew, counts) = (Crew::spawn(3).unwrap().team(usize::MAX), count(3));
        for member in 0..3 {
            counts.panics.store(member, Ordering::Relaxed);
            assert_eq!(
                run_until(&mut crew, &counts, member),
                Err(TeamError::Panicked)
            );
            counts.panics.store(usize::MAX, Ordering::Relaxed);
            assert_eq!(run_until(&mut crew, &counts, member), Ok(()));
        }
    }

    #[test]
    fn any_number_of_threads_trains_to_the_same_bits() {
        let model = Model {
            hidden: vec![64, 100],
            ..Model::default()
        };
        let params = MlpParams::init(Widths::of(&model), &mut stream(0, Stream::Weights, 0));
        let trained = |size: usize, n: usize| {
            let crew = Crew::spawn(size).unwrap();
            let mut engine =
                FusedEngine::new(crew.team(usize::MAX), &model, &Training::default(), &params)
                    .unwrap();
            let mut rng = stream(1, Stream::Times, 0);
            let losses: Vec<_> = (0..10)
                .map(|_| {
                    let mut numbers =
                        |count: usize| (0..count).map(|_| rng.random::<f32>() - 0.5).collect();
                    let (inputs, targets, weights) = (numbers(3 * n), numbers(2 * n), numbers(n));
                    engine
                        .step(
                            &Batch {
                                n,
                                inputs,
                                targets,
                                weights,
                                ..Batch::default()
                            },
                            1e-3,
                        )
                        .unwrap()
                        .own
                        .to_bits()
                })
                .collect();
            (losses, engine.state().unwrap())
        };
        for n in [5, 300, 1100] {
            let alone = trained(1, n);
            assert_eq!(trained(2, n), alone);
            assert_eq!(trained(3, n), alone);
        }
    }
}
