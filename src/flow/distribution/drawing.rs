//! A density painted by hand: a grid of weights over a box.
//!
//! Inside a cell the density is constant, so it is sampled exactly: a cell by its weight, then a uniform point
//! in it. The grid is shared between clones until one of them is painted on. It refuses to know pointers,
//! pixels and undo.

use std::fmt;
use std::sync::Arc;

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use super::alias::AliasTable;
use super::brush::{Brush, Symmetry};
use super::cells;
use super::classes::Class;
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

    fn raster(&self) -> Raster {
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

/// A drawing made ready for sampling.
#[derive(Debug)]
pub struct CellSampler {
    raster: Raster,
    /// The cells that are not empty, with their classes.
    painted: Vec<(usize, Class)>,
    choice: AliasTable,
}

impl CellSampler {
    /// `None` for an empty drawing.
    pub fn new(drawing: &Drawing) -> Option<Self> {
        let cells = drawing.cells.iter().enumerate();
        let painted: Vec<(usize, Class)> = cells
            .filter(|c| *c.1 > 0)
            .map(|c| (c.0, drawing.classes[c.0]))
            .collect();
        if painted.is_empty() {
            return None;
        }
        let weight = |&(cell, _): &(usize, Class)| f64::from(drawing.cells[cell]);
        let weights: Vec<f64> = painted.iter().map(weight).collect();
        Some(Self {
            raster: drawing.raster(),
            choice: AliasTable::new(&weights),
            painted,
        })
    }

    /// One point and its class: uniform in a cell that is chosen by weight.
    pub fn sample(&self, rng: &mut (impl Rng + ?Sized)) -> (Point, Class) {
        let (cell, class) = self.painted[self.choice.sample(rng)];
        let point = self.raster.point(cell, [rng.random(), rng.random()]);
        (point, class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::distribution::{Distribution, DistributionError, Shape};
    use crate::flow::rng::{Stream, stream};
    use proptest::prelude::*;

    const BRUSH: Brush = Brush {
        radius: 0.3,
        strength: 1.0,
        class: 0,
    };

    fn blank() -> Drawing {
        Drawing::blank(Bounds::square(4.0))
    }

    fn weight_at(drawing: &Drawing, p: Point) -> u8 {
        let n = Drawing::SIZE;
        let index = |x: f64, lo: f64, side: f64| ((x - lo) / side * n as f64) as usize;
        let b = drawing.bounds;
        let ix = index(p[0], b.min[0], b.width());
        let iy = index(p[1], b.min[1], b.height());
        drawing.cells[iy * n + ix]
    }

    fn samples(drawing: &Drawing, n: usize) -> Vec<Point> {
        let mut rng = stream(2, Stream::Display, 0);
        let sampler = Distribution::from(Shape::Drawn(drawing.clone())).sampler();
        sampler.unwrap().sample_n(n, &mut rng)
    }

    #[test]
    fn a_stroke_is_soft_and_stays_within_its_radius() {
        let mut drawing = blank();
        drawing.stroke([-2.0, 1.0], [2.0, 1.0], &BRUSH, false, Symmetry::None);
        for (cell, &weight) in drawing.cells.iter().enumerate() {
            let [x, y] = Raster {
                bounds: drawing.bounds,
            }
            .center(cell);
            let d = (x - x.clamp(-2.0, 2.0)).hypot(y - 1.0);
            let expected = (4.0 / 3.0 * (1.0 - (d / 0.3).powi(2)))
                .clamp(0.0, 1.0)
                .powi(2);
            assert!(
                (f64::from(weight) - 255.0 * expected).abs() <= 0.5 + 1e-9,
                "{x} {y}"
            );
        }
    }

    #[test]
    fn strength_is_the_weight_and_repeating_adds_nothing() {
        let half = Brush {
            radius: 1.0,
            strength: 0.5,
            class: 0,
        };
        let mut drawing = blank();
        drawing.stamp([0.0, 0.0], &half, false);
        let once = drawing.clone();
        drawing.stamp([0.0, 0.0], &half, false);
        assert_eq!(drawing, once);
        assert_eq!(weight_at(&drawing, [0.0, 0.0]), 128);
        drawing.stamp([0.0, 0.0], &BRUSH, true);
        assert_eq!(weight_at(&drawing, [0.0, 0.0]), 0);
        assert_eq!(
            weight_at(&drawing, [0.5, 0.0]),
            weight_at(&once, [0.5, 0.0])
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(50))]

        #[test]
        fn a_stroke_may_be_cut_into_pieces(ends in prop::array::uniform4(-5.0..5.0), n in 1u32..20) {
            let [x_0, y_0, x_1, y_1] = ends;
            let at = |k: u32| {
                let s = f64::from(k) / f64::from(n);
                [x_0 + s * (x_1 - x_0), y_0 + s * (y_1 - y_0)]
            };
            let (mut whole, mut pieces) = (blank(), blank());
            whole.stroke(at(0), at(n), &BRUSH, false, Symmetry::None);
            for k in 0..n {
                pieces.stroke(at(k), at(k + 1), &BRUSH, false, Symmetry::None);
            }
            // Rounding may push a weight over the edge between two levels.
            prop_assert!(whole.cells.iter().zip(&*pieces.cells).all(|(a, b)| a.abs_diff(*b) <= 1));
        }

        #[test]
        fn symmetric_strokes_are_symmetric(ends in prop::array::uniform4(-4.0..4.0)) {
            let [x_0, y_0, x_1, y_1] = ends;
            let painted = |symmetry| {
                let mut drawing = blank();
                drawing.stroke([x_0, y_0], [x_1, y_1], &BRUSH, false, symmetry);
                drawing
            };
            let last = Drawing::SIZE - 1;
            let agrees = |drawing: &Drawing, image: &dyn Fn(usize, usize) -> (usize, usize)| {
                (0..=last).all(|iy| (0..=last).all(|ix| {
                    let (jx, jy) = image(ix, iy);
                    let cell = |ix: usize, iy: usize| drawing.cells[iy * Drawing::SIZE + ix];
                    cell(ix, iy).abs_diff(cell(jx, jy)) <= 1
                }))
            };
            prop_assert!(agrees(&painted(Symmetry::MirrorX), &|ix, iy| (last - ix, iy)));
            prop_assert!(agrees(&painted(Symmetry::MirrorY), &|ix, iy| (ix, last - iy)));
            prop_assert!(agrees(&painted(Symmetry::Rotate(4)), &|ix, iy| (last - iy, ix)));
            prop_assert!(agrees(&painted(Symmetry::Rotate(2)), &|ix, iy| (last - ix, last - iy)));
        }
    }

    #[test]
    fn erasing_everything_leaves_an_empty_drawing() {
        let mut drawing = blank();
        assert!(drawing.is_empty());
        drawing.stroke([-1.0, 0.0], [1.0, 1.0], &BRUSH, false, Symmetry::Rotate(3));
        assert!(!drawing.is_empty());
        let mut erased = drawing.clone();
        let eraser = Brush {
            radius: 1e9,
            strength: 1.0,
            class: 0,
        };
        erased.stamp([0.0, 0.0], &eraser, true);
        assert!(erased.is_empty());
        drawing.clear();
        assert_eq!(drawing, erased);
    }

    #[test]
    fn painting_leaves_clones_alone() {
        let before = blank();
        let mut after = before.clone();
        assert!(Arc::ptr_eq(&before.cells, &after.cells));
        after.stamp([9.0, 9.0], &BRUSH, false);
        assert!(
            Arc::ptr_eq(&before.cells, &after.cells),
            "a miss copies nothing"
        );
        after.stamp([0.0, 0.0], &BRUSH, false);
        assert!(before.is_empty() && !after.is_empty());
    }

    #[test]
    fn odd_brushes_and_points_do_no_harm() {
        let mut drawing = blank();
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            drawing.stroke([0.0, bad], [1.0, 1.0], &BRUSH, false, Symmetry::None);
            drawing.stamp(
                [0.0, 0.0],
                &Brush {
                    radius: 1.0,
                    strength: -bad.abs(),
                    class: 0,
                },
                false,
            );
        }
        drawing.stamp([1e300, -1e300], &BRUSH, false);
        assert!(drawing.is_empty());
        drawing.stroke([0.0, 0.0], [1.0, 0.0], &BRUSH, false, Symmetry::Rotate(0));
        let mut plain = blank();
        plain.stroke([0.0, 0.0], [1.0, 0.0], &BRUSH, false, Symmetry::None);
        assert_eq!(drawing, plain);
    }

    #[test]
    fn an_empty_drawing_says_so_and_one_dot_is_enough() {
        let error = Distribution::from(Shape::Drawn(blank()))
            .sampler()
            .unwrap_err();
        assert_eq!(error, DistributionError::EmptyDrawing);
        let mut drawing = blank();
        // The smallest brush there is: one cell of 1/32, wherever it hits.
        drawing.stamp(
            [1.0, -2.0],
            &Brush {
                radius: 0.0,
                strength: 1.0,
                class: 0,
            },
            false,
        );
        assert!(drawing.cells.iter().any(|&weight| weight >= 100));
        for p in samples(&drawing, 1000) {
            assert!((p[0] - 1.0).hypot(p[1] + 2.0) < 3.0 / 32.0, "{p:?}");
        }
    }

    /// A density with weight 1 on the left half and 1/5 on the right, on a box that is no square.
    #[test]
    fn samples_follow_the_weights_exactly() {
        const N: usize = 100_000;
        let bounds = Bounds {
            min: [0.0, 2.0],
            max: [2.0, 3.0],
        };
        let drawing = Drawing::from_fn(bounds, |x, _| if x < 1.0 { 1.0 } else { 0.2 });
        let points = samples(&drawing, N);
        assert!(points.iter().all(|p| bounds.contains(*p)));
        let mean = |f: fn(&Point) -> f64| points.iter().map(f).sum::<f64>() / N as f64;
        let tolerance = 4.0 / (N as f64).sqrt();
        assert!((mean(|p| f64::from(u8::from(p[0] < 1.0))) - 5.0 / 6.0).abs() < 0.5 * tolerance);
        assert!((mean(|p| p[0]) - (5.0 * 0.5 + 1.5) / 6.0).abs() < tolerance);
        assert!((mean(|p| p[1]) - 2.5).abs() < tolerance);
        // The jitter inside a cell is uniform: its width is 1/128.
        let phase = mean(|p| (p[0] * 128.0).fract());
        assert!((phase - 0.5).abs() < 0.3 * tolerance, "{phase}");
    }
}
