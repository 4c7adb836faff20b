//! Two pairs exchange partners wherever that makes their cost smaller.
//!
//! `|x_i - y_i|^2 + |x_j - y_j|^2 > |x_i - y_j|^2 + |x_j - y_i|^2` exactly if `(x_i - x_j) . (y_i - y_j) < 0`. A sweep looks
//! at all i < j in the order of their numbers, each with the partners that it then has.

use pulp::{Arch, Simd, WithSimd};

use super::assignment::{AssignmentError, check_pairs};
use super::vectors::{WIDTH, bits_of_doubles, doubles};
use crate::flow::Point;

/// The partners of the source points after so many sweeps over the pairs `(x_0[i], x_1[i])`, or fewer once a sweep has
/// found none to exchange.
///
/// # Errors
/// Coordinates that are not finite or whose squared distances are not, and lists of unequal lengths.
pub fn swap_pairs(
    x_0: &[Point],
    x_1: &[Point],
    sweeps: usize,
) -> Result<Vec<usize>, AssignmentError> {
    check_pairs(x_0, x_1)?;
    Ok(Arch::new().dispatch(Sweeps { x_0, x_1, sweeps }))
}

/// Sweeps to be made on the widest vectors.
struct Sweeps<'a> {
    x_0: &'a [Point],
    x_1: &'a [Point],
    sweeps: usize,
}

impl WithSimd for Sweeps<'_> {
    type Output = Vec<usize>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<usize> {
        let n = self.x_0.len();
        let mut pairs = Paired {
            blocks: vec![[[0.0; WIDTH]; 4]; n.div_ceil(WIDTH)],
            number: (0..n).collect(),
        };
        for (i, (x, y)) in self.x_0.iter().zip(self.x_1).enumerate() {
            for (row, value) in [x[0], x[1], y[0], y[1]].into_iter().enumerate() {
                pairs.blocks[i / WIDTH][row][i % WIDTH] = value;
            }
        }
        for _ in 0..self.sweeps {
            let mut exchanged = 0;
            for i in 0..n {
                exchanged += pairs.settle(simd, i);
            }
            if exchanged == 0 {
                break;
            }
        }
        pairs.number
    }
}

/// Source points with their present partners.
struct Paired {
    /// Coordinates of sixteen source points and their partners: `x[0]`, `x[1]`, `y[0]`, `y[1]`.
    blocks: Vec<[[f64; WIDTH]; 4]>,
    /// The number of each partner.
    number: Vec<usize>,
}

impl Paired {
    /// Lets pair i exchange with each later one in turn; how often it has.
    #[inline(always)]
    fn settle<S: Simd>(&mut self, simd: S, i: usize) -> usize {
        let n = self.number.len();
        let mut exchanged = 0;
        let mut next = i + 1;
        while next < n {
            let b = next / WIDTH;
            let mut gains = self.gains(simd, i, b) >> (next % WIDTH);
            if n - b * WIDTH < WIDTH {
                gains &= (1 << (n - next)) - 1;
            }
            if gains == 0 {
                next = (b + 1) * WIDTH;
                continue;
            }
            let j = next + gains.trailing_zeros() as usize;
            self.exchange(i, j);
            exchanged += 1;
            next = j + 1;
        }
        exchanged
    }

    /// Bit k says whether pair i and the k-th of block b gain by an exchange.
    #[inline(always)]
    fn gains<S: Simd>(&self, simd: S, i: usize, b: usize) -> u32 {
        let own = &self.blocks[i / WIDTH];
        let mut bits = 0;
        for v in 0..WIDTH / S::F64_LANES {
            let mut product = simd.splat_f64s(0.0);
            for axis in 0..2 {
                let away = |row: usize| {
                    let own = simd.splat_f64s(own[row][i % WIDTH]);
                    simd.sub_f64s(own, doubles::<S>(&self.blocks[b][row])[v])
                };
                let term = simd.mul_f64s(away(axis), away(axis + 2));
                product = simd.add_f64s(product, term);
            }
            let gains = simd.less_than_f64s(product, simd.splat_f64s(0.0));
            bits |= bits_of_doubles::<S>(gains, v);
        }
        bits
    }

    #[inline(always)]
    fn exchange(&mut self, i: usize, j: usize) {
        self.number.swap(i, j);
        for row in 2..4 {
            let of_i = self.blocks[i / WIDTH][row][i % WIDTH];
            let of_j = std::mem::replace(&mut self.blocks[j / WIDTH][row][j % WIDTH], of_i);
            self.blocks[i / WIDTH][row][i % WIDTH] = of_j;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::assignment::tests::{clustered, normal};
    use super::super::assignment::{squared_distance, w2_squared};
    use super::*;
    use crate::flow::instruction_sets;

    /// The definition, one pair after the other.
    fn plain(x_0: &[Point], x_1: &[Point], sweeps: usize) -> Vec<usize> {
        let mut partner: Vec<usize> = (0..x_0.len()).collect();
        for _ in 0..sweeps {
            for i in 0..x_0.len() {
                for j in i + 1..x_0.len() {
                    let cost = |a: usize, b: usize| squared_distance(x_0[a], x_1[partner[b]]);
                    if cost(i, j) + cost(j, i) < cost(i, i) + cost(j, j) {
                        partner.swap(i, j);
                    }
                }
            }
        }
        partner
    }

    #[test]
    fn sweeps_are_those_of_the_definition_on_every_instruction_set() {
        for n in [0, 1, 2, 15, 16, 17, 33, 200] {
            let (x_0, x_1) = (normal(n, 1.0, 1), clustered(n, 2));
            for sweeps in [1, 2, 5] {
                let expected = plain(&x_0, &x_1, sweeps);
                assert_eq!(swap_pairs(&x_0, &x_1, sweeps), Ok(expected.clone()));
                for arch in instruction_sets() {
                    let made = Sweeps {
                        x_0: &x_0,
                        x_1: &x_1,
                        sweeps,
                    };
                    assert_eq!(arch.dispatch(made), expected, "{arch:?}, n = {n}");
                }
            }
        }
    }

    #[test]
    fn sweeps_end_where_no_two_gain_and_no_sooner_than_the_optimum() {
        let (x_0, x_1) = (normal(256, 1.0, 3), clustered(256, 4));
        let cost = |sweeps| {
            let partner = swap_pairs(&x_0, &x_1, sweeps).unwrap();
            let pairs = x_0.iter().zip(&partner);
            pairs
                .map(|(&x, &j)| squared_distance(x, x_1[j]))
                .sum::<f64>()
                / 256.0
        };
        let costs = [0, 1, 2, 64].map(cost);
        assert!(costs.is_sorted_by(|a, b| a > b), "{costs:?}");
        assert_eq!(cost(64), cost(1000));
        let optimum = w2_squared(&x_0, &x_1).unwrap();
        assert!(
            costs[3] > optimum && costs[3] < 1.02 * optimum,
            "{costs:?} {optimum}"
        );
    }
}
