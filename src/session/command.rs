//! What may be asked of a session, and what it tells besides its frames.

use std::path::PathBuf;
use std::sync::Arc;

use crate::experiment::{Experiment, Layer, View};
use crate::flow::Bounds;
use crate::model::DeviceChoice;
use crate::snapshot::LaneId;

/// A request to the trainer; see [`super::Session::send`].
#[derive(Clone, Debug)]
pub enum Command {
    /// Start, resume, start again after a failure, or go on for another `training.steps` after the end.
    Train,
    /// Stop taking steps; everything else goes on.
    Pause,
    /// One step, then pause.
    StepOnce,
    /// New weights from the seed; the run counter goes up.
    Reset,
    /// Study this (legal) experiment. The weights stay unless [`Experiment::needs_new_model`] says no.
    SetExperiment(Arc<Experiment>),
    /// Train on another device; falls back to the CPU with the reason.
    SetDevice(DeviceChoice),
    /// What the pictures should cover.
    Look(PictureRequest),
    /// Measure now.
    Measure,
    /// Write all that training needs to go on into this folder.
    SaveRun {
        /// Created if missing.
        folder: PathBuf,
        /// What the experiment's file is to show.
        view: View,
    },
}

/// A command with the lane it is for.
#[derive(Clone, Debug)]
pub(super) struct Addressed {
    pub lane: LaneId,
    pub command: Command,
}

/// What a picture of the flow should cover.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PictureRequest {
    /// Particles to follow from source to target.
    pub particles: usize,
    /// Particles of a cloud beside them, if one is wanted.
    pub cloud: Option<usize>,
    /// Arrows of the velocity field along the longer side of `bounds`; 0 for none.
    pub field: usize,
    /// What the camera sees: where field and density are evaluated.
    pub bounds: Bounds,
    /// Whether the density of the particles is wanted.
    pub density: bool,
}

impl PictureRequest {
    /// What the view shows of this part of the plane.
    pub fn of(view: &View, bounds: Bounds) -> Self {
        Self {
            particles: view.followed(),
            cloud: view.cloud(),
            field: view.field,
            bounds,
            density: view.layers.contains(&Layer::Density),
        }
    }
}

impl Default for PictureRequest {
    fn default() -> Self {
        Self {
            particles: 1000,
            cloud: None,
            field: 24,
            bounds: Bounds::square(4.0),
            density: false,
        }
    }
}

/// Something rare that the user should be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Information.
    Notice(String),
    /// Something went wrong, and what was done about it.
    Problem(String),
}
