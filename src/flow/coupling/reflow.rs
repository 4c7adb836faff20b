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
    /// 0 for a table of pairs that is held fixed; 1 for pairs that the flow of the round before makes anew for every batch.
    pub fresh: usize,
}

/// The base in a file: `Independent` or `BatchOt(batch: k)`.
pub mod base {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// What a file says.
    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    enum Base {
        Independent,
        BatchOt { batch: usize },
    }

    /// That of a file that does not say.
    pub const fn independent() -> usize {
        1
    }

    /// Writes the base with blocks of that size.
    ///
    /// # Errors
    /// Those of the serializer.
    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde asks for a reference"
    )]
    pub fn serialize<S: Serializer>(batch: &usize, serializer: S) -> Result<S::Ok, S::Error> {
        let base = match *batch {
            1 => Base::Independent,
            batch => Base::BatchOt { batch },
        };
        base.serialize(serializer)
    }

    /// The size of the base's blocks.
    ///
    /// # Errors
    /// It is neither of the two.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
        Ok(match Base::deserialize(deserializer)? {
            Base::Independent => independent(),
            Base::BatchOt { batch } => batch,
        })
    }
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
            hint: "Round 0 pairs by batch-OT in blocks of k, `base: BatchOt(batch: k)` in a file; with 1 it is independent.",
        },
        Constant {
            name: "fresh",
            symbol: "Fresh",
            default: 0.0,
            range: Range::closed(0.0, 1.0),
            control: whole(0.02),
            hint: "0: the pairs are held fixed. 1: the network of the round before makes new ones for every batch, so that \
                   none is seen twice; training is slower by its solver.",
        },
    ],
};

impl Pairing for Reflow {
    fn is_independent(&self) -> bool {
        self.rounds == 0 && self.batch <= 1
    }

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

    fn wants_fresh(&self) -> bool {
        self.rounds > 0 && self.fresh > 0
    }

    fn is_costly(&self) -> bool {
        self.wants_fresh()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Coupling;

    #[test]
    fn the_base_of_a_file_is_a_coupling() {
        for (text, k) in [
            ("Reflow(rounds:1,pairs:500)", 1),
            ("Reflow(rounds:1,pairs:500,base:Independent)", 1),
            ("Reflow(rounds:1,pairs:500,base:BatchOt(batch:64))", 64),
        ] {
            let coupling: Coupling = ron::from_str(text).unwrap();
            let Coupling::Reflow { batch, .. } = coupling else {
                panic!("{coupling:?}");
            };
            assert_eq!(batch, k, "{text}");
            let again = ron::from_str(&ron::to_string(&coupling).unwrap());
            assert_eq!(again, Ok(coupling), "{text}");
        }
        let bad = ron::from_str::<Coupling>("Reflow(rounds:1,pairs:500,base:Stable(batch:4))");
        let error = bad.unwrap_err().to_string();
        assert!(
            error.contains("Independent") && error.contains("BatchOt"),
            "{error}"
        );
    }
}
