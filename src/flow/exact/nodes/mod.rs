//! A distribution as a Gaussian mixture by a deterministic quadrature, for closed forms that ask for one.
//!
//! A mixture is itself. A noisy curve is Gaussians along it, as wide as its noise. What has edges (boxes, the
//! checkerboard, a drawing's cells) is a regular grid of narrow kernels. Nothing here is random.

mod curve;
mod grid;
mod pinwheel;

use super::Component;
use crate::flow::distribution::{Distribution, DistributionError, Shape};

/// Kernels of a grid are this wide in its spacings: the density between them ripples by `2 exp(-2 pi^2 0.6^2)`, 0.2 %.
const GRID_KERNEL: f64 = 0.6;
/// Kernels along a curve are at least this wide in the spacings of its nodes: a ripple of `2 exp(-2 pi^2 0.75^2)`, 3e-5.
const CURVE_KERNEL: f64 = 0.75;

/// A distribution as Gaussians on the canvas.
#[derive(Clone, Debug, PartialEq)]
pub struct Nodes {
    /// The Gaussians; their weights sum to 1.
    pub components: Vec<Component>,
    /// How they stand for it.
    pub kind: Kind,
}

/// How Gaussians stand for a distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// It is those Gaussians.
    Mixture,
    /// They are nodes of a quadrature of its formula; `kernel` is their standard deviation where it is not the shape's own.
    Quadrature {
        /// In canvas units.
        kernel: Option<f64>,
    },
    /// They are kernels about given points.
    Kernels {
        /// Standard deviation, in canvas units.
        bandwidth: f64,
    },
}

impl Nodes {
    /// At most `budget` Gaussians, unless the distribution is a mixture itself.
    ///
    /// # Errors
    /// A number outside its range, and an empty drawing.
    pub fn new(distribution: &Distribution, budget: usize) -> Result<Self, DistributionError> {
        distribution.validate()?;
        if let Some(components) = distribution.as_mixture() {
            let kind = Kind::Mixture;
            return Ok(Self { components, kind });
        }
        let nodes = match &distribution.shape {
            Shape::Uniform { width, height } => grid::boxes(&[[0.0; 2]], [*width, *height], budget),
            Shape::Checkerboard => grid::checkerboard(budget),
            Shape::Drawn(drawing) => {
                grid::cells(drawing, budget).ok_or(DistributionError::EmptyDrawing)?
            }
            &Shape::Pinwheel {
                arms,
                radial_std,
                tangential_std,
                rate,
            } => pinwheel::nodes(arms, [radial_std, tangential_std], rate, budget),
            other => curve::nodes(other, budget),
        };
        Ok(nodes.placed(distribution))
    }

    /// Scaled and moved as the distribution is, with weights that sum to 1.
    fn placed(mut self, distribution: &Distribution) -> Self {
        let (scale, shift) = (distribution.scale, distribution.shift);
        let total: f64 = self.components.iter().map(|c| c.weight).sum();
        for c in &mut self.components {
            *c = c.scaled(scale);
            c.mean = [c.mean[0] + shift.0, c.mean[1] + shift.1];
            c.weight /= total;
        }
        match &mut self.kind {
            Kind::Quadrature {
                kernel: Some(width),
            }
            | Kind::Kernels { bandwidth: width } => *width *= scale,
            Kind::Mixture | Kind::Quadrature { kernel: None } => {}
        }
        self
    }
}

#[cfg(test)]
mod tests;
