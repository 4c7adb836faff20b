//! The map of `log p_1` in full, which takes a second.

use crate::flow::work::Work;

use super::likelihood_sketch::{LogDensityMap, Request};
use super::{Cost, Demand, Flow, Product, Tools, Wish};

/// Cells along the longer side.
const ALONG: usize = 112;

/// The map.
#[derive(Clone, Debug, PartialEq)]
pub struct LikelihoodMap(pub LogDensityMap);

impl Product for LikelihoodMap {
    const NAME: &'static str = "map of the likelihood";
    const COST: Cost = Cost::Measurement;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        Request::demand(wish)
    }

    fn start(flow: &Flow, request: &Request, tools: &Tools) -> Work<Option<Self>> {
        let map = request.map(flow, ALONG, tools);
        Work::new(async move { Some(Self(map.await)) })
    }
}
