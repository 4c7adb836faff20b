//! `metrics.json`: the numbers of a finished run.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::experiment::Experiment;
use crate::flow::metrics::Mean;
use crate::flow::{Bounds, Point};
use crate::products::{
    CouplingPlan, ErrorBin, Floor, FmError, Likelihood, Metrics, ReferenceSolver, SolverComparison,
};
use crate::scene::metrics::Measured;
use crate::snapshot::MeanLoss;

use super::untrained;

/// The version of `metrics.json`: it grows when a key changes its meaning or goes, not when one is added.
pub const SCHEMA: u32 = 1;

/// The numbers of one run; `docs/metrics.md` documents every key. Whatever is not finite is written as null.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The program's version.
    pub program_version: &'static str,
    /// The experiment's name.
    pub name: String,
    /// Its seed.
    pub seed: u64,
    /// The device in words.
    pub device: String,
    /// Training steps taken.
    pub steps: u64,
    /// The step that the last schedule of the learning rate started at: not 0 if training went on after a cosine had
    /// come to its end, or learned something else from there on.
    pub schedule_start: u64,
    /// First and last time of every trajectory.
    pub time_range: [f64; 2],
    /// Evaluation trajectories.
    pub n_samples: usize,
    /// Points behind every W2.
    pub w2_samples: usize,
    /// What was measured, under the keys of [`crate::scene::metrics::table`].
    #[serde(flatten)]
    pub measured: Measured,
    /// Held-out points at the start of the flow.
    pub data_to_noise: DataToNoise,
    /// Where the integral behind `mass` was taken, and `density.npy` if it was asked for.
    pub mass_bounds: Bounds,
    /// See [`Measured::standard_errors`].
    pub standard_errors: BTreeMap<&'static str, Option<f64>>,
    /// How far the field is from the exact one, over t; empty if there is none.
    pub fm_error_profile: ErrorProfile,
    /// The solver behind path energy, transport cost, straightness, chord ratio and NPE.
    pub reference_solver: Reference,
    /// What [`Experiment::cautions`] says.
    pub cautions: Vec<String>,
    /// How long things took.
    pub timing: Timing,
}

/// `E |v_t - u_t|^2` over stretches of t.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ErrorProfile {
    /// The middle of each stretch.
    pub t: Vec<f64>,
    /// The mean over each.
    pub value: Vec<f64>,
    /// Their standard errors.
    pub stderr: Vec<f64>,
}

impl ErrorProfile {
    fn new(error: &FmError) -> Self {
        let of = |number: fn(&ErrorBin) -> f64| error.bins.iter().map(number).collect();
        Self {
            t: of(|bin| bin.t),
            value: of(|bin| bin.mean.value),
            stderr: of(|bin| bin.mean.stderr),
        }
    }
}

/// The reference solver and how good it is.
#[derive(Clone, Debug, Serialize)]
pub struct Reference {
    /// Its name.
    pub method: &'static str,
    /// Steps, of unequal length.
    pub steps: usize,
    /// Velocity evaluations per trajectory.
    pub nfe: usize,
    /// Root mean square distance by which its end points moved when the steps were halved.
    pub end_point_error: Option<f64>,
    /// How much S changed then.
    pub straightness_error: Option<f64>,
    /// Whether both are within tolerance; if not, the steps were capped.
    pub within_tolerance: bool,
}

/// Mean and covariance of encoded held-out points, beside those of source points.
#[derive(Clone, Debug, Serialize)]
pub struct DataToNoise {
    /// Mean of the encoded points.
    pub mean: Point,
    /// Standard errors of its coordinates.
    pub mean_standard_errors: Point,
    /// Covariance of the encoded points: xx, xy, yy.
    pub covariance: [f64; 3],
    /// Mean of the source points of the evaluation.
    pub source_mean: Point,
    /// Their covariance.
    pub source_covariance: [f64; 3],
}

impl DataToNoise {
    fn of(likelihood: &Likelihood) -> Self {
        let encoding = &likelihood.encoding;
        Self {
            mean: encoding.encoded.mean,
            mean_standard_errors: encoding.mean_stderr,
            covariance: encoding.encoded.cov,
            source_mean: encoding.source.mean,
            source_covariance: encoding.source.cov,
        }
    }
}

/// Seconds spent, and the rate.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Timing {
    /// Wall time of the training loop, without the first step and without the evaluation.
    pub train_secs: f64,
    /// Steps over that time.
    pub steps_per_sec: Option<f64>,
    /// CPU time of the threads that draw pairs, solve couplings and make batches.
    pub coupling_secs: f64,
    /// Wall time of solving the evaluation trajectories and writing them.
    pub solve_secs: f64,
    /// Wall time of the reference solution.
    pub reference_secs: f64,
    /// Wall time of comparing the solvers.
    pub solvers_secs: f64,
    /// Wall time of the likelihood.
    pub likelihood_secs: f64,
}

/// What the training loop knows and a measurement does not.
pub struct Trained {
    /// The device in words.
    pub device: String,
    /// Steps taken.
    pub steps: u64,
    /// See [`Report::schedule_start`].
    pub schedule_start: u64,
    /// See [`Measured::loss`].
    pub loss: Option<Mean>,
    /// See [`Measured::mean_losses`].
    pub mean_losses: Option<MeanLoss>,
    /// What that cannot get below.
    pub floor: Floor,
    /// How far the field is from the exact one, if there is one.
    pub fm_error: Option<FmError>,
    /// See [`Measured::pair_crossings`].
    pub pair_crossings: Option<Mean>,
    /// See [`Measured::coupling_cost`].
    pub coupling_cost: Option<f64>,
    /// See [`Measured::coupling_plan`].
    pub coupling_plan: Option<CouplingPlan>,
    /// How long things took.
    pub timing: Timing,
}

impl Reference {
    fn new(solver: &ReferenceSolver) -> Self {
        let finite = |value: f64| Some(value).filter(|v| v.is_finite());
        Self {
            method: "RK4",
            steps: solver.steps,
            nfe: solver.nfe(),
            end_point_error: finite(solver.error.end_points),
            straightness_error: finite(solver.error.straightness),
            within_tolerance: solver.error.within_tolerance,
        }
    }
}

impl Report {
    /// Whether it is of the exact field, for which nothing was trained.
    pub fn is_untrained(&self) -> bool {
        self.device == untrained::DEVICE
    }

    /// The straightness S of the flow, if it is finite.
    pub fn straightness(&self) -> Option<f64> {
        let metrics = self.measured.metrics.as_ref();
        let smooth = metrics.filter(|metrics| metrics.straightness_reason.is_none());
        let s = smooth.map(|metrics| metrics.trajectories.straightness);
        s.filter(|s| s.is_finite())
    }

    /// Puts the numbers together.
    pub fn new(
        experiment: &Experiment,
        trained: Trained,
        metrics: &Metrics,
        solvers: Option<&SolverComparison>,
        likelihood: &Likelihood,
    ) -> Self {
        let (start, end) = experiment.problem.path.time_range();
        let measured = Measured {
            solver: metrics.solver,
            sampler: metrics.sampler,
            metrics: Some(Arc::new(metrics.clone())),
            solvers: solvers.cloned().map(Arc::new),
            likelihood: Some(Arc::new(likelihood.clone())),
            pair_crossings: trained.pair_crossings,
            loss: trained.loss,
            predicted: experiment.model.parametrisation,
            mean_losses: trained.mean_losses,
            floor: Some(trained.floor.beside(Some(metrics.path_energy()))),
            fm_error: trained.fm_error.as_ref().map(|error| error.total),
            coupling_cost: trained.coupling_cost,
            coupling_plan: trained.coupling_plan,
        };
        Self {
            schema: SCHEMA,
            program_version: env!("CARGO_PKG_VERSION"),
            name: experiment.words.name.clone(),
            seed: experiment.seed,
            device: trained.device,
            steps: trained.steps,
            schedule_start: trained.schedule_start,
            time_range: [start, end],
            n_samples: metrics.n_samples,
            w2_samples: metrics.w2_samples,
            data_to_noise: DataToNoise::of(likelihood),
            mass_bounds: likelihood.mass_bounds,
            standard_errors: measured.standard_errors(),
            measured,
            fm_error_profile: match &trained.fm_error {
                Some(error) => ErrorProfile::new(error),
                None => ErrorProfile::default(),
            },
            reference_solver: Reference::new(&metrics.reference),
            cautions: experiment.cautions(),
            timing: trained.timing,
        }
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// Never for finite numbers, which is what [`Self::new`] keeps.
    pub fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}
