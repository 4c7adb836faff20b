//! One network learning one experiment: engine, scales, step counter and loss, without a thread of its own.
//! The window's trainer and the headless run share it.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::experiment::{Experiment, LearningRate, Optimizer, Training};
use crate::flow::coupling::Pairs;
use crate::flow::distribution::DistributionError;
use crate::flow::rng::{Stream, stream};
use crate::model::{
    Batch, Engine, EngineError, FrozenField, MlpParams, ModelFile, Scaling, Widths,
};
use crate::snapshot::LossRecorder;

use super::coupler::{Coupler, Recipe, Supply};
use super::engines::Engines;
use super::folder::TrainedModel;

/// Why there is nothing to learn with.
#[derive(Debug, thiserror::Error)]
pub enum LearnerError {
    /// Source or target cannot be sampled, such as an empty drawing: the user can mend it.
    #[error("{0}")]
    Distribution(#[from] DistributionError),
    /// The engine failed.
    #[error("{0}")]
    Engine(#[from] EngineError),
    /// No thread for the coupler.
    #[error("the coupling thread could not be started: {0}")]
    Thread(#[from] io::Error),
}

/// Why a step was not taken.
#[derive(Debug)]
pub enum StepError {
    /// No batch: a sentence for the user, who can mend it.
    NoBatch(String),
    /// The engine failed; its weights may be bad.
    Engine(EngineError),
}

/// A spread this much larger or smaller than the one in use makes new scales worth a jolt of the field.
const RESCALE: f64 = 1.5;
/// A far engine reads its losses back about this often, in rows of at most [`MAX_STRIDE`] steps.
const READ_EVERY: Duration = Duration::from_millis(25);
const MAX_STRIDE: usize = 64;
/// The coupling cost is averaged over this many batches of late, like the loss.
pub const AVERAGED_STEPS: usize = 1000;

/// Everything that learns.
pub struct Learner {
    experiment: Arc<Experiment>,
    engine: Box<dyn Engine>,
    scaling: Scaling,
    coupler: Coupler,
    revision: u64,
    step: u64,
    /// Steps that a far engine takes in a row.
    stride: usize,
    /// Where the learning-rate schedule started, and how long it is.
    plan: (u64, u64),
    losses: LossRecorder,
    coupling_costs: Vec<f64>,
    pairs: Pairs,
    good: Good,
}

/// The state that a rollback returns to, beside the engine's own.
#[derive(Clone)]
struct Good {
    step: u64,
    params: Arc<MlpParams>,
    /// Their average.
    displayed: Arc<MlpParams>,
}

impl Learner {
    /// Fresh weights from the seed, or those of a finished run. Couplings may take so many threads.
    ///
    /// # Errors
    /// If a distribution cannot be sampled or the engine cannot be made.
    pub fn new(
        experiment: Arc<Experiment>,
        engines: &Engines,
        trained: Option<&TrainedModel>,
        threads: usize,
    ) -> Result<Self, LearnerError> {
        let (params, scaling, losses) = match trained {
            Some(TrainedModel { file, losses }) => {
                (file.params.clone(), file.scaling, losses.clone())
            }
            None => (
                initial_params(&experiment),
                Scaling::measure(&experiment)?,
                LossRecorder::default(),
            ),
        };
        let step = losses.len() as u64;
        let params = Arc::new(params);
        let engine = engines.make(&experiment, &params)?;
        let plan = (0, experiment.training.steps);
        let learner = Self {
            engine,
            scaling,
            coupler: Coupler::spawn(threads)?,
            revision: 0,
            step,
            stride: 1,
            plan,
            losses,
            coupling_costs: Vec::new(),
            pairs: Pairs::default(),
            good: Good {
                step,
                displayed: Arc::clone(&params),
                params,
            },
            experiment,
        };
        learner.order();
        Ok(learner)
    }

    /// One training step.
    ///
    /// # Errors
    /// See [`StepError`].
    pub fn step(&mut self) -> Result<(), StepError> {
        let supply = self.coupler.next(self.revision);
        let supply = supply.map_err(StepError::NoBatch)?;
        let rate = self.learning_rate(0);
        let loss = self.engine.step(&supply.batch, rate);
        self.record(loss.map_err(StepError::Engine)?, supply);
        Ok(())
    }

    /// As many steps towards the planned end as the engine had better take in a row, see [`Engine::is_far`].
    ///
    /// # Errors
    /// See [`StepError`]; without a batch, the steps that had one are taken.
    pub fn stride(&mut self) -> Result<(), StepError> {
        if !self.engine.is_far() {
            return self.step();
        }
        let ahead = self.planned_end().saturating_sub(self.step).max(1);
        let n = self.stride.min(usize::try_from(ahead).unwrap_or(1));
        let start = Instant::now();
        let mut supplies = Vec::with_capacity(n);
        let mut missing = None;
        while supplies.len() < n && missing.is_none() {
            match self.coupler.next(self.revision) {
                Ok(supply) => supplies.push(supply),
                Err(reason) => missing = Some(StepError::NoBatch(reason)),
            }
        }
        let rates: Vec<f64> = (0..)
            .take(supplies.len())
            .map(|i| self.learning_rate(i))
            .collect();
        let batches: Vec<Batch> = supplies
            .iter_mut()
            .map(|s| std::mem::take(&mut s.batch))
            .collect();
        let losses = self.engine.steps(&batches, &rates);
        let losses = losses.map_err(StepError::Engine)?;
        let pace = start.elapsed().as_secs_f64() / supplies.len().max(1) as f64;
        self.stride = ((READ_EVERY.as_secs_f64() / pace) as usize).clamp(1, MAX_STRIDE);
        for (loss, supply) in losses.into_iter().zip(supplies) {
            self.record(loss, supply);
        }
        missing.map_or(Ok(()), Err)
    }

    fn record(&mut self, loss: f32, supply: Supply) {
        self.losses.push(loss);
        if self.coupling_costs.len() < AVERAGED_STEPS {
            self.coupling_costs.push(supply.coupling_cost);
        } else {
            self.coupling_costs[self.step as usize % AVERAGED_STEPS] = supply.coupling_cost;
        }
        self.pairs = supply.pairs;
        self.step += 1;
    }

    /// Studies another experiment with the same weights (the caller has asked
    /// [`Experiment::needs_new_model`]). If what is learned changed, the schedule starts again.
    ///
    /// # Errors
    /// If a distribution cannot be sampled; then nothing has changed.
    pub fn apply(&mut self, experiment: Arc<Experiment>) -> Result<(), DistributionError> {
        let old = Arc::clone(&self.experiment);
        let same_task = same_task(&old, &experiment);
        if !same_task {
            let measured = Scaling::measure(&experiment)?;
            self.scaling = rescaled(self.scaling, measured);
        }
        if old.training != experiment.training {
            self.engine.set_training(&experiment.training);
        }
        self.experiment = experiment;
        if !same_task {
            self.extend();
        } else if old.training.steps != self.experiment.training.steps {
            self.plan.1 = self.experiment.training.steps;
        }
        if !same_task || old.training.batch != self.experiment.training.batch {
            self.coupling_costs.clear();
            self.reorder();
        }
        Ok(())
    }

    /// Plans another `training.steps` from here on.
    pub fn extend(&mut self) {
        self.plan = (self.step, self.experiment.training.steps);
    }

    /// Whether the planned steps are done.
    pub fn is_finished(&self) -> bool {
        self.step >= self.plan.0 + self.plan.1
    }

    /// Steps that the plan ends at.
    pub fn planned_end(&self) -> u64 {
        self.plan.0 + self.plan.1
    }

    /// Checks that the weights are finite and remembers them as good; returns the displayed field.
    ///
    /// # Errors
    /// If a weight is not finite or the device fails.
    pub fn checkpoint(&mut self) -> Result<FrozenField, EngineError> {
        let params = Arc::new(self.engine.params()?);
        let displayed = Arc::new(self.engine.averaged_params()?);
        self.engine.mark_good();
        self.good = Good {
            step: self.step,
            params,
            displayed: Arc::clone(&displayed),
        };
        Ok(FrozenField::new(
            displayed,
            &self.experiment,
            self.scaling,
            self.step,
        ))
    }

    /// Returns weights, moments, loss and step counter to the last checkpoint.
    pub fn roll_back(&mut self) -> u64 {
        let forgotten = self.step - self.good.step;
        let kept = self.losses.len().saturating_sub(forgotten as usize);
        self.losses.truncate(kept);
        self.step = self.good.step;
        self.reorder();
        self.engine.roll_back();
        self.step
    }

    /// Replaces an engine that can no longer be trusted, from the last good weights.
    ///
    /// # Errors
    /// If no engine can be made.
    pub fn replace_engine(&mut self, engines: &Engines) -> Result<(), EngineError> {
        self.engine = engines.make(&self.experiment, &self.good.params)?;
        self.roll_back();
        Ok(())
    }

    /// The displayed weights of the last checkpoint with what evaluating them needs.
    pub fn model_file(&self) -> ModelFile {
        let params = MlpParams::clone(&self.good.displayed);
        ModelFile::new(params, &self.experiment, self.scaling, self.good.step)
    }

    /// What is studied.
    pub fn experiment(&self) -> &Arc<Experiment> {
        &self.experiment
    }

    /// Steps taken.
    pub fn steps_taken(&self) -> u64 {
        self.step
    }

    /// The losses so far.
    pub fn losses(&self) -> &LossRecorder {
        &self.losses
    }

    /// The pairs of the last step.
    pub fn pairs(&self) -> &Pairs {
        &self.pairs
    }

    /// CPU time of the coupling threads.
    pub fn coupling_time(&self) -> Duration {
        self.coupler.cpu_time()
    }

    /// Mean squared distance of the coupled pairs over the last [`AVERAGED_STEPS`] steps.
    pub fn coupling_cost(&self) -> Option<f64> {
        let n = self.coupling_costs.len();
        (n > 0).then(|| self.coupling_costs.iter().sum::<f64>() / n as f64)
    }

    /// The learning rate of the step that comes after `ahead` others.
    fn learning_rate(&self, ahead: u64) -> f64 {
        let training = &self.experiment.training;
        base_rate(training.optimizer)
            * factor(training, (self.step + ahead).saturating_sub(self.plan.0))
    }

    /// Has the coupler begin again from the next step's batch.
    pub fn reorder(&mut self) {
        self.revision += 1;
        self.order();
    }

    fn order(&self) {
        self.coupler.set_recipe(Recipe {
            revision: self.revision,
            experiment: Arc::clone(&self.experiment),
            scaling: self.scaling,
            first_step: self.step,
        });
    }
}

fn initial_params(experiment: &Experiment) -> MlpParams {
    let widths = Widths::of(&experiment.model);
    MlpParams::init(widths, &mut stream(experiment.seed, Stream::Weights, 0))
}

/// Whether both ask the network for the same field.
fn same_task(a: &Experiment, b: &Experiment) -> bool {
    a.source == b.source
        && a.target == b.target
        && a.path == b.path
        && a.coupling == b.coupling
        && a.training.sigma == b.training.sigma
}

/// The scales in use, unless a spread has changed by more than [`RESCALE`].
fn rescaled(used: Scaling, measured: Scaling) -> Scaling {
    let near = |a: f64, b: f64| (a / b).max(b / a) <= RESCALE;
    if near(used.source_rms, measured.source_rms) && near(used.target_rms, measured.target_rms) {
        used
    } else {
        measured
    }
}

fn base_rate(optimizer: Optimizer) -> f64 {
    match optimizer {
        Optimizer::Adam { lr, .. } | Optimizer::AdamW { lr, .. } => lr,
    }
}

/// The schedule's factor for a step counted from the start of the plan.
fn factor(training: &Training, step: u64) -> f64 {
    match training.schedule {
        LearningRate::Constant => 1.0,
        LearningRate::Cosine { warmup } if step < warmup => (step + 1) as f64 / warmup as f64,
        LearningRate::Cosine { warmup } => {
            let length = training.steps.saturating_sub(warmup).max(1) as f64;
            let progress = ((step - warmup) as f64 / length).min(1.0);
            0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cosine_rises_linearly_and_ends_at_zero() {
        let training = Training {
            steps: 1100,
            schedule: LearningRate::Cosine { warmup: 100 },
            ..Training::default()
        };
        let at = |step| factor(&training, step);
        assert_eq!(at(0), 0.01);
        assert_eq!(at(99), 1.0);
        assert_eq!(at(100), 1.0);
        approx::assert_relative_eq!(at(600), 0.5, max_relative = 1e-12);
        assert!(at(1100) < 1e-12 && at(1_000_000) < 1e-12);
        assert!((1..1000).all(|s| at(100 + s) <= at(99 + s)));
    }

    #[test]
    fn scales_stay_while_the_target_changes_little() {
        let used = Scaling {
            source_rms: 1.0,
            target_rms: 2.0,
        };
        let slightly = Scaling {
            target_rms: 2.5,
            ..used
        };
        let much = Scaling {
            target_rms: 4.0,
            ..used
        };
        assert_eq!(rescaled(used, slightly), used);
        assert_eq!(rescaled(used, much), much);
    }
}
