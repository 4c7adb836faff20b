//! One row looks for its best column: the inner loop of the auction.
//!
//! It refuses to know what the columns are matched to. Profits are recomputed from the coordinates: that is
//! cheaper than reading a matrix that does not fit the cache. The block that was the best the last time gives a
//! level, the sieve the few blocks in which there may be anything above it.

use pulp::{Simd, bytemuck};

use super::columns::{Block, Columns};
use super::sieve::WORD;
use super::vectors::{Ones, WIDTH, bits_of_doubles};
use crate::flow::Point;

/// The best column of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bid {
    /// Its place.
    pub column: usize,
    /// The profit in it.
    pub best: f64,
    /// The second largest profit, in another column; `-inf` if there is only one.
    pub second: f64,
}

impl Columns {
    /// The largest and the second largest profit of x; there must be a column. The nearer block `seed` is to the
    /// answer, the faster.
    #[inline(always)]
    pub fn best_two<S: Simd>(&self, simd: S, x: Point, seed: usize) -> Bid {
        #[cfg(test)]
        super::columns::counted::scan(self.number.len());
        let splat_x = [simd.splat_f64s(x[0]), simd.splat_f64s(x[1])];
        let mut top = TopTwo::new(simd);
        top.add(simd, splat_x, seed, &self.blocks[seed]);
        let mut bid = top.bid(simd);
        for w in 0..self.sieve.words() {
            let mut open = self.sieve.above(simd, w, x, bid.second);
            if w == seed / WORD {
                open &= !(1 << (seed % WORD));
            }
            if open == 0 {
                continue;
            }
            for k in Ones(open) {
                let b = w * WORD + k;
                top.add(simd, splat_x, b, &self.blocks[b]);
            }
            bid = top.bid(simd);
        }
        bid
    }
}

/// The two largest profits at each place of a vector. Without a branch, because which column wins cannot be predicted.
struct TopTwo<S: Simd> {
    first: S::f64s,
    second: S::f64s,
    /// Place of the first element of the vector of columns that `first` is from.
    place: S::u64s,
}

impl<S: Simd> TopTwo<S> {
    #[inline(always)]
    fn new(simd: S) -> Self {
        Self {
            first: simd.splat_f64s(f64::NEG_INFINITY),
            second: simd.splat_f64s(f64::NEG_INFINITY),
            place: simd.splat_u64s(0),
        }
    }

    #[inline(always)]
    fn add(&mut self, simd: S, x: [S::f64s; 2], b: usize, block: &Block) {
        #[cfg(test)]
        super::columns::counted::block();
        for v in 0..WIDTH / S::F64_LANES {
            let profit = block.profit(simd, x, v);
            let worse = simd.min_f64s(self.first, profit);
            self.second = simd.max_f64s(self.second, worse);
            let better = simd.greater_than_f64s(profit, self.first);
            let place = simd.splat_u64s((b * WIDTH + v * S::F64_LANES) as u64);
            self.place = simd.select_u64s(better, place, self.place);
            self.first = simd.max_f64s(self.first, profit);
        }
    }

    /// The two largest of all elements.
    #[inline(always)]
    fn bid(&self, simd: S) -> Bid {
        let best = simd.reduce_max_f64s(self.first);
        let is_best = simd.equal_f64s(self.first, simd.splat_f64s(best));
        let bits = bits_of_doubles::<S>(is_best, 0);
        let second = if bits.count_ones() > 1 {
            best
        } else {
            simd.reduce_max_f64s(simd.select_f64s(is_best, self.second, self.first))
        };
        let element = bits.trailing_zeros() as usize;
        let places: &[u64] = bytemuck::cast_slice(std::slice::from_ref(&self.place));
        Bid {
            column: places[element] as usize + element,
            best,
            second,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::rng::{Stream, stream};
    use pulp::{Arch, WithSimd};
    use rand::RngExt;

    struct Scan<'a>(&'a Columns, Point, usize);

    impl WithSimd for Scan<'_> {
        type Output = Bid;

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> Bid {
            self.0.best_two(simd, self.1, self.2)
        }
    }

    fn columns(n: u64) -> Columns {
        let mut rng = stream(3, Stream::Display, n);
        let mut draw = || rng.random::<f64>() - 0.5;
        let ys: Vec<Point> = (0..n).map(|_| [draw(), draw()]).collect();
        let prices: Vec<f64> = ys.iter().map(|_| 0.1 * draw()).collect();
        Columns::new(pulp::Scalar, &ys, &prices)
    }

    /// From whatever block the scan starts, and however wide the vectors are.
    #[test]
    fn the_two_best_columns_are_those_of_a_plain_loop() {
        for n in (1..40).chain([256, 1100]) {
            let columns = columns(n);
            for x in [[0.3, -0.5], [0.0, 0.0], [-0.5, 0.1]] {
                let profit = |j| columns.benefit(x, j) - columns.price(j);
                let mut profits: Vec<(f64, usize)> =
                    (0..n as usize).map(|j| (profit(j), j)).collect();
                profits.sort_by(|a, b| b.0.total_cmp(&a.0));
                let expected = Bid {
                    column: profits[0].1,
                    best: profits[0].0,
                    second: profits.get(1).map_or(f64::NEG_INFINITY, |p| p.0),
                };
                for seed in [0, columns.blocks.len() - 1] {
                    let scan = || Scan(&columns, x, seed);
                    assert_eq!(Arch::new().dispatch(scan()), expected, "n = {n}");
                    assert_eq!(scan().with_simd(pulp::Scalar), expected, "n = {n}");
                }
            }
        }
    }

    #[test]
    fn two_equal_columns_leave_no_gain() {
        let ys = [[0.25, 0.0], [0.25, 0.0], [0.0, 0.0]];
        let columns = Columns::new(pulp::Scalar, &ys, &[0.0; 3]);
        let bid = Arch::new().dispatch(Scan(&columns, [0.5, 0.5], 0));
        assert_eq!((bid.best, bid.second), (0.125, 0.125));
    }
}
