//! The thread that draws pairs, couples them and makes regression batches ahead of the trainer.
//!
//! Every number it draws is keyed by (seed, stream, block or step), so a batch does not depend on how far
//! ahead the thread happens to be. A new recipe gets a new revision; batches of older ones are dropped by
//! whoever receives them.

use std::io;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvError, Sender, bounded, select, unbounded};

use crate::clock::Instant;
use crate::experiment::Experiment;
use crate::flow::coupling::{Blocks, Coupling, PairStream, Pairs};
use crate::flow::rng::{Stream, stream};
use crate::model::{Batch, BatchRule, Scaling, make_batch};

use super::block_crew::BlockCrew;
use super::cpu_meter::{CpuClock, CpuMeter};

/// Loads that wait for the trainer: a handful evens out steps and couplings that take unequally long.
const AHEAD: usize = 4;
/// Batches are handed over in loads: waking a thread costs as much as making a small batch. A load is closed
/// after this time, so that expensive couplings go out one by one.
const LOAD_TIME: Duration = Duration::from_micros(500);
/// Most batches in a load.
const MAX_LOAD: usize = 16;
/// Smaller blocks are coupled in less time than it takes to hand them from thread to thread.
const CREW_BLOCK: usize = 64;

/// What the batches are made from.
#[derive(Clone)]
pub struct Recipe {
    /// Goes up with every change.
    pub revision: u64,
    /// The legal experiment.
    pub experiment: Arc<Experiment>,
    /// The network's scales.
    pub scaling: Scaling,
    /// The step of the first batch.
    pub first_step: u64,
}

/// One training step's worth of data.
pub struct Supply {
    /// The recipe's revision.
    pub revision: u64,
    /// For the network.
    pub batch: Batch,
    /// For the canvas.
    pub pairs: Pairs,
    /// Mean squared distance of the pairs.
    pub coupling_cost: f64,
}

/// A batch, or the sentence that says why there is none (for this revision).
type Delivery = Result<Supply, (u64, String)>;

/// Consecutive batches; only the last one can be a failure.
type Load = Vec<Delivery>;

/// Handle of the thread; dropping it stops and joins it.
pub struct Coupler {
    recipes: Option<Sender<Recipe>>,
    loads: Option<Receiver<Load>>,
    load: std::vec::IntoIter<Delivery>,
    clock: CpuClock,
    thread: Option<JoinHandle<()>>,
}

impl Coupler {
    /// Starts the thread; it waits for a recipe. Expensive couplings get so many threads more.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn spawn(threads: usize) -> io::Result<Self> {
        let (recipes, new_recipes) = unbounded();
        let (outbox, loads) = bounded(AHEAD);
        let clock = CpuClock::default();
        let shared = clock.clone();
        let thread = Builder::new()
            .name("coupler".to_owned())
            .spawn(move || serve(&new_recipes, &outbox, threads, &shared))?;
        Ok(Self {
            recipes: Some(recipes),
            loads: Some(loads),
            load: Vec::new().into_iter(),
            clock,
            thread: Some(thread),
        })
    }

    /// Switches to another recipe; batches of earlier revisions may still be on their way.
    pub fn set_recipe(&self, recipe: Recipe) {
        if let Some(recipes) = &self.recipes {
            // The thread only ends when this handle is dropped.
            recipes.send(recipe).ok();
        }
    }

    /// Waits for the next batch of the given revision.
    ///
    /// # Errors
    /// A sentence for the user, such as that the drawing is empty.
    pub fn next(&mut self, revision: u64) -> Result<Supply, String> {
        let gone = || "the coupling thread has stopped".to_owned();
        let loads = self.loads.as_ref().ok_or_else(gone)?;
        loop {
            for delivery in self.load.by_ref() {
                match delivery {
                    Ok(supply) if supply.revision == revision => return Ok(supply),
                    Err((failed, reason)) if failed == revision => return Err(reason),
                    _stale => {}
                }
            }
            self.load = loads.recv().map_err(|RecvError| gone())?.into_iter();
        }
    }

    /// CPU time that drawing, assignments and batches have taken.
    pub fn cpu_time(&self) -> Duration {
        self.clock.total()
    }
}

impl Drop for Coupler {
    fn drop(&mut self) {
        self.recipes = None;
        self.loads = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// The thread's loop: make a load, then hand it over or start again with a newer recipe.
fn serve(recipes: &Receiver<Recipe>, outbox: &Sender<Load>, threads: usize, clock: &CpuClock) {
    let Ok(first) = recipes.recv() else { return };
    let mut meter = CpuMeter::start(clock.clone());
    let open = |recipe| Kitchen::new(recipe, threads, clock);
    let mut kitchen = open(first);
    loop {
        if let Some(newest) = recipes.try_iter().last() {
            kitchen = open(newest);
        }
        let load = kitchen.load();
        let failed = load.last().is_some_and(Result::is_err);
        meter.read();
        let newer = select! {
            recv(recipes) -> newer => Some(newer),
            send(outbox, load) -> sent => match sent {
                Ok(()) if failed => Some(recipes.recv()),
                Ok(()) => None,
                Err(_) => return,
            },
        };
        match newer {
            Some(Ok(recipe)) => kitchen = open(recipe),
            Some(Err(RecvError)) => return,
            None => {}
        }
    }
}

/// One recipe being followed.
struct Kitchen {
    recipe: Recipe,
    rule: BatchRule,
    step: u64,
    stream: PairStream,
    blocks: Result<BlockCrew, String>,
}

impl Kitchen {
    fn new(recipe: Recipe, threads: usize, clock: &CpuClock) -> Self {
        let experiment = &recipe.experiment;
        let (first, stream) = stream_at(experiment, recipe.first_step);
        let threads = match experiment.problem.coupling {
            Coupling::BatchOt { batch } if batch >= CREW_BLOCK && threads > 1 => threads,
            _ => 0,
        };
        let crew = |blocks| BlockCrew::spawn(threads, Arc::new(blocks), first, clock);
        Self {
            rule: BatchRule::new(experiment, recipe.scaling),
            step: recipe.first_step,
            stream,
            blocks: blocks(experiment).map(crew),
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
        let revision = self.recipe.revision;
        let experiment = &self.recipe.experiment;
        let blocks = self.blocks.as_mut();
        let blocks = blocks.map_err(|reason| (revision, reason.clone()))?;
        let take = |block, n| blocks.take(block, n);
        let pairs = self.stream.next_batch(experiment.training.batch, take);
        let pairs = pairs.map_err(|error| (revision, error.to_string()))?;
        let mut rng = stream(experiment.seed, Stream::Times, self.step);
        let batch = make_batch(&self.rule, &pairs, &mut rng);
        self.step += 1;
        Ok(Supply {
            revision,
            batch,
            coupling_cost: pairs.cost(),
            pairs,
        })
    }
}

fn blocks(experiment: &Experiment) -> Result<Blocks, String> {
    let source = experiment.problem.source.sampler();
    let source = source.map_err(|error| format!("source: {error}"))?;
    let target = experiment.problem.target.sampler();
    let target = target.map_err(|error| format!("target: {error}"))?;
    Ok(Blocks::new(
        source,
        experiment.problem.path.source_scale(),
        target,
        experiment.problem.coupling,
        experiment.seed,
    ))
}

/// The pairs of one step's batch, as the thread draws them.
///
/// # Errors
/// A sentence for the user, such as that the drawing is empty.
pub fn pairs_of(experiment: &Experiment, step: u64) -> Result<Pairs, String> {
    let blocks = blocks(experiment)?;
    let (_, mut stream) = stream_at(experiment, step);
    let pairs = stream.next_batch(experiment.training.batch, |block, n| blocks.draw(block, n));
    pairs.map_err(|error| error.to_string())
}

/// The stream from a step's batch on, with its first block. It is a function of the step alone, so that a run that is
/// continued or rolled back has the batches of one that was not; with points that were not drawn before, as long as
/// batch and block stay the same.
fn stream_at(experiment: &Experiment, step: u64) -> (u64, PairStream) {
    match experiment.problem.coupling {
        Coupling::Independent => (step, PairStream::new(step)),
        Coupling::BatchOt { batch: block } => {
            let (block, pairs) = (block.max(1) as u64, step * experiment.training.batch as u64);
            let used = usize::try_from(pairs % block).unwrap_or(0);
            (pairs / block, PairStream::within(pairs / block, used))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;

    fn recipe(revision: u64, coupling: Coupling) -> Recipe {
        let preset = presets::find("two-moons").unwrap();
        let mut experiment = preset.experiment().unwrap();
        experiment.problem.coupling = coupling;
        experiment.training.batch = 48;
        Recipe {
            revision,
            scaling: Scaling::measure(&experiment).unwrap(),
            experiment: Arc::new(experiment),
            first_step: 7,
        }
    }

    #[test]
    fn batches_are_the_same_however_many_threads_couple() {
        for coupling in [
            Coupling::Independent,
            Coupling::BatchOt { batch: 16 },
            Coupling::BatchOt { batch: 128 },
        ] {
            let batches = |threads: usize| -> Vec<Batch> {
                let mut coupler = Coupler::spawn(threads).unwrap();
                coupler.set_recipe(recipe(1, coupling));
                let batch = |_| coupler.next(1).unwrap().batch;
                (0..20).map(batch).collect()
            };
            assert_eq!(batches(1), batches(3), "{coupling:?}");
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
                let mut coupler = Coupler::spawn(2).unwrap();
                coupler.set_recipe(Recipe {
                    first_step,
                    ..recipe(1, coupling)
                });
                (0..n).map(|_| coupler.next(1).unwrap()).collect()
            };
            let whole = from(0, 12);
            for step in 0..12 {
                let supply = &from(step, 1)[0];
                assert_eq!(
                    supply.batch, whole[step as usize].batch,
                    "{coupling:?} {step}"
                );
                let pairs = pairs_of(&recipe(1, coupling).experiment, step);
                assert_eq!(pairs.as_ref(), Ok(&supply.pairs), "{coupling:?} {step}");
            }
        }
    }

    #[test]
    fn a_new_recipe_replaces_the_old_one_and_its_crew() {
        let mut coupler = Coupler::spawn(2).unwrap();
        for revision in 1..20 {
            let batch = 64 << (revision % 3);
            coupler.set_recipe(recipe(revision, Coupling::BatchOt { batch }));
            assert_eq!(coupler.next(revision).unwrap().revision, revision);
        }
        assert!(!coupler.cpu_time().is_zero());
    }
}
