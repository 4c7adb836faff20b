//! Reflow (Liu et al., arXiv 2209.03003): the pairs `(Z_0, Z_1)` of a flow that was trained before, held fixed.
//!
//! Round 0 trains on the base: independent pairs, or batch-OT. Round r trains on the pairs that the flow of round r - 1
//! makes; whoever has trained that flow hands them over as [`GivenPairs`](super::GivenPairs). Training on them never
//! raises a convex transport cost, and it straightens the flow.

use rand_chacha::ChaCha8Rng;

use super::assignment::{AssignmentError, assign};
use super::pairs::{Drawn, Pairing, Pairs};
use crate::flow::constant::{Constant, Control, Range};
use crate::flow::vocabulary::Entry;

/// Pairs of the flow of the round before.
pub struct Reflow {
    /// Rounds after the base; 0 is the base itself.
    pub rounds: usize,
    /// Pairs that are made of the flow of each round.
    pub pairs: usize,
    /// Pairs of a block of the base, by batch-OT; 1 for independent pairs.
    pub batch: usize,
}

/// The base of a file that does not say.
pub const fn independent() -> usize {
    1
}

const fn whole(step: f64) -> Control {
    Control::Drag { step, decimals: 0 }
}

pub const ENTRY: Entry = Entry {
    name: "reflow",
    formula: "π = law of (Z₀, Z₁), the ends of the flow of the round before",
    hint: "",
    constants: &[
        Constant {
            name: "rounds",
            symbol: "Rounds",
            default: 1.0,
            range: Range::closed(0.0, 10.0),
            control: whole(0.05),
            hint: "Rounds after the base, r: round r trains on the pairs of the flow of round r − 1. Round 0 is the base; \
                   papers call round r the (r + 1)-rectified flow.",
        },
        Constant {
            name: "pairs",
            symbol: "Pairs",
            default: 10_000.0,
            range: Range::closed(100.0, 200_000.0),
            control: whole(100.0),
            hint: "Pairs that are made of the flow of the round before, and held fixed.",
        },
        Constant {
            name: "batch",
            symbol: "Base k",
            default: 1.0,
            range: Range::closed(1.0, 4096.0),
            control: whole(2.0),
            hint: "Round 0 pairs by batch-OT in blocks of k; with 1 it is independent.",
        },
    ],
};

impl Pairing for Reflow {
    fn block(&self) -> Option<usize> {
        (self.rounds == 0 && self.batch > 1).then_some(self.batch)
    }

    /// Those of the base; pairs of later rounds are given, not paired.
    fn pair(
        &self,
        Drawn { pairs, .. }: Drawn,
        _rng: &mut ChaCha8Rng,
    ) -> Result<Pairs, AssignmentError> {
        if self.block().is_none() {
            return Ok(pairs);
        }
        let assignment = assign(&pairs.x_0, &pairs.x_1)?;
        Ok(pairs.permuted(&assignment.target_of_source))
    }

    fn needs_given(&self) -> Option<usize> {
        (self.rounds > 0).then_some(self.pairs)
    }
}
