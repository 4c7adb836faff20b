//! The embedded experiments: each is complete, in order and trains; damaged copies are refused, never a panic.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::HashSet;

use pushforward::experiment::presets::{self, Preset};
use pushforward::experiment::{Experiment, LearningRate};
use pushforward::flow::distribution::Shape;
use pushforward::session::run::{RunOptions, Unobserved, run};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The twelve that the program promises, in the order in which it offers them.
const NAMES: [&str; 12] = [
    "two-moons",
    "eight-gaussians",
    "checkerboard",
    "s-curve",
    "rings",
    "spirals",
    "moons-to-eight-gaussians",
    "two-point",
    "smiley",
    "vp",
    "ve",
    "batch-ot",
];

const FIELDS: [&str; 14] = [
    "version",
    "name",
    "title",
    "about",
    "seed",
    "source",
    "target",
    "path",
    "coupling",
    "model",
    "training",
    "solver",
    "evaluation",
    "view",
];

fn experiment(preset: &Preset) -> Experiment {
    Experiment::from_ron(preset.ron).unwrap_or_else(|error| panic!("{}: {error}", preset.name))
}

#[test]
fn all_presets_are_there_under_their_names() {
    let names: Vec<&str> = presets::all().iter().map(|preset| preset.name).collect();
    assert_eq!(names, NAMES);
    assert!(presets::find(presets::DEFAULT).is_some());
    assert_eq!(presets::find("three-moons"), None);
}

#[test]
fn every_preset_is_legal_titled_and_reads_back() {
    let mut texts = HashSet::new();
    for preset in presets::all() {
        let experiment = experiment(preset);
        assert_eq!(experiment.words.name, preset.name);
        assert_eq!(experiment.legality(), Ok(()), "{}", preset.name);
        assert!(!experiment.words.title.is_empty() && !experiment.words.about.is_empty());
        assert!(
            texts.insert(experiment.words.title.clone()),
            "{} twice",
            experiment.words.title
        );
        assert!(
            texts.insert(experiment.words.about.clone()),
            "{} twice",
            experiment.words.about
        );
        let written = experiment.to_ron();
        assert_eq!(Experiment::from_ron(&written).unwrap(), experiment);
    }
}

/// `--set` and people find a field by its line.
#[test]
fn every_preset_names_every_field_on_a_line_of_its_own() {
    for preset in presets::all() {
        let starts: Vec<String> = FIELDS
            .iter()
            .map(|field| format!("    {field}: "))
            .collect();
        let lines: Vec<&str> = preset.ron.lines().collect();
        assert_eq!(lines.len(), FIELDS.len() + 2, "{}", preset.name);
        for (line, start) in lines[1..].iter().zip(&starts) {
            assert!(line.starts_with(start.as_str()), "{}: {line}", preset.name);
        }
    }
}

#[test]
fn the_smiley_is_a_drawing() {
    let Shape::Drawn(drawing) = experiment(presets::find("smiley").unwrap())
        .problem
        .target
        .shape
    else {
        panic!("not a drawing");
    };
    let painted = drawing.cells().iter().filter(|&&weight| weight > 0).count();
    assert!(1000 < painted && painted < 32_768, "{painted} cells");
}

#[test]
fn every_preset_trains_with_warm_up_and_averaged_weights() {
    for preset in presets::all() {
        let training = experiment(preset).training;
        let LearningRate::Cosine { warmup } = training.schedule else {
            panic!("{} has a constant rate", preset.name);
        };
        assert!(0 < warmup && warmup < training.steps, "{}", preset.name);
        assert!(training.ema > 0.9, "{}", preset.name);
    }
}

#[test]
fn every_preset_runs_for_a_few_steps() {
    let folder = tempfile::tempdir().unwrap();
    for preset in presets::all() {
        let mut experiment = experiment(preset);
        for (key, value) in [
            ("training.steps", "5"),
            ("solver.steps", "4"),
            ("evaluation.samples", "20"),
            ("view.paths", "20"),
        ] {
            experiment.set(key, value).unwrap();
        }
        let out = folder.path().join(preset.name);
        let options = RunOptions {
            device: "cpu".parse().unwrap(),
            threads: None,
            ..RunOptions::default()
        };
        let outcome = run(&experiment, &out, &options, &mut Unobserved)
            .unwrap_or_else(|error| panic!("{}: {error}", preset.name));
        assert!(outcome.finished);
        let metrics = std::fs::read_to_string(out.join("metrics.json")).unwrap();
        let metrics: serde_json::Value = serde_json::from_str(&metrics).unwrap();
        let energy = metrics["path_energy"].as_f64();
        assert!(energy.is_some_and(|energy| energy > 0.0), "{}", preset.name);
    }
}

/// Byte flips, truncation, numbers from beyond every range, and fields twice, missing or unknown.
fn mutated(text: &str, rng: &mut ChaCha8Rng) -> String {
    const VALUES: [&str; 10] = [
        "1e999",
        "-1e999",
        "NaN",
        "inf",
        "9223372036854775808",
        "18446744073709551616",
        "-1",
        "\"\"",
        "[]",
        "((((",
    ];
    let mut bytes = text.as_bytes().to_vec();
    let mut replace_number = |with: &str, rng: &mut ChaCha8Rng| {
        let starts: Vec<usize> = (1..bytes.len())
            .filter(|&i| bytes[i].is_ascii_digit() && !bytes[i - 1].is_ascii_digit())
            .collect();
        let start = starts[rng.random_range(0..starts.len())];
        let digits = bytes[start..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count();
        bytes.splice(start..start + digits, with.bytes());
    };
    match rng.random_range(0..5) {
        0 => {
            for _ in 0..rng.random_range(1..8) {
                let i = rng.random_range(0..bytes.len());
                bytes[i] ^= 1 << rng.random_range(0..8);
            }
        }
        1 => bytes.truncate(rng.random_range(0..bytes.len())),
        2 => replace_number(VALUES[rng.random_range(0..VALUES.len())], rng),
        3 => {
            let mut lines: Vec<&str> = text.lines().collect();
            let (from, to) = (
                rng.random_range(0..lines.len()),
                rng.random_range(0..lines.len()),
            );
            lines.insert(to, lines[from]);
            return lines.join("\n");
        }
        _ => {
            let mut lines: Vec<&str> = text.lines().collect();
            let i = rng.random_range(0..lines.len());
            lines[i] = "    hologram: (1.0, \"x\"),";
            return lines.join("\n");
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn a_thousand_damaged_presets_never_panic() {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut refused = 0;
    for round in 0..1000 {
        let preset = &presets::all()[round % NAMES.len()];
        let text = mutated(preset.ron, &mut rng);
        match Experiment::from_ron(&text) {
            Ok(experiment) => {
                experiment.validate().unwrap();
                let _ = experiment.legality();
                assert_eq!(
                    Experiment::from_ron(&experiment.to_ron()).unwrap(),
                    experiment
                );
            }
            Err(error) => {
                refused += 1;
                assert!(error.to_string().len() > 10, "{error}");
            }
        }
    }
    // A flip inside a title or a digit may leave a good file; most damage must be noticed.
    assert!(refused > 600, "only {refused} of 1000 refused");
}
