//! Points that are drawn from the experiment's distributions: where particles start, and what stands for source and
//! target on the canvas.

use std::sync::Arc;

use crate::experiment::{End, Experiment};
use crate::flow::Point;
use crate::flow::distribution::DistributionError;
use crate::flow::rng::{Stream, stream};

/// The number of the target's stream among those of what is displayed; the source's is 0.
pub(super) const TARGET: u64 = 1;

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
    let scale = experiment.problem.path.source_scale();
    let points = experiment.problem.source.sampler()?.sample_n(n, &mut rng);
    Ok(scaled(points, scale))
}

/// Target points.
///
/// # Errors
/// If the target cannot be sampled.
pub fn target_points(experiment: &Experiment, n: usize) -> Result<Vec<Point>, DistributionError> {
    let mut rng = stream(experiment.seed, Stream::Display, TARGET);
    Ok(experiment.problem.target.sampler()?.sample_n(n, &mut rng))
}

/// Where particles on the canvas start, from one end of the flow or the other.
///
/// # Errors
/// If that end cannot be sampled.
pub(super) fn starts(
    experiment: &Experiment,
    from: End,
    n: usize,
) -> Result<Vec<Point>, DistributionError> {
    match from {
        End::Source => source_points(experiment, Stream::Display, n),
        End::Target => target_points(experiment, n),
    }
}

/// The times from where particles start to the other end.
pub(super) fn range(experiment: &Experiment, from: End) -> (f64, f64) {
    let (start, end) = experiment.problem.path.time_range();
    match from {
        End::Source => (start, end),
        End::Target => (end, start),
    }
}

/// The points times a factor.
pub(super) fn scaled(points: Vec<Point>, scale: f64) -> Vec<Point> {
    points.into_iter().map(|x| x.map(|x| scale * x)).collect()
}

/// Points that stand for the source and the target on the canvas.
pub struct DisplaySamples {
    /// Of the source.
    pub source: Arc<[Point]>,
    /// Of the target.
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
    let target = target_points(experiment, n)?;
    Ok(DisplaySamples {
        source: source.into(),
        target: target.into(),
    })
}
