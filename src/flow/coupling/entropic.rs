//! Entropic optimal transport between two point sets of one size: Sinkhorn's iteration, stabilised in the log domain.
//!
//! It minimises `<P, C> + eps sum P ln P` over the plans P with uniform marginals, for `C = |x - y|^2` and
//! `eps = epsilon x mean(C)`. The plan is `n P_ij = exp((f_i + g_j - C_ij) / eps)`, and each half of an iteration chooses
//! one of the potentials f and g such that one marginal is met (Cuturi, arXiv 1306.0895; Peyre and Cuturi, arXiv 1803.00567,
//! section 4). A logarithm and an exponential for every entry of every iteration are saved (Schmitzer, arXiv 1610.06519):
//! the kernel `exp((f_i + g_j - C_ij) / eps)` is kept for the potentials of a while ago, and what they have changed since
//! is a factor for each row and column, until these grow too large and go into the potentials.
//!
//! Potentials begin as c-transforms, `f_i = min_j C_ij` and `g_j = min_i (C_ij - f_i)`: then each row and each column of
//! the kernel has an entry 1, and none is larger. They are doubles and so are the exponents; kernel and factors are
//! singles, or doubles where that is wanted. Sums are taken over sixteen places in one order, so that the plan does not
//! depend on the instruction set.

#![allow(
    clippy::needless_range_loop,
    reason = "kernels run over several arrays of one width by number"
)]

use pulp::{Arch, Simd, WithSimd};

use super::assignment::{AssignmentError, check_pairs, squared_distance};
use super::real::Real;
use super::vectors::{WIDTH, vectorized};
use crate::flow::Point;
use crate::flow::work::{finish, pause};

/// The L1 distance of the plan's second marginal from the uniform one at which the iteration stops; the first marginal is met.
pub const TOLERANCE: f64 = 1e-4;
/// Iterations after which it stops wherever it is.
pub const MOST_ITERATIONS: usize = 2000;
/// Logarithm of a factor above which it goes into the potential.
const LARGE: f64 = 30.0;
/// Entries of the kernel that the iterations of one piece go through, all together.
const PIECE: usize = 1 << 24;
/// Iterations between two looks at the factors. In one of them a factor's logarithm changes by `ln n` at most.
const LOOK: usize = 4;

/// A plan with uniform marginals, as far as it has converged.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan<T> {
    /// Points of each set.
    pub n: usize,
    /// `n P`, row by row of the source points, each of `stride` places of which the first n are filled.
    pub weights: Vec<[T; WIDTH]>,
    /// `<P, C>`, the mean squared distance under the plan.
    pub cost: f64,
    /// The regularisation `eps = epsilon x mean(C)`, in squared units of the points.
    pub eps: f64,
    /// Iterations, at most [`MOST_ITERATIONS`] unless more were allowed.
    pub iterations: usize,
    /// `sum_j |sum_i P_ij - 1/n|`; the sums over j are `1/n` up to rounding.
    pub error: f64,
}

impl<T: Real> Plan<T> {
    /// Blocks of sixteen in a row.
    pub fn blocks(&self) -> usize {
        self.n.div_ceil(WIDTH)
    }

    /// Row i of `n P`, with zeros at its end.
    pub fn row(&self, i: usize) -> &[[T; WIDTH]] {
        &self.weights[i * self.blocks()..][..self.blocks()]
    }

    /// `n P_ij`.
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.row(i)[j / WIDTH][j % WIDTH].into_f64()
    }
}

/// When the iteration stops.
#[derive(Clone, Copy, Debug)]
pub struct Stop {
    /// See [`TOLERANCE`].
    pub tolerance: f64,
    /// See [`MOST_ITERATIONS`].
    pub iterations: usize,
}

impl Default for Stop {
    fn default() -> Self {
        Self {
            tolerance: TOLERANCE,
            iterations: MOST_ITERATIONS,
        }
    }
}

/// The entropic plan with `eps = epsilon x mean(C)`. Where all points coincide every plan is as good, and this one uniform.
///
/// # Errors
/// Coordinates that are not finite or whose squared distances are not, and sets of unequal size.
pub fn entropic<T: Real>(
    x_0: &[Point],
    x_1: &[Point],
    epsilon: f64,
    stop: Stop,
) -> Result<Plan<T>, AssignmentError> {
    finish(entropic_in_pieces(x_0, x_1, epsilon, stop))
}

/// [`entropic`] with pauses, about every 2 ms.
///
/// # Errors
/// As [`entropic`].
pub async fn entropic_in_pieces<T: Real>(
    x_0: &[Point],
    x_1: &[Point],
    epsilon: f64,
    stop: Stop,
) -> Result<Plan<T>, AssignmentError> {
    check_pairs(x_0, x_1)?;
    let eps = epsilon * mean_cost(x_0, x_1);
    Ok(solve(Arch::new(), Iteration::new(x_0, x_1, eps), stop).await)
}

/// [`entropic_in_pieces`], on the given instruction set.
async fn solve<T: Real>(arch: Arch, mut iteration: Iteration<'_, T>, stop: Stop) -> Plan<T> {
    let n = iteration.rows.len();
    arch.dispatch(Piece(&mut iteration, Stage::Begin));
    while !iteration.has_stopped(stop) {
        pause().await;
        let most = (PIECE / (n * n).max(1)).max(1);
        arch.dispatch(Piece(&mut iteration, Stage::Iterate(most, stop)));
    }
    pause().await;
    arch.dispatch(Piece(&mut iteration, Stage::Finish));
    Plan {
        n,
        weights: iteration.kernel,
        cost: iteration.cost,
        eps: iteration.eps,
        iterations: iteration.done,
        error: iteration.error,
    }
}

/// The mean of all `|x_i - y_j|^2`, as second moments.
fn mean_cost(x_0: &[Point], x_1: &[Point]) -> f64 {
    let n = x_0.len().max(1) as f64;
    let centre =
        |points: &[Point]| [0, 1].map(|axis| points.iter().map(|p| p[axis] / n).sum::<f64>());
    let centres = [centre(x_0), centre(x_1)];
    let spread = |points: &[Point], c: Point| {
        points
            .iter()
            .map(|&p| squared_distance(p, c) / n)
            .sum::<f64>()
    };
    squared_distance(centres[0], centres[1]) + spread(x_0, centres[0]) + spread(x_1, centres[1])
}

/// A part of the work.
enum Stage {
    Begin,
    /// So many iterations at most.
    Iterate(usize, Stop),
    Finish,
}

/// A part to be done on the widest vectors.
struct Piece<'p, 'a, T>(&'p mut Iteration<'a, T>, Stage);

impl<T: Real> WithSimd for Piece<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self(iteration, stage) = self;
        vectorized(
            simd,
            #[inline(always)]
            || match stage {
                Stage::Begin => iteration.begin(),
                Stage::Iterate(most, stop) => iteration.iterate(most, stop),
                Stage::Finish => iteration.finish(),
            },
        );
    }
}

/// Potentials, the kernel that they make, and the factors by which they have changed since.
struct Iteration<'a, T> {
    x_0: &'a [Point],
    /// Coordinates of the target points; where there are none, zeros.
    x_1: [Vec<[f64; WIDTH]>; 2],
    eps: f64,
    f: Vec<f64>,
    /// Minus infinity where there is no point.
    g: Vec<[f64; WIDTH]>,
    kernel: Vec<[T; WIDTH]>,
    rows: Vec<T>,
    columns: Vec<[T; WIDTH]>,
    /// What the columns of the kernel sum up to with the factors of the rows.
    sums: Vec<[T; WIDTH]>,
    /// Iterations that have been done.
    done: usize,
    /// See [`Plan::error`].
    error: f64,
    /// See [`Plan::cost`].
    cost: f64,
}

impl<'a, T: Real> Iteration<'a, T> {
    fn new(x_0: &'a [Point], x_1: &[Point], eps: f64) -> Self {
        let n = x_0.len();
        let blocks = n.div_ceil(WIDTH);
        let mut places = [vec![[0.0; WIDTH]; blocks], vec![[0.0; WIDTH]; blocks]];
        let mut g = vec![[f64::NEG_INFINITY; WIDTH]; blocks];
        let mut columns = vec![[T::ZERO; WIDTH]; blocks];
        for (j, y) in x_1.iter().enumerate() {
            let (b, k) = (j / WIDTH, j % WIDTH);
            (places[0][b][k], places[1][b][k]) = (y[0], y[1]);
            (g[b][k], columns[b][k]) = (0.0, T::ONE);
        }
        Self {
            x_0,
            x_1: places,
            // Equal costs leave equal exponents, whatever they are divided by.
            eps: eps.max(f64::MIN_POSITIVE),
            f: vec![0.0; n],
            g,
            kernel: vec![[T::ZERO; WIDTH]; n * blocks],
            rows: vec![T::ONE; n],
            sums: columns.clone(),
            columns,
            done: 0,
            error: f64::INFINITY,
            cost: 0.0,
        }
    }

    fn has_stopped(&self, stop: Stop) -> bool {
        self.error <= stop.tolerance || self.done >= stop.iterations
    }

    /// Iterations until it stops, `most` of them at most.
    #[inline(always)]
    fn iterate(&mut self, most: usize, stop: Stop) {
        for _ in 0..most {
            if self.has_stopped(stop) {
                return;
            }
            if self.done > 0 {
                self.meet_columns();
                if self.done.is_multiple_of(LOOK) {
                    self.absorb();
                }
            }
            self.error = self.meet_rows();
            self.done += 1;
        }
    }

    /// `C_ij` for the sixteen j of a block.
    #[inline(always)]
    fn costs(&self, i: usize, b: usize) -> [f64; WIDTH] {
        let (x, mut costs) = (self.x_0[i], [0.0; WIDTH]);
        for k in 0..WIDTH {
            let d_0 = x[0] - self.x_1[0][b][k];
            let d_1 = x[1] - self.x_1[1][b][k];
            costs[k] = d_0 * d_0 + d_1 * d_1;
        }
        costs
    }

    /// Potentials as c-transforms, and their kernel.
    #[inline(always)]
    fn begin(&mut self) {
        let blocks = self.g.len();
        let mut least = vec![[f64::INFINITY; WIDTH]; blocks];
        for i in 0..self.f.len() {
            let mut nearest = [f64::INFINITY; WIDTH];
            for b in 0..blocks {
                let costs = self.costs(i, b);
                for k in 0..WIDTH {
                    // Not infinite where there is a point.
                    let cost = costs[k] - self.g[b][k];
                    nearest[k] = if cost < nearest[k] { cost } else { nearest[k] };
                }
            }
            self.f[i] = nearest.into_iter().fold(f64::INFINITY, f64::min);
            for b in 0..blocks {
                let costs = self.costs(i, b);
                for k in 0..WIDTH {
                    let rest = costs[k] - self.f[i];
                    least[b][k] = if rest < least[b][k] {
                        rest
                    } else {
                        least[b][k]
                    };
                }
            }
        }
        for (g, least) in self.g.iter_mut().zip(&least) {
            for k in 0..WIDTH {
                g[k] += least[k];
            }
        }
        self.fill();
    }

    /// The kernel of the potentials.
    #[inline(always)]
    fn fill(&mut self) {
        let blocks = self.g.len();
        for i in 0..self.f.len() {
            for b in 0..blocks {
                let costs = self.costs(i, b);
                let mut exponents = [0.0; WIDTH];
                for k in 0..WIDTH {
                    exponents[k] = (self.f[i] + self.g[b][k] - costs[k]) / self.eps;
                }
                self.kernel[i * blocks + b] = T::exp_all(exponents);
            }
        }
    }

    /// Chooses the factors of the rows such that each row of the plan sums up to `1/n`; how far the columns are from it.
    #[inline(always)]
    fn meet_rows(&mut self) -> f64 {
        let blocks = self.columns.len();
        for sums in &mut self.sums {
            *sums = [T::ZERO; WIDTH];
        }
        for i in 0..self.rows.len() {
            let row = &self.kernel[i * blocks..][..blocks];
            let mut sums = [T::ZERO; WIDTH];
            for b in 0..blocks {
                for k in 0..WIDTH {
                    sums[k] = sums[k] + row[b][k] * self.columns[b][k];
                }
            }
            let factor = T::ONE / sum(sums);
            self.rows[i] = factor;
            for b in 0..blocks {
                for k in 0..WIDTH {
                    self.sums[b][k] = self.sums[b][k] + factor * row[b][k];
                }
            }
        }
        let n = self.rows.len();
        let mut error = 0.0;
        for j in 0..n {
            let (b, k) = (j / WIDTH, j % WIDTH);
            error += ((self.columns[b][k] * self.sums[b][k]).into_f64() - 1.0).abs();
        }
        error / n.max(1) as f64
    }

    /// The same for the columns.
    #[inline(always)]
    fn meet_columns(&mut self) {
        for j in 0..self.rows.len() {
            let (b, k) = (j / WIDTH, j % WIDTH);
            self.columns[b][k] = T::ONE / self.sums[b][k];
        }
    }

    /// Puts the factors into the potentials if one of them is large, or next to nothing.
    #[inline(always)]
    fn absorb(&mut self) {
        let n = self.rows.len();
        let is_large = |factor: T| factor.into_f64().ln().abs() > LARGE;
        let in_place = |j: usize| (j / WIDTH, j % WIDTH);
        let of_columns = (0..n).any(|j| is_large(self.columns[in_place(j).0][in_place(j).1]));
        if !of_columns && !self.rows.iter().any(|&factor| is_large(factor)) {
            return;
        }
        for i in 0..n {
            self.f[i] += self.eps * self.rows[i].into_f64().ln();
            let (b, k) = in_place(i);
            self.g[b][k] += self.eps * self.columns[b][k].into_f64().ln();
            (self.rows[i], self.columns[b][k]) = (T::ONE, T::ONE);
        }
        self.fill();
    }

    /// Makes the plan of the kernel, and its cost.
    #[inline(always)]
    fn finish(&mut self) {
        let blocks = self.columns.len();
        let n = self.rows.len();
        let mut cost = 0.0;
        for i in 0..n {
            let mut of_row = [0.0; WIDTH];
            for b in 0..blocks {
                let costs = self.costs(i, b);
                let weights = &mut self.kernel[i * blocks + b];
                for k in 0..WIDTH {
                    weights[k] = self.rows[i] * weights[k] * self.columns[b][k];
                    of_row[k] += weights[k].into_f64() * costs[k];
                }
            }
            cost += of_row.iter().sum::<f64>();
        }
        self.cost = cost / n.max(1) as f64;
    }
}

/// The sum of sixteen numbers, in one order.
#[inline(always)]
fn sum<T: Real>(mut numbers: [T; WIDTH]) -> T {
    let mut half = WIDTH / 2;
    while half > 0 {
        for k in 0..half {
            numbers[k] = numbers[k] + numbers[k + half];
        }
        half /= 2;
    }
    numbers[0]
}

#[cfg(test)]
#[path = "entropic_tests.rs"]
mod tests;
