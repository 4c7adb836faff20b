//! What was measured of lanes, as columns.

use crate::scene::metrics::comparison::{Comparison, Estimate, Row};
use crate::scene::metrics::{ALL, Metric};
use crate::scene::numbers::{Column, Table, Values};

/// A number of a lane.
type Known<'a> = (&'a Row, &'static Metric, &'a Estimate);

/// The rows of [`Comparison::csv`] that have a number, with its columns, in single precision: `lane`, `title`, `metric`,
/// `mean`, `standard_error`, `n`. None if nothing was measured.
pub(super) fn table(comparison: &Comparison) -> Option<Table> {
    let of_lane = |row| ALL.iter().filter_map(move |&metric| known(row, metric));
    let cells: Vec<Known> = comparison.rows().iter().flat_map(of_lane).collect();
    let words = |name, words: Vec<&str>| Column {
        name,
        values: Values::Words(words.into_iter().map(str::to_owned).collect()),
    };
    let titles = cells.iter().map(|(row, ..)| row.title.as_str());
    let keys = cells.iter().map(|(_, metric, _)| metric.key);
    let numbers = |name, of: fn(&Known) -> f64| Column::numbers(name, cells.iter().map(of));
    let columns = vec![
        numbers("lane", |(row, ..)| (row.lane + 1) as f64),
        words("title", titles.collect()),
        words("metric", keys.collect()),
        numbers("mean", |(.., estimate)| estimate.mean),
        numbers("standard_error", |(.., estimate)| {
            estimate.error.unwrap_or(f64::NAN)
        }),
        numbers("n", |(.., estimate)| estimate.n as f64),
    ];
    (!cells.is_empty()).then(|| Table::new("metrics", columns))
}

fn known<'a>(row: &'a Row, metric: &'static Metric) -> Option<Known<'a>> {
    Some((row, metric, row.estimate(metric)?))
}
