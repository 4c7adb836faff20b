//! A distribution as a Gaussian mixture by a deterministic quadrature, for closed forms that ask for one.
//!
//! A mixture is itself. A noisy curve is Gaussians along it, as wide as its noise. What has edges (boxes, the
//! checkerboard, a drawing's cells) is a regular grid of narrow kernels. Nothing here is random.

mod curve;
mod form;
mod grid;
mod pinwheel;

pub use form::{Kind, Nodes};
pub(super) use grid::{CHECKERBOARD_SQUARE, checkerboard_centres};

use crate::flow::distribution::{Distribution, DistributionError, Shape};

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
}

#[cfg(test)]
mod tests;
