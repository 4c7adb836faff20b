//! The pairs whose paths pass the point that is asked about: what the exact velocity there is the mean of.

use std::sync::Arc;

use crate::flow::Point;
use crate::flow::exact::{Basis, Fan};
use crate::flow::work::Work;

use super::{Cost, Demand, Exact, Flow, Made, Product, Tools, Wish};

/// A point at a time about which is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Question {
    /// The point, on the canvas.
    pub at: Point,
    /// The time, 0 to 1.
    pub t: f64,
    /// Whether the trajectory through the point is wanted, too.
    pub way: bool,
}

/// The pairs whose paths pass a point at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    /// The point.
    pub at: Point,
    /// The time.
    pub t: f64,
    /// The pairs and what they amount to, or why that is not known, in a sentence.
    pub fan: Result<Fan, String>,
    /// What that rests on.
    pub basis: Option<Basis>,
}

/// Of which problem, where and when.
#[derive(Clone, Debug)]
pub struct Request {
    exact: Arc<Made<Exact>>,
    at: Point,
    t: f64,
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.exact, &other.exact) && (self.at, self.t) == (other.at, other.t)
    }
}

impl Product for Posterior {
    const NAME: &'static str = "picture of the posterior";
    const COST: Cost = Cost::Picture;
    const OF_THE_FLOW: bool = false;
    const FOLLOWS_HAND: bool = true;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        let Some(question) = wish.look.ask else {
            return Demand::Nothing;
        };
        match wish.made.exact.get() {
            Some(exact) if exact.is_demanded(wish) => Demand::Of(Request {
                exact: Arc::clone(exact),
                at: question.at,
                t: question.t,
            }),
            _ => Demand::Later,
        }
    }

    fn start(_flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let Request { exact, at, t } = request.clone();
        Work::new(async move {
            let field = exact.field.as_ref();
            Some(Self {
                at,
                t,
                fan: field.map_or_else(|e| Err(e.to_string()), |field| Ok(field.fan(t, at))),
                basis: field.ok().map(|field| field.basis()),
            })
        })
    }
}
