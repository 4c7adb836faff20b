//! The thread that draws pairs, couples them and makes regression batches, a few steps ahead of the trainer.
//!
//! Every number it draws is keyed by (seed, stream, block or step), so a batch does not depend on how far
//! ahead the thread happens to be. A new recipe gets a new revision; batches of older ones are dropped by
//! whoever receives them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use cpu_time::ThreadTime;
use crossbeam_channel::{Receiver, RecvError, Sender, bounded, select, unbounded};

use crate::experiment::Experiment;
use crate::flow::coupling::{PairStream, Pairs};
use crate::flow::rng::{Stream, stream};
use crate::model::{Batch, BatchRule, Scaling, make_batch};

/// Batches that wait for the trainer. A step takes under a millisecond and a block of couplings a few, so a
/// handful evens them out; more would only delay the effect of a change.
const AHEAD: usize = 4;

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

/// Handle of the thread; dropping it stops and joins it.
pub struct Coupler {
    recipes: Option<Sender<Recipe>>,
    deliveries: Option<Receiver<Delivery>>,
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
        let (outbox, deliveries) = bounded(AHEAD);
        let cpu_nanos = Arc::new(AtomicU64::new(0));
        let clock = Arc::clone(&cpu_nanos);
        let thread = Builder::new()
            .name("coupler".to_owned())
            .spawn(move || serve(&new_recipes, &outbox, &clock))?;
        Ok(Self {
            recipes: Some(recipes),
            deliveries: Some(deliveries),
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
    pub fn next(&self, revision: u64) -> Result<Supply, String> {
        let gone = || "the coupling thread has stopped".to_owned();
        let deliveries = self.deliveries.as_ref().ok_or_else(gone)?;
        loop {
            match deliveries.recv().map_err(|RecvError| gone())? {
                Ok(supply) if supply.revision == revision => return Ok(supply),
                Err((failed, reason)) if failed == revision => return Err(reason),
                _stale => {}
            }
        }
    }

    /// CPU time the thread has used, cost matrices and assignments included.
    pub fn cpu_time(&self) -> Duration {
        Duration::from_nanos(self.cpu_nanos.load(Ordering::Relaxed))
    }
}

impl Drop for Coupler {
    fn drop(&mut self) {
        self.recipes = None;
        self.deliveries = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// The thread's loop: make a batch, then hand it over or start again with a newer recipe.
fn serve(recipes: &Receiver<Recipe>, outbox: &Sender<Delivery>, clock: &AtomicU64) {
    let Ok(first) = recipes.recv() else { return };
    let mut kitchen = Kitchen::new(first);
    loop {
        while let Ok(newer) = recipes.try_recv() {
            kitchen = Kitchen::new(newer);
        }
        let delivery = kitchen.next();
        let failed = delivery.is_err();
        clock.store(cpu_nanos(), Ordering::Relaxed);
        let newer = select! {
            recv(recipes) -> newer => Some(newer),
            send(outbox, delivery) -> sent => match sent {
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

/// The stream of coupled pairs; one that starts later draws other points.
fn pair_stream(experiment: &Experiment, first_step: u64) -> Result<PairStream, String> {
    let source = experiment.source.sampler();
    let source = source.map_err(|error| format!("source: {error}"))?;
    let target = experiment.target.sampler();
    let target = target.map_err(|error| format!("target: {error}"))?;
    Ok(PairStream::new(
        source,
        experiment.path.source_scale(),
        target,
        experiment.coupling,
        experiment.seed,
        first_step,
    ))
}
