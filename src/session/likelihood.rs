//! The likelihood of single points under a flow that was trained before, or needs no training.

use std::path::Path;
use std::sync::Arc;

use crate::experiment::Experiment;
use crate::flow::Point;
use crate::flow::work::finish;
use crate::products::{Flow, LikelihoodAt, RunId};

use super::crew::Crew;
use super::engines::Engines;
use super::folder;
use super::going_on;
use super::observer::{RunError, Unobserved};
use super::untrained;

fn failed(error: impl std::fmt::Display) -> RunError {
    RunError::Failed(error.to_string())
}

/// `log p_1` of every point, as the experiment asks for it; the number that a window shows under the pointer.
///
/// # Errors
/// [`RunError`] if the folder holds no weights of this experiment, or its target cannot be sampled.
pub fn at(
    experiment: &Experiment,
    folder: &Path,
    points: &[Point],
) -> Result<Vec<LikelihoodAt>, RunError> {
    let experiment = Arc::new(experiment.clone());
    if let Some(flow) = untrained::flow(&experiment)? {
        return finish(LikelihoodAt::of_all(&flow, points)).map_err(failed);
    }
    let saved = folder::saved(folder)?;
    let saved = saved.ok_or_else(|| {
        let folder = folder.display();
        RunError::Input(format!("{folder}: there are no weights"))
    })?;
    folder::check(folder, &experiment, &saved.state)?;
    let crew = Crew::spawn(1).map_err(failed)?;
    let engines = Engines::cpu(&crew);
    let mut learner =
        going_on::learner(&experiment, Some(&saved), &engines, &crew, &mut Unobserved)?;
    let field = learner.checkpoint().map_err(failed)?;
    let flow = Flow::learned(field, experiment, RunId::default());
    finish(LikelihoodAt::of_all(&flow, points)).map_err(failed)
}
