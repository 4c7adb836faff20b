//! A whole job without a window, of one flow or of rounds of reflow. One function of (experiment, folder), without
//! global state, so that many may run one after the other or side by side.

use std::path::Path;

use crate::experiment::Experiment;

use super::folder::Saved;
use super::one_run::start;
use super::rounds::run_rounds;

pub use super::keep::Keep;
pub use super::observer::{Phase, Progress, RunError, RunObserver, Unobserved};
pub use super::one_run::{Outcome, RunOptions, is_finished};

/// Trains the experiment from nothing and writes everything into `folder` (created if missing).
///
/// # Errors
/// [`RunError::Input`] if the experiment (it must have one lane) or the device is at fault, [`RunError::Failed`]
/// otherwise; an unwritable folder is found before training.
pub fn run(
    experiment: &Experiment,
    folder: &Path,
    options: &RunOptions,
    observer: &mut dyn RunObserver,
) -> Result<Outcome, RunError> {
    if experiment.lacks_pairs() {
        return run_rounds(experiment, folder, options, observer);
    }
    start(experiment, None, folder, options, observer)
}

/// Goes on from what an earlier run has saved, and writes everything into `folder`. On the CPU a run that was stopped
/// ends as if it had not been, bit for bit. Without steps left it measures again. What of the experiment has changed
/// since is taken over as `Learner::resume` says.
///
/// # Errors
/// As [`run`]; [`RunError::Input`] also if the experiment asks for fewer steps than have been taken. Whether it asks for
/// another network or seed, [`super::folder::check`] says before.
pub fn go_on(
    experiment: &Experiment,
    saved: &Saved,
    folder: &Path,
    options: &RunOptions,
    observer: &mut dyn RunObserver,
) -> Result<Outcome, RunError> {
    let learned = &saved.state.experiment.problem;
    let experiment = &experiment.clone().with_pairs_of(learned);
    if experiment.lacks_pairs() {
        return run_rounds(experiment, folder, options, observer);
    }
    start(experiment, Some(saved), folder, options, observer)
}
