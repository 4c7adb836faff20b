//! A lane whose velocity is the exact one: nothing is trained, and what was learned before stays as it is.

use std::sync::Arc;

use crate::experiment::Experiment;
use crate::flow::Point;
use crate::flow::exact::MarginalError;
use crate::products::{Flow, have_same_marginal};
use crate::snapshot::RunState;

use super::super::learner::Learner;
use super::Lane;
use super::known::Known;

/// What a problem without a marginal field can do, after the reason.
pub fn without_field(reason: &MarginalError) -> String {
    format!(
        "{reason}, so that there is no exact field to show; a source and a target with points to draw have one, and velocity: \
         Learned trains as ever"
    )
}

impl Lane {
    /// Whether the velocity that is asked for is the exact one.
    pub(super) fn is_exact(&self) -> bool {
        !self.experiment.problem.velocity.is_learned()
    }

    /// What a network learns in this lane, now or when its field is asked for again.
    pub(super) fn to_learn(&self) -> Arc<Experiment> {
        match self.is_exact() {
            true => Arc::new(self.experiment.learned()),
            false => Arc::clone(&self.experiment),
        }
    }

    /// The learner, if it is its flow that is shown.
    pub(super) fn shown_learner(&self) -> Option<&Learner> {
        self.learner.as_ref().filter(|_| !self.is_exact())
    }

    /// Pairs to show where nobody has drawn any.
    pub(super) fn known_pairs(&self) -> Arc<[(Point, Point)]> {
        let known = self.known.as_ref().filter(|_| self.is_exact());
        match known {
            Some(known) => Arc::clone(&known.pairs),
            None => Arc::new([]),
        }
    }

    /// Shows the exact flow, if that is asked for. Where the problem has none, its reason takes the place of all pictures.
    pub(super) fn know_if_exact(&mut self) {
        if !self.is_exact() {
            self.known = None;
            return;
        }
        let experiment = Arc::clone(&self.experiment);
        let known = self.known.take();
        let known = known.filter(|known| have_same_marginal(&known.of, &experiment));
        let known = known.unwrap_or_else(|| Known::of(&experiment));
        let field = match &known.field {
            Ok(field) => {
                let flow = Flow::exact(field.clone(), experiment, self.run);
                self.flow = Some(flow);
                Ok(field.basis().sentence())
            }
            Err(reason) => {
                self.forget_products();
                Err(without_field(reason))
            }
        };
        self.known = Some(known);
        self.state = RunState::Exact { field };
    }

    /// The field is to be learned again: the lane is where it was before the exact one was shown.
    pub(super) fn learn_again(&mut self) {
        (self.known, self.flow) = (None, None);
        self.state = match &self.learner {
            Some(learner) if learner.is_finished() => RunState::Finished,
            Some(learner) if learner.steps_taken() > 0 => RunState::Paused,
            _ => RunState::Idle,
        };
    }
}
