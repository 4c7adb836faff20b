//! The command line's contract, line by line, end to end.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use pushforward::session::files::atomic_write;
use serde_json::Value;
use tempfile::{TempDir, tempdir};

mod compare;
mod couplings;
mod exact;
mod exits;
mod export;
mod faults;
mod lanes;
mod measured;
mod presets_and_check;
mod results;
mod resume;
#[cfg(unix)]
mod signals;
#[path = "../skip/mod.rs"]
mod skip;
mod weights;
#[cfg(not(feature = "gpu"))]
mod without_gpu;
mod words;

use skip::skip;

/// Small enough to finish in a second, with settings that no preset has.
const TINY: [&str; 8] = [
    "--steps",
    "20",
    "--set",
    "evaluation.samples=50",
    "--set",
    "evaluation.w2_samples=30",
    "--set",
    "solver=Euler(steps: 4)",
];

fn pushforward() -> Command {
    let mut command = assert_cmd::cargo::cargo_bin_cmd!("pushforward");
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    command
}

/// Runs the tiny job into `out` and hands back its metrics.
fn tiny_run(experiment: &str, out: &Path, flags: &[&str]) -> Value {
    let mut command = pushforward();
    command.args(["run", experiment]).args(TINY).args(flags);
    command.arg("--out").arg(out).assert().code(0);
    metrics(out)
}

fn metrics(out: &Path) -> Value {
    serde_json::from_str(&text(out, "metrics.json")).unwrap()
}

fn text(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What a refused command says on stderr.
fn refusal(code: i32, args: &[&str]) -> String {
    let assert = pushforward().args(args).assert().code(code);
    let output = assert.get_output();
    assert!(output.stdout.is_empty(), "{args:?} printed a result");
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Header and rows of a table of numbers.
fn rows(folder: &Path, name: &str) -> (String, Vec<Vec<f64>>) {
    let text = text(folder, name);
    let mut lines = text.lines();
    let header = lines.next().unwrap().to_owned();
    let number = |field: &str| field.parse().unwrap();
    let rows = lines.map(|line| line.split(',').map(number).collect());
    (header, rows.collect())
}

fn put(file: impl AsRef<Path>, text: &str) {
    atomic_write(file.as_ref(), text.as_bytes()).unwrap();
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-3 * b.abs().max(1e-3)
}

fn folder() -> TempDir {
    tempdir().unwrap()
}
