//! The two inner loops of the assignment solver: one row against all columns.
//!
//! They refuse to know what the rows and columns are matched to. Costs are recomputed from the coordinates:
//! two multiplications a column are cheaper than reading a matrix that does not fit the cache. Branch-free
//! selection over [`LANES`] interleaved minima lets the compiler use vector instructions.

use std::ops::Range;

use crate::flow::Point;

/// Interleaved minima of a loop; two fill a vector register of the baseline x86-64 and measured fastest there.
const LANES: usize = 2;

/// The columns, one array a coordinate, each with its price (the dual variable).
pub struct Columns {
    pub y_0: Vec<f64>,
    pub y_1: Vec<f64>,
    pub price: Vec<f64>,
}

/// The cheapest column of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bid {
    /// Its number.
    pub column: usize,
    /// Its reduced cost.
    pub cost: f64,
    /// The second smallest reduced cost, of another column; infinite if there is only one.
    pub second: f64,
}

impl Columns {
    /// Columns at the given places, all prices zero.
    pub fn new(ys: &[Point]) -> Self {
        Self {
            y_0: ys.iter().map(|y| y[0]).collect(),
            y_1: ys.iter().map(|y| y[1]).collect(),
            price: vec![0.0; ys.len()],
        }
    }

    /// The cost `-x . y_j`: the squared distance up to terms of x alone and of `y_j` alone, and half as large.
    pub fn cost(&self, x: Point, j: usize) -> f64 {
        -x[0] * self.y_0[j] - x[1] * self.y_1[j]
    }

    /// The smallest and the second smallest reduced cost `-x . y_j - price_j`; there must be a column.
    pub fn best_two(&self, x: Point) -> Bid {
        let (a, b) = (-x[0], -x[1]);
        let (y_0, y_0_rest) = self.y_0.as_chunks::<LANES>();
        let (y_1, y_1_rest) = self.y_1.as_chunks::<LANES>();
        let (price, price_rest) = self.price.as_chunks::<LANES>();
        let mut first = [f64::INFINITY; LANES];
        let mut second = [f64::INFINITY; LANES];
        // Column numbers as floats: a lane then selects a number and a cost with the same mask.
        let mut column = [0.0; LANES];
        let mut number: [f64; LANES] = std::array::from_fn(|lane| lane as f64);
        for ((y_0, y_1), price) in y_0.iter().zip(y_1).zip(price) {
            for k in 0..LANES {
                let reduced = a * y_0[k] + b * y_1[k] - price[k];
                second[k] = smaller(second[k], larger(first[k], reduced));
                let better = reduced < first[k];
                first[k] = if better { reduced } else { first[k] };
                column[k] = if better { number[k] } else { column[k] };
                number[k] += LANES as f64;
            }
        }
        let mut best = Bid {
            column: 0,
            cost: f64::INFINITY,
            second: f64::INFINITY,
        };
        for k in 0..LANES {
            best.add(column[k] as usize, first[k], second[k]);
        }
        let whole = self.price.len() - price_rest.len();
        for (k, ((y_0, y_1), price)) in y_0_rest.iter().zip(y_1_rest).zip(price_rest).enumerate() {
            best.add(whole + k, a * y_0 + b * y_1 - price, f64::INFINITY);
        }
        best
    }

    /// Offers a range of columns a way through this row: `base + reduced cost`, kept in `distance` with the row in
    /// `parent` where it is shorter. Returns the nearest of these columns and its distance; infinite for none.
    pub fn relax(
        &self,
        range: Range<usize>,
        (x, base, row): (Point, f64, usize),
        tree: &mut Tree,
    ) -> (usize, f64) {
        let (a, b, row) = (-x[0], -x[1], row as f64);
        let start = range.start;
        let (y_0, y_0_rest) = self.y_0[range.clone()].as_chunks::<LANES>();
        let (y_1, y_1_rest) = self.y_1[range.clone()].as_chunks::<LANES>();
        let (price, price_rest) = self.price[range.clone()].as_chunks::<LANES>();
        let (distance, distance_rest) = tree.distance[range.clone()].as_chunks_mut::<LANES>();
        let (parent, parent_rest) = tree.parent[range].as_chunks_mut::<LANES>();
        let whole = start + LANES * price.len();
        let mut nearest = [f64::INFINITY; LANES];
        let mut column = [0.0; LANES];
        let mut number: [f64; LANES] = std::array::from_fn(|lane| (start + lane) as f64);
        let places = y_0.iter().zip(y_1).zip(price);
        for (((y_0, y_1), price), (distance, parent)) in places.zip(distance.iter_mut().zip(parent))
        {
            for k in 0..LANES {
                let offer = a * y_0[k] + b * y_1[k] - price[k] + base;
                let shorter = offer < distance[k];
                parent[k] = if shorter { row } else { parent[k] };
                let length = if shorter { offer } else { distance[k] };
                distance[k] = length;
                let closer = length < nearest[k];
                nearest[k] = if closer { length } else { nearest[k] };
                column[k] = if closer { number[k] } else { column[k] };
                number[k] += LANES as f64;
            }
        }
        let mut best = (0, f64::INFINITY);
        for k in 0..LANES {
            if nearest[k] < best.1 {
                best = (column[k] as usize, nearest[k]);
            }
        }
        let places = y_0_rest.iter().zip(y_1_rest).zip(price_rest);
        let rest = places.zip(distance_rest.iter_mut().zip(parent_rest));
        for (k, (((y_0, y_1), price), (distance, parent))) in rest.enumerate() {
            let offer = a * y_0 + b * y_1 - price + base;
            if offer < *distance {
                (*distance, *parent) = (offer, row);
            }
            if *distance < best.1 {
                best = (whole + k, *distance);
            }
        }
        best
    }

    /// Exchanges two columns.
    pub fn swap(&mut self, i: usize, j: usize) {
        self.y_0.swap(i, j);
        self.y_1.swap(i, j);
        self.price.swap(i, j);
    }
}

impl Bid {
    fn add(&mut self, column: usize, cost: f64, second: f64) {
        self.second = smaller(self.second, smaller(second, larger(self.cost, cost)));
        if cost < self.cost {
            (self.column, self.cost) = (column, cost);
        }
    }
}

/// Shortest ways from one row to the columns, as far as they are known.
pub struct Tree {
    /// Length of the way to a column; infinite for one that is not reached, or no longer wanted.
    pub distance: Vec<f64>,
    /// The row before the column on that way, as a float (see [`Columns::best_two`]).
    pub parent: Vec<f64>,
}

// Unlike `f64::min` and `f64::max` these are one vector instruction each; no cost is NaN.
fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::rng::{Stream, stream};
    use rand::RngExt;

    fn columns(n: usize) -> Columns {
        let mut rng = stream(3, Stream::Display, n as u64);
        let ys: Vec<Point> = (0..n).map(|_| [rng.random(), rng.random()]).collect();
        let mut columns = Columns::new(&ys);
        columns.price.fill_with(|| rng.random());
        columns
    }

    #[test]
    fn the_two_best_columns_are_those_of_a_plain_loop() {
        let x = [0.3, -0.7];
        for n in 1..20 {
            let columns = columns(n);
            let mut reduced: Vec<(f64, usize)> = (0..n)
                .map(|j| (columns.cost(x, j) - columns.price[j], j))
                .collect();
            reduced.sort_by(|a, b| a.0.total_cmp(&b.0));
            let bid = columns.best_two(x);
            assert_eq!((bid.cost, bid.column), reduced[0]);
            let second = reduced.get(1).map_or(f64::INFINITY, |r| r.0);
            assert_eq!(bid.second, second, "n = {n}");
        }
    }

    #[test]
    fn relaxing_keeps_the_shorter_way_and_finds_the_nearest_column() {
        let x = [0.3, -0.7];
        for n in 1..20 {
            let columns = columns(n);
            let old: Vec<f64> = (0..n)
                .map(|j| if j % 3 == 2 { -5.0 } else { 5.0 })
                .collect();
            for (start, end) in [(0, n), (0, n / 2), (n / 2, n), (n / 3, n), (0, 0)] {
                let mut tree = Tree {
                    distance: old.clone(),
                    parent: vec![9.0; n],
                };
                let nearest = columns.relax(start..end, (x, 0.25, 4), &mut tree);
                for (j, &old) in old.iter().enumerate() {
                    let offer = columns.cost(x, j) - columns.price[j] + 0.25;
                    let taken = (start..end).contains(&j) && offer < old;
                    assert_eq!(tree.distance[j], if taken { offer } else { old });
                    assert_eq!(tree.parent[j], if taken { 4.0 } else { 9.0 });
                }
                let distances = tree.distance[start..end].iter().copied();
                assert_eq!(nearest.1, distances.fold(f64::INFINITY, f64::min));
                assert!(start == end || tree.distance[nearest.0] == nearest.1);
            }
        }
    }
}
