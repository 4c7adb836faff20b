//! Conditional probability paths `x_t = alpha_t x_1 + sigma_t x_0`: their schedules and exact derivatives.
//!
//! `x_0` is always the source point *as drawn on the canvas*, so that one formula serves every path: the
//! variance-exploding path, whose literature writes `x_0 ~ N(0, I)`, has its canvas source spread by
//! [`Path::source_scale`] and its `sigma` divided by it. This file refuses to know distributions, couplings
//! and networks: it sees a time and two points.
//!
//! Sources: Lipman et al., arXiv 2210.02747 (cond-OT, VP, VE); Albergo & Vanden-Eijnden, arXiv 2209.15571
//! (trigonometric interpolant).

use std::f64::consts::FRAC_PI_2;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Point;

/// How far before t = 1 the VP path is cut off. Its `sigma'` grows like `(1 - t)^(-1/2)`, so the expected loss
/// gains 0.115 with every decade by which this shrinks: a VP loss means nothing without it.
pub const VP_CUT_OFF: f64 = 1e-5;

/// Smallest size that [`Schedule::input_scale`] and [`Schedule::output_scale`] reckon with: a target concentrated at
/// the origin must not lead to a division by zero, nor to squares that single precision cannot hold.
const SIZE_FLOOR: f64 = 1e-6;

/// A family of conditional paths from the source (t = 0) to the target (t = 1).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Path {
    /// Conditional optimal transport: `alpha = t`, `sigma = 1 - (1 - sigma_min) t`. Straight lines.
    CondOt {
        /// What is left of the source at t = 1, in `0..1`.
        #[serde(default)]
        sigma_min: f64,
    },
    /// Variance preserving diffusion: `alpha = exp(-T(1 - t) / 2)`, `sigma = sqrt(1 - alpha^2)` with
    /// `T(s) = s beta_min + s^2 (beta_max - beta_min) / 2`.
    Vp {
        /// Noise rate at the target, in `0..=beta_max`.
        #[serde(default = "default_beta_min")]
        beta_min: f64,
        /// Noise rate at the source, in `0.1..=100`.
        #[serde(default = "default_beta_max")]
        beta_max: f64,
    },
    /// Variance exploding diffusion: `alpha = 1`, and on standard normal noise
    /// `sigma = sigma_min (sigma_max / sigma_min)^(1 - t)`.
    Ve {
        /// Noise at the target, in `0.0001..sigma_max`.
        #[serde(default = "default_ve_sigma_min")]
        sigma_min: f64,
        /// Noise at the source, at most 1000.
        #[serde(default = "default_ve_sigma_max")]
        sigma_max: f64,
    },
    /// Trigonometric interpolant: `alpha = sin(pi t / 2)`, `sigma = cos(pi t / 2)`.
    Cosine,
}

impl Default for Path {
    fn default() -> Self {
        Self::CondOt { sigma_min: 0.0 }
    }
}

fn default_beta_min() -> f64 {
    0.1
}

fn default_beta_max() -> f64 {
    20.0
}

fn default_ve_sigma_min() -> f64 {
    0.01
}

fn default_ve_sigma_max() -> f64 {
    10.0
}

/// A parameter of a path that lies outside its range.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("the {path} path's {field} is {value}, but it must lie in {range}")]
pub struct PathError {
    /// The path's name.
    pub path: &'static str,
    /// The parameter's name.
    pub field: &'static str,
    /// Its value.
    pub value: f64,
    /// The range, in words that a user can act on.
    pub range: String,
}

/// A path at one time: the coefficients and their derivatives with respect to t.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// Coefficient of the target point `x_1`.
    pub alpha: f64,
    /// Coefficient of the source point `x_0` on the canvas.
    pub sigma: f64,
    /// `d alpha / dt`.
    pub d_alpha: f64,
    /// `d sigma / dt`.
    pub d_sigma: f64,
}

/// The point on the conditional path, `x_t = alpha_t x_1 + sigma_t x_0`.
pub fn interpolate(schedule: Schedule, x_0: Point, x_1: Point) -> Point {
    let Schedule { alpha, sigma, .. } = schedule;
    [0, 1].map(|i| alpha * x_1[i] + sigma * x_0[i])
}

/// The velocity of the conditional path, `dx_t/dt = alpha'_t x_1 + sigma'_t x_0`: what a network regresses on.
pub fn velocity(schedule: Schedule, x_0: Point, x_1: Point) -> Point {
    let Schedule {
        d_alpha, d_sigma, ..
    } = schedule;
    [0, 1].map(|i| d_alpha * x_1[i] + d_sigma * x_0[i])
}

impl Schedule {
    /// `1 / sqrt(alpha^2 s_q^2 + sigma^2 s_0^2)`: what brings the coordinates of `x_t` to unit size.
    ///
    /// `s_0` and `s_q` are the root mean squares per coordinate, `sqrt(E|x|^2 / 2)`, of the canvas source and
    /// of the target.
    pub fn input_scale(&self, s_0: f64, s_q: f64) -> f64 {
        1.0 / norm(self.alpha * s_q, self.sigma * s_0).max(SIZE_FLOOR)
    }

    /// `sqrt(alpha'^2 s_q^2 + sigma'^2 s_0^2)`: the size of the conditional velocity's coordinates, by which
    /// the network's output is multiplied and by whose square the training loss is divided.
    ///
    /// `s_0` and `s_q` as in [`Self::input_scale`].
    pub fn output_scale(&self, s_0: f64, s_q: f64) -> f64 {
        norm(self.d_alpha * s_q, self.d_sigma * s_0).max(SIZE_FLOOR)
    }
}

/// `sqrt(a^2 + b^2)`. Unlike `f64::hypot`, one instruction each; sizes on the canvas neither over- nor underflow.
fn norm(a: f64, b: f64) -> f64 {
    (a * a + b * b).sqrt()
}

impl Path {
    /// The schedule at time `t`, which is clamped to [`Self::time_range`]: VP's `sigma'` is infinite at t = 1.
    pub fn at(&self, t: f64) -> Schedule {
        let (start, end) = self.time_range();
        let t = t.clamp(start, end);
        match *self {
            Self::CondOt { sigma_min } => Schedule {
                alpha: t,
                // 1 - (1 - sigma_min) t, exact at both ends.
                sigma: 1.0 - t + sigma_min * t,
                d_alpha: 1.0,
                d_sigma: -(1.0 - sigma_min),
            },
            Self::Vp { beta_min, beta_max } => vp(beta_min, beta_max, 1.0 - t),
            Self::Ve {
                sigma_min,
                sigma_max,
            } => {
                let rate = (sigma_min / sigma_max).ln();
                let sigma = (rate * t).exp();
                Schedule {
                    alpha: 1.0,
                    sigma,
                    d_alpha: 0.0,
                    d_sigma: rate * sigma,
                }
            }
            Self::Cosine => {
                let (sin, cos) = (FRAC_PI_2 * t).sin_cos();
                Schedule {
                    alpha: sin,
                    sigma: cos,
                    d_alpha: FRAC_PI_2 * cos,
                    d_sigma: -FRAC_PI_2 * sin,
                }
            }
        }
    }

    /// Spread of the canvas source relative to the drawn one: `sigma_max` for VE, which starts from
    /// `N(0, sigma_max^2 I)`, and 1 for every other path.
    pub fn source_scale(&self) -> f64 {
        match *self {
            Self::Ve { sigma_max, .. } => sigma_max,
            Self::CondOt { .. } | Self::Vp { .. } | Self::Cosine => 1.0,
        }
    }

    /// The times to train on and to solve between: `(0, 1)`, for VP `(0, 1 - 1e-5)`, see [`VP_CUT_OFF`].
    pub fn time_range(&self) -> (f64, f64) {
        match self {
            Self::Vp { .. } => (0.0, 1.0 - VP_CUT_OFF),
            Self::CondOt { .. } | Self::Ve { .. } | Self::Cosine => (0.0, 1.0),
        }
    }

    /// Whether the path is a diffusion, offered for a standard Gaussian source only (VP and VE).
    pub fn needs_standard_gaussian(&self) -> bool {
        matches!(self, Self::Vp { .. } | Self::Ve { .. })
    }

    /// Checks every parameter.
    ///
    /// # Errors
    /// The first parameter outside its range, with its value and that range.
    pub fn validate(&self) -> Result<(), PathError> {
        let require = |inside: bool, field, value, range: String| {
            let path = self.name();
            inside.then_some(()).ok_or(PathError {
                path,
                field,
                value,
                range,
            })
        };
        match *self {
            Self::CondOt { sigma_min: s } => {
                require((0.0..1.0).contains(&s), "sigma_min", s, "0..1".into())
            }
            Self::Vp {
                beta_min: b,
                beta_max: m,
            } => {
                let range = format!("0..={m}, from 0 to beta_max");
                require(
                    (0.1..=100.0).contains(&m),
                    "beta_max",
                    m,
                    "0.1..=100".into(),
                )?;
                require((0.0..=m).contains(&b), "beta_min", b, range)
            }
            Self::Ve {
                sigma_min: s,
                sigma_max: m,
            } => {
                let range = format!("0.0001..{m}, below sigma_max");
                let inside = m > 1e-4 && m <= 1000.0;
                require(inside, "sigma_max", m, "0.0001..=1000".into())?;
                require((1e-4..m).contains(&s), "sigma_min", s, range)
            }
            Self::Cosine => Ok(()),
        }
    }

    /// The name that a reader of the literature knows.
    pub fn name(&self) -> &'static str {
        match self {
            Self::CondOt { .. } => "cond-OT",
            Self::Vp { .. } => "VP",
            Self::Ve { .. } => "VE",
            Self::Cosine => "cosine",
        }
    }

    /// The schedule in one line, for a tooltip.
    pub fn formula(&self) -> &'static str {
        match self {
            Self::CondOt { .. } => "α = t,  σ = 1 − (1 − σ_min) t",
            Self::Vp { .. } => {
                "α = exp(−T(1 − t) / 2),  σ = √(1 − α²),  T(s) = s β_min + s² (β_max − β_min) / 2"
            }
            Self::Ve { .. } => "α = 1,  σ = σ_min (σ_max / σ_min)^(1 − t)",
            Self::Cosine => "α = sin(π t / 2),  σ = cos(π t / 2)",
        }
    }
}

/// The VP schedule at the noise time `s = 1 - t > 0`.
fn vp(beta_min: f64, beta_max: f64, s: f64) -> Schedule {
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

#[cfg(test)]
mod tests;
