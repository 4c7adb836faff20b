//! Powers of time: cond-OT at another speed (Lipman et al., Flow Matching Guide and Code, arXiv 2412.06264).

use super::schedule::{Schedule, Scheduler};
use crate::flow::constant::{Constant, Control, Range};
use crate::flow::vocabulary::Entry;

/// `alpha = t^n`, `sigma = 1 - t^n`.
pub struct Polynomial {
    /// The exponent.
    pub n: f64,
}

pub const ENTRY: Entry = Entry {
    name: "polynomial",
    formula: "α = tⁿ,  σ = 1 − tⁿ",
    hint: "the lines of cond-OT, slow at first.",
    constants: &[Constant {
        name: "n",
        symbol: "n",
        default: 2.0,
        range: Range::closed(1.0, 8.0),
        control: Control::Slider(1.0, 8.0),
        hint: "The exponent: 1 is cond-OT, larger ones begin more slowly and end faster.",
    }],
};

impl Scheduler for Polynomial {
    fn at(&self, t: f64) -> Schedule {
        let alpha = t.powf(self.n);
        let d_alpha = self.n * t.powf(self.n - 1.0);
        Schedule {
            alpha,
            sigma: 1.0 - alpha,
            d_alpha,
            d_sigma: -d_alpha,
        }
    }
}
