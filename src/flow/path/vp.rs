//! Variance preserving diffusion (Lipman et al., arXiv 2210.02747).

use super::schedule::{Schedule, Scheduler};
use crate::flow::constant::{Constant, Control, Range};
use crate::flow::vocabulary::Entry;

/// How far before t = 1 the path is cut off: its `sigma'` grows like `(1 - t)^(-1/2)`, so that a loss means nothing
/// without it.
pub const CUT_OFF: f64 = 1e-5;

/// `alpha = exp(-T(1 - t) / 2)`, `sigma = sqrt(1 - alpha^2)` with `T(s) = s beta_min + s^2 (beta_max - beta_min) / 2`.
pub struct Vp {
    /// Noise rate at the target.
    pub beta_min: f64,
    /// Noise rate at the source.
    pub beta_max: f64,
}

pub const ENTRY: Entry = Entry {
    name: "VP",
    formula: "α = exp(−T(1 − t) / 2),  σ = √(1 − α²),  T(s) = s β_min + s² (β_max − β_min) / 2",
    hint: "variance preserving diffusion, for the standard Gaussian source.",
    constants: &[
        Constant {
            name: "beta_max",
            symbol: "β_max",
            default: 20.0,
            range: Range::closed(0.1, 100.0),
            control: Control::Slider(0.1, 40.0),
            hint: "Noise rate at the source: T(s) = s β_min + s² (β_max − β_min) / 2.",
        },
        Constant {
            name: "beta_min",
            symbol: "β_min",
            default: 0.1,
            range: Range::to_constant(0.0, "beta_max"),
            control: Control::Slider(0.0, f64::INFINITY),
            hint: "Noise rate at the target, at most β_max.",
        },
    ],
};

impl Scheduler for Vp {
    fn at(&self, t: f64) -> Schedule {
        let Self { beta_min, beta_max } = *self;
        // The noise time, above 0.
        let s = 1.0 - t;
        let beta = beta_min + s * (beta_max - beta_min);
        let integral = s * beta_min + 0.5 * s * s * (beta_max - beta_min);
        let alpha = (-0.5 * integral).exp();
        // 1 - alpha^2 without the cancellation that the subtraction suffers where alpha is nearly 1.
        let sigma = (-(-integral).exp_m1()).sqrt();
        let d_alpha = 0.5 * alpha * beta;
        Schedule {
            alpha,
            sigma,
            d_alpha,
            d_sigma: -alpha * d_alpha / sigma,
        }
    }

    fn time_range(&self) -> (f64, f64) {
        (0.0, 1.0 - CUT_OFF)
    }

    fn needs_standard_gaussian(&self) -> bool {
        true
    }

    /// `E|sigma' x_0|^2` is `beta_min / (2 (1 - t))` near t = 1, whose integral over a decade of `1 - t` is the number.
    fn caution(&self) -> Option<String> {
        let per_decade = 0.5 * self.beta_min * std::f64::consts::LN_10;
        Some(format!(
            "VP's regression target grows without bound as t approaches 1, so it is trained and solved on \
             [0, 1 - {CUT_OFF:e}]; its loss depends on that cut-off, by {per_decade:.3} per decade."
        ))
    }
}
