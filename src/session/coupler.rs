//! Pairs that are drawn, coupled and made regression batches of, ahead of the training that takes them.
//!
//! Every number that is drawn is keyed by (seed, stream, block or step), so a batch does not depend on how far ahead it
//! was made, nor by whom: helpers make them as an errand, and whoever finds none ready makes the next one. Nothing
//! waits for a thread.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use arc_swap::ArcSwapOption;

use crate::clock::Instant;
use crate::experiment::Experiment;
use crate::flow::coupling::{PairStream, Pairs};
use crate::flow::rng::{Stream, stream};
use crate::model::{Batch, BatchRule, Scaling, make_batch};

use super::block_store::BlockStore;
use super::cpu_meter::CpuClock;
use super::crew::{Crew, Errand, Listed, Waker};
use super::thread::caught;

/// Loads that are made ahead: a handful evens out steps and couplings that take unequally long.
const AHEAD: usize = 4;
/// With fewer loads than these a helper had better make one than take part in a step.
const LOW: usize = 2;
/// Batches are handed over in loads: handing one over costs as much as making a small batch. A load is closed
/// after this time, so that expensive couplings go out one by one.
const LOAD_TIME: Duration = Duration::from_micros(500);
/// Most batches in a load.
const MAX_LOAD: usize = 16;

/// What is said without a recipe.
const NOTHING_TO_DRAW: &str = "there is nothing to draw pairs from";

/// What the batches are made from.
#[derive(Clone)]
pub struct Recipe {
    /// The legal experiment.
    pub experiment: Arc<Experiment>,
    /// The network's scales.
    pub scaling: Scaling,
    /// The step of the first batch.
    pub first_step: u64,
}

/// One training step's worth of data.
pub struct Supply {
    /// For the network.
    pub batch: Batch,
    /// For the canvas.
    pub pairs: Pairs,
    /// Mean squared distance of the pairs.
    pub coupling_cost: f64,
}

/// A batch, or the sentence that says why there is none.
type Delivery = Result<Supply, String>;

/// Consecutive batches; only the last one can be a failure.
type Load = Vec<Delivery>;

/// Batches for one lane, made by the crew's helpers and by whoever takes them.
pub struct Coupler {
    line: Arc<Line>,
    waker: Waker,
    load: std::vec::IntoIter<Delivery>,
    _listed: Listed,
}

impl Coupler {
    /// A coupler without a recipe.
    pub fn new(crew: &Crew) -> Self {
        let line = Arc::new(Line {
            threads: crew.size(),
            maker: Mutex::default(),
            ready: Mutex::default(),
            n_ready: AtomicUsize::new(AHEAD),
            blocks: ArcSwapOption::empty(),
            clock: CpuClock::default(),
        });
        Self {
            _listed: crew.list(Arc::clone(&line) as Arc<dyn Errand>),
            line,
            waker: crew.waker(),
            load: Vec::new().into_iter(),
        }
    }

    /// Switches to another recipe: the next batch is its first.
    pub fn set_recipe(&mut self, recipe: Recipe) {
        self.load = Vec::new().into_iter();
        self.line.begin(recipe);
        self.waker.wake();
    }

    /// The next batch; it is made here if none is ready.
    ///
    /// # Errors
    /// A sentence for the user, such as that the drawing is empty.
    pub fn next(&mut self) -> Result<Supply, String> {
        loop {
            if let Some(delivery) = self.load.next() {
                return delivery;
            }
            self.load = self.take_load()?;
        }
    }

    /// The batch that [`Self::next`] will hand out; it stays the next one.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub fn peek(&mut self) -> Result<&Supply, String> {
        if self.load.as_slice().is_empty() {
            self.load = self.take_load()?;
        }
        let next = self.load.as_slice().first();
        let next = next.ok_or(NOTHING_TO_DRAW)?;
        next.as_ref().map_err(String::clone)
    }

    fn take_load(&self) -> Result<std::vec::IntoIter<Delivery>, String> {
        let load = self.line.take();
        self.waker.wake();
        Ok(load.ok_or(NOTHING_TO_DRAW)?.into_iter())
    }

    /// CPU time that drawing, assignments and batches have taken.
    pub fn cpu_time(&self) -> Duration {
        self.line.clock.total()
    }
}

/// Where loads are made, by one thread at a time, and wait to be taken. Of an expensive coupling helpers draw the blocks,
/// several at the same time, and leave the loads to whoever takes them.
struct Line {
    threads: usize,
    maker: Mutex<Option<BatchMaker>>,
    /// Pushed only by whoever holds the maker, so they are in order.
    ready: Mutex<VecDeque<Load>>,
    /// Loads that are ready; [`AHEAD`] also where helpers are not to make any.
    n_ready: AtomicUsize,
    /// Blocks of an expensive coupling.
    blocks: ArcSwapOption<BlockStore>,
    clock: CpuClock,
}

impl Line {
    fn begin(&self, recipe: Recipe) {
        let mut maker = lock(&self.maker);
        let next = BatchMaker::new(recipe, self.threads);
        let shared = next
            .blocks
            .as_ref()
            .ok()
            .filter(|blocks| blocks.is_shared());
        self.blocks.store(shared.cloned());
        let n_ready = if shared.is_some() { AHEAD } else { 0 };
        lock(&self.ready).clear();
        self.n_ready.store(n_ready, Ordering::Relaxed);
        *maker = Some(next);
    }

    /// The next load, made here if none is ready.
    fn take(&self) -> Option<Load> {
        if let Some(load) = self.pop() {
            return Some(load);
        }
        let mut maker = lock(&self.maker);
        // Whoever had the maker until now may just have made one.
        self.pop().or_else(|| {
            let maker = maker.as_mut()?;
            Some(self.clock.time(|| maker.load()))
        })
    }

    fn pop(&self) -> Option<Load> {
        let load = lock(&self.ready).pop_front()?;
        self.n_ready.fetch_sub(1, Ordering::Relaxed);
        Some(load)
    }

    /// Makes a load ahead, if nobody else does.
    fn make_ahead(&self) -> bool {
        let mut maker = match self.maker.try_lock() {
            Ok(maker) => maker,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return false,
        };
        let wanted = self.n_ready.load(Ordering::Relaxed) < AHEAD;
        let Some(maker) = maker.as_mut().filter(|_| wanted) else {
            return false;
        };
        let load = match caught(|| self.clock.time(|| maker.load())) {
            Ok(load) => load,
            Err(panic) => vec![Err(format!("it panicked: {panic}"))],
        };
        // After a failure there is nothing to make before another recipe comes.
        let failed = load.last().is_some_and(Result::is_err);
        let made = if failed { AHEAD } else { 1 };
        lock(&self.ready).push_back(load);
        self.n_ready.fetch_add(made, Ordering::Relaxed);
        true
    }
}

impl Errand for Line {
    fn is_due(&self) -> bool {
        self.n_ready.load(Ordering::Relaxed) < LOW
            || self.blocks.load().as_ref().is_some_and(|b| b.is_low())
    }

    fn has_work(&self) -> bool {
        self.n_ready.load(Ordering::Relaxed) < AHEAD
            || self.blocks.load().as_ref().is_some_and(|b| b.has_room())
    }

    fn work(&self) -> bool {
        match &*self.blocks.load() {
            Some(blocks) => self.clock.time(|| blocks.draw_ahead()),
            None => self.make_ahead(),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One recipe being followed.
struct BatchMaker {
    recipe: Recipe,
    rule: BatchRule,
    step: u64,
    stream: PairStream,
    blocks: Result<Arc<BlockStore>, String>,
}

impl BatchMaker {
    fn new(recipe: Recipe, threads: usize) -> Self {
        let experiment = &recipe.experiment;
        let (first, stream) = stream_at(experiment, recipe.first_step);
        let shared = experiment.problem.coupling.is_costly() && threads > 1;
        let ahead = if shared { 2 * threads } else { 0 };
        Self {
            rule: BatchRule::new(experiment, recipe.scaling),
            step: recipe.first_step,
            stream,
            blocks: experiment.blocks().map(|b| {
                Arc::new(BlockStore::new(
                    b,
                    (first, experiment.training.batch),
                    ahead,
                ))
            }),
            recipe,
        }
    }

    fn load(&mut self) -> Load {
        let start = Instant::now();
        let mut load = Load::new();
        loop {
            load.push(self.next());
            let failed = load.last().is_some_and(Result::is_err);
            if failed || load.len() == MAX_LOAD || start.elapsed() >= LOAD_TIME {
                return load;
            }
        }
    }

    fn next(&mut self) -> Delivery {
        let experiment = &self.recipe.experiment;
        let blocks = self.blocks.as_ref().map_err(String::clone)?;
        let take = |block, n| blocks.take(block, n);
        let pairs = self.stream.next_batch(experiment.training.batch, take);
        let pairs = pairs.map_err(|error| error.to_string())?;
        let mut rng = stream(experiment.seed, Stream::Times, self.step);
        let batch = make_batch(&self.rule, &pairs, &mut rng);
        self.step += 1;
        Ok(Supply {
            batch,
            coupling_cost: pairs.cost(),
            pairs,
        })
    }
}

/// The pairs of one step's batch, as the thread draws them.
///
/// # Errors
/// A sentence for the user, such as that the drawing is empty.
pub fn pairs_of(experiment: &Experiment, step: u64) -> Result<Pairs, String> {
    let blocks = experiment.blocks()?;
    let (_, mut stream) = stream_at(experiment, step);
    let pairs = stream.next_batch(experiment.training.batch, |block, n| blocks.draw(block, n));
    pairs.map_err(|error| error.to_string())
}

/// The stream from a step's batch on, with its first block. It is a function of the step alone, so that a run that is
/// continued or rolled back has the batches of one that was not; with points that were not drawn before, as long as
/// batch and block stay the same.
fn stream_at(experiment: &Experiment, step: u64) -> (u64, PairStream) {
    match experiment.problem.coupling.block() {
        None => (step, PairStream::new(step)),
        Some(block) => {
            let (block, pairs) = (block as u64, step * experiment.training.batch as u64);
            let used = usize::try_from(pairs % block).unwrap_or(0);
            (pairs / block, PairStream::within(pairs / block, used))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;
    use crate::flow::Bounds;
    use crate::flow::coupling::Coupling;
    use crate::flow::distribution::{Drawing, Shape};

    /// A crew of so many threads; of none, nobody but the caller.
    fn crew(threads: usize) -> Crew {
        match threads {
            0 => Crew::alone(),
            n => Crew::spawn(n).unwrap(),
        }
    }

    fn recipe(coupling: Coupling) -> Recipe {
        let preset = presets::find("two-moons").unwrap();
        let mut experiment = preset.experiment().unwrap();
        experiment.problem.coupling = coupling;
        experiment.training.batch = 48;
        Recipe {
            scaling: Scaling::measure(&experiment).unwrap(),
            experiment: Arc::new(experiment),
            first_step: 7,
        }
    }

    #[test]
    fn batches_are_the_same_however_many_threads_couple() {
        let every = |k: usize| Coupling::ALL.map(|coupling| coupling.with_block(k));
        let is_paired = |coupling: &Coupling| coupling.needs_given().is_none();
        for coupling in every(16).into_iter().chain(every(128)).filter(is_paired) {
            let batches = |threads: usize| -> Vec<Batch> {
                let mut coupler = Coupler::new(&crew(threads));
                coupler.set_recipe(recipe(coupling));
                let batch = |_| coupler.next().unwrap().batch;
                (0..20).map(batch).collect()
            };
            assert!(
                [1, 3].map(batches).iter().all(|b| *b == batches(0)),
                "{coupling:?}"
            );
        }
    }

    #[test]
    fn a_stream_that_begins_at_any_step_has_that_steps_batch() {
        for coupling in [
            Coupling::Independent,
            Coupling::BatchOt { batch: 16 },
            Coupling::BatchOt { batch: 100 },
            Coupling::BatchOt { batch: 128 },
        ] {
            let from = |first_step: u64, n: usize| -> Vec<Supply> {
                let mut coupler = Coupler::new(&crew(2));
                coupler.set_recipe(Recipe {
                    first_step,
                    ..recipe(coupling)
                });
                (0..n).map(|_| coupler.next().unwrap()).collect()
            };
            let whole = from(0, 12);
            for step in 0..12 {
                let supply = &from(step, 1)[0];
                assert_eq!(
                    supply.batch, whole[step as usize].batch,
                    "{coupling:?} {step}"
                );
                let pairs = pairs_of(&recipe(coupling).experiment, step);
                assert_eq!(pairs.as_ref(), Ok(&supply.pairs), "{coupling:?} {step}");
            }
        }
    }

    #[test]
    fn a_new_recipe_replaces_the_old_one_at_once() {
        let mut coupler = Coupler::new(&crew(2));
        for turn in 1..20 {
            let coupling = Coupling::BatchOt {
                batch: 64 << (turn % 3),
            };
            coupler.set_recipe(recipe(coupling));
            let pairs = coupler.next().unwrap().pairs;
            assert_eq!(Ok(pairs), pairs_of(&recipe(coupling).experiment, 7));
        }
        assert!(!coupler.cpu_time().is_zero());
    }

    #[test]
    fn what_cannot_be_drawn_is_said_again_and_again_until_another_recipe_comes() {
        for threads in [0, 2] {
            let mut coupler = Coupler::new(&crew(threads));
            let mut bad = recipe(Coupling::Independent);
            let experiment = Arc::make_mut(&mut bad.experiment);
            let blank = Drawing::blank(Bounds::square(4.0));
            experiment.problem.target = Shape::Drawn(blank).into();
            coupler.set_recipe(bad);
            for _ in 0..3 {
                let reason = coupler.next().err().unwrap();
                assert!(reason.contains("drawing"), "{reason}");
            }
            coupler.set_recipe(recipe(Coupling::Independent));
            assert!(coupler.next().is_ok());
        }
    }
}
