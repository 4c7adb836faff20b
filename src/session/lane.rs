//! One lane of the trainer: a learner with a state. Commands change the state; how a failing engine is dealt with
//! stands in `failure.rs`, what of the lane appears on the board in `show.rs`.

mod failure;
pub mod show;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Instant;
use crate::experiment::{Experiment, View};
use crate::model::{DeviceChoice, FrozenField, TrainingState};
use crate::snapshot::{LossHistory, RunState};

use super::board::Board;
use super::command::{Command, Event, PictureRequest};
use super::cores::Cores;
use super::engines::Engines;
use super::folder;
use super::jobs::Jobs;
use super::learner::{Learner, LearnerError, StepError};
use super::rate::Rate;
use super::recovery::attempt;
use super::worker::{LatestWorker, panic_message};
use super::{cloud, metrics_worker, picture};

/// The trainer publishes by time, about 40 times a second, and not by step.
const PUBLISH_EVERY: Duration = Duration::from_millis(25);
/// Measurements while training runs.
const MEASURE_EVERY: Duration = Duration::from_secs(4);

/// A lane and the workers that look at it.
pub struct Lane {
    board: Arc<Board>,
    cores: Cores,
    workers: Workers,
    engines: Engines,
    /// The device that was asked for, if one was.
    choice: Option<DeviceChoice>,
    experiment: Arc<Experiment>,
    /// What the first learner goes on from.
    trained: Option<Arc<TrainingState>>,
    learner: Option<Learner>,
    state: RunState,
    /// Whether training goes on when what it waits for is there.
    resumes: bool,
    request: PictureRequest,
    /// Valid as long as the same cloud is wanted.
    cloud: cloud::Ticket,
    shown: Option<Shown>,
    rate: Rate,
    last_publish: Instant,
    last_measure: Instant,
    /// When training began or changed its task.
    changed: Instant,
    single_step: bool,
}

/// Threads that turn a field into something to look at, or to keep.
pub struct Workers {
    /// Particles, arrows, density.
    pub pictures: LatestWorker<picture::Job>,
    /// More particles than a picture follows.
    pub clouds: LatestWorker<cloud::Job>,
    /// Numbers.
    pub measurements: LatestWorker<metrics_worker::Job>,
    /// Files.
    pub jobs: Arc<Jobs>,
}

/// A field with the experiment that it has learned, which may be older than the one that is asked for.
struct Shown {
    field: FrozenField,
    experiment: Arc<Experiment>,
}

impl Lane {
    /// A lane that is idle, with its first picture on the way.
    pub fn new(
        board: Arc<Board>,
        cores: Cores,
        workers: Workers,
        engines: Engines,
        experiment: Arc<Experiment>,
        trained: Option<Arc<TrainingState>>,
    ) -> Self {
        let (now, threads) = (Instant::now(), cores.threads());
        let mut lane = Self {
            board,
            cores,
            workers,
            engines: engines.clone(),
            choice: None,
            experiment,
            trained,
            learner: None,
            state: RunState::Idle,
            resumes: false,
            request: PictureRequest::default(),
            cloud: cloud::Ticket::default(),
            shown: None,
            rate: Rate::new(None, threads),
            last_publish: now,
            last_measure: now,
            changed: now,
            single_step: false,
        };
        lane.use_engines(engines);
        lane.show_samples();
        lane.show_cautions();
        lane.build();
        lane.publish();
        lane.measure(lane.pace());
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
                self.measure(self.pace());
            }
        }
    }

    /// Carries out a command. A panic, such as that of a driver while a device is opened, becomes a message.
    pub fn handle(&mut self, command: Command) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.carry_out(command))) {
            if let Some(learner) = &mut self.learner {
                learner.distrust_engine();
            }
            self.fail(format!("It panicked: {}.", panic_message(&*panic)));
        }
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::Train => self.train(false),
            Command::StepOnce => self.train(true),
            Command::Pause => self.pause(),
            Command::Reset => self.reset(),
            Command::SetExperiment(experiment) => self.set_experiment(experiment),
            Command::SetDevice(choice) => self.set_device(choice),
            Command::Look(request) => self.look(request),
            Command::Measure => self.measure(self.hurried()),
            Command::SaveRun { folder, view } => self.save_run(folder, view),
        }
    }

    /// Has the newest good state written.
    fn save_run(&mut self, folder: PathBuf, view: View) {
        if let Err((at, error)) = self.checkpoint() {
            self.engine_failed(at, &error);
        }
        let Some(learner) = &self.learner else {
            let sentence = "There is no run to save yet: nothing has been trained.".to_owned();
            return self.board.tell(Event::Problem(sentence));
        };
        let state = learner.state();
        let experiment = Experiment {
            view,
            ..Experiment::clone(&self.experiment)
        };
        self.workers
            .jobs
            .push(move || match folder::save(&folder, &experiment, &state) {
                Ok(()) => Event::Notice(format!("Saved the run in {}", folder.display())),
                Err(error) => Event::Problem(error.to_string()),
            });
    }

    fn look(&mut self, request: PictureRequest) {
        if request.cloud != self.request.cloud {
            self.cloud.renew();
            self.board.update(|frame| frame.cloud = None);
        }
        self.request = request;
        self.show_picture(self.hurried());
    }

    /// Runs, if there is something to run: an engine that can be trusted, a density that can be sampled, and steps
    /// that are planned.
    fn train(&mut self, single_step: bool) {
        if let Err(sentence) = self.mend_engine() {
            return self.fail(sentence);
        }
        if self.learner.is_none() {
            self.build();
        } else {
            self.teach();
        }
        let waits = matches!(self.state, RunState::Waiting { .. });
        let Some(learner) = self.learner.as_mut().filter(|_| !waits) else {
            self.resumes = true;
            return self.publish();
        };
        if learner.is_finished() {
            learner.extend();
        }
        self.rate = Rate::new(Some(learner), self.cores.threads());
        self.state = if learner.is_finished() {
            RunState::Finished
        } else {
            RunState::Running
        };
        self.single_step = single_step;
        self.changed = Instant::now();
        if !self.wants_steps() {
            self.publish();
        }
    }

    fn pause(&mut self) {
        if matches!(self.state, RunState::Running | RunState::Waiting { .. }) {
            self.state = RunState::Paused;
            self.publish();
            self.measure(self.pace());
        }
    }

    fn reset(&mut self) {
        let resume = self.is_active();
        self.trained = None;
        self.start_run();
        self.build();
        if resume {
            self.train(false);
        }
        self.publish();
        if !self.wants_steps() {
            self.measure(self.pace());
        }
    }

    /// Whether it trains, or would if it could.
    fn is_active(&self) -> bool {
        match self.state {
            RunState::Running => true,
            RunState::Waiting { .. } => self.resumes,
            _ => false,
        }
    }

    /// A new run on the board: nothing of the old one may appear on it any more.
    fn start_run(&mut self) {
        self.learner = None;
        self.shown = None;
        self.state = RunState::Idle;
        self.cloud.renew();
        self.board.update(|frame| {
            frame.run = frame.run.next();
            frame.state = RunState::Idle;
            frame.step = 0;
            frame.picture = None;
            frame.cloud = None;
            frame.metrics = None;
            frame.measuring = false;
            frame.loss = LossHistory::default();
            frame.pairs = Arc::new([]);
        });
    }

    fn set_experiment(&mut self, experiment: Arc<Experiment>) {
        let old = std::mem::replace(&mut self.experiment, experiment);
        if !self.board.frame().studies(&self.experiment) {
            // What is carried now would be thrown away.
            self.cloud.renew();
        }
        let active = self.is_active();
        let finished = self.state == RunState::Finished;
        if old.problem.source != self.experiment.problem.source
            || old.problem.target != self.experiment.problem.target
            || old.problem.path != self.experiment.problem.path
            || old.seed != self.experiment.seed
        {
            self.show_samples();
            self.show_cautions();
        } else if old.problem.coupling != self.experiment.problem.coupling {
            self.show_cautions();
        }
        if old.needs_new_model(&self.experiment) {
            self.trained = None;
            self.start_run();
            if self.choice == Some(DeviceChoice::Auto) {
                let engines = self.open_engines(DeviceChoice::Auto);
                self.use_engines(engines);
            }
            self.build();
        } else if self.learner.is_none() {
            self.build();
        } else {
            self.teach();
        }
        let waits = matches!(self.state, RunState::Waiting { .. });
        match self.learner.as_ref().map(Learner::is_finished) {
            Some(false) if (active || finished) && !waits => self.train(false),
            Some(true) if active && !waits => self.state = RunState::Finished,
            _ => {}
        }
        self.publish();
        if !self.wants_steps() {
            self.measure(self.pace());
        }
    }

    /// Hands the experiment to the learner, or says what it waits for.
    fn teach(&mut self) {
        let Some(learner) = &mut self.learner else {
            return;
        };
        if let Err(error) = learner.apply(Arc::clone(&self.experiment)) {
            self.wait(error.to_string());
        } else if matches!(self.state, RunState::Waiting { .. }) {
            learner.reorder();
            self.state = RunState::Paused;
        }
    }

    /// Makes the learner, or says what it waits for.
    fn build(&mut self) {
        let experiment = Arc::clone(&self.experiment);
        let threads = self.cores.threads();
        let made = match &self.trained {
            Some(state) => Learner::resume(experiment, &self.engines, state, threads),
            None => Learner::new(experiment, &self.engines, threads),
        };
        match made {
            Ok(learner) => {
                self.trained = None;
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
        self.resumes = self.is_active() || self.state == RunState::Finished;
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
        match attempt(step) {
            Ok(()) => {
                if learner.is_finished() {
                    self.state = RunState::Finished;
                } else if self.single_step {
                    self.state = RunState::Paused;
                }
            }
            Err(StepError::NoBatch(reason)) => self.wait(reason),
            Err(StepError::Engine(error)) => self.engine_failed(at, &error),
        }
    }
}
