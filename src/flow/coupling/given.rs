//! Pairs that are given as a table, such as those of a flow that was trained before.

use std::ops::Deref;
use std::sync::Arc;

use rand_distr::{Distribution, Uniform};

use super::pairs::Pairs;
use crate::flow::rng::{Stream, stream};

/// A table of pairs, shared. Two are equal if they have the same pairs.
#[derive(Clone, Debug)]
pub struct GivenPairs(Arc<Pairs>);

impl GivenPairs {
    /// The table.
    pub fn new(pairs: Pairs) -> Self {
        Self(Arc::new(pairs))
    }

    /// `n` of them, each as likely as the others: a function of seed, stream and block alone. None of an empty table.
    pub(super) fn draw(&self, seed: u64, of: Stream, block: u64, n: usize) -> Option<Pairs> {
        let rows = Uniform::new(0, self.0.x_0.len()).ok()?;
        let mut rng = stream(seed, of, block);
        let mut drawn = Pairs::default();
        for row in rows.sample_iter(&mut rng).take(n) {
            drawn.x_0.push(self.0.x_0[row]);
            drawn.x_1.push(self.0.x_1[row]);
        }
        Some(drawn)
    }
}

impl Deref for GivenPairs {
    type Target = Pairs;

    fn deref(&self) -> &Pairs {
        &self.0
    }
}

impl PartialEq for GivenPairs {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}
