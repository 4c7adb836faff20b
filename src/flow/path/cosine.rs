//! The trigonometric interpolant (Albergo & Vanden-Eijnden, arXiv 2209.15571).

use std::f64::consts::FRAC_PI_2;

use super::schedule::{Schedule, Scheduler};
use crate::flow::vocabulary::Entry;

/// `alpha = sin(pi t / 2)`, `sigma = cos(pi t / 2)`.
pub struct Cosine;

pub const ENTRY: Entry = Entry::plain(
    "cosine",
    "α = sin(π t / 2),  σ = cos(π t / 2)",
    "trigonometric, α² + σ² = 1.",
);

impl Scheduler for Cosine {
    fn at(&self, t: f64) -> Schedule {
        let (sin, cos) = (FRAC_PI_2 * t).sin_cos();
        Schedule {
            alpha: sin,
            sigma: cos,
            d_alpha: FRAC_PI_2 * cos,
            d_sigma: -FRAC_PI_2 * sin,
        }
    }
}
