//! Shortest ways from one row to the columns, as far as they are known.
//!
//! It refuses to know prices, which it is shown, and matchings, of which it knows the free columns. Like the
//! columns it keeps its numbers in blocks; only the blocks that a way has led to are cleared again.

use pulp::{Simd, bytemuck};

use super::columns::{Block, Columns};
use super::sieve::WORD;
use super::vectors::{Ones, WIDTH, bits_of_doubles, doubles, doubles_mut};
use crate::flow::Point;

/// The ways, and the nearest free column so far.
pub struct Tree {
    blocks: Vec<Ways>,
    /// The shortest distance in each block; infinite for one that no way has led to.
    nearest: Vec<[f64; WIDTH]>,
    touched: Vec<usize>,
    /// The free column that is nearest; meaningless while `length` is infinite.
    pub end: usize,
    /// Its distance.
    pub length: f64,
}

/// Ways to sixteen columns.
#[derive(Clone)]
#[repr(align(64))]
struct Ways {
    /// Infinite for a column that is not reached, or no longer wanted.
    distance: [f64; WIDTH],
    /// The row before the column, as a float: the mask for the distance then selects it.
    parent: [f64; WIDTH],
    /// Zero for a free column, infinite for a taken one.
    barrier: [f64; WIDTH],
}

/// A row that ways lead through.
#[derive(Clone, Copy)]
pub struct Junction {
    /// Its number.
    pub row: usize,
    /// Its point.
    pub x: Point,
    /// Length of the way to it, plus its own dual variable: the way to a column is longer by `- profit`.
    pub base: f64,
    /// The block to look at first.
    pub seed: usize,
}

impl Tree {
    /// Room for the given blocks of columns, all of them taken.
    pub fn new(columns: &Columns) -> Self {
        let n_blocks = columns.blocks.len();
        let ways = Ways {
            distance: [f64::INFINITY; WIDTH],
            parent: [0.0; WIDTH],
            barrier: [f64::INFINITY; WIDTH],
        };
        Self {
            blocks: vec![ways; n_blocks],
            nearest: vec![[f64::INFINITY; WIDTH]; n_blocks.div_ceil(WIDTH)],
            touched: Vec::new(),
            end: 0,
            length: f64::INFINITY,
        }
    }

    /// Says whether the column at place j is free.
    pub fn set_free(&mut self, j: usize, free: bool) {
        let barrier = if free { 0.0 } else { f64::INFINITY };
        self.blocks[j / WIDTH].barrier[j % WIDTH] = barrier;
    }

    /// The row before the column at place j.
    pub fn parent(&self, j: usize) -> usize {
        self.blocks[j / WIDTH].parent[j % WIDTH] as usize
    }

    /// Leads ways through a row to all columns that are nearer than the nearest free one; how many blocks it has looked at.
    #[inline(always)]
    pub fn relax<S: Simd>(&mut self, simd: S, columns: &Columns, from: Junction) -> usize {
        #[cfg(test)]
        super::columns::counted::scan(columns.number.len());
        let (seed, x) = (from.seed, from.x);
        self.relax_block(simd, &columns.blocks[seed], seed, from);
        let mut looked_at = 1;
        for w in 0..columns.sieve.words() {
            let mut open = columns.sieve.above(simd, w, x, from.base - self.length);
            if w == seed / WORD {
                open &= !(1 << (seed % WORD));
            }
            looked_at += open.count_ones() as usize;
            for k in Ones(open) {
                let b = w * WORD + k;
                self.relax_block(simd, &columns.blocks[b], b, from);
            }
        }
        looked_at
    }

    #[inline(always)]
    fn relax_block<S: Simd>(&mut self, simd: S, block: &Block, b: usize, from: Junction) {
        #[cfg(test)]
        super::columns::counted::block();
        let x = [simd.splat_f64s(from.x[0]), simd.splat_f64s(from.x[1])];
        let base = simd.splat_f64s(from.base);
        let row = simd.splat_f64s(from.row as f64);
        let length = simd.splat_f64s(self.length);
        let ways = &mut self.blocks[b];
        let mut nearest = simd.splat_f64s(f64::INFINITY);
        let (mut shorter_bits, mut nearer_bits) = (0, 0);
        for v in 0..WIDTH / S::F64_LANES {
            let offer = simd.sub_f64s(base, block.profit(simd, x, v));
            let distance = &mut doubles_mut::<S>(&mut ways.distance)[v];
            let shorter = simd.less_than_f64s(offer, *distance);
            *distance = simd.min_f64s(offer, *distance);
            nearest = simd.min_f64s(nearest, *distance);
            let to_free = simd.add_f64s(*distance, doubles::<S>(&ways.barrier)[v]);
            let parent = &mut doubles_mut::<S>(&mut ways.parent)[v];
            *parent = simd.select_f64s(shorter, row, *parent);
            shorter_bits |= bits_of_doubles::<S>(shorter, v);
            nearer_bits |= bits_of_doubles::<S>(simd.less_than_f64s(to_free, length), v);
        }
        if shorter_bits == 0 {
            return;
        }
        for k in Ones(u64::from(nearer_bits)) {
            if ways.distance[k] < self.length {
                (self.end, self.length) = (b * WIDTH + k, ways.distance[k]);
            }
        }
        let nearest_of_block = &mut self.nearest[b / WIDTH][b % WIDTH];
        if *nearest_of_block == f64::INFINITY {
            self.touched.push(b);
        }
        *nearest_of_block = simd.reduce_min_f64s(nearest);
    }

    /// The column that is nearest, free or taken, and its distance.
    #[inline(always)]
    pub fn nearest<S: Simd>(&self, simd: S) -> (usize, f64) {
        let mut lowest = simd.splat_f64s(f64::INFINITY);
        let mut place = simd.splat_u64s(0);
        for (g, nearest) in self.nearest.iter().enumerate() {
            for (v, &distance) in doubles::<S>(nearest).iter().enumerate() {
                let closer = simd.less_than_f64s(distance, lowest);
                let here = simd.splat_u64s((g * WIDTH + v * S::F64_LANES) as u64);
                place = simd.select_u64s(closer, here, place);
                lowest = simd.min_f64s(lowest, distance);
            }
        }
        let distance = simd.reduce_min_f64s(lowest);
        let wanted = simd.splat_f64s(distance);
        let element = bits_of_doubles::<S>(simd.equal_f64s(lowest, wanted), 0).trailing_zeros();
        let places: &[u64] = bytemuck::cast_slice(std::slice::from_ref(&place));
        let b = places[element as usize] as usize + element as usize;
        let mut bits = 0;
        for (v, &distance) in doubles::<S>(&self.blocks[b].distance).iter().enumerate() {
            bits |= bits_of_doubles::<S>(simd.equal_f64s(distance, wanted), v);
        }
        (b * WIDTH + bits.trailing_zeros() as usize, distance)
    }

    /// Takes a column out of the race: it is not the nearest any more.
    #[inline(always)]
    pub fn close<S: Simd>(&mut self, simd: S, j: usize) {
        let b = j / WIDTH;
        let ways = &mut self.blocks[b];
        ways.distance[j % WIDTH] = f64::INFINITY;
        let mut nearest = simd.splat_f64s(f64::INFINITY);
        for &distance in doubles::<S>(&ways.distance) {
            nearest = simd.min_f64s(nearest, distance);
        }
        self.nearest[b / WIDTH][b % WIDTH] = simd.reduce_min_f64s(nearest);
    }

    /// Forgets all ways, but not which columns are free, and not the parents.
    pub fn clear(&mut self) {
        for b in self.touched.drain(..) {
            self.blocks[b].distance = [f64::INFINITY; WIDTH];
            self.nearest[b / WIDTH][b % WIDTH] = f64::INFINITY;
        }
        self.length = f64::INFINITY;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::rng::{Stream, stream};
    use pulp::Scalar;
    use rand::RngExt;

    fn drawn(n: u64) -> (Columns, Vec<Point>) {
        let mut rng = stream(5, Stream::Display, n);
        let mut draw = || rng.random::<f64>() - 0.5;
        let mut points = || -> Vec<Point> { (0..n).map(|_| [draw(), draw()]).collect() };
        let (xs, ys) = (points(), points());
        (Columns::new(Scalar, &ys, &vec![0.0; ys.len()]), xs)
    }

    /// Three rows at given distances; every fifth column is free.
    #[test]
    fn ways_up_to_the_nearest_free_column_are_those_of_a_plain_loop() {
        for n in [3, 16, 40, 300, 1200] {
            let (columns, xs) = drawn(n);
            let mut tree = Tree::new(&columns);
            let is_free = |j: usize| j % 5 == 1;
            (0..xs.len()).for_each(|j| tree.set_free(j, is_free(j)));
            let bases = [0.5, 0.4, 0.7];
            let offer =
                |row: usize, j| bases[row] - (columns.benefit(xs[row], j) - columns.price(j));
            for (row, base) in bases.into_iter().enumerate() {
                tree.relax(
                    Scalar,
                    &columns,
                    Junction {
                        row,
                        x: xs[row],
                        base,
                        seed: 0,
                    },
                );
            }
            let parent = |j| (1..3).fold(0, |a, b| if offer(b, j) < offer(a, j) { b } else { a });
            let expected = |j| offer(parent(j), j);
            let free = (0..xs.len()).filter(|&j| is_free(j)).map(expected);
            assert_eq!(tree.length, free.fold(f64::INFINITY, f64::min));
            assert_eq!(tree.length, expected(tree.end));
            let mut order: Vec<usize> = (0..xs.len()).collect();
            order.sort_by(|&a, &b| expected(a).total_cmp(&expected(b)));
            for j in order {
                assert_eq!(tree.nearest(Scalar), (j, expected(j)), "n = {n}");
                assert_eq!(tree.parent(j), parent(j));
                if is_free(j) {
                    break;
                }
                tree.close(Scalar, j);
            }
            tree.clear();
            assert_eq!(tree.nearest(Scalar).1, f64::INFINITY);
        }
    }
}
