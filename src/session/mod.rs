//! Floor 4: all threads of the program. Commands go in, one `Arc<Frame>` comes out.
//!
//! The trainer owns the lanes and takes training steps; a coupler per lane draws and couples batches ahead of
//! it; latest-request workers turn weights into pictures, clouds and measurements. State travels through a slot
//! where the newest wins, rare events through a bounded queue. The same parts, without the threads that only
//! a window needs, make a headless job ([`run::run`]). This floor refuses to know egui.

pub mod autosave;
pub mod bench;
mod block_crew;
mod board;
mod cloud;
mod command;
mod cores;
mod coupler;
mod cpu_meter;
mod device_thread;
pub(crate) mod documents;
mod engines;
pub mod experiment_file;
pub mod figure;
pub mod files;
pub mod folder;
mod going_on;
mod jobs;
mod lane;
mod learner;
mod measure;
pub(crate) mod memory;
mod metrics_worker;
mod parallel;
mod picture;
mod rate;
mod recovery;
pub mod report;
pub mod run;
mod schedule;
mod table;
mod team;
mod trainer;
mod worker;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::experiment::{Experiment, View};
use crate::model::{DeviceChoice, DeviceInfo, TrainingState};
use crate::snapshot::{Frame, LaneId, LossHistory, RunId, RunState};

use autosave::{Autosave, Leftover};
use board::Board;
use jobs::Jobs;
use lane::{Lane, Workers};
use trainer::Trainer;

pub use board::Wake;
pub use command::{Command, Event, PictureRequest};
pub use cores::{Cores, Loan};
pub use device_thread::{DeviceThread, DistantEngine};
pub use engines::{EngineMaker, Engines};

/// How a session starts.
#[derive(Clone, Default)]
pub struct Options {
    /// Where to train.
    pub device: DeviceChoice,
    /// What training goes on from, if it is not to start from nothing.
    pub trained: Option<Arc<TrainingState>>,
    /// Whether training starts by itself.
    pub autostart: bool,
    /// Other engines than those of `device`.
    pub engines: Option<Engines>,
}

/// One window's worth of threads. Dropping it stops and joins them.
pub struct Session {
    board: Arc<Board>,
    trainer: Trainer,
    jobs: Arc<Jobs>,
    cores: Cores,
    devices: Arc<Mutex<Vec<DeviceInfo>>>,
    probe: Mutex<Option<JoinHandle<()>>>,
}

impl Session {
    /// Starts the threads on a legal experiment; `wake` is called whenever there is something new to see.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn start(experiment: Arc<Experiment>, options: Options, wake: Wake) -> io::Result<Self> {
        let board = Arc::new(Board::new(blank_frame(Arc::clone(&experiment)), wake));
        let cores = Cores::all();
        let jobs = Arc::new(Jobs::spawn(Arc::clone(&board))?);
        let workers = Workers {
            jobs: Arc::clone(&jobs),
            pictures: picture::spawn(Arc::clone(&board), cores.clone())?,
            clouds: cloud::spawn(Arc::clone(&board), cores.clone())?,
            measurements: metrics_worker::spawn(Arc::clone(&board), cores.clone())?,
        };
        let lane_cores = cores.clone();
        let lane_board = Arc::clone(&board);
        let (device, autostart) = (options.device, options.autostart);
        let given = options.engines.is_some();
        let trainer = Trainer::spawn(move || {
            let engines = options.engines.unwrap_or_else(|| Engines::cpu(&lane_cores));
            let trained = options.trained;
            let lane = Lane::new(
                lane_board, lane_cores, workers, engines, experiment, trained,
            );
            BTreeMap::from([(LaneId::default(), lane)])
        })?;
        if device != DeviceChoice::Cpu && !given {
            trainer.send(LaneId::default(), Command::SetDevice(device));
        }
        if autostart {
            trainer.send(LaneId::default(), Command::Train);
        }
        Ok(Self {
            jobs,
            cores,
            board,
            trainer,
            devices: Arc::new(Mutex::new(vec![
                DeviceInfo::cpu(DeviceChoice::Auto),
                DeviceInfo::cpu(DeviceChoice::Cpu),
            ])),
            probe: Mutex::new(None),
        })
    }

    /// The newest frame.
    pub fn frame(&self) -> Arc<Frame> {
        self.board.frame()
    }

    /// Hands a command to the trainer; never blocks.
    pub fn send(&self, command: Command) {
        self.trainer.send(LaneId::default(), command);
    }

    /// Writes the figure that the newest frame and the view make, in the background; an event tells how it ended.
    pub fn export(&self, path: PathBuf, view: View) {
        let frame = self.frame();
        self.jobs
            .push(move || match figure::write(&path, &frame, &view) {
                Ok(()) => Event::Notice(format!("Exported {}", path.display())),
                Err(sentence) => Event::Problem(sentence),
            });
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
    pub fn save_run(&self, folder: PathBuf, view: View) {
        self.send(Command::SaveRun { folder, view });
    }

    /// Lends the window a core for as long as it keeps the loan: a frame is short, and training threads that wait for
    /// one of their own would lose more.
    pub fn lend_core(&self) -> Loan {
        self.cores.lend()
    }

    /// Lends the window a core for so long: what comes after its last chance to say that it is done.
    pub fn lend_core_for(&self, duration: Duration) {
        self.cores.lend_for(duration);
    }

    /// Time that pictures and measurements have taken so far, on threads of their own.
    pub fn background_time(&self) -> Duration {
        self.board.booked()
    }

    /// What happened since the last call, oldest first.
    pub fn drain_events(&self) -> Vec<Event> {
        self.board.drain_events()
    }

    /// The devices known so far. The first call starts looking for a GPU in the background and testing it;
    /// `wake` is called when there is more to see.
    pub fn devices(&self) -> Vec<DeviceInfo> {
        let mut probe = self.probe.lock().unwrap_or_else(PoisonError::into_inner);
        if probe.is_none() {
            let (devices, board) = (Arc::clone(&self.devices), Arc::clone(&self.board));
            let look = move || {
                let gpu = DeviceThread::training().ask(DeviceInfo::gpu);
                let gpu = gpu.unwrap_or_else(|silent| DeviceInfo::no_gpu(&silent.to_string()));
                devices
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(gpu);
                board.update(|_| {});
            };
            *probe = Builder::new().name("devices".to_owned()).spawn(look).ok();
        }
        let devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        devices.clone()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let probe = self.probe.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(probe) = probe.take() {
            probe.join().ok();
        }
    }
}

/// What there is to see before anything has been computed.
pub(crate) fn blank_frame(experiment: Arc<Experiment>) -> Frame {
    Frame {
        lane: LaneId::default(),
        run: RunId::default(),
        planned_end: experiment.training.steps,
        experiment,
        cautions: Arc::new([]),
        state: RunState::Idle,
        device: "CPU".into(),
        step: 0,
        steps_per_sec: 0.0,
        coupling_share: 0.0,
        loss: LossHistory::default(),
        source: Arc::new([]),
        target: Arc::new([]),
        pairs: Arc::new([]),
        picture: None,
        cloud: None,
        metrics: None,
        measuring: false,
    }
}
