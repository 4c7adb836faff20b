//! The density of the particles that are followed, over what the camera sees.

use std::sync::Arc;

use crate::flow::Bounds;
pub use crate::flow::grid::DensityStack;
use crate::flow::work::Work;

use super::field::cells;
use super::{Cost, Demand, Flow, Followed, Made, Product, Tools, Wish};

/// Times and cells along the longer side.
const TIMES: usize = 26;
const CELLS: usize = 96;

/// Of which trajectories, and where.
#[derive(Clone, Debug)]
pub struct Request {
    /// The particles.
    pub followed: Arc<Made<Followed>>,
    /// The part of the plane.
    pub bounds: Bounds,
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.followed, &other.followed) && self.bounds == other.bounds
    }
}

impl Product for DensityStack {
    const NAME: &'static str = "picture of the density";
    const COST: Cost = Cost::Picture;
    /// It is that of the trajectories.
    const OF_THE_FLOW: bool = false;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        let is_current = |followed: &&Arc<Made<Followed>>| {
            let problem = &wish.flow.experiment.problem;
            followed.of.answers(problem) && followed.is_demanded(wish)
        };
        match wish.made.trajectories.get().filter(is_current) {
            _ if !wish.look.density => Demand::Nothing,
            None => Demand::Later,
            Some(followed) => Demand::Of(Request {
                followed: Arc::clone(followed),
                bounds: wish.look.bounds,
            }),
        }
    }

    fn start(_flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let Request { followed, bounds } = request.clone();
        Work::new(async move {
            let n = cells(bounds, CELLS);
            Some(Self::estimate_in_pieces(&followed.trajectories, bounds, n, TIMES).await)
        })
    }
}
