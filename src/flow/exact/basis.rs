//! What a marginal field rests on, in numbers and words.

use super::{Kind, Nodes};

/// What a marginal field rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Basis {
    /// Gaussian mixtures, independently paired: exact.
    ClosedForm,
    /// The closed form for a deterministic quadrature of the shapes.
    Quadrature {
        /// Nodes of the shapes that are no mixtures, of both ends together.
        nodes: usize,
        /// Standard deviation of the kernel about each, in canvas units, the wider one of both ends; `None` where it is the
        /// noise of the shape itself, so that nothing is added.
        kernel: Option<f64>,
    },
    /// The closed form for kernels about given points.
    Kernels {
        /// How many, of both ends together.
        points: usize,
        /// Standard deviation of the kernels, in canvas units, the wider one of both ends.
        bandwidth: f64,
    },
    /// A kernel estimate from a pool of pairs.
    Estimate {
        /// How many.
        pairs: usize,
        /// Standard deviation of the kernels about the pairs' places at time t, in canvas units.
        bandwidth: f64,
    },
}

impl Basis {
    /// That of mixtures which stand for two distributions.
    pub(super) fn of(source: &Nodes, target: &Nodes) -> Self {
        let ends = [source, target];
        let drawn = |end: &&Nodes| end.kind != Kind::Mixture;
        let nodes = ends
            .into_iter()
            .filter(drawn)
            .map(|end| end.components.len())
            .sum();
        let widest = |width: fn(Kind) -> Option<f64>| {
            ends.into_iter()
                .filter_map(|end| width(end.kind))
                .reduce(f64::max)
        };
        let bandwidth = widest(|kind| match kind {
            Kind::Kernels { bandwidth } => Some(bandwidth),
            _ => None,
        });
        let kernel = widest(|kind| match kind {
            Kind::Quadrature { kernel } => kernel,
            _ => None,
        });
        match bandwidth {
            _ if nodes == 0 => Self::ClosedForm,
            Some(bandwidth) => Self::Kernels {
                points: nodes,
                bandwidth: kernel.map_or(bandwidth, |kernel| kernel.max(bandwidth)),
            },
            None => Self::Quadrature { nodes, kernel },
        }
    }

    /// Gaussian kernels that it is a sum of, about.
    pub fn kernels(&self) -> usize {
        match *self {
            Self::ClosedForm => 1,
            Self::Quadrature { nodes, .. } => nodes,
            Self::Kernels { points, .. } => points,
            Self::Estimate { pairs, .. } => pairs,
        }
    }

    /// Whether it is a sample's answer and not the problem's.
    pub fn is_estimate(&self) -> bool {
        matches!(self, Self::Estimate { .. })
    }

    /// The same in a sentence.
    pub fn sentence(&self) -> String {
        match *self {
            Self::ClosedForm => "Exact, in closed form.".to_owned(),
            Self::Quadrature {
                nodes,
                kernel: None,
            } => format!("Exact, by a quadrature of {nodes} nodes as wide as the noise."),
            Self::Quadrature {
                nodes,
                kernel: Some(kernel),
            } => format!(
                "Exact for a grid of {nodes} kernels of std {kernel:.3} that stands for the shape."
            ),
            Self::Kernels { points, bandwidth } => {
                format!("Exact for {points} kernels of std {bandwidth:.3} on what is drawn.")
            }
            Self::Estimate { pairs, bandwidth } => format!(
                "An estimate from {pairs} coupled pairs with kernels of std {bandwidth:.3}: velocities are means over so \
                 much of the plane, at t = 0 too, where coupled source points have directions of their own."
            ),
        }
    }
}
