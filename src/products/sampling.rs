//! By which steps a flow's particles are carried: a solver's, or those of the stochastic equation with the same densities.

use std::sync::Arc;

use crate::experiment::Experiment;
use crate::flow::Point;
use crate::flow::sde::{Sampler, Sde};
use crate::flow::solver::{self, Solver, Steps, solve_with_steps};
use crate::flow::trajectory::Trajectories;
use crate::flow::work::{Parts, Work};

use super::Flow;

/// The stochastic equation that an experiment's flow is sampled by; none for the ODE, and where no score is known.
pub fn sde(experiment: &Experiment, sampler: Sampler) -> Option<Sde> {
    let problem = &experiment.problem;
    let Sampler::Sde { strength } = sampler else {
        return None;
    };
    let source_std = problem.score_scale().ok()?;
    Some(Sde {
        strength,
        path: problem.path,
        source_std,
        narrowest: problem.target.narrowest_variance(),
        seed: experiment.seed,
    })
}

/// Particles on their way from the first time of a range to the second, and the steps that they took.
pub(super) async fn carried(
    flow: &Flow,
    (solver, sampler): (Solver, Sampler),
    range: (f64, f64),
    x_0: &[Point],
) -> (Trajectories, Steps) {
    let field = flow.field.as_ref();
    match sde(&flow.id.experiment, sampler) {
        None => solve_with_steps(field, solver, range, x_0, flow.rows()).await,
        Some(sde) => {
            let steps = Steps::stochastic(solver, range, sde);
            let carried = solver::follow(field, &steps, x_0, flow.rows()).await;
            (carried, steps)
        }
    }
}

/// Where the particles are at the end, and the steps.
pub(super) async fn ends(
    flow: &Flow,
    (solver, sampler): (Solver, Sampler),
    range: (f64, f64),
    x_0: &[Point],
    rows: usize,
    parts: &Parts,
) -> (Vec<Point>, Steps) {
    let Some(sde) = sde(&flow.id.experiment, sampler) else {
        return solver::ends(&flow.field, solver, range, x_0, rows, parts).await;
    };
    let steps = Arc::new(Steps::stochastic(solver, range, sde));
    let works = x_0.chunks(rows.max(1)).enumerate().map(|(chunk, x_0)| {
        let (flow, steps, x_0) = (flow.clone(), Arc::clone(&steps), x_0.to_vec());
        Work::new(async move {
            let (field, first) = (flow.field.as_ref(), chunk * rows.max(1));
            let carried = solver::follow_from(field, &steps, first, &x_0, rows).await;
            carried.last().to_vec()
        })
    });
    let ends = parts.all(works.collect()).await.concat();
    (ends, Steps::clone(&steps))
}
