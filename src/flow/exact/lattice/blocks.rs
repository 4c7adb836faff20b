//! Targets that stand in rectangular blocks, such as the nodes of a box: the kernel is a product there, so that the sums over
//! a block are products of sums over its sides, of which there are far fewer.

use pulp::{Simd, WithSimd};

use super::sums::Sums;
use crate::flow::Point;
use crate::flow::exact::Component;
use crate::flow::exact::columns::NOTHING;
use crate::flow::exact::simd::{PAD, exp, vectors};

/// Blocks are used if their sides have together at most this share of the targets.
const WORTH: usize = 4;

/// Every pair of a place along x and one along y, all of the same weight.
#[derive(Clone, Debug)]
struct Block {
    log_weight: f64,
    sides: [Side; 2],
}

/// Places along an axis, padded to whole vectors with places of no weight.
#[derive(Clone, Debug)]
struct Side {
    places: Vec<f64>,
    log_weight: Vec<f64>,
}

/// Targets in blocks.
#[derive(Clone, Debug)]
pub struct Blocks(Vec<Block>);

/// Consecutive targets of one row: equal y and weight.
struct Row {
    weight: f64,
    y: f64,
    x: Vec<f64>,
}

impl Blocks {
    /// The targets row by row, if that is what they are and if it is worth the trouble; `total` is the sum of their weights.
    pub fn of(targets: &[Component], total: f64) -> Option<Self> {
        let mut rows: Vec<Row> = Vec::new();
        for Component { weight, mean, .. } in targets {
            match rows.last_mut() {
                Some(row) if (row.weight, row.y) == (*weight, mean[1]) => row.x.push(mean[0]),
                _ => rows.push(Row {
                    weight: *weight,
                    y: mean[1],
                    x: vec![mean[0]],
                }),
            }
        }
        let same = |a: &Row, b: &Row| a.weight == b.weight && a.x == b.x;
        let blocks: Vec<&[Row]> = rows.chunk_by(same).collect();
        let sides = blocks.iter().map(|rows| rows.len() + rows[0].x.len());
        if WORTH * sides.sum::<usize>() > targets.len() {
            return None;
        }
        let block = |rows: &[Row]| Block {
            log_weight: (rows[0].weight / total).ln(),
            sides: [
                Side::new(rows[0].x.clone()),
                Side::new(rows.iter().map(|row| row.y).collect()),
            ],
        };
        Some(Self(blocks.into_iter().map(block).collect()))
    }
}

impl Side {
    fn new(mut places: Vec<f64>) -> Self {
        let whole = places.len().next_multiple_of(PAD);
        let mut log_weight = vec![0.0; places.len()];
        log_weight.resize(whole, NOTHING);
        places.resize(whole, 0.0);
        Self { places, log_weight }
    }
}

/// Sums over blocks at one point.
pub struct BlockSums<'a> {
    pub blocks: &'a Blocks,
    /// `x - sigma a`.
    pub from: Point,
    pub alpha: f64,
    pub half_precision: f64,
    pub centre: Point,
}

/// Sums along a side, divided by `exp(log_scale)`: of the weights, of places from the centre, of their squares.
#[derive(Clone, Copy, Default)]
struct Along {
    log_scale: f64,
    powers: [f64; 3],
}

impl WithSimd for BlockSums<'_> {
    type Output = Sums;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Sums {
        let mut sums = Sums {
            log_scale: f64::NEG_INFINITY,
            ..Sums::default()
        };
        for block in &self.blocks.0 {
            // Not by a closure, which would not be compiled for this instruction set.
            let x = self.along(simd, &block.sides[0], 0);
            let y = self.along(simd, &block.sides[1], 1);
            let log_scale = block.log_weight + x.log_scale + y.log_scale;
            let ([x_0, x_1, x_2], [y_0, y_1, y_2]) = (x.powers, y.powers);
            let own = Sums {
                log_scale,
                mass: x_0 * y_0,
                first: [x_1 * y_0, x_0 * y_1],
                second: x_2 * y_0 + x_0 * y_2,
            };
            sums = sums.with(own);
        }
        sums
    }
}

impl BlockSums<'_> {
    #[inline(always)]
    fn along<S: Simd>(&self, simd: S, side: &Side, axis: usize) -> Along {
        let (places, weights) = (vectors::<S>(&side.places), vectors::<S>(&side.log_weight));
        let kernel = Kernel {
            from: simd.splat_f64s(self.from[axis]),
            minus_alpha: simd.splat_f64s(-self.alpha),
            steep: simd.splat_f64s(-self.half_precision),
        };
        let mut largest = simd.splat_f64s(f64::NEG_INFINITY);
        for (&m, &log_weight) in places.iter().zip(weights) {
            largest = simd.max_f64s(kernel.exponent(simd, m, log_weight), largest);
        }
        let log_scale = simd.reduce_max_f64s(largest);
        let scale = simd.splat_f64s(log_scale);
        let centre = simd.splat_f64s(self.centre[axis]);
        let [mut mass, mut first, mut second] = [simd.splat_f64s(0.0); 3];
        for (&m, &log_weight) in places.iter().zip(weights) {
            let exponent = kernel.exponent(simd, m, log_weight);
            let w = exp(simd, simd.sub_f64s(exponent, scale));
            let off = simd.sub_f64s(m, centre);
            let moment = simd.mul_f64s(w, off);
            mass = simd.add_f64s(mass, w);
            first = simd.add_f64s(first, moment);
            second = simd.mul_add_e_f64s(moment, off, second);
        }
        Along {
            log_scale,
            powers: [
                simd.reduce_sum_f64s(mass),
                simd.reduce_sum_f64s(first),
                simd.reduce_sum_f64s(second),
            ],
        }
    }
}

/// The kernel along an axis, in vectors.
struct Kernel<V> {
    from: V,
    minus_alpha: V,
    steep: V,
}

impl<V: Copy> Kernel<V> {
    #[inline(always)]
    fn exponent<S: Simd<f64s = V>>(&self, simd: S, m: V, log_weight: V) -> V {
        let d = simd.mul_add_e_f64s(self.minus_alpha, m, self.from);
        simd.mul_add_e_f64s(simd.mul_f64s(d, d), self.steep, log_weight)
    }
}
