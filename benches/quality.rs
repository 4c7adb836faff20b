//! The quality table of BENCHMARKS.md: `cargo bench --bench quality` (about ten minutes on two cores).
//!
//! Every row is a headless run of a shipped preset with another path, coupling or seed; the bar is
//! `w2 <= 1.4 w2_floor + 0.03` at 2,000 samples. Then what the theory says about straightness and cost.

use std::path::Path as FilePath;

use pushforward::experiment::{Experiment, presets};
use pushforward::flow::coupling::Coupling;
use pushforward::flow::path::Path;
use pushforward::scene::metrics::table;
use pushforward::session::run::{RunOptions, Unobserved, run};

const COND_OT: Path = Path::CondOt { sigma_min: 0.0 };
const VP: Path = Path::Vp {
    beta_min: 0.1,
    beta_max: 20.0,
};
const VE: Path = Path::Ve {
    sigma_min: 0.01,
    sigma_max: 10.0,
};
const BATCH_OT: Coupling = Coupling::BatchOt { batch: 256 };

/// The numbers of one run.
struct Numbers {
    w2: f64,
    floor: f64,
    energy: f64,
    cost: f64,
    straightness: f64,
    chord: f64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    quality(folder.path())?;
    straightness(folder.path())?;
    Ok(())
}

fn quality(folder: &FilePath) -> Result<(), Box<dyn std::error::Error>> {
    println!("| target | path | coupling | seeds | W2 | floor | bar | |");
    println!("|---|---|---|---|---|---|---|---|");
    let settings = [
        (COND_OT, Coupling::Independent, 0..3),
        (VP, Coupling::Independent, 0..3),
        (VE, Coupling::Independent, 0..3),
        (COND_OT, BATCH_OT, 0..1),
        (VP, BATCH_OT, 0..1),
    ];
    let mut missed = 0;
    for preset in ["two-moons", "checkerboard", "smiley"] {
        for (path, coupling, seeds) in settings.clone() {
            let jobs = seeds
                .clone()
                .map(|seed| job(folder, preset, path, coupling, seed));
            let jobs = jobs.collect::<Result<Vec<Numbers>, _>>()?;
            let above = jobs.iter().filter(|n| n.w2 > bar(n)).count();
            missed += above;
            println!(
                "| {preset} | {} | {} | {seeds:?} | {} | {} | {} | {} |",
                path.name(),
                coupling.name(),
                list(&jobs, |n| n.w2),
                list(&jobs, |n| n.floor),
                list(&jobs, bar),
                if above == 0 { "reached" } else { "missed" }
            );
        }
    }
    println!("\n{missed} runs missed the bar\n");
    Ok(())
}

/// The most that W2 may be.
fn bar(n: &Numbers) -> f64 {
    1.4 * n.floor + 0.03
}

fn list(jobs: &[Numbers], number: impl Fn(&Numbers) -> f64) -> String {
    let texts: Vec<String> = jobs.iter().map(|n| format!("{:.3}", number(n))).collect();
    texts.join(", ")
}

fn straightness(folder: &FilePath) -> Result<(), Box<dyn std::error::Error>> {
    println!(
        "| preset | path | coupling | {} | {} | {} | {} | {} |",
        table::PATH_ENERGY.name,
        table::TRANSPORT_COST.name,
        table::STRAIGHTNESS.symbol,
        table::CHORD_RATIO.name,
        table::W2.name
    );
    println!("|---|---|---|---|---|---|---|---|");
    let jobs = [
        ("two-moons", COND_OT, Coupling::Independent),
        ("two-moons", VP, Coupling::Independent),
        ("two-moons", Path::Cosine, Coupling::Independent),
        ("eight-gaussians", COND_OT, Coupling::Independent),
        ("eight-gaussians", VP, Coupling::Independent),
        ("eight-gaussians", Path::Cosine, Coupling::Independent),
        ("eight-gaussians", COND_OT, BATCH_OT),
        ("moons-to-eight-gaussians", COND_OT, Coupling::Independent),
        ("moons-to-eight-gaussians", COND_OT, BATCH_OT),
    ];
    for (preset, path, coupling) in jobs {
        let n = job(folder, preset, path, coupling, 0)?;
        println!(
            "| {preset} | {} | {} | {:.2} | {:.3} | {:.3} | {:.2} | {:.3} |",
            path.name(),
            coupling.name(),
            n.energy,
            n.cost,
            n.straightness,
            n.chord,
            n.w2
        );
    }
    Ok(())
}

/// One headless run of a preset with changes.
fn job(
    folder: &FilePath,
    preset: &str,
    path: Path,
    coupling: Coupling,
    seed: u64,
) -> Result<Numbers, Box<dyn std::error::Error>> {
    let ron = presets::find(preset).ok_or("no such preset")?.ron;
    let mut experiment = Experiment::from_ron(ron)?;
    experiment.problem.path = path;
    experiment.problem.coupling = coupling;
    experiment.seed = seed;
    let outcome = run(&experiment, folder, &RunOptions::default(), &mut Unobserved)?;
    let report = outcome.report.ok_or("interrupted")?;
    let metrics = report.measured.metrics.ok_or("nothing was measured")?;
    if let Some(sentence) = &metrics.learned_reason {
        return Err(format!("{preset}, {}: {sentence}", path.name()).into());
    }
    let number = |value: Option<f64>| {
        let finite = value.filter(|value| value.is_finite());
        finite.ok_or("a number is missing")
    };
    Ok(Numbers {
        w2: number(metrics.w2)?,
        floor: number(metrics.w2_floor)?,
        energy: number(Some(metrics.path.path_energy))?,
        cost: number(Some(metrics.path.transport_cost))?,
        straightness: number(Some(metrics.path.straightness))?,
        chord: number(Some(metrics.path.chord_ratio))?,
    })
}
