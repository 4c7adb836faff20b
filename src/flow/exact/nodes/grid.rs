//! Regular grids of narrow kernels: boxes, the checkerboard, a drawing's cells.

use super::form::{Kind, Nodes};
use crate::flow::Point;
use crate::flow::distribution::{CHECKERBOARD_SHRINK, Drawing};
use crate::flow::exact::Component;

/// Kernels of a grid are this wide in its spacings: the density between them ripples by `2 exp(-2 pi^2 0.6^2)`, 0.2 %.
const GRID_KERNEL: f64 = 0.6;
/// Kernels of a drawing are this wide in its cells, or blocks of them.
const CELL_KERNEL: f64 = 0.5;

/// Equal boxes with these centres.
///
/// The grid in each is drawn together a little, so that with its kernels it has mean and covariance of the box.
pub fn boxes(centres: &[Point], size: [f64; 2], budget: usize) -> Nodes {
    let n = counts(size, (budget / centres.len().max(1)).max(1));
    let spacing = [0, 1].map(|i| size[i] / n[i] as f64);
    let kernel = GRID_KERNEL * spacing[0].max(spacing[1]);
    let axes = [0, 1].map(|i| axis(size[i], n[i], kernel));
    let cov = [axes[0].1, 0.0, axes[1].1];
    let node = |centre: &Point, x: f64, y: f64| Component {
        weight: 1.0,
        mean: [centre[0] + x, centre[1] + y],
        cov,
    };
    let rows = |centre| {
        let axes = &axes;
        let row = move |&y: &f64| axes[0].0.iter().map(move |&x| node(centre, x, y));
        axes[1].0.iter().flat_map(row)
    };
    Nodes {
        components: centres.iter().flat_map(rows).collect(),
        kind: Kind::Quadrature {
            kernel: Some(kernel),
        },
    }
}

/// Nearly square cells, at most `budget` of them.
fn counts([width, height]: [f64; 2], budget: usize) -> [usize; 2] {
    let most = budget as f64;
    let columns = (most * width / height).sqrt().clamp(1.0, most);
    let rows = (most / columns).floor().max(1.0);
    [columns.floor() as usize, rows as usize]
}

/// Places along one side and the variance of the kernels there; together they have the variance `size^2 / 12` of the side.
fn axis(size: f64, n: usize, kernel: f64) -> (Vec<f64>, f64) {
    let whole = size * size / 12.0;
    let own = kernel * kernel;
    if n == 1 || own >= whole {
        return (vec![0.0], whole);
    }
    let spacing = (12.0 * (whole - own) / (n * n - 1) as f64).sqrt();
    let place = |i| (i as f64 - 0.5 * (n - 1) as f64) * spacing;
    ((0..n).map(place).collect(), own)
}

/// The eight squares of the checkerboard.
pub fn checkerboard(budget: usize) -> Nodes {
    boxes(&checkerboard_centres(), CHECKERBOARD_SQUARE, budget)
}

/// The side of a square, twice.
pub const CHECKERBOARD_SQUARE: [f64; 2] = [1.0 / CHECKERBOARD_SHRINK; 2];

/// The middles of the squares.
pub fn checkerboard_centres() -> Vec<Point> {
    let squares = (-2..2_i32).flat_map(|column| {
        let raised = f64::from(column.rem_euclid(2));
        [raised, raised - 2.0].map(|bottom| [f64::from(column), bottom])
    });
    let centre = |corner: Point| corner.map(|c| (c + 0.5) / CHECKERBOARD_SHRINK);
    squares.map(centre).collect()
}

/// The painted cells of a drawing, in blocks large enough that there are at most `budget`; `None` if there are none.
pub fn cells(drawing: &Drawing, budget: usize) -> Option<Nodes> {
    let mut side = 1;
    let painted = loop {
        let painted = blocks(drawing, side);
        if painted.len() <= budget || side >= Drawing::SIZE {
            break painted;
        }
        side *= 2;
    };
    let bounds = drawing.bounds();
    let cell = [bounds.width(), bounds.height()].map(|side| side / Drawing::SIZE as f64);
    let bandwidth = CELL_KERNEL * side as f64 * cell[0].max(cell[1]);
    let components = painted.iter().map(|&(weight, [x, y])| Component {
        weight,
        ..Component::isotropic(
            [bounds.min[0] + x * cell[0], bounds.min[1] + y * cell[1]],
            bandwidth,
        )
    });
    (!painted.is_empty()).then(|| Nodes {
        components: components.collect(),
        kind: Kind::Kernels { bandwidth },
    })
}

/// Weight and centre of mass, in cells, of every painted block of `side` cells a side.
fn blocks(drawing: &Drawing, side: usize) -> Vec<(f64, Point)> {
    let across = Drawing::SIZE / side;
    let mut sums = vec![[0.0; 3]; across * across];
    for (cell, &weight) in drawing.cells().iter().enumerate() {
        let (column, row) = (cell % Drawing::SIZE, cell / Drawing::SIZE);
        let sum = &mut sums[row / side * across + column / side];
        let weight = f64::from(weight);
        sum[0] += weight;
        sum[1] += weight * (column as f64 + 0.5);
        sum[2] += weight * (row as f64 + 0.5);
    }
    let painted = sums.into_iter().filter(|sum| sum[0] > 0.0);
    painted
        .map(|[weight, x, y]| (weight, [x / weight, y / weight]))
        .collect()
}
