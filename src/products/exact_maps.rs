//! The marginal field in cells over what the camera sees, moment by moment: its density, score, velocity and divergence.

use std::sync::Arc;

use crate::flow::maps::{ExactSlice, Maps, Raster, Spread};
use crate::flow::work::Work;

use super::field::{cells, times};
use super::{Cost, Demand, Exact, Flow, Look, Made, Product, Tools, Wish};

/// Cells along the longer side.
const CELLS: usize = 128;
/// The share of what there is that the scale of a map has room for.
pub(super) const SCALED: f32 = 0.95;

/// What is known of the marginal field at some times.
#[derive(Clone, Debug)]
pub struct ExactMaps {
    /// Time by time.
    pub maps: Maps<ExactSlice>,
    /// `p_t` does not exceed it where 95 % of the probability is, over all times.
    pub top: f64,
}

impl ExactMaps {
    /// Of these slices.
    pub fn of(maps: Maps<ExactSlice>) -> Self {
        let mut spread = Spread::default();
        maps.known().for_each(|slice| spread.add(&slice.spread));
        let top = spread.quantile(SCALED);
        Self { maps, top }
    }
}

/// Of which field, what there is already and the slice to be made.
#[derive(Clone, Debug)]
pub struct Request {
    exact: Arc<Made<Exact>>,
    base: Maps<ExactSlice>,
    slice: usize,
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.exact, &other.exact)
            && self.slice == other.slice
            && self.base.is_same(&other.base)
    }
}

impl Product for ExactMaps {
    const NAME: &'static str = "map of the exact field";
    const COST: Cost = Cost::Picture;
    /// It is the problem's.
    const OF_THE_FLOW: bool = false;
    const FOLLOWS_HAND: bool = true;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        if !wish.look.exact_maps {
            return Demand::Nothing;
        }
        let Some(exact) = current_exact(wish) else {
            return Demand::Later;
        };
        if exact.field.is_err() {
            return Demand::Nothing;
        }
        let base = known(wish, exact).unwrap_or_else(|| blank(wish));
        match base.next(wish.look.moment, |_, _| true) {
            None => Demand::Done,
            Some(slice) => Demand::Of(Request {
                exact: Arc::clone(exact),
                base,
                slice,
            }),
        }
    }

    fn start(_flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let Request { exact, base, slice } = request.clone();
        Work::new(async move {
            let field = exact.field.as_ref().ok()?;
            let t = *base.times().get(slice)?;
            let made = ExactSlice::sample(field, &base.raster, t).await;
            Some(Self::of(base.with(slice, made)))
        })
    }
}

/// The marginal field of the problem, if it is there.
pub(super) fn current_exact<'a>(wish: &Wish<'a>) -> Option<&'a Arc<Made<Exact>>> {
    let exact = wish.made.exact.get();
    exact.filter(|made| made.is_demanded(wish))
}

/// The maps of a field that there are already for what is looked at.
pub(super) fn known(wish: &Wish<'_>, exact: &Arc<Made<Exact>>) -> Option<Maps<ExactSlice>> {
    let made = wish.made.exact_maps.get()?;
    let asked = made.request.as_ref()?;
    let is_same = Arc::ptr_eq(&asked.exact, exact) && made.maps.raster == raster(wish.look);
    is_same.then(|| made.maps.clone())
}

/// The cells of all maps.
pub(super) fn raster(look: &Look) -> Raster {
    Raster {
        bounds: look.bounds,
        n: cells(look.bounds, CELLS),
    }
}

/// Maps of what is looked at, without any slice.
pub(super) fn blank<S>(wish: &Wish<'_>) -> Maps<S> {
    let times = times(wish.flow.experiment.problem.path);
    Maps::new(raster(wish.look), times.into())
}
