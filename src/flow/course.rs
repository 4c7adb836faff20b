//! Where particles are and how fast they go, node by node; what is read from it: profiles over time and turning angles.
//!
//! A course holds positions *and* velocities, so that nothing has to be told from differences of positions. Refuses to
//! know which method made it and on which times.
//!
//! Of the curvature `kappa` of a trajectory only `|kappa| |v|`, the speed of turning, is used: it is the angle that the
//! velocity turns through in a time, stays finite where a particle rests, and integrates to the total turning angle
//! `int |kappa| ds`, where a reversal counts as half a turn.

use super::march::{March, begin};
use super::tableau::Tableau;
use super::trajectory::{Walk, angle, distance_squared};
use super::work::pause;
use super::{Point, VelocityField};

/// Slower than this share of its largest speed, a particle rests.
const STILL: f64 = 1e-9;

/// Particles at the nodes of a method.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// Times of the nodes.
    pub times: Vec<f64>,
    /// Number of particles.
    pub n_particles: usize,
    /// Positions, `[node][particle]`.
    pub points: Vec<Point>,
    /// Velocities there, `[node][particle]`.
    pub velocities: Vec<Point>,
}

/// Means over particles at times: what changes on the way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// The times.
    pub times: Vec<f64>,
    /// `E|(Z_1 - Z_0) - v_t(Z_t)|^2`: integrates to S.
    pub local: Vec<f64>,
    /// `E|v_t(Z_t)|^2`: integrates to the path energy.
    pub speed_squared: Vec<f64>,
    /// `E |kappa| |v|`, radians per unit of t: integrates to the mean turning angle.
    pub turning: Vec<f64>,
}

/// Carries `x_0` through `times` by an explicit method, whose first stage is the velocity at the node. What each particle
/// has spent is what [`walk`](super::solver::walk) says, bit for bit.
pub async fn course(
    field: &dyn VelocityField,
    tableau: &'static Tableau,
    times: &[f64],
    x_0: &[Point],
) -> (Vec<Walk>, Course) {
    let n = x_0.len();
    let mut march = March::new(field, tableau, x_0);
    let mut walks = begin(x_0);
    let mut course = Course {
        times: times.to_vec(),
        n_particles: n,
        points: Vec::with_capacity(n * times.len()),
        velocities: Vec::with_capacity(n * times.len()),
    };
    for ends in times.windows(2) {
        let h = ends[1] - ends[0];
        course.points.extend_from_slice(&march.at);
        march.step(ends[0], h);
        let first = march.stages.first();
        course.velocities.extend(first.into_iter().flatten());
        march.spend(h, &mut walks);
        pause().await;
    }
    march.arrive(&mut walks);
    if let Some(&end) = times.last() {
        let mut last = vec![[0.0; 2]; n];
        field.eval(end, &march.at, &mut last);
        course.points.append(&mut march.at);
        course.velocities.append(&mut last);
    }
    (walks, course)
}

impl Course {
    /// Number of nodes.
    pub fn n_nodes(&self) -> usize {
        self.times.len()
    }

    /// Position and velocity of a particle at a node, both below their numbers.
    pub fn at(&self, node: usize, particle: usize) -> (Point, Point) {
        let place = node * self.n_particles + particle;
        (self.points[place], self.velocities[place])
    }

    /// The positions of one particle at all nodes.
    pub fn line(&self, particle: usize) -> Vec<Point> {
        (0..self.n_nodes())
            .map(|node| self.at(node, particle).0)
            .collect()
    }

    /// `Z_1 - Z_0` of one particle.
    pub fn chord(&self, particle: usize) -> Point {
        let last = self.n_nodes().saturating_sub(1);
        let (start, end) = (self.at(0, particle).0, self.at(last, particle).0);
        [end[0] - start[0], end[1] - start[1]]
    }

    /// `|(Z_1 - Z_0) - v_t(Z_t)|^2` of one particle at all nodes.
    pub fn local(&self, particle: usize) -> impl Iterator<Item = f64> + '_ {
        let chord = self.chord(particle);
        (0..self.n_nodes()).map(move |node| distance_squared(chord, self.at(node, particle).1))
    }

    /// The speeds of one particle at all nodes.
    pub fn speeds(&self, particle: usize) -> impl Iterator<Item = f64> + '_ {
        (0..self.n_nodes()).map(move |node| {
            let [x, y] = self.at(node, particle).1;
            x.hypot(y)
        })
    }

    /// The angles, 0 to pi, between the velocities of one particle at neighbouring nodes. A velocity of less than
    /// a billionth of its largest has no direction but that of rounding: the last one that had a direction counts there.
    pub fn angles(&self, particle: usize) -> impl Iterator<Item = f64> + '_ {
        let still = STILL * self.speeds(particle).fold(0.0, f64::max);
        let mut direction: Option<Point> = None;
        let turned = (0..self.n_nodes()).map(move |node| {
            let velocity = self.at(node, particle).1;
            if velocity[0].hypot(velocity[1]) <= still {
                return 0.0;
            }
            let before = direction.replace(velocity);
            before.map_or(0.0, |before| angle(before, velocity))
        });
        turned.skip(1)
    }

    /// `int |kappa| ds` of one particle: the angle that its velocity turns through, in radians.
    pub fn turning(&self, particle: usize) -> f64 {
        self.angles(particle).sum()
    }

    /// Adds what the particles do to sums over particles of the same times: divide by their number.
    pub fn add_to(&self, sums: &mut Profile) {
        let n = self.n_nodes();
        sums.times.clone_from(&self.times);
        for list in [&mut sums.local, &mut sums.speed_squared, &mut sums.turning] {
            list.resize(n, 0.0);
        }
        for particle in 0..self.n_particles {
            add(&mut sums.local, self.local(particle));
            add(
                &mut sums.speed_squared,
                self.speeds(particle).map(|speed| speed * speed),
            );
            for (node, angle) in self.angles(particle).enumerate() {
                // Half of the angle between two nodes belongs to each of them.
                sums.turning[node] += 0.5 * angle;
                sums.turning[node + 1] += 0.5 * angle;
            }
        }
    }
}

impl Profile {
    /// Adds the sums of further particles at the same times.
    pub fn append(&mut self, next: &Self) {
        if self.times.is_empty() {
            self.clone_from(next);
            return;
        }
        add(&mut self.local, next.local.iter().copied());
        add(&mut self.speed_squared, next.speed_squared.iter().copied());
        add(&mut self.turning, next.turning.iter().copied());
    }

    /// The means of `n` particles, from their sums as [`Course::add_to`] makes them.
    pub fn of_sums(mut sums: Self, n: usize) -> Self {
        let n = n.max(1) as f64;
        let shares = shares(&sums.times);
        for value in sums.local.iter_mut().chain(&mut sums.speed_squared) {
            *value /= n;
        }
        for (angle, share) in sums.turning.iter_mut().zip(shares) {
            *angle /= n * share;
        }
        sums
    }

    /// The integral of one of its lists over its times, by the trapezium rule.
    pub fn integral(&self, list: &[f64]) -> f64 {
        let shares = shares(&self.times);
        list.iter()
            .zip(shares)
            .map(|(value, share)| value * share)
            .sum()
    }
}

/// The share of the whole time that belongs to each node: half of the way to each neighbour.
fn shares(times: &[f64]) -> impl Iterator<Item = f64> + '_ {
    let time = |node: usize| times[node.min(times.len() - 1)];
    (0..times.len()).map(move |node| 0.5 * (time(node + 1) - time(node.saturating_sub(1))).abs())
}

fn add(sums: &mut [f64], values: impl Iterator<Item = f64>) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}

#[cfg(test)]
mod tests;
