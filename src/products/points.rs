//! Points that are drawn from the experiment's distributions: where particles start, and what stands for source and
//! target on the canvas.

use std::sync::Arc;

use crate::experiment::{End, Experiment, Problem};
use crate::flow::Point;
use crate::flow::distribution::{Class, DistributionError, Sampler};
use crate::flow::rng::{Stream, stream};

/// The number of the source's stream among those of what is displayed.
const SOURCE: u64 = 0;
/// The number of the target's stream among them.
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
    let mut rng = stream(experiment.seed, what_for, SOURCE);
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
    /// The classes of both, point by point.
    pub classes: DisplayClasses,
}

/// The class of each point that stands for a distribution; empty where it has no classes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DisplayClasses {
    /// Of the source.
    pub source: Arc<[Class]>,
    /// Of the target.
    pub target: Arc<[Class]>,
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
    let Problem {
        source: p,
        target: q,
        ..
    } = &experiment.problem;
    let classes = |sampler: Sampler, number| {
        let mut rng = stream(experiment.seed, Stream::Display, number);
        let classes = sampler
            .is_coloured()
            .then(|| sampler.sample_n_with_classes(n, &mut rng).1);
        classes.unwrap_or_default().into()
    };
    Ok(DisplaySamples {
        source: source.into(),
        target: target.into(),
        classes: DisplayClasses {
            source: classes(p.sampler()?, SOURCE),
            target: classes(q.sampler()?, TARGET),
        },
    })
}
