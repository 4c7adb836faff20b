//! What a job without a window tells while it works, and why it cannot be done.

/// What the job is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Taking training steps.
    Training,
    /// Solving the evaluation trajectories.
    Solving,
    /// Solving assignments.
    Measuring,
    /// Making the pictures of a film, which are its steps.
    Filming,
    /// Writing files.
    Writing,
}

/// How far the job is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Training steps taken.
    pub step: u64,
    /// Training steps planned.
    pub steps: u64,
    /// The running mean of the loss.
    pub loss: Option<f64>,
    /// Training steps per second so far.
    pub steps_per_sec: f64,
    /// Estimated seconds of training left.
    pub secs_left: Option<f64>,
}

/// Follows a job and may stop it.
pub trait RunObserver: Sync {
    /// Called about ten times a second while training, and at every change of phase.
    fn progress(&mut self, progress: &Progress);
    /// Something that the user should know: what went wrong and was mended, how large a file will be.
    fn notice(&mut self, sentence: &str);
    /// Whether the job should stop training, save what there is and return.
    fn interrupted(&self) -> bool;
}

/// Nobody follows the job, and nobody stops it.
pub struct Unobserved;

impl RunObserver for Unobserved {
    fn progress(&mut self, _progress: &Progress) {}

    fn notice(&mut self, _sentence: &str) {}

    fn interrupted(&self) -> bool {
        false
    }
}

/// Why a job could not be done.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The input is at fault.
    #[error("{0}")]
    Input(String),
    /// Something failed while running.
    #[error("{0}")]
    Failed(String),
}

impl RunError {
    /// The same error with the lane's name in front.
    pub(super) fn of_lane(self, title: &str) -> Self {
        let named = |message| format!("lane \"{title}\": {message}");
        match self {
            Self::Input(message) => Self::Input(named(message)),
            Self::Failed(message) => Self::Failed(named(message)),
        }
    }
}
