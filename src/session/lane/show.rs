//! What of a lane appears on the board.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Instant;
use crate::flow::Point;
use crate::model::EngineError;
use crate::products::{DisplayClasses, DisplaySamples, Flow, Look, display_samples};
use crate::snapshot::{DISPLAY_PAIRS, DISPLAY_SAMPLES, RunState};

use super::super::dispatcher::Shown;
use super::super::learner::Learner;
use super::super::pace::Pace;
use super::super::recovery::attempt;
use super::Lane;

/// After a change of what is learned the field moves fastest, and pictures of it are worth most.
const EAGER_TIME: Duration = Duration::from_millis(1500);

impl Lane {
    /// Puts the lane's state on the board and its newest flow in the dispatcher.
    pub(super) fn publish(&mut self) {
        (self.last_publish, self.published) = (Instant::now(), self.steps_taken());
        if let Err((at, error)) = self.checkpoint() {
            return self.engine_failed(at, &error);
        }
        if let Err((at, error)) = self.lay_out() {
            return self.engine_failed(at, &error);
        }
        if let Some(learner) = &self.learner {
            self.rate.update(learner);
        }
        let running = self.wants_steps();
        let while_running = |value: f64| if running { value } else { 0.0 };
        let learner = self.shown_learner();
        let loss = learner.map(|l| l.losses().history()).unwrap_or_default();
        let mean_losses = learner.and_then(Learner::mean_losses);
        let planned_end = learner.map_or(self.experiment.training.steps, Learner::planned_end);
        let pairs: Arc<[(Point, Point)]> = match learner {
            Some(learner) => learner.pairs().iter().take(DISPLAY_PAIRS).collect(),
            None => self.known_pairs(),
        };
        let checkpoints = self.kept_steps();
        self.services.board.update(self.id, |frame| {
            frame.experiment = Arc::clone(&self.experiment);
            frame.checkpoints = Arc::clone(&checkpoints);
            frame.state = self.state.clone();
            frame.step = learner.map_or(0, Learner::steps_taken);
            frame.planned_end = planned_end;
            frame.steps_per_sec = while_running(self.rate.steps_per_sec);
            frame.coupling_share = while_running(self.rate.coupling_share);
            frame.loss = loss.clone();
            frame.mean_losses = mean_losses;
            frame.pairs = Arc::clone(&pairs);
        });
        self.show_flow();
    }

    /// What is looked at; steps that are laid out have a picture of the field there.
    pub(super) fn look(&mut self, look: Look) {
        self.services.dispatcher.look(self.id, look);
        if self.slow_motion.is_some()
            && let Err((at, error)) = self.lay_out()
        {
            self.engine_failed(at, &error);
        }
    }

    /// Has products made of the newest flow, or of the one of the step that is to be shown.
    pub(super) fn show_flow(&mut self) {
        let past = self.past_flow();
        let is_past = past.is_some();
        if let Some(flow) = past.or_else(|| self.flow.clone()) {
            let shown = Some(flow.clone());
            self.services
                .board
                .update(self.id, |frame| frame.flow.clone_from(&shown));
            let dispatcher = &self.services.dispatcher;
            dispatcher.show(
                self.id,
                Shown {
                    flow,
                    is_past,
                    carrier: self.carrier.clone(),
                    history: self.history_to_look_at(),
                    pace: self.pace(),
                },
            );
        }
    }

    /// Remembers the newest state of a learner that can be trusted, and what it shows.
    pub(super) fn checkpoint(&mut self) -> Result<(), (u64, EngineError)> {
        let failed = matches!(self.state, RunState::Failed { .. });
        let learner = self.learner.as_mut();
        let Some(learner) = learner.filter(|l| !failed && !l.is_broken()) else {
            return Ok(());
        };
        let field = attempt(|| learner.checkpoint());
        let field = field.map_err(|error| (learner.steps_taken(), error))?;
        let experiment = Arc::clone(learner.experiment());
        if !self.is_exact() {
            self.flow = Some(Flow::learned(field, experiment, self.run));
        }
        Ok(())
    }

    pub(super) fn show_samples(&self) {
        let samples = display_samples(&self.experiment, DISPLAY_SAMPLES);
        let samples = samples.unwrap_or_else(|_| {
            let before = self.services.board.frame(self.id);
            DisplaySamples {
                source: Arc::clone(&before.source),
                target: Arc::new([]),
                classes: DisplayClasses {
                    source: Arc::clone(&before.classes.source),
                    target: Arc::new([]),
                },
            }
        });
        self.services.board.update(self.id, |frame| {
            frame.experiment = Arc::clone(&self.experiment);
            frame.source = Arc::clone(&samples.source);
            frame.target = Arc::clone(&samples.target);
            frame.classes = samples.classes.clone();
        });
    }

    /// What is to be said about the numbers of the experiment.
    pub(super) fn show_cautions(&self) {
        let cautions: Arc<[String]> = self.experiment.cautions().into();
        self.services
            .board
            .update(self.id, |frame| frame.cautions = Arc::clone(&cautions));
    }

    /// How urgent a product is that was not asked for.
    fn pace(&self) -> Pace {
        match self.wants_steps() {
            false => Pace::Free,
            true if self.is_held => Pace::Watched,
            true if self.changed.elapsed() < EAGER_TIME => Pace::Eager,
            true => Pace::Steady,
        }
    }
}
