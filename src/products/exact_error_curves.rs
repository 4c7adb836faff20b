//! The end-point error of every method against what it costs, on the exact field of the problem.

use std::sync::Arc;

use crate::flow::work::Work;

use super::error_curves::ErrorCurves;
use super::solvers::probes;
use super::{Cost, Demand, Exact, Flow, Made, Product, References, Tools, Wish};

/// Most particles: an exact field of many components is dear.
const PARTICLES: usize = 64;

/// What the flow's own curves are to be compared with; nothing where the problem has no such field.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactErrorCurves(pub Option<ErrorCurves>);

/// Of which field, from which points.
#[derive(Clone, Debug)]
pub struct Request {
    /// The field.
    pub exact: Arc<Made<Exact>>,
    /// Where particles start.
    pub references: Arc<Made<References>>,
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.exact, &other.exact) && Arc::ptr_eq(&self.references, &other.references)
    }
}

impl Product for ExactErrorCurves {
    const NAME: &'static str = "error curves of the exact field";
    const COST: Cost = Cost::Measurement;
    const OF_THE_FLOW: bool = false;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        match (wish.made.exact.get(), wish.made.references.get()) {
            _ if !(wish.look.convergence && wish.look.exact) => Demand::Nothing,
            (Some(exact), Some(references))
                if exact.is_demanded(wish) && references.is_demanded(wish) =>
            {
                Demand::Of(Request {
                    exact: Arc::clone(exact),
                    references: Arc::clone(references),
                })
            }
            _ => Demand::Later,
        }
    }

    fn start(flow: &Flow, request: &Request, tools: &Tools) -> Work<Option<Self>> {
        let (id, request, parts) = (flow.id.clone(), request.clone(), tools.parts.clone());
        Work::new(async move {
            let Ok(field) = request.exact.field.clone() else {
                return Some(Self(None));
            };
            let exact = Flow::new(Arc::new(field), Arc::clone(&id.experiment), id.run);
            let mut x_0 = probes(&request.references.source);
            x_0.truncate(PARTICLES);
            Some(Self(Some(ErrorCurves::of(&exact, x_0, &parts).await)))
        })
    }
}
