//! The exact end of the search: every free row gets a column along a shortest path of reduced costs.
//!
//! After Jonker & Volgenant (Computing 38, 1987): a Dijkstra search from one free row at a time, over the
//! reduced costs `u_i - profit`, which are never negative. A column for several rows is one place on the way, from
//! which ways lead through each of its holders. It refuses to know how the prices came about; it
//! needs complementary slackness (every matched row is in a best column) and keeps it.

use std::ops::Range;

use pulp::Simd;

use super::auction::Search;
use super::columns::Columns;
use super::quota::{Quota, scan_cost};
use super::supplies::Supplies;
use super::tree::{Junction, Tree};
use super::vectors::{WIDTH, vectorized};

/// A free column that is further away than the nearest taken one by no more than this counts as nearest. Where
/// costs tie, rounding would otherwise send every search through all the taken columns first. It weakens the
/// certificate by so much a search, in units of the normalised cost.
pub const TIE: f64 = 1e-15;

/// What it takes to lead ways to a block, as so many columns of a scan.
const WAY: usize = 100;

/// A column that the search has gone past.
struct Passed {
    column: usize,
    distance: f64,
    /// The price before the search.
    price: f64,
}

/// Shortest paths, one after the other.
struct Paths {
    tree: Tree,
    /// The row from which the present path begins.
    start: usize,
    /// Whether the tree has grown from there.
    is_growing: bool,
    /// Where the tree has gone past.
    passed: Vec<Passed>,
}

impl<S: Simd, H: Supplies> Search<'_, S, H> {
    /// Leaves no row free.
    pub async fn augment(&mut self, quota: &mut Quota) {
        self.reduce_columns(quota).await;
        if H::SHARED {
            let limits = self.limits(quota).await;
            self.supplies.settle(&limits);
        }
        let columns = self.supplies.len();
        let mut paths = Paths {
            tree: Tree::new(&self.columns),
            start: 0,
            is_growing: false,
            passed: Vec::new(),
        };
        for j in 0..columns {
            paths.tree.set_free(j, self.supplies.has_room(j));
        }
        let simd = self.simd;
        while paths.start < self.rows.len() {
            let most = quota.left();
            let spent = vectorized(
                simd,
                #[inline(always)]
                || self.add_paths(&mut paths, most),
            );
            quota.spend(spent).await;
        }
    }

    /// Lowers the price of every free column until a row finds it as good as its best: `max_i (x_i . y - u_i)`.
    /// What earlier rounds have added to it would have to be added to all taken columns, one long path after
    /// the other; for clouds on two perpendicular lines that is n paths of n columns.
    async fn reduce_columns(&mut self, quota: &mut Quota) {
        let (simd, n_rows, n_columns) = (self.simd, self.rows.len(), self.supplies.len());
        let mut u = vec![0.0; n_rows];
        let scanning = quota.scan_all(
            simd,
            n_rows,
            n_columns,
            #[inline(always)]
            |rows| self.find_best(rows, &mut u),
        );
        scanning.await;
        let rows = Columns::new(simd, self.rows, &u);
        let mut seed = 0;
        let scanning = quota.scan_all(
            simd,
            n_columns,
            n_rows,
            #[inline(always)]
            |columns| self.lower_prices(columns, &rows, &mut seed),
        );
        scanning.await;
        self.columns.refresh_all(simd);
    }

    /// What each row gains in its column, or would in its best.
    #[inline(always)]
    fn find_best(&self, rows: Range<usize>, u: &mut [f64]) {
        for i in rows {
            let x = self.rows[i];
            u[i] = match self.column_of[i] {
                Some(j) => self.columns.benefit(x, j) - self.columns.price(j),
                None => self.columns.best_two(self.simd, x, self.seed[i]).best,
            };
        }
    }

    /// The rows, with their gains for prices, choose for the columns.
    #[inline(always)]
    fn lower_prices(&mut self, columns: Range<usize>, rows: &Columns, seed: &mut usize) {
        for j in columns {
            if self.supplies.is_unsold(j) {
                let bid = rows.best_two(self.simd, self.columns.point(j), *seed);
                *seed = bid.column / WIDTH;
                self.columns.set_price(j, bid.best);
            }
        }
    }

    /// The price at which each matched row's column is no better for it than another.
    async fn limits(&self, quota: &mut Quota) -> Vec<f64> {
        let mut limits = vec![f64::INFINITY; self.rows.len()];
        let scanning = quota.scan_all(
            self.simd,
            self.rows.len(),
            self.supplies.len(),
            #[inline(always)]
            |rows| self.find_limits(rows, &mut limits),
        );
        scanning.await;
        limits
    }

    #[inline(always)]
    fn find_limits(&self, rows: Range<usize>, limits: &mut [f64]) {
        for i in rows {
            let x = self.rows[i];
            if let Some(j) = self.column_of[i] {
                let bid = self.columns.best_two(self.simd, x, j / WIDTH);
                let other = if bid.column == j {
                    bid.second
                } else {
                    bid.best
                };
                limits[i] = self.columns.benefit(x, j) - other;
            }
        }
    }

    /// Adds paths until no row is free or `most` has been spent, and what it takes to get past one more column; returns
    /// what has been spent, as [`Quota`] counts.
    #[inline(always)]
    fn add_paths(&mut self, paths: &mut Paths, most: usize) -> usize {
        let mut spent = 0;
        while paths.start < self.rows.len() && spent < most {
            if self.column_of[paths.start].is_none() {
                if !self.shortest_path(paths, &mut spent, most) {
                    break;
                }
                self.shift_along_path(paths.start, &paths.tree);
                let end = paths.tree.end;
                paths.tree.set_free(end, self.supplies.has_room(end));
            }
            paths.start += 1;
        }
        spent
    }

    /// Grows the tree from a free row to the nearest free column, which is left in `tree.end`, and raises the
    /// prices of the columns passed by such that the path's reduced costs become zero. False if `most` is spent
    /// before: it goes on the next time.
    #[inline(always)]
    fn shortest_path(&mut self, paths: &mut Paths, spent: &mut usize, most: usize) -> bool {
        let (simd, scan) = (self.simd, scan_cost(self.supplies.len()));
        let Paths { tree, passed, .. } = paths;
        if !paths.is_growing {
            paths.is_growing = true;
            passed.clear();
            tree.clear();
            let from = Junction {
                row: paths.start,
                x: self.rows[paths.start],
                base: 0.0,
                seed: self.seed[paths.start],
            };
            *spent += scan + WAY * tree.relax(simd, &self.columns, from);
        }
        loop {
            let (column, distance) = tree.nearest(simd);
            if self.supplies.has_room(column) || distance + TIE >= tree.length {
                break;
            }
            if *spent >= most {
                return false;
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
                    seed: column / WIDTH,
                };
                *spent += scan + WAY * tree.relax(simd, &self.columns, from);
            }
        }
        paths.is_growing = false;
        for way in &*passed {
            let raise = tree.length - way.distance;
            self.columns.set_price(way.column, way.price + raise);
        }
        for way in &*passed {
            self.columns.refresh(simd, way.column / WIDTH);
        }
        true
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
