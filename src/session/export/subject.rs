//! What figures are made of: a lane with its flow, samples, pairs and losses.

use std::path::Path;
use std::sync::Arc;

use crate::experiment::Experiment;
use crate::model::Checkpoints;
use crate::products::Products;
use crate::scene::lanes::LanePanel;
use crate::snapshot::{Frame, LaneId};

use super::super::crew::Crew;
use super::super::folder::{self, Saved};
use super::super::observer::RunError;
use super::super::{lane_folders, portrait};

/// A lane as figures show it.
#[derive(Clone)]
pub struct Subject {
    /// Its flow, samples, pairs and losses; products are made as a figure needs them.
    pub frame: Frame,
    /// What it is called.
    pub title: String,
    /// The weights at earlier steps, for what runs over training.
    pub history: Option<Arc<Checkpoints>>,
    /// The numbers under it, if they are known; otherwise they are measured.
    pub numbers: Option<Vec<String>>,
}

impl Subject {
    /// The lanes of an experiment, each with the weights that it has left in the folder, or with its exact field.
    ///
    /// # Errors
    /// [`RunError::Input`] if there are no weights, or they learned another problem or belong to another network.
    pub fn of_folder(
        folder: &Path,
        experiment: &Experiment,
        crew: &Crew,
    ) -> Result<Vec<Self>, RunError> {
        let alone = experiment.n_lanes() == 1;
        let saved = match alone && !lane_folders::is_shared(folder) {
            true => vec![folder::saved(folder)?],
            false => lane_folders::saved(folder, experiment)?,
        };
        Self::of_saved(folder, experiment, saved, crew)
    }

    /// The lanes of an experiment with what each of them has learned, which is or would be in this folder.
    ///
    /// # Errors
    /// As [`Self::of_folder`].
    pub fn of_saved(
        folder: &Path,
        experiment: &Experiment,
        saved: Vec<Option<Saved>>,
        crew: &Crew,
    ) -> Result<Vec<Self>, RunError> {
        let lanes = saved.into_iter().enumerate();
        lanes
            .map(|(i, saved)| Self::of_lane(i, folder, experiment, saved, crew))
            .collect()
    }

    /// A lane whose frame holds the numbers that were measured of it.
    pub fn measured(frame: Frame, title: String) -> Self {
        let numbers = LanePanel::measured(&frame, String::new()).numbers;
        Self {
            frame,
            title,
            history: None,
            numbers: Some(numbers),
        }
    }

    /// A lane that was trained into a folder of its own, whose numbers are known.
    ///
    /// # Errors
    /// [`RunError`] if there are no weights, or they cannot be used.
    pub fn of_run(
        lane: LaneId,
        title: String,
        experiment: Experiment,
        folder: &Path,
        numbers: Vec<String>,
        crew: &Crew,
    ) -> Result<Self, RunError> {
        let saved = folder::saved(folder)?;
        let experiment = with_pairs(experiment, saved.as_ref());
        if experiment.problem.velocity.is_learned() {
            check(folder, &experiment, saved.as_ref())?;
        }
        let blank = portrait::blank(lane, Arc::new(experiment))?;
        Ok(Self {
            frame: portrait::of_saved(blank, saved.as_ref(), crew)?,
            title,
            history: None,
            numbers: Some(numbers),
        })
    }

    fn of_lane(
        i: usize,
        folder: &Path,
        experiment: &Experiment,
        saved: Option<Saved>,
        crew: &Crew,
    ) -> Result<Self, RunError> {
        let title = experiment.lane_label(i);
        let lane = experiment.lane(i);
        let lane = lane.map_err(|error| RunError::Input(error.to_string()))?;
        let lane = with_pairs(lane, saved.as_ref());
        if lane.problem.velocity.is_learned() {
            check(folder, &lane, saved.as_ref()).map_err(|error| match experiment.n_lanes() {
                1 => error,
                _ => error.of_lane(&title),
            })?;
        }
        let blank = portrait::blank(LaneId(i as u32), Arc::new(lane))?;
        Ok(Self {
            frame: portrait::of_saved(blank, saved.as_ref(), crew)?,
            title,
            history: saved.and_then(|saved| saved.history),
            numbers: None,
        })
    }

    /// A lane as a window shows it; products are made anew, so that the figure is that of the same weights in a folder.
    pub fn of_frame(frame: &Frame, title: String, history: Option<Arc<Checkpoints>>) -> Self {
        Self {
            frame: Frame {
                products: Products::default(),
                ..frame.clone()
            },
            title,
            history,
            numbers: None,
        }
    }
}

/// What is asked for, with the pairs that the weights were trained on.
fn with_pairs(asked: Experiment, saved: Option<&Saved>) -> Experiment {
    match saved {
        Some(saved) => asked.with_pairs_of(&saved.state.experiment.problem),
        None => asked,
    }
}

/// Whether the weights answer what is asked for.
fn check(folder: &Path, lane: &Experiment, saved: Option<&Saved>) -> Result<(), RunError> {
    let name = folder.display();
    let Some(saved) = saved else {
        return Err(RunError::Input(format!(
            "{name}: there are no weights; `pushforward run {name}` trains them"
        )));
    };
    folder::check(folder, lane, &saved.state)?;
    if saved.state.experiment.problem != lane.learned().problem {
        return Err(RunError::Input(format!(
            "{name}: the weights learned another source, target, path, coupling or sigma; `pushforward run {name}` with \
             the same --set trains them on"
        )));
    }
    Ok(())
}
