//! What measurements compare with: points of source and target, and how far apart sets of such points are.

use std::sync::Arc;

use crate::experiment::{Evaluation, Experiment};
use crate::flow::Point;
use crate::flow::coupling::assignment::{AssignmentError, w2_squared_in_pieces};
use crate::flow::distribution::{DistributionError, Sampler};
use crate::flow::moments::Moments;
use crate::flow::rng::{Stream, stream};
use crate::flow::work::{Parts, Work, pause};

use super::points::scaled;
use super::{Cost, Demand, Flow, Product, Tools, Wish};

/// Pairs of independent target draws behind the floor of W2.
const FLOOR_PAIRS: u64 = 16;
/// Pairs of independent source draws behind the noise of W2 between source and target; their streams follow on those
/// of the target.
const SOURCE_PAIRS: u64 = 4;

/// Points and exact distances that depend on the experiment's distributions only.
#[derive(Clone, Debug)]
pub struct References {
    /// Where the evaluation trajectories start: source points on the canvas.
    pub source: Vec<Point>,
    /// Held-out target points.
    pub target: Vec<Point>,
    /// Mean W2 between pairs of target draws of the same size.
    pub w2_floor: Option<f64>,
    /// The same of source draws.
    pub w2_source_floor: Option<f64>,
    /// Squared W2 between source and target points.
    pub w2_source_target_squared: Option<f64>,
    /// W2 between the target points and the source points with the target's mean and covariance.
    pub w2_affine: Option<f64>,
}

/// The experiment whose distributions they are of.
#[derive(Clone, Debug)]
pub struct Request(Arc<Experiment>);

impl Request {
    /// What they depend on.
    fn key(&self) -> impl PartialEq {
        let Experiment { seed, problem, .. } = &*self.0;
        let scale = problem.path.source_scale();
        (
            seed,
            &problem.source,
            scale,
            &problem.target,
            sizes(&self.0),
        )
    }
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.key() == other.key()
    }
}

/// Points of the trajectories and of the exact W2.
fn sizes(experiment: &Experiment) -> (usize, usize) {
    let Evaluation {
        samples,
        w2_samples,
        ..
    } = experiment.readout.evaluation;
    (samples, w2_samples.min(samples))
}

impl Product for References {
    const NAME: &'static str = "reference of the measurement";
    const COST: Cost = Cost::Measurement;
    const OF_THE_FLOW: bool = false;
    const IS_BASIS: bool = true;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        match wish.look.metrics {
            false => Demand::Nothing,
            true => Demand::Of(Request(Arc::clone(&wish.flow.experiment))),
        }
    }

    fn start(_flow: &Flow, request: &Request, tools: &Tools) -> Work<Option<Self>> {
        let (request, parts) = (request.clone(), tools.parts.clone());
        Work::new(async move { Self::draw(&request.0, &parts).await.ok() })
    }
}

impl References {
    /// Those of an experiment.
    ///
    /// # Errors
    /// If a distribution cannot be sampled.
    pub async fn draw(experiment: &Experiment, parts: &Parts) -> Result<Self, DistributionError> {
        let Experiment { seed, problem, .. } = experiment;
        let (seed, scale) = (*seed, problem.path.source_scale());
        let (samples, n_w2) = sizes(experiment);
        let of_source = problem.source.sampler()?;
        let of_target = problem.target.sampler()?;
        let mut rng = stream(seed, Stream::EvaluationSource, 0);
        let source = scaled(of_source.sample_n(samples, &mut rng), scale);
        pause().await;
        let target = of_target.sample_n(n_w2, &mut stream(seed, Stream::EvaluationTarget, 0));
        let first = &source[..n_w2];
        let affine = Moments::of(first).carried_to(&Moments::of(&target), first);
        let mut works = vec![
            distance(first.to_vec(), target.clone()),
            distance(affine.unwrap_or_default(), target.clone()),
        ];
        works.extend((0..FLOOR_PAIRS + SOURCE_PAIRS).map(|pair| {
            let (sampler, scale) = match pair < FLOOR_PAIRS {
                true => (of_target.clone(), 1.0),
                false => (of_source.clone(), scale),
            };
            distance_of_draws(sampler, scale, seed, pair, n_w2)
        }));
        let squares: Vec<Option<f64>> =
            parts.all(works).await.into_iter().map(Result::ok).collect();
        let roots = |squares: &[Option<f64>]| -> Option<f64> {
            let sum: Option<f64> = squares.iter().map(|w2| w2.map(f64::sqrt)).sum();
            sum.map(|sum| sum / squares.len() as f64)
        };
        let (ends, floors) = squares.split_at(2);
        let (targets, sources) = floors.split_at(FLOOR_PAIRS as usize);
        Ok(Self {
            w2_floor: roots(targets),
            w2_source_floor: roots(sources),
            w2_source_target_squared: ends[0],
            w2_affine: ends[1].map(f64::sqrt),
            source,
            target,
        })
    }
}

/// Squared W2 between two sets of points.
pub(super) fn distance(a: Vec<Point>, b: Vec<Point>) -> Work<Result<f64, AssignmentError>> {
    Work::new(async move { w2_squared_in_pieces(&a, &b).await })
}

/// Squared W2 between two independent draws.
fn distance_of_draws(
    sampler: Sampler,
    scale: f64,
    seed: u64,
    pair: u64,
    n: usize,
) -> Work<Result<f64, AssignmentError>> {
    Work::new(async move {
        let mut rng = stream(seed, Stream::Floor, pair);
        let mut draw = || scaled(sampler.sample_n(n, &mut rng), scale);
        let (a, b) = (draw(), draw());
        pause().await;
        w2_squared_in_pieces(&a, &b).await
    })
}
