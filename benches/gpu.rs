//! Training on a GPU, and what Burn's fusion and autotune make of it: `cargo bench --bench gpu`, the same with
//! `--features fusion`, `--features autotune` and both.
//!
//! Rows of steps on batches that are there, as long as the learner's; after each stretch one of the fused CPU engine,
//! because the machine is not always equally fast. Then a million particles, carried and painted. Without an adapter
//! there is nothing to measure.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench that cannot go on ends"
)]

#[path = "../tests/studio/mod.rs"]
mod studio;

use std::sync::Arc;
use std::time::{Duration, Instant};

use pushforward::experiment::{Experiment, Layer, presets};
use pushforward::flow::Point;
use pushforward::flow::distribution::{Distribution, Shape};
use pushforward::flow::rng::{Stream, stream};
use pushforward::flow::solver::{Solver, Steps, solve};
use pushforward::model::{
    Batch, DeviceError, Engine, EngineError, FrozenField, MlpParams, OpenDevice, Scaling, Widths,
};
use pushforward::products::{Cloud, CloudBlock, GrowingCloud};
use pushforward::session::{Cores, Crew, Engines, Options, Session};
use pushforward::snapshot::LaneId;
use rand::RngExt;

const NETWORKS: [(&[usize], usize); 3] = [(&[64; 3], 256), (&[128; 3], 512), (&[256; 4], 1024)];
/// Time in which kernels are compiled and tuned, and rows find their length.
const WARM_UP: Duration = Duration::from_secs(2);
const STRETCH: Duration = Duration::from_secs(1);
const CPU_STRETCH: Duration = Duration::from_millis(300);
const STRETCHES: usize = 5;
/// The learner's rows take about this long and are no longer than this.
const ROW: Duration = Duration::from_millis(25);
const MAX_ROW: usize = 64;
const PARTICLES: usize = 1_000_000;
const BLOCK: usize = 65_536;
/// Passes of the CPU over the particles, without the first.
const PASSES: usize = 3;
/// The GPU carries blocks, and the window paints frames, for about this long.
const SHOW: Duration = Duration::from_secs(3);

fn main() {
    let start = Instant::now();
    let (device, verdict) = match OpenDevice::gpu() {
        Err(DeviceError::Missing(reason)) => {
            println!("SKIP: {}", reason.lines().next().unwrap_or("no adapter"));
            return;
        }
        Ok(device) => (Some(device), "passed".to_owned()),
        Err(untrusted) => (None, format!("FAILED: {untrusted}")),
    };
    let compiled_in = match (cfg!(feature = "fusion"), cfg!(feature = "autotune")) {
        (false, false) => "neither fusion nor autotune",
        (true, false) => "fusion",
        (false, true) => "autotune",
        (true, true) => "fusion and autotune",
    };
    println!("compiled in: {compiled_in}");
    println!(
        "self-test: {verdict} ({:.1} s)",
        start.elapsed().as_secs_f64()
    );
    let Some(device) = device else {
        std::process::exit(1)
    };
    println!("adapter: {}\n", device.label());
    let Ok(crew) = Crew::of_all_cores() else {
        return println!("no threads");
    };
    println!(
        "| network | batch | first step s | GPU steps/s (median of {STRETCHES}) | slowest and fastest | CPU steps/s | GPU / CPU |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (hidden, n) in NETWORKS {
        match rates(&crew, &device, hidden, n) {
            Ok(rates) => rates.print(hidden, n),
            Err(error) => println!("| {hidden:?} | {n} | {error} | | | | |"),
        }
    }
    match carry(&device) {
        Ok(()) => paint(),
        Err(error) => println!("\nparticles: {error}"),
    }
}

/// One step of the midpoint rule for a million particles, there and back included, beside all cores of the CPU.
fn carry(device: &OpenDevice) -> Result<(), EngineError> {
    let experiment = experiment(NETWORKS[0].0, NETWORKS[0].1);
    let widths = Widths::of(&experiment.model);
    let params = MlpParams::init(widths, &mut stream(0, Stream::Weights, 0));
    let scaling = Scaling::measure(&experiment).unwrap();
    let field = FrozenField::new(Arc::new(params), &experiment, scaling, 0);
    let x_0 = particles();
    let flow = device.flow(&field)?;
    let solver = Solver::Midpoint { steps: 1 };
    let steps = Steps::equal(solver, (0.0, 1.0)).unwrap();
    // The first block, like the first pass of the CPU, warms up.
    let (mut start, mut carried) = (Instant::now(), 0);
    for (i, block) in x_0.chunks_exact(BLOCK).cycle().enumerate() {
        flow.carry(block, &steps, &[1])?;
        if i == 0 {
            start = Instant::now();
            continue;
        }
        carried += BLOCK;
        if start.elapsed() > SHOW {
            break;
        }
    }
    let gpu = 1e3 * start.elapsed().as_secs_f64() * PARTICLES as f64 / carried as f64;
    let threads = Cores::all().threads();
    let pass = |_| {
        let start = Instant::now();
        std::thread::scope(|scope| {
            for share in x_0.chunks(x_0.len().div_ceil(threads)) {
                let work = || {
                    for piece in share.chunks(1024) {
                        solve(&field, solver, (0.0, 1.0), piece);
                    }
                };
                scope.spawn(work);
            }
        });
        1e3 * start.elapsed().as_secs_f64()
    };
    let mut cpu: Vec<f64> = (0..=PASSES).map(pass).skip(1).collect();
    cpu.sort_by(f64::total_cmp);
    println!(
        "\n{PARTICLES} particles, one midpoint step, 3 x 64: GPU {gpu:.0} ms, CPU {:.0} ms",
        cpu[PASSES / 2]
    );
    Ok(())
}

/// A frame with a cloud of a million particles on a canvas of 1024 x 1024 pixels, reading it back included.
fn paint() {
    let mut studio = studio::Studio::open(1024).unwrap();
    let mut experiment = experiment(NETWORKS[0].0, NETWORKS[0].1);
    experiment.view.particles = PARTICLES;
    experiment.view.layers = vec![Layer::Particles];
    let experiment = Arc::new(experiment);
    let points: Vec<[f32; 2]> = particles().iter().map(|p| p.map(|x| x as f32)).collect();
    let later: Vec<[f32; 2]> = points.iter().map(|[x, y]| [x + 0.5, *y]).collect();
    let block = |(a, b): (&[[f32; 2]], &[[f32; 2]])| {
        Arc::new(CloudBlock::new(vec![0.0, 1.0], &[a.to_vec(), b.to_vec()]))
    };
    let blocks = points.chunks(BLOCK).zip(later.chunks(BLOCK)).map(block);
    let options = Options::default();
    let session = Session::start(Arc::clone(&experiment), options, Arc::new(|| ())).unwrap();
    let mut frame = (*session.frame(LaneId::default())).clone();
    let cloud = Cloud {
        step: 0,
        wanted: PARTICLES,
        carried: PARTICLES,
        device: "GPU".into(),
        blocks: blocks.collect(),
    };
    frame.products.put(frame.flow(), GrowingCloud::still(cloud));
    let mut times = Vec::new();
    let mut uploads = 0;
    let mut painting = Instant::now();
    for i in 0.. {
        let start = Instant::now();
        let (_, more) = studio.paint(&frame, f64::from(i % 10) / 10.0);
        if more {
            uploads += 1;
            painting = Instant::now();
            continue;
        }
        times.push(1e3 * start.elapsed().as_secs_f64());
        if times.len() == 20 || painting.elapsed() > SHOW {
            break;
        }
    }
    times.sort_by(f64::total_cmp);
    println!(
        "{PARTICLES} particles painted: {:.1} ms a frame, after {uploads} frames of uploads",
        times[times.len() / 2]
    );
}

fn particles() -> Vec<Point> {
    let sampler = Distribution::from(Shape::Gaussian { std: 1.0 }).sampler();
    sampler
        .unwrap()
        .sample_n(PARTICLES, &mut stream(0, Stream::Display, 0))
}

/// What one network reaches.
struct Rates {
    first_step: f64,
    gpu: Vec<f64>,
    cpu: Vec<f64>,
}

impl Rates {
    fn print(&self, hidden: &[usize], n: usize) {
        let (gpu, cpu) = (self.gpu[STRETCHES / 2], self.cpu[STRETCHES / 2]);
        println!(
            "| {} x {} | {n} | {:.2} | {gpu:.1} | {:.1} .. {:.1} | {cpu:.0} | {:.3} |",
            hidden.len(),
            hidden[0],
            self.first_step,
            self.gpu[0],
            self.gpu[STRETCHES - 1],
            gpu / cpu
        );
    }
}

fn rates(
    crew: &Crew,
    device: &OpenDevice,
    hidden: &[usize],
    n: usize,
) -> Result<Rates, EngineError> {
    let experiment = experiment(hidden, n);
    let (model, training) = (&experiment.model, &experiment.training);
    let params = MlpParams::init(Widths::of(model), &mut stream(0, Stream::Weights, 0));
    let batches = batches(n);
    let mut gpu = device.engine(model, training, &params)?;
    let mut cpu = Engines::cpu(crew).make(&experiment, &params)?;
    let start = Instant::now();
    gpu.steps(&batches[..1], &[1e-3])?;
    let first_step = start.elapsed().as_secs_f64();
    let mut gpu_row = 1;
    let mut cpu_row = 1;
    stretch(&mut *gpu, &batches, &mut gpu_row, WARM_UP)?;
    let (mut gpu_rates, mut cpu_rates) = (Vec::new(), Vec::new());
    for _ in 0..STRETCHES {
        gpu_rates.push(stretch(&mut *gpu, &batches, &mut gpu_row, STRETCH)?);
        cpu_rates.push(stretch(&mut *cpu, &batches, &mut cpu_row, CPU_STRETCH)?);
    }
    gpu_rates.sort_by(f64::total_cmp);
    cpu_rates.sort_by(f64::total_cmp);
    Ok(Rates {
        first_step,
        gpu: gpu_rates,
        cpu: cpu_rates,
    })
}

/// Steps a second over at least the given time, in whole rows whose length follows the pace.
fn stretch(
    engine: &mut dyn Engine,
    batches: &[Batch],
    row: &mut usize,
    time: Duration,
) -> Result<f64, EngineError> {
    let (start, mut steps) = (Instant::now(), 0);
    while start.elapsed() < time {
        let row_start = Instant::now();
        engine.steps(&batches[..*row], &[1e-3; MAX_ROW][..*row])?;
        steps += *row;
        let pace = row_start.elapsed().as_secs_f64() / *row as f64;
        *row = ((ROW.as_secs_f64() / pace) as usize).clamp(1, MAX_ROW);
    }
    Ok(steps as f64 / start.elapsed().as_secs_f64())
}

fn experiment(hidden: &[usize], n: usize) -> Experiment {
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    experiment.model.hidden = hidden.to_vec();
    experiment.training.batch = n;
    experiment
}

/// Regression problems of the right shapes, one for each step of a row.
fn batches(n: usize) -> Vec<Batch> {
    let mut rng = stream(7, Stream::Times, 0);
    let mut numbers =
        |count: usize| -> Vec<f32> { (0..count).map(|_| rng.random::<f32>() - 0.5).collect() };
    let batch = |_| Batch {
        n,
        inputs: numbers(3 * n),
        targets: numbers(2 * n),
        weights: vec![1.0; n],
        ..Batch::default()
    };
    (0..MAX_ROW).map(batch).collect()
}
