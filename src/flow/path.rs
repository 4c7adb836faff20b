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

/// Smallest size that [`Path::input_scale`] and [`Path::output_scale`] reckon with: a target concentrated at
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

    /// `1 / sqrt(alpha^2 s_q^2 + sigma^2 s_0^2)`: what brings the coordinates of `x_t` to unit size.
    ///
    /// `s_0` and `s_q` are the root mean squares per coordinate, `sqrt(E|x|^2 / 2)`, of the canvas source and
    /// of the target.
    pub fn input_scale(&self, t: f64, s_0: f64, s_q: f64) -> f64 {
        let Schedule { alpha, sigma, .. } = self.at(t);
        1.0 / (alpha * s_q).hypot(sigma * s_0).max(SIZE_FLOOR)
    }

    /// `sqrt(alpha'^2 s_q^2 + sigma'^2 s_0^2)`: the size of the conditional velocity's coordinates, by which
    /// the network's output is multiplied and by whose square the training loss is divided.
    ///
    /// `s_0` and `s_q` as in [`Self::input_scale`].
    pub fn output_scale(&self, t: f64, s_0: f64, s_q: f64) -> f64 {
        let Schedule {
            d_alpha, d_sigma, ..
        } = self.at(t);
        (d_alpha * s_q).hypot(d_sigma * s_0).max(SIZE_FLOOR)
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
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use proptest::prelude::*;

    const VP: Path = Path::Vp {
        beta_min: 0.1,
        beta_max: 20.0,
    };
    const VE: Path = Path::Ve {
        sigma_min: 0.01,
        sigma_max: 10.0,
    };

    fn any_path() -> impl Strategy<Value = Path> {
        prop_oneof![
            (0.0..0.9).prop_map(|sigma_min| Path::CondOt { sigma_min }),
            (0.05..1.0, 1.0..40.0).prop_map(|(beta_min, beta_max)| Path::Vp { beta_min, beta_max }),
            (0.001..0.5, 1.0..80.0).prop_map(|(sigma_min, sigma_max)| Path::Ve {
                sigma_min,
                sigma_max
            }),
            Just(Path::Cosine),
        ]
    }

    proptest! {
        #[test]
        fn derivatives_match_finite_differences(path in any_path(), t in 0.01..0.99) {
            let h = 1e-6;
            let (before, here, after) = (path.at(t - h), path.at(t), path.at(t + h));
            let d_alpha = (after.alpha - before.alpha) / (2.0 * h);
            let d_sigma = (after.sigma - before.sigma) / (2.0 * h);
            prop_assert!((here.d_alpha - d_alpha).abs() < 1e-6 * (1.0 + d_alpha.abs()));
            prop_assert!((here.d_sigma - d_sigma).abs() < 1e-6 * (1.0 + d_sigma.abs()));
        }

        #[test]
        fn velocity_is_the_derivative_of_the_interpolant(path in any_path(), t in 0.01..0.99) {
            let (x_0, x_1, h) = ([0.3, -1.2], [2.0, 0.7], 1e-6);
            let (a, b) = (
                interpolate(path.at(t - h), x_0, x_1),
                interpolate(path.at(t + h), x_0, x_1),
            );
            let v = velocity(path.at(t), x_0, x_1);
            for i in 0..2 {
                let difference = (b[i] - a[i]) / (2.0 * h);
                prop_assert!((v[i] - difference).abs() < 1e-6 * (1.0 + difference.abs()));
            }
        }

        #[test]
        fn all_valid_paths_are_finite_at_both_ends(path in any_path()) {
            prop_assert_eq!(path.validate(), Ok(()));
            for t in [-1.0, 0.0, 1.0, 2.0] {
                let s = path.at(t);
                for value in [s.alpha, s.sigma, s.d_alpha, s.d_sigma] {
                    prop_assert!(value.is_finite(), "{:?} at {}: {:?}", path, t, s);
                }
            }
        }
    }

    #[test]
    fn ends_are_source_and_target() {
        for path in [Path::CondOt { sigma_min: 0.0 }, Path::Cosine] {
            let (start, end) = (path.at(0.0), path.at(1.0));
            assert!(start.alpha.abs() < 1e-15 && (start.sigma - 1.0).abs() < 1e-15);
            assert!((end.alpha - 1.0).abs() < 1e-15 && end.sigma.abs() < 1e-15);
        }
        assert_eq!(Path::CondOt { sigma_min: 0.1 }.at(1.0).sigma, 0.1);
    }

    #[test]
    fn vp_starts_almost_at_the_source() {
        let start = VP.at(0.0);
        assert!((start.alpha - 0.006_571_6).abs() < 5e-8, "{}", start.alpha);
        assert_relative_eq!(
            start.alpha.powi(2) + start.sigma.powi(2),
            1.0,
            epsilon = 1e-15
        );
    }

    /// `E|sigma' x_0|^2 = d b s_0^2 / (4 (1 - t))` near t = 1, MATHS: endpoint hazards.
    #[test]
    fn vp_blows_up_at_the_known_rate() {
        for one_minus_t in [1e-4, 1e-5] {
            let second_moment = 2.0 * VP.at(1.0 - one_minus_t).d_sigma.powi(2);
            assert_relative_eq!(
                second_moment,
                2.0 * 0.1 / (4.0 * one_minus_t),
                max_relative = 0.03
            );
        }
        let last = VP.at(1.0);
        assert_eq!(last, VP.at(1.0 - VP_CUT_OFF));
        assert_relative_eq!(2.0 * last.d_sigma.powi(2), 5000.0, max_relative = 2e-3);
    }

    #[test]
    fn ve_is_written_for_the_canvas_source() {
        assert_eq!(VE.source_scale(), 10.0);
        assert_relative_eq!(VE.at(0.0).sigma, 1.0);
        assert_relative_eq!(
            VE.at(1.0).sigma * VE.source_scale(),
            0.01,
            max_relative = 1e-12
        );
        let s = VE.at(0.37);
        assert_relative_eq!(s.d_sigma / s.sigma, -1000f64.ln(), max_relative = 1e-14);
    }

    #[test]
    fn scales_are_the_sizes_of_point_and_velocity() {
        assert_relative_eq!(VE.output_scale(0.0, 10.0, 1.0), 10.0 * 1000f64.ln());
        assert_relative_eq!(VE.input_scale(0.0, 10.0, 1.0), 1.0 / 101f64.sqrt());
        let cond_ot = Path::CondOt { sigma_min: 0.0 };
        assert_relative_eq!(cond_ot.output_scale(0.3, 1.0, 3.0), 10f64.sqrt());
        assert_relative_eq!(cond_ot.input_scale(0.5, 3.0, 4.0), 0.4);
        assert_eq!(cond_ot.input_scale(1.0, 1.0, 0.0), 1e6);
    }

    #[test]
    fn errors_name_field_value_and_range() {
        let message = |path: Path| path.validate().map_err(|e| e.to_string());
        assert_eq!(
            message(Path::CondOt { sigma_min: 1.5 }),
            Err("the cond-OT path's sigma_min is 1.5, but it must lie in 0..1".to_owned())
        );
        assert_eq!(
            message(Path::Vp {
                beta_min: 3.0,
                beta_max: 2.0
            }),
            Err(
                "the VP path's beta_min is 3, but it must lie in 0..=2, from 0 to beta_max"
                    .to_owned()
            )
        );
        for sigma_max in [f64::NAN, f64::INFINITY, 0.0, 0.01] {
            assert!(
                Path::Ve {
                    sigma_min: 0.01,
                    sigma_max
                }
                .validate()
                .is_err()
            );
        }
        assert!(
            Path::Vp {
                beta_min: f64::NAN,
                beta_max: 20.0
            }
            .validate()
            .is_err()
        );
    }

    #[test]
    fn files_use_the_names_of_the_contract() {
        let read = |text: &str| ron::from_str::<Path>(text);
        assert_eq!(read("Vp(beta_min: 0.1, beta_max: 20.0)"), Ok(VP));
        assert_eq!(read("Vp()"), Ok(VP));
        assert_eq!(read("Ve()"), Ok(VE));
        assert_eq!(read("Cosine"), Ok(Path::Cosine));
        assert_eq!(read("CondOt()"), Ok(Path::CondOt { sigma_min: 0.0 }));
        assert!(read("CondOt(sigma: 0.0)").is_err());
    }
}
