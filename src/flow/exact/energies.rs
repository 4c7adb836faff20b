//! Energies of an exact field by quadrature over time and plane: the CFM floor among them.
//!
//! `int E|dx_t/dt|^2 dt = int E|u_t(x_t)|^2 dt + V` for every path and independent pairs (MATHS: FM and CFM). The left side is
//! known from the moments of both ends, the path energy is summed over a grid on which `p_t` is smooth, V is the difference.

use super::{Component, ExactField, MarginalField};
use crate::flow::path::{Path, Schedule};
use crate::flow::work::pause;
use crate::flow::{Bounds, Point};

/// Standard deviations to either side of every component that a grid covers: 4e-11 of the mass is outside.
const REACH: f64 = 6.5;
/// Cells to a standard deviation of the narrowest component.
const PER_STD: f64 = 3.0;
/// Fewest and most cells along an axis.
const CELLS: (f64, f64) = (64.0, 512.0);
/// Cells that are evaluated in one piece.
const PIECE: usize = 16_384;

/// `int .. dt` over the path's range of times, for pairs that are independent. Not divided by its length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Energies {
    /// `int E|dx_t/dt|^2 dt`, the mean squared size of what is regressed on.
    pub conditional: f64,
    /// `int E|u_t(x_t)|^2 dt`.
    pub path: f64,
    /// The CFM floor `V = int E|dx_t/dt - u_t(x_t)|^2 dt`, the least loss that any field has.
    pub floor: f64,
    /// How far path energy and floor may be off: the change from a grid with half as many cells along each axis, and the mass
    /// that is missing.
    pub error: f64,
}

/// The energies of a field between mixtures, with a pause at least every 16,384 cells; `None` for an estimate, which knows the
/// velocity up to its kernel and no variance.
pub async fn energies(field: &MarginalField) -> Option<Energies> {
    let mixtures = field.mixtures()?;
    let (mut conditional, mut path, mut error) = (0.0, 0.0, 0.0);
    for (t, dt) in times(field.path()) {
        conditional += dt * conditional_energy(mixtures, t);
        let [fine, coarse] = kinetic_energy(field, mixtures, t).await;
        path += dt * fine;
        error += dt * (fine - coarse).abs();
    }
    Some(Energies {
        conditional,
        path,
        floor: conditional - path,
        error,
    })
}

/// Nodes and weights of Gauss and Legendre on panels of a twentieth, which resolve clouds that pass each other, and finer ones
/// towards both ends: VP and narrow components are steep at t = 1, polynomial paths may be anything at t = 0.
pub(super) fn times(path: Path) -> Vec<(f64, f64)> {
    let (start, end) = path.time_range();
    let edges: Vec<f64> = [start, 0.02]
        .into_iter()
        .chain((1..19).map(|i| 0.05 * f64::from(i)))
        .chain([0.95, 0.98, 0.99, 0.997, 0.999, 0.9997, 0.9999, 0.99997, end])
        .collect();
    gauss_legendre(&edges)
}

/// Nodes and weights of Gauss and Legendre, five on each panel between two edges.
pub(super) fn gauss_legendre(edges: &[f64]) -> Vec<(f64, f64)> {
    let rule = [
        (0.0, 0.568_888_888_888_888_9),
        (0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
        (-0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
        (0.906_179_845_938_664, 0.236_926_885_056_189_1),
        (-0.906_179_845_938_664, 0.236_926_885_056_189_1),
    ];
    let panel = |ends: &[f64]| {
        let (middle, half) = (0.5 * (ends[0] + ends[1]), 0.5 * (ends[1] - ends[0]));
        rule.map(|(node, weight)| (middle + half * node, half * weight))
    };
    edges.windows(2).flat_map(panel).collect()
}

/// `E|dx_t/dt|^2` from the moments of the ends.
fn conditional_energy(mixtures: &ExactField, t: f64) -> f64 {
    let Schedule {
        d_alpha, d_sigma, ..
    } = mixtures.path().at(t);
    let ([mean_0, mean_1], [second_0, second_1]) = {
        let ends = [mixtures.source(), mixtures.target()];
        (ends.map(mean), ends.map(second_moment))
    };
    let product = mean_0[0] * mean_1[0] + mean_0[1] * mean_1[1];
    d_alpha * d_alpha * second_1 + d_sigma * d_sigma * second_0 + 2.0 * d_alpha * d_sigma * product
}

fn total(mixture: &[Component]) -> f64 {
    mixture.iter().map(|c| c.weight).sum()
}

fn mean(mixture: &[Component]) -> Point {
    let weighted = |i: usize| mixture.iter().map(|c| c.weight * c.mean[i]).sum::<f64>();
    [0, 1].map(|i| weighted(i) / total(mixture))
}

/// `E|x|^2`.
fn second_moment(mixture: &[Component]) -> f64 {
    let of = |c: &Component| {
        c.weight * (c.mean[0] * c.mean[0] + c.mean[1] * c.mean[1] + c.cov[0] + c.cov[2])
    };
    mixture.iter().map(of).sum::<f64>() / total(mixture)
}

/// `E|u_t(x_t)|^2` on a grid and on every other of its columns and rows.
async fn kinetic_energy(field: &MarginalField, mixtures: &ExactField, t: f64) -> [f64; 2] {
    let (bounds, n) = grid(mixtures, t);
    let rows = (PIECE / n[0]).max(1);
    let step = bounds.height() / n[1] as f64;
    let (mut fine, mut coarse) = ([0.0; 2], [0.0; 2]);
    for from in (0..n[1]).step_by(rows) {
        let to = n[1].min(from + rows);
        let y = |row: usize| bounds.min[1] + row as f64 * step;
        let band = Bounds {
            min: [bounds.min[0], y(from)],
            max: [bounds.max[0], y(to)],
        };
        let found = field.evaluate_grid(t, band, [n[0], to - from]);
        for (i, here) in found.iter().enumerate() {
            let mass = here.log_density.exp();
            let [u_x, u_y] = here.velocity;
            let energy = mass * (u_x * u_x + u_y * u_y);
            fine = [fine[0] + mass, fine[1] + energy];
            if (i % n[0]) % 2 == 0 && (from + i / n[0]).is_multiple_of(2) {
                coarse = [coarse[0] + mass, coarse[1] + energy];
            }
        }
        pause().await;
    }
    // The mass that the grid finds is 1 but for its own error, which this takes out of the mean.
    [fine[1] / fine[0], coarse[1] / coarse[0]]
}

/// A box around `p_t` and the cells that resolve it.
pub(super) fn grid(mixtures: &ExactField, t: f64) -> (Bounds, [usize; 2]) {
    let Schedule { alpha, sigma, .. } = mixtures.path().at(t);
    let noise = mixtures.noise().powi(2);
    let [source, target] = [mixtures.source(), mixtures.target()].map(Reach::of);
    let spread =
        |cov_0: f64, cov_1: f64| (alpha * alpha * cov_1 + sigma * sigma * cov_0 + noise).sqrt();
    let margin = REACH * spread(source.widest, target.widest);
    let narrowest = spread(source.narrowest, target.narrowest);
    let place = |a: Point, b: Point, by: f64| [0, 1].map(|i| alpha * b[i] + sigma * a[i] + by);
    let bounds = Bounds {
        min: place(source.bounds.min, target.bounds.min, -margin),
        max: place(source.bounds.max, target.bounds.max, margin),
    };
    let cells = |size: f64| (PER_STD * size / narrowest).clamp(CELLS.0, CELLS.1).ceil() as usize;
    let even = |size: f64| cells(size).next_multiple_of(2);
    (bounds, [even(bounds.width()), even(bounds.height())])
}

/// Where components stand, and how wide they are.
struct Reach {
    bounds: Bounds,
    /// Largest and smallest variance in any direction.
    widest: f64,
    narrowest: f64,
}

impl Reach {
    fn of(mixture: &[Component]) -> Self {
        let means: Vec<Point> = mixture.iter().map(|c| c.mean).collect();
        let bounds = Bounds::of_points(&means).unwrap_or(Bounds::square(0.0));
        let eigenvalues = |c: &Component| {
            let [xx, xy, yy] = c.cov;
            let (middle, half) = (0.5 * (xx + yy), (0.5 * (xx - yy)).hypot(xy));
            (middle - half, middle + half)
        };
        let all = mixture.iter().map(eigenvalues);
        let (narrowest, widest) = all.fold((f64::INFINITY, 0.0), |(least, most), (a, b)| {
            (a.min(least), b.max(most))
        });
        Self {
            bounds,
            widest,
            narrowest: narrowest.max(0.0),
        }
    }
}

#[cfg(test)]
mod tests;
