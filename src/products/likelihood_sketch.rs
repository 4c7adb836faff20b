//! A coarse map of `log p_1`, which is there soon and again and again while training runs.

use std::sync::Arc;

use crate::flow::Bounds;
use crate::flow::grid::cell_centres;
use crate::flow::likelihood::{Divergence, Encoded};
use crate::flow::work::{Parts, Work};

use super::field::cells;
use super::{Cost, Demand, Flow, LikelihoodBasis, Made, Product, Tools, Wish};

/// Cells along the longer side.
const ALONG: usize = 36;

/// `log p_1` at the centres of equal cells.
#[derive(Clone, Debug, PartialEq)]
pub struct LogDensityMap {
    /// The box that the cells fill.
    pub bounds: Bounds,
    /// Cells along x and y.
    pub n: [usize; 2],
    /// In nats, `[iy][ix]`, the lowest row first; not-a-number where the flow comes from nowhere.
    pub values: Vec<f64>,
}

impl LogDensityMap {
    /// That of a flow; empty where its source has no density.
    pub async fn of(
        flow: &Flow,
        basis: &LikelihoodBasis,
        divergence: Divergence,
        (bounds, n): (Bounds, [usize; 2]),
        parts: &Parts,
    ) -> Self {
        let seed = flow.id.experiment.seed;
        let Ok(source) = &basis.source else {
            let (n, values) = ([0, 0], Vec::new());
            return Self { bounds, n, values };
        };
        let xs: Vec<_> = cell_centres(bounds, n).collect();
        let encoded = basis.encode(flow, divergence, &xs, parts).await;
        let value = |(index, e): (u64, Encoded)| {
            let log_p_0 = source.at(e.x_0);
            divergence.log_likelihood(&e, log_p_0, (seed, index)).value
        };
        Self {
            bounds,
            n,
            values: (0..).zip(encoded).map(value).collect(),
        }
    }

    /// The integral of the density over the box, by the midpoint rule; none for an empty map.
    pub fn mass(&self) -> Option<f64> {
        let cell = self.bounds.width() * self.bounds.height() / self.values.len() as f64;
        let sum: f64 = self.values.iter().map(|log| log.exp()).sum();
        Some(sum * cell).filter(|mass| mass.is_finite())
    }
}

/// Of which part of the plane, made how.
#[derive(Clone, Debug)]
pub struct Request {
    /// What it builds on.
    pub basis: Arc<Made<LikelihoodBasis>>,
    /// The part of the plane.
    pub bounds: Bounds,
    /// How the divergence is found.
    pub divergence: Divergence,
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        let asked = |request: &Self| (request.bounds, request.divergence);
        Arc::ptr_eq(&self.basis, &other.basis) && asked(self) == asked(other)
    }
}

impl Request {
    /// What is asked for if the map is looked at.
    pub(super) fn demand(wish: &Wish<'_>) -> Demand<Self> {
        match current_basis(wish) {
            _ if !wish.look.likelihood_map => Demand::Nothing,
            None => Demand::Later,
            Some(basis) => Demand::Of(Self {
                basis,
                bounds: wish.look.bounds,
                divergence: wish.flow.experiment.readout.evaluation.divergence,
            }),
        }
    }

    /// The map with so many cells along the longer side.
    pub(super) fn map(&self, flow: &Flow, along: usize, tools: &Tools) -> Work<LogDensityMap> {
        let (flow, request, parts) = (flow.clone(), self.clone(), tools.parts.clone());
        Work::new(async move {
            let place = (request.bounds, cells(request.bounds, along));
            LogDensityMap::of(&flow, &request.basis, request.divergence, place, &parts).await
        })
    }
}

/// The basis that there is, if it is one of the problem; its weights may be a little older.
pub(super) fn current_basis(wish: &Wish<'_>) -> Option<Arc<Made<LikelihoodBasis>>> {
    let basis = wish.made.likelihood_basis.get()?;
    let is_current = basis.of.run == wish.flow.run
        && basis.of.answers(&wish.flow.experiment.problem)
        && basis.is_demanded(wish);
    is_current.then(|| Arc::clone(basis))
}

/// The coarse map.
#[derive(Clone, Debug, PartialEq)]
pub struct LikelihoodSketch(pub LogDensityMap);

impl Product for LikelihoodSketch {
    const NAME: &'static str = "sketch of the likelihood";
    const COST: Cost = Cost::Picture;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        Request::demand(wish)
    }

    fn start(flow: &Flow, request: &Request, tools: &Tools) -> Work<Option<Self>> {
        let map = request.map(flow, ALONG, tools);
        Work::new(async move { Some(Self(map.await)) })
    }
}
