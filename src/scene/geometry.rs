//! Points and boxes on the page.

/// A position on the page, in points from its upper left corner.
pub type PagePoint = [f32; 2];

/// A box on the page, in points; `min` is the upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Upper left corner.
    pub min: PagePoint,
    /// Lower right corner.
    pub max: PagePoint,
}

impl Rect {
    /// The box with this upper left corner and size.
    pub fn at(min: PagePoint, size: [f32; 2]) -> Self {
        Self {
            min,
            max: [min[0] + size[0], min[1] + size[1]],
        }
    }

    /// Extent along x.
    pub fn width(&self) -> f32 {
        self.max[0] - self.min[0]
    }

    /// Extent along y.
    pub fn height(&self) -> f32 {
        self.max[1] - self.min[1]
    }

    /// The middle.
    pub fn center(&self) -> PagePoint {
        [
            0.5 * (self.min[0] + self.max[0]),
            0.5 * (self.min[1] + self.max[1]),
        ]
    }

    /// The box moved outwards by `margin` on every side (inwards if negative).
    pub fn grown(&self, margin: f32) -> Self {
        Self {
            min: [self.min[0] - margin, self.min[1] - margin],
            max: [self.max[0] + margin, self.max[1] + margin],
        }
    }

    /// Whether the point lies inside or on the edge.
    pub fn contains(&self, p: PagePoint) -> bool {
        (0..2).all(|k| self.min[k] <= p[k] && p[k] <= self.max[k])
    }

    /// Whether the two boxes share a point.
    pub fn touches(&self, other: &Self) -> bool {
        (0..2).all(|k| self.min[k] <= other.max[k] && other.min[k] <= self.max[k])
    }
}
