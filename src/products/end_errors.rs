//! How far the experiment's solver ends from where the flow takes a particle, for the particles on the canvas.

use crate::flow::Point;
use crate::flow::solver::{Solver, ends};
use crate::flow::work::Work;

use super::metrics::fine;
use super::{Cost, Demand, Flow, Product, Tools, Wish};
use crate::experiment::End;

/// Where particles end by the experiment's solver, and by the reference.
#[derive(Clone, Debug, PartialEq)]
pub struct EndErrors {
    /// By the solver; not-a-number if it did not get there.
    pub ends: Vec<Point>,
    /// By the reference.
    pub fine: Vec<Point>,
}

/// How many particles, from where, and by which method.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Particles.
    pub particles: usize,
    /// Seed of their starts.
    pub seed: u64,
    /// The end that they start at.
    pub from: End,
    /// The experiment's solver.
    pub solver: Solver,
}

impl Product for EndErrors {
    const NAME: &'static str = "picture of the solver's errors";
    const COST: Cost = Cost::Picture;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        let experiment = &wish.flow.experiment;
        match wish.look.errors {
            // There is no flow to miss.
            _ if experiment.problem.velocity.is_one_step() => Demand::Nothing,
            0 => Demand::Nothing,
            particles => Demand::Of(Request {
                particles,
                seed: experiment.seed,
                from: wish.look.from,
                solver: experiment.readout.solver,
            }),
        }
    }

    fn start(flow: &Flow, request: &Request, tools: &Tools) -> Work<Option<Self>> {
        let (flow, request, parts) = (flow.clone(), request.clone(), tools.parts.clone());
        Work::new(async move {
            let Request {
                particles,
                from,
                solver,
                ..
            } = request;
            let experiment = &flow.id.experiment;
            let starts = super::points::starts(experiment, from, particles).ok()?;
            let range = super::points::range(experiment, from);
            let rows = flow.rows();
            let (ends, _) = ends(&flow.field, solver, range, &starts, rows, &parts).await;
            let fine = fine(&flow, range, &starts, &parts).await;
            Some(Self {
                ends,
                fine: fine.ends(),
            })
        })
    }
}
