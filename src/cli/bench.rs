//! `pushforward bench`: a table to paste, or JSON for scripts.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use serde::Serialize;

use super::args::BenchArgs;
use super::outcome::{Failure, say};
use crate::session::Cores;
use crate::session::bench::{BenchReport, Machine, ScalingReport, bench as measure, scaling};

/// Measures and prints.
pub fn bench(args: &BenchArgs) -> Result<(), Failure> {
    let threads = args.threads.unwrap_or_else(|| Cores::all().threads());
    // Progress goes to stderr; that it is closed is no failure.
    let mut announce = |what: &str| {
        let _ = writeln!(io::stderr(), "measuring {what}");
    };
    let failed = |error: &dyn std::fmt::Display| Failure::Failed(error.to_string());
    if args.scaling {
        let report = scaling(threads, &mut announce).map_err(|error| failed(&error))?;
        return print(args, &report, scaling_table);
    }
    let report = measure(threads, &mut announce).map_err(|error| failed(&error))?;
    print(args, &report, bench_table)
}

fn print<T: Serialize>(
    args: &BenchArgs,
    report: &T,
    table: fn(&T) -> String,
) -> Result<(), Failure> {
    if !args.json {
        return say(&table(report));
    }
    let json = serde_json::to_string_pretty(report);
    let json = json.map_err(|error| Failure::Failed(error.to_string()))?;
    say(&format!("{json}\n"))
}

fn bench_table(report: &BenchReport) -> String {
    let mut text = machine_line(&report.machine);
    text += "\n| work | time | |\n|---|---|---|\n";
    let mut row = |work: String, time: String, note: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| {work} | {time} | {note} |");
    };
    for step in &report.steps {
        row(
            format!(
                "training step, hidden {:?}, batch {}",
                step.hidden, step.batch
            ),
            format!("{:.3} ms", step.ms),
            format!(
                "{:.3} ms on a batch that is there, {:.0} % of the peak",
                step.step_ms,
                100.0 * step.peak_share
            ),
        );
    }
    for assignment in &report.assignment {
        row(
            format!("exact assignment, {} pairs", assignment.n),
            format!("{:.2} ms", assignment.ms),
            "CPU time, one core".to_owned(),
        );
    }
    let velocity = &report.velocity;
    row(
        "velocity, 3 x 64".to_owned(),
        format!("{:.1} ns", 1e9 / velocity.per_sec),
        format!(
            "{:.0} % of one core's peak, {:.2} times its products at the peak and its activations",
            100.0 * velocity.peak_share,
            velocity.over_model
        ),
    );
    row(
        "velocity and divergence, 3 x 64".to_owned(),
        format!("{:.1} ns", 1e9 / velocity.with_divergence_per_sec),
        "one core".to_owned(),
    );
    for job in &report.jobs {
        row(
            format!("{}, {} steps", job.name, job.steps),
            format!("{:.2} s", job.secs),
            format!(
                "{:.2} s of CPU time for batches and couplings",
                job.coupling_secs
            ),
        );
    }
    text
}

fn scaling_table(report: &ScalingReport) -> String {
    let mut text = "| hidden | ms a step |\n|---|---|\n".to_owned();
    for point in &report.width {
        let _ = writeln!(text, "| 3 x {} | {:.3} |", point.width, point.ms);
    }
    text += "\n| batch | ms a step |\n|---|---|\n";
    for point in &report.batch {
        let _ = writeln!(text, "| {} | {:.3} |", point.batch, point.ms);
    }
    text += "\n| particles | ms an evaluation |\n|---|---|\n";
    for point in &report.particles {
        let _ = writeln!(text, "| {} | {:.3} |", point.particles, point.ms);
    }
    text
}

fn machine_line(machine: &Machine) -> String {
    format!(
        "{}, {} cores, {}, {:.0} GFLOP/s a core; {} training threads\n",
        machine.cpu,
        machine.cores,
        machine.instruction_set,
        machine.gemm_peak_gflops,
        machine.threads
    )
}
