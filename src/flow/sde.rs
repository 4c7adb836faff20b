//! Stochastic sampling: the same densities `p_t` by rough ways.
//!
//! `dX = (u + g score) dt + sqrt(2 g) dW` has the marginals of `dX = u dt` for every strength `g >= 0` that does not
//! depend on x, chosen after training: the score's drift undoes what the noise spreads (Song et al., arXiv 2011.13456;
//! Albergo & Vanden-Eijnden, arXiv 2303.08797, with the strength called epsilon there). Backward in time the drift is
//! `u - g score`. The Euler-Maruyama method takes the steps of a solver, in parts where they would be too long for the
//! narrowest component of `p_t`.
//!
//! Refuses to know where the field comes from: one that knows its score is asked for it, of any other it is told by
//! conversion, for a source `N(0, s_0^2 I)` that is independent of the target.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::constant::{Constant, Control, Range};
use super::conversion::{Affine, DIVISOR_FLOOR, Quantity};
use super::path::Path;
use super::rng::{Stream, stream};
use super::trajectory::Trajectories;
use super::vocabulary::{Entry, vocabulary};
use super::work::pause;
use super::{Point, VelocityField};

/// The time at which stochastic sampling ends: at t = 1 the score of a path that ends in single points is infinite.
pub const END: f64 = 1.0 - 1e-3;
/// Largest `g dt / lambda`, with lambda the variance of the narrowest component: a longer step leaves a component wider
/// than it is, from 2 on it explodes.
pub const LONGEST: f64 = 0.2;
/// Most parts of one step.
pub const MOST_PARTS: usize = 1000;

vocabulary! {
    /// How particles are carried by the field.
    pub enum Sampler, defaults {
        Ode = Entry::plain("ODE", "dX = u dt", "by the chosen solver."),
        Sde { strength: f64 } = SDE,
    }
}

/// Stochastic sampling.
const SDE: Entry = Entry {
    name: "SDE",
    formula: "dX = (u + g grad log p_t) dt + √(2 g) dW",
    hint: "the same densities at every t by rough ways: Euler-Maruyama over the solver's steps, to t = 1 − 10⁻³.",
    constants: &[Constant {
        name: "strength",
        symbol: "Strength g",
        default: 0.5,
        range: Range::closed(0.0, 100.0),
        control: Control::Slider(0.0, 5.0),
        hint: "g in dX = (u + g grad log p_t) dt + √(2 g) dW: 0 is Euler's method.",
    }],
};

impl Sampler {
    /// Whether ways follow the field, which is what files mean that name none.
    pub fn is_ode(&self) -> bool {
        *self == Self::Ode
    }
}

/// Why a number of trajectories is missing where they are random.
pub const NO_STRAIGHTNESS: &str = "The ways of an SDE are rough at every scale: they have no speed, no length and no straightness. \
     sampler: Ode has them, on the same densities.";

/// A stochastic differential equation with the marginals of a flow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sde {
    /// `g`, at least 0.
    pub strength: f64,
    /// The path, whose coefficients turn a velocity into a score.
    pub path: Path,
    /// `s_0`: the source on the canvas is `N(0, s_0^2 I)`.
    pub source_std: f64,
    /// Smallest variance of a component of the target, if that is known: without it no step is cut.
    pub narrowest: Option<f64>,
    /// Seed of the noise.
    pub seed: u64,
}

impl Sde {
    /// A range of times as far as it goes: to [`END`], or from there.
    pub fn range(range: (f64, f64)) -> (f64, f64) {
        (range.0.min(END), range.1.min(END))
    }

    /// Smallest variance of a component of `p_t`, `alpha^2 lambda_1 + sigma^2 s_0^2`.
    fn narrowest(&self, t: f64) -> Option<f64> {
        let schedule = self.path.at(t);
        let of_source = (schedule.sigma * self.source_std).powi(2);
        Some(schedule.alpha.powi(2) * self.narrowest? + of_source)
    }

    /// Into how many parts a step has to be cut, and whether so many are taken.
    fn wanted_parts(&self, from: f64, to: f64) -> f64 {
        let times = [from, 0.5 * (from + to), to];
        let variances = times.map(|t| self.narrowest(t).unwrap_or(f64::INFINITY));
        let narrowest = variances.into_iter().fold(f64::INFINITY, f64::min);
        (self.strength * (to - from).abs() / (LONGEST * narrowest))
            .ceil()
            .max(1.0)
    }

    fn parts(&self, from: f64, to: f64) -> usize {
        self.wanted_parts(from, to).min(MOST_PARTS as f64) as usize
    }

    /// The steps of `times` that would take more than [`MOST_PARTS`] parts.
    pub fn too_long(&self, times: &[f64]) -> usize {
        let most = MOST_PARTS as f64;
        let steps = times.windows(2);
        steps
            .filter(|ends| self.wanted_parts(ends[0], ends[1]) > most)
            .count()
    }

    /// Evaluations of velocity and score for each particle: one for each part of a step.
    pub fn nfe(&self, times: &[f64]) -> usize {
        times
            .windows(2)
            .map(|ends| self.parts(ends[0], ends[1]))
            .sum()
    }

    /// Carries `x_0` through `times`, at most `rows` particles at once and with a pause after every evaluation. `first` is the
    /// number of the first particle: the noise of each is its own, whatever there is beside it.
    ///
    /// Memory: `16 times.len() x_0.len()` bytes.
    pub async fn carry(
        &self,
        field: &dyn VelocityField,
        times: &[f64],
        x_0: &[Point],
        first: usize,
        rows: usize,
    ) -> Trajectories {
        let (n, rows) = (x_0.len(), rows.max(1));
        let mut points = vec![[0.0; 2]; times.len() * n];
        for (chunk, x_0) in x_0.chunks(rows).enumerate() {
            let mut walk = Walkers::new(self.seed, first + chunk * rows, x_0);
            for (node, &end) in times.iter().enumerate() {
                if let Some(before) = node.checked_sub(1) {
                    self.step(field, (times[before], end), &mut walk).await;
                }
                let place = node * n + chunk * rows;
                points[place..place + x_0.len()].copy_from_slice(&walk.at);
            }
        }
        Trajectories {
            times: times.to_vec(),
            n_particles: n,
            points,
            nfe: self.nfe(times),
        }
    }

    /// One step of the solver, in its parts.
    async fn step(&self, field: &dyn VelocityField, ends: (f64, f64), walk: &mut Walkers) {
        let parts = self.parts(ends.0, ends.1);
        let h = (ends.1 - ends.0) / parts as f64;
        // The drift by the score is against the direction of time where time runs backward.
        let strength = self.strength.copysign(h);
        let size = (2.0 * self.strength * h.abs()).sqrt();
        for part in 0..parts {
            let t = ends.0 + h * part as f64;
            self.velocity_and_score(field, t, walk);
            let moves = walk
                .velocities
                .iter()
                .zip(&walk.scores)
                .zip(&mut walk.noise);
            for (x, ((u, score), noise)) in walk.at.iter_mut().zip(moves) {
                for i in 0..2 {
                    let drift = u[i] + strength * score[i];
                    x[i] += h * drift + size * noise.sample::<f64, _>(StandardNormal);
                }
            }
            pause().await;
        }
    }

    fn velocity_and_score(&self, field: &dyn VelocityField, t: f64, walk: &mut Walkers) {
        let Walkers {
            at,
            velocities,
            scores,
            ..
        } = walk;
        if field.eval_score(t, at, velocities, scores) {
            return;
        }
        field.eval(t, at, velocities);
        let score = self.score_of_velocity(t);
        for ((score_there, &x), &u) in scores.iter_mut().zip(at.iter()).zip(velocities.iter()) {
            *score_there = score.at(x, u);
        }
    }

    fn score_of_velocity(&self, t: f64) -> Affine {
        Quantity::Score.of_velocity(self.path.at(t), self.source_std, DIVISOR_FLOOR)
    }
}

/// Particles on their way.
struct Walkers {
    at: Vec<Point>,
    velocities: Vec<Point>,
    scores: Vec<Point>,
    noise: Vec<ChaCha8Rng>,
}

impl Walkers {
    fn new(seed: u64, first: usize, x_0: &[Point]) -> Self {
        let noise = |i: usize| stream(seed, Stream::Diffusion, (first + i) as u64);
        Self {
            at: x_0.to_vec(),
            velocities: vec![[0.0; 2]; x_0.len()],
            scores: vec![[0.0; 2]; x_0.len()],
            noise: (0..x_0.len()).map(noise).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
