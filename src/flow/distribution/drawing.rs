//! A density painted by hand: a grid of weights over a box.
//!
//! Inside a cell the density is constant, so it is sampled exactly: a cell by its weight, then a uniform point
//! in it. The grid is shared between clones until one of them is painted on. It refuses to know pointers,
//! pixels and undo.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::brush::{Brush, Symmetry};
use super::cells;
use super::class::Class;
use super::raster::{self, Raster, squared_distance_to_segment};
use crate::flow::Point;
use crate::flow::bounds::Bounds;

/// Weights of `SIZE x SIZE` cells over a box.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drawing {
    #[serde(default = "paper")]
    bounds: Bounds,
    #[serde(with = "cells")]
    cells: Arc<[u8]>,
    /// The class of each cell.
    #[serde(
        default = "colourless",
        skip_serializing_if = "is_colourless",
        with = "cells"
    )]
    classes: Arc<[Class]>,
}

/// The box of a file that states none.
fn paper() -> Bounds {
    Bounds::square(4.0)
}

/// The classes of a file that states none.
fn colourless() -> Arc<[Class]> {
    [0; Drawing::SIZE * Drawing::SIZE].into()
}

fn is_colourless(classes: &Arc<[Class]>) -> bool {
    classes.iter().all(|&class| class == 0)
}

impl Drawing {
    /// Cells along one side.
    pub const SIZE: usize = raster::SIDE;

    /// An empty drawing over the box, whose sides must be positive.
    pub fn blank(bounds: Bounds) -> Self {
        Self {
            bounds,
            cells: [0; Self::SIZE * Self::SIZE].into(),
            classes: colourless(),
        }
    }

    /// The drawing whose weights are those of a function at the cells' centres, clamped to `0..=1` and rounded
    /// to multiples of 1/255.
    pub fn from_fn(bounds: Bounds, mut weight: impl FnMut(f64, f64) -> f64) -> Self {
        let raster = Raster { bounds };
        let weights = (0..Self::SIZE * Self::SIZE).map(|cell| {
            let [x, y] = raster.center(cell);
            level(weight(x, y))
        });
        Self {
            bounds,
            cells: weights.collect(),
            classes: colourless(),
        }
    }

    /// The box that the grid covers.
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// The weights, `[iy][ix]` with iy = 0 at the bottom; 255 is the most a cell can hold.
    pub fn cells(&self) -> &[u8] {
        &self.cells
    }

    /// The class of each cell, in the order of [`Self::cells`]; 0 where there is none.
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// What is painted in one class, and nothing else.
    pub(super) fn of_class(&self, class: Class) -> Self {
        let kept = self.cells.iter().zip(&*self.classes);
        let kept = kept.map(|(&weight, &own)| if own == class { weight } else { 0 });
        Self {
            cells: kept.collect(),
            ..self.clone()
        }
    }

    /// Whether nothing is painted, so that there is nothing to sample.
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(|&weight| weight == 0)
    }

    /// Takes everything away.
    pub fn clear(&mut self) {
        *self = Self::blank(self.bounds);
    }

    /// One touch of the brush, as [`Self::stroke`].
    pub fn stamp(&mut self, at: Point, brush: &Brush, erase: bool) {
        self.stroke(at, at, brush, erase, Symmetry::None);
    }

    /// Draws the brush along a line, and along its images.
    ///
    /// Painting raises every cell to the brush's weight there, and a cell that is already higher stays. Every cell whose
    /// weight is the brush's then is of the brush's class. Erasing empties
    /// every cell that the brush reaches, whatever its strength: an eraser removes what the same brush has painted.
    /// So a stroke is the same however many pieces it is cut into and however
    /// slowly it is drawn. A point that is not finite has no effect.
    pub fn stroke(
        &mut self,
        from: Point,
        to: Point,
        brush: &Brush,
        erase: bool,
        symmetry: Symmetry,
    ) {
        if !from.iter().chain(&to).all(|x| x.is_finite()) {
            return;
        }
        let [width, height] = self.raster().cell_size();
        let brush = Brush {
            radius: brush.radius.max(width).max(height),
            strength: brush.strength.clamp(0.0, 1.0),
            class: brush.class,
        };
        let center = self.bounds.center();
        let images = |p: Point| symmetry.images([p[0] - center[0], p[1] - center[1]]);
        let back = |p: Point| [center[0] + p[0], center[1] + p[1]];
        for (a, b) in images(from).into_iter().zip(images(to)) {
            self.paint_segment(back(a), back(b), &brush, erase);
        }
    }

    /// The middle of a cell.
    pub(super) fn middle_of(&self, cell: usize) -> Point {
        self.raster().center(cell)
    }

    /// The weight at a point, 0 to 255, between the middles of the cells about it; 0 outside the box.
    pub(super) fn weight_at(&self, at: Point) -> f64 {
        let size = self.raster().cell_size();
        let place = [0, 1].map(|i| (at[i] - self.bounds.min[i]) / size[i] - 0.5);
        let first = place.map(f64::floor);
        let [right, up] = [0, 1].map(|i| place[i] - first[i]);
        let cell = |column: f64, row: f64| {
            let inside = [column, row]
                .iter()
                .all(|k| (0.0..Self::SIZE as f64).contains(k));
            if !inside {
                return 0.0;
            }
            f64::from(self.cells[row as usize * Self::SIZE + column as usize])
        };
        let [column, row] = first;
        let along = |row: f64| (1.0 - right) * cell(column, row) + right * cell(column + 1.0, row);
        (1.0 - up) * along(row) + up * along(row + 1.0)
    }

    pub(super) fn raster(&self) -> Raster {
        Raster {
            bounds: self.bounds,
        }
    }

    fn paint_segment(&mut self, a: Point, b: Point, brush: &Brush, erase: bool) {
        let raster = self.raster();
        let columns = raster.reach(0, a, b, brush.radius);
        let rows = raster.reach(1, a, b, brush.radius);
        if columns.is_empty() || rows.is_empty() {
            return;
        }
        let cells = Arc::make_mut(&mut self.cells);
        let classes = Arc::make_mut(&mut self.classes);
        for row in rows {
            let first = row * Self::SIZE + columns.start;
            let line = first..first + columns.len();
            let painted = cells[line.clone()].iter_mut().zip(&mut classes[line]);
            for (cell, (painted, class)) in (first..).zip(painted) {
                let weight = brush.weight(squared_distance_to_segment(raster.center(cell), a, b));
                let wet = level(weight);
                if erase && weight > 0.0 {
                    (*painted, *class) = (0, 0);
                } else if !erase && wet > 0 && wet >= *painted {
                    (*painted, *class) = (wet, brush.class);
                }
            }
        }
    }
}

/// A weight in `0..=1` as a cell holds it.
fn level(weight: f64) -> u8 {
    (255.0 * weight).round() as u8
}

impl fmt::Debug for Drawing {
    /// Not the 65,536 weights.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_painted = self.cells.iter().filter(|&&weight| weight > 0).count();
        f.debug_struct("Drawing")
            .field("bounds", &self.bounds)
            .field("n_painted", &n_painted)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "drawing_tests.rs"]
mod tests;
