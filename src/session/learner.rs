//! One network learning one experiment: engine, scales, step counter and loss, without a thread of its own.
//! The window's trainer and the headless run share it.

mod ahead;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Instant;
use crate::experiment::{Experiment, LearningRate};
use crate::flow::coupling::Pairs;
use crate::flow::distribution::DistributionError;
use crate::model::{
    Batch, Checkpoints, Engine, EngineError, EngineState, FrozenField, Plan, Scaling, StepLoss,
    TrainingState, Widths,
};
use crate::snapshot::{LossRecorder, MeanLoss};

use super::coupler::{Coupler, Recipe, Supply, pairs_of};
use super::crew::Crew;
use super::engines::Engines;
use super::schedule::{base_rate, factor};

pub use ahead::{Ahead, Answer};

/// Why there is nothing to learn with.
#[derive(Debug, thiserror::Error)]
pub enum LearnerError {
    /// Source or target cannot be sampled, such as an empty drawing: the user can mend it.
    #[error("{0}")]
    Distribution(#[from] DistributionError),
    /// The engine failed.
    #[error("{0}")]
    Engine(#[from] EngineError),
}

/// Why a step was not taken.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// No batch: a sentence for the user, who can mend it.
    #[error("{0}")]
    NoBatch(String),
    /// The engine failed; its weights may be bad.
    #[error("{0}")]
    Engine(#[from] EngineError),
}

/// A spread this much larger or smaller than the one in use makes new scales worth a jolt of the field.
const RESCALE: f64 = 1.5;
/// A remote engine reads its losses back about this often, in rows of at most [`MAX_STRIDE`] steps.
const READ_EVERY: Duration = Duration::from_millis(25);
const MAX_STRIDE: usize = 64;
/// The coupling cost is averaged over this many batches of late, like the loss.
pub const AVERAGED_STEPS: usize = 1000;

/// Everything that learns.
pub struct Learner {
    experiment: Arc<Experiment>,
    engine: Box<dyn Engine>,
    /// The engine cannot be trusted any more.
    broken: bool,
    scaling: Scaling,
    coupler: Coupler,
    step: u64,
    /// Steps that a remote engine takes in a row.
    stride: usize,
    /// The schedule of the learning rate.
    plan: Plan,
    losses: LossRecorder,
    /// Both losses of each of the last [`AVERAGED_STEPS`] steps.
    recent_losses: Vec<StepLoss>,
    coupling_costs: Vec<f64>,
    pairs: Arc<Pairs>,
    good: Good,
    /// What is kept of the steps so far; none unless there is room for it.
    history: Checkpoints,
}

/// The state that a rollback returns to. Losses before it stay as they are.
struct Good {
    step: u64,
    engine: EngineState,
    recent_losses: Vec<StepLoss>,
    coupling_costs: Vec<f64>,
    pairs: Arc<Pairs>,
}

impl Learner {
    /// Fresh weights from the seed. The crew's helpers make batches ahead.
    ///
    /// # Errors
    /// If a distribution cannot be sampled or the engine cannot be made.
    pub fn new(
        experiment: Arc<Experiment>,
        engines: &Engines,
        crew: &Crew,
    ) -> Result<Self, LearnerError> {
        let state = TrainingState::fresh(&experiment)?;
        Self::resume(experiment, engines, &state, crew)
    }

    /// Goes on from a state (the caller has asked [`Experiment::needs_new_model`]). If another experiment is asked for
    /// than the one that was learned, it is taken over as [`Self::apply`] does; but another number of steps is that of
    /// all steps, and a cosine starts again over those that are left, because the rates of the steps behind it were
    /// others than those of a longer one.
    ///
    /// # Errors
    /// If a distribution cannot be sampled or the engine cannot be made.
    pub fn resume(
        experiment: Arc<Experiment>,
        engines: &Engines,
        state: &TrainingState,
        crew: &Crew,
    ) -> Result<Self, LearnerError> {
        let learned = Arc::new(state.experiment.clone());
        let mut engine = engines.make(&learned, &state.engine.weights)?;
        engine.set_state(&state.engine)?;
        let step = state.step();
        let mut losses = LossRecorder::default();
        state.losses.iter().for_each(|&loss| losses.push(loss));
        let pairs = step.checked_sub(1).map(|last| pairs_of(&learned, last));
        let pairs = Arc::new(pairs.and_then(Result::ok).unwrap_or_default());
        let mut learner = Self {
            experiment: learned,
            engine,
            broken: false,
            scaling: state.scaling,
            coupler: Coupler::new(crew),
            step,
            stride: 1,
            plan: state.plan,
            losses,
            recent_losses: state.recent_losses.clone(),
            history: Checkpoints::none(state.scaling),
            coupling_costs: state.coupling_costs.clone(),
            good: Good {
                step,
                engine: state.engine.clone(),
                recent_losses: state.recent_losses.clone(),
                coupling_costs: state.coupling_costs.clone(),
                pairs: Arc::clone(&pairs),
            },
            pairs,
        };
        if learner.experiment != experiment {
            let learned = Arc::clone(&learner.experiment);
            learner.apply(Arc::clone(&experiment))?;
            let steps = experiment.training.steps;
            if learned.problem == experiment.problem && steps != learned.training.steps {
                let start = match experiment.training.schedule {
                    LearningRate::Constant => learner.plan.start,
                    LearningRate::Cosine { .. } => step,
                };
                learner.end_at(start, steps);
            }
        }
        learner.reorder();
        Ok(learner)
    }

    /// One training step.
    ///
    /// # Errors
    /// See [`StepError`].
    pub fn step(&mut self) -> Result<(), StepError> {
        let supply = self.coupler.next();
        let supply = supply.map_err(StepError::NoBatch)?;
        let rate = self.learning_rate(0);
        let loss = self.engine.step(&supply.batch, rate);
        self.record(loss.map_err(StepError::Engine)?, supply);
        self.keep_if_due()?;
        Ok(())
    }

    /// As many steps towards the planned end as the engine had better take in a row, see [`Engine::is_remote`], and no
    /// more than so many; at least one.
    ///
    /// # Errors
    /// See [`StepError`]; without a batch, the steps that had one are taken.
    pub fn stride(&mut self, most: u64) -> Result<(), StepError> {
        if !self.engine.is_remote() {
            return self.step();
        }
        let ends = self.planned_end().min(self.history.due());
        let ahead = ends.saturating_sub(self.step).min(most).max(1);
        let n = self.stride.min(usize::try_from(ahead).unwrap_or(1));
        let start = Instant::now();
        let mut supplies = Vec::with_capacity(n);
        let mut missing = None;
        while supplies.len() < n && missing.is_none() {
            match self.coupler.next() {
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
        self.keep_if_due()?;
        missing.map_or(Ok(()), Err)
    }

    /// Keeps the weights of this step, if it is one of those that are kept.
    fn keep_if_due(&mut self) -> Result<(), EngineError> {
        if self.step >= self.history.due() {
            self.history.keep(self.step, &self.engine.average()?);
        }
        Ok(())
    }

    fn record(&mut self, loss: StepLoss, supply: Supply) {
        self.losses.push(self.told(loss.own, loss.cfm));
        remember(&mut self.recent_losses, self.step, loss);
        remember(&mut self.coupling_costs, self.step, supply.coupling_cost);
        self.pairs = Arc::new(supply.pairs);
        self.step += 1;
    }

    /// The loss that the curve tells: the CFM loss, which is the velocity's own and of the others what can be compared.
    fn told<T>(&self, own: T, cfm: T) -> T {
        match self.experiment.model.parametrisation.is_velocity() {
            true => own,
            false => cfm,
        }
    }

    /// Studies another experiment with the same weights (the caller has asked
    /// [`Experiment::needs_new_model`]). If what is learned changed, the schedule starts again; with another number of
    /// steps its end moves by as many.
    ///
    /// # Errors
    /// If a distribution cannot be sampled; then nothing has changed.
    pub fn apply(&mut self, experiment: Arc<Experiment>) -> Result<(), DistributionError> {
        let old = Arc::clone(&self.experiment);
        let same_task = old.problem == experiment.problem;
        if !same_task {
            let measured = Scaling::measure(&experiment)?;
            self.scaling = rescaled(self.scaling, measured);
            self.history.begin(self.scaling);
        }
        if old.training != experiment.training {
            self.engine.set_training(&experiment.training);
        }
        self.experiment = experiment;
        if !same_task {
            self.extend();
        } else if old.training.steps != self.experiment.training.steps {
            let end = self.plan.end() + self.experiment.training.steps;
            self.end_at(self.plan.start, end.saturating_sub(old.training.steps));
        }
        if !same_task || old.training.batch != self.experiment.training.batch {
            self.recent_losses.clear();
            self.good.recent_losses.clear();
            self.coupling_costs.clear();
            self.good.coupling_costs.clear();
            self.reorder();
        }
        Ok(())
    }

    /// Plans another `training.steps` from here on.
    pub fn extend(&mut self) {
        self.end_at(self.step, self.step + self.experiment.training.steps);
    }

    fn end_at(&mut self, start: u64, end: u64) {
        let steps = end.saturating_sub(start);
        self.plan = Plan { start, steps };
    }

    /// Whether the planned steps are done.
    pub fn is_finished(&self) -> bool {
        self.step >= self.plan.end()
    }

    /// Steps that the plan ends at.
    pub fn planned_end(&self) -> u64 {
        self.plan.end()
    }

    /// The schedule of the learning rate.
    pub fn plan(&self) -> Plan {
        self.plan
    }

    /// Checks that the engine's numbers are finite and remembers them as good; returns the displayed field.
    ///
    /// # Errors
    /// If one is not finite or the device fails.
    pub fn checkpoint(&mut self) -> Result<FrozenField, EngineError> {
        let engine = self.engine.state()?;
        let displayed = Arc::clone(&engine.average);
        self.good = Good {
            step: self.step,
            engine,
            recent_losses: self.recent_losses.clone(),
            coupling_costs: self.coupling_costs.clone(),
            pairs: Arc::clone(&self.pairs),
        };
        Ok(FrozenField::new(
            displayed,
            &self.experiment,
            self.scaling,
            self.step,
        ))
    }

    /// All that the next step depends on, as it was at the last checkpoint.
    pub fn state(&self) -> TrainingState {
        let losses = self.losses.history();
        TrainingState {
            experiment: Experiment::clone(&self.experiment),
            engine: self.good.engine.clone(),
            scaling: self.scaling,
            plan: self.plan,
            losses: losses.iter().take(self.good.step as usize).collect(),
            recent_losses: self.good.recent_losses.clone(),
            coupling_costs: self.good.coupling_costs.clone(),
        }
    }

    /// The checkpoints as the file of a run holds them, which has room for its end, too; nothing if there are none.
    pub fn history_to_write(&self) -> Option<Checkpoints> {
        let mut history = self.history.clone();
        let n_params = Widths::of(&self.experiment.model).n_params();
        let room = Checkpoints::most_in_a_file(n_params).saturating_sub(1);
        if history.all().len() > room {
            history.set_room(room);
        }
        (!history.all().is_empty()).then_some(history)
    }

    /// Returns to the last checkpoint: weights, average, optimizer moments, losses, coupling costs, pairs and step
    /// counter. An engine that fails at it is broken. Returns the step.
    pub fn roll_back(&mut self) -> u64 {
        self.step = self.good.step;
        self.losses.truncate(self.step as usize);
        self.recent_losses.clone_from(&self.good.recent_losses);
        self.coupling_costs.clone_from(&self.good.coupling_costs);
        self.pairs = Arc::clone(&self.good.pairs);
        self.history.cut(self.step);
        self.reorder();
        if !self.broken {
            let (engine, good) = (&mut self.engine, &self.good.engine);
            let back = catch_unwind(AssertUnwindSafe(|| engine.set_state(good)));
            self.broken = !matches!(back, Ok(Ok(())));
        }
        self.step
    }

    /// The engine cannot be trusted any more: it has to be replaced before the next step.
    pub fn distrust_engine(&mut self) {
        self.broken = true;
    }

    /// Whether the engine has to be replaced.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// Puts another engine in the place of this one, which goes on from the last checkpoint with all that belongs to it.
    ///
    /// # Errors
    /// If no engine can be made.
    pub fn replace_engine(&mut self, engines: &Engines) -> Result<(), EngineError> {
        let mut engine = engines.make(&self.experiment, &self.good.engine.weights)?;
        engine.set_state(&self.good.engine)?;
        self.engine = engine;
        self.broken = false;
        self.roll_back();
        Ok(())
    }

    /// Keeps so many checkpoints from now on; `earlier` are those of the state that it has resumed, if it goes on with the
    /// same task.
    pub fn keep_history(&mut self, room: usize, earlier: Option<(&TrainingState, &Checkpoints)>) {
        self.history.set_room(room);
        if let Some((state, earlier)) = earlier
            && state.experiment.problem == self.experiment.problem
        {
            self.history.go_on_from(earlier);
        }
        if self.history.due() <= self.step {
            let weights = &self.good.engine.average;
            self.history.keep(self.step, weights);
        }
    }

    /// There is room for so many checkpoints from now on.
    pub fn set_history_room(&mut self, room: usize) {
        self.history.set_room(room);
    }

    /// What is kept of the steps so far.
    pub fn history(&self) -> &Checkpoints {
        &self.history
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

    /// Means of both losses over the same steps.
    pub fn mean_losses(&self) -> Option<MeanLoss> {
        let n = self.recent_losses.len();
        let mean = |of: fn(&StepLoss) -> f32| {
            let sum: f64 = self.recent_losses.iter().map(of).map(f64::from).sum();
            sum / n as f64
        };
        (n > 0).then(|| MeanLoss {
            own: mean(|loss| loss.own),
            cfm: mean(|loss| loss.cfm),
        })
    }

    /// The learning rate of the step that comes after `ahead` others.
    fn learning_rate(&self, ahead: u64) -> f64 {
        let training = &self.experiment.training;
        let step = (self.step + ahead).saturating_sub(self.plan.start);
        base_rate(training.optimizer) * factor(training.schedule, self.plan.steps, step)
    }

    /// Has the coupler begin again from the next step's batch.
    pub fn reorder(&mut self) {
        self.coupler.set_recipe(Recipe {
            experiment: Arc::clone(&self.experiment),
            scaling: self.scaling,
            first_step: self.step,
        });
    }
}

/// Adds the number of a step, in the place of the one [`AVERAGED_STEPS`] before it.
fn remember<T>(newest: &mut Vec<T>, step: u64, value: T) {
    if newest.len() < AVERAGED_STEPS {
        newest.push(value);
    } else {
        newest[step as usize % AVERAGED_STEPS] = value;
    }
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

#[cfg(test)]
mod tests;
