//! The numbers of `pushforward bench`, as `--json` prints them: a contract that scripts rely on.

use serde::Serialize;

/// The numbers of one machine.
#[derive(Clone, Debug, Serialize)]
pub struct BenchReport {
    /// What was measured on.
    pub machine: Machine,
    /// Training steps.
    pub steps: Vec<StepTime>,
    /// Exact couplings.
    pub assignment: Vec<AssignmentTime>,
    /// Evaluations of a trained field.
    pub velocity: VelocityRate,
    /// Whole trainings.
    pub jobs: Vec<JobTime>,
}

/// A machine in a few words.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// The processor's name, where the system tells.
    pub cpu: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// Threads that train.
    pub threads: usize,
    /// The vector instructions that are used.
    pub instruction_set: &'static str,
    /// Fused multiplications and additions in registers on one core, 10^9 operations a second.
    pub gemm_peak_gflops: f64,
}

/// One training step of a SiLU network with Adam and averaging.
#[derive(Clone, Debug, Serialize)]
pub struct StepTime {
    /// Hidden widths.
    pub hidden: Vec<usize>,
    /// Pairs per step.
    pub batch: usize,
    /// Wall time of a step in the training loop, batches drawn on the coupling thread.
    pub ms: f64,
    /// Wall time of a step on a batch that is already there.
    pub step_ms: f64,
    /// Share of the peak of all threads that the step reaches, by its multiplications and additions.
    pub peak_share: f64,
    /// Threads.
    pub threads: usize,
}

/// One exact assignment, Gaussian to eight Gaussians, cost included.
#[derive(Clone, Debug, Serialize)]
pub struct AssignmentTime {
    /// Pairs.
    pub n: usize,
    /// CPU time on one core, median over the draws.
    pub ms: f64,
}

/// Evaluations of the 3 x 64 SiLU field on one thread.
#[derive(Clone, Debug, Serialize)]
pub struct VelocityRate {
    /// Velocities a second.
    pub per_sec: f64,
    /// Velocities with their exact divergence a second.
    pub with_divergence_per_sec: f64,
    /// Share of one core's peak that the velocity's multiplications and additions reach.
    pub peak_share: f64,
    /// Time of a velocity over that of its model: multiplications and additions at the peak, and the activations
    /// at the speed that they have alone.
    pub over_model: f64,
}

/// A training from the first step to the last.
#[derive(Clone, Debug, Serialize)]
pub struct JobTime {
    /// What is trained.
    pub name: String,
    /// Steps.
    pub steps: u64,
    /// Wall time.
    pub secs: f64,
    /// CPU time of the coupling thread.
    pub coupling_secs: f64,
}

/// How cost grows.
#[derive(Clone, Debug, Serialize)]
pub struct ScalingReport {
    /// With the width of three hidden layers, batch 256.
    pub width: Vec<WidthTime>,
    /// With the batch, 3 x 64.
    pub batch: Vec<BatchTime>,
    /// With the particles of one evaluation of the 3 x 64 field.
    pub particles: Vec<ParticlesTime>,
}

/// A point of the curve over the width.
#[derive(Clone, Debug, Serialize)]
pub struct WidthTime {
    /// Units in each of three hidden layers.
    pub width: usize,
    /// Wall time of a training step.
    pub ms: f64,
}

/// A point of the curve over the batch.
#[derive(Clone, Debug, Serialize)]
pub struct BatchTime {
    /// Pairs per step.
    pub batch: usize,
    /// Wall time of a training step.
    pub ms: f64,
}

/// A point of the curve over the particles.
#[derive(Clone, Debug, Serialize)]
pub struct ParticlesTime {
    /// Points of one evaluation.
    pub particles: usize,
    /// Wall time of the evaluation on one thread.
    pub ms: f64,
}
