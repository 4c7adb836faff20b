//! The exact end of the search: every free row gets a column along a shortest path of reduced costs.
//!
//! After Jonker & Volgenant (Computing 38, 1987): a Dijkstra search from one free row at a time, over the
//! reduced costs `u_i - profit`, which are never negative. A column for several rows is one place on the way, from
//! which ways lead through each of its holders. It refuses to know how the prices came about; it
//! needs complementary slackness (every matched row is in a best column) and keeps it.

use pulp::Simd;

use super::auction::Search;
use super::columns::Columns;
use super::lanes::LANES;
use super::supplies::Supplies;
use super::tree::{Junction, Tree};

/// A free column that is further away than the nearest taken one by no more than this counts as nearest. Where
/// costs tie, rounding would otherwise send every search through all the taken columns first. It weakens the
/// certificate by so much a search, in units of the normalised cost.
pub const TIE: f64 = 1e-15;

/// A column that the search has gone past.
struct Passed {
    column: usize,
    distance: f64,
    /// The price before the search.
    price: f64,
}

impl<S: Simd, H: Supplies> Search<'_, S, H> {
    /// Leaves no row free.
    #[inline(always)]
    pub fn augment(&mut self) {
        self.reduce_columns();
        if H::SHARED {
            let limits = self.limits();
            self.supplies.settle(&limits);
        }
        let mut tree = Tree::new(&self.columns);
        for j in 0..self.supplies.len() {
            tree.set_free(j, self.supplies.has_room(j));
        }
        for start in 0..self.rows.len() {
            if self.column_of[start].is_none() {
                self.shortest_path(start, &mut tree);
                self.shift_along_path(start, &tree);
                tree.set_free(tree.end, self.supplies.has_room(tree.end));
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
        for j in 0..self.supplies.len() {
            if self.supplies.is_unsold(j) {
                let bid = rows.best_two(simd, self.columns.point(j), seed);
                seed = bid.column / LANES;
                self.columns.set_price(j, bid.best);
            }
        }
        self.columns.refresh_all(simd);
    }

    /// The price at which each matched row's column is no better for it than another.
    #[inline(always)]
    fn limits(&self) -> Vec<f64> {
        let mut limits = vec![f64::INFINITY; self.rows.len()];
        for (i, &x) in self.rows.iter().enumerate() {
            if let Some(j) = self.column_of[i] {
                let bid = self.columns.best_two(self.simd, x, j / LANES);
                let other = if bid.column == j {
                    bid.second
                } else {
                    bid.best
                };
                limits[i] = self.columns.benefit(x, j) - other;
            }
        }
        limits
    }

    /// Grows the tree from a free row to the nearest free column, which is left in `tree.end`, and raises the
    /// prices of the columns passed by such that the path's reduced costs become zero.
    #[inline(always)]
    fn shortest_path(&mut self, start: usize, tree: &mut Tree) {
        let simd = self.simd;
        let mut passed: Vec<Passed> = Vec::new();
        tree.clear();
        let from = Junction {
            row: start,
            x: self.rows[start],
            base: 0.0,
            seed: self.seed[start],
        };
        tree.relax(simd, &self.columns, from);
        loop {
            let (column, distance) = tree.nearest(simd);
            if self.supplies.has_room(column) || distance + TIE >= tree.length {
                break;
            }
            let price = self.columns.price(column);
            passed.push(Passed {
                column,
                distance,
                price,
            });
            // Out of the race without a branch in the loop: never the nearest, and no way there is shorter.
            tree.close(simd, column);
            self.columns.set_price(column, f64::INFINITY);
            let mut last = None;
            for (row, limit) in self.supplies.holders(column) {
                let x = self.rows[row];
                if H::SHARED {
                    // No way through this holder, or a later one, is shorter than this.
                    if distance + (limit - price) >= tree.length {
                        break;
                    }
                    if last.replace(x) == Some(x) {
                        continue;
                    }
                }
                let from = Junction {
                    row,
                    x,
                    base: distance + (self.columns.benefit(x, column) - price),
                    seed: column / LANES,
                };
                tree.relax(simd, &self.columns, from);
            }
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
        let mut leaving = None;
        while let Some(j) = free_column {
            let row = tree.parent(j);
            self.supplies
                .hand_over(j, self.columns.price(j), row, leaving);
            free_column = self.column_of[row].replace(j);
            leaving = Some(row);
            if row == start {
                return;
            }
        }
    }
}
