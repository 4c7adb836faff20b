//! Drawing an index with given weights in constant time.
//!
//! Walker's alias method in Vose's construction (IEEE Transactions on Software Engineering 17, 1991). It refuses
//! to know what the indices stand for.

use rand::{Rng, RngExt};

/// A table that draws `i` with probability `weights[i] / sum of weights`.
#[derive(Clone, Debug)]
pub struct AliasTable {
    /// Each column is split between its own index, with this share, and another one.
    columns: Vec<(f64, u32)>,
}

impl AliasTable {
    /// Builds the table in linear time. The weights must be non-negative with a positive, finite sum; at most
    /// `u32::MAX` of them.
    pub fn new(weights: &[f64]) -> Self {
        let mean = weights.iter().sum::<f64>() / weights.len() as f64;
        let mut columns: Vec<(f64, u32)> = (0..).zip(weights).map(|(i, w)| (w / mean, i)).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..columns.len()).partition(|&i| columns[i].0 < 1.0);
        while let (Some(&s), Some(&l)) = (small.last(), large.last()) {
            small.pop();
            // The large column fills up the small one and shrinks by what it gave.
            columns[s].1 = l as u32;
            columns[l].0 -= 1.0 - columns[s].0;
            if columns[l].0 < 1.0 {
                large.pop();
                small.push(l);
            }
        }
        // What rounding has left over is full.
        for i in small.into_iter().chain(large) {
            columns[i] = (1.0, i as u32);
        }
        Self { columns }
    }

    /// One index.
    pub fn sample(&self, rng: &mut (impl Rng + ?Sized)) -> usize {
        let i = rng.random_range(0..self.columns.len());
        let (own_share, other) = self.columns[i];
        if rng.random::<f64>() < own_share {
            i
        } else {
            other as usize
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::rng::{Stream, stream};
    use proptest::prelude::*;

    /// The probabilities that a table encodes.
    fn encoded(table: &AliasTable) -> Vec<f64> {
        let n = table.columns.len() as f64;
        let mut probabilities = vec![0.0; table.columns.len()];
        for (i, &(own_share, other)) in table.columns.iter().enumerate() {
            probabilities[i] += own_share / n;
            probabilities[other as usize] += (1.0 - own_share) / n;
        }
        probabilities
    }

    proptest! {
        #[test]
        fn the_table_encodes_the_weights(weights in prop::collection::vec(prop_oneof![Just(0.0), 0.0..10.0, Just(1e6)], 1..50)) {
            let sum: f64 = weights.iter().sum();
            prop_assume!(sum > 0.0);
            for (p, w) in encoded(&AliasTable::new(&weights)).iter().zip(&weights) {
                prop_assert!((p - w / sum).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn frequencies_follow_the_weights() {
        const N: usize = 100_000;
        let table = AliasTable::new(&[1.0, 0.0, 3.0]);
        let mut rng = stream(1, Stream::Display, 0);
        let mut counts = [0; 3];
        for _ in 0..N {
            counts[table.sample(&mut rng)] += 1;
        }
        assert_eq!(counts[1], 0);
        let share = f64::from(counts[2]) / N as f64;
        assert!(
            (share - 0.75).abs() < 4.0 * (0.75 * 0.25 / N as f64).sqrt(),
            "{share}"
        );
    }
}
