//! What a solver leaves behind: the particles at every node, with what was measured on the way.
//!
//! Plain numbers that cross threads and are interpolated while painting; refuses to know the field and the
//! solver that made them.

use super::Point;

/// Paths of a cloud of particles, all on the same times.
#[derive(Clone, Debug, PartialEq)]
pub struct Trajectories {
    /// Times of the nodes: increasing, or decreasing for a solve backwards.
    pub times: Vec<f64>,
    /// Number of particles.
    pub n_particles: usize,
    /// Positions `[node][particle]`, `times.len() * n_particles` of them.
    pub points: Vec<Point>,
    /// Per particle `int |v_t(Z_t)|^2 dt`, by the solver's weights at its own stages.
    pub path_energy: Vec<f64>,
    /// Velocity evaluations per particle.
    pub nfe: usize,
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
    pub fn path(&self, particle: usize) -> impl Iterator<Item = Point> + '_ {
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
            .path(particle)
            .zip(self.path(particle).skip(1))
            .map(|(a, b)| distance_squared(a, b).sqrt())
            .sum();
        // Rounding can make the sum of the parts shorter than the whole.
        if arc == 0.0 {
            1.0
        } else {
            (chord / arc).min(1.0)
        }
    }

    /// Whether every position and energy is finite: a field may explode.
    pub fn is_finite(&self) -> bool {
        let mut coordinates = self.points.iter().flatten();
        coordinates.all(|x| x.is_finite()) && self.path_energy.iter().all(|e| e.is_finite())
    }
}

/// `|a - b|^2`.
pub(super) fn distance_squared(a: Point, b: Point) -> f64 {
    let [dx, dy] = [a[0] - b[0], a[1] - b[1]];
    dx * dx + dy * dy
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
            path_energy: vec![50.0, 0.0],
            nfe: 2,
        }
    }

    #[test]
    fn chord_ratio_sees_shape_alone() {
        assert!((corner().chord_ratio(0) - 5.0 / 7.0).abs() < 1e-15);
        assert_eq!(corner().chord_ratio(1), 1.0);
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
            path_energy: vec![],
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
}
