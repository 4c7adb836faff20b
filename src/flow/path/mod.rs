//! Conditional probability paths `x_t = alpha_t x_1 + sigma_t x_0`: their schedules and exact derivatives.
//!
//! `x_0` is always the source point *as drawn on the canvas*, so that one formula serves every path: the
//! variance-exploding path, whose literature writes `x_0 ~ N(0, I)`, has its canvas source spread by
//! [`Path::source_scale`] and its `sigma` divided by it. This folder refuses to know distributions, couplings
//! and networks: it sees a time and two points.
//!
//! A path is a file with its formula, its constants and its [`Scheduler`], and a row below.

mod bridge;
mod schedule;

use super::vocabulary::vocabulary;

pub use bridge::{BRIDGE_TIMES, BridgeNoise, bridge_noise};
pub use schedule::{Schedule, Scheduler, interpolate, velocity};

/// A row is the path's name in files, its constants, and the file with its `ENTRY` and the type of its own.
macro_rules! paths {
    ($($Variant:ident $({ $($constant:ident),+ })? = $file:ident,)+) => {
        $(mod $file;)+

        vocabulary! {
            /// A family of conditional paths from the source (t = 0) to the target (t = 1).
            pub enum Path, defaults {
                $($Variant $({ $($constant: f64),+ })? = $file::ENTRY,)+
            }
        }

        impl Path {
            /// What `f` finds of the path, by its own type.
            fn dispatch<T>(&self, f: impl FnOnce(&dyn Scheduler) -> T) -> T {
                match *self {
                    $(Self::$Variant $({ $($constant),+ })? => {
                        f(&$file::$Variant $({ $($constant),+ })?)
                    })+
                }
            }
        }
    };
}

paths! {
    CondOt { sigma_min } = cond_ot,
    Vp { beta_min, beta_max } = vp,
    Ve { sigma_min, sigma_max } = ve,
    Cosine = cosine,
    LinearVp = linear_vp,
    Polynomial { n } = polynomial,
}

impl Path {
    /// The schedule at time `t`, which is clamped to [`Self::time_range`]: `sigma'` of VP and linear VP is infinite at t = 1.
    pub fn at(&self, t: f64) -> Schedule {
        self.dispatch(|path| {
            let (start, end) = path.time_range();
            path.at(t.clamp(start, end))
        })
    }

    /// Spread of the canvas source relative to the drawn one: `sigma_max` for VE, which starts from
    /// `N(0, sigma_max^2 I)`, and 1 for every other path.
    pub fn source_scale(&self) -> f64 {
        self.dispatch(|path| path.source_scale())
    }

    /// The times to train on and to solve between: `(0, 1)`, for VP and linear VP `(0, 1 - 1e-5)`.
    pub fn time_range(&self) -> (f64, f64) {
        self.dispatch(|path| path.time_range())
    }

    /// Whether the path is a diffusion, offered for a standard Gaussian source only (VP, VE and linear VP).
    pub fn needs_standard_gaussian(&self) -> bool {
        self.dispatch(|path| path.needs_standard_gaussian())
    }

    /// What is to be said of every number that comes of the path, in a sentence.
    pub fn caution(&self) -> Option<String> {
        self.dispatch(|path| path.caution())
    }

    /// The path as a legend names it.
    pub fn legend(&self) -> String {
        format!("{} path", self.name())
    }
}

#[cfg(test)]
mod tests;
