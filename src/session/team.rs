//! The threads that help the trainer take a step: started once, woken for every job, joined on drop.
//!
//! Jobs follow each other within microseconds, so a helper that has finished looks out for the next one for a
//! while, first in a tight loop and then offering its core to others, before it goes to sleep. One that has
//! not started when the others have finished, because it sleeps or because another program has its core, is
//! left out: nobody waits for a thread that has nothing to do. This file refuses to know what the jobs are.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle, park, yield_now};

use crate::model::{Job, Team, TeamError};

use super::cores::Cores;

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

/// A team of persistent threads beside the calling one.
pub struct Crew {
    common: Arc<Common>,
    helpers: Vec<Helper>,
    cores: Cores,
    round: u64,
}

struct Helper {
    call: Arc<Call>,
    thread: Option<JoinHandle<()>>,
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
}

impl Crew {
    /// Starts the threads of a team of `size` members, the caller included. Members whose cores are lent to others
    /// sit out.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn spawn(size: usize, cores: Cores) -> io::Result<Self> {
        let common = Arc::new(Common::default());
        let mut crew = Self {
            common,
            helpers: Vec::new(),
            cores,
            round: 0,
        };
        for member in 1..size {
            let common = Arc::clone(&crew.common);
            let call = Arc::new(Call {
                state: AtomicU64::new(CLOSED),
                asleep: AtomicBool::new(false),
            });
            let own = Arc::clone(&call);
            let thread = Builder::new()
                .name(format!("trainer-{member}"))
                .spawn(move || serve(&common, &own, member))?;
            crew.helpers.push(Helper {
                call,
                thread: Some(thread),
            });
        }
        Ok(crew)
    }

    fn open_round(&mut self, helpers: usize) {
        self.round += ROUND;
        for helper in &self.helpers[..helpers] {
            // Sequentially consistent, like the helper's own two accesses: either it sees the new round, or
            // this sees it asleep.
            helper.call.state.store(self.round | OPEN, Ordering::SeqCst);
            if let (true, Some(thread)) =
                (helper.call.asleep.load(Ordering::SeqCst), &helper.thread)
            {
                thread.thread().unpark();
            }
        }
    }

    /// Leaves out who has not started and waits for who has.
    fn close_round(&self, helpers: usize) {
        for helper in &self.helpers[..helpers] {
            let state = &helper.call.state;
            let (open, closed) = (self.round | OPEN, self.round | CLOSED);
            let late = state.compare_exchange(open, closed, Ordering::AcqRel, Ordering::Acquire);
            let mut looks = 0;
            while late.is_err() && state.load(Ordering::Acquire) != closed {
                look_again(&mut looks);
            }
        }
    }
}

impl Team for Crew {
    fn size(&self) -> usize {
        1 + self.helpers.len()
    }

    fn run(&mut self, job: &Arc<dyn Job>) -> Result<(), TeamError> {
        *self
            .common
            .job
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(job));
        let helpers = self.helpers.len().min(self.cores.free() - 1);
        self.cores.train_with(1 + helpers);
        self.open_round(helpers);
        self.common.work(&**job, 0);
        self.close_round(helpers);
        self.cores.train_with(0);
        if self.common.panicked.swap(false, Ordering::Relaxed) {
            return Err(TeamError::Panicked);
        }
        Ok(())
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.common.stop.store(true, Ordering::Relaxed);
        self.open_round(self.helpers.len());
        for helper in &mut self.helpers {
            if let Some(thread) = helper.thread.take() {
                thread.join().ok();
            }
        }
    }
}

impl Common {
    fn work(&self, job: &dyn Job, member: usize) {
        if catch_unwind(AssertUnwindSafe(|| job.work(member))).is_err() {
            self.panicked.store(true, Ordering::Relaxed);
        }
    }
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

/// A helper's loop.
fn serve(common: &Common, call: &Call, member: usize) {
    loop {
        let round = next_round(call);
        if common.stop.load(Ordering::Relaxed) {
            return;
        }
        let job = common
            .job
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(job) = job {
            common.work(&*job, member);
        }
        call.state.store(round | CLOSED, Ordering::Release);
    }
}

/// Waits for a round that is open and enters it.
fn next_round(call: &Call) -> u64 {
    let mut looks = 0;
    loop {
        let state = call.state.load(Ordering::Acquire);
        if state % ROUND == OPEN {
            let entered = state | ENTERED;
            if call
                .state
                .compare_exchange(state, entered, Ordering::AcqRel, Ordering::Relaxed)
                .is_ok()
            {
                return state;
            }
        }
        if look_again(&mut looks) {
            continue;
        }
        call.asleep.store(true, Ordering::SeqCst);
        while call.state.load(Ordering::SeqCst) % ROUND != OPEN {
            park();
        }
        call.asleep.store(false, Ordering::SeqCst);
        looks = 0;
    }
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
    fn run_until(crew: &mut Crew, counts: &Arc<Count>, member: usize) -> Result<(), TeamError> {
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
            let (mut crew, counts) = (Crew::spawn(size, Cores::new(size)).unwrap(), count(size));
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
        let cores = Cores::new(2);
        let (mut crew, counts) = (Crew::spawn(2, cores.clone()).unwrap(), count(2));
        let loan = cores.lend();
        let job: Arc<dyn Job> = counts.clone();
        (0..2000).for_each(|_| crew.run(&job).unwrap());
        assert_eq!(counts.seen[0].load(Ordering::Relaxed), 2000);
        assert_eq!(counts.seen[1].load(Ordering::Relaxed), 0);
        drop(loan);
        run_until(&mut crew, &counts, 1).unwrap();
    }

    #[test]
    fn a_panic_of_any_member_is_an_error_and_the_crew_goes_on() {
        let (mut crew, counts) = (Crew::spawn(3, Cores::new(3)).unwrap(), count(3));
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
            let crew = Box::new(Crew::spawn(size, Cores::new(size)).unwrap());
            let mut engine = FusedEngine::new(crew, &model, &Training::default(), &params).unwrap();
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
                            },
                            1e-3,
                        )
                        .unwrap()
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
