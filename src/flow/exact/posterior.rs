//! The law of the pair `(x_0, x_1)` given that its path passes a point: `x_t = x`.
//!
//! Given the components that they come from, `x_0`, `x_1` and `x_t` are jointly Gaussian, so that the posterior is again a
//! mixture: of one Gaussian for each pair of components. A pair of an estimate's pool is a Gaussian without a spread, and
//! its weight a kernel of the distance between its `x_t` and `x`.

use rand::RngExt;
use rand_distr::StandardNormal;

use super::mixture::{Component, Symmetric, determinant, times, trace_of_product};
use crate::flow::Point;
use crate::flow::path::{Schedule, interpolate, velocity};

/// Atoms whose weight is this far below the heaviest one's, as a logarithm, are left out: no sum in double precision sees
/// them.
const NEGLIGIBLE: f64 = -45.0;

/// A part of the posterior.
#[derive(Clone, Copy, Debug)]
pub(super) struct Atom {
    /// Posterior probability; those of all atoms sum to 1.
    pub weight: f64,
    /// The mean of `x_0`.
    pub x_0: Point,
    /// The mean of `x_1`.
    pub x_1: Point,
    /// The mean of `dx_t/dt`.
    pub velocity: Point,
    /// Its place among the Gaussians that the posterior is made of, whatever the point: a seed of its draws.
    pub place: usize,
    /// The number of its spread.
    spread: usize,
}

/// How `x_0` and `x_1` scatter about the mean of an atom.
#[derive(Clone, Debug)]
pub(super) struct Spread {
    schedule: Schedule,
    noise: f64,
    source: Symmetric,
    target: Symmetric,
    /// `cov(x_t)^-1`.
    precision: Symmetric,
    /// `-log(2 pi sqrt(det cov(x_t)))`.
    log_peak: f64,
    /// `tr Var(x_1 | x_t)`.
    pub target_variance: f64,
    /// `tr Var(dx_t/dt | x_t)`.
    pub velocity_variance: f64,
}

impl Spread {
    fn new(schedule: Schedule, source: Symmetric, target: Symmetric, noise: f64) -> Self {
        let Schedule {
            alpha,
            sigma,
            d_alpha,
            d_sigma,
        } = schedule;
        let mix = |p: f64, q: f64| [0, 1, 2].map(|i| p * target[i] + q * source[i]);
        let mut cov = mix(alpha * alpha, sigma * sigma);
        cov[0] += noise * noise;
        cov[2] += noise * noise;
        let det = determinant(cov);
        let precision = [cov[2] / det, -cov[1] / det, cov[0] / det];
        let drift = mix(alpha * d_alpha, sigma * d_sigma);
        let left = |prior: Symmetric, with_x_t: Symmetric| {
            let explained = trace_of_product(square(with_x_t), precision);
            (prior[0] + prior[2] - explained).max(0.0)
        };
        Self {
            schedule,
            noise,
            source,
            target,
            precision,
            log_peak: -(std::f64::consts::TAU * det.sqrt()).ln(),
            target_variance: left(target, target.map(|c| alpha * c)),
            velocity_variance: left(mix(d_alpha * d_alpha, d_sigma * d_sigma), drift),
        }
    }

    /// That of pairs which are what they are.
    fn none(schedule: Schedule) -> Self {
        Self {
            schedule,
            noise: 0.0,
            source: [0.0; 3],
            target: [0.0; 3],
            precision: [0.0; 3],
            log_peak: 0.0,
            target_variance: 0.0,
            velocity_variance: 0.0,
        }
    }

    /// Whether there is any.
    pub fn is_open(&self) -> bool {
        self.velocity_variance > 0.0 || self.target_variance > 0.0
    }

    /// A draw of `(x_0, x_1)` minus its mean, by Matheron's rule: a draw of the prior, less what it lets `x_t` expect of
    /// it. Without extra noise `alpha x_1 + sigma x_0 = 0` holds of it.
    pub fn deviation(&self, rng: &mut impl RngExt) -> [Point; 2] {
        let Schedule { alpha, sigma, .. } = self.schedule;
        let mut normal = || [0, 1].map(|_| rng.sample::<f64, _>(StandardNormal));
        let d_0 = times_root(self.source, normal());
        let d_1 = times_root(self.target, normal());
        let extra = normal();
        let d_t = [0, 1].map(|i| alpha * d_1[i] + sigma * d_0[i] + self.noise * extra[i]);
        let pull = times(self.precision, d_t);
        let less = |d: Point, factor: f64, cov: Symmetric| {
            let expected = times(cov, pull);
            [0, 1].map(|i| d[i] - factor * expected[i])
        };
        [less(d_0, sigma, self.source), less(d_1, alpha, self.target)]
    }
}

/// The posterior at a point: its atoms, at least one.
pub(super) struct Posterior {
    pub atoms: Vec<Atom>,
    spreads: Vec<Spread>,
    /// How many atoms there would be if none were negligible.
    pub n_atoms: usize,
}

impl Posterior {
    /// That of independent mixtures, with the problem's extra noise on `x_t`.
    pub fn of_mixtures(
        schedule: Schedule,
        (source, target): (&[Component], &[Component]),
        noise: f64,
        x: Point,
    ) -> Self {
        let mut spreads: Vec<Spread> = Vec::new();
        let n_atoms = source.len() * target.len();
        let mut atoms = Vec::with_capacity(n_atoms);
        for l in source {
            for k in target {
                let known = spreads
                    .last()
                    .filter(|s| (s.source, s.target) == (l.cov, k.cov));
                if known.is_none() {
                    spreads.push(Spread::new(schedule, l.cov, k.cov, noise));
                }
                let number = spreads.len() - 1;
                let spread = &spreads[number];
                let mean = interpolate(schedule, l.mean, k.mean);
                let d = [x[0] - mean[0], x[1] - mean[1]];
                let pull = times(spread.precision, d);
                let distance = d[0] * pull[0] + d[1] * pull[1];
                atoms.push(Atom {
                    // A logarithm until all are known.
                    weight: (l.weight * k.weight).ln() + spread.log_peak - 0.5 * distance,
                    x_0: moved(l.mean, schedule.sigma, l.cov, pull),
                    x_1: moved(k.mean, schedule.alpha, k.cov, pull),
                    velocity: [0.0; 2],
                    place: atoms.len(),
                    spread: number,
                });
            }
        }
        Self::new(schedule, atoms, spreads, n_atoms)
    }

    /// That of a pool of pairs, given with the logarithms of their weights: they count by a Gaussian kernel of this bandwidth
    /// around their `x_t`.
    pub fn of_pairs(
        schedule: Schedule,
        pairs: &[(f64, Point, Point)],
        bandwidth: f64,
        x: Point,
    ) -> Self {
        let precision = 0.5 / (bandwidth * bandwidth);
        let atom = |(place, &(log_weight, x_0, x_1)): (usize, &(f64, Point, Point))| {
            let x_t = interpolate(schedule, x_0, x_1);
            let d = [x[0] - x_t[0], x[1] - x_t[1]];
            Atom {
                weight: log_weight - precision * (d[0] * d[0] + d[1] * d[1]),
                x_0,
                x_1,
                velocity: [0.0; 2],
                place,
                spread: 0,
            }
        };
        let atoms: Vec<Atom> = pairs.iter().enumerate().map(atom).collect();
        let n_atoms = atoms.len();
        Self::new(schedule, atoms, vec![Spread::none(schedule)], n_atoms)
    }

    /// From atoms whose weights are still logarithms, up to a common constant.
    fn new(schedule: Schedule, mut atoms: Vec<Atom>, spreads: Vec<Spread>, n_atoms: usize) -> Self {
        let largest = atoms
            .iter()
            .map(|a| a.weight)
            .fold(f64::NEG_INFINITY, f64::max);
        atoms.retain(|atom| atom.weight - largest > NEGLIGIBLE);
        let mut mass = 0.0;
        for atom in &mut atoms {
            atom.weight = (atom.weight - largest).exp();
            atom.velocity = velocity(schedule, atom.x_0, atom.x_1);
            mass += atom.weight;
        }
        for atom in &mut atoms {
            atom.weight /= mass;
        }
        Self {
            atoms,
            spreads,
            n_atoms,
        }
    }

    /// How an atom scatters.
    pub fn spread(&self, atom: &Atom) -> &Spread {
        &self.spreads[atom.spread]
    }
}

/// `mean + factor * cov * pull`.
fn moved(mean: Point, factor: f64, cov: Symmetric, pull: Point) -> Point {
    let step = times(cov, pull);
    [0, 1].map(|i| mean[i] + factor * step[i])
}

/// The matrix times itself.
fn square([xx, xy, yy]: Symmetric) -> Symmetric {
    [xx * xx + xy * xy, xy * (xx + yy), xy * xy + yy * yy]
}

/// The Cholesky factor of a covariance times a vector.
fn times_root([xx, xy, yy]: Symmetric, v: Point) -> Point {
    let a = xx.max(0.0).sqrt();
    let b = if a > 0.0 { xy / a } else { 0.0 };
    let c = (yy - b * b).max(0.0).sqrt();
    [a * v[0], b * v[0] + c * v[1]]
}
