//! The marginal field of the problem, for what shows or measures it beside the learned one.

use std::sync::Arc;

use crate::experiment::{Experiment, Problem};
use crate::flow::exact::{MarginalError, MarginalField, Setting};
use crate::flow::work::Work;

use super::{Cost, Demand, Flow, Product, Tools, Wish};

/// `p_t` and `u_t` of a problem, or why there are none.
#[derive(Clone, Debug)]
pub struct Exact {
    /// The field.
    pub field: Result<MarginalField, MarginalError>,
}

/// The experiment whose problem it is of.
#[derive(Clone, Debug)]
pub struct Request(Arc<Experiment>);

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || have_same_marginal(&self.0, &other.0)
    }
}

/// Whether the marginal fields of both are the same.
pub fn have_same_marginal(a: &Experiment, b: &Experiment) -> bool {
    key(a) == key(b)
}

/// What the marginal field depends on.
fn key(experiment: &Experiment) -> impl PartialEq {
    let Problem {
        source,
        target,
        path,
        coupling,
        pairs,
        noise,
        velocity,
    } = &experiment.problem;
    let joint = (*coupling, pairs.clone());
    let law = (source, target, *path, joint, *noise);
    (experiment.seed, law, velocity.is_one_step())
}

impl Product for Exact {
    const NAME: &'static str = "exact field";
    const COST: Cost = Cost::Picture;
    const OF_THE_FLOW: bool = false;
    const IS_BASIS: bool = true;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        match wish.look.exact {
            false => Demand::Nothing,
            true => Demand::Of(Request(Arc::clone(&wish.flow.experiment))),
        }
    }

    fn start(_flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let experiment = Arc::clone(&request.0);
        Work::new(async move {
            Some(Self {
                field: marginal_field(&experiment),
            })
        })
    }
}

/// The marginal field of an experiment's problem.
///
/// # Errors
/// As [`MarginalField::new`]; [`MarginalError::OneStep`] for a distilled network.
pub fn marginal_field(experiment: &Experiment) -> Result<MarginalField, MarginalError> {
    let Problem {
        source,
        target,
        path,
        coupling,
        pairs,
        noise,
        velocity,
    } = &experiment.problem;
    if velocity.is_one_step() {
        return Err(MarginalError::OneStep);
    }
    MarginalField::new(&Setting {
        path: *path,
        source,
        target,
        coupling: *coupling,
        given: pairs.as_ref(),
        noise: *noise,
        seed: experiment.seed,
    })
}
