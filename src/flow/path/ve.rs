//! Variance exploding diffusion (Lipman et al., arXiv 2210.02747).

use super::schedule::{Schedule, Scheduler};
use crate::flow::constant::{Constant, Control, Range};
use crate::flow::vocabulary::Entry;

/// `alpha = 1`, and on standard normal noise `sigma = sigma_min (sigma_max / sigma_min)^(1 - t)`.
///
/// The canvas source is `sigma_max` times that noise, so that `sigma` is divided by it here.
pub struct Ve {
    /// Noise at the target.
    pub sigma_min: f64,
    /// Noise at the source.
    pub sigma_max: f64,
}

pub const ENTRY: Entry = Entry {
    name: "VE",
    formula: "α = 1,  σ = σ_min (σ_max / σ_min)^(1 − t)",
    hint: "variance exploding diffusion, from N(0, σ_max² I).",
    constants: &[
        Constant {
            name: "sigma_max",
            symbol: "σ_max",
            default: 10.0,
            range: Range::above(1e-4, 1000.0),
            control: Control::Slider(1.0, 80.0),
            hint: "Noise at the source: the canvas source is N(0, σ_max² I).",
        },
        Constant {
            name: "sigma_min",
            symbol: "σ_min",
            default: 0.01,
            range: Range::below_constant(1e-4, "sigma_max"),
            control: Control::Slider(1e-3, 0.5),
            hint: "Noise at the target, below σ_max.",
        },
    ],
};

impl Scheduler for Ve {
    fn at(&self, t: f64) -> Schedule {
        let rate = (self.sigma_min / self.sigma_max).ln();
        let sigma = (rate * t).exp();
        Schedule {
            alpha: 1.0,
            sigma,
            d_alpha: 0.0,
            d_sigma: rate * sigma,
        }
    }

    fn source_scale(&self) -> f64 {
        self.sigma_max
    }

    fn needs_standard_gaussian(&self) -> bool {
        true
    }
}
