//! What pairs cost under the optimal permutation of blocks of so many: the theorem of larger blocks as numbers.
//!
//! The mean of `|x_1 - x_0|^2` over the pairs of a block falls with its size to `W_2^2` of source and target (Pooladian et
//! al., arXiv 2304.14772, theorem 4.2).

use std::sync::Arc;

use crate::experiment::{Experiment, Problem};
use crate::flow::coupling::{Coupling, PairStream};
use crate::flow::metrics::Mean;
use crate::flow::work::{Work, pause};

use super::probes::OTHER_PAIRS;
use super::{Cost, Demand, Flow, Product, Tools, Wish};

/// Pairs behind a cost: so many blocks of the size, two at least.
const PAIRS: usize = 4096;

/// The cost at each size.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockCosts {
    /// Pairs of a block, ascending, with the mean squared distance of a pair in squared canvas units and its standard
    /// error over the blocks.
    pub costs: Vec<(usize, Mean)>,
}

/// Of which problem.
#[derive(Clone, Debug)]
pub struct Request(Arc<Experiment>);

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        let law = |request: &Self| {
            let Problem {
                source,
                target,
                path,
                ..
            } = request.0.problem.clone();
            (request.0.seed, source, target, path.source_scale())
        };
        Arc::ptr_eq(&self.0, &other.0) || law(self) == law(other)
    }
}

impl Product for BlockCosts {
    const NAME: &'static str = "cost of larger blocks";
    const COST: Cost = Cost::Measurement;
    const OF_THE_FLOW: bool = false;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        match wish.look.block_costs {
            true => Demand::Of(Request(Arc::clone(&wish.flow.experiment))),
            false => Demand::Nothing,
        }
    }

    fn start(_flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let Request(experiment) = request.clone();
        Work::new(async move { Self::of(&experiment).await })
    }
}

impl BlockCosts {
    /// The sizes of blocks: powers of two up to the largest that is trained with.
    pub const SIZES: [usize; 11] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

    /// Those of an experiment's source and target; none if one of them cannot be sampled.
    pub async fn of(experiment: &Experiment) -> Option<Self> {
        let mut costs = Vec::new();
        for size in Self::SIZES {
            costs.push((size, cost(experiment, size).await?));
        }
        Some(Self { costs })
    }
}

/// The mean over blocks of one size, with the error of the blocks' means: pairs of a block depend on each other.
async fn cost(experiment: &Experiment, size: usize) -> Option<Mean> {
    let coupling = match size {
        1 => Coupling::Independent,
        batch => Coupling::BatchOt { batch },
    };
    let blocks = experiment.blocks_of(coupling).ok()?;
    let mut stream = PairStream::new(OTHER_PAIRS);
    let mut costs = Vec::new();
    for _ in 0..(PAIRS / size).max(2) {
        let drawn = stream.next_batch(size, |block, n| blocks.draw(block, n));
        costs.push(drawn.ok()?.cost());
        pause().await;
    }
    Some(Mean::of(costs.into_iter()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;
    use crate::flow::work::finish;

    /// Reference values of eight Gaussians, see MATHS of the project, section 10.
    #[test]
    fn larger_blocks_cost_less_and_as_much_as_they_should() {
        let eight = presets::find("eight-gaussians").unwrap();
        let experiment = eight.experiment().unwrap();
        for (size, expected) in [(1, 27.5), (256, 14.583)] {
            let found = finish(cost(&experiment, size)).unwrap();
            let off = (found.value - expected).abs();
            assert!(off < 4.0 * found.stderr.max(0.01), "{size}: {found:?}");
        }
        let sizes = [2, 16, 128].map(|size| finish(cost(&experiment, size)).unwrap().value);
        assert!(sizes.is_sorted_by(|a, b| a > b), "{sizes:?}");
    }
}
