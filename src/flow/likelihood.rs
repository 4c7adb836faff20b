//! The density that a flow gives its samples, by change of variables.
//!
//! Along a trajectory `d/dt log p_t(x_t) = -div v_t(x_t)`, so that a point is solved backward together with the
//! divergence on its way: `log p_1(x) = log p_0(x_0) - int div v_t(x_t) dt`, where the flow takes `x_0` to `x`. In the
//! plane the divergence is exact; Hutchinson's estimate of it, which is what is left in many dimensions, is kept to be
//! looked at. Refuses to know networks, experiments and threads: it pauses after every evaluation.
//!
//! Sources: Chen et al., arXiv 1806.07366 (change of variables); Grathwohl et al., arXiv 1810.01367, and Hutchinson 1990
//! (the estimate, with the same probe along a whole trajectory).

mod density;
mod steps;

use rand::Rng;

use super::constant::{Constant, Control, Range};
use super::rng::{Stream, stream};
use super::tableau::RK4;
use super::vocabulary::{Entry, vocabulary};
use super::work::pause;
use super::{Point, VelocityField};

pub use density::{LogDensity, NoDensity};
pub use steps::{EncodingSteps, TOLERANCE};

vocabulary! {
    /// How the divergence of the velocity is found.
    #[derive(Eq)]
    pub enum Divergence, defaults {
        Exact = Entry::plain("exact", "∂v₁/∂x₁ + ∂v₂/∂x₂", "by two tangents through the network."),
        Hutchinson { probes: usize } = HUTCHINSON,
    }
}

/// Hutchinson's estimate.
const HUTCHINSON: Entry = Entry {
    name: "Hutchinson",
    formula: "mean over probes of ε · (∂v/∂x) ε, ε = (±1, ±1)",
    hint: "unbiased for log p₁, with a spread that is stated; one probe for a whole trajectory.",
    constants: &[Constant {
        name: "probes",
        symbol: "Probes",
        default: 1.0,
        range: Range::closed(1.0, 1024.0),
        control: Control::Drag {
            step: 0.2,
            decimals: 0,
        },
        hint: "Rademacher probes behind the divergence of a trajectory: the spread falls as 1/√probes.",
    }],
};

/// A point of the flow's end where the flow has it from, and what its surroundings went through on the way.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Encoded {
    /// Where it starts.
    pub x_0: Point,
    /// `int div v_t(x_t) dt` from the first time of the flow to the last.
    pub divergence: f64,
    /// `int (dv_1/dx_2 + dv_2/dx_1) dt`, what a probe adds if its two signs are equal and takes away if not; 0 where
    /// nobody asked for it.
    pub cross: f64,
}

/// `log p_1` at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogLikelihood {
    /// In nats.
    pub value: f64,
    /// Standard deviation over the probes; 0 for the exact divergence.
    pub spread: f64,
}

impl Divergence {
    /// `log p_1` where `log p_0` of the start is known. The probes are those of point number `index` of a seed.
    pub fn log_likelihood(
        self,
        encoded: &Encoded,
        log_p_0: f64,
        (seed, index): (u64, u64),
    ) -> LogLikelihood {
        let exact = log_p_0 - encoded.divergence;
        match self {
            Self::Exact => LogLikelihood {
                value: exact,
                spread: 0.0,
            },
            Self::Hutchinson { probes } => LogLikelihood {
                value: exact - mean_sign(seed, index, probes) * encoded.cross,
                spread: encoded.cross.abs() / (probes.max(1) as f64).sqrt(),
            },
        }
    }
}

/// Mean of `e_1 e_2` over probes of independent signs: all that Hutchinson's estimate in the plane depends on, because
/// `e^T J e = J_11 + J_22 + e_1 e_2 (J_12 + J_21)`.
fn mean_sign(seed: u64, index: u64, probes: usize) -> f64 {
    let mut rng = stream(seed, Stream::Probes, index);
    let sign = |_| match rng.next_u32() % 2 {
        0 => 1.0,
        _ => -1.0,
    };
    (0..probes).map(sign).sum::<f64>() / probes.max(1) as f64
}

/// Carries points from the end of a flow to its start by the classical Runge-Kutta method through `times`, which fall
/// from the flow's last time to its first. Pauses after every evaluation.
pub async fn encode(
    field: &dyn VelocityField,
    divergence: Divergence,
    times: &[f64],
    xs: &[Point],
) -> Vec<Encoded> {
    let mut march = March::new(field, divergence, xs);
    for ends in times.windows(2) {
        march.step(ends[0], ends[1] - ends[0]).await;
    }
    march.arrive()
}

/// A point, and the integrals along its way so far: of the divergence and of the cross derivatives.
type State = [f64; 4];

/// Points that are carried step by step together with their integrals.
struct March<'a> {
    field: &'a dyn VelocityField,
    divergence: Divergence,
    at: Vec<State>,
    /// `k_i` of the step, `[stage][point]`.
    stages: Vec<Vec<State>>,
    /// Where a stage evaluates the field, and what it finds.
    probe: Vec<Point>,
    velocity: Vec<Point>,
}

impl<'a> March<'a> {
    fn new(field: &'a dyn VelocityField, divergence: Divergence, xs: &[Point]) -> Self {
        Self {
            field,
            divergence,
            at: xs.iter().map(|&[x, y]| [x, y, 0.0, 0.0]).collect(),
            stages: vec![vec![State::default(); xs.len()]; RK4.stages()],
            probe: xs.to_vec(),
            velocity: vec![[0.0; 2]; xs.len()],
        }
    }

    /// From `t` to `t + h`.
    async fn step(&mut self, t: f64, h: f64) {
        for (i, (a_i, c_i)) in RK4.a.iter().zip(RK4.c).enumerate() {
            for (k, probe) in self.probe.iter_mut().enumerate() {
                let [x, y, ..] = advanced(self.at[k], h, a_i, &self.stages, k);
                *probe = [x, y];
            }
            self.evaluate(t + c_i * h, i);
            pause().await;
        }
        for k in 0..self.at.len() {
            self.at[k] = advanced(self.at[k], h, RK4.b, &self.stages, k);
        }
    }

    /// The derivatives of all states at time `t`, into a stage.
    fn evaluate(&mut self, t: f64, stage: usize) {
        let n = self.probe.len();
        let derivatives: Vec<Point> = match self.divergence {
            Divergence::Exact => {
                let mut div = vec![0.0; n];
                self.field
                    .eval_div(t, &self.probe, &mut self.velocity, &mut div);
                div.into_iter().map(|div| [div, 0.0]).collect()
            }
            Divergence::Hutchinson { .. } => {
                let mut jacobian = vec![[[0.0; 2]; 2]; n];
                self.field
                    .eval_jacobian(t, &self.probe, &mut self.velocity, &mut jacobian);
                let parts = |[[xx, xy], [yx, yy]]: [Point; 2]| [xx + yy, xy + yx];
                jacobian.into_iter().map(parts).collect()
            }
        };
        let found = self.velocity.iter().zip(derivatives);
        for (state, ([u, v], [div, cross])) in self.stages[stage].iter_mut().zip(found) {
            *state = [*u, *v, div, cross];
        }
    }

    /// What has become of the points. They went backward, and so did the integrals.
    fn arrive(self) -> Vec<Encoded> {
        let encoded = |[x, y, div, cross]: State| Encoded {
            x_0: [x, y],
            divergence: -div,
            cross: -cross,
        };
        self.at.into_iter().map(encoded).collect()
    }
}

/// `state + h sum_i weight_i k_i` for one point.
fn advanced(state: State, h: f64, weights: &[f64], stages: &[Vec<State>], point: usize) -> State {
    let mut slope = State::default();
    for (weight, stage) in weights.iter().zip(stages) {
        for (slope, k) in slope.iter_mut().zip(&stage[point]) {
            *slope += weight * k;
        }
    }
    std::array::from_fn(|i| state[i] + h * slope[i])
}

#[cfg(test)]
mod tests;
