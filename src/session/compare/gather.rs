//! What a comparison says: its raw rows, its table, and its figures, made from the folders of its runs.

use std::sync::Arc;

use serde_json::Value;

use crate::experiment::{Figure, FigureKind};
use crate::export::Options;
use crate::scene::Style;
use crate::scene::figure::NUMBERS;
use crate::scene::lanes::columns;
use crate::scene::metrics::ALL;
use crate::scene::metrics::comparison::{Comparison as Table, LaneResults, Numbers, Row, quoted};
use crate::snapshot::LaneId;

use super::super::crew::Crew;
use super::super::export::{self, Subject, write_stills};
use super::super::folder::{self, Folder};
use super::super::hands::Hands;
use super::super::lanes_report::MetricsFile;
use super::super::observer::RunError;
use super::curves::curves;
use super::options::{CompareObserver, CompareOptions};
use super::plan::{Comparison, Run};
use super::pool::Failures;
use super::theorem::theorem;

/// Names of the files.
pub mod names {
    /// A row for each run.
    pub const RUNS: &str = "runs.csv";
    /// A row for each lane and number.
    pub const TABLE_CSV: &str = "table.csv";
    /// The table for a README.
    pub const TABLE_MD: &str = "table.md";
    /// The table for a paper.
    pub const TABLE_TEX: &str = "table.tex";
    /// The numbers against a list of numbers.
    pub const CURVE: [&str; 2] = ["curve.svg", "curve.png"];
    /// What batch-OT's theorem speaks of, against the size of blocks.
    pub const THEOREM: [&str; 2] = ["theorem.svg", "theorem.png"];
}

/// The most lanes that a figure shows.
const MAX_SHOWN: usize = 36;
/// As many values of the last list as there may be columns.
const MAX_COLUMNS: usize = 4;

/// Writes everything from what the runs have left; `None` if interrupted.
///
/// # Errors
/// [`RunError`] if the system refuses a file.
pub fn gather(
    comparison: &Comparison,
    runs: &[Run],
    failures: &Failures,
    shared: &Folder,
    options: &CompareOptions,
    observer: &mut dyn CompareObserver,
) -> Result<Option<Table>, RunError> {
    let read = |(i, run): (usize, &Run)| match failures.get(&i) {
        Some(error) => Err(error.clone()),
        None => MetricsFile::read(&run.folder),
    };
    let results: Vec<Result<MetricsFile, String>> = runs.iter().enumerate().map(read).collect();
    shared.write(names::RUNS, raw_rows(comparison, runs, &results).as_bytes())?;
    let table = table(comparison, runs, &results);
    shared.write(names::TABLE_CSV, table.csv().as_bytes())?;
    shared.write(names::TABLE_MD, table.markdown().as_bytes())?;
    shared.write(names::TABLE_TEX, table.latex().as_bytes())?;
    let over_numbers = [
        (names::CURVE, curves(comparison, &table, recipe(&table))),
        (names::THEOREM, theorem(comparison, &table, recipe(&table))),
    ];
    for (names, figure) in over_numbers {
        if let Some(figure) = figure {
            let (scene, options) = (figure.scene(Style::Paper), Options::default());
            write_stills(shared, names, &scene, &options)?;
        }
    }
    // The workers have ended: their cores are free.
    let crew = Crew::spawn(options.share.jobs * options.share.threads);
    let crew = crew.map_err(|error| RunError::Failed(error.to_string()))?;
    let shown = shown(comparison, runs, &results, &table, &crew)?;
    if shown.is_empty() {
        return Ok(Some(table));
    }
    if shown.len() < comparison.lanes().len() {
        let (n, of) = (shown.len(), comparison.lanes().len());
        observer.notice(&format!(
            "note: {} shows {n} of {of} lanes",
            folder::names::LANES[1]
        ));
    }
    let document = comparison.document();
    let figure = Figure {
        columns: Some(columns_of(comparison, shown.len())),
        ..Figure::new(FigureKind::Lanes)
    };
    let looked = (&figure, &document.view);
    let Some(drawn) = export::draw(&shown, looked, &Hands::of(&crew), observer)? else {
        return Ok(None);
    };
    let options = export::options(&figure, &document)?;
    write_stills(shared, folder::names::LANES, &drawn.scene, &options)?;
    Ok(Some(table))
}

/// The values of the last of several lists stand side by side, if there are few of them.
fn columns_of(comparison: &Comparison, n_shown: usize) -> usize {
    let last = comparison
        .lists()
        .last()
        .map_or(1, |list| list.values.len());
    match (2..=MAX_COLUMNS).contains(&last) && last < n_shown {
        true => last,
        false => columns(n_shown),
    }
}

fn table(comparison: &Comparison, runs: &[Run], results: &[Result<MetricsFile, String>]) -> Table {
    let of_lane = |(i, lane): (usize, &crate::experiment::Variant)| {
        let seeds = runs.iter().zip(results).filter(|(run, _)| run.lane == i);
        let seeds = seeds.filter_map(|(_, result)| result.as_ref().ok());
        LaneResults {
            title: lane.title.clone(),
            experiment: Arc::new(lane.experiment.clone()),
            seeds: seeds
                .map(|file| Numbers::from_json(&file.to_value()))
                .collect(),
        }
    };
    let lanes = comparison.lanes().iter().enumerate();
    Table::new(lanes.map(of_lane).collect())
}

/// What the errors in the figures are, in a line.
fn recipe(table: &Table) -> String {
    match table.rows().iter().map(|row| row.seeds).max() {
        Some(n) if n > 1 => format!("mean of {n} seeds with its standard error"),
        _ => "one seed; bars are the standard error over its particles".to_owned(),
    }
}

/// A row for each run: its lane, what it has of each list, its seed, every number, and the error of one that failed.
fn raw_rows(
    comparison: &Comparison,
    runs: &[Run],
    results: &[Result<MetricsFile, String>],
) -> String {
    let keys: Vec<&str> = ALL.iter().map(|metric| metric.key).collect();
    let is_there = |key: &&str| results.iter().flatten().any(|file| file.get(key).is_some());
    let keys: Vec<&str> = keys.into_iter().filter(is_there).collect();
    let lists = comparison.lists().iter().map(|list| list.key.as_str());
    let header = ["lane", "title"].into_iter().chain(lists);
    let header = header
        .chain(["seed"])
        .chain(keys.iter().copied())
        .chain(["error"]);
    let mut text = row(header.map(str::to_owned));
    for (run, result) in runs.iter().zip(results) {
        let Some(lane) = comparison.lanes().get(run.lane) else {
            continue;
        };
        let values = comparison.lists().iter().zip(lane.place.iter().skip(1));
        let values = values.map(|(list, &i)| list.values.get(i).cloned().unwrap_or_default());
        let file = result.as_ref().ok();
        let numbers = keys.iter().map(|key| {
            let value = file.and_then(|file| file.get(key));
            value.map_or_else(String::new, printed)
        });
        let error = result.as_ref().err().cloned().unwrap_or_default();
        let first = [(run.lane + 1).to_string(), lane.title.clone()];
        let cells = first
            .into_iter()
            .chain(values)
            .chain([run.seed.to_string()]);
        text += &row(cells.chain(numbers).chain([error]));
    }
    text
}

fn printed(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

fn row(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|cell| quoted(&cell)).collect();
    cells.join(",") + "\n"
}

/// The lanes with a run to show, the first seed that is there, under it the numbers of all seeds.
fn shown(
    comparison: &Comparison,
    runs: &[Run],
    results: &[Result<MetricsFile, String>],
    table: &Table,
    crew: &Crew,
) -> Result<Vec<Subject>, RunError> {
    let of_lane = |(i, lane): (usize, &crate::experiment::Variant)| {
        let mut runs = runs.iter().zip(results).filter(|(run, _)| run.lane == i);
        let (run, _) = runs.find(|(_, result)| result.is_ok())?;
        let row = table.rows().iter().find(|row| row.lane == i);
        Some(Subject::of_run(
            LaneId(i as u32),
            lane.title.clone(),
            run.experiment.clone(),
            &run.folder,
            row.map(numbers).unwrap_or_default(),
            crew,
        ))
    };
    let lanes = comparison.lanes().iter().enumerate();
    lanes.filter_map(of_lane).take(MAX_SHOWN).collect()
}

/// The numbers under a lane; what one is to be compared with stands by itself, as errors make it long.
fn numbers(row: &Row) -> Vec<String> {
    let mut lines = Vec::new();
    for metric in NUMBERS {
        let Some(estimate) = row.estimate(metric) else {
            continue;
        };
        lines.push(format!("{} = {}", metric.symbol, estimate.text()));
        let beside = metric
            .beside
            .and_then(|other| Some((other, row.estimate(other)?)));
        lines
            .extend(beside.map(|(other, estimate)| format!("{} {}", other.label, estimate.text())));
    }
    lines
}
