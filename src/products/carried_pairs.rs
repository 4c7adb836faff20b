//! The pairs that a flow makes: where source points are, and where it takes them.

use crate::flow::coupling::Pairs;
use crate::flow::rng::Stream;
use crate::flow::solver::{Solver, ends};
use crate::flow::work::Parts;

use super::Flow;
use super::points::source_points;

/// Tolerance of the solution, absolute and relative: far below what training could learn.
const TOLERANCE: f64 = 1e-6;

/// `n` pairs `(Z_0, Z_1)` of the flow, by Dormand-Prince 5(4) at 1e-6 from source points of a stream of their own; none if
/// the source cannot be sampled, the flow takes a point nowhere, or it is no flow but one step.
pub async fn carried_pairs(flow: &Flow, n: usize, parts: &Parts) -> Option<Pairs> {
    if flow.is_one_step() {
        return None;
    }
    let experiment = &flow.id.experiment;
    let x_0 = source_points(experiment, Stream::Reflow, n).ok()?;
    let solver = Solver::controlled(TOLERANCE);
    let range = experiment.problem.path.time_range();
    let (x_1, _) = ends(&flow.field, solver, range, &x_0, flow.rows(), parts).await;
    let arrived = x_1.iter().flatten().all(|x| x.is_finite());
    arrived.then_some(Pairs { x_0, x_1 })
}
