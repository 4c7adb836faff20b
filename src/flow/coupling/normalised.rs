//! Point sets without their units: only their shape matters to an assignment.

use crate::flow::Point;
use crate::flow::bounds::Bounds;

/// A point set, moved and scaled into the unit square around the origin.
pub struct Normalised {
    /// The middle of the points' box.
    pub center: Point,
    /// The longer side of the box; next to nothing if the points coincide, so that it makes no cost larger.
    pub scale: f64,
    /// `(p - center) / scale`.
    pub points: Vec<Point>,
}

impl Normalised {
    /// Normalises any points.
    pub fn new(points: &[Point]) -> Self {
        let bounds = Bounds::of_points(points).unwrap_or(Bounds::square(0.0));
        let center = bounds.center();
        let extent = bounds.width().max(bounds.height());
        // Where the middle is not a floating-point number, points reach further than half the extent from it.
        let reach =
            |axis: usize| (bounds.max[axis] - center[axis]).max(center[axis] - bounds.min[axis]);
        let reach = 2.0 * reach(0).max(reach(1));
        let extent = if reach > (1.0 + 1e-9) * extent {
            reach
        } else {
            extent
        };
        let scale = if extent > 0.0 {
            extent
        } else {
            f64::MIN_POSITIVE
        };
        let normalise = |p: &Point| [(p[0] - center[0]) / scale, (p[1] - center[1]) / scale];
        Self {
            center,
            scale,
            points: points.iter().map(normalise).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_fill_the_unit_square_around_the_origin() {
        let normalised = Normalised::new(&[[1.0, 5.0], [3.0, 6.0]]);
        assert_eq!((normalised.center, normalised.scale), ([2.0, 5.5], 2.0));
        assert_eq!(normalised.points, [[-0.5, -0.25], [0.5, 0.25]]);
        assert_eq!(Normalised::new(&[[7.0, 8.0]; 2]).points, [[0.0; 2]; 2]);
    }

    /// Between two neighbouring numbers there is no middle.
    #[test]
    fn points_apart_by_rounding_stay_within_the_square() {
        let normalised = Normalised::new(&[[1.0, 0.0], [1.0_f64.next_up(), 0.0]]);
        let [left, right] = [normalised.points[0][0], normalised.points[1][0]];
        assert!(left < right, "{left} {right}");
        assert!(left >= -0.5 && right <= 0.5, "{left} {right}");
    }
}
