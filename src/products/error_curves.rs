//! The end-point error of every method against what it costs, on the flow.

use std::sync::Arc;

use crate::flow::Point;
use crate::flow::convergence::ErrorCurve;
use crate::flow::reference::rms_distance;
use crate::flow::solver::{Solver, ends};
use crate::flow::work::{Parts, Work};

use super::metrics::fine;
use super::solvers::probes;
use super::{Cost, Demand, Flow, Made, Product, References, Tools, Wish};

/// Most evaluations per particle of a method with equal steps.
const MOST: usize = 512;
/// Tolerances of Dormand-Prince 5(4).
const TOLERANCES: [f64; 7] = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7];
/// Tolerance of the reference, and the larger one that says how far off it may be.
const TIGHT: (f64, f64) = (1e-8, 1e-7);

/// How the methods do on a flow.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorCurves {
    /// Particles behind every point.
    pub n_samples: usize,
    /// How far the end points of the reference, Dormand-Prince 5(4) at 1e-8, are from those at 1e-7, root mean square: if it
    /// does not get there, what halving the steps of classical Runge-Kutta has changed.
    pub reference_error: f64,
    /// The methods with equal steps in the order of [`Solver::EQUAL`], then Dormand-Prince 5(4).
    pub curves: Vec<ErrorCurve>,
}

/// From which points.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where particles start.
    pub references: Arc<Made<References>>,
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.references, &other.references)
    }
}

impl Product for ErrorCurves {
    const NAME: &'static str = "error curves of the solvers";
    const COST: Cost = Cost::Measurement;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        match wish.made.references.get() {
            _ if !wish.look.convergence => Demand::Nothing,
            Some(references) if references.is_demanded(wish) => Demand::Of(Request {
                references: Arc::clone(references),
            }),
            _ => Demand::Later,
        }
    }

    fn start(flow: &Flow, request: &Request, tools: &Tools) -> Work<Option<Self>> {
        let (flow, request, parts) = (flow.clone(), request.clone(), tools.parts.clone());
        Work::new(async move {
            let x_0 = probes(&request.references.source);
            if flow.is_one_step() {
                return None;
            }
            Some(ErrorCurves::of(&flow, x_0, &parts).await)
        })
    }
}

impl ErrorCurves {
    /// Those of a flow, for particles that start at the points.
    pub async fn of(flow: &Flow, x_0: Vec<Point>, parts: &Parts) -> Self {
        let x_0: Arc<[Point]> = x_0.into();
        let (reference, reference_error) = tight(flow, &x_0, parts).await;
        let reference: Arc<[Point]> = reference.into();
        let works = all().into_iter().map(|(method, solvers)| {
            let (flow, x_0, reference) = (flow.clone(), Arc::clone(&x_0), Arc::clone(&reference));
            Work::new(async move {
                let mut points = Vec::new();
                for solver in solvers {
                    let (ends, nfe) = carried(&flow, solver, &x_0, &Parts::default()).await;
                    points.extend(ends.map(|ends| (nfe, rms_distance(&ends, &reference))));
                }
                ErrorCurve { method, points }
            })
        });
        Self {
            n_samples: x_0.len(),
            reference_error,
            curves: parts.all(works.collect()).await,
        }
    }
}

/// Every method with the numbers of steps, or the tolerances, that it is tried with.
fn all() -> Vec<(Solver, Vec<Solver>)> {
    let equal = Solver::EQUAL.map(|method| {
        let most = MOST / method.tableau().stages();
        let steps = std::iter::successors(Some(1), |n| Some(2 * n));
        let steps = steps.take_while(|n| *n <= most);
        (method, steps.map(|n| method.with_steps(n)).collect())
    });
    let tolerances = TOLERANCES.map(Solver::controlled);
    let controlled = (Solver::controlled(TOLERANCES[0]), tolerances.to_vec());
    equal.into_iter().chain([controlled]).collect()
}

/// Where a solver takes the points, if it gets there, and with how many evaluations.
async fn carried(
    flow: &Flow,
    solver: Solver,
    x_0: &[Point],
    parts: &Parts,
) -> (Option<Vec<Point>>, usize) {
    let range = flow.id.experiment.problem.path.time_range();
    let (ends, steps) = ends(&flow.field, solver, range, x_0, flow.rows(), parts).await;
    let is_there = steps.stopped_at().is_none();
    (is_there.then_some(ends), steps.nfe)
}

/// Where the flow takes the points, and how far off that may be.
async fn tight(flow: &Flow, x_0: &[Point], parts: &Parts) -> (Vec<Point>, f64) {
    let (finer, coarser) = TIGHT;
    let (ends, _) = carried(flow, Solver::controlled(finer), x_0, parts).await;
    let (beside, _) = carried(flow, Solver::controlled(coarser), x_0, parts).await;
    if let (Some(ends), Some(beside)) = (ends, beside) {
        let error = rms_distance(&ends, &beside);
        return (ends, error);
    }
    let range = flow.id.experiment.problem.path.time_range();
    let halving = fine(flow, range, x_0, parts).await;
    (halving.ends(), halving.error().end_points)
}
