//! Floor 3: immutable plain data that crosses threads.
//!
//! A [`Frame`] is all that a window, an exporter or a test may know about a running experiment. It refuses to
//! know how it came about: no Burn, no egui, no threads; it need not even know that training exists.

mod loss;
mod step;

use std::sync::Arc;

use crate::experiment::Experiment;
use crate::flow::Point;
use crate::flow::solver::Steps;
use crate::products::{DisplayClasses, Flow, FlowId, Look, Made, Product, Products, RunId};

pub use loss::{LossHistory, LossPoint, LossRecorder, MeanLoss};
pub use step::{StepPair, StepPreview, StepTaken};

/// Points of source and target that a frame carries.
pub const DISPLAY_SAMPLES: usize = 2000;
/// Pairs of the current batch that a frame carries.
pub const DISPLAY_PAIRS: usize = 256;

/// Which of the flows side by side is meant. One lane is the common case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LaneId(pub u32);

/// What the trainer is doing.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum RunState {
    /// Nothing has been trained yet.
    #[default]
    Idle,
    /// Steps are being taken.
    Running,
    /// Stopped by the user; can be resumed.
    Paused,
    /// Training waits for something that the user can supply, such as a stroke on an empty drawing.
    Waiting {
        /// A sentence for the user.
        reason: String,
    },
    /// All steps of the experiment are done.
    Finished,
    /// Nothing is trained: the velocity is the exact one.
    Exact {
        /// What it rests on, or why there is none and what works; a sentence for the user.
        field: Result<String, String>,
    },
    /// The engine failed; the last good weights stay and Train starts again.
    Failed {
        /// A sentence for the user.
        message: String,
    },
}

impl RunState {
    /// Whether nothing is trained, because the velocity is the exact one.
    pub fn is_exact(&self) -> bool {
        matches!(self, Self::Exact { .. })
    }
}

/// One consistent view of a lane, newest wins.
#[derive(Clone)]
pub struct Frame {
    /// The lane it shows.
    pub lane: LaneId,
    /// The run it belongs to.
    pub run: RunId,
    /// The legal experiment that is being trained.
    pub experiment: Arc<Experiment>,
    /// What is to be said about its numbers, see [`Experiment::cautions`].
    pub cautions: Arc<[String]>,
    /// What the trainer is doing.
    pub state: RunState,
    /// The device in words, such as "CPU" or an adapter's name.
    pub device: Arc<str>,
    /// Training steps taken.
    pub step: u64,
    /// The step at which training will be finished.
    pub planned_end: u64,
    /// Training steps per second of late; 0 while not running.
    pub steps_per_sec: f64,
    /// Share of the processor's time that drawing and coupling pairs take, 0 to 1.
    pub coupling_share: f64,
    /// The unweighted CFM loss of every step; over [`crate::experiment::CFM_TIMES`] if not the velocity is predicted.
    pub loss: LossHistory,
    /// What is predicted has a loss of its own; both, over the last steps.
    pub mean_losses: Option<MeanLoss>,
    /// Source samples on the canvas.
    pub source: Arc<[Point]>,
    /// Target samples on the canvas.
    pub target: Arc<[Point]>,
    /// The classes of both.
    pub classes: DisplayClasses,
    /// Coupled pairs `(x_0, x_1)` of the current batch.
    pub pairs: Arc<[(Point, Point)]>,
    /// Training steps laid out for slow motion, in order: those that were taken of late, and last the next one. None
    /// while nobody looks.
    pub steps: Arc<[Arc<StepPreview>]>,
    /// What is looked at.
    pub look: Look,
    /// The steps of which there are checkpoints, ascending.
    pub checkpoints: Arc<[u64]>,
    /// The earlier step that all products are those of, if it is one of those that is looked at.
    pub past: Option<u64>,
    /// The newest flow, or that of the earlier step that is looked at.
    pub flow: Option<Flow>,
    /// What is derived from the lane's flow; each may be older than the step.
    pub products: Products,
}

impl Frame {
    /// What there is to see before anything has been computed.
    pub fn blank(lane: LaneId, experiment: Arc<Experiment>) -> Self {
        Self {
            lane,
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
            mean_losses: None,
            source: Arc::new([]),
            target: Arc::new([]),
            classes: DisplayClasses::default(),
            pairs: Arc::new([]),
            steps: Arc::new([]),
            look: Look::default(),
            checkpoints: Arc::new([]),
            past: None,
            flow: None,
            products: Products::default(),
        }
    }

    /// Whether a product shows what the lane studies and looks at now. Newer weights alone do not make it out of date.
    pub fn is_current<P: Product>(&self, made: &Made<P>) -> bool {
        self.products.is_current(made, &self.experiment, &self.look)
    }

    /// The flow that the lane is at.
    pub fn flow(&self) -> FlowId {
        FlowId {
            experiment: Arc::clone(&self.experiment),
            run: self.run,
            step: self.step,
        }
    }

    /// The training step that is laid out, before which so many were taken.
    pub fn laid_out(&self, step: u64) -> Option<&Arc<StepPreview>> {
        self.steps.iter().find(|laid_out| laid_out.step == step)
    }

    /// The experiment's solver with its evaluations: those of the trajectories that are there, if it made them.
    pub fn solver_legend(&self) -> String {
        let readout = &self.experiment.readout;
        let solver = readout.solver;
        let followed = self.products.trajectories.get();
        let is_asked = |steps: &Steps| steps.solver == solver && steps.sampler() == readout.sampler;
        let followed = followed.filter(|followed| is_asked(&followed.steps));
        followed.map_or_else(|| readout.legend(), |followed| followed.steps.legend())
    }

    /// Whether numbers are on their way and take a while.
    pub fn is_measuring(&self) -> bool {
        self.products.references.under_way || self.products.metrics.under_way
    }
}

/// The frames of all lanes, in the lanes' order; at least one.
#[derive(Clone)]
pub struct Frames(Vec<Arc<Frame>>);

impl Frames {
    /// These; the first one cannot be missing.
    pub fn new(first: Frame, others: impl IntoIterator<Item = Frame>) -> Self {
        let frames = std::iter::once(first).chain(others);
        Self(frames.map(Arc::new).collect())
    }

    /// The frame of a lane; of one that is not there, that of the first.
    pub fn of(&self, lane: LaneId) -> &Arc<Frame> {
        self.get(lane).unwrap_or(&self.0[0])
    }

    /// The frame of a lane, if it is there.
    pub fn get(&self, lane: LaneId) -> Option<&Arc<Frame>> {
        self.0.iter().find(|frame| frame.lane == lane)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Frame>> {
        self.0.iter()
    }

    /// Adds the frame of another lane.
    pub(crate) fn add(&mut self, frame: Frame) {
        self.0.push(Arc::new(frame));
    }

    /// Takes a lane away, unless it is the only one.
    pub(crate) fn remove(&mut self, lane: LaneId) {
        if self.0.iter().any(|frame| frame.lane != lane) {
            self.0.retain(|frame| frame.lane != lane);
        }
    }

    /// Changes a lane's frame, if it is there.
    pub(crate) fn change(&mut self, lane: LaneId, change: impl FnOnce(&mut Frame)) {
        if let Some(frame) = self.0.iter_mut().find(|frame| frame.lane == lane) {
            change(Arc::make_mut(frame));
        }
    }
}
