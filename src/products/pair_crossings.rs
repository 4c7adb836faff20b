//! How often the lines between paired points cross: of the problem alone, whatever has been learned.

use std::sync::Arc;

use crate::experiment::Experiment;
use crate::flow::coupling::PairStream;
use crate::flow::crossings::crossing_rate;
use crate::flow::metrics::Mean;
use crate::flow::work::{Work, pause};

use super::{Cost, Demand, Flow, Product, Tools, Wish};

/// Pairs that are looked at, and as many trajectories.
pub(super) const CROSSING: usize = 256;

/// The crossing rate of the segments from x_0 to x_1, of the first pairs that training sees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairCrossings(pub Mean);

/// The experiment whose pairs they are.
#[derive(Clone, Debug)]
pub struct Request(Arc<Experiment>);

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.key_of_pairs() == other.0.key_of_pairs()
    }
}

impl Product for PairCrossings {
    const NAME: &'static str = "count of crossing pairs";
    const COST: Cost = Cost::Measurement;
    const OF_THE_FLOW: bool = false;
    const IS_BASIS: bool = true;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        match wish.look.metrics {
            false => Demand::Nothing,
            true => Demand::Of(Request(Arc::clone(&wish.flow.experiment))),
        }
    }

    fn start(_flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let request = request.clone();
        Work::new(async move { Self::count(&request.0).await })
    }
}

impl PairCrossings {
    /// That of an experiment; none if its distributions or its coupling have no pairs to give. The pairs are the first
    /// 256 of the seed's training, a block of the coupling being one piece of work, as in training.
    pub async fn count(experiment: &Experiment) -> Option<Self> {
        let blocks = experiment.blocks().ok()?;
        let drawn = PairStream::default().next_batch(CROSSING, |block, n| blocks.draw(block, n));
        let pairs = drawn.ok()?;
        pause().await;
        let lines = pairs.iter().map(|(x_0, x_1)| vec![x_0, x_1]);
        crossing_rate(lines.collect()).await.map(Self)
    }
}
