//! What a flow does by itself, apart from what a coarse solver makes of it.
//!
//! Energy, cost and straightness are properties of the field. They are measured along solutions by the classical
//! Runge-Kutta method on times that are chosen for the field: close together where it changes fast. Every solution is
//! also computed with steps twice as long, and the difference is stated; as the method is of order four, it is about
//! sixteen times the error of the finer one where the field is smooth. Refuses to know who chose which solver, and
//! threads: it pauses after every step.
//!
//! Step control: Hairer, Nørsett & Wanner, Solving Ordinary Differential Equations I, section II.4.

use super::course::{Course, course};
use super::march::{March, walk};
use super::metrics::trajectory_metrics;
use super::tableau::RK4;
use super::trajectory::{Walk, distance_squared};
use super::work::pause;
use super::{Point, VelocityField};

/// How much the end points may move when the steps are halved: root mean square, as a share of the way (the root of
/// the path energy).
pub const END_TOLERANCE: f64 = 1e-4;
/// How much S may change when the steps are halved, as a share of itself.
pub const STRAIGHTNESS_TOLERANCE: f64 = 1e-3;
/// Rounding of a field in single precision, as a share of the path energy: S is not asked to be better.
const ROUNDING: f64 = 1e-6;
/// Most steps of the finer solution. A field that asks for more is measured with these, and the error says so.
pub const MAX_STEPS: usize = 512;
/// Most particles for which the times are chosen.
const PILOTS: usize = 256;
/// Error of one step that is let pass while times are chosen, as a share of the way.
const STEP_TOLERANCE: f64 = 5e-6;
/// The pilots must be within this share of the tolerances, so that all particles are within them.
const PILOT_SHARE: f64 = 0.5;
/// The first guess: this many steps of one length.
const FIRST_STEPS: usize = 16;

/// The times of a reference solution, for one field.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferenceTimes {
    /// Ends of the longer steps; the finer solution halves each.
    coarse: Vec<f64>,
}

/// Both solutions, particle by particle in the order of their starts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Halving {
    /// With the longer steps.
    pub coarse: Vec<Walk>,
    /// With every step halved: the reference.
    pub fine: Vec<Walk>,
}

/// How much changes when the steps are halved: a cautious estimate of the reference's error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HalvingError {
    /// Root mean square distance of the end points.
    pub end_points: f64,
    /// Difference of S.
    pub straightness: f64,
    /// Whether both are within [`END_TOLERANCE`] and [`STRAIGHTNESS_TOLERANCE`].
    pub within_tolerance: bool,
}

impl ReferenceTimes {
    /// Chooses times for a few of the particles, evenly by their number; at most `rows` of them are carried at once.
    pub async fn choose(
        field: &dyn VelocityField,
        time_range: (f64, f64),
        x_0: &[Point],
        rows: usize,
    ) -> Self {
        let apart = x_0.len().div_ceil(PILOTS).max(1);
        let pilots = Pilots {
            field,
            x_0: x_0.iter().copied().step_by(apart).collect(),
            rows: rows.max(1),
        };
        let mut coarse = pilots.adapted(time_range).await;
        let mut walks = pilots.walk(&coarse).await;
        loop {
            let fine = halved(&coarse);
            let halving = Halving {
                coarse: walks,
                fine: pilots.walk(&fine).await,
            };
            let good = halving.compared(PILOT_SHARE).within_tolerance;
            if good || 2 * (fine.len() - 1) > MAX_STEPS {
                return Self { coarse };
            }
            (coarse, walks) = (fine, halving.fine);
        }
    }

    /// Steps of the finer solution.
    pub fn steps(&self) -> usize {
        2 * (self.coarse.len() - 1)
    }

    /// Solves from `x_0` with both step lengths. Particles may be solved chunk by chunk, see [`Halving::append`].
    pub async fn solve(&self, field: &dyn VelocityField, x_0: &[Point]) -> Halving {
        self.solve_along(field, x_0).await.0
    }

    /// [`Self::solve`] with positions and velocities at every node of the finer solution.
    ///
    /// Memory: 32 bytes a particle and node.
    pub async fn solve_along(&self, field: &dyn VelocityField, x_0: &[Point]) -> (Halving, Course) {
        let coarse = walk(field, &RK4, &self.coarse, x_0).await;
        let (fine, course) = course(field, &RK4, &halved(&self.coarse), x_0).await;
        (Halving { coarse, fine }, course)
    }
}

impl Halving {
    /// Appends the solutions of further particles.
    pub fn append(&mut self, mut other: Self) {
        self.coarse.append(&mut other.coarse);
        self.fine.append(&mut other.fine);
    }

    /// Where the particles end by the finer solution.
    pub fn ends(&self) -> Vec<Point> {
        self.fine.iter().map(|walk| walk.end).collect()
    }

    /// What the halving has changed.
    pub fn error(&self) -> HalvingError {
        self.compared(1.0)
    }

    /// The same, asking for this share of the tolerances.
    fn compared(&self, share: f64) -> HalvingError {
        let (coarse, fine) = (
            trajectory_metrics(&self.coarse),
            trajectory_metrics(&self.fine),
        );
        let ends = |walks: &[Walk]| walks.iter().map(|walk| walk.end).collect::<Vec<Point>>();
        let end_points = rms_distance(&ends(&self.coarse), &ends(&self.fine));
        let straightness = (fine.straightness - coarse.straightness).abs();
        let enough = STRAIGHTNESS_TOLERANCE * fine.straightness + ROUNDING * fine.path_energy;
        HalvingError {
            end_points,
            straightness,
            within_tolerance: end_points <= share * END_TOLERANCE * fine.path_energy.sqrt()
                && straightness <= share * enough,
        }
    }
}

/// `sqrt(mean |a - b|^2)`, 0 for no points.
pub fn rms_distance(a: &[Point], b: &[Point]) -> f64 {
    let squares = a.iter().zip(b).map(|(&a, &b)| distance_squared(a, b));
    (squares.sum::<f64>() / a.len().max(1) as f64).sqrt()
}

/// The particles for which times are chosen.
struct Pilots<'a> {
    field: &'a dyn VelocityField,
    x_0: Vec<Point>,
    /// Most of them that are carried at once.
    rows: usize,
}

impl Pilots<'_> {
    /// Times between which one step and two half steps agree; equal steps, as many as allowed, for a field that asks
    /// for more.
    async fn adapted(&self, (start, end): (f64, f64)) -> Vec<f64> {
        let even = |n: usize| -> Vec<f64> {
            let time = |i| start + (end - start) * i as f64 / n as f64;
            (0..=n).map(time).collect()
        };
        let rough = self.walk(&even(FIRST_STEPS)).await;
        let way = trajectory_metrics(&rough).path_energy.sqrt();
        let most = MAX_STEPS / 2;
        let mut times = vec![start];
        let mut x = self.x_0.clone();
        let mut h = (end - start) / FIRST_STEPS as f64;
        let mut t = start;
        for _ in 0..most {
            let rest = end - t;
            let is_last = h.abs() >= rest.abs();
            if is_last {
                h = rest;
            }
            let whole = self.carried(&x, t, &[h]).await;
            let halves = self.carried(&x, t, &[0.5 * h, 0.5 * h]).await;
            let error = rms_distance(&whole, &halves) / way;
            if error <= STEP_TOLERANCE {
                x = halves;
                t = if is_last { end } else { t + h };
                times.push(t);
            }
            if t == end {
                return times;
            }
            let factor = 0.9 * (STEP_TOLERANCE / error).powf(0.2);
            h *= if factor.is_nan() {
                0.2
            } else {
                factor.clamp(0.2, 4.0)
            };
        }
        even(most)
    }

    /// What each spends and where it ends.
    async fn walk(&self, times: &[f64]) -> Vec<Walk> {
        let mut walks = Vec::with_capacity(self.x_0.len());
        for x_0 in self.x_0.chunks(self.rows) {
            walks.append(&mut walk(self.field, &RK4, times, x_0).await);
        }
        walks
    }

    /// The points after steps of the given lengths from `t`.
    async fn carried(&self, x: &[Point], t: f64, steps: &[f64]) -> Vec<Point> {
        let mut ends = Vec::with_capacity(x.len());
        for x in x.chunks(self.rows) {
            let mut march = March::new(self.field, &RK4, x);
            let mut t = t;
            for &h in steps {
                march.step(t, h);
                t += h;
                pause().await;
            }
            ends.append(&mut march.at);
        }
        ends
    }
}

/// The times with the middle of every two neighbours between them.
pub(super) fn halved(times: &[f64]) -> Vec<f64> {
    let middle = |ends: &[f64]| [ends[0], 0.5 * (ends[0] + ends[1])];
    let mut finer: Vec<f64> = times.windows(2).flat_map(middle).collect();
    finer.extend(times.last());
    finer
}

#[cfg(test)]
mod tests;
