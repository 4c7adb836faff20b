//! A headless run of the exact field: nothing is trained, so that it leaves no weights.

use std::sync::Arc;

use crate::experiment::Experiment;
use crate::products::{Flow, RunId, marginal_field};

use super::folder::{Folder, names};
use super::lane::without_field;
use super::observer::RunError;

/// What stands in the place of the device that trained.
pub const DEVICE: &str = "none: exact field";

/// What training leaves and can be made again from its state.
const OF_THE_WEIGHTS: [&str; 2] = [names::MODEL, names::LOSS];
/// The state and what belongs to it.
const STATE: [&str; 2] = [names::STATE, names::CHECKPOINTS];

/// The flow of the exact field; none if a learned one is asked for.
///
/// # Errors
/// [`RunError::Input`] if the problem has no exact field, with what works.
pub fn flow(experiment: &Experiment) -> Result<Option<Flow>, RunError> {
    if experiment.problem.velocity.is_learned() {
        return Ok(None);
    }
    let field = marginal_field(experiment);
    let field = field.map_err(|reason| RunError::Input(without_field(&reason)))?;
    let experiment = Arc::new(experiment.clone());
    Ok(Some(Flow::exact(field, experiment, RunId::default())))
}

/// What the exact field of an experiment rests on, in a sentence.
///
/// # Errors
/// A sentence, if the problem has none, that says what works.
pub fn exact_field(experiment: &Experiment) -> Result<String, String> {
    match marginal_field(experiment) {
        Ok(field) => Ok(field.basis().sentence()),
        Err(reason) => Err(without_field(&reason)),
    }
}

/// Writes what is asked for, in the place of what a training has left. The state of one that the folder goes on from
/// stays, for whoever asks for the learned field again.
///
/// # Errors
/// [`RunError::Failed`] if the system refuses.
pub fn write(folder: &Folder, experiment: &Experiment, goes_on: bool) -> Result<(), RunError> {
    folder.remove(&OF_THE_WEIGHTS)?;
    if !goes_on {
        folder.remove(&STATE)?;
    }
    folder.write(names::EXPERIMENT, experiment.to_ron().as_bytes())
}
