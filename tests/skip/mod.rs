//! A test that cannot run here says so where `.ci/run` counts it.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

/// Prints and records `SKIP: test: reason`; the test then returns.
pub fn skip(test: &str, reason: &str) {
    let note = format!("SKIP: {test}: {reason}");
    println!("{note}");
    let notes = Path::new(env!("CARGO_TARGET_TMPDIR")).join("skipped.txt");
    let notes = OpenOptions::new().create(true).append(true).open(notes);
    // In one piece: tests run side by side, and in several processes.
    let line = format!("{note}\n");
    notes.unwrap().write_all(line.as_bytes()).unwrap();
}
