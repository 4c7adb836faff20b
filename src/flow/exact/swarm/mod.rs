//! Pairs of points that move along the path, each with the same round Gaussian about it.
//!
//! Two uses: the closed form between equal round Gaussians at both ends, and the kernel estimate of any coupling from a pool
//! of its pairs, which is the exact field of `x_t + h z` for the pairs of the pool, h being the bandwidth.

mod sums;

use pulp::Arch;

use super::columns::{Columns, Local, View};
use super::round::{Kernel, Round};
use super::{Component, ExactField, ExactPoint};
use crate::flow::Point;
use crate::flow::coupling::Pairs;
use crate::flow::path::{self, Path, Schedule, interpolate};
use sums::{SwarmSums, Total};

/// Pairs of points with Gaussians about them.
#[derive(Clone, Debug)]
pub struct Swarm {
    path: Path,
    /// Logarithms of weights, source and target points.
    pairs: Vec<(f64, Point, Point)>,
    /// Their noise is the bandwidth of an estimate.
    round: Round,
    arch: Arch,
}

/// What an estimate says of a point beside its numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// `(sum w)^2 / sum w^2`: as many equally weighted pairs would be as uncertain.
    pub effective_pairs: f64,
    /// Standard error of the velocity: of both coordinates together, in canvas units per unit of time.
    pub standard_error: f64,
}

impl Swarm {
    /// The same field, if all its targets are equal and round and so are its sources.
    pub fn of(field: &ExactField) -> Option<Self> {
        let round = Round {
            source: common_variance(field.source())?,
            target: common_variance(field.target())?,
            noise: field.noise(),
        };
        let total = |mixture: &[Component]| mixture.iter().map(|c| c.weight).sum::<f64>();
        let norm = total(field.source()) * total(field.target());
        let pair =
            |k: &Component, l: &Component| ((k.weight * l.weight / norm).ln(), l.mean, k.mean);
        let sources = |k| field.source().iter().map(move |l| pair(k, l));
        Some(Self {
            path: field.path(),
            pairs: field.target().iter().flat_map(sources).collect(),
            round,
            arch: Arch::new(),
        })
    }

    /// The field of `x_t + noise z` for equally likely pairs.
    pub fn of_pairs(path: Path, pairs: &Pairs, noise: f64) -> Self {
        let log_weight = -(pairs.x_0.len().max(1) as f64).ln();
        Self {
            path,
            pairs: pairs.iter().map(|(a, b)| (log_weight, a, b)).collect(),
            round: Round {
                source: 0.0,
                target: 0.0,
                noise,
            },
            arch: Arch::new(),
        }
    }

    /// The pairs: logarithms of their weights, source and target points.
    pub fn pairs(&self) -> &[(f64, Point, Point)] {
        &self.pairs
    }

    /// Standard deviation of the noise on `x_t`, the bandwidth of an estimate.
    pub fn noise(&self) -> f64 {
        self.round.noise
    }

    /// All that is known of the points at time `t`, into `out`.
    pub fn evaluate(&self, t: f64, xs: &[Point], out: &mut [ExactPoint]) {
        let moment = Moment::new(self, t);
        moment.points(xs, &moment.columns(), out);
    }

    /// How sure the velocity is at a point, for pairs that are a sample.
    pub fn spread(&self, t: f64, x: Point) -> Spread {
        let moment = Moment::new(self, t);
        let columns = moment.columns();
        let exponent = |i: usize| {
            let d = [x[0] - columns.x[i], x[1] - columns.y[i]];
            columns.log_weight[i] - 0.5 * moment.kernel.precision * (d[0] * d[0] + d[1] * d[1])
        };
        let largest = (0..columns.len())
            .map(exponent)
            .fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = (0..columns.len())
            .map(|i| (exponent(i) - largest).exp())
            .collect();
        let mass: f64 = weights.iter().sum();
        let velocity = |i: usize| [columns.extra[0][i], columns.extra[1][i]];
        let mut mean = [0.0; 2];
        for (i, w) in weights.iter().enumerate() {
            mean = [0, 1].map(|k| mean[k] + w / mass * velocity(i)[k]);
        }
        let (mut squares, mut error) = (0.0, 0.0);
        for (i, w) in weights.iter().enumerate() {
            let v = velocity(i);
            let off = (v[0] - mean[0]).powi(2) + (v[1] - mean[1]).powi(2);
            squares += (w / mass).powi(2);
            error += (w / mass).powi(2) * off;
        }
        Spread {
            effective_pairs: 1.0 / squares,
            standard_error: error.sqrt(),
        }
    }
}

/// The variance of equal round components; `None` for others.
fn common_variance(mixture: &[Component]) -> Option<f64> {
    let first = mixture.first()?.cov[0];
    let is_like_it = |c: &Component| c.cov == [first, 0.0, first];
    mixture.iter().all(is_like_it).then_some(first)
}

/// A swarm at one time.
struct Moment<'a> {
    swarm: &'a Swarm,
    schedule: Schedule,
    kernel: Kernel,
}

impl<'a> Moment<'a> {
    fn new(swarm: &'a Swarm, t: f64) -> Self {
        let schedule = swarm.path.at(t);
        Self {
            swarm,
            schedule,
            kernel: swarm.round.at(schedule),
        }
    }

    /// Where the pairs are, how they move and where to.
    fn columns(&self) -> Columns {
        let pairs = self.swarm.pairs.iter();
        Columns::carrying(pairs.map(|&(log_weight, x_0, x_1)| {
            let v = path::velocity(self.schedule, x_0, x_1);
            let place = interpolate(self.schedule, x_0, x_1);
            (log_weight, place, [v[0], v[1], x_1[0], x_1[1]])
        }))
    }

    /// With means over the pairs given x, d being the way to them: `score = d / C`, `u = v - g d`, and
    /// `div u = 2 g + (cov(d, v) - g var d) / C`, `g = (alpha alpha' h^2 + sigma sigma' s_0^2) / C`.
    fn finish(&self, total: &Total) -> ExactPoint {
        let Kernel {
            precision,
            log_norm,
            pull,
            inward,
        } = self.kernel;
        let mean = |sum: Point| sum.map(|s| s / total.mass);
        let [way, velocity, target] = [total.way, total.velocity, total.target].map(mean);
        let dot = |a: Point, b: Point| a[0] * b[0] + a[1] * b[1];
        let covariance = total.way_velocity / total.mass - dot(way, velocity);
        let variance = total.way_way / total.mass - dot(way, way);
        ExactPoint {
            log_density: total.log_scale + total.mass.ln() + log_norm,
            score: way.map(|d| precision * d),
            velocity: [0, 1].map(|i| velocity[i] - pull * way[i]),
            divergence: 2.0 * pull + precision * (covariance - pull * variance),
            denoiser: [0, 1].map(|i| target[i] - inward * way[i]),
        }
    }
}

impl Local for Moment<'_> {
    fn view(&self) -> View {
        View {
            alpha: 1.0,
            shift: [0.0; 2],
            half_precision: 0.5 * self.kernel.precision,
        }
    }

    fn point(&self, x: Point, columns: &Columns, scratch: &mut Vec<f64>) -> ExactPoint {
        self.finish(&self.swarm.arch.dispatch(SwarmSums {
            columns,
            x,
            half_precision: 0.5 * self.kernel.precision,
            scratch,
        }))
    }
}

#[cfg(test)]
mod tests;
