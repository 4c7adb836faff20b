//! What was measured at which step of training: S and W2 as curves over the steps.
//!
//! Every measurement of the flow is a point. While nothing trains and the curves are looked at, the checkpoints that nobody
//! has measured are, the roundest steps first.

use std::sync::Arc;

use crate::experiment::Experiment;
use crate::flow::sde::Sampler;
use crate::flow::solver::Solver;
use crate::flow::work::Work;
use crate::model::{Checkpoint, Checkpoints};

use super::{Cost, Demand, Flow, Made, Metrics, Product, References, Tools, Wish, metrics};

/// Most points: a measurement twice a second for a quarter of an hour.
const MAX_POINTS: usize = 2048;

/// What was measured at which step.
#[derive(Clone, Debug)]
pub struct LearningCurve {
    /// What the numbers are of.
    of: Arc<Experiment>,
    /// Steps, ascending.
    pub points: Arc<[CurvePoint]>,
}

/// The numbers of one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// Training steps behind the weights.
    pub step: u64,
    /// S, in squared canvas units.
    pub straightness: f64,
    /// W2 between samples and target, in canvas units.
    pub w2: Option<f64>,
}

/// The next point.
#[derive(Clone, Debug)]
pub struct Request {
    before: Option<Arc<Made<LearningCurve>>>,
    references: Arc<Made<References>>,
    solver: Solver,
    sampler: Sampler,
    next: Next,
}

/// Where the next point comes from.
#[derive(Clone, Debug)]
enum Next {
    /// A measurement that there is.
    Measured(Arc<Made<Metrics>>),
    /// A checkpoint that is to be measured.
    Checkpoint(Checkpoint, Arc<Checkpoints>),
}

impl Next {
    fn step(&self) -> u64 {
        match self {
            Self::Measured(made) => made.of.step,
            Self::Checkpoint(checkpoint, _) => checkpoint.step,
        }
    }
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        let before = |request: &Self| request.before.as_ref().map(Arc::as_ptr);
        before(self) == before(other)
            && Arc::ptr_eq(&self.references, &other.references)
            && (self.solver, self.sampler) == (other.solver, other.sampler)
            && self.next.step() == other.next.step()
    }
}

impl LearningCurve {
    /// What was measured of an experiment, steps ascending.
    pub fn new(of: Arc<Experiment>, points: Arc<[CurvePoint]>) -> Self {
        Self { of, points }
    }

    /// Whether its numbers are measured of what an experiment learns, as it asks for.
    pub fn is_of(&self, experiment: &Arc<Experiment>) -> bool {
        let measured = |e: &Experiment| (e.seed, e.readout.clone());
        Arc::ptr_eq(&self.of, experiment)
            || measured(&self.of) == measured(experiment) && self.of.problem == experiment.problem
    }

    fn has(&self, step: u64) -> bool {
        self.points
            .binary_search_by_key(&step, |point| point.step)
            .is_ok()
    }
}

impl Product for LearningCurve {
    const NAME: &'static str = "learning curve";
    const COST: Cost = Cost::Measurement;
    const OF_THE_FLOW: bool = false;
    const IS_BASIS: bool = true;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        let references = wish.made.references.get();
        let references = match references.filter(|references| references.is_demanded(wish)) {
            _ if !wish.look.metrics => return Demand::Nothing,
            Some(references) => references,
            None => return Demand::Later,
        };
        let experiment = &wish.flow.experiment;
        let before = wish.made.learning_curve.get();
        let before = before.filter(|before| before.is_of(experiment));
        let next = |next| {
            Demand::Of(Request {
                before: before.cloned(),
                references: Arc::clone(references),
                solver: experiment.readout.solver,
                sampler: experiment.readout.sampler,
                next,
            })
        };
        let is_new = |step: u64| !before.is_some_and(|before| before.has(step));
        let is_of_this = |made: &&Arc<Made<Metrics>>| {
            made.is_demanded(wish)
                && made.of.run == wish.flow.run
                && made.of.answers(&experiment.problem)
        };
        let measured = wish.made.metrics.get().filter(is_of_this);
        if let Some(made) = measured.filter(|made| is_new(made.of.step)) {
            return next(Next::Measured(Arc::clone(made)));
        }
        let unmeasured = wish.past.filter(|_| wish.look.curves).and_then(|past| {
            let all = past.all().iter();
            let due = all.filter(|kept| kept.is_landmark() && is_new(kept.step));
            let roundest = due.max_by_key(|kept| (kept.roundness(), kept.step))?;
            Some(Next::Checkpoint(roundest.clone(), Arc::clone(past)))
        });
        unmeasured.map_or(Demand::Done, next)
    }

    fn start(flow: &Flow, request: &Request, tools: &Tools) -> Work<Option<Self>> {
        let (flow, request, tools) = (flow.clone(), request.clone(), tools.clone());
        Work::new(async move {
            let of = Arc::clone(&flow.id.experiment);
            let point = match &request.next {
                Next::Measured(made) => CurvePoint::new(made.of.step, made),
                Next::Checkpoint(checkpoint, all) => {
                    let field = all.field(checkpoint, &of);
                    let past = Flow::learned(field, Arc::clone(&of), flow.id.run);
                    let asked = metrics::Request {
                        references: Arc::clone(&request.references),
                        solver: request.solver,
                        sampler: request.sampler,
                    };
                    let measured = Metrics::start(&past, &asked, &tools).await?;
                    CurvePoint::new(checkpoint.step, &measured)
                }
            };
            let before = request.before.as_ref();
            let points = before.map(|before| before.points.to_vec());
            let points = with(points.unwrap_or_default(), point);
            Some(Self {
                of,
                points: points.into(),
            })
        })
    }
}

impl CurvePoint {
    fn new(step: u64, metrics: &Metrics) -> Self {
        Self {
            step,
            straightness: match metrics.straightness_reason.is_none() {
                true => metrics.trajectories.straightness,
                false => f64::NAN,
            },
            w2: metrics.w2,
        }
    }
}

/// The points with another one; of too many, the one goes whose neighbours are closest in proportion and that no
/// checkpoint stands for.
fn with(mut points: Vec<CurvePoint>, point: CurvePoint) -> Vec<CurvePoint> {
    let at = points.partition_point(|known| known.step < point.step);
    points.insert(at, point);
    if points.len() > MAX_POINTS {
        let proportion = |&i: &usize| {
            let step = |i: usize| (points[i].step + 1) as f64;
            step(i + 1) / step(i - 1)
        };
        let inner = 1..points.len() - 1;
        let others = inner.filter(|&i| i != at && !Checkpoint::is_landmark_step(points[i].step));
        let closest = others.min_by(|a, b| proportion(a).total_cmp(&proportion(b)));
        points.remove(closest.unwrap_or(0));
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_never_has_more_points_than_it_may_and_keeps_its_ends() {
        let point = |step| CurvePoint {
            step,
            straightness: 1.0,
            w2: None,
        };
        let steps = (0..10_000).map(|i| (i * 7919) % 10_007);
        let points = steps.fold(Vec::new(), |points, step| with(points, point(step)));
        assert_eq!(points.len(), MAX_POINTS);
        assert!(points.is_sorted_by(|a, b| a.step < b.step));
        for kept in [1, 50, 1500, 9000] {
            assert!(points.iter().any(|point| point.step == kept), "{kept}");
        }
    }
}
