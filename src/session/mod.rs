//! Floor 5: all threads of the program. Commands go in, one `Arc<Frames>` comes out.
//!
//! The trainer owns the lanes and takes training steps; the crew's helpers take them with it, and make batches and
//! products meanwhile. State travels through a slot where the newest wins, rare events through a bounded queue. The same
//! parts work without any thread ([`Session::cooperative`]), and without a window they make a headless job
//! ([`run::run`]). This floor refuses to know egui.

pub mod autosave;
pub mod bench;
mod block_store;
mod board;
mod command;
pub mod compare;
mod cores;
mod coupler;
mod cpu_meter;
mod crew;
mod device_thread;
mod dispatcher;
pub(crate) mod documents;
mod engines;
pub mod experiment_file;
pub mod export;
pub mod files;
pub mod folder;
mod going_on;
mod gpu_carrier;
mod hands;
mod jobs;
mod keep;
mod lane;
pub mod lane_folders;
pub mod lanes_report;
pub mod lanes_run;
mod learner;
pub mod likelihood;
pub(crate) mod memory;
mod observer;
mod one_run;
mod pace;
mod portrait;
mod rate;
mod recovery;
mod reference_table;
pub mod repeats;
pub mod report;
pub mod rounds;
pub mod run;
mod schedule;
mod slow_motion;
mod speed;
pub mod straighten;
pub mod studio;
mod table;
mod thread;
mod trained;
mod trainer;
mod untrained;

use std::cell::RefCell;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crossbeam_channel::unbounded;

use crate::clock::Instant;
use crate::experiment::{Experiment, View};
use crate::model::{Checkpoints, DeviceChoice, DeviceInfo, TrainingState};
use crate::snapshot::{Frame, Frames, LaneId};

use autosave::{Autosave, Leftover};
use board::Board;
use command::Message;
use crew::{Errand, Listed};
use dispatcher::Dispatcher;
use jobs::Jobs;
use lane::Services;
use studio::{Moment, Remembered};
use thread::Joined;
use trainer::{Inbox, Lanes, Trainer};

pub use board::Wake;
pub use command::{Advance, Command, Event};
pub use cores::{Cores, Loan};
pub use crew::Crew;
pub use device_thread::{DeviceThread, DistantEngine};
pub use engines::{EngineMaker, Engines};
pub use hands::Hands;
pub use observer::RunError;
pub use speed::Speed;
pub use trained::Trained;
pub use untrained::exact_field;

/// How a session starts.
#[derive(Clone, Default)]
pub struct Options {
    /// Where to train.
    pub device: DeviceChoice,
    /// What training goes on from in the first lane, if it is not to start from nothing.
    pub trained: Option<Arc<TrainingState>>,
    /// Checkpoints of the steps before that.
    pub history: Option<Arc<Checkpoints>>,
    /// Whether training starts by itself.
    pub autostart: bool,
    /// How fast lanes train.
    pub speed: Speed,
    /// Other engines than those of `device`.
    pub engines: Option<Engines>,
    /// The number of the first lane.
    pub first: LaneId,
    /// Further lanes beside the first one, on these (legal) experiments.
    pub lanes: Vec<(LaneId, Arc<Experiment>)>,
    /// What training goes on from in further lanes.
    pub lanes_trained: Vec<(LaneId, Trained)>,
}

impl Options {
    /// What each lane goes on from.
    fn all_trained(&self) -> Vec<(LaneId, Trained)> {
        let history = self.history.clone();
        let first = self.trained.clone().map(|state| Trained { state, history });
        let first = first.map(|trained| (self.first, trained));
        first
            .into_iter()
            .chain(self.lanes_trained.iter().cloned())
            .collect()
    }

    /// Whether training starts by itself in a lane: what has come to its end stays as it is beside others that have not.
    fn starts(&self, lane: LaneId) -> bool {
        let ended =
            |(id, trained): &(LaneId, Trained)| *id == lane && !trained.state.has_steps_left();
        self.autostart && (self.lanes.is_empty() || !self.all_trained().iter().any(ended))
    }
}

/// All that one window runs on. Dropping it stops and joins its threads.
pub struct Session {
    /// To the trainer, for those who ask later; gone before the trainer is waited for.
    line: Arc<Inbox>,
    board: Arc<Board>,
    dispatcher: Arc<Dispatcher>,
    driver: Driver,
    jobs: Arc<Jobs>,
    devices: Arc<Mutex<Vec<DeviceInfo>>>,
    probe: OnceLock<Option<Joined>>,
    _listed: Listed,
    crew: Crew,
}

/// What drives the lanes.
enum Driver {
    /// A thread.
    Thread(Trainer),
    /// The caller of [`Session::run_until`].
    Caller(Box<RefCell<Lanes>>, Inbox),
}

impl Session {
    /// Starts the threads on a legal experiment; `wake` is called whenever there is something new to see.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn start(experiment: Arc<Experiment>, options: Options, wake: Wake) -> io::Result<Self> {
        let frames = blank_frames(&experiment, &options);
        let board = Arc::new(Board::new(frames, wake));
        let lanes = lanes(experiment, &options);
        let jobs = Arc::new(Jobs::spawn(Arc::clone(&board))?);
        let services = services(board, Crew::of_all_cores()?, jobs);
        let own = services.clone();
        let (engines, trained) = (options.engines.clone(), options.all_trained());
        let trainer = Trainer::spawn(move |inbox| {
            let engines = engines.unwrap_or_else(|| Engines::cpu(&own.crew));
            Lanes::new(own, engines, &lanes, trained, inbox)
        })?;
        Ok(Self::begin(services, Driver::Thread(trainer), &options))
    }

    /// The same session without a thread of its own, on the CPU: it goes on only in [`Self::run_until`].
    pub fn cooperative(experiment: Arc<Experiment>, options: Options, wake: Wake) -> Self {
        let frames = blank_frames(&experiment, &options);
        let board = Arc::new(Board::new(frames, wake));
        let lanes = lanes(experiment, &options);
        let jobs = Arc::new(Jobs::at_once(Arc::clone(&board)));
        let services = services(board, Crew::alone(), jobs);
        let engines = options.engines.clone();
        let engines = engines.unwrap_or_else(|| Engines::cpu(&services.crew));
        let (inbox, messages) = unbounded();
        let trained = options.all_trained();
        let lanes = Lanes::new(services.clone(), engines, &lanes, trained, messages);
        let driver = Driver::Caller(Box::new(RefCell::new(lanes)), inbox);
        let options = Options {
            device: DeviceChoice::Cpu,
            ..options
        };
        Self::begin(services, driver, &options)
    }

    fn begin(services: Services, driver: Driver, options: &Options) -> Self {
        let Services {
            board,
            crew,
            dispatcher,
            jobs,
            next_run: _,
        } = services;
        let line = match &driver {
            Driver::Thread(trainer) => trainer.inbox(),
            Driver::Caller(_, inbox) => inbox.clone(),
        };
        let session = Self {
            line: Arc::new(line),
            _listed: crew.list(Arc::clone(&dispatcher) as Arc<dyn Errand>),
            board,
            dispatcher,
            driver,
            jobs,
            devices: Arc::new(Mutex::new(vec![
                DeviceInfo::cpu(DeviceChoice::Auto),
                DeviceInfo::cpu(DeviceChoice::Cpu),
            ])),
            probe: OnceLock::new(),
            crew,
        };
        session.set_speed(options.speed);
        let others = options.lanes.iter().map(|(id, _)| *id);
        for lane in std::iter::once(options.first).chain(others) {
            if options.device != DeviceChoice::Cpu && options.engines.is_none() {
                session.send(lane, Command::SetDevice(options.device));
            }
            if options.starts(lane) {
                session.send(lane, Command::Train);
            }
        }
        session
    }

    /// Without threads, works until the deadline or until there is nothing to do yet, in pieces of at most about 20 ms; then
    /// the answer is `false`. With threads there is nothing to do here.
    pub fn run_until(&self, deadline: Instant) -> bool {
        let Driver::Caller(lanes, _) = &self.driver else {
            return false;
        };
        let mut lanes = lanes.borrow_mut();
        while Instant::now() < deadline {
            if !lanes.turn(deadline) {
                return false;
            }
        }
        true
    }

    /// The newest frames of all lanes.
    pub fn frames(&self) -> Arc<Frames> {
        self.board.frames()
    }

    /// The newest frame of a lane; of one that is not there, that of the first.
    pub fn frame(&self, lane: LaneId) -> Arc<Frame> {
        self.board.frame(lane)
    }

    /// Hands a command to a lane; never blocks.
    pub fn send(&self, lane: LaneId, command: Command) {
        self.tell(Message::Lane(lane, command));
    }

    /// Says how lanes go forward together; never blocks.
    pub fn advance(&self, advance: Advance) {
        self.tell(Message::Advance(advance));
    }

    /// Says how fast all lanes train from now on; never blocks.
    pub fn set_speed(&self, speed: Speed) {
        self.tell(Message::Speed(speed));
    }

    /// Has every lane show its flow as it was at this step, or at the last one before it of which there is a checkpoint;
    /// without a step they show their newest. Training goes on meanwhile; never blocks.
    pub fn show_step(&self, step: Option<u64>) {
        self.tell(Message::Step(step));
    }

    /// Says which lane is looked at most.
    pub fn focus(&self, lane: LaneId) {
        self.dispatcher.focus(lane);
    }

    fn tell(&self, message: Message) {
        match &self.driver {
            Driver::Thread(trainer) => trainer.send(message),
            // The lanes are there as long as the inbox.
            Driver::Caller(_, inbox) => drop(inbox.send(message)),
        }
    }

    /// These lanes with what they have learned by the time that somebody asks for it, of which figures are made.
    pub fn moment(&self, lanes: Vec<LaneId>) -> Arc<Moment> {
        Arc::new(Moment::of(Arc::downgrade(&self.line), lanes))
    }

    /// Writes settings of figures into the folder of the configuration, in the background; an event tells if that does not
    /// work.
    pub fn remember(&self, remembered: Remembered, folder: PathBuf) {
        self.jobs
            .push_quiet(move || remembered.write(&folder).err().map(Event::Problem));
    }

    /// Keeps work that is in no file, in the background; an event tells if that does not work.
    pub fn keep_unsaved(&self, autosave: &Arc<Autosave>, experiment: Experiment) {
        let autosave = Arc::clone(autosave);
        self.jobs.push_quiet(move || autosave.write(&experiment));
    }

    /// Takes away what was kept, in the background: it is in a file now, or not wanted.
    pub fn forget_unsaved(&self, autosave: &Arc<Autosave>) {
        let autosave = Arc::clone(autosave);
        self.jobs.push_quiet(move || {
            autosave.clear();
            None
        });
    }

    /// Takes away what an earlier window left, in the background.
    pub fn discard(&self, leftover: Leftover) {
        self.jobs.push_quiet(move || {
            leftover.remove();
            None
        });
    }

    /// Writes experiment, losses, weights and all that training needs to go on into a folder, in the background; an
    /// event tells how it ended. The view is that of the file.
    pub fn save_run(&self, lane: LaneId, folder: PathBuf, view: View) {
        self.send(
            lane,
            Command::SaveRun {
                folder,
                view: Box::new(view),
            },
        );
    }

    /// Lends the window a core for as long as it keeps the loan: a frame is short, and training threads that wait for
    /// one of their own would lose more.
    pub fn lend_core(&self) -> Loan {
        self.crew.cores().lend()
    }

    /// Lends the window a core for so long: what comes after its last chance to say that it is done.
    pub fn lend_core_for(&self, duration: Duration) {
        self.crew.cores().lend_for(duration);
    }

    /// Time that pictures and measurements have taken so far, on threads of their own.
    pub fn background_time(&self) -> Duration {
        self.board.booked()
    }

    /// What happened since the last call, oldest first.
    pub fn drain_events(&self) -> Vec<Event> {
        self.board.drain_events()
    }

    /// Starts looking for a GPU in the background and testing it, once; `wake` is called when it is known.
    pub fn look_for_devices(&self) {
        self.probe.get_or_init(|| {
            let (devices, board) = (Arc::clone(&self.devices), Arc::clone(&self.board));
            let look = move || {
                let gpu = DeviceThread::training().ask(DeviceInfo::gpu);
                let gpu = gpu.unwrap_or_else(|silent| DeviceInfo::no_gpu(&silent.to_string()));
                let mut devices = devices.lock().unwrap_or_else(PoisonError::into_inner);
                devices.push(gpu);
                drop(devices);
                board.replace(|_| {});
            };
            Joined::spawn("devices", look).ok()
        });
    }

    /// The devices known so far.
    pub fn devices(&self) -> Vec<DeviceInfo> {
        let devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        devices.clone()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Driver::Caller(lanes, _) = &self.driver {
            lanes.borrow_mut().end();
        }
        self.dispatcher.stop();
    }
}

/// All lanes, the first one among them.
fn lanes(experiment: Arc<Experiment>, options: &Options) -> Vec<(LaneId, Arc<Experiment>)> {
    let first = std::iter::once((options.first, experiment));
    first.chain(options.lanes.iter().cloned()).collect()
}

fn services(board: Arc<Board>, crew: Crew, jobs: Arc<Jobs>) -> Services {
    let dispatcher = Dispatcher::new(Arc::clone(&board), crew.size(), crew.waker());
    Services {
        board,
        crew,
        dispatcher: Arc::new(dispatcher),
        jobs,
        next_run: Arc::default(),
    }
}

fn blank_frames(first: &Arc<Experiment>, options: &Options) -> Frames {
    let first = Frame::blank(options.first, Arc::clone(first));
    let blank = |(id, e): &(LaneId, Arc<Experiment>)| Frame::blank(*id, Arc::clone(e));
    Frames::new(first, options.lanes.iter().map(blank))
}
