//! What the flow answers at the point that is asked about, beside the posterior there: its velocity, and its trajectory
//! through the point.

use std::sync::Arc;

use crate::flow::solver::{Solver, solve_in_pieces};
use crate::flow::work::Work;
use crate::flow::{Point, VelocityField};

use super::{Cost, Demand, Flow, Made, Posterior, Product, Tools, Wish};

/// Steps of Runge-Kutta from t = 0 to t = 1 through the point.
const STEPS: usize = 60;

/// The flow's answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The pairs that pass there.
    pub posterior: Arc<Made<Posterior>>,
    /// `v_t(x)`.
    pub velocity: Point,
    /// The trajectory through the point in the order of time, from the start of the path to the point.
    pub before: Vec<Point>,
    /// The same from the point to the end of the path.
    pub after: Vec<Point>,
}

/// Beside which posterior, and whether with a trajectory.
#[derive(Clone, Debug)]
pub struct Request {
    posterior: Arc<Made<Posterior>>,
    way: bool,
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.posterior, &other.posterior) && self.way == other.way
    }
}

impl Product for Answer {
    const NAME: &'static str = "answer at the pointer";
    const COST: Cost = Cost::Picture;
    const FOLLOWS_HAND: bool = true;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        let Some(question) = wish.look.ask else {
            return Demand::Nothing;
        };
        match wish.made.posterior.get() {
            Some(posterior) if posterior.is_demanded(wish) => Demand::Of(Request {
                posterior: Arc::clone(posterior),
                way: question.way,
            }),
            _ => Demand::Later,
        }
    }

    fn start(flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let (flow, Request { posterior, way }) = (flow.clone(), request.clone());
        Work::new(async move {
            let (at, t) = (posterior.at, posterior.t);
            let (start, end) = flow.id.experiment.problem.path.time_range();
            let t = t.clamp(start, end);
            let mut velocity = [[0.0; 2]];
            flow.field.eval(t, &[at], &mut velocity);
            let (mut before, mut after) = (Vec::new(), Vec::new());
            if way {
                before = solved(flow.field.as_ref(), at, (t, start)).await;
                before.reverse();
                after = solved(flow.field.as_ref(), at, (t, end)).await;
            }
            Some(Self {
                posterior,
                velocity: velocity[0],
                before,
                after,
            })
        })
    }
}

/// Where the point goes between two times, the point first.
async fn solved(field: &dyn VelocityField, at: Point, range: (f64, f64)) -> Vec<Point> {
    let steps = ((STEPS as f64 * (range.1 - range.0).abs()).ceil() as usize).max(1);
    let solver = Solver::Rk4 { steps };
    let way = solve_in_pieces(field, solver, range, &[at], 1).await;
    way.of(0).collect()
}
