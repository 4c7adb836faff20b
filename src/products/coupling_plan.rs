//! The plan behind an entropic coupling's pairs: of the problem alone, whatever has been learned.

use std::sync::Arc;

use crate::experiment::Experiment;
use crate::flow::metrics::Mean;
use crate::flow::work::{Work, pause};

use super::{Cost, Demand, Flow, Product, Tools, Wish};

/// Pairs in all blocks together from which the costs are averaged, or one block if it is larger.
const PAIRS: usize = 4096;
/// Blocks, at most.
const BLOCKS: usize = 64;

/// What Sinkhorn's iteration has come to in the first blocks that training sees, and what was drawn from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CouplingPlan {
    /// `<P, C>`: the mean squared distance under the plans, over the blocks.
    pub plan_cost: Mean,
    /// That of the pairs that were drawn from them.
    pub drawn_cost: Mean,
    /// The largest L1 distance of a plan's marginals from the uniform one.
    pub error: f64,
    /// The most iterations that a block took.
    pub iterations: usize,
    /// `eps = epsilon x mean(C)`, the mean over the blocks, in squared units of the canvas.
    pub eps: f64,
}

/// The experiment whose plans they are.
#[derive(Clone, Debug)]
pub struct Request(Arc<Experiment>);

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.key_of_pairs() == other.0.key_of_pairs()
    }
}

impl Product for CouplingPlan {
    const NAME: &'static str = "plan of the coupling";
    const COST: Cost = Cost::Measurement;
    const OF_THE_FLOW: bool = false;
    const IS_BASIS: bool = true;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        let has_plan = wish.flow.experiment.problem.coupling.has_plan();
        match wish.look.metrics && has_plan {
            false => Demand::Nothing,
            true => Demand::Of(Request(Arc::clone(&wish.flow.experiment))),
        }
    }

    fn start(_flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let request = request.clone();
        Work::new(async move { Self::of(&request.0).await })
    }
}

impl CouplingPlan {
    /// That of an experiment; none if its coupling has no plan, or its distributions have no points to give.
    pub async fn of(experiment: &Experiment) -> Option<Self> {
        let block = experiment.problem.coupling.block()?;
        let blocks = experiment.blocks().ok()?;
        let (mut plans, mut draws, mut eps) = (Vec::new(), Vec::new(), Vec::new());
        let (mut error, mut iterations) = (0.0_f64, 0);
        for number in 0..PAIRS.div_ceil(block).min(BLOCKS) {
            let planned = blocks.planned(number as u64).await.ok()??;
            plans.push(planned.plan.cost);
            eps.push(planned.plan.eps);
            error = error.max(planned.plan.error);
            iterations = iterations.max(planned.plan.iterations);
            draws.push(planned.into_pairs().cost());
            pause().await;
        }
        Some(Self {
            plan_cost: Mean::of(plans.iter().copied()),
            drawn_cost: Mean::of(draws.iter().copied()),
            error,
            iterations,
            eps: Mean::of(eps.iter().copied()).value,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;
    use crate::flow::coupling::Coupling;
    use crate::flow::work::finish;

    fn plan(coupling: Coupling) -> Option<CouplingPlan> {
        let mut experiment = presets::find("eight-gaussians")
            .unwrap()
            .experiment()
            .unwrap();
        experiment.problem.coupling = coupling;
        finish(CouplingPlan::of(&experiment))
    }

    /// From an independent program: on the eight Gaussians with k = 64, 18.202 for epsilon 0.2 and 24.124 for 1.
    #[test]
    fn drawn_pairs_cost_what_the_plan_costs_and_that_is_known() {
        for (epsilon, known) in [(0.2, 18.202), (1.0, 24.124)] {
            let plan = plan(Coupling::Sinkhorn {
                batch: 64,
                epsilon,
                bridge: 0.0,
            })
            .unwrap();
            let (of_plan, of_draws) = (plan.plan_cost, plan.drawn_cost);
            assert!(
                (of_draws.value / of_plan.value - 1.0).abs() < 0.02,
                "{plan:?}"
            );
            assert!(
                (of_plan.value - known).abs() < 4.0 * of_plan.stderr,
                "{plan:?}"
            );
            assert!(plan.error <= 1e-4 && plan.iterations < 2000, "{plan:?}");
            // The mean cost of all pairs is 27.5.
            assert!((plan.eps / epsilon / 27.5 - 1.0).abs() < 0.05, "{plan:?}");
        }
        assert_eq!(plan(Coupling::BatchOt { batch: 64 }), None);
    }
}
