//! The figure of several lanes, made from what they have left in their folders.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::experiment::{Experiment, View};
use crate::flow::Bounds;
use crate::model::DeviceChoice;
use crate::products::Look;
use crate::scene::figure::NUMBERS;
use crate::scene::lanes::{self, LanePanel, columns};
use crate::scene::metrics::{Metric, three_digits};
use crate::scene::{Around, Page, Scene, Style};
use crate::snapshot::{Frame, LaneId};

use super::crew::Crew;
use super::figure;
use super::folder::{self, Folder, names};
use super::hands::Hands;
use super::lanes_report::{LaneReport, MetricsFile};
use super::observer::{RunError, RunObserver};
use super::portrait;
use super::run::RunOptions;

/// A lane as the figure shows it.
pub struct Shown {
    /// What it is called.
    pub title: String,
    /// What it trains.
    pub experiment: Arc<Experiment>,
    /// The folder of its run.
    pub folder: PathBuf,
    /// The numbers under it.
    pub numbers: Vec<String>,
}

/// Writes the figure of a run of lanes as vectors and pixels; `false` if interrupted.
///
/// # Errors
/// [`RunError`] if weights cannot be read, or the system refuses a file.
pub fn write(
    shared: &Folder,
    folder: &Path,
    experiment: &Experiment,
    lanes: &[LaneReport],
    options: &RunOptions,
    observer: &mut dyn RunObserver,
) -> Result<bool, RunError> {
    let shown = lanes.iter().enumerate().map(|(i, lane)| {
        let trains = experiment.lane(i);
        Ok(Shown {
            title: lane.title.clone(),
            experiment: Arc::new(trains.map_err(|error| RunError::Input(error.to_string()))?),
            folder: folder.join(&lane.folder),
            numbers: numbers(&lane.numbers),
        })
    });
    let shown = shown.collect::<Result<Vec<Shown>, RunError>>()?;
    let view = &experiment.view;
    let columns = columns(shown.len());
    let Some(figure) = draw(&shown, view, columns, options.threads, observer)? else {
        return Ok(false);
    };
    figure::write_both(shared, names::LANES, &figure)?;
    Ok(true)
}

/// The figure of lanes that have left weights; `None` if interrupted.
///
/// # Errors
/// [`RunError`] if weights cannot be read or used.
pub fn draw(
    lanes: &[Shown],
    view: &View,
    columns: usize,
    threads: Option<usize>,
    observer: &mut dyn RunObserver,
) -> Result<Option<Scene>, RunError> {
    let crew = threads.map_or_else(Crew::of_all_cores, Crew::spawn);
    let crew = crew.map_err(|error| RunError::Failed(error.to_string()))?;
    let blank = |(i, lane): (usize, &Shown)| {
        portrait::blank(LaneId(i as u32), Arc::clone(&lane.experiment))
    };
    let blanks = lanes.iter().enumerate().map(blank);
    let blanks = blanks.collect::<Result<Vec<Frame>, RunError>>()?;
    let seen = visible(lanes, &blanks, view, columns);
    let hands = Hands::of(&crew);
    let mut frames = Vec::new();
    for (lane, blank) in lanes.iter().zip(blanks) {
        let saved = folder::saved(&lane.folder)?;
        if saved.is_none() && lane.experiment.problem.velocity.is_learned() {
            let folder = lane.folder.display();
            return Err(RunError::Failed(format!("{folder}: there are no weights")));
        }
        let look = Look {
            density: true,
            metrics: false,
            ..Look::of(&blank.experiment.view, seen)
        };
        let frame = portrait::of_saved(blank, saved.as_ref(), &crew)?;
        match portrait::pictured(frame, look, DeviceChoice::Cpu, &hands, observer) {
            Some(frame) => frames.push(frame),
            None => return Ok(None),
        }
    }
    let lanes = panels(lanes, &frames);
    let grid = lanes::grid(&lanes, view, view.t, columns, Around::default());
    Ok(Some(grid.scene(&grid.page(Page::figure(Style::Paper)))))
}

/// The part of the plane that the figure shows.
fn visible(lanes: &[Shown], blanks: &[Frame], view: &View, columns: usize) -> Bounds {
    let lanes = panels(lanes, blanks);
    let grid = lanes::grid(&lanes, view, view.t, columns, Around::default());
    let seen = grid.visible(&grid.page(Page::figure(Style::Paper)));
    seen.unwrap_or(Bounds::square(4.0))
}

fn panels<'a>(lanes: &[Shown], frames: &'a [Frame]) -> Vec<LanePanel<'a>> {
    let panel = |(lane, frame): (&Shown, &'a Frame)| LanePanel {
        frame,
        title: lane.title.clone(),
        numbers: lane.numbers.clone(),
    };
    lanes.iter().zip(frames).map(panel).collect()
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
