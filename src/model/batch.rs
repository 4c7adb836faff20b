//! From coupled pairs to one regression batch of conditional flow matching.

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use crate::experiment::{Experiment, TimeEmbedding};
use crate::flow::Point;
use crate::flow::coupling::Pairs;
use crate::flow::path::{Path, Schedule, interpolate, velocity};

use super::Scaling;
use super::embedding;

/// One batch on the network's scale, row-major `f32`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Number of rows.
    pub n: usize,
    /// `[n, 2 + time features]`: `c_in(t) x_t` and the features of t.
    pub inputs: Vec<f32>,
    /// `[n, 2]`: the conditional velocity `dx_t/dt` over `c_out(t)`.
    pub targets: Vec<f32>,
    /// `[n]`: `c_out(t)^2`, which turns a squared residual back into canvas units.
    pub weights: Vec<f32>,
}

/// What a batch is made by: the path, the scales and the form of the inputs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchRule {
    path: Path,
    scaling: Scaling,
    time: TimeEmbedding,
    sigma: f64,
}

impl BatchRule {
    /// The rule of the experiment with the given scales.
    pub fn new(experiment: &Experiment, scaling: Scaling) -> Self {
        Self {
            path: experiment.problem.path,
            scaling,
            time: experiment.model.time,
            sigma: experiment.problem.noise,
        }
    }

    /// The conditional paths.
    pub fn path(&self) -> Path {
        self.path
    }

    /// A point on its conditional path with the extra noise of the experiment.
    pub fn noisy(&self, x: Point, rng: &mut impl Rng) -> Point {
        match self.sigma > 0.0 {
            true => x.map(|x| x + self.sigma * rng.sample::<f64, _>(StandardNormal)),
            false => x,
        }
    }
}

/// What the network regresses on for one pair, on the canvas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Regression {
    /// The time that was drawn.
    pub t: f64,
    /// The path's coefficients there.
    pub schedule: Schedule,
    /// The point on the conditional path, extra noise included.
    pub x_t: Point,
    /// The conditional velocity `dx_t/dt`.
    pub target: Point,
}

/// Draws `t ~ U(t_0, t_1)` for every pair and regresses on the path's velocity at
/// `x_t = alpha_t x_1 + sigma_t x_0 + sigma z` (Lipman et al. 2210.02747, Eq. 9; the extra noise is Tong et
/// al. 2302.00482, Eq. 13 and following).
pub fn regressions<'a>(
    rule: &'a BatchRule,
    pairs: &'a Pairs,
    rng: &'a mut impl Rng,
) -> impl Iterator<Item = Regression> + 'a {
    let (t_0, t_1) = rule.path.time_range();
    pairs.iter().map(move |(x_0, x_1)| {
        let t = t_0 + (t_1 - t_0) * rng.random::<f64>();
        let schedule = rule.path.at(t);
        Regression {
            t,
            schedule,
            x_t: rule.noisy(interpolate(schedule, x_0, x_1), rng),
            target: velocity(schedule, x_0, x_1),
        }
    })
}

/// The batch of [`regressions`] on the network's scale.
pub fn make_batch(rule: &BatchRule, pairs: &Pairs, rng: &mut impl Rng) -> Batch {
    batch_of(rule, pairs.x_0.len(), regressions(rule, pairs, rng))
}

/// The batch of these `n` regressions on the network's scale, whatever they regress on.
pub fn batch_of(rule: &BatchRule, n: usize, drawn: impl Iterator<Item = Regression>) -> Batch {
    let width = 2 + embedding::width(rule.time);
    let mut batch = Batch {
        n,
        inputs: Vec::with_capacity(n * width),
        targets: Vec::with_capacity(2 * n),
        weights: Vec::with_capacity(n),
    };
    for drawn in drawn {
        let c_in = rule.scaling.input(drawn.schedule);
        let c_out = rule.scaling.output(drawn.schedule);
        batch.inputs.extend(drawn.x_t.map(|x| (c_in * x) as f32));
        embedding::push_features(rule.time, drawn.t, &mut batch.inputs);
        let on_scale = drawn.target.map(|v| (v / c_out) as f32);
        batch.targets.extend(on_scale);
        batch.weights.push((c_out * c_out) as f32);
    }
    batch
}
