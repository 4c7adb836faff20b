//! `run` on an experiment with several lanes.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::args::RunArgs;
use super::input::{self, Origin};
use super::outcome::{Failure, say};
use super::progress::Reporter;
use crate::experiment::Experiment;
use crate::scene::metrics::{Metric, table};
use crate::session::lanes_report::LaneReport;
use crate::session::lanes_run;
use crate::session::run::{RunObserver, RunOptions};

/// The numbers of each lane that a person looks for first.
const COLUMNS: [&Metric; 6] = [
    &table::LOSS,
    &table::STRAIGHTNESS,
    &table::TRANSPORT_COST,
    &table::CHORD_RATIO,
    &table::W2,
    &table::W2_FLOOR,
];

/// Trains every lane into a folder of its own, until `stop` is set.
pub fn run(
    args: &RunArgs,
    origin: &Origin,
    experiment: &Experiment,
    out: &Path,
    options: &RunOptions,
    stop: Arc<AtomicBool>,
) -> Result<(), Failure> {
    let from = match origin {
        Origin::Folder(folder) if !args.fresh => Some(folder.as_path()),
        _ => None,
    };
    let mut reporter = Reporter::new(args.quiet, stop);
    for note in input::notes(experiment, &args.changes) {
        reporter.notice(&note);
    }
    let outcome = lanes_run::run(experiment, out, from, options, &mut reporter)?;
    drop(reporter);
    if !outcome.finished {
        return Err(Failure::Interrupted);
    }
    match args.quiet {
        true => Ok(()),
        false => say(&summary(experiment, &outcome.lanes, out)),
    }
}

/// A line for each lane; all numbers are in `metrics.json`.
fn summary(experiment: &Experiment, lanes: &[LaneReport], out: &Path) -> String {
    let header = COLUMNS.map(|metric| metric.name.to_owned());
    let row = |lane: &LaneReport| {
        let print = |metric: &Metric| lane.numbers.number(metric);
        COLUMNS.map(|metric| print(metric).map_or("-".to_owned(), |v| format!("{v:.4}")))
    };
    let titles = lanes.iter().map(|lane| lane.title.as_str());
    let rows = std::iter::once(("lane", header)).chain(titles.zip(lanes.iter().map(row)));
    let rows: Vec<_> = rows.collect();
    let widest = rows.iter().map(|(title, _)| title.chars().count()).max();
    let widest = widest.unwrap_or_default();
    let mut text = format!("{}: {} lanes\n", experiment.words.name, lanes.len());
    for (title, cells) in rows {
        text += &format!("{title:widest$}");
        for (cell, metric) in cells.iter().zip(COLUMNS) {
            let width = metric.name.len().max(8);
            text += &format!("  {cell:>width$}");
        }
        text.push('\n');
    }
    text + &format!("{}\n", out.display())
}
