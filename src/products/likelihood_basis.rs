//! What every likelihood of a flow builds on: by which steps points are encoded, and the density that they meet there.

use std::sync::Arc;

use crate::experiment::Experiment;
use crate::flow::Point;
use crate::flow::distribution::DistributionError;
use crate::flow::likelihood::{Divergence, Encoded, EncodingSteps, LogDensity, NoDensity, encode};
use crate::flow::rng::{Stream, stream};
use crate::flow::work::{Parts, Work};

use super::{Cost, Demand, Flow, Product, Tools, Wish};

/// Held-out points for which the steps are chosen.
const PILOTS: usize = 128;
/// Most points that are encoded in one piece: few enough for the caches.
const CHUNK: usize = 512;

/// What comes from nowhere.
const NOWHERE: Encoded = Encoded {
    x_0: [f64::NAN; 2],
    divergence: f64::NAN,
    cross: f64::NAN,
};

/// What log p_1 of a flow is made with.
#[derive(Clone, Debug, PartialEq)]
pub struct LikelihoodBasis {
    /// By which steps points are encoded.
    pub steps: EncodingSteps,
    /// `log p_0` of the canvas source, or why there is none.
    pub source: Result<LogDensity, NoDensity>,
}

/// The seed of the points for which the steps are chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Request(u64);

impl Product for LikelihoodBasis {
    const NAME: &'static str = "basis of the likelihood";
    const COST: Cost = Cost::Picture;
    const IS_BASIS: bool = true;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        let look = wish.look;
        match look.likelihood || look.likelihood_map || look.pointer.is_some() {
            false => Demand::Nothing,
            true => Demand::Of(Request(wish.flow.experiment.seed)),
        }
    }

    fn start(flow: &Flow, _request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let flow = flow.clone();
        Work::new(async move { Self::of(&flow).await.ok() })
    }
}

impl LikelihoodBasis {
    /// That of a flow.
    ///
    /// # Errors
    /// If the target cannot be sampled.
    pub async fn of(flow: &Flow) -> Result<Self, DistributionError> {
        let problem = &flow.id.experiment.problem;
        let pilots = held_out(&flow.id.experiment, PILOTS)?;
        let range = problem.path.time_range();
        Ok(Self {
            steps: EncodingSteps::choose(flow.field.as_ref(), range, &pilots).await,
            source: match flow.is_one_step() {
                true => Err(NoDensity::OneStep),
                false => LogDensity::of(&problem.source, problem.path.source_scale())
                    .and_then(LogDensity::positive),
            },
        })
    }

    /// Where the flow has the points from, with their integrals; at the same time if others help. Not-a-number of a map of
    /// one step, which has no way back.
    pub async fn encode(
        &self,
        flow: &Flow,
        divergence: Divergence,
        xs: &[Point],
        parts: &Parts,
    ) -> Vec<Encoded> {
        if flow.is_one_step() {
            return vec![NOWHERE; xs.len()];
        }
        let times: Arc<[f64]> = self.steps.times.clone().into();
        let works = xs.chunks(CHUNK.min(flow.rows())).map(|xs| {
            let (field, times, xs) = (Arc::clone(&flow.field), Arc::clone(&times), xs.to_vec());
            Work::new(async move { encode(field.as_ref(), divergence, &times, &xs).await })
        });
        parts.all(works.collect()).await.concat()
    }
}

/// The first held-out target points.
///
/// # Errors
/// If the target cannot be sampled.
pub(super) fn held_out(experiment: &Experiment, n: usize) -> Result<Vec<Point>, DistributionError> {
    let mut rng = stream(experiment.seed, Stream::EvaluationTarget, 0);
    Ok(experiment.problem.target.sampler()?.sample_n(n, &mut rng))
}
