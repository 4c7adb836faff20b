//! Upper bounds for the profit in whole blocks of columns: most blocks need not be looked at.
//!
//! It refuses to know single columns. With any vector g, the profit `x . y - p` of a column y with price p is
//! `(x - g) . y + (g . y - p)`. In a block of columns with centre c and half sides h it is therefore at most
//!
//! `(x - g) . c + |x_0 - g_0| h_0 + |x_1 - g_1| h_1 + max (g . y - p)`.
//!
//! In an optimal solution the price is a convex function of y whose gradient is the source point that is sent to
//! y (Brenier's theorem). So with g near the source points that want the block the bound is off by the square of
//! the block's size only. The last term may be out of date: prices rise, and the bound stays a bound.

use pulp::Simd;

use super::vectors::{WIDTH, bits_of_singles, singles};
use crate::flow::Point;

/// Blocks in one word of [`Sieve::above`].
pub const WORD: usize = 64;

/// What rounding to single precision may take from a bound, if points lie within `[-1/2, 1/2]` and prices
/// within `[-8, 8]`: nine roundings of at most `2^-22`, doubled.
const MARGIN: f32 = 4.5e-6;

/// How far a bid moves g towards the bidder.
const ATTRACTION: f32 = 0.125;

/// The bounds of all blocks.
pub struct Sieve {
    groups: Vec<Group>,
}

/// Those of sixteen blocks.
#[derive(Clone)]
#[repr(align(64))]
struct Group {
    center: [[f32; WIDTH]; 2],
    half: [[f32; WIDTH]; 2],
    guess: [[f32; WIDTH]; 2],
    /// `max (g . y - p) - g . c`
    rest: [f32; WIDTH],
}

impl Sieve {
    /// Room for n blocks, all of them without columns.
    pub fn new(n: usize) -> Self {
        let group = Group {
            center: [[0.0; WIDTH]; 2],
            half: [[0.0; WIDTH]; 2],
            guess: [[0.0; WIDTH]; 2],
            rest: [f32::NEG_INFINITY; WIDTH],
        };
        Self {
            groups: vec![group; n.div_ceil(WIDTH)],
        }
    }

    /// Puts columns into block b; g becomes the centre, which fits the identity map.
    pub fn set_columns(&mut self, b: usize, ys: &[Point]) {
        let (group, k) = (&mut self.groups[b / WIDTH], b % WIDTH);
        for axis in 0..2 {
            let (low, high) = extent(ys, axis);
            group.center[axis][k] = (0.5 * (low + high)) as f32;
            group.half[axis][k] = (0.5 * (high - low)) as f32;
            group.guess[axis][k] = group.center[axis][k];
        }
    }

    /// Moves the block's g towards the source point x, which has made a bid in block b.
    #[inline(always)]
    pub fn attract(&mut self, b: usize, x: Point) {
        let (group, k) = (&mut self.groups[b / WIDTH], b % WIDTH);
        for (guess, x) in group.guess.iter_mut().zip(x) {
            guess[k] += ATTRACTION * (x as f32 - guess[k]);
        }
    }

    /// The block's g.
    #[inline(always)]
    pub fn guess(&self, b: usize) -> Point {
        let (group, k) = (&self.groups[b / WIDTH], b % WIDTH);
        [group.guess[0][k], group.guess[1][k]].map(f64::from)
    }

    /// Tells the sieve `max (g . y - p)` over the columns of block b, which holds until g moves or a price falls.
    #[inline(always)]
    pub fn set_highest(&mut self, b: usize, profit: f64) {
        let guess = self.guess(b);
        let (group, k) = (&mut self.groups[b / WIDTH], b % WIDTH);
        let center = [group.center[0][k], group.center[1][k]].map(f64::from);
        group.rest[k] = (profit - guess[0] * center[0] - guess[1] * center[1]) as f32 + MARGIN;
    }

    /// How many words of [`WORD`] blocks there are.
    #[inline(always)]
    pub fn words(&self) -> usize {
        self.groups.len().div_ceil(WORD / WIDTH)
    }

    /// Bit k of the w-th word says that x may have a profit above `level` in block `64 w + k`; where it is zero,
    /// there is none.
    #[inline(always)]
    pub fn above<S: Simd>(&self, simd: S, w: usize, x: Point, level: f64) -> u64 {
        let x = [simd.splat_f32s(x[0] as f32), simd.splat_f32s(x[1] as f32)];
        let level = simd.splat_f32s(level as f32);
        let first = w * (WORD / WIDTH);
        let mut word = 0;
        for (g, group) in self.groups[first..].iter().take(WORD / WIDTH).enumerate() {
            word |= u64::from(group.above(simd, x, level)) << (g * WIDTH);
        }
        word
    }
}

impl Group {
    #[inline(always)]
    fn above<S: Simd>(&self, simd: S, x: [S::f32s; 2], level: S::f32s) -> u32 {
        let mut open = 0;
        for (v, &rest) in singles::<S>(&self.rest).iter().enumerate() {
            let mut bound = rest;
            for (axis, &x) in x.iter().enumerate() {
                let center = singles::<S>(&self.center[axis])[v];
                bound = simd.mul_add_e_f32s(x, center, bound);
                let away = simd.sub_f32s(x, singles::<S>(&self.guess[axis])[v]);
                let half = singles::<S>(&self.half[axis])[v];
                bound = simd.mul_add_e_f32s(simd.abs_f32s(away), half, bound);
            }
            open |= bits_of_singles::<S>(simd.greater_than_f32s(bound, level), v);
        }
        open
    }
}

/// Smallest and largest coordinate.
fn extent(points: &[Point], axis: usize) -> (f64, f64) {
    let values = points.iter().map(|p| p[axis]);
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
        (low.min(x), high.max(x))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::coupling::columns::Columns;
    use proptest::prelude::*;

    fn point() -> impl Strategy<Value = Point> {
        (-0.5..=0.5, -0.5..=0.5).prop_map(|(x, y)| [x, y])
    }

    proptest! {
        /// No profit is above a level in a block that the sieve has closed, wherever g and the prices have gone.
        #[test]
        fn bounds_are_bounds(
            ys in prop::collection::vec((point(), -8.0_f64..8.0), 1..200),
            bidders in prop::collection::vec((point(), 0.0_f64..1.0, any::<prop::sample::Index>()), 0..50),
            x in point(),
            level in -9.0_f64..9.0,
        ) {
            let (ys, prices): (Vec<Point>, Vec<f64>) = ys.into_iter().unzip();
            let mut columns = Columns::new(pulp::Scalar, &ys, &prices);
            for (x, raise, place) in bidders {
                let j = place.index(ys.len());
                columns.set_price(j, (columns.price(j) + raise).min(8.0));
                columns.sieve.attract(j / WIDTH, x);
                columns.refresh(pulp::Scalar, j / WIDTH);
            }
            let open = columns.sieve.above(pulp::Scalar, 0, x, level);
            for j in 0..ys.len() {
                let profit = columns.benefit(x, j) - columns.price(j);
                prop_assert!(profit <= level || open >> (j / WIDTH) & 1 == 1);
            }
        }
    }

    /// With the prices of the identity map a point wants its own block and its neighbours, out of 64.
    #[test]
    fn most_blocks_are_closed() {
        let ys: Vec<Point> = (0..1024_u32)
            .map(|i| [f64::from(i % 32), f64::from(i / 32)].map(|y| y / 31.0 - 0.5))
            .collect();
        let prices: Vec<f64> = ys
            .iter()
            .map(|y| 0.5 * (y[0] * y[0] + y[1] * y[1]))
            .collect();
        let columns = Columns::new(pulp::Scalar, &ys, &prices);
        for x in &ys {
            // The price makes the profit |x|^2 / 2 - |x - y|^2 / 2; the nearest two are up to 1/31 away.
            let level = 0.5 * (x[0] * x[0] + x[1] * x[1]) - 0.5 / (31.0 * 31.0);
            let open = columns.sieve.above(pulp::Scalar, 0, *x, level).count_ones();
            assert!((1..=4).contains(&open), "{open}");
        }
    }
}
