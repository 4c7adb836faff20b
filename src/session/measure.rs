//! Measurements of a trained field against what they are compared with: straightness and cost along a fine reference
//! solution, the distance to the target by the experiment's own solver.

use std::sync::Arc;

use crate::experiment::Experiment;
use crate::flow::coupling::assignment::w2_squared;
use crate::flow::distribution::DistributionError;
use crate::flow::metrics::{Progress, normalised_path_energy, path_metrics, path_metrics_stderr};
use crate::flow::moments::Moments;
use crate::flow::reference::{Halving, ReferenceTimes, rms_distance};
use crate::flow::rng::{Stream, stream};
use crate::flow::solver::walk;
use crate::flow::trajectory::Walk;
use crate::flow::work::finish_while;
use crate::flow::{Point, VelocityField};
use crate::snapshot::{Metrics, ReferenceSolver};

use super::parallel;

/// Pairs of independent target draws behind the floor of W2.
const FLOOR_PAIRS: u64 = 16;
/// Pairs of independent source draws behind the noise of W2 between source and target; their streams follow on those
/// of the target.
const SOURCE_PAIRS: u64 = 4;
/// Particles that are solved in one piece: few enough for the caches.
const CHUNK: usize = 512;

/// What a measurement compares with; depends on the experiment's distributions only.
#[derive(Clone)]
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

impl References {
    /// Draws the points and solves the exact assignments between them on up to `threads` threads.
    ///
    /// # Errors
    /// If a distribution cannot be sampled.
    pub fn draw(experiment: &Experiment, threads: usize) -> Result<Self, DistributionError> {
        let seed = experiment.seed;
        let (n, n_w2) = (experiment.readout.evaluation.samples, w2_points(experiment));
        let source = source_points(experiment, Stream::EvaluationSource, n)?;
        let sampler = experiment.problem.target.sampler()?;
        let target = sampler.sample_n(n_w2, &mut stream(seed, Stream::EvaluationTarget, 0));
        let first = &source[..n_w2];
        let affine = Moments::of(first).carried_to(&Moments::of(&target), first);
        let mut jobs = vec![
            (first.to_vec(), target.clone()),
            (affine.unwrap_or_default(), target.clone()),
        ];
        let scale = experiment.problem.path.source_scale();
        let source_sampler = experiment.problem.source.sampler()?;
        jobs.extend((0..FLOOR_PAIRS + SOURCE_PAIRS).map(|pair| {
            let mut rng = stream(seed, Stream::Floor, pair);
            let mut draw = || match pair < FLOOR_PAIRS {
                true => sampler.sample_n(n_w2, &mut rng),
                false => scaled(source_sampler.sample_n(n_w2, &mut rng), scale),
            };
            let first = draw();
            (first, draw())
        }));
        let squares = parallel::map(threads, jobs, |(a, b)| w2_squared(&a, &b).ok());
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

    /// Whether references of one experiment serve the other.
    pub fn serve(a: &Experiment, b: &Experiment) -> bool {
        a.problem.source == b.problem.source
            && a.problem.target == b.problem.target
            && a.problem.path.source_scale() == b.problem.path.source_scale()
            && a.readout.evaluation == b.readout.evaluation
            && a.seed == b.seed
    }
}

/// Points of the exact W2.
fn w2_points(experiment: &Experiment) -> usize {
    let evaluation = experiment.readout.evaluation;
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
    let scale = experiment.problem.path.source_scale();
    let points = experiment.problem.source.sampler()?.sample_n(n, &mut rng);
    Ok(scaled(points, scale))
}

fn scaled(points: Vec<Point>, scale: f64) -> Vec<Point> {
    points.into_iter().map(|x| x.map(|x| scale * x)).collect()
}

/// How solutions are computed: on so many threads, for as long as `keep_going` says.
#[derive(Clone, Copy)]
pub struct Solving<'a> {
    pub threads: usize,
    /// Asked between the steps of every piece.
    pub keep_going: &'a (dyn Fn() -> bool + Sync),
}

impl Solving<'_> {
    /// Where the experiment's solver takes the points; `None` if it was not to keep going.
    pub fn ends(
        &self,
        field: &dyn VelocityField,
        experiment: &Experiment,
        x_0: &[Point],
    ) -> Option<Vec<Point>> {
        let solver = experiment.readout.solver;
        let times = solver.times(experiment.problem.path.time_range());
        let pieces = self.in_pieces(x_0, CHUNK, |_, x_0| {
            let walking = walk(field, solver.tableau(), &times, x_0);
            let walks = finish_while(walking, self.keep_going)?;
            Some(walks.into_iter().map(|walk| walk.end))
        });
        Some(pieces?.into_iter().flatten().collect())
    }

    /// What the field does with the points by itself.
    pub fn reference(
        &self,
        field: &dyn VelocityField,
        experiment: &Experiment,
        x_0: &[Point],
    ) -> Option<Reference> {
        let time_range = experiment.problem.path.time_range();
        let choosing = ReferenceTimes::choose(field, time_range, x_0, CHUNK);
        let times = finish_while(choosing, self.keep_going)?;
        let pieces = self.in_pieces(x_0, CHUNK, |_, x_0| {
            finish_while(times.solve(field, x_0), self.keep_going)
        });
        let mut halving = Halving::default();
        pieces?.into_iter().for_each(|piece| halving.append(piece));
        Some(Reference { times, halving })
    }

    /// Works on the points piece by piece, each with its number; results keep the order.
    pub fn in_pieces<R: Send>(
        &self,
        points: &[Point],
        size: usize,
        work: impl Fn(usize, &[Point]) -> Option<R> + Sync,
    ) -> Option<Vec<R>> {
        let pieces = points.chunks(size).enumerate().collect();
        let results = parallel::map(self.threads, pieces, |(number, piece)| work(number, piece));
        results.into_iter().collect()
    }
}

/// A fine solution of all evaluation trajectories.
pub struct Reference {
    times: ReferenceTimes,
    halving: Halving,
}

/// The numbers of a field, from where the experiment's solver takes the source points and what the field does by
/// itself.
pub fn measure(
    step: u64,
    experiment: &Arc<Experiment>,
    references: &References,
    ends: &[Point],
    reference: &Reference,
) -> Metrics {
    let walks = &reference.halving.fine;
    let path = path_metrics(walks);
    let fine_ends: Vec<Point> = walks.iter().map(|walk| walk.end).collect();
    let n_w2 = references.target.len();
    let w2_of = |ends: &[Point]| w2_squared(&ends[..n_w2], &references.target).ok();
    let w2 = w2_of(ends).map(f64::sqrt);
    let (npe, npe_reason) = npe(references, path.path_energy);
    let (learned, learned_reason) = match is_shift(walks) {
        true => (Some(false), Some(ONLY_A_SHIFT.to_owned())),
        // Of the flow itself: a coarse solver misses, whatever the network has learned.
        false => progress(references, w2_of(&fine_ends).map(f64::sqrt)),
    };
    Metrics {
        experiment: Arc::clone(experiment),
        step,
        n_samples: ends.len(),
        w2_samples: references.target.len(),
        npe,
        npe_reason,
        path,
        path_stderr: path_metrics_stderr(walks),
        w2,
        w2_floor: references.w2_floor,
        w2_affine: references.w2_affine,
        w2_source_target_squared: references.w2_source_target_squared,
        w2_source_target_noise: noise(references),
        learned,
        learned_reason,
        nfe: experiment.readout.solver.nfe(),
        solver: experiment.readout.solver,
        solver_error: rms_distance(ends, &fine_ends),
        reference: ReferenceSolver {
            steps: reference.times.steps(),
            error: reference.halving.error(),
        },
    }
}

/// How far off W2 between source and target samples may be: by the triangle inequality at most by what samples of each
/// are away from their law, which is less than what two sets of samples are away from each other.
fn noise(references: &References) -> Option<f64> {
    Some(references.w2_source_floor? + references.w2_floor?)
}

/// The normalised path energy, or why there is none.
fn npe(references: &References, path_energy: f64) -> (Option<f64>, Option<String>) {
    let n = references.target.len();
    let distances = (references.w2_source_target_squared, noise(references));
    let (Some(w2_squared), Some(noise)) = distances else {
        return (None, Some(NOT_SOLVED.to_owned()));
    };
    let w2 = w2_squared.sqrt();
    if w2 <= noise {
        let reason = format!(
            "W2 between {n} source and {n} target samples is {w2:.3}, within the {noise:.3} that sampling alone can \
             make of it: more evaluation.w2_samples may tell them apart."
        );
        return (None, Some(reason));
    }
    match normalised_path_energy(path_energy, w2_squared) {
        Some(npe) => (Some(npe), None),
        None => (None, Some("The path energy is not finite.".to_owned())),
    }
}

/// Whether all particles move by the same vector: the output of a network whose units are all saturated.
fn is_shift(walks: &[Walk]) -> bool {
    let starts: Vec<Point> = walks.iter().map(|walk| walk.start).collect();
    let ways = walks
        .iter()
        .map(|walk| [0, 1].map(|i| walk.end[i] - walk.start[i]));
    let ways: Vec<Point> = ways.collect();
    Moments::of(&ways).spread() < SHIFT * Moments::of(&starts).spread()
}

/// Whether the network has learned something, from W2 of where its flow ends, and a sentence if it has not. `None` without
/// the distances that tell.
fn progress(references: &References, w2: Option<f64>) -> (Option<bool>, Option<String>) {
    let Some(w2) = w2 else {
        let lost = "The network has learned nothing that can be used: its samples are not finite.";
        return (Some(false), Some(lost.to_owned()));
    };
    let source = references.w2_source_target_squared.map(f64::sqrt);
    let (Some(floor), Some(source)) = (references.w2_floor, source) else {
        return (None, None);
    };
    let progress = Progress {
        generated: w2,
        floor,
        source,
        affine: references.w2_affine.unwrap_or(0.0),
    };
    if progress.has_learned() {
        return (Some(true), None);
    }
    let sentence = format!(
        "The network has learned next to nothing: its samples are {w2:.2} from the target (W2), where the source \
         itself is {source:.2} away, the source stretched to the target's mean and covariance {:.2}, and other target \
         samples {floor:.2}. A smaller learning rate, more steps or more units may help.",
        progress.affine
    );
    (Some(false), Some(sentence))
}

/// Where all ways are this much alike, as a share of the spread of the starts, training cannot have made them so.
const SHIFT: f64 = 1e-5;
const ONLY_A_SHIFT: &str = "The network has learned nothing but a shift: its velocity is the same everywhere. A smaller \
                            learning rate may help.";
const NOT_SOLVED: &str = "W2 between source and target samples could not be computed.";

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
    let target = experiment.problem.target.sampler()?.sample_n(n, &mut rng);
    Ok(DisplaySamples {
        source: source.into(),
        target: target.into(),
    })
}
