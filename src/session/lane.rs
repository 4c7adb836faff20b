//! One lane of the trainer: a learner with a state, and what of it appears on the board.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::experiment::Experiment;
use crate::flow::Point;
use crate::model::{DeviceChoice, EngineError, FrozenField};
use crate::snapshot::{LossHistory, RunState};

use super::board::Board;
use super::command::{Command, Event, PictureRequest};
use super::engines::Engines;
use super::folder::TrainedModel;
use super::learner::{Learner, LearnerError, StepError};
use super::measure::{DisplaySamples, display_samples};
use super::run::all_cores;
use super::worker::{LatestWorker, Pace, panic_message};
use super::{metrics_worker, picture};

/// Points of source and target that a frame carries.
pub const DISPLAY_SAMPLES: usize = 2000;
/// Pairs of the current batch that a frame carries.
pub const DISPLAY_PAIRS: usize = 256;
/// The trainer publishes by time, about 40 times a second, and not by step.
const PUBLISH_EVERY: Duration = Duration::from_millis(25);
/// Measurements while training runs.
const MEASURE_EVERY: Duration = Duration::from_secs(3);
/// After a change of what is learned the field moves fastest, and pictures of it are worth most.
const EAGER_TIME: Duration = Duration::from_millis(1500);

/// A lane and the workers that look at it.
pub struct Lane {
    board: Arc<Board>,
    pictures: LatestWorker<picture::Job>,
    measurements: LatestWorker<metrics_worker::Job>,
    engines: Engines,
    /// The device that was asked for, if one was.
    choice: Option<DeviceChoice>,
    experiment: Arc<Experiment>,
    trained: Option<TrainedModel>,
    learner: Option<Learner>,
    state: RunState,
    request: PictureRequest,
    field: Option<FrozenField>,
    rate: Rate,
    last_publish: Instant,
    last_measure: Instant,
    /// When training began or changed its task.
    changed: Instant,
    single_step: bool,
}

/// Steps per second and the coupler's share, over the last interval of about half a second.
struct Rate {
    since: Instant,
    step: u64,
    coupling: Duration,
    steps_per_sec: f64,
    coupling_share: f64,
}

impl Lane {
    /// A lane that is idle; nothing is allocated on the device yet.
    pub fn new(
        board: Arc<Board>,
        pictures: LatestWorker<picture::Job>,
        measurements: LatestWorker<metrics_worker::Job>,
        engines: Engines,
        experiment: Arc<Experiment>,
        trained: Option<TrainedModel>,
    ) -> Self {
        let now = Instant::now();
        let mut lane = Self {
            board,
            pictures,
            measurements,
            engines,
            choice: None,
            experiment,
            trained,
            learner: None,
            state: RunState::Idle,
            request: PictureRequest::default(),
            field: None,
            rate: Rate::new(now),
            last_publish: now,
            last_measure: now,
            changed: now,
            single_step: false,
        };
        lane.use_engines(lane.engines.clone());
        lane.show_samples();
        lane.build();
        lane.publish();
        lane.measure();
        lane
    }

    /// Whether the lane wants training steps now.
    pub fn wants_steps(&self) -> bool {
        self.state == RunState::Running
    }

    /// Takes steps until the deadline, or until there is a reason to stop.
    pub fn train_until(&mut self, deadline: Instant) {
        while self.wants_steps() && Instant::now() < deadline {
            self.step();
        }
        if self.last_publish.elapsed() >= PUBLISH_EVERY || !self.wants_steps() {
            self.publish();
            if self.last_measure.elapsed() >= MEASURE_EVERY || !self.wants_steps() {
                self.measure();
            }
        }
    }

    /// Carries out a command.
    pub fn handle(&mut self, command: Command) {
        match command {
            Command::Train => self.train(false),
            Command::StepOnce => self.train(true),
            Command::Pause => self.pause(),
            Command::Reset => self.reset(),
            Command::SetExperiment(experiment) => self.set_experiment(experiment),
            Command::SetDevice(choice) => self.set_device(choice),
            Command::Look(request) => {
                self.request = request;
                self.show_picture();
            }
            Command::Measure => self.measure(),
        }
    }

    fn train(&mut self, single_step: bool) {
        if matches!(self.state, RunState::Failed { .. })
            && let Some(learner) = &mut self.learner
            && let Err(error) = learner.replace_engine(&self.engines)
        {
            return self.fail(format!("The engine cannot be made again: {error}."));
        }
        if self.learner.is_none() {
            self.build();
        }
        let Some(learner) = &mut self.learner else {
            return self.publish();
        };
        if learner.is_finished() {
            learner.extend();
        }
        self.single_step = single_step;
        self.changed = Instant::now();
        self.rate = Rate::new(Instant::now());
        self.rate.step = learner.steps_taken();
        self.rate.coupling = learner.coupling_time();
        self.state = RunState::Running;
    }

    fn pause(&mut self) {
        if matches!(self.state, RunState::Running | RunState::Waiting { .. }) {
            self.state = RunState::Paused;
            self.publish();
            self.measure();
        }
    }

    fn reset(&mut self) {
        let resume = self.wants_steps();
        self.trained = None;
        self.start_run();
        self.build();
        if resume {
            self.train(false);
        }
        self.publish();
    }

    /// A new run on the board: nothing of the old one may appear on it any more.
    fn start_run(&mut self) {
        self.learner = None;
        self.field = None;
        self.state = RunState::Idle;
        self.board.update(|frame| {
            frame.run = frame.run.next();
            frame.state = RunState::Idle;
            frame.step = 0;
            frame.picture = None;
            frame.metrics = None;
            frame.measuring = false;
            frame.loss = LossHistory::default();
            frame.pairs = Arc::new([]);
        });
    }

    fn set_experiment(&mut self, experiment: Arc<Experiment>) {
        let old = std::mem::replace(&mut self.experiment, experiment);
        let active = matches!(self.state, RunState::Running | RunState::Waiting { .. });
        let finished = self.state == RunState::Finished;
        if old.source != self.experiment.source
            || old.target != self.experiment.target
            || old.path != self.experiment.path
            || old.seed != self.experiment.seed
        {
            self.show_samples();
        }
        if old.needs_new_model(&self.experiment) {
            self.trained = None;
            self.start_run();
            if self.choice == Some(DeviceChoice::Auto) {
                let engines = self.open_engines(DeviceChoice::Auto);
                self.use_engines(engines);
            }
        }
        let learner = self.learner.as_mut();
        let applied = learner.map(|learner| learner.apply(Arc::clone(&self.experiment)));
        match applied {
            Some(Err(error)) => self.wait(error.to_string()),
            Some(Ok(())) => {
                let unfinished = self.learner.as_ref().is_some_and(|l| !l.is_finished());
                if active || (finished && unfinished) {
                    self.train(false);
                }
            }
            None => {
                self.build();
                if active || finished {
                    self.train(false);
                }
            }
        }
        self.publish();
        if !self.wants_steps() {
            self.measure();
        }
    }

    fn set_device(&mut self, choice: DeviceChoice) {
        self.choice = Some(choice);
        let engines = self.open_engines(choice);
        if engines.label() == self.engines.label() {
            return;
        }
        self.use_engines(engines);
        if let Some(learner) = &mut self.learner {
            let moved = learner
                .checkpoint()
                .and_then(|_| learner.replace_engine(&self.engines));
            if let Err(error) = moved {
                self.fail(format!("The weights could not be moved: {error}."));
            }
        }
    }

    fn open_engines(&self, choice: DeviceChoice) -> Engines {
        Engines::open(choice, all_cores(), &self.experiment).unwrap_or_else(|error| {
            let message = format!("Training stays on the CPU: {error}.");
            self.board.tell(Event::Problem(message));
            Engines::cpu(all_cores())
        })
    }

    fn use_engines(&mut self, engines: Engines) {
        let label = Arc::clone(engines.label());
        self.board.update(|frame| frame.device = Arc::clone(&label));
        self.engines = engines;
    }

    fn engine_failed(&mut self, at: u64, error: &EngineError) {
        match error {
            EngineError::Device(reason) => self.fall_back(at, reason),
            other => self.roll_back(at, &other.to_string()),
        }
    }

    /// The device has failed: training goes on elsewhere from the last good weights, if there is an elsewhere.
    fn fall_back(&mut self, at: u64, reason: &str) {
        let Some(fallback) = self.engines.fallback().cloned() else {
            return self.roll_back(at, reason);
        };
        let lost = Arc::clone(self.engines.label());
        self.use_engines(fallback);
        let replaced = self
            .learner
            .as_mut()
            .map(|learner| learner.replace_engine(&self.engines));
        if let Some(Err(error)) = replaced {
            return self.roll_back(at, &error.to_string());
        }
        let step = self.learner.as_ref().map_or(0, Learner::steps_taken);
        self.board.tell(Event::Problem(format!(
            "{lost} failed at step {at}: {reason}. Training goes on on the {} from step {step}.",
            self.engines.label()
        )));
    }

    /// Makes the learner, or says what it waits for.
    fn build(&mut self) {
        let experiment = Arc::clone(&self.experiment);
        match Learner::new(experiment, &self.engines, self.trained.as_ref()) {
            Ok(learner) => {
                if learner.is_finished() {
                    self.state = RunState::Finished;
                } else if matches!(self.state, RunState::Waiting { .. }) {
                    self.state = RunState::Idle;
                }
                self.learner = Some(learner);
            }
            Err(LearnerError::Distribution(reason)) => self.wait(reason.to_string()),
            Err(error) => self.fail(error.to_string()),
        }
    }

    fn wait(&mut self, reason: String) {
        self.state = RunState::Waiting { reason };
    }

    fn fail(&mut self, message: String) {
        self.board.tell(Event::Problem(message.clone()));
        self.state = RunState::Failed { message };
        self.publish();
    }

    /// One step or a row of them; a panic of the engine becomes a message.
    fn step(&mut self) {
        let Some(learner) = &mut self.learner else {
            self.state = RunState::Idle;
            return;
        };
        let at = learner.steps_taken();
        let single = self.single_step;
        let step = || {
            if single {
                learner.step()
            } else {
                learner.stride()
            }
        };
        match catch_unwind(AssertUnwindSafe(step)) {
            Ok(Ok(())) => {
                if learner.is_finished() {
                    self.state = RunState::Finished;
                } else if self.single_step {
                    self.state = RunState::Paused;
                }
            }
            Ok(Err(StepError::NoBatch(reason))) => self.wait(reason),
            Ok(Err(StepError::Engine(error))) => self.engine_failed(at, &error),
            Err(panic) => self.fall_back(at, &format!("it panicked: {}", panic_message(&*panic))),
        }
    }

    fn roll_back(&mut self, at: u64, reason: &str) {
        let back_to = self.learner.as_mut().map_or(0, |learner| {
            // A broken engine may fail here, too; it is replaced when Train is pressed.
            catch_unwind(AssertUnwindSafe(|| learner.roll_back())).unwrap_or(0)
        });
        self.fail(format!(
            "Training stopped at step {at}: {reason}. Weights, moments and loss are back at step {back_to}; \
             a smaller learning rate may help. Train goes on from there."
        ));
    }

    /// Puts the lane's state on the board and asks for a picture of the newest weights.
    fn publish(&mut self) {
        self.last_publish = Instant::now();
        let healthy = !matches!(self.state, RunState::Failed { .. });
        if healthy && let Some(learner) = &mut self.learner {
            match catch_unwind(AssertUnwindSafe(|| learner.checkpoint())) {
                Ok(Ok(field)) => self.field = Some(field),
                Ok(Err(error)) => {
                    let at = learner.steps_taken();
                    return self.engine_failed(at, &error);
                }
                Err(panic) => {
                    let at = learner.steps_taken();
                    return self.fall_back(at, &panic_message(&*panic));
                }
            }
        }
        if let Some(learner) = &self.learner {
            self.rate.update(learner);
        }
        let running = self.wants_steps();
        let steps_per_sec = if running {
            self.rate.steps_per_sec
        } else {
            0.0
        };
        let share = if running {
            self.rate.coupling_share
        } else {
            0.0
        };
        let step = self.learner.as_ref().map_or(0, Learner::steps_taken);
        let planned_end = self.learner.as_ref().map(Learner::planned_end);
        let planned_end = planned_end.unwrap_or(self.experiment.training.steps);
        let loss = self.learner.as_ref().map(|l| l.losses().history());
        let loss = loss.unwrap_or_default();
        let pairs = self.display_pairs();
        self.board.update(|frame| {
            frame.experiment = Arc::clone(&self.experiment);
            frame.state = self.state.clone();
            frame.step = step;
            frame.planned_end = planned_end;
            frame.steps_per_sec = steps_per_sec;
            frame.coupling_share = share;
            frame.loss = loss.clone();
            frame.pairs = Arc::clone(&pairs);
        });
        self.show_picture();
    }

    fn display_pairs(&self) -> Arc<[(Point, Point)]> {
        let Some(learner) = &self.learner else {
            return Arc::new([]);
        };
        let pairs = learner.pairs();
        let zipped = pairs.x_0.iter().copied().zip(pairs.x_1.iter().copied());
        zipped.take(DISPLAY_PAIRS).collect()
    }

    fn show_samples(&self) {
        if let Ok(DisplaySamples { source, target }) =
            display_samples(&self.experiment, DISPLAY_SAMPLES)
        {
            self.board.update(|frame| {
                frame.experiment = Arc::clone(&self.experiment);
                frame.source = Arc::clone(&source);
                frame.target = Arc::clone(&target);
            });
        } else {
            self.board.update(|frame| {
                frame.experiment = Arc::clone(&self.experiment);
                frame.target = Arc::new([]);
            });
        }
    }

    fn show_picture(&self) {
        if let Some(field) = &self.field {
            self.pictures.request(picture::Job {
                run: self.board.frame().run,
                step: self.learner.as_ref().map_or(0, Learner::steps_taken),
                field: Arc::new(field.clone()),
                experiment: Arc::clone(&self.experiment),
                request: self.request,
                pace: self.pace(),
            });
        }
    }

    fn pace(&self) -> Pace {
        match self.wants_steps() {
            false => Pace::Free,
            true if self.changed.elapsed() < EAGER_TIME => Pace::Eager,
            true => Pace::Steady,
        }
    }

    fn measure(&mut self) {
        self.last_measure = Instant::now();
        if let Some(field) = &self.field {
            self.measurements.request(metrics_worker::Job {
                run: self.board.frame().run,
                step: self.learner.as_ref().map_or(0, Learner::steps_taken),
                field: Arc::new(field.clone()),
                experiment: Arc::clone(&self.experiment),
                pace: self.pace(),
            });
        }
    }
}

impl Rate {
    /// Long enough to be steady, short enough to follow.
    const INTERVAL: Duration = Duration::from_millis(500);

    fn new(now: Instant) -> Self {
        Self {
            since: now,
            step: 0,
            coupling: Duration::ZERO,
            steps_per_sec: 0.0,
            coupling_share: 0.0,
        }
    }

    fn update(&mut self, learner: &Learner) {
        let elapsed = self.since.elapsed();
        if elapsed < Self::INTERVAL && self.steps_per_sec > 0.0 {
            return;
        }
        let secs = elapsed.as_secs_f64().max(1e-9);
        let (step, coupling) = (learner.steps_taken(), learner.coupling_time());
        let busy = coupling.saturating_sub(self.coupling).as_secs_f64();
        self.steps_per_sec = step.saturating_sub(self.step) as f64 / secs;
        self.coupling_share = (busy / secs).min(1.0);
        if elapsed >= Self::INTERVAL {
            self.since = Instant::now();
            self.step = step;
            self.coupling = coupling;
        }
    }
}
