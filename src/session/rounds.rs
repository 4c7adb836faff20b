//! Reflow without a window: every round trains on the pairs of the flow of the round before, each in a folder of its own
//! below that of the run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::experiment::Experiment;
use crate::flow::coupling::{Coupling, GivenPairs};
use crate::products::carried_pairs;
use crate::snapshot::LaneId;

use super::crew::Crew;
use super::folder::{self, Folder, names};
use super::hands::Hands;
use super::observer::{RunError, RunObserver};
use super::one_run::{Outcome, RunOptions, is_finished, start};
use super::portrait;

/// The folder of a round, from 0.
pub fn of_round(folder: &Path, round: usize) -> PathBuf {
    folder.join(format!("round-{round}"))
}

/// Trains round 0 to the last one, each in `round-k` of the folder, and leaves the last one in the folder itself, too. What
/// is finished stays, what was interrupted goes on.
///
/// # Errors
/// As [`super::run::run`].
pub fn run_rounds(
    experiment: &Experiment,
    folder: &Path,
    options: &RunOptions,
    observer: &mut dyn RunObserver,
) -> Result<Outcome, RunError> {
    let Coupling::Reflow { rounds, pairs, .. } = experiment.problem.coupling else {
        return start(experiment, None, folder, options, observer);
    };
    let input = |error: String| RunError::Input(error);
    experiment
        .legality()
        .map_err(|error| input(error.to_string()))?;
    let whole = Folder::open(folder)?;
    whole.unfinish()?;
    whole.write(names::EXPERIMENT, experiment.to_ron().as_bytes())?;
    let mut given = None;
    for round in 0..=rounds {
        let asked = of_rounds(experiment, round, given.take());
        let place = of_round(folder, round);
        observer.notice(&format!("round {round} of {rounds}"));
        let outcome = one(&asked, &place, options, observer)?;
        if !outcome.finished {
            return Ok(outcome);
        }
        if round == rounds {
            copy(&place, &whole, experiment)?;
            return Ok(outcome);
        }
        given = made_pairs(&asked, &place, pairs, options, observer)?;
        if given.is_none() {
            return Ok(Outcome {
                finished: false,
                report: None,
                figure: None,
            });
        }
    }
    Err(RunError::Failed("no round was trained".to_owned()))
}

/// The experiment of a round on the pairs of the one before. Only the last one may be one step: pairs are those of a flow.
fn of_rounds(experiment: &Experiment, round: usize, given: Option<GivenPairs>) -> Experiment {
    let mut asked = experiment.clone();
    if let Coupling::Reflow { rounds, .. } = &mut asked.problem.coupling
        && *rounds != round
    {
        *rounds = round;
        asked = asked.undistilled();
    }
    asked.problem.pairs = given;
    asked
}

/// A round that is finished, goes on or begins.
fn one(
    asked: &Experiment,
    place: &Path,
    options: &RunOptions,
    observer: &mut dyn RunObserver,
) -> Result<Outcome, RunError> {
    if is_finished(place, asked, options.keep) {
        return Ok(Outcome {
            finished: true,
            report: None,
            figure: None,
        });
    }
    let saved = folder::saved(place)?;
    let saved = saved.filter(|saved| folder::check(place, asked, &saved.state).is_ok());
    start(asked, saved.as_ref(), place, options, observer)
}

/// The pairs of a finished round's flow; none if interrupted.
fn made_pairs(
    asked: &Experiment,
    place: &Path,
    n: usize,
    options: &RunOptions,
    observer: &mut dyn RunObserver,
) -> Result<Option<GivenPairs>, RunError> {
    let failed = |error: std::io::Error| RunError::Failed(error.to_string());
    let crew = options.threads.map_or_else(Crew::of_all_cores, Crew::spawn);
    let crew = crew.map_err(failed)?;
    let hands = Hands::of(&crew);
    let blank = portrait::blank(LaneId(0), Arc::new(asked.clone()))?;
    let frame = portrait::of_saved(blank, folder::saved(place)?.as_ref(), &crew)?;
    let Some(flow) = &frame.flow else {
        return Err(RunError::Failed(format!(
            "{}: there is no flow",
            place.display()
        )));
    };
    let work = carried_pairs(flow, n, hands.parts());
    match hands.compute(work, || !observer.interrupted()) {
        None => Ok(None),
        Some(Some(pairs)) => Ok(Some(pairs)),
        Some(None) => Err(RunError::Failed(format!(
            "{}: the flow takes some points nowhere, so that it has no pairs for the next round",
            place.display()
        ))),
    }
}

/// Copies the files of the last round into the folder of the run; the experiment is that of the run.
fn copy(place: &Path, whole: &Folder, experiment: &Experiment) -> Result<(), RunError> {
    let failed = |error: std::io::Error| RunError::Failed(format!("{}: {error}", place.display()));
    let mut last = None;
    for entry in std::fs::read_dir(place).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let bytes = std::fs::read(entry.path()).map_err(failed)?;
        match name.as_str() {
            names::EXPERIMENT => {}
            // It marks a finished run.
            names::METRICS => last = Some(bytes),
            _ => whole.write(&name, &bytes)?,
        }
    }
    whole.write(names::EXPERIMENT, experiment.to_ron().as_bytes())?;
    last.map_or(Ok(()), |bytes| whole.write(names::METRICS, &bytes))
}

#[cfg(test)]
mod tests;
