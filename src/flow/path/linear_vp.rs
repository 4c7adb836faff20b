//! The variance preserving path whose `alpha` is linear in t ("linear VP" in Lipman et al., Flow Matching Guide and Code,
//! arXiv 2412.06264).

use super::schedule::{Schedule, Scheduler};
use super::vp::CUT_OFF;
use crate::flow::vocabulary::Entry;

/// `alpha = t`, `sigma = sqrt(1 - t^2)`.
pub struct LinearVp;

pub const ENTRY: Entry = Entry::plain(
    "linear VP",
    "α = t,  σ = √(1 − t²)",
    "variance preserving like VP, from the source itself; for the standard Gaussian source.",
);

impl Scheduler for LinearVp {
    fn at(&self, t: f64) -> Schedule {
        // 1 - t^2 without its cancellation near t = 1.
        let sigma = ((1.0 - t) * (1.0 + t)).sqrt();
        Schedule {
            alpha: t,
            sigma,
            d_alpha: 1.0,
            d_sigma: -t / sigma,
        }
    }

    fn time_range(&self) -> (f64, f64) {
        (0.0, 1.0 - CUT_OFF)
    }

    fn needs_standard_gaussian(&self) -> bool {
        true
    }

    /// `E|sigma' x_0|^2 = 2 t^2 / (1 - t^2)` is `1 / (1 - t)` near t = 1, whose integral over a decade of `1 - t` is `ln 10`.
    fn caution(&self) -> Option<String> {
        Some(format!(
            "linear VP's regression target grows without bound as t approaches 1, so it is trained and solved on \
             [0, 1 - {CUT_OFF:e}]; its loss depends on that cut-off, by {:.3} per decade.",
            std::f64::consts::LN_10
        ))
    }
}
