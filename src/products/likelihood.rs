//! How likely held-out target points are under the flow, how much of its density there is in all, and where it has the
//! points from.

use std::sync::Arc;

use crate::flow::distribution::{Distribution, DistributionError};
use crate::flow::likelihood::{Divergence, Encoded, LogDensity, NoDensity};
use crate::flow::metrics::Mean;
use crate::flow::moments::Moments;
use crate::flow::work::{Parts, Work, pause};
use crate::flow::{Bounds, Point};

use super::likelihood_basis::held_out;
use super::likelihood_sketch::{LogDensityMap, current_basis};
use super::references::distance;
use super::{Cost, Demand, Flow, LikelihoodBasis, Made, Product, References, Tools, Wish};

/// Most cells along each side of the grid over which the density is summed up; there are no more cells than points.
const MASS_CELLS: usize = 96;
/// How much wider than the held-out points that grid is.
const MARGIN: f64 = 1.3;
/// Points on which Hutchinson's estimate is compared with the exact divergence.
const COMPARED: usize = 1000;
/// Encoded points that are kept to be shown.
const SHOWN: usize = 600;
/// Points whose density is computed in one piece.
const PIECE: usize = 256;

/// The likelihood of held-out points, and what comes with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Likelihood {
    /// Held-out points.
    pub n_samples: usize,
    /// How the divergence was found.
    pub divergence: Divergence,
    /// `-E log p_1` in nats, or why there is none.
    pub nll: Result<Mean, String>,
    /// `KL(q || p_1)`, the mean of `log q - log p_1` over the same points, or why there is none.
    pub kl: Result<Mean, String>,
    /// `-E log q` in nats, what a perfect flow would have as its NLL; without error where it has a formula.
    pub entropy: Result<Entropy, String>,
    /// The integral of `p_1` over `mass_bounds`, by the midpoint rule.
    pub mass: Option<f64>,
    /// The box of the held-out points, a little wider.
    pub mass_bounds: Bounds,
    /// Hutchinson's estimate on some of the points.
    pub hutchinson: Option<Hutchinson>,
    /// The held-out points at the start of the flow.
    pub encoding: Encoding,
    /// Steps of the classical Runge-Kutta method.
    pub steps: usize,
    /// How much `log p_1` changed when the steps were halved, in nats, root mean square.
    pub error: f64,
}

/// The entropy of the target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entropy {
    /// In nats; its error is 0 where there is a formula.
    pub value: Mean,
    /// Whether there is one; if not, it is a mean over the held-out points.
    pub has_formula: bool,
}

impl Entropy {
    /// How it is known.
    pub fn basis(&self) -> &'static str {
        match self.has_formula {
            true => "by its formula",
            false => "the mean of −log q over the held-out points",
        }
    }
}

/// Hutchinson's estimate beside the exact divergence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hutchinson {
    /// Points behind it.
    pub n_samples: usize,
    /// Probes of each.
    pub probes: usize,
    /// NLL of these points with the exact divergence.
    pub exact: f64,
    /// The same by the estimate.
    pub estimate: f64,
    /// Their difference, whose mean over all probes is 0.
    pub difference: Mean,
    /// Standard deviation of `log p_1` of a point over the probes, root mean square.
    pub spread: f64,
}

/// Held-out target points, carried back to the start of the flow, and the source.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoding {
    /// Mean and covariance of the encoded points.
    pub encoded: Moments,
    /// Those of the source points of the evaluation.
    pub source: Moments,
    /// Standard errors of the mean of the encoded points.
    pub mean_stderr: Point,
    /// W2 between encoded and source points.
    pub w2: Option<f64>,
    /// Mean W2 between two sets of source points of the same size.
    pub w2_floor: Option<f64>,
    /// Points of each set behind W2.
    pub w2_samples: usize,
    /// The first encoded points.
    pub shown: Arc<[Point]>,
    /// As many source points.
    pub source_shown: Arc<[Point]>,
}

/// Compared with what, and on how many points.
#[derive(Clone, Debug)]
pub struct Request {
    /// Source points.
    pub references: Arc<Made<References>>,
    /// What a likelihood builds on.
    pub basis: Arc<Made<LikelihoodBasis>>,
    /// Held-out points.
    pub samples: usize,
    /// How the divergence is found.
    pub divergence: Divergence,
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        let asked = |request: &Self| (request.samples, request.divergence);
        Arc::ptr_eq(&self.references, &other.references)
            && Arc::ptr_eq(&self.basis, &other.basis)
            && asked(self) == asked(other)
    }
}

impl Product for Likelihood {
    const NAME: &'static str = "measurement of the likelihood";
    const COST: Cost = Cost::Measurement;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        let references = wish.made.references.get();
        let references = references.filter(|references| references.is_demanded(wish));
        match (references, current_basis(wish)) {
            _ if !(wish.look.metrics && wish.look.likelihood) => Demand::Nothing,
            (Some(references), Some(basis)) => {
                let evaluation = &wish.flow.experiment.readout.evaluation;
                Demand::Of(Request {
                    references: Arc::clone(references),
                    basis,
                    samples: evaluation.likelihoods(),
                    divergence: evaluation.divergence,
                })
            }
            _ => Demand::Later,
        }
    }

    fn start(flow: &Flow, request: &Request, tools: &Tools) -> Work<Option<Self>> {
        let (flow, request, parts) = (flow.clone(), request.clone(), tools.parts.clone());
        Work::new(async move {
            let Request {
                references, basis, ..
            } = request;
            Self::measure(&flow, &references, &basis, &parts).await.ok()
        })
    }
}

impl Likelihood {
    /// That of a flow, as its experiment asks for it.
    ///
    /// # Errors
    /// If the target cannot be sampled.
    pub async fn measure(
        flow: &Flow,
        references: &References,
        basis: &LikelihoodBasis,
        parts: &Parts,
    ) -> Result<Self, DistributionError> {
        let experiment = &flow.id.experiment;
        let evaluation = &experiment.readout.evaluation;
        let (n, divergence) = (evaluation.likelihoods(), evaluation.divergence);
        let xs = held_out(experiment, n)?;
        pause().await;
        let encoded = basis.encode(flow, divergence, &xs, parts).await;
        let log_p_1 = log_p_1(&encoded, basis, divergence, experiment.seed).await;
        let target = target_density(&experiment.problem.target);
        let log_q = match &target {
            Ok(target) => Ok(densities(target, &xs).await),
            Err(reason) => Err(reason.clone()),
        };
        let mass_bounds = grid_bounds(&xs);
        let place = (mass_bounds, [n.isqrt().min(MASS_CELLS); 2]);
        let map = LogDensityMap::of(flow, basis, divergence, place, parts).await;
        Ok(Self {
            n_samples: n,
            divergence,
            nll: nll(&log_p_1),
            kl: kl(&log_q, &log_p_1),
            entropy: entropy(&target, &log_q),
            mass: map.mass(),
            mass_bounds,
            hutchinson: hutchinson(flow, basis, divergence, &xs, parts).await,
            encoding: encoding(&encoded, references, parts).await,
            steps: basis.steps.len(),
            error: basis.steps.error,
        })
    }
}

/// The box of the points, wider by [`MARGIN`].
pub(super) fn grid_bounds(points: &[Point]) -> Bounds {
    let bounds = Bounds::of_points(points).unwrap_or(Bounds::square(1.0));
    bounds.expanded(MARGIN)
}

/// `log q`, or why it is not known.
fn target_density(target: &Distribution) -> Result<LogDensity, String> {
    LogDensity::of(target, 1.0).map_err(|reason| format!("{reason}."))
}

/// `log p_1` of every point, or why there is none.
async fn log_p_1(
    encoded: &[Encoded],
    basis: &LikelihoodBasis,
    divergence: Divergence,
    seed: u64,
) -> Result<Vec<f64>, String> {
    let source = basis.source.as_ref().map_err(no_likelihood)?;
    let starts: Vec<Point> = encoded.iter().map(|e| e.x_0).collect();
    let log_p_0 = densities(source, &starts).await;
    let numbered = (0..).zip(encoded.iter().zip(log_p_0));
    let value = |(index, (e, log_p_0))| divergence.log_likelihood(e, log_p_0, (seed, index)).value;
    Ok(numbered.map(value).collect())
}

/// That a source makes every likelihood impossible.
fn no_likelihood(reason: &NoDensity) -> String {
    format!("The source has no density that is positive everywhere: {reason}.")
}

/// `log p` of every point.
async fn densities(of: &LogDensity, xs: &[Point]) -> Vec<f64> {
    let mut found = Vec::with_capacity(xs.len());
    for xs in xs.chunks(PIECE) {
        found.extend(xs.iter().map(|&x| of.at(x)));
        pause().await;
    }
    found
}

/// The mean, or that it is none.
fn finite(values: &[f64]) -> Result<Mean, String> {
    let mean = Mean::of(values.iter().copied());
    match values.iter().filter(|value| !value.is_finite()).count() {
        0 => Ok(mean),
        lost => Err(format!(
            "{lost} of {} held-out points have no finite log p₁: the flow is not finite there.",
            values.len()
        )),
    }
}

fn nll(log_p_1: &Result<Vec<f64>, String>) -> Result<Mean, String> {
    let log_p_1 = log_p_1.as_ref().map_err(Clone::clone)?;
    finite(&log_p_1.iter().map(|log| -log).collect::<Vec<_>>())
}

fn kl(
    log_q: &Result<Vec<f64>, String>,
    log_p_1: &Result<Vec<f64>, String>,
) -> Result<Mean, String> {
    let log_q = log_q.as_ref().map_err(Clone::clone)?;
    let log_p_1 = log_p_1.as_ref().map_err(Clone::clone)?;
    let pairs = log_q.iter().zip(log_p_1);
    finite(&pairs.map(|(q, p)| q - p).collect::<Vec<_>>())
}

fn entropy(
    target: &Result<LogDensity, String>,
    log_q: &Result<Vec<f64>, String>,
) -> Result<Entropy, String> {
    let formula = target.as_ref().map_err(Clone::clone)?.entropy();
    let log_q = log_q.as_ref().map_err(Clone::clone)?;
    Ok(Entropy {
        value: match formula {
            Some(value) => Mean { value, stderr: 0.0 },
            None => Mean::of(log_q.iter().map(|log| -log)),
        },
        has_formula: formula.is_some(),
    })
}

/// Hutchinson's estimate beside the exact divergence; none without a density at the start.
async fn hutchinson(
    flow: &Flow,
    basis: &LikelihoodBasis,
    divergence: Divergence,
    xs: &[Point],
    parts: &Parts,
) -> Option<Hutchinson> {
    let source = basis.source.as_ref().ok()?;
    let probes = match divergence {
        Divergence::Exact => 1,
        Divergence::Hutchinson { probes } => probes,
    };
    let estimate = Divergence::Hutchinson { probes };
    let seed = flow.id.experiment.seed;
    let xs = &xs[..xs.len().min(COMPARED)];
    let encoded = basis.encode(flow, estimate, xs, parts).await;
    let of = |divergence: Divergence| {
        let numbered = (0..).zip(&encoded);
        let of = numbered.map(|(i, e)| divergence.log_likelihood(e, source.at(e.x_0), (seed, i)));
        of.collect::<Vec<_>>()
    };
    let (exact, estimated) = (of(Divergence::Exact), of(estimate));
    let nll = |of: &[crate::flow::likelihood::LogLikelihood]| {
        Mean::of(of.iter().map(|of| -of.value)).value
    };
    let differences = estimated.iter().zip(&exact).map(|(a, b)| b.value - a.value);
    let squares: f64 = estimated.iter().map(|of| of.spread * of.spread).sum();
    Some(Hutchinson {
        n_samples: xs.len(),
        probes,
        exact: nll(&exact),
        estimate: nll(&estimated),
        difference: Mean::of(differences),
        spread: (squares / xs.len().max(1) as f64).sqrt(),
    })
}

/// The encoded points beside the source.
async fn encoding(encoded: &[Encoded], references: &References, parts: &Parts) -> Encoding {
    let starts: Vec<Point> = encoded.iter().map(|e| e.x_0).collect();
    let n = references.target.len().min(starts.len());
    let sets = (starts[..n].to_vec(), references.source[..n].to_vec());
    let w2 = parts.all(vec![distance(sets.0, sets.1)]).await.pop();
    let moments = Moments::of(&starts);
    let [xx, _, yy] = moments.cov;
    let shown = |points: &[Point]| points.iter().copied().take(SHOWN).collect();
    Encoding {
        encoded: moments,
        source: Moments::of(&references.source),
        mean_stderr: [xx, yy].map(|variance| (variance / starts.len() as f64).sqrt()),
        w2: w2.and_then(Result::ok).map(f64::sqrt),
        w2_floor: references
            .w2_source_floor
            .filter(|_| n == references.target.len()),
        w2_samples: n,
        shown: shown(&starts),
        source_shown: shown(&references.source),
    }
}
