//! Couplings: which source point is trained towards which target point.
//!
//! A coupling is a joint law of `(x_0, x_1)` with the two distributions as its marginals. It refuses to know
//! paths and networks; [`Blocks`] draws the pairs, [`PairStream`] cuts them into batches, [`assignment`] is the exact
//! discrete transport behind [`Coupling::BatchOt`].

pub mod assignment;
mod auction;
mod augment;
mod clusters;
mod columns;
mod groups;
mod lanes;
mod merge;
mod normalised;
mod pairs;
mod quota;
mod scan;
mod sieve;
mod supplies;
mod tree;

use serde::{Deserialize, Serialize};

pub use pairs::{Blocks, PairStream, Pairs};

/// How source and target points are paired.
///
/// Not to be mixed up with the cond-OT *path*: the path says how a pair is joined, the coupling which pairs
/// there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Coupling {
    /// `x_0` and `x_1` are drawn independently.
    Independent,
    /// Blocks of `batch` independent draws are paired by the optimal permutation for the squared distance
    /// (Pooladian et al., arXiv 2304.14772; Tong et al., arXiv 2302.00482). A permutation keeps both marginals
    /// exactly; it is the optimal transport of the block, not of the distributions.
    BatchOt {
        /// Pairs in a block, at least 1; with 1 the coupling is independent.
        batch: usize,
    },
}

impl Coupling {
    /// The name for headings and legends.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Independent => "independent",
            Self::BatchOt { .. } => "batch-OT",
        }
    }
}
