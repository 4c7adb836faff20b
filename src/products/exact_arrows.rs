//! The marginal field on a grid over what the camera sees, for arrows: at the same places as the flow's.

use std::sync::Arc;

use crate::flow::Bounds;
use crate::flow::grid::FieldGrid;
use crate::flow::work::Work;

use super::exact_maps::current_exact;
use super::field::{cells, times};
use super::{Cost, Demand, Exact, Flow, Made, Product, Tools, Wish};

/// Points that are evaluated at once.
const ROWS: usize = 256;

/// Arrows of the marginal field.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactArrows {
    /// The field at some times.
    pub grid: FieldGrid,
}

/// Of which field, where, and how many cells along the longer side.
#[derive(Clone, Debug)]
pub struct Request {
    exact: Arc<Made<Exact>>,
    bounds: Bounds,
    along: usize,
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.exact, &other.exact)
            && (self.bounds, self.along) == (other.bounds, other.along)
    }
}

impl Product for ExactArrows {
    const NAME: &'static str = "picture of the exact field";
    const COST: Cost = Cost::Picture;
    /// It is the problem's.
    const OF_THE_FLOW: bool = false;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        match current_exact(wish) {
            _ if !wish.look.exact_arrows => Demand::Nothing,
            None => Demand::Later,
            Some(exact) if exact.field.is_err() => Demand::Nothing,
            Some(exact) => Demand::Of(Request {
                exact: Arc::clone(exact),
                bounds: wish.look.bounds,
                along: wish.look.field,
            }),
        }
    }

    fn start(_flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let Request {
            exact,
            bounds,
            along,
        } = request.clone();
        Work::new(async move {
            let field = exact.field.as_ref().ok()?;
            let (n, times) = (cells(bounds, along), times(field.path()));
            let grid = FieldGrid::sample(field, bounds, n, times, ROWS).await;
            Some(Self { grid })
        })
    }
}
