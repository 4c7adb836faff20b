//! The search for the optimal permutation: an auction finds good prices, shortest paths finish exactly.
//!
//! It works on normalised coordinates and refuses to know units (see [`super::assignment`]). Rows are the source
//! points, columns the target points; the benefit of a pair is `x . y`, to be maximised in total.
//!
//! 1. The auction with falling `epsilon` (Bertsekas, Annals of Operations Research 14, 1988): a free row takes
//!    its best column and raises that column's price until its own gain over the second best is gone, plus
//!    `epsilon`. Only the prices are kept.
//! 2. One round with `epsilon = 0`, which is the augmenting row reduction of Jonker & Volgenant (Computing 38,
//!    1987). From here on complementary slackness holds exactly.
//! 3. The columns that are still free get the lowest price they can have, and every row that is still free a
//!    column along a shortest path of reduced costs (see [`super::augment`]).
//!
//! A Gaussian towards eight of them, 1024 points: 20,500 row scans in step 1, 2000 in step 2, and 6500 in step 3
//! for the 360 rows still free. Finer last rounds only shift work from step 3 to step 1. Prices from the optimum
//! for a quarter of the points save a tenth, those of an earlier block nothing: how far prices are off is decided
//! by the points of the block. So every block is solved by itself, in one go.
//!
//! A column may have a supply for several rows; how it is then sold is up to [`Supplies`].

use std::pin::Pin;

use pulp::{Arch, Simd, WithSimd};

use super::columns::Columns;
use super::quota::{Quota, scan_cost};
use super::supplies::{Stocks, Supplies, Units};
use super::vectors::{WIDTH, vectorized};
use crate::flow::Point;

/// First `epsilon`, in units of the normalised benefit; this, the factor and the end were tuned on four pairs of
/// distributions with 256 to 2000 points. The optimum is flat: a tenth within a factor of two.
const EPSILON_START: f64 = 0.02;
/// From one round to the next.
const EPSILON_FACTOR: f64 = 0.2;
/// The last `epsilon` is the last above this over n.
const EPSILON_END: f64 = 0.05;
/// Bids a row in one round, on average, before the round is given up: prices need not be good to be valid.
const MAX_BIDS: usize = 20;
/// The same for the row reduction, which does not end by itself.
const MAX_REDUCTIONS: usize = 2;

/// A least-cost assignment problem with the costs `-x . y`. As many `ys` as `xs`, within `[-1/2, 1/2]`.
#[derive(Clone, Copy)]
pub struct Problem<'a> {
    /// The rows.
    pub xs: &'a [Point],
    /// The columns.
    pub ys: &'a [Point],
}

/// An optimal permutation, or plan, and the dual variables that prove it.
#[derive(Clone, Debug, PartialEq)]
pub struct Solved {
    /// The column of each row.
    pub column_of: Vec<usize>,
    /// `a` with `a_i + b_j <= -x_i . y_j`, and equality for matched pairs.
    pub a: Vec<f64>,
    /// `b`, the negative prices.
    pub b: Vec<f64>,
}

/// A problem that is solved in pieces on vectors of any width.
///
/// An `async` block inside a dispatched function is not compiled for its instruction set. So each loop that scans rows is
/// ([`vectorized`]), and is left before a piece ends; what is kept between pieces is a value behind a pointer.
pub trait Solve: Sized + Send {
    /// The optimal permutation, or plan.
    fn solve_on<S: Simd>(self, simd: S, quota: &mut Quota) -> impl Future<Output = Solved> + Send;

    /// The same on the widest vectors that this machine has.
    fn solve<'a>(self, quota: &'a mut Quota) -> Solving<'a>
    where
        Self: 'a,
    {
        Arch::new().dispatch(Dispatched(self, quota))
    }
}

/// A search under way.
pub type Solving<'a> = Pin<Box<dyn Future<Output = Solved> + Send + 'a>>;

/// A search on the instruction set that it is dispatched for.
struct Dispatched<'a, P>(P, &'a mut Quota);

impl<'a, P: Solve + 'a> WithSimd for Dispatched<'a, P> {
    type Output = Solving<'a>;

    fn with_simd<S: Simd>(self, simd: S) -> Solving<'a> {
        Box::pin(self.0.solve_on(simd, self.1))
    }
}

impl Solve for Problem<'_> {
    async fn solve_on<S: Simd>(self, simd: S, quota: &mut Quota) -> Solved {
        let columns = Columns::new(simd, self.ys, &first_prices(self.ys));
        let supplies = Units::unsold(self.ys.len());
        let mut search = Search::new(simd, self.xs, columns, supplies);
        search.auction(quota).await;
        search.augment(quota).await;
        search.solved()
    }
}

/// A transportation problem with the costs `-x . y`: as many rows as the columns' supplies have together.
#[derive(Clone, Copy)]
pub struct Transport<'a> {
    /// The rows.
    pub xs: &'a [Point],
    /// The columns, within `[-1/2, 1/2]` like the rows.
    pub ys: &'a [Point],
    /// How many rows each column is for.
    pub supplies: &'a [usize],
}

impl Solve for Transport<'_> {
    async fn solve_on<S: Simd>(self, simd: S, quota: &mut Quota) -> Solved {
        let columns = Columns::new(simd, self.ys, &first_prices(self.ys));
        let supplies = columns.number.iter().map(|&k| self.supplies[k]);
        let supplies = Stocks::unsold(supplies);
        let mut search = Search::new(simd, self.xs, columns, supplies);
        search.auction(quota).await;
        search.augment(quota).await;
        search.solved()
    }
}

/// Those of the identity map, `|y|^2 / 2`.
fn first_prices(ys: &[Point]) -> Vec<f64> {
    let halved_square = |y: &Point| 0.5 * (y[0] * y[0] + y[1] * y[1]);
    ys.iter().map(halved_square).collect()
}

/// A partial permutation; from the end of the auction on, the prices prove it optimal for its rows.
pub struct Search<'a, S: Simd, H: Supplies> {
    /// The instruction set.
    pub simd: S,
    /// The source points.
    pub rows: &'a [Point],
    /// The target points and their prices.
    pub columns: Columns,
    /// The rows that each column is matched to, by the column's place.
    pub supplies: H,
    /// The place of the column that each row is matched to.
    pub column_of: Vec<Option<usize>>,
    /// The block in which each row has made its last bid.
    pub seed: Vec<usize>,
}

/// Bids that are still to be made in a round of the auction.
struct Round {
    epsilon: f64,
    /// Rows without a column.
    free: Vec<usize>,
    /// Bids before the round is given up.
    bids: usize,
}

impl<'a, S: Simd, H: Supplies> Search<'a, S, H> {
    /// No row has a column yet.
    pub fn new(simd: S, rows: &'a [Point], columns: Columns, supplies: H) -> Self {
        Self {
            simd,
            rows,
            columns,
            supplies,
            column_of: vec![None; rows.len()],
            seed: vec![0; rows.len()],
        }
    }

    /// Good prices, and with them a permutation of as many rows as can be had cheaply.
    pub async fn auction(&mut self, quota: &mut Quota) {
        let n = self.rows.len();
        if self.supplies.len() > 1 {
            let mut epsilon = EPSILON_START;
            while epsilon > EPSILON_END / n as f64 {
                self.auction_round(epsilon, MAX_BIDS * n, quota).await;
                epsilon *= EPSILON_FACTOR;
            }
            self.auction_round(0.0, MAX_REDUCTIONS * n, quota).await;
        }
    }

    /// Forgets who got what, and lets all rows bid for the columns from the present prices on. With an `epsilon`
    /// of zero a row that would have to break a tie stays free.
    async fn auction_round(&mut self, epsilon: f64, bids: usize, quota: &mut Quota) {
        let simd = self.simd;
        self.columns.ground_prices(simd);
        self.supplies.clear();
        self.column_of.fill(None);
        let mut round = Round {
            epsilon,
            free: (0..self.rows.len()).collect(),
            bids,
        };
        let columns = self.supplies.len();
        while round.bids > 0 && !round.free.is_empty() {
            let most = round.bids.min(quota.scans(columns));
            let bids = vectorized(
                simd,
                #[inline(always)]
                || self.bid(&mut round, most),
            );
            round.bids -= bids;
            quota.spend(bids * scan_cost(columns)).await;
        }
    }

    /// Makes bids until all rows have columns, `most` of them at most; how many it has made.
    #[inline(always)]
    fn bid(&mut self, round: &mut Round, most: usize) -> usize {
        for made in 0..most {
            let Some(i) = round.free.pop() else {
                return made;
            };
            let bid = self.columns.best_two(self.simd, self.rows[i], self.seed[i]);
            let (j, block) = (bid.column, bid.column / WIDTH);
            self.seed[i] = block;
            let raise = bid.best - bid.second + round.epsilon;
            if raise == 0.0 && !self.supplies.has_room(j) {
                continue;
            }
            let price = self.columns.price(j);
            let sale = self.supplies.sell(j, i, price, price + raise);
            self.columns.set_price(j, sale.price);
            self.columns.sieve.attract(block, self.rows[i]);
            self.columns.refresh(self.simd, block);
            self.column_of[i] = Some(j);
            if let Some(loser) = sale.loser {
                self.column_of[loser] = None;
                round.free.push(loser);
            }
        }
        most
    }

    /// By the numbers that the caller knows the columns by; no row may be free.
    pub fn solved(self) -> Solved {
        let columns = &self.columns;
        let places: Vec<usize> = self.column_of.into_iter().flatten().collect();
        let matched = self.rows.iter().zip(&places);
        let mut b = vec![0.0; columns.number.len()];
        for (j, &number) in columns.number.iter().enumerate() {
            b[number] = -columns.price(j);
        }
        Solved {
            a: matched
                .map(|(&x, &j)| columns.price(j) - columns.benefit(x, j))
                .collect(),
            b,
            column_of: places.iter().map(|&j| columns.number[j]).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::instruction_sets;
    use crate::flow::rng::{Stream, stream};
    use crate::flow::work::finish;
    use rand::RngExt;

    fn on(arch: Arch, problem: impl Solve) -> Vec<usize> {
        let mut quota = Quota::new();
        finish(arch.dispatch(Dispatched(problem, &mut quota))).column_of
    }

    /// Vectors of every width that this machine has. (Dual variables may differ: they are not unique.)
    #[test]
    fn the_permutation_does_not_depend_on_the_instruction_set() {
        for n in [1, 2, 15, 16, 17, 100, 300, 1100] {
            let mut rng = stream(4, Stream::Display, n);
            let mut draw = || rng.random::<f64>() - 0.5;
            let xs: Vec<Point> = (0..n).map(|_| [draw(), draw()]).collect();
            let ys: Vec<Point> = (0..n).map(|_| [draw(), draw()]).collect();
            let problem = Problem { xs: &xs, ys: &ys };
            let wide = finish(problem.solve(&mut Quota::new())).column_of;
            for arch in instruction_sets() {
                assert!(wide == on(arch, problem), "{arch:?}, n = {n}");
            }
        }
    }
    /// A plan is a permutation of copies.
    #[test]
    fn a_transportation_plan_is_as_good_as_a_permutation_of_copies() {
        for (n, supply) in [(4, 4), (60, 3), (300, 20), (1000, 8)] {
            let mut rng = stream(6, Stream::Display, n);
            let mut draw = || rng.random::<f64>() - 0.5;
            let xs: Vec<Point> = (0..n).map(|_| [draw(), draw()]).collect();
            let ys: Vec<Point> = (0..n / supply).map(|_| [draw(), draw()]).collect();
            let supplies = vec![supply as usize; ys.len()];
            let transport = Transport {
                xs: &xs,
                ys: &ys,
                supplies: &supplies,
            };
            let plan = finish(transport.solve(&mut Quota::new()));
            for arch in instruction_sets() {
                assert_eq!(on(arch, transport), plan.column_of, "{arch:?}, n = {n}");
            }
            let mut used = vec![0; ys.len()];
            plan.column_of.iter().for_each(|&k| used[k] += 1);
            assert_eq!(used, supplies);
            let copies: Vec<Point> = ys.iter().flat_map(|&y| vec![y; supply as usize]).collect();
            let problem = Problem {
                xs: &xs,
                ys: &copies,
            };
            let permutation = finish(problem.solve(&mut Quota::new())).column_of;
            let benefit = |i: usize, y: Point| xs[i][0] * y[0] + xs[i][1] * y[1];
            let of_plan: f64 = (0..xs.len())
                .map(|i| benefit(i, ys[plan.column_of[i]]))
                .sum();
            let of_copies: f64 = (0..xs.len())
                .map(|i| benefit(i, copies[permutation[i]]))
                .sum();
            assert!(
                (of_plan - of_copies).abs() < 1e-11,
                "n = {n}: {of_plan} {of_copies}"
            );
        }
    }
}
