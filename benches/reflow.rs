//! What reflow does to a flow, round by round: the figures of "Reflow" in BENCHMARKS.md.
//!
//! `cargo bench --bench reflow` trains the two-point toy, eight Gaussians and two moons to round 1 and prints coupling cost,
//! transport cost, S, the error of one step and W2 with its floor of every round; a missed figure of the literature ends it
//! with an error.

use std::error::Error;
use std::path::Path;

use pushforward::experiment::{Experiment, presets};
use pushforward::session::folder;
use pushforward::session::lanes_report::MetricsFile;
use pushforward::session::rounds::of_round;
use pushforward::session::run::{RunOptions, Unobserved, run};

/// What a table has a column for, by its key in `metrics.json`.
const COLUMNS: [&str; 7] = [
    "coupling_cost",
    "transport_cost",
    "straightness",
    "one_step_error",
    "w2",
    "w2_floor",
    "nfe_euler",
];

/// The number of a run; with a dot in its key, one within another.
fn number(folder: &Path, key: &str) -> f64 {
    let metrics = MetricsFile::read(folder).ok();
    let metrics = metrics.map(|metrics| metrics.to_value());
    let pointer = format!("/{}", key.replace('.', "/"));
    let value = metrics
        .as_ref()
        .and_then(|metrics| metrics.pointer(&pointer)?.as_f64());
    value.unwrap_or(f64::NAN)
}

/// What is missing of `coupling cost - transport cost = S + V` (Liu et al., arXiv 2209.03003), which holds for the exact field,
/// in a trained run, and how far it may be off: four standard errors, and what the path energy of a field with this error can
/// differ by.
fn identity(folder: &Path) -> [f64; 2] {
    let number = |key: &str| number(folder, key);
    let [transport, straightness, floor] =
        ["transport_cost", "straightness", "cfm_floor"].map(number);
    let missing = number("coupling_cost") - transport - straightness - floor;
    let stderr = ["path_energy", "cfm_floor"].map(|key| number(&format!("standard_errors.{key}")));
    let (off, energy) = (number("fm_error"), number("path_energy"));
    let allowed = 4.0 * stderr[0].hypot(stderr[1]) + 2.0 * (off * energy).sqrt() + off;
    [missing, allowed]
}

/// Liu's two-point toy: (0, +-7.5) to (15, +-7.5), standard deviation 0.5.
fn toy() -> Result<Experiment, Box<dyn Error>> {
    let mut toy = preset("eight-gaussians")?;
    let two = |x: f64| {
        format!(
            "(shape: Mixture(components: [(weight: 1.0, mean: ({x}, 7.5), std: 0.5), (weight: 1.0, mean: ({x}, -7.5), std: 0.5)]))"
        )
    };
    toy.set("source", &two(0.0))?;
    toy.set("target", &two(15.0))?;
    Ok(toy)
}

fn preset(name: &str) -> Result<Experiment, Box<dyn Error>> {
    let preset = presets::find(name).ok_or("no such preset")?;
    Ok(preset.experiment()?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut missed = 0;
    let mut expect = |what: &str, is_met: bool| {
        if !is_met {
            missed += 1;
        }
        println!("{} {what}", if is_met { "ok    " } else { "MISSED" });
    };
    let cases = [
        ("two-point toy", toy()?),
        ("eight Gaussians", preset("eight-gaussians")?),
        ("two moons", preset("two-moons")?),
    ];
    let folder = tempfile::tempdir()?;
    for (i, (name, mut experiment)) in cases.into_iter().enumerate() {
        experiment.set("coupling", "Reflow(rounds: 1, pairs: 20000)")?;
        let home = folder.path().join(i.to_string());
        run(&experiment, &home, &RunOptions::default(), &mut Unobserved)?;
        println!("\n| {name} | {} |", COLUMNS.join(" | "));
        for round in 0..=1 {
            let place = of_round(&home, round);
            let cells = COLUMNS.map(|key| format!("{:.4}", number(&place, key)));
            println!("| round {round} | {} |", cells.join(" | "));
        }
        let [missing, allowed] = identity(&of_round(&home, 0));
        expect(
            &format!(
                "coupling cost - transport cost = S + V at round 0 but for {missing:.3}, at most {allowed:.3}"
            ),
            missing.abs() <= allowed,
        );
        let at = |round: usize, key: &str| number(&of_round(&home, round), key);
        let share = |a: f64, b: f64| (a / b - 1.0).abs();
        // The table of pairs is where the flow of round 0 takes their starts.
        let pairs = folder::open(&of_round(&home, 1))?.experiment.problem.pairs;
        let carried = pairs.map_or(f64::NAN, |pairs| pairs.cost());
        let paired = at(1, "coupling_cost");
        let what = format!(
            "coupling cost of round 1 is the transport cost of round 0 on the same pairs within 1 %: {paired:.3}, {carried:.3}"
        );
        expect(&what, share(paired, carried) < 0.01);
        let s = at(1, "straightness") / at(1, "transport_cost");
        if name == "two-point toy" {
            expect(
                "coupling cost 338.5 at round 0 within 3 %",
                share(at(0, "coupling_cost"), 338.5) < 0.03,
            );
            expect(
                "coupling cost 225 at round 1 within 3 %",
                share(paired, 225.0) < 0.03,
            );
            for round in 0..=1 {
                let cost = at(round, "transport_cost");
                expect(
                    &format!("transport cost 225 at round {round} within 3 %"),
                    share(cost, 225.0) < 0.03,
                );
            }
            expect("S below 3 at round 1", at(1, "straightness") < 3.0);
        } else {
            expect(
                &format!(
                    "S of round 1 at most 1 % of the transport cost: {:.2} %",
                    100.0 * s
                ),
                s < 0.01,
            );
        }
    }
    match missed {
        0 => Ok(()),
        n => Err(format!("{n} missed").into()),
    }
}
