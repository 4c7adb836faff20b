//! What a window would show of a finished flow, made on the calling thread: the frame behind a figure.

use std::sync::Arc;

use crate::experiment::Experiment;
use crate::model::{Checkpoints, DeviceChoice};
use crate::products::{DisplaySamples, Flow, Look, RunId, Tools, display_samples, make_rest};
use crate::snapshot::{DISPLAY_PAIRS, DISPLAY_SAMPLES, Frame, LaneId, RunState};

use super::coupler::pairs_of;
use super::crew::Crew;
use super::engines::Engines;
use super::folder::Saved;
use super::going_on;
use super::gpu_carrier::GpuCarrier;
use super::hands::Hands;
use super::learner::Learner;
use super::observer::{RunError, RunObserver, Unobserved};
use super::untrained;

fn failed(error: impl std::fmt::Display) -> RunError {
    RunError::Failed(error.to_string())
}

/// The lane's samples, before anything has been made of its flow.
///
/// # Errors
/// [`RunError::Failed`] if a distribution cannot be sampled.
pub fn blank(lane: LaneId, experiment: Arc<Experiment>) -> Result<Frame, RunError> {
    let samples = display_samples(&experiment, DISPLAY_SAMPLES);
    let DisplaySamples {
        source,
        target,
        classes,
    } = samples.map_err(failed)?;
    Ok(Frame {
        source,
        target,
        classes,
        ..Frame::blank(lane, experiment)
    })
}

/// The frame of a finished flow without pictures of it.
pub fn seated(learner: &Learner, device: &Arc<str>, flow: &Flow, blank: Frame) -> Frame {
    let pairs = match flow.id.experiment.problem.velocity.is_learned() {
        true => learner.pairs().clone(),
        false => pairs_of(learner.experiment(), 0).unwrap_or_default(),
    };
    Frame {
        state: RunState::Finished,
        device: Arc::clone(device),
        step: learner.steps_taken(),
        loss: learner.losses().history(),
        mean_losses: learner.mean_losses(),
        pairs: pairs.iter().take(DISPLAY_PAIRS).collect(),
        flow: Some(flow.clone()),
        ..blank
    }
}

/// The same with the training behind the flow, of which some may be looked at, too.
pub fn pictured_with_past(
    (frame, past): (Frame, Option<&Arc<Checkpoints>>),
    look: Look,
    choice: DeviceChoice,
    hands: &Hands,
    observer: &mut dyn RunObserver,
) -> Option<Frame> {
    let Some(flow) = &frame.flow else {
        return Some(frame);
    };
    let (said, complaints) = crossbeam_channel::unbounded();
    let tools = Tools {
        parts: hands.parts().clone(),
        carrier: GpuCarrier::of(choice, move |sentence| drop(said.send(sentence))),
        now: 0.0,
    };
    let products = make_rest(frame.products.clone(), (flow, past), &look, &tools, || {
        !observer.interrupted()
    });
    for sentence in complaints.try_iter() {
        observer.notice(&sentence);
    }
    products.map(|products| Frame {
        look,
        products,
        ..frame
    })
}

/// The frame of what a folder holds, made on the CPU, without pictures of its flow. The exact field needs nothing of it.
///
/// # Errors
/// [`RunError`] if the weights cannot be used.
pub fn of_saved(blank: Frame, saved: Option<&Saved>, crew: &Crew) -> Result<Frame, RunError> {
    let engines = Engines::cpu(crew);
    let experiment = Arc::clone(&blank.experiment);
    let known = untrained::flow(&experiment)?;
    let saved = saved.filter(|_| known.is_none());
    let learned = experiment.learned();
    let mut learner = going_on::learner(&learned, saved, &engines, crew, &mut Unobserved)?;
    let flow = match known {
        Some(flow) => flow,
        None => {
            let field = learner.checkpoint().map_err(failed)?;
            Flow::learned(field, experiment, RunId::default())
        }
    };
    Ok(seated(&learner, engines.label(), &flow, blank))
}
