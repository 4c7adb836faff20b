//! The pairs that a flow makes: where source points are, and where it takes them.

use std::sync::Arc;

use crate::flow::coupling::{GivenPairs, Pairs};
use crate::flow::rng::Stream;
use crate::flow::solver::carried;
use crate::flow::work::Parts;
use crate::model::NetworkTeacher;

use super::Flow;
use super::points::source_points;

/// `n` pairs `(Z_0, Z_1)` of the flow, by Dormand-Prince 5(4) at 1e-6 from source points of a stream of their own; none if
/// the source cannot be sampled, the flow takes a point nowhere, or it is no flow but one step. A network that has made them
/// stays with them.
pub async fn carried_pairs(flow: &Flow, n: usize, parts: &Parts) -> Option<GivenPairs> {
    if flow.is_one_step() {
        return None;
    }
    let experiment = &flow.id.experiment;
    let x_0 = source_points(experiment, Stream::Reflow, n).ok()?;
    let range = experiment.problem.path.time_range();
    let x_1 = carried(&flow.field, range, &x_0, flow.rows(), parts).await?;
    let given = GivenPairs::new(Pairs { x_0, x_1 });
    let network = flow.network().cloned();
    Some(match network {
        Some(network) => given.made_by(Arc::new(NetworkTeacher::new(network))),
        None => given,
    })
}
