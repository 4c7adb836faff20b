//! Swaps towards a cyclically monotone pairing within blocks (Pooladian et al., arXiv 2304.14772, section 3.2).

use rand_chacha::ChaCha8Rng;

use super::assignment::AssignmentError;
use super::batch_ot::{BLOCK, COSTLY};
use super::pairs::{Drawn, Pairing, Pairs};
use super::swaps::swap_pairs;
use crate::flow::constant::{Constant, Control, Range};
use crate::flow::vocabulary::Entry;

/// Blocks of independent draws, in which two pairs exchange partners wherever that makes their cost smaller. An optimal
/// permutation allows no exchange among any number of pairs, which is cyclic monotonicity; here only two take part.
pub struct Heuristic {
    /// Pairs in a block; with 1 the coupling is independent.
    pub batch: usize,
    /// How often every two pairs are looked at, unless none has been exchanged the last time.
    pub sweeps: usize,
}

pub const ENTRY: Entry = Entry {
    name: "heuristic",
    formula: "Within blocks of k pairs, two exchange partners wherever (x₀ − x₀′)·(x₁ − x₁′) < 0",
    hint: "cyclic monotonicity of two pairs at a time; with many sweeps nearly the optimal permutation.",
    constants: &[
        BLOCK,
        Constant {
            name: "sweeps",
            symbol: "Sweeps",
            default: 1.0,
            range: Range::closed(1.0, 64.0),
            control: Control::Drag {
                step: 0.1,
                decimals: 0,
            },
            hint: "How often every two pairs of a block are looked at; it ends earlier once no exchange is left.",
        },
    ],
};

impl Pairing for Heuristic {
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
        let partners = swap_pairs(&pairs.x_0, &pairs.x_1, self.sweeps)?;
        Ok(pairs.permuted(&partners))
    }

    fn is_costly(&self) -> bool {
        self.batch >= COSTLY
    }
}
