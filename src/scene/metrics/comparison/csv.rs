//! The table in long form, for programs.

use std::fmt::Write;

use super::super::ALL;
use super::{Comparison, Row};

/// The first line.
const HEADER: &str = "lane,title,metric,mean,standard_error,n\n";

impl Comparison {
    /// One row for each lane and number, of whatever was measured and not of the columns alone: the lane's number from
    /// 1, its title, the key as in `metrics.json`, mean and standard error as the shortest decimals that read back as
    /// the same values, and the seeds behind them. With `n` 1 the error is that over the particles. What is not known is
    /// an empty cell. RFC 4180, with line feeds.
    pub fn csv(&self) -> String {
        let mut text = HEADER.to_owned();
        for row in self.rows() {
            for metric in ALL {
                let is_there = |row: &Row| row.estimate(metric).is_some();
                if !self.rows().iter().any(is_there) {
                    continue;
                }
                let number = |x: Option<f64>| x.map(|x| x.to_string()).unwrap_or_default();
                let estimate = row.estimate(metric);
                // Writing to a String cannot fail.
                let _ = writeln!(
                    text,
                    "{},{},{},{},{},{}",
                    row.lane + 1,
                    quoted(&row.title),
                    metric.key,
                    number(estimate.map(|estimate| estimate.mean)),
                    number(estimate.and_then(|estimate| estimate.error)),
                    estimate.map_or(0, |estimate| estimate.n),
                );
            }
        }
        text
    }
}

/// A cell of text, in quotes where it has to be.
pub fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}
