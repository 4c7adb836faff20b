//! Entropic optimal transport within blocks (Pooladian et al., arXiv 2304.14772, section 3.2; Tong et al., arXiv
//! 2302.00482).

use rand_chacha::ChaCha8Rng;

use super::assignment::AssignmentError;
use super::batch_ot::BLOCK;
use super::entropic::{Stop, entropic_in_pieces};
use super::pairs::{Drawn, Pairing, Pairs, Planned, Planning};
use super::rounding::draw_permutation;
use crate::flow::constant::{Constant, Control, Range};
use crate::flow::vocabulary::Entry;
use crate::flow::work::{finish, pause};

/// Blocks of independent draws, whose entropic plan says how likely each source point goes with each target point; the
/// pairs are a permutation drawn from it, so that both marginals are kept exactly.
pub struct Sinkhorn {
    /// Pairs in a block; with 1 the coupling is independent.
    pub batch: usize,
    /// The regularisation as a multiple of the block's mean squared distance.
    pub epsilon: f64,
    /// Standard deviation of the Brownian bridge between the points of a pair, in canvas units per root of time; 0 for
    /// none. With `eps = 2 sigma^2` pairs and bridges are a Schrodinger bridge between the points of the block.
    pub bridge: f64,
}

pub const ENTRY: Entry = Entry {
    name: "Sinkhorn",
    formula: "Within blocks of k pairs, a permutation drawn from the plan P with the smallest Σ P C + ε mean(C) Σ P ln P, \
              C = |x₁ − x₀|²",
    hint: "nearly the optimal permutation for small ε, nearly independent pairs for large.",
    constants: &[
        Constant {
            range: Range::closed(1.0, 1024.0),
            ..BLOCK
        },
        Constant {
            name: "epsilon",
            symbol: "ε",
            default: 0.05,
            range: Range::closed(1e-3, 100.0),
            control: Control::Magnitude,
            hint: "How much entropy counts, in mean squared distances of the block: 0.001 is nearly batch-OT, 10 nearly \
                   independent.",
        },
        Constant {
            name: "bridge",
            symbol: "Bridge σ",
            default: 0.0,
            range: Range::closed(0.0, 100.0),
            control: Control::Drag {
                step: 0.01,
                decimals: 4,
            },
            hint: "Noise σ √(t(1−t)) z about the line of each pair, with the velocity that belongs to it: a Schrödinger \
                   bridge where 2σ² = ε mean(C); 0 for none.",
        },
    ],
};

impl Pairing for Sinkhorn {
    fn is_independent(&self) -> bool {
        self.batch <= 1 && self.bridge == 0.0
    }

    fn block(&self) -> Option<usize> {
        Some(self.batch.max(1))
    }

    fn pair(&self, drawn: Drawn, rng: &mut ChaCha8Rng) -> Result<Pairs, AssignmentError> {
        finish(plan_and_pairs(drawn.pairs, self.epsilon, rng)).map(Planned::into_pairs)
    }

    fn has_plan(&self) -> bool {
        true
    }

    fn planned<'r>(&self, drawn: Pairs, rng: &'r mut ChaCha8Rng) -> Option<Planning<'r>> {
        Some(Box::pin(plan_and_pairs(drawn, self.epsilon, rng)))
    }

    fn bridge(&self) -> f64 {
        self.bridge
    }

    fn is_costly(&self) -> bool {
        self.batch >= 16
    }
}

async fn plan_and_pairs(
    drawn: Pairs,
    epsilon: f64,
    rng: &mut ChaCha8Rng,
) -> Result<Planned, AssignmentError> {
    let plan = entropic_in_pieces(&drawn.x_0, &drawn.x_1, epsilon, Stop::default()).await?;
    pause().await;
    let partners = draw_permutation(&plan, rng);
    Ok(Planned {
        plan,
        drawn,
        partners,
    })
}
