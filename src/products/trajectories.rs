//! Particles on their way between source and target, every step of theirs kept.

use std::sync::Arc;

use crate::flow::sde::Sampler;
use crate::flow::solver::{Solver, Steps};
use crate::flow::trajectory::Trajectories;
use crate::flow::work::{Work, pause};

use super::points::{range, starts};
use super::sampling::carried;
use super::{Cost, Demand, Flow, Product, Tools, Wish};
use crate::experiment::End;

/// Trajectory points, 16 bytes each: more particles than fit are not followed.
const MAX_POINTS: usize = 8_000_000;
/// Particles whose chord and arc are measured in one piece.
const PIECE: usize = 256;

/// Particles that are followed one by one.
#[derive(Debug)]
pub struct Followed {
    /// Their positions at every node of the solver, in the order of time whichever end they start at.
    pub trajectories: Trajectories,
    /// The steps that they took.
    pub steps: Steps,
    /// Chord length over arc length of each particle's trajectory, in (0, 1].
    pub chord_ratios: Vec<f64>,
}

/// How many, from where, and by which method.
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
    /// Whether its steps follow the field or the stochastic equation.
    pub sampler: Sampler,
}

impl Product for Followed {
    const NAME: &'static str = "picture";
    const COST: Cost = Cost::Picture;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        let experiment = &wish.flow.experiment;
        Demand::Of(Request {
            particles: wish.look.particles,
            seed: experiment.seed,
            from: wish.look.from,
            solver: experiment.readout.solver,
            sampler: experiment.readout.sampler,
        })
    }

    fn start(flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let (flow, request) = (flow.clone(), request.clone());
        Work::new(async move {
            let Request {
                particles,
                from,
                solver,
                sampler,
                ..
            } = request;
            let experiment = Arc::clone(&flow.id.experiment);
            let room = MAX_POINTS / solver.n_nodes();
            let x_0 = starts(&experiment, from, particles.min(room)).ok()?;
            let time_range = range(&experiment, from);
            let by = (solver, sampler);
            let (mut trajectories, steps) = carried(&flow, by, time_range, &x_0).await;
            if from == End::Target {
                trajectories.reverse().await;
            }
            let mut chord_ratios = Vec::with_capacity(x_0.len());
            for particle in 0..x_0.len() {
                chord_ratios.push(trajectories.chord_ratio(particle));
                if particle % PIECE == PIECE - 1 {
                    pause().await;
                }
            }
            Some(Self {
                trajectories,
                steps,
                chord_ratios,
            })
        })
    }
}
