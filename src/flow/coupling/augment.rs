//! The exact end of the search: every free row gets a column along a shortest path of reduced costs.
//!
//! After Jonker & Volgenant (Computing 38, 1987): a Dijkstra search from one free row at a time, over the
//! reduced costs `u_i - profit`, which are never negative. It refuses to know how the prices came about; it
//! needs complementary slackness (every matched row is in a best column) and keeps it.

use pulp::Simd;

use super::auction::Search;
use super::columns::Columns;
use super::lanes::LANES;
use super::tree::{Junction, Tree};

/// A free column that is further away than the nearest taken one by no more than this counts as nearest. Where
/// costs tie, rounding would otherwise send every search through all the taken columns first. It weakens the
/// certificate by so much a search, in units of the normalised cost.
const TIE: f64 = 1e-15;

/// A column that the search has gone past.
struct Passed {
    column: usize,
    distance: f64,
    /// The price before the search.
    price: f64,
}

impl<S: Simd> Search<'_, S> {
    /// Leaves no row free.
    #[inline(always)]
    pub fn augment(&mut self) {
        self.reduce_columns();
        let mut tree = Tree::new(&self.columns);
        for (j, row) in self.row_of.iter().enumerate() {
            tree.set_free(j, row.is_none());
        }
        for start in 0..self.rows.len() {
            if self.column_of[start].is_none() {
                self.shortest_path(start, &mut tree);
                self.shift_along_path(start, &tree);
                tree.set_free(tree.end, false);
            }
        }
    }

    /// Lowers the price of every free column until a row finds it as good as its best: `max_i (x_i . y - u_i)`.
    /// What earlier rounds have added to it would have to be added to all taken columns, one long path after
    /// the other; for clouds on two perpendicular lines that is n paths of n columns.
    #[inline(always)]
    fn reduce_columns(&mut self) {
        let simd = self.simd;
        let mut u = Vec::with_capacity(self.rows.len());
        for (i, &x) in self.rows.iter().enumerate() {
            u.push(match self.column_of[i] {
                Some(j) => self.columns.benefit(x, j) - self.columns.price(j),
                None => self.columns.best_two(simd, x, self.seed[i]).best,
            });
        }
        let rows = Columns::new(simd, self.rows, &u);
        let mut seed = 0;
        for j in 0..self.row_of.len() {
            if self.row_of[j].is_none() {
                let bid = rows.best_two(simd, self.columns.point(j), seed);
                seed = bid.column / LANES;
                self.columns.set_price(j, bid.best);
            }
        }
        self.columns.refresh_all(simd);
    }

    /// Grows the tree from a free row to the nearest free column, which is left in `tree.end`, and raises the
    /// prices of the columns passed by such that the path's reduced costs become zero.
    #[inline(always)]
    fn shortest_path(&mut self, start: usize, tree: &mut Tree) {
        let simd = self.simd;
        let mut passed: Vec<Passed> = Vec::new();
        tree.clear();
        let mut from = Junction {
            row: start,
            x: self.rows[start],
            base: 0.0,
            seed: self.seed[start],
        };
        loop {
            tree.relax(simd, &self.columns, from);
            let (column, distance) = tree.nearest(simd);
            let Some(row) = self.row_of[column].filter(|_| distance + TIE < tree.length) else {
                break;
            };
            let (x, price) = (self.rows[row], self.columns.price(column));
            passed.push(Passed {
                column,
                distance,
                price,
            });
            from = Junction {
                row,
                x,
                base: distance + (self.columns.benefit(x, column) - price),
                seed: column / LANES,
            };
            // Out of the race without a branch in the loop: never the nearest, and no way there is shorter.
            tree.close(simd, column);
            self.columns.set_price(column, f64::INFINITY);
        }
        for way in &passed {
            let raise = tree.length - way.distance;
            self.columns.set_price(way.column, way.price + raise);
        }
        for way in &passed {
            self.columns.refresh(simd, way.column / LANES);
        }
    }

    /// Hands every column of the path from `tree.end` back to `start` to the row before it.
    fn shift_along_path(&mut self, start: usize, tree: &Tree) {
        let mut free_column = Some(tree.end);
        while let Some(j) = free_column {
            let row = tree.parent(j);
            self.row_of[j] = Some(row);
            free_column = self.column_of[row].replace(j);
            if row == start {
                return;
            }
        }
    }
}
