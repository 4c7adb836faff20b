//! From coupled pairs to one regression batch of conditional flow matching.

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use crate::experiment::{CFM_TIMES, Experiment, TimeEmbedding};
use crate::flow::Point;
use crate::flow::conversion::{Affine, Posterior, Quantity};
use crate::flow::coupling::Pairs;
use crate::flow::path::{BRIDGE_TIMES, Path, Schedule, bridge_noise, interpolate, velocity};

use super::Scaling;
use super::embedding;

/// One batch on the network's scale, row-major `f32`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Number of rows.
    pub n: usize,
    /// `[n, 2 + time features]`: `c_in(t) x_t` and the features of t.
    pub inputs: Vec<f32>,
    /// `[n, 2]`: what the network is to predict over `c_out(t)`, the conditional velocity `dx_t/dt` for one.
    pub targets: Vec<f32>,
    /// `[n]`: what turns a squared residual into the loss of what is predicted: `c_out(t)^2`, for the score
    /// `c_out(t)^2 sigma^2 s_0^2 = 1`.
    pub weights: Vec<f32>,
    /// The same outputs as velocities.
    pub cfm: CfmRows,
}

/// How a batch's outputs become the CFM loss over [`CFM_TIMES`], which can be compared whatever is predicted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CfmRows {
    /// `[n, 2]`: the outputs whose velocity is the conditional one. Empty if those are the batch's targets.
    pub targets: Vec<f32>,
    /// `[n]`: what turns a squared residual into that of the velocity, in canvas units; 0 at other times. Empty if the CFM
    /// loss is the batch's own.
    pub weights: Vec<f32>,
}

/// What a batch is made by: the path, the scales and the form of the inputs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchRule {
    path: Path,
    scaling: Scaling,
    time: TimeEmbedding,
    predicted: Quantity,
    sigma: f64,
    bridge: f64,
    /// First and last time of a batch; the same where there is but one step to learn.
    times: (f64, f64),
}

impl BatchRule {
    /// The rule of the experiment with the given scales.
    pub fn new(experiment: &Experiment, scaling: Scaling) -> Self {
        let (start, end) = experiment.problem.path.time_range();
        let bridge = experiment.problem.coupling.bridge();
        Self {
            times: match experiment.problem.velocity.is_one_step() {
                true => (start, start),
                // A bridge's velocity diverges at both ends.
                false if bridge > 0.0 => (start.max(BRIDGE_TIMES.0), end.min(BRIDGE_TIMES.1)),
                false => (start, end),
            },
            path: experiment.problem.path,
            scaling,
            time: experiment.model.time,
            predicted: experiment.model.parametrisation,
            sigma: experiment.problem.noise,
            bridge,
        }
    }

    /// The conditional paths.
    pub fn path(&self) -> Path {
        self.path
    }

    /// The mean of what is regressed on over the pairs whose paths pass through `x` at the velocity `u`, that of the marginal
    /// field.
    pub fn mean_target(&self, schedule: Schedule, x: Point, u: Point) -> Point {
        if self.predicted.is_velocity() {
            return u;
        }
        // What is regressed on is linear in the ends of a pair.
        let Posterior { denoiser, noise } = Posterior::from_velocity(schedule, x, u);
        self.scaling
            .target(self.predicted, schedule, noise, denoiser)
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
    pub velocity: Point,
    /// What the network is to predict: the velocity, or another quantity of the pair.
    pub target: Point,
}

impl Regression {
    /// The same pair with the noise of a bridge, whose velocity is regressed on.
    fn on_bridge(mut self, sigma: f64, rng: &mut impl Rng) -> Self {
        for i in 0..2 {
            let noise = bridge_noise(sigma, self.t, rng.sample(StandardNormal));
            self.x_t[i] += noise.position;
            self.velocity[i] += noise.velocity;
            self.target[i] += noise.velocity;
        }
        self
    }
}

/// Draws `t ~ U(t_0, t_1)` for every pair and regresses on the path's velocity, or what else is predicted, at
/// `x_t = alpha_t x_1 + sigma_t x_0 + sigma z` (Lipman et al. 2210.02747, Eq. 9; the extra noise is Tong et
/// al. 2302.00482, Eq. 13 and following). For a distillation to one step t is 0, where `x_t = x_0`.
pub fn regressions<'a>(
    rule: &'a BatchRule,
    pairs: &'a Pairs,
    rng: &'a mut impl Rng,
) -> impl Iterator<Item = Regression> + 'a {
    let (t_0, t_1) = rule.times;
    pairs.iter().map(move |(x_0, x_1)| {
        let t = t_0 + (t_1 - t_0) * rng.random::<f64>();
        let schedule = rule.path.at(t);
        let line = Regression {
            t,
            schedule,
            x_t: rule.noisy(interpolate(schedule, x_0, x_1), rng),
            velocity: velocity(schedule, x_0, x_1),
            target: rule.scaling.target(rule.predicted, schedule, x_0, x_1),
        };
        match rule.bridge > 0.0 {
            true => line.on_bridge(rule.bridge, rng),
            false => line,
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
        cfm: CfmRows::default(),
    };
    batch.cfm.weights.reserve(n);
    for drawn in drawn {
        let c_in = rule.scaling.input(drawn.schedule);
        let c_out = rule.scaling.output(rule.predicted, drawn.schedule);
        batch.inputs.extend(drawn.x_t.map(|x| (c_in * x) as f32));
        embedding::push_features(rule.time, drawn.t, &mut batch.inputs);
        let on_scale = drawn.target.map(|v| (v / c_out) as f32);
        batch.targets.extend(on_scale);
        batch.weights.push(match rule.predicted {
            Quantity::Score => 1.0,
            _ => (c_out * c_out) as f32,
        });
        rule.push_cfm(&drawn, &mut batch.cfm);
    }
    batch
}

impl BatchRule {
    /// The row of the CFM loss: a residual of the output, times `b` of `u = a x + b net`, is one of the velocity. The
    /// weights make the mean over all rows that over [`CFM_TIMES`].
    fn push_cfm(&self, drawn: &Regression, rows: &mut CfmRows) {
        let (t_0, t_1) = self.times;
        let (first, last) = (t_0.max(CFM_TIMES.0), t_1.min(CFM_TIMES.1));
        let is_of_one_time = t_0 == t_1;
        let is_told = is_of_one_time || (first..=last).contains(&drawn.t);
        let share = match is_told {
            true if is_of_one_time => 1.0,
            true => (t_1 - t_0) / (last - first),
            false => 0.0,
        };
        let Affine { of_x, of_value } = self.scaling.velocity(self.predicted, drawn.schedule);
        rows.weights.push((share * of_value * of_value) as f32);
        if !self.predicted.is_velocity() {
            let output = |i: usize| match is_told {
                true => (drawn.velocity[i] - of_x * drawn.x_t[i]) / of_value,
                false => 0.0,
            };
            rows.targets.extend([0, 1].map(|i| output(i) as f32));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;
    use crate::flow::coupling::Coupling;
    use crate::flow::rng::{Stream, stream};

    #[test]
    fn a_bridge_has_its_variance_and_its_own_velocity() {
        const N: usize = 20_000;
        let preset = presets::find("two-moons").unwrap();
        let mut experiment = preset.experiment().unwrap();
        experiment.problem.coupling = Coupling::Sinkhorn {
            batch: 256,
            epsilon: 0.05,
            bridge: 0.5,
        };
        let rule = BatchRule::new(&experiment, Scaling::measure(&experiment).unwrap());
        let pairs = Pairs {
            x_0: vec![[0.0, 0.0]; N],
            x_1: vec![[1.0, 0.0]; N],
        };
        let mut rng = stream(3, Stream::Times, 0);
        let mut squares = 0.0;
        for drawn in regressions(&rule, &pairs, &mut rng) {
            let t = drawn.t;
            assert!((1e-3..=1.0 - 1e-3).contains(&t));
            let away = [drawn.x_t[0] - t, drawn.x_t[1]];
            let factor = (1.0 - 2.0 * t) / (2.0 * t * (1.0 - t));
            for (i, away) in away.into_iter().enumerate() {
                let expected = [1.0, 0.0][i] + factor * away;
                assert!((drawn.target[i] - expected).abs() < 1e-9);
                assert_eq!(drawn.target[i], drawn.velocity[i]);
                squares += away * away / (t * (1.0 - t)) / (2 * N) as f64;
            }
        }
        assert!((squares / 0.25 - 1.0).abs() < 0.03, "{squares}");
    }
}
