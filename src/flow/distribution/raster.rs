//! The geometry of a drawing: where its cells are, and which of them a brush can reach.
//!
//! It refuses to know what is in a cell.

use std::ops::Range;

use crate::flow::Point;
use crate::flow::bounds::Bounds;

/// Cells along one side.
pub const SIDE: usize = 256;

/// The cells of a box, numbered row by row from the lower left corner.
#[derive(Clone, Copy, Debug)]
pub struct Raster {
    /// The box.
    pub bounds: Bounds,
}

impl Raster {
    /// Width and height of a cell.
    pub fn cell_size(self) -> [f64; 2] {
        let n = SIDE as f64;
        [self.bounds.width() / n, self.bounds.height() / n]
    }

    /// The point of a cell at the given share of its width and height.
    pub fn point(self, cell: usize, share: [f64; 2]) -> Point {
        let [width, height] = self.cell_size();
        let (column, row) = (cell % SIDE, cell / SIDE);
        [
            self.bounds.min[0] + (column as f64 + share[0]) * width,
            self.bounds.min[1] + (row as f64 + share[1]) * height,
        ]
    }

    /// The centre of a cell.
    pub fn center(self, cell: usize) -> Point {
        self.point(cell, [0.5, 0.5])
    }

    /// The columns (axis 0) or rows (axis 1) that come within `radius` of the segment from a to b.
    pub fn reach(self, axis: usize, a: Point, b: Point, radius: f64) -> Range<usize> {
        let place = |x: f64| {
            let cells = (x - self.bounds.min[axis]) / self.cell_size()[axis];
            cells.clamp(0.0, SIDE as f64)
        };
        let low = place(a[axis].min(b[axis]) - radius).floor() as usize;
        let high = place(a[axis].max(b[axis]) + radius).ceil() as usize;
        low..high
    }
}

/// Squared distance of p from the segment between a and b.
pub fn squared_distance_to_segment(p: Point, a: Point, b: Point) -> f64 {
    let along = [b[0] - a[0], b[1] - a[1]];
    let from_a = [p[0] - a[0], p[1] - a[1]];
    let length_squared = along[0] * along[0] + along[1] * along[1];
    let share = if length_squared > 0.0 {
        ((from_a[0] * along[0] + from_a[1] * along[1]) / length_squared).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let off = [from_a[0] - share * along[0], from_a[1] - share * along[1]];
    off[0] * off[0] + off[1] * off[1]
}
