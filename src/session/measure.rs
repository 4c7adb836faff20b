//! Measurements of a trained field: path metrics on its own trajectories and exact W2 to held-out samples.

use std::sync::Arc;

use crate::experiment::Experiment;
use crate::flow::coupling::assignment::{AssignmentError, w2_squared};
use crate::flow::distribution::DistributionError;
use crate::flow::metrics::{normalised_path_energy, path_metrics, path_metrics_stderr};
use crate::flow::rng::{Stream, stream};
use crate::flow::solver::solve_with;
use crate::flow::trajectory::Trajectories;
use crate::flow::{Point, VelocityField};
use crate::snapshot::Metrics;

use super::parallel;

/// Pairs of independent target draws behind the floor of W2.
const FLOOR_PAIRS: u64 = 16;

/// What a measurement compares with; depends on the experiment's distributions only.
#[derive(Clone)]
pub struct References {
    /// Where the evaluation trajectories start: source points on the canvas.
    pub source: Vec<Point>,
    /// Held-out target points.
    pub target: Vec<Point>,
    /// Mean W2 between pairs of target draws of the same size.
    pub w2_floor: Option<f64>,
    /// Squared W2 between source and target points.
    pub w2_source_target_squared: Option<f64>,
}

impl References {
    /// Draws the points and solves the exact assignments between them on up to `threads` threads.
    ///
    /// # Errors
    /// If a distribution cannot be sampled.
    pub fn draw(experiment: &Experiment, threads: usize) -> Result<Self, DistributionError> {
        let seed = experiment.seed;
        let (n, n_w2) = (experiment.evaluation.samples, w2_points(experiment));
        let source = source_points(experiment, Stream::EvaluationSource, n)?;
        let sampler = experiment.target.sampler()?;
        let target = sampler.sample_n(n_w2, &mut stream(seed, Stream::EvaluationTarget, 0));
        let mut jobs = vec![(source[..n_w2].to_vec(), target.clone())];
        jobs.extend((0..FLOOR_PAIRS).map(|pair| {
            let mut rng = stream(seed, Stream::Floor, pair);
            let first = sampler.sample_n(n_w2, &mut rng);
            (first, sampler.sample_n(n_w2, &mut rng))
        }));
        let mut squares = parallel::map(threads, jobs, |(a, b)| w2_squared(&a, &b)).into_iter();
        let w2_source_target_squared = squares.next().and_then(Result::ok);
        let floors: Result<Vec<f64>, AssignmentError> = squares.map(|w2| Ok(w2?.sqrt())).collect();
        Ok(Self {
            w2_floor: floors.ok().map(|f| f.iter().sum::<f64>() / f.len() as f64),
            w2_source_target_squared,
            source,
            target,
        })
    }

    /// Whether references of one experiment serve the other.
    pub fn serve(a: &Experiment, b: &Experiment) -> bool {
        a.source == b.source
            && a.target == b.target
            && a.path.source_scale() == b.path.source_scale()
            && a.evaluation == b.evaluation
            && a.seed == b.seed
    }
}

/// Points of the exact W2.
fn w2_points(experiment: &Experiment) -> usize {
    let evaluation = experiment.evaluation;
    evaluation.w2_samples.min(evaluation.samples)
}

/// Source points as they stand on the canvas (for VE: `sigma_max` times a standard normal).
///
/// # Errors
/// If the source cannot be sampled.
pub fn source_points(
    experiment: &Experiment,
    what_for: Stream,
    n: usize,
) -> Result<Vec<Point>, DistributionError> {
    let mut rng = stream(experiment.seed, what_for, 0);
    let scale = experiment.path.source_scale();
    let points = experiment.source.sampler()?.sample_n(n, &mut rng);
    Ok(points.into_iter().map(|x| x.map(|x| scale * x)).collect())
}

/// Moves the reference source points along the field with the experiment's solver.
pub fn trajectories(
    field: &dyn VelocityField,
    experiment: &Experiment,
    references: &References,
    keep_going: &mut dyn FnMut() -> bool,
) -> Option<Trajectories> {
    let time_range = experiment.path.time_range();
    solve_with(
        field,
        experiment.solver,
        time_range,
        &references.source,
        keep_going,
    )
}

/// Measures solved trajectories against the references.
pub fn measure(
    step: u64,
    experiment: &Arc<Experiment>,
    references: &References,
    trajectories: &Trajectories,
) -> Metrics {
    let path = path_metrics(trajectories);
    let generated = &trajectories.last()[..references.target.len()];
    let w2 = w2_squared(generated, &references.target).ok();
    let w2_source_target_squared = references.w2_source_target_squared;
    Metrics {
        experiment: Arc::clone(experiment),
        step,
        n_samples: trajectories.n_particles,
        npe: w2_source_target_squared.and_then(|w2| normalised_path_energy(path.path_energy, w2)),
        path,
        path_stderr: path_metrics_stderr(trajectories),
        w2: w2.map(f64::sqrt),
        w2_floor: references.w2_floor,
        w2_source_target_squared,
        nfe: trajectories.nfe,
        solver: experiment.solver,
    }
}

/// Points that stand for the source and the target on the canvas.
pub struct DisplaySamples {
    pub source: Arc<[Point]>,
    pub target: Arc<[Point]>,
}

/// Display samples of source and target.
///
/// # Errors
/// If a distribution cannot be sampled.
pub fn display_samples(
    experiment: &Experiment,
    n: usize,
) -> Result<DisplaySamples, DistributionError> {
    let source = source_points(experiment, Stream::Display, n)?;
    let mut rng = stream(experiment.seed, Stream::Display, 1);
    let target = experiment.target.sampler()?.sample_n(n, &mut rng);
    Ok(DisplaySamples {
        source: source.into(),
        target: target.into(),
    })
}
