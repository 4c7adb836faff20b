//! Fixed-step solvers for `dZ_t/dt = v_t(Z_t)`, batched over particles.
//!
//! A solver refuses to know what the field is and who waits for the result: it can be paused after every step, and the
//! points are the same however it is cut.

use super::constant::{Constant, Control, Range};
use super::tableau::{EULER, HEUN, MIDPOINT, RK4, Tableau};
use super::trajectory::{Trajectories, Walk};
use super::vocabulary::{Entry, vocabulary};
use super::work::{finish, pause};
use super::{Point, VelocityField};

/// Most steps that a solver takes.
pub const MAX_STEPS: usize = 10_000;

/// The constant that every solver has.
const STEPS: Constant = Constant {
    name: "steps",
    symbol: "Steps N",
    default: 100.0,
    range: Range::closed(1.0, MAX_STEPS as f64),
    control: Control::Drag {
        step: 0.5,
        decimals: 0,
    },
    hint: "Equal steps N: h = 1 / N; NFE = N times the evaluations a step.",
};

/// A row is the solver's name in files and its tableau.
macro_rules! solvers {
    ($($Variant:ident = $TABLEAU:ident,)+) => {
        vocabulary! {
            /// A method with its number of equal steps, in files as `Euler(steps: 100)`.
            #[derive(Eq)]
            pub enum Solver, complete {
                $($Variant { steps: usize } = Entry {
                    name: $TABLEAU.name,
                    formula: $TABLEAU.formula,
                    hint: "",
                    constants: &[STEPS],
                },)+
            }
        }

        impl Solver {
            /// The method's coefficients.
            pub fn tableau(&self) -> &'static Tableau {
                match self {
                    $(Self::$Variant { .. } => &$TABLEAU,)+
                }
            }

            /// Number of steps, `1..=10000`.
            pub fn steps(&self) -> usize {
                let ($(Self::$Variant { steps })|+) = *self;
                steps
            }

            /// The same method with another number of steps.
            pub fn with_steps(&self, steps: usize) -> Self {
                match self {
                    $(Self::$Variant { .. } => Self::$Variant { steps },)+
                }
            }
        }
    };
}

solvers! {
    Euler = EULER,
    Midpoint = MIDPOINT,
    Heun = HEUN,
    Rk4 = RK4,
}

impl Solver {
    /// The times of its nodes, one more than steps, evenly from the first time of the range to the second.
    pub fn times(&self, (start, end): (f64, f64)) -> Vec<f64> {
        let steps = self.steps();
        let time = |n| start + (end - start) * n as f64 / steps as f64;
        (0..=steps).map(time).collect()
    }

    /// Velocity evaluations per trajectory: steps times stages.
    pub fn nfe(&self) -> usize {
        self.steps() * self.tableau().stages()
    }

    /// Its order and what a step costs.
    pub fn hint(&self) -> String {
        let Tableau { order, b, .. } = self.tableau();
        let evaluations = match b.len() {
            1 => "1 evaluation".to_owned(),
            n => format!("{n} evaluations"),
        };
        format!("order {order}, {evaluations} a step.")
    }

    /// The solver as a legend names it, with its number of evaluations.
    pub fn legend(&self) -> String {
        format!("{}, {} NFE", self.name(), self.nfe())
    }
}

/// Carries `x_0` from the first time of `time_range` to the second, which may be the earlier one.
///
/// Memory: `16 (steps + 1) x_0.len()` bytes.
pub fn solve(
    field: &dyn VelocityField,
    solver: Solver,
    time_range: (f64, f64),
    x_0: &[Point],
) -> Trajectories {
    finish(solve_in_pieces(field, solver, time_range, x_0, x_0.len()))
}

/// [`solve`] with at most `rows` particles at once and a pause after each of their steps.
pub async fn solve_in_pieces(
    field: &dyn VelocityField,
    solver: Solver,
    time_range: (f64, f64),
    x_0: &[Point],
    rows: usize,
) -> Trajectories {
    let times = solver.times(time_range);
    let n = x_0.len();
    let mut points = vec![[0.0; 2]; times.len() * n];
    points[..n].copy_from_slice(x_0);
    let rows = rows.max(1);
    for (chunk, x_0) in x_0.chunks(rows).enumerate() {
        let mut march = March::new(field, solver.tableau(), x_0);
        for (node, ends) in (1..).zip(times.windows(2)) {
            march.step(ends[0], ends[1] - ends[0]);
            let first = node * n + chunk * rows;
            points[first..first + x_0.len()].copy_from_slice(&march.at);
            pause().await;
        }
    }
    Trajectories {
        times,
        n_particles: n,
        points,
        nfe: solver.nfe(),
    }
}

/// Carries `x_0` through `times` with a method, keeping of each particle what it spent and where it ended; pauses after
/// every step.
///
/// Memory: a few hundred bytes a particle, whatever the number of times.
pub async fn walk(
    field: &dyn VelocityField,
    tableau: &'static Tableau,
    times: &[f64],
    x_0: &[Point],
) -> Vec<Walk> {
    let mut march = March::new(field, tableau, x_0);
    let begin = |&start: &Point| Walk {
        start,
        end: start,
        energy: 0.0,
        arc: 0.0,
    };
    let mut walks: Vec<Walk> = x_0.iter().map(begin).collect();
    for ends in times.windows(2) {
        let h = ends[1] - ends[0];
        march.step(ends[0], h);
        for (particle, walk) in walks.iter_mut().enumerate() {
            for (b_i, k_i) in tableau.b.iter().zip(&march.stages) {
                let [x, y] = k_i[particle];
                let speed_squared = x * x + y * y;
                walk.energy += h.abs() * b_i * speed_squared;
                walk.arc += h.abs() * b_i * speed_squared.sqrt();
            }
        }
        pause().await;
    }
    for (walk, &end) in walks.iter_mut().zip(&march.at) {
        walk.end = end;
    }
    walks
}

/// A cloud that is carried step by step.
pub(super) struct March<'a> {
    field: &'a dyn VelocityField,
    tableau: &'static Tableau,
    /// Where the particles are.
    pub(super) at: Vec<Point>,
    /// `k_i` of the last step, `[stage][particle]`.
    stages: Vec<Vec<Point>>,
    /// Where the current stage evaluates the field.
    probe: Vec<Point>,
}

impl<'a> March<'a> {
    pub(super) fn new(
        field: &'a dyn VelocityField,
        tableau: &'static Tableau,
        x_0: &[Point],
    ) -> Self {
        Self {
            field,
            tableau,
            at: x_0.to_vec(),
            stages: vec![vec![[0.0; 2]; x_0.len()]; tableau.stages()],
            probe: x_0.to_vec(),
        }
    }

    /// From `t` to `t + h`.
    pub(super) fn step(&mut self, t: f64, h: f64) {
        let Self {
            field,
            tableau,
            at,
            stages,
            probe,
        } = self;
        for (i, (a_i, c_i)) in tableau.a.iter().zip(tableau.c).enumerate() {
            let (earlier, rest) = stages.split_at_mut(i);
            for (particle, (probe, &x)) in probe.iter_mut().zip(at.iter()).enumerate() {
                *probe = advanced(x, h, a_i, earlier, particle);
            }
            field.eval(t + c_i * h, probe, &mut rest[0]);
        }
        for (particle, x) in at.iter_mut().enumerate() {
            *x = advanced(*x, h, tableau.b, stages, particle);
        }
    }
}

/// `x + h sum_i weight_i k_i` for one particle.
fn advanced(x: Point, h: f64, weights: &[f64], stages: &[Vec<Point>], particle: usize) -> Point {
    let mut slope = [0.0; 2];
    for (weight, k) in weights.iter().zip(stages) {
        slope[0] += weight * k[particle][0];
        slope[1] += weight * k[particle][1];
    }
    [x[0] + h * slope[0], x[1] + h * slope[1]]
}

#[cfg(test)]
mod tests;
