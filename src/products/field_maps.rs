//! The flow's field in cells over what the camera sees, against the marginal field, moment by moment.
//!
//! While training goes on, slices are made anew one after the other, what is looked at more often than the rest.

use std::sync::Arc;

use crate::flow::maps::{ExactSlice, FieldSlice, Maps, Spread};
use crate::flow::work::Work;

use super::exact_maps::{SCALED, blank, current_exact, known, raster};
use super::{Cost, Demand, Flow, FlowId, Product, Tools, Wish};

/// Points of a field that is no network which are evaluated at once: one of a drawing has thousands of kernels.
const ROWS: usize = 256;

/// A field at some times.
#[derive(Clone, Debug)]
pub struct FieldMaps {
    /// Time by time.
    pub maps: Maps<FieldSlice>,
    /// What the numbers do not exceed.
    pub tops: FieldTops,
}

/// What numbers do not exceed where 95 % of the probability is, over all times.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FieldTops {
    /// `|v - u|`.
    pub error: f64,
    /// `|div v|`.
    pub divergence: f64,
    /// The continuity residual.
    pub continuity: f64,
    /// The PPD residual.
    pub ppd: f64,
}

impl FieldTops {
    fn of(maps: &Maps<FieldSlice>) -> Self {
        let mut spreads: [Spread; 4] = Default::default();
        for slice in maps.known() {
            spreads[3].add(&slice.divergence_spread);
            let against = slice.against.iter().flat_map(|against| &against.spreads);
            for (sum, spread) in spreads.iter_mut().zip(against) {
                sum.add(spread);
            }
        }
        let [error, continuity, ppd, divergence] = spreads.map(|spread| spread.quantile(SCALED));
        Self {
            error,
            divergence,
            continuity,
            ppd,
        }
    }
}

impl FieldMaps {
    /// Of these slices.
    pub fn of(maps: Maps<FieldSlice>) -> Self {
        let tops = FieldTops::of(&maps);
        Self { maps, tops }
    }
}

/// What there is already, the slice to be made, and what it is compared with.
#[derive(Clone, Debug)]
pub struct Request {
    base: Maps<FieldSlice>,
    slice: usize,
    exact: Option<Arc<ExactSlice>>,
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        self.slice == other.slice
            && is_against(self.exact.as_ref(), other.exact.as_ref())
            && self.base.is_same(&other.base)
    }
}

impl Product for FieldMaps {
    const NAME: &'static str = "map of the field";
    const COST: Cost = Cost::Picture;
    const FOLLOWS_HAND: bool = true;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        if !wish.look.field_maps {
            return Demand::Nothing;
        }
        let Some(exact) = current_exact(wish) else {
            return Demand::Later;
        };
        let blank_maps = || known(wish, exact).unwrap_or_else(|| blank(wish));
        let exact_maps: Option<Maps<ExactSlice>> = exact.field.is_ok().then(blank_maps);
        let against = |k: usize| exact_maps.as_ref().and_then(|maps| maps.get(k));
        let is_of_now = |k: usize, slice: &FieldSlice| {
            let known = slice.against.as_ref().map(|against| &against.exact);
            is_against(known, against(k))
        };
        let mut base = usable(wish).unwrap_or_else(|| blank(wish));
        let step = wish.flow.step;
        base.retain(|k, slice| is_near(slice.step, step) && is_of_now(k, slice));
        let Some(slice) = base.next(wish.look.moment, |_, slice| slice.step == step) else {
            return Demand::Done;
        };
        if exact_maps.is_some() && against(slice).is_none() {
            return Demand::Later;
        }
        Demand::Of(Request {
            exact: against(slice).cloned(),
            base,
            slice,
        })
    }

    fn start(flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let (flow, request) = (flow.clone(), request.clone());
        Work::new(async move {
            let Request { base, slice, exact } = request;
            let t = *base.times().get(slice)?;
            let rows = match flow.network() {
                Some(_) => flow.rows(),
                None => ROWS,
            };
            let at = (t, flow.id.step);
            let made = FieldSlice::sample(flow.field.as_ref(), exact, &base.raster, at, rows).await;
            Some(Self::of(base.with(slice, made)))
        })
    }
}

/// The maps of this run for the same problem and the same part of the plane, of whatever step.
fn usable(wish: &Wish<'_>) -> Option<Maps<FieldSlice>> {
    let made = wish.made.field_maps.get()?;
    let FlowId {
        experiment, run, ..
    } = wish.flow;
    let is_same = made.of.run == *run
        && made.of.answers(&experiment.problem)
        && made.maps.raster == raster(wish.look);
    is_same.then(|| made.maps.clone())
}

/// Whether weights of one step may still stand for those of another: not before a step that was gone back to, and not
/// after training has doubled.
fn is_near(made: u64, now: u64) -> bool {
    (now / 2..=now).contains(&made)
}

fn is_against(a: Option<&Arc<ExactSlice>>, b: Option<&Arc<ExactSlice>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}
