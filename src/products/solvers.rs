//! What a flow costs to solve: how few evaluations each method needs for end points that are good enough, and how far a
//! particle is from where it started after it went there and back.

use std::sync::Arc;

use crate::flow::Point;
use crate::flow::fewest::Fewest;
use crate::flow::moments::Moments;
use crate::flow::reference::rms_distance;
use crate::flow::solver::{Solver, Steps, ends};
use crate::flow::work::{Parts, Work};

use super::metrics::fine;
use super::{Cost, Demand, Flow, Made, Product, References, Tools, Wish};

/// Most particles that methods are compared on.
pub const PROBES: usize = 256;
/// Velocity evaluations per particle from which on the search for the fewest steps of a method is given up.
pub const SEARCHED: usize = 1024;

/// How the methods do on a flow.
#[derive(Clone, Debug, PartialEq)]
pub struct SolverComparison {
    /// Particles behind every number.
    pub n_samples: usize,
    /// How far end points may be off, root mean square, in units of the canvas: a share of the target's spread.
    pub bound: f64,
    /// How far the end points of the reference moved when its steps were halved.
    pub reference_error: f64,
    /// The methods with equal steps, in the order of [`Solver::EQUAL`].
    pub methods: Vec<MethodCost>,
    /// Dormand-Prince 5(4) at the experiment's tolerance for this comparison.
    pub controlled: ControlledCost,
    /// The experiment's solver from source points to t = 1 and back: root mean square `|Z_0 - back(Z_1)|`.
    pub round_trip: f64,
    /// From target points to t = 0 and back.
    pub round_trip_from_target: f64,
}

/// What a method with equal steps needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MethodCost {
    /// The method with the fewest steps that are enough, or with the most that were tried.
    pub solver: Solver,
    /// Whether they are enough.
    pub is_enough: bool,
    /// Distance of its end points from those of the reference, root mean square.
    pub error: f64,
}

/// What a method that chooses its steps has done.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlledCost {
    /// Its steps.
    pub steps: Steps,
    /// Distance of its end points from those of the reference, root mean square; not-a-number if it did not get there.
    pub error: f64,
}

impl MethodCost {
    /// The smallest number of evaluations per particle; none if there is none within [`SEARCHED`].
    pub fn nfe(&self) -> Option<usize> {
        self.solver.nfe().filter(|_| self.is_enough)
    }
}

impl ControlledCost {
    /// What was asked of a step.
    pub fn tolerance(&self) -> f64 {
        match self.steps.solver {
            Solver::DormandPrince { tolerance, .. } => tolerance,
            _ => f64::NAN,
        }
    }

    /// Evaluations per particle; none if they were not enough.
    pub fn nfe(&self) -> Option<usize> {
        let is_there = self.steps.stopped_at().is_none();
        is_there.then_some(self.steps.nfe)
    }
}

/// Compared on which points, with what asked.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where particles start, from either side.
    pub references: Arc<Made<References>>,
    /// The solver that goes there and back.
    pub solver: Solver,
    /// The end-point error that is allowed, as a share of the target's spread.
    pub error: f64,
    /// The tolerance of Dormand-Prince 5(4).
    pub tolerance: f64,
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        let asked = |request: &Self| (request.solver, request.error, request.tolerance);
        Arc::ptr_eq(&self.references, &other.references) && asked(self) == asked(other)
    }
}

impl Product for SolverComparison {
    const NAME: &'static str = "comparison of the solvers";
    const COST: Cost = Cost::Measurement;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        match wish.made.references.get() {
            _ if !(wish.look.metrics && wish.look.solvers) => Demand::Nothing,
            Some(references) if references.is_demanded(wish) => {
                let readout = &wish.flow.experiment.readout;
                Demand::Of(Request {
                    references: Arc::clone(references),
                    solver: readout.solver,
                    error: readout.evaluation.error,
                    tolerance: readout.evaluation.tolerance,
                })
            }
            _ => Demand::Later,
        }
    }

    fn start(flow: &Flow, request: &Request, tools: &Tools) -> Work<Option<Self>> {
        let (flow, request, parts) = (flow.clone(), request.clone(), tools.parts.clone());
        Work::new(async move {
            let references = Arc::clone(&request.references);
            if flow.is_one_step() {
                return None;
            }
            Some(compare_solvers(&flow, &references, &parts).await)
        })
    }
}

/// Compares the methods as the flow's experiment asks for it.
pub async fn compare_solvers(
    flow: &Flow,
    references: &References,
    parts: &Parts,
) -> SolverComparison {
    let readout = &flow.id.experiment.readout;
    let x_0 = probes(&references.source);
    let range = flow.id.experiment.problem.path.time_range();
    let fine = fine(flow, range, &x_0, parts).await;
    let trial = Trial {
        flow: flow.clone(),
        x_0: x_0.into(),
        fine: fine.ends().into(),
    };
    let spread = Moments::of(&references.target).spread();
    let bound = readout.evaluation.error * spread;
    let searches = Solver::EQUAL.map(|method| {
        let trial = trial.clone();
        Work::new(async move { trial.fewest(method, bound).await })
    });
    let methods = parts.all(searches.into()).await;
    let controlled = Solver::controlled(readout.evaluation.tolerance);
    let (error, steps) = trial.of(controlled).await;
    let x_1 = probes(&references.target);
    let ways = [
        (Arc::clone(&trial.x_0), range),
        (x_1.into(), backward(range)),
    ];
    let ways = ways.map(|(x, range)| {
        let trial = trial.clone();
        Work::new(async move { trial.round_trip(&x, range).await })
    });
    let mut ways = parts.all(ways.into()).await.into_iter();
    let mut next = || ways.next().unwrap_or(f64::NAN);
    SolverComparison {
        n_samples: trial.x_0.len(),
        bound,
        reference_error: fine.error().end_points,
        methods,
        controlled: ControlledCost { steps, error },
        round_trip: next(),
        round_trip_from_target: next(),
    }
}

/// At most [`PROBES`] of the points, evenly by their number.
pub(super) fn probes(points: &[Point]) -> Vec<Point> {
    let apart = points.len().div_ceil(PROBES).max(1);
    points.iter().copied().step_by(apart).collect()
}

fn backward((start, end): (f64, f64)) -> (f64, f64) {
    (end, start)
}

/// What methods are tried on. A trial is one part: who waits for parts of every step waits for the slowest of them.
#[derive(Clone)]
struct Trial {
    flow: Flow,
    x_0: Arc<[Point]>,
    /// Where the reference takes the points.
    fine: Arc<[Point]>,
}

impl Trial {
    fn range(&self) -> (f64, f64) {
        self.flow.id.experiment.problem.path.time_range()
    }

    /// Where the solver takes the points.
    async fn ends(&self, solver: Solver, range: (f64, f64), x: &[Point]) -> (Vec<Point>, Steps) {
        let (rows, alone) = (self.flow.rows(), Parts::default());
        ends(&self.flow.field, solver, range, x, rows, &alone).await
    }

    /// How far the solver ends from the reference, and its steps.
    async fn of(&self, solver: Solver) -> (f64, Steps) {
        let (ends, steps) = self.ends(solver, self.range(), &self.x_0).await;
        (rms_distance(&ends, &self.fine), steps)
    }

    /// The fewest steps of a method whose end points are within the bound.
    async fn fewest(&self, method: Solver, bound: f64) -> MethodCost {
        let most = SEARCHED / method.tableau().stages();
        let mut search = Fewest::up_to(most);
        let mut best = MethodCost {
            solver: method.with_steps(most),
            is_enough: false,
            error: f64::NAN,
        };
        while let Some(steps) = search.next() {
            let solver = method.with_steps(steps);
            let (error, _) = self.of(solver).await;
            let is_enough = error <= bound;
            search.tell(steps, is_enough);
            if is_enough || !best.is_enough {
                best = MethodCost {
                    solver,
                    is_enough,
                    error,
                };
            }
        }
        best
    }

    /// From the points through the range and back again by the experiment's solver: how far they end from where they
    /// started.
    async fn round_trip(&self, x: &[Point], range: (f64, f64)) -> f64 {
        let solver = self.flow.id.experiment.readout.solver;
        let (there, _) = self.ends(solver, range, x).await;
        let (back, _) = self.ends(solver, backward(range), &there).await;
        rms_distance(&back, x)
    }
}
