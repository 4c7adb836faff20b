//! What trains in a headless run: a network from nothing, or one that an earlier run has left, which is said.

use std::sync::Arc;

use crate::experiment::Experiment;
use crate::model::{Checkpoints, TrainingState, Widths};

use super::crew::Crew;
use super::engines::Engines;
use super::folder::Saved;
use super::learner::{Learner, LearnerError};
use super::observer::{RunError, RunObserver};

/// The learner, with a crew.
///
/// # Errors
/// [`RunError::Input`] if a distribution cannot be sampled or fewer steps are asked for than have been taken.
pub fn learner(
    experiment: &Experiment,
    saved: Option<&Saved>,
    engines: &Engines,
    crew: &Crew,
    observer: &mut dyn RunObserver,
) -> Result<Learner, RunError> {
    let wanted = Arc::new(experiment.clone());
    let made = match saved {
        Some(saved) => {
            refuse_fewer_steps(experiment, &saved.state)?;
            Learner::resume(wanted, engines, &saved.state, crew)
        }
        None => Learner::new(wanted, engines, crew),
    };
    let learner = made.map_err(|error| match error {
        LearnerError::Distribution(reason) => RunError::Input(reason.to_string()),
        other => RunError::Failed(other.to_string()),
    })?;
    if let Some(saved) = saved {
        let complaint = saved.complaint();
        if !complaint.is_empty() {
            observer.notice(&complaint);
        }
        observer.notice(&how_it_goes_on(&saved.state, &learner));
    }
    Ok(learner)
}

/// Keeps as many checkpoints as fit into a file and are asked for, those of the earlier part of the run among them. The
/// end of the run will be one more.
pub fn keep_history(learner: &mut Learner, saved: Option<&Saved>, most: usize) {
    let n_params = Widths::of(&learner.experiment().model).n_params();
    let room = most.min(Checkpoints::most_in_a_file(n_params));
    let earlier = saved.and_then(|saved| Some((&*saved.state, saved.history.as_deref()?)));
    learner.keep_history(room.saturating_sub(1), earlier);
}

/// With another task the steps are those of a new schedule; otherwise they are all steps.
fn refuse_fewer_steps(experiment: &Experiment, state: &TrainingState) -> Result<(), RunError> {
    let (taken, asked) = (state.step(), experiment.training.steps);
    let anew = state.experiment.problem != experiment.problem;
    if anew || asked == state.experiment.training.steps || asked >= taken {
        return Ok(());
    }
    Err(RunError::Input(format!(
        "{taken} steps have been taken and {asked} are asked for: --steps {taken} measures again, more steps go on from \
         there, --fresh trains from nothing"
    )))
}

/// From where to where training goes on, in a sentence.
fn how_it_goes_on(state: &TrainingState, learner: &Learner) -> String {
    let (step, end) = (learner.steps_taken(), learner.planned_end());
    let left = end.saturating_sub(step);
    if left == 0 {
        format!("all {step} steps have been taken: measured again (--steps N takes more)")
    } else if learner.plan().start == state.plan.start {
        format!("goes on from step {step} of {end}")
    } else {
        format!(
            "goes on from step {step} with a new schedule of the learning rate over {left} steps"
        )
    }
}
