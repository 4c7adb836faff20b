//! A headless run of an experiment with lanes: one after the other into a folder each, then the figure of all of them
//! and the list of their numbers.
//!
//! A lane that is finished stays; one that was interrupted goes on. So a run that was stopped in its third lane trains
//! the rest of that one and what follows.

use std::path::{Path, PathBuf};

use crate::experiment::{Experiment, Figure, FigureKind};
use crate::scene::figure::NUMBERS;
use crate::scene::metrics::{Metric, three_digits};
use crate::snapshot::LaneId;

use super::crew::Crew;
use super::export::{self, Subject};
use super::folder::{self, Folder, Saved, names};
use super::hands::Hands;
use super::lane_folders;
use super::lanes_report::{LaneReport, MetricsFile, to_json};
use super::observer::{RunError, RunObserver};
use super::run::{self, Keep, RunOptions};

/// How a run of lanes ended.
pub struct LanesOutcome {
    /// Whether every lane is finished; if not, the run was interrupted and saved what there was.
    pub finished: bool,
    /// The numbers of the lanes that are finished, in order.
    pub lanes: Vec<LaneReport>,
}

/// A lane's place and what it trains.
struct Place {
    title: String,
    folder: PathBuf,
    experiment: Experiment,
}

/// Trains every lane of a legal experiment and writes everything into `folder`; goes on from what the lanes have left in
/// the folder `from`, if one is given, which may be the same.
///
/// # Errors
/// As [`run::run`] and [`run::go_on`], with the lane's name in front; what earlier lanes have made stays.
pub fn run(
    experiment: &Experiment,
    folder: &Path,
    from: Option<&Path>,
    options: &RunOptions,
    observer: &mut dyn RunObserver,
) -> Result<LanesOutcome, RunError> {
    let saved = from.map(|from| lane_folders::saved(from, experiment));
    let mut saved = saved.transpose()?.unwrap_or_default().into_iter();
    let shared = Folder::open(folder)?;
    shared.unfinish()?;
    shared.write(names::EXPERIMENT, experiment.to_ron().as_bytes())?;
    let mut lanes = Vec::new();
    for i in 0..experiment.n_lanes() {
        let title = experiment.lane_label(i);
        let lane = experiment.lane(i);
        let place = Place {
            folder: lane_folders::of_lane(folder, experiment, i),
            experiment: lane.map_err(|error| RunError::Input(error.to_string()))?,
            title,
        };
        let (n, title) = (experiment.n_lanes(), &place.title);
        observer.notice(&format!("lane {} of {n}: {title}", i + 1));
        let may_stay = from == Some(folder);
        let finished = run_lane(&place, saved.next().flatten(), may_stay, options, observer);
        if !finished.map_err(|error| error.of_lane(title))? {
            let finished = false;
            return Ok(LanesOutcome { finished, lanes });
        }
        lanes.push(LaneReport {
            lane: i + 1,
            title: place.title,
            folder: file_name(&place.folder),
            numbers: MetricsFile::read(&place.folder).map_err(RunError::Failed)?,
        });
    }
    let finished = write_figure(&shared, folder, experiment, &lanes, options, observer)?;
    if finished {
        let json = to_json(&lanes).map_err(|error| RunError::Failed(error.to_string()))?;
        shared.write(names::METRICS, &json)?;
    }
    Ok(LanesOutcome { finished, lanes })
}

/// Writes the figure of all lanes as vectors and pixels; `false` if interrupted.
fn write_figure(
    shared: &Folder,
    folder: &Path,
    experiment: &Experiment,
    lanes: &[LaneReport],
    options: &RunOptions,
    observer: &mut dyn RunObserver,
) -> Result<bool, RunError> {
    let crew = options.threads.map_or_else(Crew::of_all_cores, Crew::spawn);
    let crew = crew.map_err(|error| RunError::Failed(error.to_string()))?;
    let subject = |(i, lane): (usize, &LaneReport)| {
        let trains = experiment.lane(i);
        Subject::of_run(
            LaneId(i as u32),
            lane.title.clone(),
            trains.map_err(|error| RunError::Input(error.to_string()))?,
            &folder.join(&lane.folder),
            numbers(&lane.numbers),
            &crew,
        )
    };
    let subjects = lanes.iter().enumerate().map(subject);
    let subjects = subjects.collect::<Result<Vec<Subject>, RunError>>()?;
    let figure = Figure::new(FigureKind::Lanes);
    let looked = (&figure, &experiment.view);
    let drawn = export::draw(&subjects, looked, &Hands::of(&crew), observer)?;
    let Some(drawn) = drawn else {
        return Ok(false);
    };
    let options = export::options(&figure, experiment)?;
    export::write_stills(shared, names::LANES, &drawn.scene, &options)?;
    Ok(true)
}

/// The numbers under a lane, as far as they were measured.
fn numbers(numbers: &MetricsFile) -> Vec<String> {
    let print = |metric: &Metric| numbers.number(metric).map(three_digits);
    let line = |metric: &&Metric| {
        let value = metric.in_brackets(print)?;
        Some(format!("{} = {value}", metric.symbol))
    };
    NUMBERS.iter().filter_map(line).collect()
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Whether the lane is finished now.
fn run_lane(
    place: &Place,
    saved: Option<Saved>,
    may_stay: bool,
    options: &RunOptions,
    observer: &mut dyn RunObserver,
) -> Result<bool, RunError> {
    let Place {
        folder, experiment, ..
    } = place;
    let there = match &saved {
        Some(saved) => saved.folder == *folder,
        // The exact field leaves no weights.
        None => may_stay && !experiment.problem.velocity.is_learned(),
    };
    if there && stays(place, options.keep) {
        observer.notice("is finished");
        return Ok(true);
    }
    let outcome = match saved {
        Some(saved) => run::go_on(experiment, &saved, folder, options, observer),
        None => run::run(experiment, folder, options, observer),
    };
    Ok(outcome?.finished)
}

/// Whether there is nothing to do: not even another view to be drawn.
fn stays(place: &Place, keep: Keep) -> bool {
    let asked = |there: Experiment| there == place.experiment;
    run::is_finished(&place.folder, &place.experiment, keep)
        && folder::experiment(&place.folder).is_ok_and(asked)
}
