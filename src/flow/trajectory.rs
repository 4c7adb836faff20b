//! What a solver leaves behind: the particles at every node, or of each only where it began, where it ended and what
//! it spent.
//!
//! Plain numbers that cross threads and are interpolated while painting; refuses to know the field and the
//! solver that made them.

use super::Point;
use super::work::pause;

/// Paths of a cloud of particles, all on the same times.
#[derive(Clone, Debug, PartialEq)]
pub struct Trajectories {
    /// Times of the nodes: increasing, or decreasing for a solve backwards.
    pub times: Vec<f64>,
    /// Number of particles.
    pub n_particles: usize,
    /// Positions `[node][particle]`, `times.len() * n_particles` of them.
    pub points: Vec<Point>,
    /// Velocity evaluations per particle.
    pub nfe: usize,
}

/// One particle from the first time to the last, without what lay between. Both integrals are taken by the solver's
/// weights at its own stages: then `|end - start| <= arc` and `|end - start|^2 <= (t_1 - t_0) energy` hold exactly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Walk {
    /// `Z_0`.
    pub start: Point,
    /// `Z_1`.
    pub end: Point,
    /// `int |v_t(Z_t)|^2 dt`.
    pub energy: f64,
    /// `int |v_t(Z_t)| dt`.
    pub arc: f64,
}

impl Walk {
    /// `|Z_1 - Z_0|^2`.
    pub fn cost(&self) -> f64 {
        distance_squared(self.start, self.end)
    }

    /// `int |(Z_1 - Z_0) - v_t(Z_t)|^2 dt`, for a time range of length 1. The stages satisfy
    /// `sum_n h sum_i b_i k_i = Z_1 - Z_0` exactly, so that the sum of squares about the mean is the difference of
    /// energy and cost; only rounding can make it negative.
    pub fn straightness(&self) -> f64 {
        (self.energy - self.cost()).max(0.0)
    }

    /// `int |v|^2 dt - L^2` with the arc length L: what of S is uneven speed. At least 0 for a time range of at most 1.
    pub fn uneven_speed(&self) -> f64 {
        (self.energy - self.arc * self.arc).max(0.0)
    }

    /// `L^2 - |Z_1 - Z_0|^2` with the arc length L: what of S is bends.
    pub fn bends(&self) -> f64 {
        (self.arc * self.arc - self.cost()).max(0.0)
    }

    /// `|Z_1 - Z_0|` over the arc length, as [`Trajectories::chord_ratio`].
    pub fn chord_ratio(&self) -> f64 {
        chord_ratio(self.cost().sqrt(), self.arc)
    }
}

impl Trajectories {
    /// Number of nodes, one more than steps.
    pub fn n_nodes(&self) -> usize {
        self.times.len()
    }

    /// All particles at a node; empty past the last one.
    pub fn at_node(&self, node: usize) -> &[Point] {
        let start = node * self.n_particles;
        let particles = start..start + self.n_particles;
        self.points.get(particles).unwrap_or_default()
    }

    /// The particles as they start, `Z_0` of a forward solve.
    pub fn first(&self) -> &[Point] {
        self.at_node(0)
    }

    /// The particles as they arrive, `Z_1` of a forward solve.
    pub fn last(&self) -> &[Point] {
        self.at_node(self.n_nodes().saturating_sub(1))
    }

    /// The positions of one particle (below `n_particles`) at all nodes.
    pub fn of(&self, particle: usize) -> impl Iterator<Item = Point> + '_ {
        let nodes = self.points.chunks_exact(self.n_particles.max(1));
        nodes.map(move |points| points[particle])
    }

    /// One particle's position at time `t`, linear between nodes; `t` is clamped to the solved range.
    pub fn position(&self, particle: usize, t: f64) -> Point {
        let (before, after, weight) = bracket(&self.times, t);
        lerp(
            self.at_node(before)[particle],
            self.at_node(after)[particle],
            weight,
        )
    }

    /// All positions at time `t`, like [`Self::position`].
    pub fn positions(&self, t: f64) -> impl Iterator<Item = Point> + '_ {
        let (before, after, weight) = bracket(&self.times, t);
        let pairs = self.at_node(before).iter().zip(self.at_node(after));
        pairs.map(move |(&a, &b)| lerp(a, b, weight))
    }

    /// `|Z_1 - Z_0|` over the arc length (of the polyline through the nodes), in `[0, 1]`: 1 is a straight
    /// line, whatever the speed. A particle that does not move counts as 1.
    pub fn chord_ratio(&self, particle: usize) -> f64 {
        let chord = distance_squared(self.first()[particle], self.last()[particle]).sqrt();
        let arc: f64 = self
            .of(particle)
            .zip(self.of(particle).skip(1))
            .map(|(a, b)| distance_squared(a, b).sqrt())
            .sum();
        chord_ratio(chord, arc)
    }

    /// `Z_1 - Z_0` of one particle.
    pub fn chord(&self, particle: usize) -> Point {
        let (start, end) = (self.first()[particle], self.last()[particle]);
        [end[0] - start[0], end[1] - start[1]]
    }

    /// Of every step of one particle the time that it takes and its velocity, the way over the time: by Euler's method that
    /// of the field where the step begins, by others a mean over the step.
    pub fn velocities(&self, particle: usize) -> impl Iterator<Item = (f64, Point)> + '_ {
        let times = self.times.windows(2).map(|t| t[1] - t[0]);
        let ways = self.of(particle).zip(self.of(particle).skip(1));
        times
            .zip(ways)
            .map(|(h, (a, b))| (h.abs(), [0, 1].map(|i| (b[i] - a[i]) / h)))
    }

    /// The angle in radians that one particle turns through, that of the polyline through the nodes: `int |kappa| ds`.
    pub fn turning(&self, particle: usize) -> f64 {
        let ways = self.velocities(particle).map(|(_, velocity)| velocity);
        let next = self
            .velocities(particle)
            .skip(1)
            .map(|(_, velocity)| velocity);
        ways.zip(next).map(|(a, b)| angle(a, b)).sum()
    }

    /// Turns the order of the nodes round: what was solved backwards runs in the order of time. Pauses now and then.
    pub async fn reverse(&mut self) {
        /// Points that are moved in one piece.
        const PIECE: usize = 100_000;
        self.times.reverse();
        let (n, nodes) = (self.n_particles, self.times.len());
        let mut moved = 0;
        for node in 0..nodes / 2 {
            let (before, after) = self.points.split_at_mut((nodes - 1 - node) * n);
            before[node * n..][..n].swap_with_slice(&mut after[..n]);
            moved += n;
            if moved >= PIECE {
                moved = 0;
                pause().await;
            }
        }
    }

    /// Whether every position is finite: a field may explode.
    pub fn is_finite(&self) -> bool {
        self.points.iter().flatten().all(|x| x.is_finite())
    }
}

/// Rounding can make the sum of the parts shorter than the whole.
fn chord_ratio(chord: f64, arc: f64) -> f64 {
    if arc == 0.0 {
        1.0
    } else {
        (chord / arc).min(1.0)
    }
}

/// `|a - b|^2`.
pub(super) fn distance_squared(a: Point, b: Point) -> f64 {
    let [dx, dy] = [a[0] - b[0], a[1] - b[1]];
    dx * dx + dy * dy
}

/// The angle between two vectors, 0 to pi; 0 if one of them is 0.
pub(super) fn angle(a: Point, b: Point) -> f64 {
    let cross = a[0] * b[1] - a[1] * b[0];
    let dot = a[0] * b[0] + a[1] * b[1];
    cross.abs().atan2(dot)
}

/// `a + weight (b - a)`.
pub(super) fn lerp(a: Point, b: Point, weight: f64) -> Point {
    [0, 1].map(|i| a[i] + weight * (b[i] - a[i]))
}

/// The entries of the monotone `times` around `t` and the weight of the later one, in `[0, 1]`; `t` outside
/// is clamped.
pub fn bracket(times: &[f64], t: f64) -> (usize, usize, f64) {
    let decreasing = times.first() > times.last();
    let passed = times.partition_point(|&node| if decreasing { node >= t } else { node <= t });
    let before = passed.saturating_sub(1);
    let after = passed.min(times.len().saturating_sub(1));
    if before == after || passed == 0 {
        return (before, before, 0.0);
    }
    let weight = (t - times[before]) / (times[after] - times[before]);
    (before, after, weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two particles: one walks around a corner, one stays.
    fn corner() -> Trajectories {
        Trajectories {
            times: vec![0.0, 0.5, 1.0],
            n_particles: 2,
            points: vec![
                [0.0, 0.0],
                [7.0, 7.0],
                [3.0, 0.0],
                [7.0, 7.0],
                [3.0, 4.0],
                [7.0, 7.0],
            ],
            nfe: 2,
        }
    }

    #[test]
    fn chord_ratio_sees_shape_alone() {
        assert!((corner().chord_ratio(0) - 5.0 / 7.0).abs() < 1e-15);
        assert_eq!(corner().chord_ratio(1), 1.0);
    }

    #[test]
    fn steps_have_velocities_and_corners_angles() {
        let ways: Vec<(f64, Point)> = corner().velocities(0).collect();
        assert_eq!(ways, [(0.5, [6.0, 0.0]), (0.5, [0.0, 8.0])]);
        assert_eq!(corner().chord(0), [3.0, 4.0]);
        assert!((corner().turning(0) - std::f64::consts::FRAC_PI_2).abs() < 1e-15);
        assert_eq!(corner().turning(1), 0.0);
    }

    #[test]
    fn a_solution_that_ran_backwards_is_turned_round() {
        let mut back = corner();
        back.times = vec![1.0, 0.5, 0.0];
        crate::flow::work::finish(back.reverse());
        assert_eq!(back.times, [0.0, 0.5, 1.0]);
        assert_eq!((back.first()[0], back.last()[0]), ([3.0, 4.0], [0.0, 0.0]));
        assert_eq!(back.position(0, 0.25), [3.0, 2.0]);
    }

    #[test]
    fn positions_are_linear_between_nodes_and_clamped_outside() {
        let walk = corner();
        assert_eq!(walk.position(0, 0.25), [1.5, 0.0]);
        assert_eq!(walk.position(0, 0.5), [3.0, 0.0]);
        assert_eq!(walk.position(0, 0.75), [3.0, 2.0]);
        assert_eq!(walk.position(0, -1.0), [0.0, 0.0]);
        assert_eq!(walk.position(0, 2.0), [3.0, 4.0]);
        let all: Vec<Point> = walk.positions(0.75).collect();
        assert_eq!(all, [[3.0, 2.0], [7.0, 7.0]]);
    }

    #[test]
    fn bracket_finds_both_directions_and_short_lists() {
        assert_eq!(bracket(&[0.0, 1.0, 3.0], 2.0), (1, 2, 0.5));
        assert_eq!(bracket(&[3.0, 1.0, 0.0], 2.0), (0, 1, 0.5));
        assert_eq!(bracket(&[3.0, 1.0, 0.0], 9.0), (0, 0, 0.0));
        assert_eq!(bracket(&[3.0, 1.0, 0.0], -9.0), (2, 2, 0.0));
        assert_eq!(bracket(&[0.3], 0.5), (0, 0, 0.0));
        assert_eq!(bracket(&[], 0.5), (0, 0, 0.0));
    }

    #[test]
    fn no_particles_is_no_trouble() {
        let none = Trajectories {
            n_particles: 0,
            points: vec![],
            ..corner()
        };
        assert!(none.first().is_empty() && none.last().is_empty() && none.is_finite());
        assert_eq!(none.positions(0.3).count(), 0);
    }

    #[test]
    fn infinities_are_noticed() {
        let mut walk = corner();
        walk.points[4] = [f64::INFINITY, 0.0];
        assert!(corner().is_finite() && !walk.is_finite());
    }

    #[test]
    fn a_walk_sums_up_what_was_spent() {
        let walk = Walk {
            start: [0.0, 0.0],
            end: [3.0, 4.0],
            energy: 49.0,
            arc: 7.0,
        };
        assert_eq!((walk.cost(), walk.straightness()), (25.0, 24.0));
        assert_eq!((walk.uneven_speed(), walk.bends()), (0.0, 24.0));
        assert!((walk.chord_ratio() - 5.0 / 7.0).abs() < 1e-15);
        let rounded = Walk {
            energy: 25.0 - 1e-14,
            arc: 5.0 - 1e-15,
            ..walk
        };
        assert_eq!((rounded.straightness(), rounded.chord_ratio()), (0.0, 1.0));
        let resting = Walk {
            end: walk.start,
            energy: 0.0,
            arc: 0.0,
            ..walk
        };
        assert_eq!(resting.chord_ratio(), 1.0);
    }
}
