//! The kernels one by one: `cargo bench --bench kernels`.

#![allow(missing_docs, reason = "criterion's macros make public functions")]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use pushforward::experiment::{Experiment, presets};
use pushforward::flow::coupling::assignment::assign;
use pushforward::flow::rng::{Stream, stream};
use pushforward::flow::solver::{Solver, solve};
use pushforward::flow::{Point, VelocityField};
use pushforward::model::{FrozenField, MlpParams, Scaling, Widths};

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
    (draw(&experiment.source), draw(&experiment.target))
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

criterion_group!(benches, assignment, network);
criterion_main!(benches);
