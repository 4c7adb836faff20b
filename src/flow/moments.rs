//! Mean and covariance of a cloud, and what Gaussians with them would cost to move.
//!
//! Refuses to know what the points are. Source: Peyré & Cuturi, Computational Optimal Transport, remark 2.31.

use super::Point;

/// First and second central moments.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// The mean.
    pub mean: Point,
    /// Covariance `[xx, xy, yy]`.
    pub cov: [f64; 3],
}

impl Moments {
    /// Those of the points, with weights `1 / n`; NaN for no points.
    pub fn of(points: &[Point]) -> Self {
        let n = points.len() as f64;
        let sum = |number: &dyn Fn(&Point) -> f64| points.iter().map(number).sum::<f64>() / n;
        let mean = [sum(&|p| p[0]), sum(&|p| p[1])];
        let product = |i: usize, j: usize| sum(&|p| (p[i] - mean[i]) * (p[j] - mean[j]));
        Self {
            mean,
            cov: [product(0, 0), product(0, 1), product(1, 1)],
        }
    }

    /// The root of the mean squared distance from the mean.
    pub fn spread(&self) -> f64 {
        self.trace().sqrt()
    }

    /// W2 between the Gaussians with these moments, which is the least that any two laws with them can be apart
    /// (Gelbrich 1990).
    pub fn w2(&self, other: &Self) -> f64 {
        let [dx, dy] = [0, 1].map(|i| self.mean[i] - other.mean[i]);
        let cross = self.trace_of_root(other);
        let bures = (self.trace() + other.trace() - 2.0 * cross).max(0.0);
        (dx * dx + dy * dy + bures).sqrt()
    }

    /// The points after the affine map that is optimal between the Gaussians with the moments `self` and `target`:
    /// points with moments `self` then have those of `target`. `None` if all points lie on a line, which no such map
    /// makes wider.
    pub fn carried_to(&self, target: &Self, points: &[Point]) -> Option<Vec<Point>> {
        let det = self.determinant();
        let [xx, xy, yy] = self.cov;
        // The map's matrix A^-1 (A B)^(1/2), by (AB)^(1/2) = (AB + s I) / tau with s = sqrt(det AB).
        let (s, tau) = (
            (det * target.determinant()).sqrt(),
            self.trace_of_root(target),
        );
        let inverse = [yy / det, -xy / det, xx / det];
        let map = [0, 1, 2].map(|i| (target.cov[i] + s * inverse[i]) / tau);
        let well = map.iter().chain(&target.mean).all(|x| x.is_finite());
        let carry = |p: &Point| {
            let [dx, dy] = [p[0] - self.mean[0], p[1] - self.mean[1]];
            [
                target.mean[0] + map[0] * dx + map[1] * dy,
                target.mean[1] + map[1] * dx + map[2] * dy,
            ]
        };
        (det > 0.0 && well).then(|| points.iter().map(carry).collect())
    }

    fn trace(&self) -> f64 {
        self.cov[0] + self.cov[2]
    }

    /// Never negative, as that of a covariance.
    fn determinant(&self) -> f64 {
        (self.cov[0] * self.cov[2] - self.cov[1] * self.cov[1]).max(0.0)
    }

    /// `tr (A^(1/2) B A^(1/2))^(1/2) = sqrt(tr AB + 2 sqrt(det AB))`, for 2 x 2 matrices.
    fn trace_of_root(&self, other: &Self) -> f64 {
        let (a, b) = (self.cov, other.cov);
        let trace = a[0] * b[0] + 2.0 * a[1] * b[1] + a[2] * b[2];
        let roots = 2.0 * (self.determinant() * other.determinant()).sqrt();
        (trace + roots).max(0.0).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TILTED: Moments = Moments {
        mean: [1.0, -2.0],
        cov: [2.0, 0.5, 1.0],
    };

    #[test]
    fn gaussians_that_share_their_axes_are_apart_by_their_standard_deviations() {
        let round = |mean, std: f64| Moments {
            mean,
            cov: [std * std, 0.0, std * std],
        };
        let (a, b) = (round([0.0, 0.0], 10.0), round([3.0, 4.0], 7.0));
        assert!((a.w2(&b) - (25.0 + 2.0 * 9.0f64).sqrt()).abs() < 1e-12);
        assert!(TILTED.w2(&TILTED) < 1e-7);
        let flat = Moments {
            mean: [0.0; 2],
            cov: [4.0, 0.0, 0.0],
        };
        let point = round([0.0; 2], 0.0);
        assert_eq!(flat.w2(&point), 2.0);
    }

    #[test]
    fn carried_points_have_the_moments_that_they_were_carried_to() {
        let points: Vec<Point> = (0..50)
            .map(|i| f64::from(i) * 2.4)
            .map(|a| [3.0 * a.cos() + 0.1 * a, a.sin() + (0.3 * a).sin()])
            .collect();
        let own = Moments::of(&points);
        let carried = own.carried_to(&TILTED, &points).unwrap();
        let reached = Moments::of(&carried);
        for i in 0..3 {
            assert!((reached.cov[i] - TILTED.cov[i]).abs() < 1e-12);
        }
        assert!((reached.mean[0] - 1.0).abs() < 1e-12 && (reached.mean[1] + 2.0).abs() < 1e-12);
        // The map is the optimal one: the way there costs the squared distance of the Gaussians.
        let cost = |(a, b): (&Point, &Point)| (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2);
        let mean = points.iter().zip(&carried).map(cost).sum::<f64>() / 50.0;
        assert!((mean - own.w2(&TILTED).powi(2)).abs() < 1e-10);
    }

    #[test]
    fn a_line_cannot_be_stretched_to_a_cloud() {
        let line = [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]];
        assert_eq!(Moments::of(&line).carried_to(&TILTED, &line), None);
        assert_eq!(Moments::of(&line).spread(), (2.0f64 / 3.0).sqrt());
    }
}
