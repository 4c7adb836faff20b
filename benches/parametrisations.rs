//! What it costs in W2 to predict something else than the velocity: the four parametrisations on the same path, the same pairs
//! and the same initial weights, over three seeds.
//!
//! `cargo bench --bench parametrisations`, or with `-- quick` one seed and a quarter of the steps.

use std::path::Path as FilePath;

use pushforward::experiment::{Experiment, presets};
use pushforward::flow::conversion::Quantity;
use pushforward::flow::path::Path;
use pushforward::session::run::{RunOptions, Unobserved, run};

const PRESETS: [&str; 2] = ["eight-gaussians", "two-moons"];
const PATHS: [Path; 2] = [
    Path::CondOt { sigma_min: 0.0 },
    Path::Vp {
        beta_min: 0.1,
        beta_max: 20.0,
    },
];

/// What is read off one run.
struct Numbers {
    w2: f64,
    floor: f64,
    cfm: f64,
    own: f64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let quick = std::env::args().any(|argument| argument == "quick");
    let folder = tempfile::tempdir()?;
    let seeds = if quick { 0..1 } else { 0..3 };
    println!(
        "| target | path | predicts | seeds | W2 | floor | CFM loss, 0.01 <= t <= 0.99 | own loss |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for preset in PRESETS {
        for path in PATHS {
            for predicted in Quantity::ALL {
                let mut of = presets::find(preset)
                    .ok_or("no such preset")?
                    .experiment()?;
                of.problem.path = path;
                of.model.parametrisation = predicted;
                if quick {
                    of.training.steps /= 4;
                }
                let job = |seed| numbers(Experiment { seed, ..of.clone() }, folder.path());
                let runs: Vec<Numbers> = seeds.clone().map(job).collect::<Result<_, _>>()?;
                println!(
                    "| {preset} | {} | {} | {seeds:?} | {} | {} | {} | {} |",
                    path.name(),
                    predicted.name(),
                    list(&runs, |n| n.w2),
                    list(&runs, |n| n.floor),
                    list(&runs, |n| n.cfm),
                    list(&runs, |n| n.own)
                );
            }
        }
    }
    Ok(())
}

/// One headless run.
fn numbers(of: Experiment, folder: &FilePath) -> Result<Numbers, Box<dyn std::error::Error>> {
    let outcome = run(&of, folder, &RunOptions::default(), &mut Unobserved)?;
    let measured = outcome.report.ok_or("interrupted")?.measured;
    let metrics = measured.metrics.ok_or("nothing was measured")?;
    let losses = measured.mean_losses.ok_or("no step was taken")?;
    Ok(Numbers {
        w2: metrics.w2.unwrap_or(f64::NAN),
        floor: metrics.w2_floor.unwrap_or(f64::NAN),
        cfm: losses.cfm,
        own: losses.own,
    })
}

fn list(runs: &[Numbers], number: impl Fn(&Numbers) -> f64) -> String {
    let texts: Vec<String> = runs.iter().map(|n| format!("{:.3}", number(n))).collect();
    texts.join(", ")
}
