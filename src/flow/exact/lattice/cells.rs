//! The closed form at the centres of a grid's cells: its kernel is a product of a factor of x and one of y.
//!
//! With `E_x[k, ix] = exp(-(x - alpha m_k)_x^2 / 2 C)` and likewise `E_y`, each of the four sums is the matrix product
//! `sum_k E_y[k, iy] f_k E_x[k, ix]` with `f = w, w m_x, w m_y, w |m|^2`. Tiles whose best exponents would underflow are cut in
//! two, and single cells are summed by log-sum-exp.

use pulp::{Simd, WithSimd};

use super::sums::Sums;
use super::{Lattice, Moment};
use crate::flow::exact::ExactPoint;
use crate::flow::exact::columns::{Columns, Extent, Local, SHORT};
use crate::flow::exact::simd::{PAD, exp, vectors};
use crate::flow::{Bounds, Point};

/// Most cells along a tile's side.
const SIDE: usize = 64;
/// Tiles of a side of so many cells or fewer are not cut because their lists would be shorter.
const SMALL: usize = 12;
/// The exponent of the heaviest target of a cell must not be smaller: doubles end at -708, less relevant ones reach 50 lower.
const DEEPEST: f64 = -600.0;
/// Targets at one time: their factors stay in the cache.
const BLOCK: usize = 256;
/// Most that `precision * extent^2` may be: sums of squares lose as many digits as it has.
const STEEPEST: f64 = 1e5;

/// A rectangle of cells.
#[derive(Clone, Copy, Debug)]
struct Tile {
    from: [usize; 2],
    to: [usize; 2],
}

impl Lattice {
    /// All that is known at the centres of `n[0]` times `n[1]` cells at time `t`, row by row from the lower left.
    pub fn evaluate_cells(&self, t: f64, bounds: Bounds, n: [usize; 2]) -> Vec<ExactPoint> {
        let moment = Moment::new(self, t);
        let axis = |i: usize, size: f64| {
            let step = size / n[i] as f64;
            (0..n[i])
                .map(|c| bounds.min[i] + (c as f64 + 0.5) * step)
                .collect::<Vec<f64>>()
        };
        let mut grid = Grid {
            moment,
            axes: [axis(0, bounds.width()), axis(1, bounds.height())],
            out: vec![ExactPoint::default(); n[0] * n[1]],
            scratch: Scratch::default(),
        };
        if n[0] * n[1] > 0 {
            let whole = Tile {
                from: [0; 2],
                to: n,
            };
            grid.descend(whole, &self.targets);
        }
        grid.out
    }
}

struct Grid<'a> {
    moment: Moment<'a>,
    /// Centres of columns and rows.
    axes: [Vec<f64>; 2],
    out: Vec<ExactPoint>,
    scratch: Scratch,
}

/// What is allocated once.
#[derive(Default)]
struct Scratch {
    exponents: Vec<f64>,
    /// `E_x`, `[ix][k]` of a block.
    columns: Vec<f64>,
    /// `w E_y` times 1, m_x, m_y, `|m|^2`, `[4][k]` of a block.
    row: Vec<f64>,
    /// The four sums, `[iy][ix][4]`.
    sums: Vec<f64>,
}

impl Grid<'_> {
    fn centre_of(&self, ix: usize, iy: usize) -> Point {
        [self.axes[0][ix], self.axes[1][iy]]
    }

    fn descend(&mut self, tile: Tile, targets: &Columns) {
        let n = tile.size();
        let last = [tile.to[0] - 1, tile.to[1] - 1];
        let corners = [tile.from, last].map(|[ix, iy]| self.centre_of(ix, iy));
        let region = Extent::of(corners.into_iter());
        let near = targets.near(self.moment.view(), region);
        let shorter = 4 * near.len() < 3 * targets.len();
        let targets = if shorter { &near } else { targets };
        if n[0] * n[1] == 1 || targets.len() <= SHORT && n[0] * n[1] <= PAD {
            return self.sum_each(tile, targets);
        }
        let worth_cutting = n[0].max(n[1]) > SIDE || shorter && n[0].max(n[1]) > SMALL;
        match self.frame(region, targets) {
            Some(frame) if !worth_cutting => self.multiply(tile, targets, &frame),
            _ => {
                for half in tile.halves() {
                    self.descend(half, targets);
                }
            }
        }
    }

    fn sum_each(&mut self, tile: Tile, targets: &Columns) {
        for iy in tile.from[1]..tile.to[1] {
            for ix in tile.from[0]..tile.to[0] {
                let x = self.centre_of(ix, iy);
                let found = self.moment.point(x, targets, &mut self.scratch.exponents);
                self.out[iy * self.axes[0].len() + ix] = found;
            }
        }
    }

    /// What the factors are measured from; `None` if they could underflow, or lose digits.
    fn frame(&self, region: Extent, targets: &Columns) -> Option<Frame> {
        let moment = &self.moment;
        let (alpha, half) = (moment.schedule.alpha, 0.5 * moment.kernel.precision);
        let seen = region.moved(moment.shift);
        let mut closest = [f64::INFINITY; 2];
        let (mut heaviest, mut certain) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for (log_weight, m) in targets.iter() {
            let m = m.map(|c| alpha * c);
            for axis in 0..2 {
                closest[axis] = closest[axis].min(seen.gap(axis, m[axis]));
            }
            heaviest = heaviest.max(log_weight);
            let [_, far] = seen.squared_distances(m);
            certain = certain.max(log_weight - half * far);
        }
        let offset = closest.map(|gap| half * gap * gap);
        let log_scale = heaviest - offset[0] - offset[1];
        let Extent { min, max } = targets.extent();
        let size = [0, 1].map(|i| alpha * (max[i] - min[i]));
        let steep = moment.kernel.precision * (size[0] * size[0] + size[1] * size[1]);
        let fits = certain - log_scale > DEEPEST && steep < STEEPEST;
        fits.then_some(Frame {
            offset,
            heaviest,
            centre: [0, 1].map(|i| 0.5 * (min[i] + max[i])),
        })
    }

    fn multiply(&mut self, tile: Tile, targets: &Columns, frame: &Frame) {
        let [n_x, n_y] = tile.size();
        let moment = &self.moment;
        self.scratch.sums.clear();
        self.scratch.sums.resize(4 * n_x * n_y, 0.0);
        moment.lattice.arch.dispatch(Product {
            moment,
            targets,
            frame,
            xs: &self.axes[0][tile.from[0]..tile.to[0]],
            ys: &self.axes[1][tile.from[1]..tile.to[1]],
            columns: &mut self.scratch.columns,
            row: &mut self.scratch.row,
            sums: &mut self.scratch.sums,
        });
        let log_scale = frame.heaviest - frame.offset[0] - frame.offset[1];
        for (i, four) in self.scratch.sums.chunks_exact(4).enumerate() {
            let (ix, iy) = (tile.from[0] + i % n_x, tile.from[1] + i / n_x);
            let sums = Sums {
                log_scale,
                mass: four[0],
                first: [four[1], four[2]],
                second: four[3],
            };
            let x = [self.axes[0][ix], self.axes[1][iy]];
            self.out[iy * self.axes[0].len() + ix] = moment.finish(x, frame.centre, &sums);
        }
    }
}

impl Tile {
    fn size(&self) -> [usize; 2] {
        [0, 1].map(|i| self.to[i] - self.from[i])
    }

    fn halves(self) -> [Self; 2] {
        let n = self.size();
        let axis = usize::from(n[1] > n[0]);
        let middle = self.from[axis] + n[axis] / 2;
        let (mut before, mut after) = (self, self);
        before.to[axis] = middle;
        after.from[axis] = middle;
        [before, after]
    }
}

/// What a tile's factors are relative to.
struct Frame {
    /// Least exponents along x and y.
    offset: [f64; 2],
    /// Largest logarithm of a weight.
    heaviest: f64,
    /// Where the means are taken from.
    centre: Point,
}

struct Product<'a> {
    moment: &'a Moment<'a>,
    targets: &'a Columns,
    frame: &'a Frame,
    xs: &'a [f64],
    ys: &'a [f64],
    columns: &'a mut Vec<f64>,
    row: &'a mut Vec<f64>,
    sums: &'a mut [f64],
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.columns.resize(BLOCK * self.xs.len(), 0.0);
        self.row.resize(4 * BLOCK, 0.0);
        let whole = self.targets.x.len();
        for start in (0..whole).step_by(BLOCK) {
            let block = start..whole.min(start + BLOCK);
            let length = block.len();
            let [m_x, m_y] =
                [&self.targets.x, &self.targets.y].map(|m| vectors::<S>(&m[block.clone()]));
            let log_weight = vectors::<S>(&self.targets.log_weight[block]);
            let factor = Factor::new(simd, self.moment, self.frame);
            for (&x, column) in self.xs.iter().zip(self.columns.chunks_mut(length)) {
                let column = S::as_mut_simd_f64s(column).0;
                for (e, &m) in column.iter_mut().zip(m_x) {
                    *e = exp(simd, factor.exponent(simd, 0, x, m));
                }
            }
            let [c_x, c_y] = self.frame.centre.map(|c| simd.splat_f64s(c));
            let heaviest = simd.splat_f64s(self.frame.heaviest);
            let rows = self.sums.chunks_exact_mut(4 * self.xs.len());
            for (&y, sums) in self.ys.iter().zip(rows) {
                let (mass, rest) = self.row.split_at_mut(length);
                let (first_x, rest) = rest.split_at_mut(length);
                let (first_y, second) = rest.split_at_mut(length);
                let [mass, first_x, first_y, second] =
                    [mass, first_x, first_y, &mut second[..length]]
                        .map(|part| S::as_mut_simd_f64s(part).0);
                let places = m_x.iter().zip(m_y).zip(log_weight);
                for (k, ((&x, &m), &log_weight)) in places.enumerate() {
                    let light = simd.sub_f64s(log_weight, heaviest);
                    let exponent = simd.add_f64s(factor.exponent(simd, 1, y, m), light);
                    let w = exp(simd, exponent);
                    let (x, m) = (simd.sub_f64s(x, c_x), simd.sub_f64s(m, c_y));
                    mass[k] = w;
                    first_x[k] = simd.mul_f64s(w, x);
                    first_y[k] = simd.mul_f64s(w, m);
                    let square = simd.mul_add_e_f64s(x, x, simd.mul_f64s(m, m));
                    second[k] = simd.mul_f64s(w, square);
                }
                let row = [&*mass, first_x, first_y, second];
                multiply_row::<S>(simd, row, self.columns, length, sums);
            }
        }
    }
}

/// The exponent of a target along one axis.
struct Factor<S: Simd> {
    minus_alpha: S::f64s,
    steep: S::f64s,
    offset: [S::f64s; 2],
    shift: Point,
}

impl<S: Simd> Factor<S> {
    #[inline(always)]
    fn new(simd: S, moment: &Moment<'_>, frame: &Frame) -> Self {
        Self {
            minus_alpha: simd.splat_f64s(-moment.schedule.alpha),
            steep: simd.splat_f64s(-0.5 * moment.kernel.precision),
            offset: frame.offset.map(|o| simd.splat_f64s(o)),
            shift: moment.shift,
        }
    }

    #[inline(always)]
    fn exponent(&self, simd: S, axis: usize, x: f64, m: S::f64s) -> S::f64s {
        let from = simd.splat_f64s(x - self.shift[axis]);
        let d = simd.mul_add_e_f64s(self.minus_alpha, m, from);
        simd.mul_add_e_f64s(simd.mul_f64s(d, d), self.steep, self.offset[axis])
    }
}

/// Adds to the sums of a row of cells what the block's targets give.
#[inline(always)]
fn multiply_row<S: Simd>(
    simd: S,
    row: [&[S::f64s]; 4],
    columns: &[f64],
    length: usize,
    sums: &mut [f64],
) {
    let mut columns = columns.chunks_exact(length);
    for sums in sums.chunks_mut(12) {
        match sums.len() / 4 {
            3 => cells::<S, 3>(simd, row, &mut columns, sums),
            2 => cells::<S, 2>(simd, row, &mut columns, sums),
            _ => cells::<S, 1>(simd, row, &mut columns, sums),
        }
    }
}

/// The next `N` cells: four sums of each stay in registers.
#[inline(always)]
fn cells<'c, S: Simd, const N: usize>(
    simd: S,
    row: [&[S::f64s]; 4],
    columns: &mut impl Iterator<Item = &'c [f64]>,
    sums: &mut [f64],
) {
    let n = row[0].len();
    let columns: [&[S::f64s]; N] =
        std::array::from_fn(|_| vectors::<S>(columns.next().unwrap_or_default()));
    if columns.iter().any(|column| column.len() < n) {
        return;
    }
    let (columns, row) = (columns.map(|c| &c[..n]), row.map(|r| &r[..n]));
    let mut total = [[simd.splat_f64s(0.0); 4]; N];
    for k in 0..n {
        for q in 0..4 {
            let r = row[q][k];
            for c in 0..N {
                total[c][q] = simd.mul_add_e_f64s(r, columns[c][k], total[c][q]);
            }
        }
    }
    for (sum, total) in sums.iter_mut().zip(total.into_iter().flatten()) {
        *sum += simd.reduce_sum_f64s(total);
    }
}
