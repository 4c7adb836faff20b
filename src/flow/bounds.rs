//! An axis-aligned box in canvas coordinates.

use serde::{Deserialize, Serialize};

use super::Point;

/// An axis-aligned box; `min <= max` in both coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// Lower left corner.
    pub min: Point,
    /// Upper right corner.
    pub max: Point,
}

impl Bounds {
    /// The box of half-width `half` around the origin.
    pub const fn square(half: f64) -> Self {
        Self {
            min: [-half, -half],
            max: [half, half],
        }
    }

    /// The smallest box around the finite points, or `None` if there is none.
    pub fn of_points(points: &[Point]) -> Option<Self> {
        let mut finite = points
            .iter()
            .filter(|p| p[0].is_finite() && p[1].is_finite());
        let first = *finite.next()?;
        let start = Self {
            min: first,
            max: first,
        };
        Some(finite.fold(start, |b, p| Self {
            min: [b.min[0].min(p[0]), b.min[1].min(p[1])],
            max: [b.max[0].max(p[0]), b.max[1].max(p[1])],
        }))
    }

    /// The smallest box that contains both.
    pub fn union(&self, other: &Self) -> Self {
        Self {
            min: [self.min[0].min(other.min[0]), self.min[1].min(other.min[1])],
            max: [self.max[0].max(other.max[0]), self.max[1].max(other.max[1])],
        }
    }

    /// The same centre, both sides times `factor`.
    pub fn expanded(&self, factor: f64) -> Self {
        let centre = self.center();
        let half = [0.5 * factor * self.width(), 0.5 * factor * self.height()];
        Self {
            min: [centre[0] - half[0], centre[1] - half[1]],
            max: [centre[0] + half[0], centre[1] + half[1]],
        }
    }

    /// The middle of the box.
    pub fn center(&self) -> Point {
        [
            0.5 * (self.min[0] + self.max[0]),
            0.5 * (self.min[1] + self.max[1]),
        ]
    }

    /// Extent along x.
    pub fn width(&self) -> f64 {
        self.max[0] - self.min[0]
    }

    /// Extent along y.
    pub fn height(&self) -> f64 {
        self.max[1] - self.min[1]
    }

    /// Whether the point lies inside or on the edge.
    pub fn contains(&self, p: Point) -> bool {
        (self.min[0]..=self.max[0]).contains(&p[0]) && (self.min[1]..=self.max[1]).contains(&p[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_points_ignores_what_is_not_finite() {
        let points = [
            [1.0, 2.0],
            [f64::NAN, 0.0],
            [-3.0, f64::INFINITY],
            [0.0, 5.0],
        ];
        let expected = Bounds {
            min: [0.0, 2.0],
            max: [1.0, 5.0],
        };
        assert_eq!(Bounds::of_points(&points), Some(expected));
        assert_eq!(Bounds::of_points(&[[f64::NAN, 0.0]]), None);
    }

    #[test]
    fn expansion_keeps_the_centre() {
        let b = Bounds {
            min: [0.0, 2.0],
            max: [2.0, 6.0],
        };
        let e = b.expanded(1.5);
        assert_eq!(e.center(), b.center());
        assert_eq!((e.width(), e.height()), (3.0, 6.0));
    }
}
