//! The table: a row a lane, a column for every number that says which of two is better.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::experiment::Experiment;

use super::super::{ALL, Better, Metric};
use super::{Estimate, Numbers};

/// What is known of a lane.
#[derive(Clone, Debug)]
pub struct LaneResults {
    /// Its title.
    pub title: String,
    /// What it trains, with whichever seed.
    pub experiment: Arc<Experiment>,
    /// What was measured, once for each seed; a run that failed is not among them.
    pub seeds: Vec<Numbers>,
}

/// Lanes with what was measured of them.
#[derive(Clone, Debug)]
pub struct Comparison {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// What is in it.
    pub metric: &'static Metric,
    /// The number of the lane that is marked as the best, if one is.
    ///
    /// It is marked if its value is better than that of **every** other lane by more than the standard error of the
    /// difference, `sqrt(e_a^2 + e_b^2)`. So nothing is marked where two are best within their errors, where an error is
    /// not known (one seed has none for W2 and NPE), and where there is nothing to compare with. A lane that has
    /// learned nothing (`learned`) takes no part: a network that stands still has S = 0.
    pub best: Option<usize>,
}

/// A lane in the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its number from 0, which its colour and its panel go by, however the table is sorted.
    pub lane: usize,
    /// Its title.
    pub title: String,
    /// What it trains.
    pub experiment: Arc<Experiment>,
    /// Seeds that were measured.
    pub seeds: usize,
    /// Whether a network of it has learned next to nothing, so that its numbers are no merit.
    pub is_unlearned: bool,
    estimates: BTreeMap<&'static str, Estimate>,
}

impl Row {
    fn new(lane: usize, results: LaneResults) -> Self {
        let estimate = |metric: &&&'static Metric| {
            let numbers = results.seeds.iter().filter_map(|seed| seed.get(metric.key));
            let estimate = Estimate::of(&numbers.collect::<Vec<_>>())?;
            Some((metric.key, estimate))
        };
        let estimates = ALL.iter().filter_map(|metric| estimate(&metric)).collect();
        Self {
            lane,
            seeds: results.seeds.len(),
            is_unlearned: results.seeds.iter().any(Numbers::is_unlearned),
            title: results.title,
            experiment: results.experiment,
            estimates,
        }
    }

    /// A number of the lane, of any row of the metrics table.
    pub fn estimate(&self, metric: &Metric) -> Option<&Estimate> {
        self.estimates.get(metric.key)
    }

    /// What its cell says: the mean with its error, and in brackets what that is to be compared with.
    pub fn text(&self, metric: &Metric) -> String {
        let text = metric.in_brackets(|metric| Some(self.estimate(metric)?.text()));
        text.unwrap_or_else(|| "–".to_owned())
    }
}

impl Comparison {
    /// Puts lanes side by side, in their order. A number that no lane has is no column.
    pub fn new(lanes: Vec<LaneResults>) -> Self {
        let rows = lanes.into_iter().enumerate();
        let rows: Vec<Row> = rows
            .map(|(lane, results)| Row::new(lane, results))
            .collect();
        let columns = ALL.iter().filter_map(|&metric| {
            let better = metric.column?;
            let is_there = rows.iter().any(|row| row.estimate(metric).is_some());
            is_there.then(|| Column {
                metric,
                best: best(&rows, metric, better),
            })
        });
        let columns = columns.collect();
        Self { columns, rows }
    }

    /// The columns, in the order of the metrics table.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The lanes, in the order in which they are sorted.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Sorts the lanes by a number, small ones first or large ones; those without it come last, and equal ones stay in
    /// the order of the lanes.
    pub fn sort_by(&mut self, metric: &Metric, descending: bool) {
        self.sort_lanes();
        self.rows
            .sort_by(|a, b| match (a.estimate(metric), b.estimate(metric)) {
                (Some(a), Some(b)) if descending => b.mean.total_cmp(&a.mean),
                (Some(a), Some(b)) => a.mean.total_cmp(&b.mean),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => Ordering::Equal,
            });
    }

    /// Sorts the lanes by their numbers, as they came.
    pub fn sort_lanes(&mut self) {
        self.rows.sort_by_key(|row| row.lane);
    }

    /// What a mark and an error in the table mean, in a sentence; `mark` is how the best is marked.
    pub fn note(&self, mark: &str) -> String {
        let seeds = self.rows.iter().map(|row| row.seeds);
        let (least, most) = (seeds.clone().min(), seeds.max());
        let (errors, whose) = match (least, most) {
            (_, None | Some(0 | 1)) => (
                "the errors are those of its particles",
                "for these networks".to_owned(),
            ),
            (Some(n), Some(most)) if n == most => (
                "the errors are those of the seeds",
                format!("over {n} seeds"),
            ),
            (_, Some(most)) => (
                "the errors are those of the seeds, or of the particles where there is one",
                format!("over up to {most} seeds"),
            ),
        };
        format!(
            "{mark}: best by more than the standard error of the difference to every other lane, {whose}; {errors}."
        )
    }
}

/// The lane that is the best in a column beyond its error, see [`Column::best`].
fn best(rows: &[Row], metric: &Metric, better: Better) -> Option<usize> {
    let able = rows.iter().filter(|row| !row.is_unlearned);
    let values: Vec<(usize, &Estimate)> = able
        .filter_map(|row| Some((row.lane, row.estimate(metric)?)))
        .collect();
    let beats = |a: &Estimate, b: &Estimate| match better {
        Better::Smaller => a.is_below(b),
        Better::Larger => b.is_below(a),
        Better::Neither => false,
    };
    let others = |lane: usize| values.iter().filter(move |(other, _)| *other != lane);
    let is_best =
        |&&(lane, own): &&(usize, &Estimate)| others(lane).all(|(_, other)| beats(own, other));
    match values.len() {
        0 | 1 => None,
        _ => values.iter().find(is_best).map(|(lane, _)| *lane),
    }
}
