//! A path that sets out slowly.

use super::schedule::{Schedule, Scheduler};
use crate::flow::vocabulary::Entry;

/// `alpha = t^2`, `sigma = 1 - t^2`.
pub struct Quadratic;

pub const ENTRY: Entry = Entry::plain(
    "quadratic",
    "α = t²,  σ = 1 − t²",
    "straight lines, from rest.",
);

impl Scheduler for Quadratic {
    fn at(&self, t: f64) -> Schedule {
        Schedule {
            alpha: t * t,
            sigma: 1.0 - t * t,
            d_alpha: 2.0 * t,
            d_sigma: -2.0 * t,
        }
    }
}
