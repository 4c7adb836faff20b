//! What a window shows when a figure is made: the lanes, and the experiment with the view.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::experiment::{Experiment, Figure};
use crate::snapshot::Frame;

use super::super::crew::Crew;
use super::super::export::{Drawn, Subject, draw};
use super::super::hands::Hands;
use super::super::observer::{RunError, RunObserver};
use super::moment::Moment;

/// Lanes of which figures are made.
#[derive(Clone)]
pub enum Lanes {
    /// As they are in a run's folder, or would be if they were saved at this moment.
    At(Arc<Moment>),
    /// As the canvas shows them, with their titles, where no folder has that: at an earlier step of training, or at a stage
    /// of a step.
    Seen(Vec<(Arc<Frame>, String)>),
}

/// What a window shows, of which figures are made.
#[derive(Clone)]
pub struct Shown {
    /// Its lanes; one at least.
    pub lanes: Lanes,
    /// The experiment as a file would have it, with the view.
    pub experiment: Arc<Experiment>,
}

impl Shown {
    /// Draws a figure of it; `None` if interrupted.
    pub(super) fn draw(
        &self,
        figure: &Figure,
        measured: Option<&[Vec<String>]>,
        crew: &Crew,
        observer: &mut dyn RunObserver,
    ) -> Result<Option<Drawn>, RunError> {
        let subjects = match &self.lanes {
            Lanes::At(moment) => moment.subjects(&self.experiment, crew, observer)?,
            Lanes::Seen(lanes) => {
                let subject = |(frame, title): &(Arc<Frame>, String)| {
                    Subject::of_frame(frame, title.clone(), None)
                };
                Some(lanes.iter().map(subject).collect())
            }
        };
        let Some(mut subjects) = subjects else {
            return Ok(None);
        };
        for (subject, numbers) in subjects.iter_mut().zip(measured.unwrap_or_default()) {
            subject.numbers = Some(numbers.clone());
        }
        let hands = Hands::of(crew);
        let looked = (figure, &self.experiment.view);
        let drawn = draw(&subjects, looked, &hands, observer)?;
        if let (Lanes::At(moment), Some(drawn)) = (&self.lanes, &drawn) {
            moment.keep(&self.experiment, &drawn.frames);
        }
        Ok(drawn)
    }

    /// The folder in which the lanes are saved, beside others: one that holds the same already, or a new one; `None` if
    /// interrupted.
    pub(super) fn saved(
        &self,
        beside: &Path,
        is_same: fn(&Experiment, &Experiment) -> bool,
        observer: &dyn RunObserver,
    ) -> Result<Option<PathBuf>, RunError> {
        match &self.lanes {
            Lanes::At(moment) => moment.folder(beside, &self.experiment, is_same, observer),
            Lanes::Seen(_) => Err(RunError::Input(NOT_IN_A_FOLDER.to_owned())),
        }
    }

    /// Whether there are weights that a folder can hold.
    pub(super) fn has_weights(&self, observer: &dyn RunObserver) -> Result<bool, RunError> {
        match &self.lanes {
            Lanes::At(moment) => Ok(moment.has_weights(observer)?.unwrap_or(false)),
            Lanes::Seen(_) => Ok(false),
        }
    }
}

/// Why a figure has no command.
const NOT_IN_A_FOLDER: &str = "no folder holds what this figure shows, an earlier step of training or a stage of one: \
     follow the training to have a command";
