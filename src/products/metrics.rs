//! Straightness and cost along a fine reference solution, and the distance to the target by the experiment's own solver.

use std::sync::Arc;

use crate::experiment::Velocity;
use crate::flow::Point;
use crate::flow::course::{Course, Profile};
use crate::flow::crossings::crossing_rate;
use crate::flow::metrics::{
    Mean, Progress, TrajectoryMetrics, normalised_path_energy, trajectory_metrics,
    trajectory_metrics_stderr,
};
use crate::flow::moments::Moments;
use crate::flow::reference::{Halving, HalvingError, ReferenceTimes, rms_distance};
use crate::flow::sde::{NO_STRAIGHTNESS, Sampler};
use crate::flow::solver::{Solver, Steps};
use crate::flow::tableau::RK4;
use crate::flow::trajectory::Walk;
use crate::flow::work::{Parts, Work, pause};

use super::pair_crossings::CROSSING;
use super::references::distance;
use super::sampling;
use super::{Cost, Demand, Flow, Made, Product, References, Tools, Wish};

/// Why one step has no straightness.
const ONE_STEP: &str = "One step runs along a straight line, whatever it has learned: there is no flow whose way could be \
                        measured.";
/// Most particles that are solved in one piece: few enough for the caches.
const CHUNK: usize = 512;

/// A measurement of the flow, see `flow::metrics` for the definitions.
#[derive(Clone, Debug, PartialEq)]
pub struct Metrics {
    /// Trajectories behind the metrics of trajectories.
    pub n_samples: usize,
    /// Points behind every W2.
    pub w2_samples: usize,
    /// Means over the trajectories of the reference solver.
    pub trajectories: TrajectoryMetrics,
    /// Standard errors of those means.
    pub trajectories_stderr: TrajectoryMetrics,
    /// Normalised path energy.
    pub npe: Option<f64>,
    /// Why there is no NPE, in a sentence.
    pub npe_reason: Option<String>,
    /// W2 (the root) between held-out target samples and those that the experiment's solver generates.
    pub w2: Option<f64>,
    /// Mean W2 between pairs of independent target draws of the same size.
    pub w2_floor: Option<f64>,
    /// W2 between the target and the source samples with the target's mean and covariance.
    pub w2_affine: Option<f64>,
    /// Squared W2 between source and target samples.
    pub w2_source_target_squared: Option<f64>,
    /// How far off the root of that may be, because they are samples.
    pub w2_source_target_noise: Option<f64>,
    /// Squared W2 between the first `w2_samples` starts and where the reference solution takes these particles: if that
    /// are all, at most the transport cost.
    pub w2_start_end_squared: Option<f64>,
    /// The angle that the velocity of a trajectory turns through, in radians.
    pub turning: Mean,
    /// Crossing rate of the first trajectories, see [`crate::flow::crossings`].
    pub crossings: Option<Mean>,
    /// What changes on the way, along the reference solution.
    pub profile: Arc<Profile>,
    /// Whether the network has learned something, as far as that can be told.
    pub learned: Option<bool>,
    /// If it has not: that, in a sentence.
    pub learned_reason: Option<String>,
    /// Velocity evaluations per trajectory of the experiment's solver, those of rejected steps included.
    pub nfe: usize,
    /// Its steps.
    pub steps: usize,
    /// Steps that it tried and did not take.
    pub rejected: usize,
    /// The time at which it stopped, if it did not come to the end.
    pub stopped_at: Option<f64>,
    /// The experiment's solver.
    pub solver: Solver,
    /// How the samples were carried by its steps.
    pub sampler: Sampler,
    /// If they have no straightness: why, in a sentence. What is measured along the reference solution is then that of the
    /// ODE with the same densities, which is not told.
    pub straightness_reason: Option<String>,
    /// Root mean square distance between the end points of the two solvers.
    pub solver_error: f64,
    /// Root mean square distance of the end points of one Euler step from those of a fine solver, in canvas units.
    pub one_step_error: f64,
    /// The solver of the metrics of trajectories.
    pub reference: ReferenceSolver,
}

impl Metrics {
    /// What of these can be said of a field of this kind: nothing about learning where no network has learned, and
    /// nothing along the way where there is one step.
    #[must_use]
    pub fn of(self, velocity: Velocity) -> Self {
        match velocity {
            Velocity::Learned => self,
            Velocity::Exact { .. } => Self {
                learned: None,
                learned_reason: None,
                ..self
            },
            Velocity::Distil => Self {
                npe: None,
                npe_reason: Some(ONE_STEP.to_owned()),
                straightness_reason: Some(ONE_STEP.to_owned()),
                w2_start_end_squared: None,
                crossings: None,
                learned: None,
                learned_reason: None,
                ..self
            },
        }
    }

    /// The path energy with its standard error, in squared canvas units.
    pub fn path_energy(&self) -> Mean {
        Mean {
            value: self.trajectories.path_energy,
            stderr: self.trajectories_stderr.path_energy,
        }
    }
}

/// Classical Runge-Kutta with steps of unequal length, see `flow::reference`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReferenceSolver {
    /// Its steps.
    pub steps: usize,
    /// What halving the steps has changed.
    pub error: HalvingError,
}

impl ReferenceSolver {
    /// Velocity evaluations per trajectory.
    pub fn nfe(&self) -> usize {
        self.steps * RK4.stages()
    }
}

/// Compared with what, and which solver makes the samples.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is compared with.
    pub references: Arc<Made<References>>,
    /// The experiment's solver.
    pub solver: Solver,
    /// Whether its steps follow the field or the stochastic equation.
    pub sampler: Sampler,
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        let by = |request: &Self| (request.solver, request.sampler);
        Arc::ptr_eq(&self.references, &other.references) && by(self) == by(other)
    }
}

impl Product for Metrics {
    const NAME: &'static str = "measurement";
    const COST: Cost = Cost::Measurement;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        match wish.made.references.get() {
            _ if !wish.look.metrics => Demand::Nothing,
            Some(references) if references.is_demanded(wish) => Demand::Of(Request {
                references: Arc::clone(references),
                solver: wish.flow.experiment.readout.solver,
                sampler: wish.flow.experiment.readout.sampler,
            }),
            _ => Demand::Later,
        }
    }

    fn start(flow: &Flow, request: &Request, tools: &Tools) -> Work<Option<Self>> {
        let (flow, request, parts) = (flow.clone(), request.clone(), tools.parts.clone());
        Work::new(async move {
            let Request {
                references,
                solver,
                sampler,
            } = request;
            let (source, range) = (&references.source, time_range(&flow));
            let rows = CHUNK.min(flow.rows());
            let by = (solver, sampler);
            let ends = sampling::ends(&flow, by, range, source, rows, &parts);
            let (ends, steps) = ends.await;
            let reference = reference(&flow, source, &parts).await;
            let metrics = measure(&steps, &references, &ends, &reference, &parts).await;
            Some(metrics.of(flow.id.experiment.problem.velocity))
        })
    }
}

/// Where the experiment's solver takes the points, and by which steps.
pub async fn ends(flow: &Flow, x_0: &[Point], parts: &Parts) -> (Vec<Point>, Steps) {
    let (readout, rows) = (&flow.id.experiment.readout, CHUNK.min(flow.rows()));
    let by = (readout.solver, readout.sampler);
    sampling::ends(flow, by, time_range(flow), x_0, rows, parts).await
}

/// A fine solution of all evaluation trajectories.
pub struct Reference {
    times: Arc<ReferenceTimes>,
    halving: Halving,
    seen: Seen,
    /// Where one Euler step over the whole time takes the points.
    one_step: Vec<Point>,
}

impl Reference {
    /// The times that were chosen for the field.
    pub fn times(&self) -> &Arc<ReferenceTimes> {
        &self.times
    }
}

/// What is kept of the ways of the reference: no trajectory but a few.
#[derive(Default)]
struct Seen {
    /// Sums over the particles at every node.
    sums: Profile,
    /// The angle that each particle turns through.
    turning: Vec<f64>,
    /// The ways of the first [`CROSSING`] particles.
    lines: Vec<Vec<Point>>,
}

impl Seen {
    /// Adds the next particles.
    fn add(&mut self, course: &Course) {
        course.add_to(&mut self.sums);
        let particles = 0..course.n_particles;
        self.turning
            .extend(particles.clone().map(|i| course.turning(i)));
        let room = CROSSING.saturating_sub(self.lines.len());
        self.lines
            .extend(particles.take(room).map(|i| course.line(i)));
    }

    /// Adds what was seen of the next particles.
    fn append(&mut self, mut next: Self) {
        self.sums.append(&next.sums);
        self.turning.append(&mut next.turning);
        self.lines.append(&mut next.lines);
        self.lines.truncate(CROSSING);
    }
}

/// What the field does with the points by itself.
pub async fn reference(flow: &Flow, x_0: &[Point], parts: &Parts) -> Reference {
    let rows = CHUNK.min(flow.rows());
    let times = Arc::new(reference_times(flow, x_0).await);
    let works = x_0.chunks(rows).map(|x_0| {
        let (flow, times, x_0) = (flow.clone(), Arc::clone(&times), x_0.to_vec());
        Work::new(async move {
            let (halving, course) = times.solve_along(flow.field.as_ref(), &x_0).await;
            let mut seen = Seen::default();
            seen.add(&course);
            (halving, seen)
        })
    });
    let (mut halving, mut seen) = (Halving::default(), Seen::default());
    let solved = parts.all(works.collect()).await;
    for (chunk, next) in solved {
        halving.append(chunk);
        seen.append(next);
    }
    Reference {
        times,
        halving,
        seen,
        one_step: one_step(flow, x_0).await,
    }
}

/// Where one Euler step over the whole time takes the points: `Z_0 + (t_1 - t_0) v(Z_0, t_0)`.
async fn one_step(flow: &Flow, x_0: &[Point]) -> Vec<Point> {
    let (start, end) = time_range(flow);
    let mut ends = Vec::with_capacity(x_0.len());
    for x_0 in x_0.chunks(CHUNK.min(flow.rows()).max(1)) {
        let mut velocities = vec![[0.0; 2]; x_0.len()];
        flow.field.eval(start, x_0, &mut velocities);
        let step = |(x, v): (&Point, &Point)| [0, 1].map(|i| x[i] + (end - start) * v[i]);
        ends.extend(x_0.iter().zip(&velocities).map(step));
        pause().await;
    }
    ends
}

/// The times of the reference solution of these points.
pub async fn reference_times(flow: &Flow, x_0: &[Point]) -> ReferenceTimes {
    let rows = CHUNK.min(flow.rows());
    ReferenceTimes::choose(flow.field.as_ref(), time_range(flow), x_0, rows).await
}

/// A fine solution from the first time of the range to the second, which may be the earlier one; nothing is kept of the
/// ways.
pub(super) async fn fine(flow: &Flow, range: (f64, f64), x_0: &[Point], parts: &Parts) -> Halving {
    let rows = CHUNK.min(flow.rows());
    let times = ReferenceTimes::choose(flow.field.as_ref(), range, x_0, rows).await;
    let times = Arc::new(times);
    let works = x_0.chunks(rows).map(|x_0| {
        let (flow, times, x_0) = (flow.clone(), Arc::clone(&times), x_0.to_vec());
        Work::new(async move { times.solve(flow.field.as_ref(), &x_0).await })
    });
    let mut halving = Halving::default();
    let solved = parts.all(works.collect()).await;
    solved.into_iter().for_each(|chunk| halving.append(chunk));
    halving
}

fn time_range(flow: &Flow) -> (f64, f64) {
    flow.id.experiment.problem.path.time_range()
}

/// The numbers of a field, from where the experiment's solver takes the source points by its steps and what the field does by
/// itself.
pub async fn measure(
    steps: &Steps,
    references: &References,
    ends: &[Point],
    reference: &Reference,
    parts: &Parts,
) -> Metrics {
    let walks = &reference.halving.fine;
    let trajectories = trajectory_metrics(walks);
    let fine_ends = reference.halving.ends();
    let n_w2 = references.target.len();
    let starts = references.source[..n_w2].to_vec();
    let to_target = |ends: &[Point]| distance(ends[..n_w2].to_vec(), references.target.clone());
    let works = vec![
        to_target(ends),
        to_target(&fine_ends),
        distance(starts, fine_ends[..n_w2].to_vec()),
    ];
    let squares = parts.all(works).await;
    let mut squares = squares.into_iter().map(|w2| w2.ok());
    let mut next = || squares.next().flatten();
    let (w2, w2_fine) = (next().map(f64::sqrt), next().map(f64::sqrt));
    let w2_start_end_squared = next();
    let Seen {
        sums,
        turning,
        lines,
    } = &reference.seen;
    let sampler = steps.sampler();
    let straightness_reason = (!sampler.is_ode()).then(|| NO_STRAIGHTNESS.to_owned());
    let (npe, npe_reason) = match &straightness_reason {
        None => npe(references, trajectories.path_energy),
        Some(_) => (None, straightness_reason.clone()),
    };
    let crossings = crossing_rate(lines.clone()).await;
    let (learned, learned_reason) = match is_shift(walks) {
        true => (Some(false), Some(ONLY_A_SHIFT.to_owned())),
        // Of the flow itself: a coarse solver misses, whatever the network has learned.
        false => progress(references, w2_fine),
    };
    Metrics {
        n_samples: ends.len(),
        w2_samples: references.target.len(),
        npe,
        npe_reason,
        trajectories,
        trajectories_stderr: trajectory_metrics_stderr(walks),
        w2,
        w2_floor: references.w2_floor,
        w2_affine: references.w2_affine,
        w2_source_target_squared: references.w2_source_target_squared,
        w2_source_target_noise: noise(references),
        w2_start_end_squared: w2_start_end_squared.filter(|_| sampler.is_ode()),
        turning: Mean::of(turning.iter().copied()),
        crossings: crossings.filter(|_| sampler.is_ode()),
        profile: Arc::new(Profile::of_sums(sums.clone(), walks.len())),
        learned,
        learned_reason,
        nfe: steps.nfe,
        steps: steps.accepted(),
        rejected: steps.rejected,
        stopped_at: steps.stopped_at(),
        solver: steps.solver,
        sampler,
        straightness_reason,
        solver_error: rms_distance(ends, &fine_ends),
        one_step_error: rms_distance(&reference.one_step, &fine_ends),
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
