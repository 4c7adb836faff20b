//! The stable permutation for distances: the nearest two points first.
//!
//! Whoever starts points to the nearest free point of the other side, that one to its own nearest, and so on: each step is
//! shorter than the one before, until two point at each other. They are a pair of every stable matching, and the chain
//! goes on from what is left of it (the nearest-neighbour chain of Benzecri, Les cahiers de l'analyse des donnees 7, 1982).
//! So about 3 n scans of the free points do, where sorting all distances would take n^2 log n. Where distances tie, the
//! lower numbers come first, the source's before the target's.

use pulp::{Arch, Simd, WithSimd, bytemuck};

use super::assignment::{AssignmentError, check_pairs};
use super::vectors::{WIDTH, bits_of_doubles, doubles};
use crate::flow::Point;

/// `x_1[j]` for the j-th place of the answer: the partner of each source point.
///
/// # Errors
/// Coordinates that are not finite or whose squared distances are not. Both lists are to be of one length.
pub fn greedy(x_0: &[Point], x_1: &[Point]) -> Result<Vec<usize>, AssignmentError> {
    check_pairs(x_0, x_1)?;
    Ok(Arch::new().dispatch(Chain { x_0, x_1 }))
}

/// A matching to be found on the widest vectors.
struct Chain<'a> {
    x_0: &'a [Point],
    x_1: &'a [Point],
}

impl WithSimd for Chain<'_> {
    type Output = Vec<usize>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<usize> {
        let points = [self.x_0, self.x_1];
        let mut free = points.map(Free::new);
        let mut partner = vec![0; self.x_0.len()];
        // Numbers of a source, a target, a source point and so on, each the nearest of the one before.
        let mut chain: Vec<usize> = Vec::new();
        for start in 0..self.x_0.len() {
            if !free[0].has(start) {
                continue;
            }
            chain.push(start);
            while let Some(&last) = chain.last() {
                let side = (chain.len() - 1) % 2;
                let x = points[side][last];
                let next = free[1 - side].nearest(simd, x);
                let before = chain.len().checked_sub(2).map(|i| chain[i]);
                if before != Some(next) {
                    chain.push(next);
                    continue;
                }
                chain.truncate(chain.len() - 2);
                let pair = if side == 0 {
                    [last, next]
                } else {
                    [next, last]
                };
                partner[pair[0]] = pair[1];
                free[0].take(pair[0]);
                free[1].take(pair[1]);
            }
        }
        partner
    }
}

/// The points of one side that have no partner, in the order of their numbers.
struct Free {
    /// Infinitely far away where there is no point (any more).
    coordinates: [Vec<[f64; WIDTH]>; 2],
    /// The number of the point at each place.
    number: Vec<usize>,
    /// The place of each number, if it is free.
    place: Vec<Option<usize>>,
    left: usize,
}

impl Free {
    fn new(points: &[Point]) -> Self {
        let mut free = Self {
            coordinates: [Vec::new(), Vec::new()],
            number: (0..points.len()).collect(),
            place: (0..points.len()).map(Some).collect(),
            left: points.len(),
        };
        for (axis, coordinates) in free.coordinates.iter_mut().enumerate() {
            *coordinates = blocks(points.iter().map(|p| p[axis]));
        }
        free
    }

    fn has(&self, number: usize) -> bool {
        self.place[number].is_some()
    }

    /// The number of the nearest free point, the lowest of several; there must be one.
    #[inline(always)]
    fn nearest<S: Simd>(&self, simd: S, x: Point) -> usize {
        let x = [simd.splat_f64s(x[0]), simd.splat_f64s(x[1])];
        let mut least = simd.splat_f64s(f64::INFINITY);
        let mut place = simd.splat_u64s(0);
        for (b, (y_0, y_1)) in self.coordinates[0]
            .iter()
            .zip(&self.coordinates[1])
            .enumerate()
        {
            for v in 0..WIDTH / S::F64_LANES {
                let d_0 = simd.sub_f64s(x[0], doubles::<S>(y_0)[v]);
                let d_1 = simd.sub_f64s(x[1], doubles::<S>(y_1)[v]);
                let d = simd.add_f64s(simd.mul_f64s(d_0, d_0), simd.mul_f64s(d_1, d_1));
                let here = simd.splat_u64s((b * WIDTH + v * S::F64_LANES) as u64);
                place = simd.select_u64s(simd.less_than_f64s(d, least), here, place);
                least = simd.min_f64s(d, least);
            }
        }
        let d = simd.reduce_min_f64s(least);
        let is_least = bits_of_doubles::<S>(simd.equal_f64s(least, simd.splat_f64s(d)), 0);
        let places: &[u64] = bytemuck::cast_slice(std::slice::from_ref(&place));
        let mut lowest = usize::MAX;
        for (element, &first) in places.iter().enumerate() {
            if is_least >> element & 1 == 1 {
                lowest = lowest.min(first as usize + element);
            }
        }
        self.number[lowest]
    }

    /// Takes a point out; once half of the places are empty, the others move together.
    #[inline(always)]
    fn take(&mut self, number: usize) {
        let Some(place) = self.place[number].take() else {
            return;
        };
        for coordinates in &mut self.coordinates {
            coordinates[place / WIDTH][place % WIDTH] = f64::INFINITY;
        }
        self.left -= 1;
        if 2 * self.left <= self.number.len() && self.left > 0 {
            self.move_together();
        }
    }

    fn move_together(&mut self) {
        let places: Vec<usize> = self.place.iter().copied().flatten().collect();
        for coordinates in &mut self.coordinates {
            let values = places.iter().map(|p| coordinates[p / WIDTH][p % WIDTH]);
            *coordinates = blocks(values);
        }
        self.number = places.iter().map(|&p| self.number[p]).collect();
        for (place, &number) in self.number.iter().enumerate() {
            self.place[number] = Some(place);
        }
    }
}

/// Sixteen in a row, infinity where there are no more.
fn blocks(values: impl Iterator<Item = f64>) -> Vec<[f64; WIDTH]> {
    let values: Vec<f64> = values.collect();
    let block = |chunk: &[f64]| {
        let mut block = [f64::INFINITY; WIDTH];
        block[..chunk.len()].copy_from_slice(chunk);
        block
    };
    values.chunks(WIDTH).map(block).collect()
}

#[cfg(test)]
mod tests {
    use super::super::assignment::squared_distance;
    use super::super::assignment::tests::{clustered, normal};
    use super::*;
    use crate::flow::instruction_sets;

    /// All pairs sorted by distance, taken while both ends are free.
    fn by_sorting(x_0: &[Point], x_1: &[Point]) -> Vec<usize> {
        let n = x_0.len();
        let distance = |&(i, j): &(usize, usize)| squared_distance(x_0[i], x_1[j]);
        let mut pairs: Vec<(usize, usize)> = (0..n * n).map(|k| (k / n, k % n)).collect();
        pairs.sort_by(|a, b| distance(a).total_cmp(&distance(b)).then(a.cmp(b)));
        let mut partner = vec![None; n];
        let mut taken = vec![false; n];
        for (i, j) in pairs {
            if partner[i].is_none() && !taken[j] {
                (partner[i], taken[j]) = (Some(j), true);
            }
        }
        partner.into_iter().flatten().collect()
    }

    #[test]
    fn the_nearest_two_are_joined_first_on_every_instruction_set() {
        let lattice: Vec<Point> = (0..100)
            .map(|i| [f64::from(i % 5), f64::from(i % 7)])
            .collect();
        let mut kinds = vec![(lattice.clone(), lattice.iter().rev().copied().collect())];
        for n in [0, 1, 2, 16, 17, 100, 300] {
            kinds.push((normal(n, 1.0, 1), clustered(n, 2)));
            kinds.push((vec![[1.0, 2.0]; n], normal(n, 1.0, 3)));
            kinds.push((vec![[1.0, 2.0]; n], vec![[-1.0, 0.5]; n]));
        }
        for (x_0, x_1) in &kinds {
            let expected = by_sorting(x_0, x_1);
            assert_eq!(greedy(x_0, x_1), Ok(expected.clone()), "n = {}", x_0.len());
            for arch in instruction_sets() {
                assert_eq!(arch.dispatch(Chain { x_0, x_1 }), expected, "{arch:?}");
            }
        }
    }

    /// What a stable matching is, by definition.
    #[test]
    fn no_two_points_would_rather_have_each_other() {
        let (x_0, x_1) = (normal(200, 1.0, 5), clustered(200, 6));
        let partner = greedy(&x_0, &x_1).unwrap();
        let mut of_target = vec![0; 200];
        partner
            .iter()
            .enumerate()
            .for_each(|(i, &j)| of_target[j] = i);
        for (i, &own) in partner.iter().enumerate() {
            for (j, &other) in of_target.iter().enumerate() {
                let d = squared_distance(x_0[i], x_1[j]);
                let blocks = d < squared_distance(x_0[i], x_1[own])
                    && d < squared_distance(x_0[other], x_1[j]);
                assert!(!blocks, "{i} and {j}");
            }
        }
    }

    #[test]
    fn points_that_have_no_distance_are_refused() {
        assert!(greedy(&[[f64::NAN, 0.0]], &[[0.0, 0.0]]).is_err());
        assert!(greedy(&[[0.0, 0.0]], &[]).is_err());
    }
}
