//! What of a lane appears on the board, and what the workers are asked to make of it.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Instant;
use crate::flow::Point;
use crate::model::{DeviceChoice, EngineError};
use crate::snapshot::RunState;

use super::super::learner::Learner;
use super::super::measure::{DisplaySamples, display_samples};
use super::super::recovery::attempt;
use super::super::worker::Pace;
use super::super::{cloud, metrics_worker, picture};
use super::{Lane, Shown};

/// Points of source and target that a frame carries.
pub const DISPLAY_SAMPLES: usize = 2000;
/// Pairs of the current batch that a frame carries.
pub const DISPLAY_PAIRS: usize = 256;
/// After a change of what is learned the field moves fastest, and pictures of it are worth most.
const EAGER_TIME: Duration = Duration::from_millis(1500);

impl Lane {
    /// Puts the lane's state on the board and asks for a picture of the newest weights.
    pub(super) fn publish(&mut self) {
        self.last_publish = Instant::now();
        if let Err((at, error)) = self.checkpoint() {
            return self.engine_failed(at, &error);
        }
        if let Some(learner) = &self.learner {
            self.rate.update(learner);
        }
        let running = self.wants_steps();
        let while_running = |value: f64| if running { value } else { 0.0 };
        let learner = self.learner.as_ref();
        let loss = learner.map(|l| l.losses().history()).unwrap_or_default();
        let planned_end = learner.map_or(self.experiment.training.steps, Learner::planned_end);
        let pairs: Arc<[(Point, Point)]> = match learner {
            Some(learner) => learner.pairs().iter().take(DISPLAY_PAIRS).collect(),
            None => Arc::new([]),
        };
        self.board.update(|frame| {
            frame.experiment = Arc::clone(&self.experiment);
            frame.state = self.state.clone();
            frame.step = learner.map_or(0, Learner::steps_taken);
            frame.planned_end = planned_end;
            frame.steps_per_sec = while_running(self.rate.steps_per_sec);
            frame.coupling_share = while_running(self.rate.coupling_share);
            frame.loss = loss.clone();
            frame.pairs = Arc::clone(&pairs);
        });
        self.show_picture(self.pace());
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
        self.shown = Some(Shown { field, experiment });
        Ok(())
    }

    pub(super) fn show_samples(&self) {
        let (source, target): (Arc<[Point]>, Arc<[Point]>) =
            match display_samples(&self.experiment, DISPLAY_SAMPLES) {
                Ok(DisplaySamples { source, target }) => (source, target),
                Err(_) => (Arc::clone(&self.board.frame().source), Arc::new([])),
            };
        self.board.update(|frame| {
            frame.experiment = Arc::clone(&self.experiment);
            frame.source = Arc::clone(&source);
            frame.target = Arc::clone(&target);
        });
    }

    /// What is to be said about the numbers of the experiment.
    pub(super) fn show_cautions(&self) {
        let cautions: Arc<[String]> = self.experiment.cautions().into();
        self.board
            .update(|frame| frame.cautions = Arc::clone(&cautions));
    }

    /// Asks for a picture of the newest weights.
    pub(super) fn show_picture(&self, pace: Pace) {
        if let Some(Shown { field, experiment }) = &self.shown {
            let run = self.board.frame().run;
            let job = picture::Job {
                run,
                step: field.step(),
                field: Arc::new(field.clone()),
                experiment: Arc::clone(experiment),
                request: self.request,
            };
            self.workers.pictures.request(job, pace);
            if let Some(particles) = self.request.cloud {
                let job = cloud::Job {
                    run,
                    field: field.clone(),
                    experiment: Arc::clone(experiment),
                    particles,
                    device: self.choice.unwrap_or(DeviceChoice::Cpu),
                    ticket: self.cloud.clone(),
                };
                self.workers.clouds.request(job, pace);
            }
        }
    }

    /// Asks for a measurement of the newest weights.
    pub(super) fn measure(&mut self, pace: Pace) {
        self.last_measure = Instant::now();
        if let Some(Shown { field, experiment }) = &self.shown {
            let job = metrics_worker::Job {
                run: self.board.frame().run,
                step: field.step(),
                field: Arc::new(field.clone()),
                experiment: Arc::clone(experiment),
            };
            self.workers.measurements.request(job, pace);
        }
    }

    /// What a result is worth that nobody has asked for.
    pub(super) fn pace(&self) -> Pace {
        match self.wants_steps() {
            false => Pace::Free,
            true if self.changed.elapsed() < EAGER_TIME => Pace::Eager,
            true => Pace::Steady,
        }
    }

    /// What a result is worth that somebody waits for.
    pub(super) fn hurried(&self) -> Pace {
        self.pace().max(Pace::Eager)
    }
}
