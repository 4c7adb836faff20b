//! The target points with their prices, sorted into blocks of sixteen neighbours.
//!
//! It refuses to know what the columns are matched to. A column goes by its place in the blocks; the number that
//! the caller knows it by is in [`Columns::number`]. The benefit of a pair is `x . y`, the profit of a row in a
//! column the benefit less the column's price. No product is fused with a sum here, so that vectors of any width
//! and the scalar functions agree to the last bit.

use pulp::Simd;

use super::sieve::Sieve;
use super::vectors::{WIDTH, doubles, vectorized};
use crate::flow::Point;

/// Sixteen columns, one array a coordinate.
#[derive(Clone)]
#[repr(align(64))]
pub struct Block {
    y: [[f64; WIDTH]; 2],
    /// Infinite for a place without a column, and for a column that is not for sale at present.
    price: [f64; WIDTH],
}

/// All columns.
pub struct Columns {
    /// The number of the column at each place.
    pub number: Vec<usize>,
    /// Places `16 b` and following are in block b.
    pub blocks: Vec<Block>,
    /// Bounds for the blocks' profits.
    pub sieve: Sieve,
}

impl Columns {
    /// Columns at the given points with the given prices, both in the order of their numbers.
    pub fn new<S: Simd>(simd: S, ys: &[Point], prices: &[f64]) -> Self {
        let mut number: Vec<usize> = (0..ys.len()).collect();
        sort_into_blocks(ys, &mut number);
        let n_blocks = ys.len().div_ceil(WIDTH);
        let empty = Block {
            y: [[0.0; WIDTH]; 2],
            price: [f64::INFINITY; WIDTH],
        };
        let mut columns = Self {
            blocks: vec![empty; n_blocks],
            sieve: Sieve::new(n_blocks),
            number,
        };
        for (b, numbers) in columns.number.chunks(WIDTH).enumerate() {
            let block = &mut columns.blocks[b];
            for (k, &j) in numbers.iter().enumerate() {
                (block.y[0][k], block.y[1][k], block.price[k]) = (ys[j][0], ys[j][1], prices[j]);
            }
            let points: Vec<Point> = numbers.iter().map(|&j| ys[j]).collect();
            columns.sieve.set_columns(b, &points);
        }
        columns.refresh_all(simd);
        columns
    }

    /// The point of the column at place j.
    #[inline(always)]
    pub fn point(&self, j: usize) -> Point {
        let block = &self.blocks[j / WIDTH];
        block.y.map(|y| y[j % WIDTH])
    }

    /// The price of the column at place j.
    #[inline(always)]
    pub fn price(&self, j: usize) -> f64 {
        self.blocks[j / WIDTH].price[j % WIDTH]
    }

    /// Changes a price. If it falls, and sooner or later if it rises, the block wants a [`Self::refresh`].
    #[inline(always)]
    pub fn set_price(&mut self, j: usize, price: f64) {
        self.blocks[j / WIDTH].price[j % WIDTH] = price;
    }

    /// The benefit of x in the column at place j.
    #[inline(always)]
    pub fn benefit(&self, x: Point, j: usize) -> f64 {
        let y = self.point(j);
        x[0] * y[0] + x[1] * y[1]
    }

    /// Lets the sieve know the prices of block b.
    #[inline(always)]
    pub fn refresh<S: Simd>(&mut self, simd: S, b: usize) {
        let guess = self.sieve.guess(b);
        let guess = [simd.splat_f64s(guess[0]), simd.splat_f64s(guess[1])];
        let mut highest = simd.splat_f64s(f64::NEG_INFINITY);
        for v in 0..WIDTH / S::F64_LANES {
            highest = simd.max_f64s(highest, self.blocks[b].profit(simd, guess, v));
        }
        self.sieve.set_highest(b, simd.reduce_max_f64s(highest));
    }

    /// Lets the sieve know all prices.
    pub fn refresh_all<S: Simd>(&mut self, simd: S) {
        vectorized(
            simd,
            #[inline(always)]
            || {
                for b in 0..self.blocks.len() {
                    self.refresh(simd, b);
                }
            },
        );
    }

    /// Lowers all prices by the same amount, such that the smallest is zero: only differences matter, and the
    /// sieve wants small numbers.
    pub fn ground_prices<S: Simd>(&mut self, simd: S) {
        let prices = self.blocks.iter().flat_map(|block| block.price);
        let smallest = prices.fold(f64::INFINITY, f64::min);
        for price in self.blocks.iter_mut().flat_map(|block| &mut block.price) {
            *price -= smallest;
        }
        self.refresh_all(simd);
    }
}

impl Block {
    /// The profits of x in the v-th vector of columns.
    #[inline(always)]
    pub fn profit<S: Simd>(&self, simd: S, x: [S::f64s; 2], v: usize) -> S::f64s {
        let benefit_0 = simd.mul_f64s(x[0], doubles::<S>(&self.y[0])[v]);
        let benefit_1 = simd.mul_f64s(x[1], doubles::<S>(&self.y[1])[v]);
        let benefit = simd.add_f64s(benefit_0, benefit_1);
        simd.sub_f64s(benefit, doubles::<S>(&self.price)[v])
    }
}

/// Orders the numbers of points such that sixteen in a row are neighbours: a k-d tree, halved along the longer
/// side of the box around the points, whose leaves are the blocks.
fn sort_into_blocks(points: &[Point], numbers: &mut [usize]) {
    if numbers.len() <= WIDTH {
        return;
    }
    let mut low = [f64::INFINITY; 2];
    let mut high = [f64::NEG_INFINITY; 2];
    for &j in &*numbers {
        for axis in 0..2 {
            low[axis] = low[axis].min(points[j][axis]);
            high[axis] = high[axis].max(points[j][axis]);
        }
    }
    let axis = usize::from(high[1] - low[1] > high[0] - low[0]);
    let half = numbers.len().div_ceil(WIDTH) / 2 * WIDTH;
    numbers.select_nth_unstable_by(half, |&i, &j| points[i][axis].total_cmp(&points[j][axis]));
    let (left, right) = numbers.split_at_mut(half);
    sort_into_blocks(points, left);
    sort_into_blocks(points, right);
}

/// What has been done on this thread: what the tests measure in place of time.
#[cfg(test)]
pub mod counted {
    use std::cell::Cell;

    /// Row scans, and blocks that were looked at.
    #[derive(Clone, Copy)]
    pub struct Counted {
        /// Row scans.
        pub scans: usize,
        /// Columns of all the scans together.
        pub columns: usize,
        /// Blocks of columns that were looked at.
        pub blocks: usize,
    }

    const NOTHING: Counted = Counted {
        scans: 0,
        columns: 0,
        blocks: 0,
    };

    thread_local! {
        static COUNTED: Cell<Counted> = const { Cell::new(NOTHING) };
    }

    /// One more scan.
    pub fn scan(columns: usize) {
        let mut counted = COUNTED.get();
        counted.scans += 1;
        counted.columns += columns;
        COUNTED.set(counted);
    }

    /// One more block.
    pub fn block() {
        let mut counted = COUNTED.get();
        counted.blocks += 1;
        COUNTED.set(counted);
    }

    /// All since the last call.
    pub fn take() -> Counted {
        COUNTED.replace(NOTHING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_column_has_one_place(ys in prop::collection::vec((-0.5..0.5, -0.5..0.5), 0..200)) {
            let ys: Vec<Point> = ys.into_iter().map(|(y_0, y_1)| [y_0, y_1]).collect();
            let prices: Vec<f64> = (0..ys.len()).map(|j| j as f64).collect();
            let columns = Columns::new(pulp::Scalar, &ys, &prices);
            let mut numbers = columns.number.clone();
            numbers.sort_unstable();
            prop_assert_eq!(numbers, (0..ys.len()).collect::<Vec<_>>());
            for (place, &number) in columns.number.iter().enumerate() {
                prop_assert_eq!(columns.point(place), ys[number]);
                prop_assert_eq!(columns.price(place), prices[number]);
            }
        }
    }

    #[test]
    fn prices_fall_to_the_ground_together() {
        let ys = [[0.5, 0.0], [0.0, 0.5], [0.0, 0.0]];
        let mut columns = Columns::new(pulp::Scalar, &ys, &[3.0, 2.0, 2.5]);
        columns.ground_prices(pulp::Scalar);
        let price_of = |number| {
            let place = columns.number.iter().position(|&j| j == number);
            columns.price(place.unwrap())
        };
        assert_eq!([0, 1, 2].map(price_of), [1.0, 0.0, 0.5]);
    }
}
