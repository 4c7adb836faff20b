//! One lane of the trainer: a learner with a state. Commands change the state; how a failing engine is dealt with
//! stands in `failure.rs`, what of the lane appears on the board in `show.rs`.

mod exact;
mod failure;
mod known;
mod past;
pub mod show;
mod slow_motion;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::clock::Instant;
use crate::experiment::{Experiment, Problem, View};
use crate::model::DeviceChoice;
use crate::products::{Carrier, Flow, Products, RunId};
use crate::snapshot::{LaneId, LossHistory, RunState};

use super::board::Board;
use super::command::{Command, Event};
use super::crew::Crew;
use super::dispatcher::Dispatcher;
use super::engines::Engines;
use super::folder;
use super::jobs::Jobs;
use super::learner::{Learner, LearnerError, StepError};
use super::rate::Rate;
use super::recovery::attempt;
use super::slow_motion::SlowMotion;
use super::thread::caught;
use super::trained::Trained;

pub use exact::without_field;
use known::Known;
pub use past::BUDGET;

/// The trainer publishes by time, about 40 times a second, and not by step.
const PUBLISH_EVERY: Duration = Duration::from_millis(25);

/// What all lanes share.
#[derive(Clone)]
pub struct Services {
    /// Where their frames are seen.
    pub board: Arc<Board>,
    /// Who helps.
    pub crew: Crew,
    /// Who has products made of their flows.
    pub dispatcher: Arc<Dispatcher>,
    /// Who writes files.
    pub jobs: Arc<Jobs>,
    /// The number of the next run of any lane: none is used twice, so that no result is taken for one of another run.
    pub next_run: Arc<AtomicU64>,
}

impl Services {
    fn new_run(&self) -> RunId {
        RunId(self.next_run.fetch_add(1, Ordering::Relaxed))
    }
}

/// [`Experiment::with_pairs_of`]; the same object where nothing is taken.
fn with_pairs_of(experiment: Arc<Experiment>, given: &Problem) -> Arc<Experiment> {
    match experiment.lacks_pairs() && given.pairs.is_some() {
        true => Arc::new(Experiment::clone(&experiment).with_pairs_of(given)),
        false => experiment,
    }
}

/// A flow that is learned.
pub struct Lane {
    id: LaneId,
    run: RunId,
    services: Services,
    engines: Engines,
    /// The device that was asked for, if one was.
    choice: Option<DeviceChoice>,
    /// What carries clouds, if not the processor.
    carrier: Option<Arc<dyn Carrier>>,
    experiment: Arc<Experiment>,
    /// What the first learner goes on from.
    trained: Option<Trained>,
    learner: Option<Learner>,
    state: RunState,
    /// Whether training goes on when what it waits for is there, or when the field is to be learned again.
    resumes: bool,
    /// The newest flow.
    flow: Option<Flow>,
    /// The marginal field that is shown in place of a learned one, while it is.
    known: Option<Known>,
    rate: Rate,
    last_publish: Instant,
    /// The step that was published last.
    published: u64,
    /// When training began or changed its task.
    changed: Instant,
    single_step: bool,
    /// Whether it has taken all steps that it may by now.
    is_held: bool,
    /// What its checkpoints may take, in bytes.
    budget: usize,
    /// The step that is to be shown instead of the newest one.
    wanted: Option<u64>,
    /// The flow of the checkpoint that is shown for it.
    past: Option<Flow>,
    /// Steps laid out for whoever looks at them one by one.
    slow_motion: Option<SlowMotion>,
}

impl Lane {
    /// A lane that is idle, with its first picture on the way.
    pub fn new(
        id: LaneId,
        services: Services,
        engines: Engines,
        experiment: Arc<Experiment>,
        trained: Option<Trained>,
        budget: usize,
    ) -> Self {
        let (now, threads) = (Instant::now(), services.crew.size());
        let experiment = match &trained {
            Some(trained) => with_pairs_of(experiment, &trained.state.experiment.problem),
            None => experiment,
        };
        let mut lane = Self {
            id,
            run: services.new_run(),
            services,
            engines: engines.clone(),
            choice: None,
            carrier: None,
            experiment,
            trained,
            learner: None,
            state: RunState::Idle,
            resumes: false,
            flow: None,
            known: None,
            rate: Rate::new(None, threads),
            last_publish: now,
            published: 0,
            changed: now,
            single_step: false,
            is_held: false,
            budget,
            wanted: None,
            past: None,
            slow_motion: None,
        };
        lane.services.dispatcher.begin(id, lane.run);
        let run = lane.run;
        lane.services.board.update(id, |frame| frame.run = run);
        lane.use_engines(engines);
        lane.show_samples();
        lane.show_cautions();
        lane.build();
        lane.know_if_exact();
        lane.publish();
        lane
    }

    /// Training steps behind the flow; none where it is not learned.
    pub fn steps_taken(&self) -> u64 {
        self.shown_learner().map_or(0, Learner::steps_taken)
    }

    /// Whether the lane wants training steps now.
    pub fn wants_steps(&self) -> bool {
        self.state == RunState::Running
    }

    /// Whether it wants one step and no more.
    pub fn wants_one_step(&self) -> bool {
        self.wants_steps() && self.single_step
    }

    /// Says whether it has taken all steps that it may by now.
    pub fn hold(&mut self, is_held: bool) {
        self.is_held = is_held;
    }

    /// Publishes steps that were taken too soon after the last time; how long it is until then, if it is not yet.
    pub fn catch_up(&mut self) -> Option<Duration> {
        if self.published == self.steps_taken() {
            return None;
        }
        let left = PUBLISH_EVERY.saturating_sub(self.last_publish.elapsed());
        if left.is_zero() {
            self.publish();
        }
        (!left.is_zero()).then_some(left)
    }

    /// Trains; a panic becomes a message.
    pub fn go_on(&mut self, deadline: Instant, steps: u64) {
        if let Err(panic) = caught(|| self.train_until(deadline, steps)) {
            self.panicked(&panic);
        }
    }

    fn panicked(&mut self, panic: &str) {
        if let Some(learner) = &mut self.learner {
            learner.distrust_engine();
        }
        self.fail(format!("It panicked: {panic}."));
    }

    /// Takes steps until the deadline, until so many have been taken, or until there is a reason to stop.
    fn train_until(&mut self, deadline: Instant, steps: u64) {
        while self.wants_steps() && Instant::now() < deadline && self.steps_taken() < steps {
            self.step(steps - self.steps_taken());
        }
        if self.last_publish.elapsed() >= PUBLISH_EVERY || !self.wants_steps() {
            self.publish();
        }
    }

    /// Carries out a command. A panic, such as that of a driver while a device is opened, becomes a message.
    pub fn handle(&mut self, command: Command) {
        if let Err(panic) = caught(|| self.carry_out(command)) {
            self.panicked(&panic);
        }
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::Train => {
                self.slow_motion = None;
                self.train(false);
            }
            Command::StepOnce => self.train(true),
            Command::Pause => self.pause(),
            Command::Reset => self.reset(),
            Command::SetExperiment(experiment) => self.set_experiment(experiment),
            Command::SetDevice(choice) => self.set_device(choice),
            Command::SlowMotion(wanted) => self.set_slow_motion(wanted),
            Command::Look(look) => self.look(*look),
            Command::Measure => self.services.dispatcher.measure(self.id),
            Command::SaveRun { folder, view } => self.save_run(folder, *view),
            // Whoever asked may be gone.
            Command::Tell(reply) => drop(reply.send(self.learned())),
            // Whoever has the lanes opens and closes them.
            Command::Open(_) | Command::Close => {}
        }
    }

    /// The newest good state.
    fn learned(&mut self) -> Option<Trained> {
        if let Err((at, error)) = self.checkpoint() {
            self.engine_failed(at, &error);
        }
        let learner = self.learner.as_ref()?;
        Some(Trained {
            state: Arc::new(learner.state()),
            history: learner.history_to_write().map(Arc::new),
        })
    }

    /// Has the newest good state written.
    fn save_run(&mut self, folder: PathBuf, view: View) {
        let Some(Trained { state, history }) = self.learned() else {
            let sentence = "There is no run to save yet: nothing has been trained.".to_owned();
            return self.services.board.tell(Event::Problem(sentence));
        };
        let experiment = Experiment {
            view,
            ..Experiment::clone(&self.experiment)
        };
        self.services.jobs.push(move || {
            match folder::save(&folder, &experiment, &state, history.as_deref()) {
                Ok(()) => Event::Saved(folder),
                Err(error) => Event::Problem(error.to_string()),
            }
        });
    }

    /// Runs, if there is something to run: an engine that can be trusted, a density that can be sampled, and steps
    /// that are planned.
    fn train(&mut self, single_step: bool) {
        if self.is_exact() {
            self.resumes |= !single_step;
            return;
        }
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
        self.rate = Rate::new(Some(learner), self.services.crew.size());
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
        if self.is_exact() {
            self.resumes = false;
        }
        if matches!(self.state, RunState::Running | RunState::Waiting { .. }) {
            self.state = RunState::Paused;
            self.publish();
        }
    }

    fn reset(&mut self) {
        let resume = self.is_active();
        self.trained = None;
        self.start_run();
        self.build();
        self.know_if_exact();
        if resume {
            self.train(false);
        }
        self.publish();
    }

    /// Whether it trains, or would if it could.
    fn is_active(&self) -> bool {
        match self.state {
            RunState::Running => true,
            RunState::Waiting { .. } | RunState::Exact { .. } => self.resumes,
            _ => false,
        }
    }

    /// A new run on the board: nothing of the old one may appear on it any more.
    fn start_run(&mut self) {
        self.learner = None;
        self.state = RunState::Idle;
        self.forget_products();
        self.services.board.update(self.id, |frame| {
            frame.state = RunState::Idle;
            frame.step = 0;
            frame.loss = LossHistory::default();
            frame.mean_losses = None;
            frame.pairs = Arc::new([]);
            frame.steps = Arc::new([]);
        });
    }

    /// The lane is at another run from now on: no product of the one before appears on the board any more.
    fn forget_products(&mut self) {
        (self.flow, self.past) = (None, None);
        self.run = self.services.new_run();
        self.services.dispatcher.begin(self.id, self.run);
        self.services.board.update(self.id, |frame| {
            frame.run = self.run;
            frame.products = Products::default();
        });
    }

    fn set_experiment(&mut self, experiment: Arc<Experiment>) {
        // No document has the pairs that the lane was given.
        let experiment = with_pairs_of(experiment, &self.experiment.problem);
        let old = std::mem::replace(&mut self.experiment, experiment);
        let active = self.is_active();
        if self.state.is_exact() && !self.is_exact() {
            self.learn_again();
        }
        let finished = self.state == RunState::Finished;
        let now = &self.experiment;
        if (&old.problem, old.seed) != (&now.problem, now.seed) {
            self.show_samples();
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
        } else if !self.is_exact() {
            self.teach();
        }
        if self.is_exact() {
            self.resumes = active;
            self.know_if_exact();
            return self.publish();
        }
        let waits = matches!(self.state, RunState::Waiting { .. });
        match self.learner.as_ref().map(Learner::is_finished) {
            Some(false) if (active || finished) && !waits && self.slow_motion.is_none() => {
                self.train(false);
            }
            Some(true) if active && !waits => self.state = RunState::Finished,
            _ => {}
        }
        self.publish();
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
        let experiment = self.to_learn();
        let crew = &self.services.crew;
        let made = match &self.trained {
            Some(Trained { state, .. }) => Learner::resume(experiment, &self.engines, state, crew),
            None => Learner::new(experiment, &self.engines, crew),
        };
        match made {
            Ok(mut learner) => {
                let trained = self.trained.take();
                let earlier = trained.as_ref().and_then(|trained| {
                    let history = trained.history.as_deref()?;
                    Some((&*trained.state, history))
                });
                learner.keep_history(self.history_room(), earlier);
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
        self.services.board.tell(Event::Problem(message.clone()));
        self.state = RunState::Failed { message };
        self.publish();
    }

    /// One step or a row of at most so many; a panic of the engine becomes a message.
    fn step(&mut self, most: u64) {
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
                learner.stride(most)
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
