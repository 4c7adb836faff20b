//! How fast this machine trains, couples and evaluates: the numbers behind `pushforward bench`.
//!
//! Times of the training loop, of couplings and of evaluations are medians of several repeats, because other work on
//! the machine disturbs some of them.

mod report;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Instant, thread_time};
use crate::experiment::{Activation, Experiment, Optimizer, presets};
use crate::flow::coupling::Coupling;
use crate::flow::coupling::assignment::assign;
use crate::flow::distribution::{Distribution, Shape};
use crate::flow::path::Path;
use crate::flow::rng::{Stream, stream};
use crate::flow::{Point, VelocityField};
use crate::model::peak::{activation_secs, instruction_set, peak_gflops};
use crate::model::{FrozenField, MlpParams, Scaling, Widths};

use super::cores::Cores;
use super::crew::Crew;
use super::engines::Engines;
use super::learner::{Learner, StepError};

pub use report::{
    AssignmentTime, BatchTime, BenchReport, JobTime, Machine, ParticlesTime, ScalingReport,
    StepTime, VelocityRate, WidthTime,
};

/// Time that one number may take.
const TRIAL: Duration = Duration::from_secs(2);
/// Repeats of a trial, of which the median counts.
const REPEATS: u32 = 5;
/// Networks and batch sizes of the training rows.
const NETWORKS: [(&[usize], usize); 3] = [(&[64; 3], 256), (&[128; 3], 512), (&[256; 4], 1024)];
/// Blocks of the coupling rows.
const BLOCKS: [usize; 3] = [256, 512, 1024];
/// Different draws behind each coupling row.
const DRAWS: u64 = 20;
/// Points of one evaluation of the field: a row of tiles, far smaller than the cache.
const POINTS: usize = 4096;
/// Steps of the torchcfm tutorial.
const JOB_STEPS: u64 = 20_000;

/// Why there are no numbers.
#[derive(Debug, thiserror::Error)]
#[error("the bench cannot go on: {0}")]
pub struct BenchError(String);

impl BenchError {
    fn new(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// Measures for about half a minute. `say` hears what is being measured.
///
/// # Errors
/// If an engine or a thread cannot be made.
pub fn bench(threads: usize, say: &mut dyn FnMut(&str)) -> Result<BenchReport, BenchError> {
    let crew = &Crew::spawn(threads).map_err(BenchError::new)?;
    let engines = Engines::cpu(crew);
    say("the peak of the processor");
    let peak = peak_gflops();
    let mut steps = Vec::new();
    for (hidden, batch) in NETWORKS {
        say(&format!("training steps, hidden {hidden:?}, batch {batch}"));
        steps.push(step_time(&engines, hidden, batch, crew, peak)?);
    }
    let mut assignment = Vec::new();
    for n in BLOCKS {
        say(&format!("assignments of {n} pairs"));
        assignment.push(assignment_time(n)?);
    }
    say("velocities");
    let velocity = velocity_rate(peak)?;
    let mut jobs = Vec::new();
    let batch_ot = Coupling::BatchOt { batch: 256 };
    for (name, coupling) in [
        ("torchcfm independent", Coupling::Independent),
        ("torchcfm batch-OT", batch_ot),
    ] {
        say(&format!("{JOB_STEPS} steps, {name}"));
        jobs.push(job_time(&engines, crew, name, coupling)?);
    }
    Ok(BenchReport {
        machine: machine(threads, peak),
        steps,
        assignment,
        velocity,
        jobs,
    })
}

/// Measures how cost grows with width, batch and particles.
///
/// # Errors
/// As [`bench()`].
pub fn scaling(threads: usize, say: &mut dyn FnMut(&str)) -> Result<ScalingReport, BenchError> {
    let crew = &Crew::spawn(threads).map_err(BenchError::new)?;
    let engines = Engines::cpu(crew);
    let mut width = Vec::new();
    for units in [32, 64, 128, 256, 512] {
        say(&format!("hidden 3 x {units}"));
        let ms = loop_ms(&engines, crew, &network(&[units; 3], 256)?)?;
        width.push(WidthTime { width: units, ms });
    }
    let mut batch = Vec::new();
    for pairs in [64, 128, 256, 512, 1024, 2048, 4096] {
        say(&format!("batch {pairs}"));
        let ms = loop_ms(&engines, crew, &network(&[64; 3], pairs)?)?;
        batch.push(BatchTime { batch: pairs, ms });
    }
    let mut particles = Vec::new();
    let field = field()?;
    for n in [1_000, 10_000, 100_000, 1_000_000] {
        say(&format!("{n} particles"));
        let xs = cloud(n);
        let mut out = vec![[0.0; 2]; n];
        let ms = 1e3 * median_secs(|| field.eval(0.5, black_box(&xs), &mut out));
        particles.push(ParticlesTime { particles: n, ms });
    }
    Ok(ScalingReport {
        width,
        batch,
        particles,
    })
}

fn machine(threads: usize, peak: f64) -> Machine {
    let names = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = names.lines().find(|line| line.starts_with("model name"));
    let name = name.and_then(|line| line.split_once(':'));
    Machine {
        cpu: name.map_or("unknown", |(_, name)| name.trim()).to_owned(),
        cores: Cores::all().threads(),
        threads,
        instruction_set: instruction_set(),
        gemm_peak_gflops: peak,
    }
}

/// Gaussian to eight Gaussians, cond-OT, SiLU, Adam.
fn network(hidden: &[usize], batch: usize) -> Result<Experiment, BenchError> {
    let preset = presets::find("eight-gaussians").map(presets::Preset::experiment);
    let mut experiment = preset
        .ok_or_else(|| BenchError::new("the preset eight-gaussians is missing"))?
        .map_err(BenchError::new)?;
    experiment.problem.path = Path::CondOt { sigma_min: 0.0 };
    experiment.problem.coupling = Coupling::Independent;
    experiment.model.hidden = hidden.to_vec();
    experiment.model.activation = Activation::Silu;
    experiment.training.batch = batch;
    experiment.training.steps = u64::MAX / 2;
    Ok(experiment)
}

/// The torchcfm tutorial's setting: eight Gaussians to moons, 3 x 64 SELU, batch 256, Adam 1e-3, sigma 0.1.
fn tutorial(coupling: Coupling) -> Result<Experiment, BenchError> {
    let mut experiment = network(&[64; 3], 256)?;
    experiment.problem.source = Distribution::from(Shape::EightGaussians {
        radius: 5.0,
        std: 0.1_f64.sqrt(),
    });
    experiment.problem.target = Distribution {
        scale: 3.0,
        shift: (-1.0, -1.0),
        ..Distribution::from(Shape::Moons { noise: 0.2 })
    };
    experiment.problem.coupling = coupling;
    experiment.model.activation = Activation::Selu;
    experiment.training.optimizer = Optimizer::Adam {
        lr: 1e-3,
        beta_1: 0.9,
        beta_2: 0.999,
        epsilon: 1e-8,
    };
    experiment.problem.noise = 0.1;
    experiment.training.steps = JOB_STEPS;
    Ok(experiment)
}

fn step_time(
    engines: &Engines,
    hidden: &[usize],
    batch: usize,
    crew: &Crew,
    peak: f64,
) -> Result<StepTime, BenchError> {
    let experiment = network(hidden, batch)?;
    let step_ms = 1e3
        / engines
            .steps_per_sec(&experiment, TRIAL)
            .map_err(BenchError::new)?;
    let gflops = step_operations(&experiment) / (1e6 * step_ms);
    Ok(StepTime {
        hidden: hidden.to_vec(),
        batch,
        ms: loop_ms(engines, crew, &experiment)?,
        step_ms,
        peak_share: gflops / (peak * crew.size() as f64),
        threads: crew.size(),
    })
}

/// Multiplications and additions of a forward and a backward pass; the inputs need no gradient.
fn step_operations(experiment: &Experiment) -> f64 {
    let widths = Widths::of(&experiment.model);
    let weights = |(n_in, n_out): (usize, usize)| n_in * n_out;
    let all: usize = widths.layers().map(weights).sum();
    let first = widths.layers().map(weights).next().unwrap_or(0);
    (experiment.training.batch * (6 * all - 2 * first)) as f64
}

/// Wall time of a step in the training loop.
fn loop_ms(engines: &Engines, crew: &Crew, experiment: &Experiment) -> Result<f64, BenchError> {
    let mut learner = learner(engines, crew, experiment)?;
    for _ in 0..20 {
        learner.step().map_err(step_error)?;
    }
    let mut times = Vec::new();
    for _ in 0..REPEATS {
        let (start, first) = (Instant::now(), learner.steps_taken());
        while start.elapsed() < TRIAL / REPEATS {
            learner.step().map_err(step_error)?;
        }
        let steps = (learner.steps_taken() - first) as f64;
        times.push(1e3 * start.elapsed().as_secs_f64() / steps);
    }
    Ok(median(times))
}

fn job_time(
    engines: &Engines,
    crew: &Crew,
    name: &str,
    coupling: Coupling,
) -> Result<JobTime, BenchError> {
    let start = Instant::now();
    let mut learner = learner(engines, crew, &tutorial(coupling)?)?;
    while !learner.is_finished() {
        learner.step().map_err(step_error)?;
    }
    Ok(JobTime {
        name: name.to_owned(),
        steps: learner.steps_taken(),
        secs: start.elapsed().as_secs_f64(),
        coupling_secs: learner.coupling_time().as_secs_f64(),
    })
}

fn learner(engines: &Engines, crew: &Crew, experiment: &Experiment) -> Result<Learner, BenchError> {
    Learner::new(Arc::new(experiment.clone()), engines, crew).map_err(BenchError::new)
}

fn step_error(error: StepError) -> BenchError {
    match error {
        StepError::NoBatch(reason) => BenchError(reason),
        StepError::Engine(error) => BenchError::new(error),
    }
}

fn assignment_time(n: usize) -> Result<AssignmentTime, BenchError> {
    let experiment = network(&[1], n)?;
    let source = experiment
        .problem
        .source
        .sampler()
        .map_err(BenchError::new)?;
    let target = experiment
        .problem
        .target
        .sampler()
        .map_err(BenchError::new)?;
    let mut times = Vec::new();
    for draw in 0..DRAWS {
        let mut rng = stream(0, Stream::Pairs, draw);
        let (x_0, x_1) = (source.sample_n(n, &mut rng), target.sample_n(n, &mut rng));
        let start = thread_time().map_err(BenchError::new)?;
        assign(black_box(&x_0), black_box(&x_1)).map_err(BenchError::new)?;
        let spent = thread_time().map_err(BenchError::new)? - start;
        times.push(1e3 * spent.as_secs_f64());
    }
    Ok(AssignmentTime {
        n,
        ms: median(times),
    })
}

fn velocity_rate(peak: f64) -> Result<VelocityRate, BenchError> {
    let field = field()?;
    let xs = cloud(POINTS);
    let (mut out, mut div) = (vec![[0.0; 2]; POINTS], vec![0.0; POINTS]);
    let plain = median_secs(|| field.eval(0.5, black_box(&xs), &mut out));
    let both = median_secs(|| field.eval_div(0.5, black_box(&xs), &mut out, &mut div));
    let n = POINTS as f64;
    // Two inputs, because the time is folded into the biases.
    let operations = 2.0 * (2 * 64 + 2 * 64 * 64 + 64 * 2) as f64;
    let model = 1e-9 * operations / peak + (3 * 64) as f64 * activation_secs(Activation::Silu);
    Ok(VelocityRate {
        per_sec: n / plain,
        with_divergence_per_sec: n / both,
        peak_share: 1e-9 * n * operations / plain / peak,
        over_model: plain / n / model,
    })
}

/// An untrained 3 x 64 field: its values do not change its cost.
fn field() -> Result<FrozenField, BenchError> {
    let experiment = network(&[64; 3], 256)?;
    let widths = Widths::of(&experiment.model);
    let params = MlpParams::init(widths, &mut stream(0, Stream::Weights, 0));
    let scaling = Scaling::measure(&experiment).map_err(BenchError::new)?;
    Ok(FrozenField::new(Arc::new(params), &experiment, scaling, 0))
}

fn cloud(n: usize) -> Vec<Point> {
    let sampler = Distribution::from(Shape::Gaussian { std: 1.0 }).sampler();
    sampler.map_or_else(
        |_| Vec::new(),
        |sampler| sampler.sample_n(n, &mut stream(0, Stream::Display, 0)),
    )
}

/// Median wall time of one call.
fn median_secs(mut work: impl FnMut()) -> f64 {
    work();
    let (start, mut times) = (Instant::now(), Vec::new());
    while start.elapsed() < TRIAL / 2 || times.len() < 3 {
        let now = Instant::now();
        work();
        times.push(now.elapsed().as_secs_f64());
    }
    median(times)
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}
