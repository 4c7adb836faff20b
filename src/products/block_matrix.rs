//! Which source points of a block go with which target points, as a matrix of cells.

use crate::flow::Point;
use crate::flow::coupling::{Pairs, Planned};

/// Most cells along a side: several points share one where there are more.
const CELLS: usize = 64;

/// The block's joint law of source and target points, both from left to right on the canvas.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// Cells along each side.
    pub side: usize,
    /// How much goes with what, row by row of the source points, in pairs: the sum is the size of the block.
    pub pairs: Vec<f64>,
    /// Whether it is the plan that pairs are drawn from, and not the pairs themselves.
    pub is_plan: bool,
}

impl Matrix {
    /// A pair is a mark.
    pub fn of_pairs(pairs: &Pairs) -> Self {
        let n = pairs.x_0.len();
        let mut matrix = Self::blank(n, false);
        let [rows, columns] = [&pairs.x_0, &pairs.x_1].map(|points| cells(points, matrix.side));
        for (row, column) in rows.into_iter().zip(columns) {
            matrix.add(row, column, 1.0);
        }
        matrix
    }

    /// `n P`.
    pub fn of_plan(planned: &Planned) -> Self {
        let Planned { plan, drawn, .. } = planned;
        let mut matrix = Self::blank(plan.n, true);
        let [rows, columns] = [&drawn.x_0, &drawn.x_1].map(|points| cells(points, matrix.side));
        for (i, &row) in rows.iter().enumerate() {
            for (j, &column) in columns.iter().enumerate() {
                matrix.add(row, column, plan.at(i, j));
            }
        }
        matrix
    }

    fn blank(n: usize, is_plan: bool) -> Self {
        let side = n.clamp(1, CELLS);
        Self {
            side,
            pairs: vec![0.0; side * side],
            is_plan,
        }
    }

    fn add(&mut self, row: usize, column: usize, pairs: f64) {
        self.pairs[row * self.side + column] += pairs;
    }
}

/// The cell of every point among `side` from left to right.
fn cells(points: &[Point], side: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&a, &b| points[a][0].total_cmp(&points[b][0]));
    let mut cells = vec![0; points.len()];
    for (rank, point) in order.into_iter().enumerate() {
        cells[point] = rank * side / points.len();
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;
    use crate::flow::coupling::Coupling;
    use crate::flow::work::finish;

    #[test]
    fn cells_run_from_left_to_right() {
        let points = [[3.0, 0.0], [-1.0, 5.0], [2.0, 1.0], [7.0, 0.0]];
        assert_eq!(cells(&points, 4), [2, 0, 1, 3]);
        assert_eq!(cells(&points, 2), [1, 0, 0, 1]);
    }

    #[test]
    fn a_pair_is_a_mark() {
        let pairs = Pairs {
            x_0: vec![[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]],
            x_1: vec![[5.0, 0.0], [9.0, 0.0], [7.0, 0.0]],
        };
        let matrix = Matrix::of_pairs(&pairs);
        let marks = [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0];
        assert_eq!(
            (matrix.side, matrix.pairs, matrix.is_plan),
            (3, marks.to_vec(), false)
        );
    }

    /// Rows and columns of a plan sum up to the points that share the cell, and the plan is wider than its pairs: a large
    /// epsilon spreads over all.
    #[test]
    fn a_plan_has_the_marginals_of_the_points() {
        let preset = presets::find("eight-gaussians").unwrap();
        let experiment = preset.experiment().unwrap();
        let filled = |epsilon: f64| {
            let coupling = Coupling::Sinkhorn {
                batch: 128,
                epsilon,
                bridge: 0.0,
            };
            let blocks = experiment.blocks_of(coupling).unwrap();
            let planned = finish(blocks.planned(2)).unwrap().unwrap();
            let matrix = Matrix::of_plan(&planned);
            assert!(matrix.is_plan && matrix.side == 64);
            for k in 0..64 {
                let row: f64 = (0..64).map(|j| matrix.pairs[64 * k + j]).sum();
                let column: f64 = (0..64).map(|i| matrix.pairs[64 * i + k]).sum();
                assert!(
                    (row - 2.0).abs() < 1e-2 && (column - 2.0).abs() < 1e-2,
                    "{row} {column}"
                );
            }
            let marks = Matrix::of_pairs(&planned.into_pairs()).pairs;
            let on_marks = marks.iter().zip(&matrix.pairs);
            let share: f64 = on_marks
                .filter(|(mark, _)| **mark > 0.0)
                .map(|(_, p)| p)
                .sum();
            share / 128.0
        };
        let [narrow, wide] = [0.001, 10.0].map(filled);
        assert!(narrow > 0.5 && wide < 0.1, "{narrow} {wide}");
    }
}
