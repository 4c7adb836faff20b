//! A cloud that is carried step by step by a Runge-Kutta method, and what of it is kept on the way.
//!
//! Refuses to know how long the steps are and why.

use super::tableau::Tableau;
use super::trajectory::Walk;
use super::work::pause;
use super::{Point, VelocityField};

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
    let mut walks = begin(x_0);
    for ends in times.windows(2) {
        let h = ends[1] - ends[0];
        march.step(ends[0], h);
        march.spend(h, &mut walks);
        pause().await;
    }
    march.arrive(&mut walks);
    walks
}

/// Particles that have not gone anywhere yet.
pub(super) fn begin(x_0: &[Point]) -> Vec<Walk> {
    let walk = |&start: &Point| Walk {
        start,
        end: start,
        energy: 0.0,
        arc: 0.0,
    };
    x_0.iter().map(walk).collect()
}

/// A cloud that is carried step by step.
pub(super) struct March<'a> {
    field: &'a dyn VelocityField,
    tableau: &'static Tableau,
    /// Where the particles are.
    pub(super) at: Vec<Point>,
    /// `k_i` of the last step, `[stage][particle]`.
    pub(super) stages: Vec<Vec<Point>>,
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

    /// Adds what the last step, of length `h`, has taken of each particle.
    pub(super) fn spend(&self, h: f64, walks: &mut [Walk]) {
        for (particle, walk) in walks.iter_mut().enumerate() {
            for (b_i, k_i) in self.tableau.b.iter().zip(&self.stages) {
                let [x, y] = k_i[particle];
                let speed_squared = x * x + y * y;
                walk.energy += h.abs() * b_i * speed_squared;
                walk.arc += h.abs() * b_i * speed_squared.sqrt();
            }
        }
    }

    /// Where the particles are is where they end.
    pub(super) fn arrive(&self, walks: &mut [Walk]) {
        for (walk, &end) in walks.iter_mut().zip(&self.at) {
            walk.end = end;
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
pub(super) fn advanced(
    x: Point,
    h: f64,
    weights: &[f64],
    stages: &[Vec<Point>],
    particle: usize,
) -> Point {
    let mut slope = [0.0; 2];
    for (weight, k) in weights.iter().zip(stages) {
        slope[0] += weight * k[particle][0];
        slope[1] += weight * k[particle][1];
    }
    [x[0] + h * slope[0], x[1] + h * slope[1]]
}
