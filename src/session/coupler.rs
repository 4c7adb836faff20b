//! The thread that draws pairs, couples them and makes regression batches ahead of the trainer.
//!
//! Every number it draws is keyed by (seed, stream, block or step), so a batch does not depend on how far
//! ahead the thread happens to be. A new recipe gets a new revision; batches of older ones are dropped by
//! whoever receives them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use crossbeam_channel::{Receiver, RecvError, Sender, bounded, select, unbounded};

use crate::experiment::Experiment;
use crate::flow::coupling::{Coupling, PairStream, Pairs};
use crate::flow::rng::{Stream, stream};
use crate::model::{Batch, BatchRule, Scaling, make_batch};

/// Loads that wait for the trainer: a handful evens out steps and couplings that take unequally long.
const AHEAD: usize = 4;
/// Batches are handed over in loads: waking a thread costs as much as making a small batch. A load is closed
/// after this time, so that expensive couplings go out one by one.
const LOAD_TIME: Duration = Duration::from_micros(500);
/// Most batches in a load.
const MAX_LOAD: usize = 16;

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
    cpu_nanos: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Coupler {
    /// Starts the thread; it waits for a recipe.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn spawn() -> io::Result<Self> {
        let (recipes, new_recipes) = unbounded();
        let (outbox, loads) = bounded(AHEAD);
        let cpu_nanos = Arc::new(AtomicU64::new(0));
        let clock = Arc::clone(&cpu_nanos);
        let thread = Builder::new()
            .name("coupler".to_owned())
            .spawn(move || serve(&new_recipes, &outbox, &clock))?;
        Ok(Self {
            recipes: Some(recipes),
            loads: Some(loads),
            load: Vec::new().into_iter(),
            cpu_nanos,
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

    /// CPU time the thread has used: for drawing, assignments and batches.
    pub fn cpu_time(&self) -> Duration {
        Duration::from_nanos(self.cpu_nanos.load(Ordering::Relaxed))
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
fn serve(recipes: &Receiver<Recipe>, outbox: &Sender<Load>, clock: &AtomicU64) {
    let Ok(first) = recipes.recv() else { return };
    let mut kitchen = Kitchen::new(first);
    loop {
        while let Ok(newer) = recipes.try_recv() {
            kitchen = Kitchen::new(newer);
        }
        let load = kitchen.load();
        let failed = load.last().is_some_and(Result::is_err);
        clock.store(cpu_nanos(), Ordering::Relaxed);
        let newer = select! {
            recv(recipes) -> newer => Some(newer),
            send(outbox, load) -> sent => match sent {
                Ok(()) if failed => Some(recipes.recv()),
                Ok(()) => None,
                Err(_) => return,
            },
        };
        match newer {
            Some(Ok(recipe)) => kitchen = Kitchen::new(recipe),
            Some(Err(RecvError)) => return,
            None => {}
        }
    }
}

fn cpu_nanos() -> u64 {
    ThreadTime::try_now().map_or(0, |now| {
        u64::try_from(now.as_duration().as_nanos()).unwrap_or(u64::MAX)
    })
}

/// One recipe being followed.
struct Kitchen {
    recipe: Recipe,
    rule: BatchRule,
    step: u64,
    pairs: Result<PairStream, String>,
}

impl Kitchen {
    fn new(recipe: Recipe) -> Self {
        Self {
            rule: BatchRule::new(&recipe.experiment, recipe.scaling),
            step: recipe.first_step,
            pairs: pair_stream(&recipe.experiment, recipe.first_step),
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
        let pairs = self.pairs.as_mut().map_err(|reason| reason.clone());
        let pairs = pairs
            .and_then(|pairs| {
                pairs
                    .next_batch(experiment.training.batch)
                    .map_err(|error| error.to_string())
            })
            .map_err(|reason| (revision, reason))?;
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

/// The stream of coupled pairs. One that starts later draws other points, as long as batch and block stay the same.
fn pair_stream(experiment: &Experiment, first_step: u64) -> Result<PairStream, String> {
    let source = experiment.source.sampler();
    let source = source.map_err(|error| format!("source: {error}"))?;
    let target = experiment.target.sampler();
    let target = target.map_err(|error| format!("target: {error}"))?;
    let pairs = first_step * experiment.training.batch as u64;
    let first_block = match experiment.coupling {
        Coupling::Independent => first_step,
        Coupling::BatchOt { batch } => pairs.div_ceil(batch as u64),
    };
    Ok(PairStream::new(
        source,
        experiment.path.source_scale(),
        target,
        experiment.coupling,
        experiment.seed,
        first_block,
    ))
}
