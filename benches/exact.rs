//! What the exact field costs, and its known values: `cargo bench --bench exact`, `cargo bench --bench exact -- values`.
//!
//! Costs are CPU time of one core, the median of several runs, and may be twice the bar before the bench fails: a shared core is
//! no stopwatch. The values are those of MATHS.md sections 7 and 10 that take longer than a test may: conditional energy, V,
//! path energy, transport cost, S and chord over arc. A value off by more than its limit fails the bench.

#[path = "exact/values.rs"]
mod values;

use std::f64::consts::TAU;
use std::process::ExitCode;

use cpu_time::ThreadTime;
use pushforward::flow::coupling::Coupling;
use pushforward::flow::distribution::{Distribution, Shape};
use pushforward::flow::exact::{Basis, Component, ExactField, ExactPoint, MarginalField, Setting};
use pushforward::flow::path::Path;
use pushforward::flow::{Bounds, Point};

/// How far above its bar a cost may be.
const SLACK: f64 = 2.0;
/// Nodes of the target.
const NODES: usize = 4096;
const COND_OT: Path = Path::CondOt { sigma_min: 0.0 };

fn main() -> ExitCode {
    let kept = match std::env::args().any(|argument| argument == "values") {
        true => values::all_known(),
        false => costs(),
    };
    match kept {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn costs() -> bool {
    let Some(field) = field_to_nodes() else {
        println!("no field");
        return false;
    };
    println!("| what, {NODES} target nodes | t | ms | bar |\n|---|---|---|---|");
    let bounds = Bounds::square(5.0);
    let mut kept = true;
    for t in [0.02, 0.3, 0.6, 0.9, 1.0] {
        let row = |what: &str, bar: Option<f64>, ms: f64| {
            let words = bar.map(|bar| format!("{bar}")).unwrap_or_default();
            println!("| {what} | {t} | {ms:.3} | {words} |");
            bar.is_none_or(|bar| ms <= SLACK * bar)
        };
        kept &= row(
            "24 x 24 arrows",
            Some(5.0),
            cost(|| grid(&field, t, bounds, 24)),
        );
        kept &= row(
            "128 x 128 map",
            Some(60.0),
            cost(|| grid(&field, t, bounds, 128)),
        );
        let scattered = scattered(2000);
        row(
            "2,000 scattered points",
            None,
            cost(|| points(&field, t, &scattered)),
        );
        kept &= row(
            "posterior at one point",
            Some(1.0),
            cost(|| points(&field, t, &scattered[..1])),
        );
    }
    kept &= shapes(bounds);
    println!(
        "\nbars, times {SLACK} for shared cores: {}",
        if kept { "kept" } else { "missed" }
    );
    kept
}

/// The same for every shape, and for a coupling that is estimated; no bars.
fn shapes(bounds: Bounds) -> bool {
    println!(
        "\n| shape | basis | made, ms | map t 0.1 | map t 0.6 | map t 1 | 2,000 points t 0.5 |\n|---|---|---|---|---|---|---|"
    );
    let source = Shape::Gaussian { std: 1.0 }.into();
    let settings = Shape::gallery()
        .into_iter()
        .map(|target| (target, Coupling::Independent));
    let coupled = Shape::gallery().into_iter().skip(2).take(1);
    let coupled = coupled.map(|target| (target, Coupling::BatchOt { batch: 256 }));
    for (target, coupling) in settings.chain(coupled) {
        let start = ThreadTime::now();
        let made = MarginalField::new(&Setting {
            path: COND_OT,
            source: &source,
            target: &target,
            coupling,
            given: None,
            noise: 0.0,
            seed: 0,
        });
        let made_in = 1e3 * start.elapsed().as_secs_f64();
        let Ok(field) = made else {
            continue;
        };
        let map = |t| cost(|| grid(&field, t, bounds, 128));
        let cloud = cost(|| points(&field, 0.5, &scattered(2000)));
        println!(
            "| {} | {} | {made_in:.1} | {:.1} | {:.1} | {:.1} | {cloud:.1} |",
            target.shape.name(),
            short(&field.basis()),
            map(0.1),
            map(0.6),
            map(1.0),
        );
    }
    true
}

fn short(basis: &Basis) -> String {
    match basis {
        Basis::ClosedForm => "closed form".to_owned(),
        Basis::Quadrature { nodes, .. } => format!("{nodes} nodes"),
        Basis::Kernels { points, .. } => format!("{points} kernels"),
        Basis::Estimate { pairs, bandwidth } => format!("{pairs} pairs, h {bandwidth:.3}"),
    }
}

/// Median CPU time of nine runs, in milliseconds.
fn cost(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..9)
        .map(|_| {
            let start = ThreadTime::now();
            run();
            1e3 * start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn grid(field: &MarginalField, t: f64, bounds: Bounds, n: usize) {
    std::hint::black_box(field.evaluate_grid(t, bounds, [n; 2]));
}

fn points(field: &MarginalField, t: f64, xs: &[Point]) {
    let mut out = vec![ExactPoint::default(); xs.len()];
    field.evaluate(t, xs, &mut out);
    std::hint::black_box(out);
}

fn scattered(n: usize) -> Vec<Point> {
    let at = |i: usize| {
        let i = i as f64;
        [4.0 * (0.9 * i).sin(), 4.0 * (1.7 * i).cos()]
    };
    (0..n).map(at).collect()
}

/// From N(0, I) to a spiral of kernels.
fn field_to_nodes() -> Option<MarginalField> {
    let node = |i: usize| {
        let share = (i as f64 + 0.5) / NODES as f64;
        let (sin, cos) = (2.0 * TAU * share).sin_cos();
        Component::isotropic([4.0 * share * cos, 4.0 * share * sin], 0.05)
    };
    let source = vec![Component::isotropic([0.0; 2], 1.0)];
    let field = ExactField::new(COND_OT, source, (0..NODES).map(node).collect()).ok()?;
    Some(MarginalField::of(field, Basis::ClosedForm))
}

/// The moons of the presets.
fn moons() -> Distribution {
    Distribution {
        shape: Shape::Moons { noise: 0.05 },
        scale: 2.0,
        shift: (-1.0, 0.0),
    }
}
