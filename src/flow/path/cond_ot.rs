//! Conditional optimal transport: straight lines (Lipman et al., arXiv 2210.02747).

use super::schedule::{Schedule, Scheduler};
use crate::flow::constant::{Constant, Control, Range};
use crate::flow::vocabulary::Entry;

/// `alpha = t`, `sigma = 1 - (1 - sigma_min) t`.
pub struct CondOt {
    /// What is left of the source at t = 1.
    pub sigma_min: f64,
}

pub const ENTRY: Entry = Entry {
    name: "cond-OT",
    formula: "α = t,  σ = 1 − (1 − σ_min) t",
    hint: "straight lines at constant speed.",
    constants: &[Constant {
        name: "sigma_min",
        symbol: "σ_min",
        default: 0.0,
        range: Range::below(0.0, 1.0),
        control: Control::Slider(0.0, 0.5),
        hint: "σ at t = 1: what is left of the source, σ = 1 − (1 − σ_min) t.",
    }],
};

impl Scheduler for CondOt {
    fn at(&self, t: f64) -> Schedule {
        let sigma_min = self.sigma_min;
        Schedule {
            alpha: t,
            // 1 - (1 - sigma_min) t, exact at both ends.
            sigma: 1.0 - t + sigma_min * t,
            d_alpha: 1.0,
            d_sigma: -(1.0 - sigma_min),
        }
    }
}
