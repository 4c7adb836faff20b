//! Gaussians along a curve, evenly spaced in the parameter by which it is drawn from.

use super::form::{Kind, Nodes};
use crate::flow::distribution::{Shape, Stretch};
use crate::flow::exact::Component;

/// Kernels along a curve are at least this wide in the spacings of its nodes: a ripple of `2 exp(-2 pi^2 0.75^2)`, 3e-5.
pub(super) const CURVE_KERNEL: f64 = 0.75;
/// Nodes to a standard deviation of the noise: sums along the curve are then exact to 1e-15, at its ends to 1e-6.
const PER_STD: f64 = 5.0;
/// A stretch has at least so many nodes.
const FEWEST: usize = 16;
/// What the first nodes count at an open end, from there: the midpoint rule corrected so that it is exact for the end of a
/// polynomial of degree 5 (the Euler-Maclaurin series with its derivatives from the nodes).
const END: [f64; 6] = [
    1_152_511.0 / 967_680.0,
    435_301.0 / 967_680.0,
    164_923.0 / 96_768.0,
    235_297.0 / 483_840.0,
    1_162_883.0 / 967_680.0,
    935_561.0 / 967_680.0,
];

/// The nodes of a noisy curve. Where its noise is too narrow for the budget, the kernels are wider than it.
pub fn nodes(shape: &Shape, budget: usize) -> Nodes {
    let Some((curve, noise)) = shape.curve() else {
        let (components, kind) = (Vec::new(), Kind::Mixture);
        return Nodes { components, kind };
    };
    let stretches = curve.stretches();
    let lengths: Vec<f64> = stretches.iter().map(length).collect();
    // Each stretch may round its number up.
    let most = budget.saturating_sub(stretches.len()).max(1) as f64;
    let spacing = (noise / PER_STD).max(lengths.iter().sum::<f64>() / most);
    let count = |length: f64| ((length / spacing).ceil() as usize).max(FEWEST);
    let widest = lengths
        .iter()
        .map(|&l| l / count(l) as f64)
        .fold(0.0, f64::max);
    let kernel = noise.max(CURVE_KERNEL * widest);
    let along = stretches.iter().zip(&lengths);
    let components = along.flat_map(|(stretch, &length)| along_it(stretch, count(length), kernel));
    Nodes {
        components: components.collect(),
        kind: Kind::Quadrature {
            kernel: (kernel > noise).then_some(kernel),
        },
    }
}

fn length(stretch: &Stretch<'_>) -> f64 {
    (stretch.range.1 - stretch.range.0) * stretch.speed
}

fn along_it(stretch: &Stretch<'_>, n: usize, kernel: f64) -> Vec<Component> {
    let (from, to) = stretch.range;
    let parameter = |i: usize| from + (to - from) * (i as f64 + 0.5) / n as f64;
    let end = |i: usize| match stretch.is_closed {
        true => 1.0,
        false => END.get(i).copied().unwrap_or(1.0) * END.get(n - 1 - i).copied().unwrap_or(1.0),
    };
    let weights: Vec<f64> = (0..n)
        .map(|i| end(i) * (stretch.density)(parameter(i)))
        .collect();
    let total: f64 = weights.iter().sum();
    let node = |(i, weight)| Component {
        weight: stretch.share * weight / total,
        ..Component::isotropic((stretch.at)(parameter(i)), kernel)
    };
    weights.into_iter().enumerate().map(node).collect()
}
