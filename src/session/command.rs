//! What may be asked of a session, and what it tells besides its frames.

use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::Sender;

use crate::experiment::{Experiment, View};
use crate::model::DeviceChoice;
use crate::products::Look;
use crate::snapshot::LaneId;

use super::speed::Speed;
use super::trained::Trained;

/// A request to a lane; see [`super::Session::send`].
#[derive(Clone, Debug)]
pub enum Command {
    /// Start, resume, start again after a failure, or go on for another `training.steps` after the end.
    Train,
    /// Stop taking steps; everything else goes on.
    Pause,
    /// One step, then pause.
    StepOnce,
    /// Hold training and lay the next step out in [`Frame::steps`](crate::snapshot::Frame::steps), again after each
    /// single step; or stop doing so. [`Self::Train`] stops it, too.
    SlowMotion(bool),
    /// New weights from the seed; the run counter goes up.
    Reset,
    /// Study this (legal) experiment. The weights stay unless [`Experiment::needs_new_model`] says no.
    SetExperiment(Arc<Experiment>),
    /// Train on another device; falls back to the CPU with the reason.
    SetDevice(DeviceChoice),
    /// What is looked at.
    Look(Box<Look>),
    /// Measure now.
    Measure,
    /// Write all that training needs to go on into this folder.
    SaveRun {
        /// Created if missing.
        folder: PathBuf,
        /// What the experiment's file is to show.
        view: Box<View>,
    },
    /// Say what has been learned so far; nothing if nothing has.
    Tell(Sender<Option<Trained>>),
    /// Open the lane on this (legal) experiment, if there is none of its number.
    Open(Arc<Experiment>),
    /// Close the lane, unless it is the only one.
    Close,
}

/// How lanes that train go forward together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Advance {
    /// Step by step: the one that is behind comes first.
    #[default]
    EqualSteps,
    /// Each as far as it comes in the same time.
    EqualTime,
}

/// What reaches the trainer.
#[derive(Clone, Debug)]
pub(super) enum Message {
    /// A command for one lane.
    Lane(LaneId, Command),
    /// For all of them.
    Advance(Advance),
    /// How fast all of them train.
    Speed(Speed),
    /// The step of training that all of them show, if not the newest.
    Step(Option<u64>),
}

/// Something rare that the user should be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Information.
    Notice(String),
    /// All that training needs to go on is in this folder.
    Saved(PathBuf),
    /// Something went wrong, and what was done about it.
    Problem(String),
}
