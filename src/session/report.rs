//! `metrics.json`: the numbers of a finished run.

use serde::Serialize;

use crate::experiment::Experiment;
use crate::snapshot::Metrics;

/// The numbers of one run. Whatever is not finite is written as null.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
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
    /// Evaluation trajectories.
    pub n_samples: usize,
    /// Unweighted CFM loss, summed over both coordinates, mean of the last `min(1000, steps)` steps.
    pub loss: Option<f64>,
    /// Mean squared distance of the training pairs over the same steps.
    pub coupling_cost: Option<f64>,
    /// `E int |v|^2 dt`.
    pub path_energy: Option<f64>,
    /// `E |Z_1 - Z_0|^2`.
    pub transport_cost: Option<f64>,
    /// `S = int E |(Z_1 - Z_0) - v|^2 dt`.
    pub straightness: Option<f64>,
    /// Mean of `|Z_1 - Z_0|` over arc length.
    pub chord_ratio: Option<f64>,
    /// Normalised path energy.
    pub npe: Option<f64>,
    /// Squared W2 between source and target samples.
    pub w2_source_target_squared: Option<f64>,
    /// W2 between generated and held-out target samples.
    pub w2: Option<f64>,
    /// Mean W2 between pairs of target draws.
    pub w2_floor: Option<f64>,
    /// Velocity evaluations per trajectory.
    pub nfe: usize,
    /// The solver in RON, as `--set solver=` takes it.
    pub solver: String,
    /// How long things took.
    pub timing: Timing,
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
    /// Wall time of solving the evaluation trajectories.
    pub solve_secs: f64,
}

/// What the training loop knows and a measurement does not.
pub struct Trained {
    /// The device in words.
    pub device: String,
    /// Steps taken.
    pub steps: u64,
    /// See [`Report::schedule_start`].
    pub schedule_start: u64,
    /// See [`Report::loss`].
    pub loss: Option<f64>,
    /// See [`Report::coupling_cost`].
    pub coupling_cost: Option<f64>,
    /// How long things took.
    pub timing: Timing,
}

impl Report {
    /// Puts the numbers together.
    pub fn new(experiment: &Experiment, trained: Trained, metrics: &Metrics) -> Self {
        let finite = |value: f64| Some(value).filter(|v| v.is_finite());
        Self {
            name: experiment.name.clone(),
            seed: experiment.seed,
            device: trained.device,
            steps: trained.steps,
            schedule_start: trained.schedule_start,
            n_samples: metrics.n_samples,
            loss: trained.loss.and_then(finite),
            coupling_cost: trained.coupling_cost.and_then(finite),
            path_energy: finite(metrics.path.path_energy),
            transport_cost: finite(metrics.path.transport_cost),
            straightness: finite(metrics.path.straightness),
            chord_ratio: finite(metrics.path.chord_ratio),
            npe: metrics.npe.and_then(finite),
            w2_source_target_squared: metrics.w2_source_target_squared.and_then(finite),
            w2: metrics.w2.and_then(finite),
            w2_floor: metrics.w2_floor.and_then(finite),
            nfe: metrics.nfe,
            solver: ron::to_string(&metrics.solver).unwrap_or_default(),
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
