//! Floor 2: immutable plain data that crosses threads.
//!
//! A [`Frame`] is all that a window, an exporter or a test may know about a running experiment. It refuses to
//! know how it came about: no Burn, no egui, no threads; it need not even know that training exists.

mod cloud;
mod loss;

use std::sync::Arc;

use crate::experiment::Experiment;
use crate::flow::Point;
use crate::flow::grid::{DensityStack, FieldGrid};
use crate::flow::metrics::PathMetrics;
use crate::flow::reference::HalvingError;
use crate::flow::solver::Solver;
use crate::flow::tableau::RK4;
use crate::flow::trajectory::Trajectories;

pub use cloud::{Cloud, CloudBlock};
pub use loss::{LossHistory, LossPoint, LossRecorder};

/// Which of the flows side by side is meant. One lane is the common case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LaneId(pub u32);

/// Counts the starts of a lane: a result for another run than the current one is dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(pub u64);

impl Frame {
    /// Whether a picture or a measurement of this experiment shows what the frame studies now: the same problem, read
    /// out by the same solver.
    pub fn studies(&self, experiment: &Experiment) -> bool {
        let now = &*self.experiment;
        (&now.problem, now.readout.solver) == (&experiment.problem, experiment.readout.solver)
    }
}

impl RunId {
    /// The run that follows this one.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

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
    /// The engine failed; the last good weights stay and Train starts again.
    Failed {
        /// A sentence for the user.
        message: String,
    },
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
    /// The unweighted CFM loss of every step.
    pub loss: LossHistory,
    /// Source samples on the canvas.
    pub source: Arc<[Point]>,
    /// Target samples on the canvas.
    pub target: Arc<[Point]>,
    /// Coupled pairs `(x_0, x_1)` of the current batch.
    pub pairs: Arc<[(Point, Point)]>,
    /// What the newest weights do to particles; `None` until the first picture is there.
    pub picture: Option<Arc<FlowPicture>>,
    /// More particles than the picture follows, if they were asked for.
    pub cloud: Option<Arc<Cloud>>,
    /// The newest measurement; `None` until the first one is there.
    pub metrics: Option<Arc<Metrics>>,
    /// Whether a measurement is under way.
    pub measuring: bool,
}

/// What one set of weights does: computed in the background, interpolated while painting.
pub struct FlowPicture {
    /// What the weights have learned; right after a change it is not yet what the frame studies.
    pub experiment: Arc<Experiment>,
    /// Training steps behind the weights.
    pub step: u64,
    /// Particles from source to target at every solver node.
    pub trajectories: Trajectories,
    /// Chord length over arc length of each particle's path, in (0, 1].
    pub chord_ratios: Vec<f64>,
    /// The velocity field on a grid of points and times.
    pub field: FieldGrid,
    /// The density of the particles, if it was asked for.
    pub density: Option<DensityStack>,
}

/// A measurement of the flow, see `flow::metrics` for the definitions.
#[derive(Clone, Debug, PartialEq)]
pub struct Metrics {
    /// What the weights have learned; right after a change it is not yet what the frame studies.
    pub experiment: Arc<Experiment>,
    /// Training steps behind the weights.
    pub step: u64,
    /// Trajectories behind the path metrics.
    pub n_samples: usize,
    /// Points behind every W2.
    pub w2_samples: usize,
    /// Means over the trajectories of the reference solver.
    pub path: PathMetrics,
    /// Standard errors of those means.
    pub path_stderr: PathMetrics,
    /// Normalised path energy.
    pub npe: Option<f64>,
    /// Why there is no NPE, in a sentence.
    pub npe_reason: Option<String>,
    /// W2 (the root) between held-out target samples and those that the experiment's solver generates.
    pub w2: Option<f64>,
    /// Mean W2 between pairs of independent target draws of the same size.
    pub w2_floor: Option<f64>,
    /// W2 between the target and the source samples with the target's mean and covariance.
    pub w2_affine: Option<f64>,
    /// Squared W2 between source and target samples.
    pub w2_source_target_squared: Option<f64>,
    /// How far off the root of that may be, because they are samples.
    pub w2_source_target_noise: Option<f64>,
    /// Whether the network has learned something, as far as that can be told.
    pub learned: Option<bool>,
    /// If it has not: that, in a sentence.
    pub learned_reason: Option<String>,
    /// Velocity evaluations per trajectory of the experiment's solver.
    pub nfe: usize,
    /// The experiment's solver.
    pub solver: Solver,
    /// Root mean square distance between the end points of the two solvers.
    pub solver_error: f64,
    /// The solver of the path metrics.
    pub reference: ReferenceSolver,
}

/// Classical Runge-Kutta with steps of unequal length, see `flow::reference`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReferenceSolver {
    /// Its steps.
    pub steps: usize,
    /// What halving the steps has changed.
    pub error: HalvingError,
}

impl ReferenceSolver {
    /// Velocity evaluations per trajectory.
    pub fn nfe(&self) -> usize {
        self.steps * RK4.stages()
    }
}
