//! The kernels one by one: `cargo bench --bench kernels`.

#![allow(missing_docs, reason = "criterion's macros make public functions")]

use std::hint::black_box;
use std::sync::Arc;

use burn::tensor::Device;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use pushforward::experiment::{Experiment, presets};
use pushforward::flow::coupling::assignment::assign;
use pushforward::flow::rng::{Stream, stream};
use pushforward::flow::solver::{Solver, solve};
use pushforward::flow::{Point, VelocityField};
use pushforward::model::{Batch, BurnEngine, Engine, FrozenField, MlpParams, Scaling, Widths};
use pushforward::session::{Crew, Engines};
use rand::RngExt;

fn experiment(name: &str) -> Experiment {
    let ron = presets::find(name).map_or("", |preset| preset.ron);
    Experiment::from_ron(ron).unwrap_or_else(|error| unreachable!("a shipped preset: {error}"))
}

/// Source and target points of a preset.
fn points(name: &str, n: usize) -> (Vec<Point>, Vec<Point>) {
    let experiment = experiment(name);
    let mut rng = stream(0, Stream::Display, n as u64);
    let mut draw = |distribution: &pushforward::flow::distribution::Distribution| {
        let sampler = distribution.sampler();
        sampler.map_or_else(|_| Vec::new(), |sampler| sampler.sample_n(n, &mut rng))
    };
    (
        draw(&experiment.problem.source),
        draw(&experiment.problem.target),
    )
}

fn assignment(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("assignment");
    group.sample_size(20);
    for n in [256, 512, 1024, 2000] {
        let (x_0, x_1) = points("eight-gaussians", n);
        group.bench_with_input(BenchmarkId::from_parameter(n), &n, |bencher, _| {
            bencher.iter(|| assign(black_box(&x_0), black_box(&x_1)));
        });
    }
    group.finish();
}

fn network(criterion: &mut Criterion) {
    let experiment = experiment("two-moons");
    let widths = Widths::of(&experiment.model);
    let params = MlpParams::init(widths, &mut stream(0, Stream::Weights, 0));
    let scaling = Scaling {
        source_rms: 1.0,
        target_rms: 1.3,
    };
    let field = FrozenField::new(Arc::new(params), &experiment, scaling, 0);
    let (x_0, _) = points("two-moons", 2000);
    let mut out = vec![[0.0; 2]; x_0.len()];
    let mut div = vec![0.0; x_0.len()];
    let mut group = criterion.benchmark_group("3 x 64, 2000 points");
    group.bench_function("velocity", |bencher| {
        bencher.iter(|| field.eval(0.5, black_box(&x_0), &mut out));
    });
    group.bench_function("velocity and divergence", |bencher| {
        bencher.iter(|| field.eval_div(0.5, black_box(&x_0), &mut out, &mut div));
    });
    group.sample_size(10);
    group.bench_function("trajectories, RK4 with 50 steps", |bencher| {
        bencher.iter(|| {
            solve(
                &field,
                Solver::Rk4 { steps: 50 },
                (0.0, 1.0),
                black_box(&x_0),
            )
        });
    });
    group.finish();
}

/// A regression problem of the experiment's shape.
fn batch(experiment: &Experiment) -> Batch {
    let n = experiment.training.batch;
    let mut rng = stream(7, Stream::Times, 0);
    let mut numbers = |count: usize| (0..count).map(|_| rng.random::<f32>() - 0.5).collect();
    Batch {
        n,
        inputs: numbers(3 * n),
        targets: numbers(2 * n),
        weights: vec![1.0; n],
        ..Batch::default()
    }
}

/// One step of each engine on one network, and what Burn takes for a network that is hardly there: graph, optimizer
/// and copies, which a backend extension would keep.
fn training_step(criterion: &mut Criterion) {
    let Ok(crew) = Crew::of_all_cores() else {
        return println!("no threads");
    };
    let mut group = criterion.benchmark_group("training step");
    for (hidden, n) in [
        (vec![64; 3], 256),
        (vec![128; 3], 512),
        (vec![256; 4], 1024),
        (vec![1; 3], 1),
    ] {
        let mut experiment = experiment("two-moons");
        let name = format!("{} x {}, batch {n}", hidden.len(), hidden[0]);
        experiment.model.hidden = hidden;
        experiment.training.batch = n;
        let (model, training) = (&experiment.model, &experiment.training);
        let params = MlpParams::init(Widths::of(model), &mut stream(0, Stream::Weights, 0));
        let fused = Engines::cpu(&crew).make(&experiment, &params);
        let burn = BurnEngine::new(&Device::flex(), model, training, &params);
        let burn = burn.map(|engine| Box::new(engine) as Box<dyn Engine>);
        let batch = batch(&experiment);
        for (engine_name, engine) in [("fused", fused), ("Burn flex", burn)] {
            let Ok(mut engine) = engine else { continue };
            group.bench_function(format!("{name}, {engine_name}"), |bencher| {
                bencher.iter(|| engine.step(black_box(&batch), 1e-3));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, training_step, assignment, network);
criterion_main!(benches);
