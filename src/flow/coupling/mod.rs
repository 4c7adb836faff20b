//! Couplings: which source point is trained towards which target point.
//!
//! A coupling is a joint law of `(x_0, x_1)` with the two distributions as its marginals. It refuses to know
//! paths and networks; [`Blocks`] draws the pairs, [`PairStream`] cuts them into batches, [`assignment`] is the exact
//! discrete transport behind [`Coupling::BatchOt`].
//!
//! A coupling is a file with its formula, its constants and its [`Pairing`], and a row below.

pub mod assignment;
mod auction;
mod augment;
mod blocks;
mod clusters;
mod columns;
mod dense;
pub mod entropic;
mod given;
mod greedy;
mod groups;
mod merge;
mod normalised;
mod pairs;
mod quota;
mod real;
mod rounding;
mod scan;
mod sieve;
mod sparse;
mod supplies;
mod swaps;
mod tree;
mod vectors;

use rand_chacha::ChaCha8Rng;

use super::distribution::Distribution;
use super::vocabulary::{Vocabulary, vocabulary};
use assignment::AssignmentError;

pub use assignment::squared_distance;

pub use blocks::Blocks;
pub use given::{GivenPairs, Teacher};
pub use pairs::{Drawn, PairStream, Pairing, Pairs, Planned, Planning};

/// A row is the coupling's name in files, its constants, and the file with its `ENTRY` and the type of its own.
macro_rules! couplings {
    ($($Variant:ident $({ $($(#[$attribute:meta])* $constant:ident: $type:ty),+ })? = $file:ident,)+) => {
        $(mod $file;)+

        vocabulary! {
            /// How source and target points are paired.
            ///
            /// Not to be mixed up with the cond-OT *path*: the path says how a pair is joined, the coupling which pairs
            /// there are.
            pub enum Coupling, complete {
                $($Variant $({ $($(#[$attribute])* $constant: $type),+ })? = $file::ENTRY,)+
            }
        }

        impl Coupling {
            /// What `f` finds of the coupling, by its own type.
            fn dispatch<T>(&self, f: impl FnOnce(&dyn Pairing) -> T) -> T {
                match *self {
                    $(Self::$Variant $({ $($constant),+ })? => {
                        f(&$file::$Variant $({ $($constant),+ })?)
                    })+
                }
            }
        }
    };
}

couplings! {
    Independent = independent,
    BatchOt { batch: usize } = batch_ot,
    Stable { batch: usize } = stable,
    Heuristic { batch: usize, sweeps: usize } = heuristic,
    Sinkhorn { batch: usize, epsilon: f64, #[serde(default)] bridge: f64 } = sinkhorn,
    ClassOt { batch: usize } = class_ot,
    Equivariant { batch: usize, n: usize, mirror: usize } = equivariant,
    Reflow { rounds: usize, pairs: usize, #[serde(rename = "base", with = "reflow::base", default = "reflow::base::independent")] batch: usize, #[serde(default)] fresh: usize } = reflow,
}

impl Coupling {
    /// Whether source and target point of a pair are independent, as they also are in blocks of one pair.
    pub fn is_independent(&self) -> bool {
        self.dispatch(|coupling| coupling.is_independent())
    }

    /// Pairs of a block that is paired as a whole, at least 1; none where every pair stands for itself.
    pub fn block(&self) -> Option<usize> {
        self.dispatch(|coupling| coupling.block())
    }

    /// The same coupling with blocks of so many pairs, if it has blocks.
    #[must_use]
    pub fn with_block(mut self, size: usize) -> Self {
        if let Some(mut batch) = self.number("batch") {
            batch.set(size as f64);
        }
        self
    }

    /// How many pairs it is to be given, where they are not paired from independent draws.
    pub fn needs_given(&self) -> Option<usize> {
        self.dispatch(|coupling| coupling.needs_given())
    }

    /// Whether those that it needs are made anew for every block, and not drawn from a table.
    fn wants_fresh(&self) -> bool {
        self.dispatch(|coupling| coupling.wants_fresh())
    }

    /// Whether a block takes longer than to hand it from thread to thread.
    pub fn is_costly(&self) -> bool {
        self.dispatch(|coupling| coupling.is_costly())
    }

    /// Pairs independent draws, a whole block of them if there are blocks.
    fn pair(&self, drawn: Drawn, rng: &mut ChaCha8Rng) -> Result<Pairs, AssignmentError> {
        self.dispatch(|coupling| coupling.pair(drawn, rng))
    }

    /// Noise of a Brownian bridge between the points of each pair, in canvas units per root of time; 0 for none. See
    /// [`super::path::bridge_noise`].
    pub fn bridge(&self) -> f64 {
        self.dispatch(|coupling| coupling.bridge())
    }

    /// The plan that the pairs of a block are drawn from, with them; none if they are no random choice.
    fn planned<'r>(&self, drawn: Pairs, rng: &'r mut ChaCha8Rng) -> Option<Planning<'r>> {
        self.dispatch(|coupling| coupling.planned(drawn, rng))
    }

    /// Whether pairs are drawn from a plan.
    pub fn has_plan(&self) -> bool {
        self.dispatch(|coupling| coupling.has_plan())
    }

    /// Whether both points of a pair are of one class, where both ends have classes.
    fn is_within_classes(&self) -> bool {
        self.dispatch(|coupling| coupling.is_within_classes())
    }

    /// Why it does not go with these distributions, as a sentence, with what would; none if it does.
    pub fn refusal(&self, source: &Distribution, target: &Distribution) -> Option<String> {
        self.dispatch(|coupling| coupling.refusal(source, target))
    }

    /// What there is to say about it with these distributions; none if there is nothing.
    pub fn caution(&self, source: &Distribution, target: &Distribution) -> Option<String> {
        self.dispatch(|coupling| coupling.caution(source, target))
    }

    /// Whether its pairs of these distributions are a permutation of independent draws, and one that is its own.
    pub fn permutes(&self, source: &Distribution, target: &Distribution) -> bool {
        self.dispatch(|coupling| coupling.permutes(source, target))
    }

    /// The coupling as a legend names it, with the size of its blocks.
    pub fn legend(&self) -> String {
        let block = self.block().map(|k| format!(" ({k})"));
        format!("{} coupling{}", self.name(), block.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_one_pair_are_independent_and_no_others() {
        let known = ["independent", "batch-OT", "stable", "heuristic", "Sinkhorn"];
        for coupling in Coupling::ALL {
            let [one, two] = [1, 2].map(|k| coupling.with_block(k));
            assert_eq!(one.is_independent(), known.contains(&one.name()), "{one:?}");
            let is_plain = two == Coupling::Independent;
            assert_eq!(two.is_independent(), is_plain, "{two:?}");
        }
        let reflow = |rounds, batch| Coupling::Reflow {
            rounds,
            pairs: 100,
            batch,
            fresh: 0,
        };
        assert!(reflow(0, 1).is_independent());
        assert!(!reflow(0, 2).is_independent() && !reflow(1, 1).is_independent());
        let bridge = Coupling::Sinkhorn {
            batch: 1,
            epsilon: 1.0,
            bridge: 0.1,
        };
        assert!(!bridge.is_independent());
    }
}
