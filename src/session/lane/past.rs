//! The training that lies behind a lane: checkpoints within a budget, and the one that is shown instead of the newest
//! weights.

use std::sync::Arc;

use crate::model::{Checkpoints, Widths};
use crate::products::Flow;

use super::super::learner::Learner;
use super::Lane;

/// What the checkpoints of all lanes together may take, in bytes.
pub const BUDGET: usize = 64_000_000;

impl Lane {
    /// The checkpoints may take so many bytes from now on.
    pub fn set_budget(&mut self, bytes: usize) {
        self.budget = bytes;
        let room = self.history_room();
        if let Some(learner) = &mut self.learner {
            learner.set_history_room(room);
        }
    }

    /// How many checkpoints there may be.
    pub(super) fn history_room(&self) -> usize {
        let n_params = Widths::of(&self.experiment.model).n_params();
        Checkpoints::fitting(self.budget, n_params)
    }

    /// Shows what the flow was at this step, or follows the training.
    pub fn show_step(&mut self, step: Option<u64>) {
        if self.wanted != step {
            self.wanted = step;
            self.show_flow();
        }
    }

    /// The flow of the checkpoint that is to be shown; nothing if it is the newest one.
    pub(super) fn past_flow(&mut self) -> Option<Flow> {
        self.past = self.chosen();
        self.past.clone()
    }

    fn chosen(&self) -> Option<Flow> {
        let wanted = self.wanted?;
        let learner = self.shown_learner()?;
        let is_past = wanted < learner.steps_taken();
        let checkpoint = learner.history().at(wanted).filter(|_| is_past)?;
        let experiment = learner.experiment();
        let is_it = |flow: &&Flow| {
            flow.id.step == checkpoint.step && Arc::ptr_eq(&flow.id.experiment, experiment)
        };
        if let Some(flow) = self.past.as_ref().filter(is_it) {
            return Some(flow.clone());
        }
        let field = learner.history().field(checkpoint, experiment);
        Some(Flow::learned(field, Arc::clone(experiment), self.run))
    }

    /// The checkpoints, while nothing trains and there is time to measure them.
    pub(super) fn history_to_look_at(&self) -> Option<Arc<Checkpoints>> {
        let learner = self.shown_learner().filter(|_| !self.wants_steps())?;
        Some(Arc::new(learner.history().clone()))
    }

    /// The steps of which there are checkpoints.
    pub(super) fn kept_steps(&self) -> Arc<[u64]> {
        let kept = self.shown_learner().map(Learner::history);
        let kept = kept.map(Checkpoints::all).unwrap_or_default();
        kept.iter().map(|kept| kept.step).collect()
    }
}
