//! The fastest speed in the part of the plane that is seen, over time.

use std::sync::Arc;

use crate::flow::work::Work;

use super::{Cost, Demand, FieldGrid, Flow, Made, Product, Tools, Wish};

/// A speed for every time of the field's grid.
#[derive(Debug, PartialEq)]
pub struct Fastest(pub Vec<f64>);

/// Of which field.
#[derive(Clone)]
pub struct Request(Arc<Made<FieldGrid>>);

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Product for Fastest {
    const NAME: &'static str = "fastest speed";
    const COST: Cost = Cost::Picture;
    const OF_THE_FLOW: bool = false;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        let field = wish.made.field.get();
        field.map_or(Demand::Later, |field| {
            Demand::Of(Request(Arc::clone(field)))
        })
    }

    fn start(_flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let Request(field) = request.clone();
        Work::new(async move {
            let of_a_time = |velocities: &[[f64; 2]]| {
                let speeds = velocities.iter().map(|v| v[0].hypot(v[1]));
                speeds.fold(0.0, f64::max)
            };
            let cells = (field.n[0] * field.n[1]).max(1);
            Some(Self(
                field.velocities.chunks(cells).map(of_a_time).collect(),
            ))
        })
    }
}
