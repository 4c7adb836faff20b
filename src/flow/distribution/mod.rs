//! Distributions on the plane: sources, targets, and everything that draws points from them.
//!
//! A [`Distribution`] is plain data, as it stands in an experiment file; its [`Sampler`] is the same thing made
//! ready for drawing. Both refuse to know which end of the flow they are.

mod alias;
mod brush;
mod cell_sampler;
mod cells;
mod class;
mod classes;
mod drawing;
mod gallery;
mod invariance;
mod range;
mod raster;
mod sampler;
mod shape;
mod skeleton;

use serde::{Deserialize, Serialize};

pub use brush::{Brush, Symmetry};
pub use class::{CLASSES, Class};
pub use classes::Shares;
pub use drawing::Drawing;
pub use invariance::DRAWN_MASS;
pub use range::DistributionError;
pub use sampler::Sampler;
pub use shape::{Component, Shape};
pub(in crate::flow) use {sampler::CHECKERBOARD_SHRINK, skeleton::Stretch};

use super::{Point, exact};
use range::{MAX, MIN_LENGTH, within};

/// A shape on the canvas: a point is `scale * z + shift` with z drawn from the shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distribution {
    /// The shape, about the origin.
    pub shape: Shape,
    /// Magnification, `1e-6..=1e6`.
    #[serde(default = "unscaled")]
    pub scale: f64,
    /// Where the shape's origin stands, each coordinate within `+-1e6`.
    #[serde(default)]
    pub shift: (f64, f64),
}

fn unscaled() -> f64 {
    1.0
}

impl Distribution {
    /// Checks every number against its range. An empty drawing is valid: it can be stored, not sampled.
    ///
    /// # Errors
    /// The first value outside its range; NaN and infinity are in no range.
    pub fn validate(&self) -> Result<(), DistributionError> {
        self.shape.validate()?;
        within("scale", self.scale, MIN_LENGTH, MAX)?;
        within("shift.0", self.shift.0, -MAX, MAX)?;
        within("shift.1", self.shift.1, -MAX, MAX)
    }

    /// Makes ready for drawing points: builds the tables, once.
    ///
    /// # Errors
    /// As [`Self::validate`], and an empty drawing.
    pub fn sampler(&self) -> Result<Sampler, DistributionError> {
        self.validate()?;
        let sampler = self.of_all_classes()?;
        if !self.class_shares().are_coloured() {
            return Ok(sampler);
        }
        let part = |class| self.of_class(class).map(|part| part.of_all_classes());
        let parts: Result<_, _> = (0..=CLASSES).map(|class| part(class).transpose()).collect();
        Ok(sampler.with_parts(parts?))
    }

    /// A sampler that draws from the classes together alone.
    fn of_all_classes(&self) -> Result<Sampler, DistributionError> {
        let shift = [self.shift.0, self.shift.1];
        Sampler::new(&self.shape, self.scale, shift, self.centre())
    }

    /// Whether this is exactly `N(0, I)`, which diffusion paths ask for.
    pub fn is_standard_gaussian(&self) -> bool {
        *self == Shape::Gaussian { std: 1.0 }.into()
    }

    /// The closed form on the canvas, with weights that sum to 1; `None` for a shape that has none.
    pub fn as_mixture(&self) -> Option<Vec<exact::Component>> {
        let components = self.shape.components()?;
        let total: f64 = components.iter().map(|c| c.weight).sum();
        let on_canvas = |c: Component| {
            let variance = (self.scale * c.std).powi(2);
            exact::Component {
                weight: c.weight / total,
                mean: self.on_canvas([c.mean.0, c.mean.1]),
                cov: [variance, 0.0, variance],
            }
        };
        // A component of no weight has no place in a closed form, whose logarithms it would make infinite.
        let weighted = components.into_iter().filter(|c| c.weight > 0.0);
        Some(weighted.map(on_canvas).collect())
    }

    /// The standard deviation on the canvas, if it is a round Gaussian about the origin.
    pub fn centred_gaussian(&self) -> Option<f64> {
        match self.shape {
            Shape::Gaussian { std } if self.shift == (0.0, 0.0) => Some(self.scale * std),
            _ => None,
        }
    }

    /// The smallest variance of the Gaussians that it is made of, along curves or apart; `None` if it is not made of some.
    pub fn narrowest_variance(&self) -> Option<f64> {
        let std = match &self.shape {
            Shape::Moons { noise }
            | Shape::SCurve { noise }
            | Shape::Rings { noise, .. }
            | Shape::Spirals { noise, .. }
            | Shape::SwissRoll { noise } => *noise,
            shape => {
                let components = shape.components()?;
                let weighted = components.iter().filter(|c| c.weight > 0.0);
                weighted.map(|c| c.std).fold(f64::INFINITY, f64::min)
            }
        };
        Some((self.scale * std).powi(2))
    }

    /// `scale * z + shift`.
    fn on_canvas(&self, z: Point) -> Point {
        [
            self.scale * z[0] + self.shift.0,
            self.scale * z[1] + self.shift.1,
        ]
    }
}

impl From<Shape> for Distribution {
    /// The shape as it is: not scaled, not moved.
    fn from(shape: Shape) -> Self {
        Self {
            shape,
            scale: unscaled(),
            shift: (0.0, 0.0),
        }
    }
}

/// Size of a point set: `sqrt(E|x|^2 / 2)` about the origin, so that `N(0, s^2 I)` has size s; 0 for no points.
pub fn rms_per_coordinate(points: &[Point]) -> f64 {
    let sum: f64 = points.iter().flatten().map(|x| x * x).sum();
    (sum / (2 * points.len().max(1)) as f64).sqrt()
}

#[cfg(test)]
mod tests;
