//! Optimal transport within blocks (Pooladian et al., arXiv 2304.14772; Tong et al., arXiv 2302.00482).

use rand_chacha::ChaCha8Rng;

use super::assignment::{AssignmentError, assign};
use super::pairs::{Drawn, Pairing, Pairs};
use crate::flow::constant::{Constant, Control, Range};
use crate::flow::vocabulary::Entry;

/// Smaller blocks are paired in less time than it takes to hand them from thread to thread.
pub(super) const COSTLY: usize = 64;

/// Blocks of independent draws are paired by the optimal permutation for the squared distance. A permutation keeps both
/// marginals exactly; it is the optimal transport of the block, not of the distributions.
pub struct BatchOt {
    /// Pairs in a block; with 1 the coupling is independent.
    pub batch: usize,
}

/// The size of a block, of any coupling that has blocks.
pub(super) const BLOCK: Constant = Constant {
    name: "batch",
    symbol: "Block k",
    default: 256.0,
    range: Range::closed(1.0, 4096.0),
    control: Control::Drag {
        step: 2.0,
        decimals: 0,
    },
    hint: "Pairs of one block, k: larger or smaller than the batch of a training step.",
};

pub const ENTRY: Entry = Entry {
    name: "batch-OT",
    formula: "Within blocks of k pairs, the permutation with the smallest Σ |x₁ − x₀|².",
    hint: "",
    constants: &[Constant {
        hint: "Pairs of one block, k: the assignment is exact within a block; its cost per pair grows slowly with k.",
        ..BLOCK
    }],
};

impl Pairing for BatchOt {
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
        let assignment = assign(&pairs.x_0, &pairs.x_1)?;
        Ok(pairs.permuted(&assignment.target_of_source))
    }

    fn is_costly(&self) -> bool {
        self.batch >= COSTLY
    }
}
