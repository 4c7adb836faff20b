//! The density that the flow gives its samples less the exact one, both at t = 1, in the cells of the map of the likelihood.

use std::sync::Arc;

use crate::flow::Bounds;
use crate::flow::maps::Raster;
use crate::flow::work::{Work, pause};

use super::exact_maps::current_exact;
use super::{
    Cost, Demand, Exact, Flow, LikelihoodMap, LikelihoodSketch, LogDensityMap, Made, Product,
    Tools, Wish,
};

/// Rows of cells in a piece of work.
const BAND: usize = 4;

/// `p_1` of the flow less that of the problem's marginal field.
#[derive(Clone, Debug, PartialEq)]
pub struct DensityDifference {
    /// The box that the cells fill.
    pub bounds: Bounds,
    /// Cells along x and y.
    pub n: [usize; 2],
    /// In 1 / area, `[iy][ix]`, the lowest row first; not-a-number where the flow comes from nowhere.
    pub values: Vec<f32>,
    /// The largest size of a finite one.
    pub largest: f64,
}

/// Of which map and which field.
#[derive(Clone, Debug)]
pub struct Request {
    map: Map,
    exact: Arc<Made<Exact>>,
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        self.map.is_same(&other.map) && Arc::ptr_eq(&self.exact, &other.exact)
    }
}

/// The better of the maps of one flow.
#[derive(Clone, Debug)]
enum Map {
    Coarse(Arc<Made<LikelihoodSketch>>),
    Fine(Arc<Made<LikelihoodMap>>),
}

impl Map {
    /// The fine one lags behind while training runs or the camera moves.
    fn best(wish: &Wish<'_>) -> Option<Self> {
        let sketch = wish.made.likelihood_sketch.get()?;
        let is_current =
            sketch.is_demanded(wish) && sketch.of.answers(&wish.flow.experiment.problem);
        if !is_current {
            return None;
        }
        let fine = wish.made.likelihood_map.get();
        let fine = fine.filter(|fine| fine.of == sketch.of && fine.request == sketch.request);
        Some(match fine {
            Some(fine) => Self::Fine(Arc::clone(fine)),
            None => Self::Coarse(Arc::clone(sketch)),
        })
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Coarse(a), Self::Coarse(b)) => Arc::ptr_eq(a, b),
            (Self::Fine(a), Self::Fine(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    fn map(&self) -> &LogDensityMap {
        match self {
            Self::Coarse(sketch) => &sketch.0,
            Self::Fine(map) => &map.0,
        }
    }
}

impl Product for DensityDifference {
    const NAME: &'static str = "density less the exact one";
    const COST: Cost = Cost::Picture;
    /// It is that of the map.
    const OF_THE_FLOW: bool = false;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        if !wish.look.density_difference {
            return Demand::Nothing;
        }
        let Some(exact) = current_exact(wish) else {
            return Demand::Later;
        };
        match Map::best(wish) {
            _ if exact.field.is_err() => Demand::Nothing,
            None => Demand::Later,
            Some(map) => Demand::Of(Request {
                map,
                exact: Arc::clone(exact),
            }),
        }
    }

    fn start(_flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let Request { map, exact } = request.clone();
        Work::new(async move {
            let field = exact.field.as_ref().ok()?;
            let &LogDensityMap {
                bounds,
                n,
                ref values,
            } = map.map();
            let mut exact = Vec::with_capacity(values.len());
            for band in (Raster { bounds, n }).bands(BAND) {
                let found = field.evaluate_grid(1.0, band.bounds, band.n);
                exact.extend(found.iter().map(|point| point.log_density));
                pause().await;
            }
            let both = values.iter().zip(exact);
            let values: Vec<f32> = both
                .map(|(model, exact)| (model.exp() - exact.exp()) as f32)
                .collect();
            let finite = values.iter().filter(|value| value.is_finite());
            let largest = finite.fold(0.0, |top: f32, value| top.max(value.abs()));
            Some(Self {
                bounds,
                n,
                values,
                largest: f64::from(largest),
            })
        })
    }
}
