//! The family of shapes that a distribution can have, as plain data.
//!
//! It knows parameters, their defaults and their ranges. It refuses to know how a shape is sampled, which is
//! in `sampler.rs`, and where on the canvas it stands.

use serde::{Deserialize, Serialize};

use super::class::{CLASSES, Class, is_none};
use super::drawing::Drawing;
use super::range::{DistributionError, MAX, count, length, spread, within};
use crate::flow::bounds::Bounds;

/// One round Gaussian of a mixture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Relative weight, `0..=1e6`; the weights need not sum to 1, but one must be positive.
    #[serde(default = "defaults::one")]
    pub weight: f64,
    /// Centre, both coordinates within `+-1e6`.
    pub mean: (f64, f64),
    /// Standard deviation of each coordinate, `1e-6..=1e6`.
    pub std: f64,
    /// The class of its points, `0..=8`; left out of files where it is 0, no class.
    #[serde(default, skip_serializing_if = "is_none")]
    pub class: Class,
}

/// A density about the origin; [`Distribution`](super::Distribution) scales and moves it.
///
/// `noise` is the standard deviation of Gaussian noise added to both coordinates, `0..=1e6`; lengths lie in
/// `1e-6..=1e6`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Shape {
    /// `N(0, std^2 I)`.
    Gaussian {
        /// Standard deviation of each coordinate.
        #[serde(default = "defaults::one")]
        std: f64,
    },
    /// A mixture of round Gaussians.
    Mixture {
        /// Between 1 and 1000 of them.
        components: Vec<Component>,
    },
    /// Eight equal round Gaussians, evenly on a circle, the first on the positive x axis.
    EightGaussians {
        /// Radius of the circle.
        #[serde(default = "defaults::eight_radius")]
        radius: f64,
        /// Standard deviation of each of them.
        #[serde(default = "defaults::eight_std")]
        std: f64,
    },
    /// Two interleaved half circles of radius 1: `(cos a, sin a)` and `(1 - cos a, 1/2 - sin a)`, a uniform in
    /// `0..pi` (scikit-learn's `make_moons`).
    Moons {
        /// Standard deviation of the noise.
        #[serde(default = "defaults::noise")]
        noise: f64,
    },
    /// `(sin t, sign(t) (cos t - 1))`, t uniform in `+-3 pi / 2` (scikit-learn's `make_s_curve`, columns 0 and 2).
    SCurve {
        /// Standard deviation of the noise.
        #[serde(default = "defaults::noise")]
        noise: f64,
    },
    /// Eight filled squares of a 4 x 4 board of half-width 2 / 0.45 (facebookresearch/flow_matching):
    /// `x_1 = U[-2, 2]`, `x_2 = U[0, 1] - 2 Bernoulli(1/2) + (floor(x_1) mod 2)`, both divided by 0.45.
    Checkerboard,
    /// Circles about the origin, all equally likely.
    Rings {
        /// Their radii, between 1 and 100 of them.
        #[serde(default = "defaults::ring_radii")]
        radii: Vec<f64>,
        /// Standard deviation of the noise.
        #[serde(default = "defaults::ring_noise")]
        noise: f64,
    },
    /// Two Archimedean spirals from the origin out to radius 3, opposite each other: `+-r (cos a, sin a)` with
    /// `r = 3 sqrt(U)` and `a = 2 pi turns r / 3`, so that the points are about evenly spaced along them.
    Spirals {
        /// How often each winds about the origin, `0.01..=100`.
        #[serde(default = "defaults::turns")]
        turns: f64,
        /// Standard deviation of the noise.
        #[serde(default = "defaults::noise")]
        noise: f64,
    },
    /// Blades on a circle of radius 1, twisted with their distance from the origin: `(f, g)` with
    /// `f = 1 + radial_std z`, `g = tangential_std z'`, turned by `-(2 pi k / arms + rate exp(f))` for a uniform
    /// blade k (Johnson et al., arXiv 1603.06277; `make_pinwheel`).
    Pinwheel {
        /// Number of blades, `1..=100`.
        #[serde(default = "defaults::arms")]
        arms: u32,
        /// Spread along a blade.
        #[serde(default = "defaults::radial_std")]
        radial_std: f64,
        /// Spread across a blade.
        #[serde(default = "defaults::tangential_std")]
        tangential_std: f64,
        /// Twist, within `+-10`.
        #[serde(default = "defaults::rate")]
        rate: f64,
    },
    /// `t (cos t, sin t)`, t uniform in `3 pi / 2 .. 9 pi / 2` (scikit-learn's `make_swiss_roll`, columns 0 and
    /// 2): radius 5 to 14, so scale it down.
    SwissRoll {
        /// Standard deviation of the noise.
        #[serde(default = "defaults::roll_noise")]
        noise: f64,
    },
    /// The uniform density on a box about the origin.
    Uniform {
        /// Extent along x.
        #[serde(default = "defaults::side")]
        width: f64,
        /// Extent along y.
        #[serde(default = "defaults::side")]
        height: f64,
    },
    /// Painted by hand.
    Drawn(Drawing),
}

/// What a field is when the file leaves it out.
pub(super) mod defaults {
    pub fn one() -> f64 {
        1.0
    }
    pub fn eight_radius() -> f64 {
        5.0
    }
    pub fn eight_std() -> f64 {
        0.5
    }
    pub fn noise() -> f64 {
        0.05
    }
    pub fn ring_radii() -> Vec<f64> {
        vec![1.0, 2.0, 3.0]
    }
    pub fn ring_noise() -> f64 {
        0.08
    }
    pub fn turns() -> f64 {
        1.5
    }
    pub fn arms() -> u32 {
        5
    }
    pub fn radial_std() -> f64 {
        0.3
    }
    pub fn tangential_std() -> f64 {
        0.1
    }
    pub fn rate() -> f64 {
        0.25
    }
    pub fn roll_noise() -> f64 {
        0.5
    }
    pub fn side() -> f64 {
        4.0
    }
}

impl Shape {
    /// The name for choosers and legends.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Gaussian { .. } => "Gaussian",
            Self::Mixture { .. } => "Gaussian mixture",
            Self::EightGaussians { .. } => "Eight Gaussians",
            Self::Moons { .. } => "Two moons",
            Self::SCurve { .. } => "S-curve",
            Self::Checkerboard => "Checkerboard",
            Self::Rings { .. } => "Rings",
            Self::Spirals { .. } => "Spirals",
            Self::Pinwheel { .. } => "Pinwheel",
            Self::SwissRoll { .. } => "Swiss roll",
            Self::Uniform { .. } => "Uniform box",
            Self::Drawn(_) => "Drawn",
        }
    }

    /// Checks every parameter against its range; the error names it as `shape.field`.
    pub(super) fn validate(&self) -> Result<(), DistributionError> {
        match self {
            Self::Gaussian { std } => length("shape.std", *std),
            Self::Mixture { components } => validate_components(components),
            Self::EightGaussians { radius, std } => {
                length("shape.radius", *radius)?;
                length("shape.std", *std)
            }
            Self::Moons { noise } | Self::SCurve { noise } | Self::SwissRoll { noise } => {
                spread("shape.noise", *noise)
            }
            Self::Checkerboard => Ok(()),
            Self::Drawn(drawing) => {
                let largest = drawing.classes().iter().max().copied().unwrap_or(0);
                validate_class("shape.classes", largest)?;
                validate_paper(&drawing.bounds())
            }
            Self::Rings { radii, noise } => {
                count("shape.radii", "radii", radii.len(), 100)?;
                for (i, radius) in radii.iter().enumerate() {
                    length(&format!("shape.radii[{i}]"), *radius)?;
                }
                spread("shape.noise", *noise)
            }
            Self::Spirals { turns, noise } => {
                within("shape.turns", *turns, 0.01, 100.0)?;
                spread("shape.noise", *noise)
            }
            Self::Pinwheel {
                arms,
                radial_std,
                tangential_std,
                rate,
            } => {
                within("shape.arms", f64::from(*arms), 1.0, 100.0)?;
                // The twist is exp(1 + radial_std z): beyond this it is noise, and then infinite.
                within("shape.radial_std", *radial_std, 0.0, 10.0)?;
                spread("shape.tangential_std", *tangential_std)?;
                within("shape.rate", *rate, -10.0, 10.0)
            }
            Self::Uniform { width, height } => {
                length("shape.width", *width)?;
                length("shape.height", *height)
            }
        }
    }
}

fn validate_components(components: &[Component]) -> Result<(), DistributionError> {
    count("shape.components", "components", components.len(), 1000)?;
    for (i, component) in components.iter().enumerate() {
        let field = |name: &str| format!("shape.components[{i}].{name}");
        within(&field("weight"), component.weight, 0.0, MAX)?;
        within(&field("mean.0"), component.mean.0, -MAX, MAX)?;
        within(&field("mean.1"), component.mean.1, -MAX, MAX)?;
        length(&field("std"), component.std)?;
        validate_class(&field("class"), component.class)?;
    }
    let total: f64 = components.iter().map(|c| c.weight).sum();
    if total > 0.0 {
        return Ok(());
    }
    Err(DistributionError::OutOfRange {
        field: "shape.components".to_owned(),
        value: "without any weight".to_owned(),
        expected: "at least one positive weight".to_owned(),
    })
}

fn validate_class(field: &str, class: Class) -> Result<(), DistributionError> {
    within(field, f64::from(class), 0.0, f64::from(CLASSES))
}

fn validate_paper(bounds: &Bounds) -> Result<(), DistributionError> {
    for (corner, [x, y]) in [("min", bounds.min), ("max", bounds.max)] {
        within(&format!("shape.bounds.{corner}.0"), x, -MAX, MAX)?;
        within(&format!("shape.bounds.{corner}.1"), y, -MAX, MAX)?;
    }
    length("shape.bounds: max - min along x", bounds.width())?;
    length("shape.bounds: max - min along y", bounds.height())
}
