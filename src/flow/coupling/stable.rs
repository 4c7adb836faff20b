//! Stable matchings within blocks (Pooladian et al., arXiv 2304.14772, section 3.2; Gale and Shapley, American Mathematical
//! Monthly 69, 1962).

use rand_chacha::ChaCha8Rng;

use super::assignment::AssignmentError;
use super::batch_ot::{BLOCK, COSTLY};
use super::greedy::greedy;
use super::pairs::{Drawn, Pairing, Pairs};
use crate::flow::vocabulary::Entry;

/// Blocks of independent draws are paired such that no source and target point are nearer to each other than each is to
/// its partner. As both prefer the nearer, there is one such permutation: the one that joins the nearest two points,
/// then the nearest two of the rest, and so on.
pub struct Stable {
    /// Pairs in a block; with 1 the coupling is independent.
    pub batch: usize,
}

pub const ENTRY: Entry = Entry {
    name: "stable",
    formula: "Within blocks of k pairs, the permutation in which no x₀ and x₁ are nearer to each other than each to its \
              partner (Gale–Shapley)",
    hint: "quick, and dearer than the optimal permutation: the last points to be paired have far to go.",
    constants: &[BLOCK],
};

impl Pairing for Stable {
    fn is_independent(&self) -> bool {
        self.batch <= 1
    }

    fn block(&self) -> Option<usize> {
        Some(self.batch.max(1))
    }

    fn pair(
        &self,
        Drawn { pairs, .. }: Drawn,
        _rng: &mut ChaCha8Rng,
    ) -> Result<Pairs, AssignmentError> {
        let partners = greedy(&pairs.x_0, &pairs.x_1)?;
        Ok(pairs.permuted(&partners))
    }

    fn is_costly(&self) -> bool {
        self.batch >= COSTLY
    }
}
