//! A lane whose steps are looked at one by one: training rests, and the steps are on the board.

use std::sync::Arc;

use crate::model::EngineError;
use crate::snapshot::{RunState, StepPreview};

use super::super::recovery::attempt;
use super::Lane;

impl Lane {
    /// Holds training and lays its steps out, or stops doing so.
    pub(super) fn set_slow_motion(&mut self, wanted: bool) {
        if matches!(self.state, RunState::Running | RunState::Waiting { .. }) && wanted {
            self.state = RunState::Paused;
        }
        let known = self.slow_motion.take();
        self.slow_motion = wanted.then(|| known.unwrap_or_default());
        self.publish();
    }

    /// Lays the next step out, after the one before it was taken, and puts all of them on the board.
    ///
    /// # Errors
    /// If the engine fails; with the step at which it did.
    pub(super) fn lay_out(&mut self) -> Result<(), (u64, EngineError)> {
        let shown = self.services.board.frame(self.id);
        let Some(slow) = self.slow_motion.take() else {
            if !shown.steps.is_empty() {
                self.show_steps(Arc::new([]));
            }
            return Ok(());
        };
        let (mut slow, bounds) = (slow.of_run(self.run), shown.look.bounds);
        let laid_out = match (&self.state, &mut self.learner) {
            // A step is under way.
            (RunState::Running, _) => Ok(()),
            (RunState::Waiting { .. } | RunState::Exact { .. }, _) | (_, None) => {
                slow.put_away();
                Ok(())
            }
            (state, Some(learner))
                if learner.is_broken() || matches!(state, RunState::Failed { .. }) =>
            {
                slow.keep_next_of(learner);
                Ok(())
            }
            (_, Some(learner)) => {
                let at = learner.steps_taken();
                let laid_out = attempt(|| slow.follow(learner, bounds));
                laid_out.map_err(|error| (at, error))
            }
        };
        self.show_steps(slow.steps());
        self.slow_motion = Some(slow);
        laid_out
    }

    fn show_steps(&self, steps: Arc<[Arc<StepPreview>]>) {
        self.services
            .board
            .update(self.id, |frame| frame.steps = Arc::clone(&steps));
    }
}
