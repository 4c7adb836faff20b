//! Gaussians that stand for a distribution, and how.

use crate::flow::distribution::Distribution;
use crate::flow::exact::Component;

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
    /// Scaled and moved as the distribution is, with weights that sum to 1.
    pub(super) fn placed(mut self, distribution: &Distribution) -> Self {
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
