//! Training steps laid out one by one, while training rests: the next one, and those that were taken of late.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::experiment::Experiment;
use crate::flow::Bounds;
use crate::flow::grid::FieldGrid;
use crate::flow::work::finish;
use crate::model::{Batch, EngineError, FrozenField, Regression};
use crate::products::{Flow, RunId};
use crate::snapshot::{StepPreview, StepTaken};

use super::learner::{Ahead, Answer, Learner, StepError};

/// Steps that are kept after they were taken.
const KEPT: usize = 16;
/// Times at which the field is evaluated; in between it is interpolated.
const TIMES: usize = 11;
/// Arrows along the longer side of what is seen, at least and at most.
const ARROWS: (f64, f64) = (6.0, 16.0);
/// Multiply-adds that a picture of the field may take: some hundredths of a second.
const EFFORT: f64 = 2e8;

/// The steps that are laid out.
#[derive(Default)]
pub struct SlowMotion {
    run: RunId,
    /// Oldest first.
    taken: VecDeque<Arc<StepPreview>>,
    next: Option<Next>,
}

/// The next step.
struct Next {
    preview: Arc<StepPreview>,
    batch: Batch,
    drawn: Vec<Regression>,
    /// What is learned with it.
    experiment: Arc<Experiment>,
}

impl Next {
    /// Whether it is the step that the learner takes next.
    fn is_next_of(&self, learner: &Learner) -> bool {
        let is_same = same_task(&self.experiment, learner.experiment());
        is_same && self.preview.step == learner.steps_taken()
    }
}

impl SlowMotion {
    /// Steps of this run; those of another one are put away.
    pub fn of_run(self, run: RunId) -> Self {
        match self.run == run {
            true => self,
            false => Self {
                run,
                ..Self::default()
            },
        }
    }

    /// The steps that were taken, oldest first, and the next one.
    pub fn steps(&self) -> Arc<[Arc<StepPreview>]> {
        let next = self.next.iter().map(|next| &next.preview);
        self.taken.iter().chain(next).cloned().collect()
    }

    /// There is no next step.
    pub fn put_away(&mut self) {
        self.next = None;
    }

    /// Puts the next step away, unless the learner still takes it next.
    pub fn keep_next_of(&mut self, learner: &Learner) {
        let next = self.next.take();
        self.next = next.filter(|next| next.is_next_of(learner));
    }

    /// Keeps the step that was laid out if the learner has taken it, and lays the next one out over this part of the plane.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn follow(&mut self, learner: &mut Learner, bounds: Bounds) -> Result<(), EngineError> {
        let step = learner.steps_taken();
        let is_here = |next: &Next| next.preview.field.bounds == bounds;
        let known = self.next.as_ref();
        if known.is_some_and(|next| next.is_next_of(learner) && is_here(next)) {
            return Ok(());
        }
        let known = self.next.take();
        let known = known.filter(|next| same_task(&next.experiment, learner.experiment()));
        if let Some(next) = known.filter(|next| next.preview.step + 1 == step) {
            self.keep(next, learner)?;
        }
        let problem = &learner.experiment().problem;
        self.taken
            .retain(|taken| taken.step < step && taken.problem == *problem);
        self.next = match learner.ahead() {
            Ok(ahead) => Some(self.next(ahead, learner, bounds)),
            Err(StepError::NoBatch(_)) => None,
            Err(StepError::Engine(error)) => return Err(error),
        };
        Ok(())
    }

    /// The step was taken.
    fn keep(&mut self, next: Next, learner: &mut Learner) -> Result<(), EngineError> {
        let Answer { velocities, loss } = learner.answer(&next.batch, &next.drawn)?;
        let mut preview = Arc::unwrap_or_clone(next.preview);
        let bounds = preview.field.bounds;
        preview.taken = Some(StepTaken {
            recorded: learner
                .losses()
                .history()
                .value(preview.step)
                .unwrap_or(f32::NAN),
            loss,
            predictions: velocities.into_iter().take(preview.pairs.len()).collect(),
            field: Arc::new(picture(learner.trained_field(), &next.experiment, bounds)),
        });
        if self.taken.len() == KEPT {
            self.taken.pop_front();
        }
        self.taken.push_back(Arc::new(preview));
        Ok(())
    }

    fn next(&self, ahead: Ahead, learner: &Learner, bounds: Bounds) -> Next {
        let experiment = Arc::clone(learner.experiment());
        let step = learner.steps_taken();
        // What the step before it has left is what this one starts from.
        let before = self.taken.back().filter(|taken| taken.step + 1 == step);
        let left = before
            .and_then(|taken| taken.taken.as_ref())
            .map(|taken| &taken.field);
        let field = match left.filter(|field| field.bounds == bounds) {
            Some(field) => Arc::clone(field),
            None => Arc::new(picture(learner.trained_field(), &experiment, bounds)),
        };
        let preview = StepPreview {
            step,
            problem: experiment.problem.clone(),
            predicted: experiment.model.parametrisation,
            pairs: ahead.pairs,
            coupled: ahead.coupled,
            batch: ahead.batch.n,
            loss: ahead.loss,
            field,
            taken: None,
        };
        Next {
            preview: Arc::new(preview),
            batch: ahead.batch,
            drawn: ahead.drawn,
            experiment,
        }
    }
}

/// Whether the same batches are drawn for both.
fn same_task(a: &Arc<Experiment>, b: &Arc<Experiment>) -> bool {
    let batches = |e: &Experiment| (e.seed, e.training.batch);
    let same = |a: &Experiment, b: &Experiment| a.problem == b.problem && a.model == b.model;
    Arc::ptr_eq(a, b) || (same(a, b) && batches(a) == batches(b))
}

/// The velocity of the weights over this part of the plane, at some times; coarser for a large network.
fn picture(field: FrozenField, experiment: &Arc<Experiment>, bounds: Bounds) -> FieldGrid {
    let weights = field.params().values().len().max(1) as f64;
    let (least, most) = ARROWS;
    let longer = (EFFORT / (weights * TIMES as f64))
        .sqrt()
        .clamp(least, most);
    let cell = bounds.width().max(bounds.height()) / longer.floor();
    let n = [bounds.width(), bounds.height()].map(|side| (side / cell).round().max(1.0) as usize);
    let (t_0, t_1) = experiment.problem.path.time_range();
    let time = |i| t_0 + (t_1 - t_0) * i as f64 / (TIMES - 1) as f64;
    let flow = Flow::learned(field, Arc::clone(experiment), RunId::default());
    let times = (0..TIMES).map(time).collect();
    finish(FieldGrid::sample(
        flow.field.as_ref(),
        bounds,
        n,
        times,
        flow.rows(),
    ))
}
