//! The exact optimal permutation for any table of costs, by shortest augmenting paths (Jonker and Volgenant, Computing 38,
//! 1987; Crouse, IEEE Transactions on Aerospace and Electronic Systems 52, 2016).
//!
//! For squared distances of the plane [`assign`](super::assignment::assign) is far faster; this is for costs that are none.

/// The column of each row, such that the sum of `costs[row * n + column]` is the least; every column once. Costs are finite.
pub fn assign_dense(n: usize, costs: &[f64]) -> Vec<usize> {
    let mut search = Search {
        n,
        costs,
        u: vec![0.0; n],
        v: vec![0.0; n],
        column_of: vec![n; n],
        row_of: vec![n; n],
    };
    for row in 0..n {
        search.augment(row);
    }
    search.column_of
}

/// A permutation of the first rows, with prices under which it is the best one.
struct Search<'a> {
    n: usize,
    costs: &'a [f64],
    /// Prices of rows and columns: `u + v <= cost`, and equal for matched ones.
    u: Vec<f64>,
    v: Vec<f64>,
    /// The partner of each row and column; n for none.
    column_of: Vec<usize>,
    row_of: Vec<usize>,
}

impl Search<'_> {
    /// Gives one more row its column, by the shortest path of reduced costs to a free one (Dijkstra).
    fn augment(&mut self, start: usize) {
        let n = self.n;
        let mut distance = vec![f64::INFINITY; n];
        let mut from = vec![start; n];
        let mut open: Vec<usize> = (0..n).collect();
        let mut closed = Vec::new();
        let (mut row, mut least) = (start, 0.0);
        let end = loop {
            let mut nearest = 0;
            for (k, &column) in open.iter().enumerate() {
                let cost = self.costs[row * n + column];
                let there = least + (cost - self.u[row] - self.v[column]);
                if there < distance[column] {
                    (distance[column], from[column]) = (there, row);
                }
                let best = distance[open[nearest]];
                let is_free = self.row_of[column] == n;
                if distance[column] < best || (distance[column] == best && is_free) {
                    nearest = k;
                }
            }
            let column = open.swap_remove(nearest);
            least = distance[column];
            if self.row_of[column] == n {
                break column;
            }
            closed.push(column);
            row = self.row_of[column];
        };
        self.u[start] += least;
        for column in closed {
            let slack = least - distance[column];
            self.u[self.row_of[column]] += slack;
            self.v[column] -= slack;
        }
        self.turn(start, end, &from);
    }

    /// Every row of the path gets the column that it was reached over.
    fn turn(&mut self, start: usize, end: usize, from: &[usize]) {
        let mut column = end;
        loop {
            let row = from[column];
            self.row_of[column] = row;
            std::mem::swap(&mut self.column_of[row], &mut column);
            if row == start {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::assignment::{assign, squared_distance};
    use super::*;
    use crate::flow::Point;
    use proptest::prelude::*;

    fn total(n: usize, costs: &[f64], columns: &[usize]) -> f64 {
        columns
            .iter()
            .enumerate()
            .map(|(row, column)| costs[row * n + column])
            .sum()
    }

    proptest! {
        #[test]
        fn it_is_a_permutation_as_good_as_that_of_a_known_solver(
            n in 0usize..30,
            numbers in prop::collection::vec(prop_oneof![-5.0..5.0, Just(1.0)], 900),
        ) {
            let costs = numbers[..n * n].to_vec();
            let columns = assign_dense(n, &costs);
            let mut sorted = columns.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..n).collect::<Vec<_>>());
            let known = lsap::solve(n, n, &costs, false).unwrap().1;
            prop_assert!((total(n, &costs, &columns) - total(n, &costs, &known)).abs() < 1e-9);
        }

        #[test]
        fn of_the_plane_it_costs_what_the_fast_solver_finds(points in prop::collection::vec((-3.0..3.0, -3.0..3.0), 2..80)) {
            let n = points.len() / 2;
            let points: Vec<Point> = points.into_iter().map(|(x, y)| [x, y]).collect();
            let (x_0, x_1) = (&points[..n], &points[n..2 * n]);
            let costs: Vec<f64> = x_0.iter().flat_map(|&x| x_1.iter().map(move |&y| squared_distance(x, y))).collect();
            let mean = total(n, &costs, &assign_dense(n, &costs)) / n as f64;
            prop_assert!((mean - assign(x_0, x_1).unwrap().mean_cost).abs() < 1e-9);
        }
    }
}
