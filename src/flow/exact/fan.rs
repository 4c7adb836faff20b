//! The fan of conditional velocities at a point: the pairs `(x_0, x_1)` whose paths pass there, as a few rays whose mean is
//! the marginal velocity `u_t(x) = E[dx_t/dt | x_t = x]`.
//!
//! The posterior of the pairs is cut into cells of similar velocities. A cell is drawn as pairs of rays on either side of
//! its mean, as far apart as its Gaussians scatter; so the mean of all rays, by their weights, is that of all pairs,
//! exactly, however few rays there are.

use std::ops::Range;

use super::MarginalField;
use super::posterior::{Atom, Posterior, Spread};
use crate::flow::Point;
use crate::flow::path::Schedule;
use crate::flow::rng::{Stream, stream};

/// Cells of the posterior at most.
const CELLS: usize = 24;
/// Pairs of rays that a cell of the whole weight has.
const PAIRS: usize = 24;
/// Cells whose spread is this share of the whole one are not cut any more.
const ALIKE: f64 = 1e-6;

/// A pair `(x_0, x_1)` whose path passes the point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ray {
    /// Where the path starts.
    pub x_0: Point,
    /// Where it ends.
    pub x_1: Point,
    /// `dx_t/dt` of the path at the time in question.
    pub velocity: Point,
    /// Posterior probability that the ray stands for; those of a fan sum to 1.
    pub weight: f64,
}

/// The pairs whose paths pass a point, and what they amount to.
#[derive(Clone, Debug, PartialEq)]
pub struct Fan {
    /// A few pairs that stand for all, the heaviest first.
    pub rays: Vec<Ray>,
    /// `u_t(x) = E[dx_t/dt | x_t = x]`.
    pub velocity: Point,
    /// `E[x_1 | x_t = x]`.
    pub denoiser: Point,
    /// `E[x_0 | x_t = x]`.
    pub origin: Point,
    /// `tr Var(x_1 | x_t = x)`.
    pub target_variance: f64,
    /// `tr Var(dx_t/dt | x_t = x)`: how far the fan is open.
    pub velocity_variance: f64,
    /// `1 / sum w^2` over the components of the posterior, or the pairs of a pool: how many matter.
    pub effective: f64,
    /// How many there are.
    pub members: usize,
}

impl MarginalField {
    /// The pairs `(x_0, x_1)` whose paths pass `x` at `t`, which is clamped to the path's range; of an estimate, those of its
    /// pool that pass near by.
    pub fn fan(&self, t: f64, x: Point) -> Fan {
        let schedule = self.path().at(t);
        let posterior = match (self.mixtures(), self.pool()) {
            (Some(field), _) => {
                let ends = (field.source(), field.target());
                Posterior::of_mixtures(schedule, ends, field.noise(), x)
            }
            (None, Some(pool)) => Posterior::of_pairs(schedule, pool.pairs(), pool.noise(), x),
            (None, None) => Posterior::of_pairs(schedule, &[], 1.0, x),
        };
        Fan::of(schedule, posterior)
    }
}

impl Fan {
    /// That of a posterior.
    pub(super) fn of(schedule: Schedule, mut posterior: Posterior) -> Self {
        let atoms = &posterior.atoms;
        let mean = |of: fn(&Atom) -> Point| mean(atoms, of);
        let [velocity, denoiser, origin] = [mean(|a| a.velocity), mean(|a| a.x_1), mean(|a| a.x_0)];
        let between = |of: fn(&Atom) -> Point, mean: Point| {
            let squares = atoms
                .iter()
                .map(|a| a.weight * distance_squared(of(a), mean));
            squares.sum::<f64>()
        };
        let within = |of: fn(&Spread) -> f64| {
            let variances = atoms.iter().map(|a| a.weight * of(posterior.spread(a)));
            variances.sum::<f64>()
        };
        let target_variance = between(|a| a.x_1, denoiser) + within(|s| s.target_variance);
        let velocity_variance = between(|a| a.velocity, velocity) + within(|s| s.velocity_variance);
        let effective = 1.0 / atoms.iter().map(|a| a.weight * a.weight).sum::<f64>();
        let cells = cut(&mut posterior.atoms);
        let mut rays: Vec<Ray> = cells
            .into_iter()
            .flat_map(|cell| rays(schedule, &posterior, &posterior.atoms[cell]))
            .collect();
        rays.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        Self {
            rays,
            velocity,
            denoiser,
            origin,
            target_variance,
            velocity_variance,
            effective,
            members: posterior.n_atoms,
        }
    }
}

/// The mean by the weights.
fn mean(atoms: &[Atom], of: impl Fn(&Atom) -> Point) -> Point {
    let (mut sum, mut mass) = ([0.0; 2], 0.0);
    for atom in atoms {
        let x = of(atom);
        sum = [0, 1].map(|i| sum[i] + atom.weight * x[i]);
        mass += atom.weight;
    }
    sum.map(|s| s / mass)
}

/// The rays of a cell: pairs on either side of its mean. A pair of rays more fades in as the weight grows, so that nothing
/// jumps while the point moves.
fn rays(schedule: Schedule, posterior: &Posterior, cell: &[Atom]) -> Vec<Ray> {
    let Some(heaviest) = cell.iter().max_by(|a, b| a.weight.total_cmp(&b.weight)) else {
        return Vec::new();
    };
    let weight: f64 = cell.iter().map(|a| a.weight).sum();
    let (x_0, x_1) = (mean(cell, |a| a.x_0), mean(cell, |a| a.x_1));
    let ray = |x_0, x_1, weight| Ray {
        x_0,
        x_1,
        velocity: crate::flow::path::velocity(schedule, x_0, x_1),
        weight,
    };
    let spread = posterior.spread(heaviest);
    if !spread.is_open() {
        return vec![ray(x_0, x_1, weight)];
    }
    let share = |pair: usize| match pair {
        0 => 1.0,
        pair => (PAIRS as f64 * weight - pair as f64).clamp(0.0, 1.0),
    };
    let shares: Vec<f64> = (0..PAIRS).map(share).take_while(|s| *s > 0.0).collect();
    let total: f64 = shares.iter().sum();
    let pairs = shares.into_iter().enumerate().flat_map(|(pair, share)| {
        let index = (heaviest.place * PAIRS + pair) as u64;
        let [d_0, d_1] = spread.deviation(&mut stream(0, Stream::Fan, index));
        let weight = 0.5 * weight * share / total;
        [1.0, -1.0].map(|side| ray(along(x_0, side, d_0), along(x_1, side, d_1), weight))
    });
    pairs.collect()
}

fn along(x: Point, factor: f64, d: Point) -> Point {
    [0, 1].map(|i| x[i] + factor * d[i])
}

fn distance_squared(a: Point, b: Point) -> f64 {
    let d = [a[0] - b[0], a[1] - b[1]];
    d[0] * d[0] + d[1] * d[1]
}

/// A part of the atoms, and what cutting it would gain.
struct Cell {
    range: Range<usize>,
    /// The weighted sum of squared distances from the mean velocity.
    scatter: f64,
    /// The axis along which the velocities scatter most, and their mean on it.
    axis: usize,
    middle: f64,
}

impl Cell {
    fn of(atoms: &[Atom], range: Range<usize>) -> Self {
        let atoms = &atoms[range.clone()];
        let middle = mean(atoms, |a| a.velocity);
        let mut scatter = [0.0; 2];
        for atom in atoms {
            for i in 0..2 {
                scatter[i] += atom.weight * (atom.velocity[i] - middle[i]).powi(2);
            }
        }
        let axis = usize::from(scatter[1] > scatter[0]);
        Self {
            range,
            scatter: scatter[0] + scatter[1],
            axis,
            middle: middle[axis],
        }
    }
}

/// Cuts the atoms into cells of similar velocities, which are put beside each other: again and again the cell that scatters
/// most, at its mean.
fn cut(atoms: &mut [Atom]) -> Vec<Range<usize>> {
    let mut cells = vec![Cell::of(atoms, 0..atoms.len())];
    let enough = ALIKE * cells[0].scatter;
    while cells.len() < CELLS {
        let widest = cells.iter().enumerate();
        let widest = widest.max_by(|(_, a), (_, b)| a.scatter.total_cmp(&b.scatter));
        let Some((number, cell)) = widest.filter(|(_, cell)| cell.scatter > enough) else {
            break;
        };
        let (range, axis, middle) = (cell.range.clone(), cell.axis, cell.middle);
        let at = range.start + partition(&mut atoms[range.clone()], axis, middle);
        if at == range.start || at == range.end {
            // What rounding keeps apart from its mean on one side only is one cell.
            cells[number].scatter = 0.0;
            continue;
        }
        cells[number] = Cell::of(atoms, range.start..at);
        cells.push(Cell::of(atoms, at..range.end));
    }
    cells.into_iter().map(|cell| cell.range).collect()
}

/// Puts the atoms whose velocity is below `middle` on an axis before the others; how many they are.
fn partition(atoms: &mut [Atom], axis: usize, middle: f64) -> usize {
    let mut below = 0;
    for i in 0..atoms.len() {
        if atoms[i].velocity[axis] < middle {
            atoms.swap(i, below);
            below += 1;
        }
    }
    below
}

#[cfg(test)]
mod tests;
