//! Solvers for `dZ_t/dt = v_t(Z_t)`, batched over particles: methods with equal steps, and one that chooses its steps.
//!
//! A solver refuses to know what the field is and who waits for the result: it can be paused after every step, and the
//! points are the same however it is cut.

use std::sync::Arc;

use super::dormand_prince::{Accuracy, Controlled, Hands, Nodes, controlled, followed};
use super::march::March;
use super::sde::{Sampler, Sde};
use super::trajectory::Trajectories;
use super::work::{Parts, Work, finish, pause};
use super::{Point, VelocityField};

mod method;

pub use super::march::walk;
pub use method::{MAX_STEPS, Solver, TOLERANCE};

/// The steps of a solver from one time to another, and what they cost: all that a particle's way depends on beside the
/// field and its start.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps {
    /// Whose steps.
    pub solver: Solver,
    /// First and last time that were asked for.
    pub range: (f64, f64),
    /// Ends of the steps, the start of the first one included.
    pub times: Vec<f64>,
    /// Steps that were tried and not taken.
    pub rejected: usize,
    /// Velocity evaluations per trajectory, those of rejected steps included.
    pub nfe: usize,
    /// The stochastic equation that is followed by these steps, if not the flow itself.
    pub sde: Option<Sde>,
}

impl Steps {
    /// Those of a stochastic equation over a solver's times, as far as it goes.
    pub fn stochastic(solver: Solver, range: (f64, f64), sde: Sde) -> Self {
        let range = Sde::range(range);
        let times = solver.times(range);
        Self {
            nfe: sde.nfe(&times),
            rejected: 0,
            sde: Some(sde),
            solver,
            range,
            times,
        }
    }

    /// Equal steps; none for a solver that chooses them.
    pub fn equal(solver: Solver, range: (f64, f64)) -> Option<Self> {
        match Plan::of(solver, range) {
            Plan::Known(steps) => Some(steps),
            Plan::Controlled(_) => None,
        }
    }

    /// Those that step control has chosen.
    fn chosen(solver: Solver, range: (f64, f64), found: &Controlled) -> Self {
        Self {
            solver,
            range,
            times: found.times.clone(),
            rejected: found.rejected,
            nfe: found.nfe,
            sde: None,
        }
    }

    /// What follows the steps.
    pub fn sampler(&self) -> Sampler {
        self.sde.map_or(Sampler::Ode, |sde| Sampler::Sde {
            strength: sde.strength,
        })
    }

    /// Steps that were taken.
    pub fn accepted(&self) -> usize {
        self.times.len().saturating_sub(1)
    }

    /// Where the solution ends before its time: its budget is spent, or the field asks for steps that are too short for
    /// any number to tell their ends apart.
    pub fn stopped_at(&self) -> Option<f64> {
        let last = self.times.last().copied();
        last.filter(|last| *last != self.range.1)
    }

    /// The solver as a legend names it: with its number of evaluations, that it ran backward if it did, and that it has
    /// stopped if it has.
    pub fn legend(&self) -> String {
        let name = match self.sde {
            None => self.solver.name().to_owned(),
            Some(Sde { strength, .. }) => format!("Euler-Maruyama, g = {strength}"),
        };
        let mut words = format!("{name}, {} NFE", self.nfe);
        if self.range.1 < self.range.0 {
            words += ", backward";
        }
        if let Some(t) = self.stopped_at() {
            words += &format!(", stopped at t = {t:.3}");
        }
        words
    }

    /// A sentence if the solution ends before its time.
    pub fn complaint(&self) -> Option<String> {
        let at = self.stopped_at()?;
        Some(format!(
            "{} stopped at t = {at:.4} after {} evaluations per particle ({} steps, {} more rejected): a larger \
             solver.tolerance or solver.budget may reach t = {}.",
            self.solver.name(),
            self.nfe,
            self.accepted(),
            self.rejected,
            self.range.1
        ))
    }
}

/// How the steps of a solver come about.
enum Plan {
    /// They are equal.
    Known(Steps),
    /// They are chosen on the way.
    Controlled(Accuracy),
}

impl Plan {
    fn of(solver: Solver, range: (f64, f64)) -> Self {
        match solver.accuracy() {
            Some(accuracy) => Self::Controlled(accuracy),
            None => Self::Known(Steps {
                times: solver.times(range),
                nfe: solver.nfe().unwrap_or_default(),
                rejected: 0,
                sde: None,
                solver,
                range,
            }),
        }
    }
}

/// Carries `x_0` from the first time of `time_range` to the second, which may be the earlier one.
///
/// Memory: `16 n_nodes x_0.len()` bytes.
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
    let solved = solve_with_steps(field, solver, time_range, x_0, rows);
    solved.await.0
}

/// [`solve_in_pieces`] with the steps that were taken. What a solution has not come to is not-a-number.
pub async fn solve_with_steps(
    field: &dyn VelocityField,
    solver: Solver,
    time_range: (f64, f64),
    x_0: &[Point],
    rows: usize,
) -> (Trajectories, Steps) {
    let accuracy = match Plan::of(solver, time_range) {
        Plan::Known(steps) => return (follow(field, &steps, x_0, rows).await, steps),
        Plan::Controlled(accuracy) => accuracy,
    };
    let mut nodes = Nodes::new(solver.times(time_range), x_0);
    let hands = Hands::One(field);
    let found = controlled(hands, accuracy, time_range, x_0, rows, Some(&mut nodes)).await;
    let steps = Steps::chosen(solver, time_range, &found);
    (trajectories(nodes, x_0.len(), steps.nfe), steps)
}

/// Carries `x_0` by steps that are known, chunk by chunk: the trajectory of a particle does not depend on the others.
pub async fn follow(
    field: &dyn VelocityField,
    steps: &Steps,
    x_0: &[Point],
    rows: usize,
) -> Trajectories {
    follow_from(field, steps, 0, x_0, rows).await
}

/// [`follow`] for particles of which the first has this number, which says what the noise of a stochastic equation is.
pub async fn follow_from(
    field: &dyn VelocityField,
    steps: &Steps,
    first: usize,
    x_0: &[Point],
    rows: usize,
) -> Trajectories {
    if let Some(sde) = &steps.sde {
        return sde.carry(field, &steps.times, x_0, first, rows).await;
    }
    let Steps { solver, range, .. } = *steps;
    if solver.accuracy().is_some() {
        let mut nodes = Nodes::new(solver.times(range), x_0);
        followed(field, &steps.times, x_0, rows, &mut nodes).await;
        return trajectories(nodes, x_0.len(), steps.nfe);
    }
    let times = steps.times.clone();
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
        nfe: steps.nfe,
    }
}

/// Where the particles are at the end, and the steps; with at most `rows` of them at once, at the same time if others
/// help. A solution that has stopped before its time ends at not-a-number.
pub async fn ends(
    field: &Arc<dyn VelocityField>,
    solver: Solver,
    time_range: (f64, f64),
    x_0: &[Point],
    rows: usize,
    parts: &Parts,
) -> (Vec<Point>, Steps) {
    let rows = rows.max(1);
    let accuracy = match Plan::of(solver, time_range) {
        Plan::Known(steps) => return (last_points(field, &steps, x_0, rows, parts).await, steps),
        Plan::Controlled(accuracy) => accuracy,
    };
    let hands = Hands::Many(field, parts);
    let found = controlled(hands, accuracy, time_range, x_0, rows, None).await;
    let steps = Steps::chosen(solver, time_range, &found);
    match steps.stopped_at() {
        None => (found.ends, steps),
        Some(_) => (vec![[f64::NAN; 2]; x_0.len()], steps),
    }
}

/// Tolerance, absolute and relative, of the ends that others are trained on: far below what training could learn.
const TAUGHT: f64 = 1e-6;

/// Where the flow takes the points, by Dormand-Prince 5(4) at 1e-6, as pairs of it are made; none if it takes one of them
/// nowhere. See [`ends`].
pub async fn carried(
    field: &Arc<dyn VelocityField>,
    time_range: (f64, f64),
    x_0: &[Point],
    rows: usize,
    parts: &Parts,
) -> Option<Vec<Point>> {
    let solver = Solver::controlled(TAUGHT);
    let (x_1, _) = ends(field, solver, time_range, x_0, rows, parts).await;
    let arrived = x_1.iter().flatten().all(|x| x.is_finite());
    arrived.then_some(x_1)
}

/// Where equal steps lead.
async fn last_points(
    field: &Arc<dyn VelocityField>,
    steps: &Steps,
    x_0: &[Point],
    rows: usize,
    parts: &Parts,
) -> Vec<Point> {
    let times: Arc<[f64]> = steps.times.clone().into();
    let tableau = steps.solver.tableau();
    let works = x_0.chunks(rows).map(|x_0| {
        let (field, times, x_0) = (Arc::clone(field), Arc::clone(&times), x_0.to_vec());
        Work::new(async move {
            let walks = walk(field.as_ref(), tableau, &times, &x_0).await;
            walks.iter().map(|walk| walk.end).collect::<Vec<Point>>()
        })
    });
    parts.all(works.collect()).await.concat()
}

fn trajectories(nodes: Nodes, n_particles: usize, nfe: usize) -> Trajectories {
    Trajectories {
        times: nodes.times,
        n_particles,
        points: nodes.points,
        nfe,
    }
}

#[cfg(test)]
mod tests;
