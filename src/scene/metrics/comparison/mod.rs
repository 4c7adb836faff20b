//! Lanes compared: a table of what was measured, in which the best is marked where it is the best beyond chance.
//!
//! [`Comparison::new`] takes the [`LaneResults`], one a lane with the [`Numbers`] of each seed. Every row of the metrics
//! table that says which of two values is better ([`super::Metric::column`]) is a column, so that a number more is a row
//! there and nothing here. [`Comparison::markdown`], [`Comparison::latex`] and [`Comparison::csv`] write it;
//! [`Comparison::disagreements`] says where two measures order lanes differently, and why, [`Comparison::savings`] how many
//! evaluations a lane needs fewer than the first.
//!
//! It refuses to know who measured, where the results lie and how a table is drawn.

mod csv;
mod disagreements;
mod estimate;
mod lanes;
mod latex;
mod markdown;
mod numbers;
mod savings;

pub use csv::quoted;
pub use disagreements::Disagreement;
pub use estimate::Estimate;
pub use lanes::{Column, Comparison, LaneResults, Row};
pub use latex::{escaped, formula_in_math};
pub use numbers::Numbers;

#[cfg(test)]
mod tests;
