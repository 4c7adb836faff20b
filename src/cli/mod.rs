//! Floor 6: the command line, a contract that scripts rely on.
//!
//! It turns words into a legal experiment, runs the headless job or hands the experiment to the window, and
//! turns what happens into an exit code. It refuses to know egui: the window arrives as a function.

mod args;
mod bench;
mod compare;
mod export;
mod input;
mod lanes;
mod likelihood;
mod outcome;
mod progress;

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Parser;

use crate::experiment::{Experiment, presets};
use crate::scene::metrics::{Metric, table};
use crate::session::documents;
use crate::session::folder::{self, Saved};
use crate::session::report::Report;
use crate::session::run::{self, RunOptions};

use args::{Changes, CheckArgs, RunArgs};
use input::Origin;
use outcome::say;
use progress::Reporter;

pub use args::{CommandLine, Verb};
pub use outcome::Failure;

/// What the window is to open on.
pub struct Window {
    /// What is studied.
    pub experiment: Experiment,
    /// What training goes on from, lane by lane; empty if it begins.
    pub trained: Vec<Option<Saved>>,
    /// The experiment file, so that it can be saved again.
    pub file: Option<PathBuf>,
}

/// The whole program. `launch` opens the window and returns when it is closed.
pub fn main(launch: impl FnOnce(Window) -> Result<(), Failure>) -> ExitCode {
    // Prints help, version and malformed flags itself, and leaves with 0 or 2.
    let line = CommandLine::parse();
    let result = match line.verb {
        None => window(line.experiment.as_deref(), &line.changes, launch),
        Some(Verb::Run(args)) => run(&args),
        Some(Verb::Compare(args)) => {
            stop_on_ctrl_c().and_then(|stop| compare::compare(&args, stop))
        }
        Some(Verb::Export(args)) => stop_on_ctrl_c().and_then(|stop| export::export(&args, stop)),
        Some(Verb::Likelihood(args)) => likelihood::likelihood(&args),
        Some(Verb::Presets { ron: None }) => list_presets(),
        Some(Verb::Presets { ron: Some(name) }) => print_preset(&name),
        Some(Verb::Bench(args)) => bench::bench(&args),
        Some(Verb::Check(args)) => check(&args),
    };
    let (code, message) = match result {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Failed(message)) => (1, Some(message)),
        Err(Failure::Input(message)) => (3, Some(message)),
        Err(Failure::Interrupted) => (130, None),
    };
    if let Some(message) = message {
        // That stderr is closed is no failure.
        let _ = writeln!(io::stderr(), "pushforward: {message}");
    }
    ExitCode::from(code)
}

fn window(
    name: Option<&Path>,
    changes: &Changes,
    launch: impl FnOnce(Window) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let name = name.unwrap_or(Path::new(presets::DEFAULT));
    let origin = Origin::find(name)?;
    if !has_display() {
        return Err(Failure::Input(
            "no display (DISPLAY and WAYLAND_DISPLAY are not set): `pushforward run EXPERIMENT` does the same \
             without a window"
                .to_owned(),
        ));
    }
    let stored = origin.experiment()?;
    let experiment = input::changed(name, stored.clone(), changes)?;
    let trained = match &origin {
        Origin::Folder(folder) if needs_new_models(&stored, &experiment) => {
            let _ = writeln!(
                io::stderr(),
                "note: the weights in {} are those of another network, seed or list of lanes: training begins anew",
                folder.display()
            );
            Vec::new()
        }
        Origin::Folder(folder) => documents::read_run(folder)?.trained,
        Origin::File(_) | Origin::Preset(_) | Origin::Stdin => Vec::new(),
    };
    let file = match origin {
        // A file that is changed here is saved under a name that the user chooses.
        Origin::File(path) if changes.is_empty() => Some(path),
        _ => None,
    };
    launch(Window {
        experiment,
        trained,
        file,
    })
}

/// Whether the weights of a lane are of no use to what it is to train.
fn needs_new_models(stored: &Experiment, asked: &Experiment) -> bool {
    let of_use = |i| match (stored.lane(i), asked.lane(i)) {
        (Ok(stored), Ok(asked)) => !stored.needs_new_model(&asked),
        _ => false,
    };
    stored.n_lanes() != asked.n_lanes() || !(0..asked.n_lanes()).all(of_use)
}

/// Only X11 and Wayland systems can be without a display; asking the window system would abort there.
fn has_display() -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

fn run(args: &RunArgs) -> Result<(), Failure> {
    let origin = Origin::find(&args.experiment)?;
    let experiment = input::changed(&args.experiment, origin.experiment()?, &args.changes)?;
    let out = match (&args.out, &origin) {
        (Some(out), _) => input::home_expanded(out)?,
        (None, Origin::Folder(folder)) => folder.clone(),
        (None, _) => Path::new("out").join(&experiment.words.name),
    };
    let options = RunOptions {
        device: args.device,
        threads: args.threads,
        reference_trajectories: args.reference_trajectories,
        save_every: Duration::from_secs(args.save_every),
        checkpoints: args.checkpoints,
        keep: args.keep,
        density: args.density,
    };
    if experiment.lanes.len() > 1 {
        return lanes::run(
            args,
            &origin,
            &experiment,
            &out,
            &options,
            stop_on_ctrl_c()?,
        );
    }
    let experiment = experiment
        .lane(0)
        .map_err(|error| Failure::Input(error.to_string()))?;
    let saved = to_go_on_from(&origin, args, &experiment)?;
    if !args.quiet {
        for note in input::notes(&experiment, &args.changes) {
            let _ = writeln!(io::stderr(), "{note}");
        }
    }
    let mut reporter = Reporter::new(args.quiet, stop_on_ctrl_c()?);
    let outcome = match &saved {
        Some(saved) => run::go_on(&experiment, saved, &out, &options, &mut reporter),
        None => run::run(&experiment, &out, &options, &mut reporter),
    }?;
    drop(reporter);
    if !outcome.finished {
        return Err(Failure::Interrupted);
    }
    match outcome.report {
        Some(report) if !args.quiet => {
            say(&summary(&report, &out))?;
            let metrics = report.measured.metrics.as_ref();
            if let Some(sentence) = metrics.and_then(|m| m.learned_reason.as_ref()) {
                let _ = writeln!(io::stderr(), "note: {sentence}");
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// What the folder of a run holds; it belongs to what is asked for.
fn to_go_on_from(
    origin: &Origin,
    args: &RunArgs,
    experiment: &Experiment,
) -> Result<Option<Saved>, Failure> {
    match origin {
        Origin::Folder(folder) if !args.fresh => {
            let saved = folder::saved(folder)?;
            if let Some(saved) = &saved {
                folder::check(folder, experiment, &saved.state)?;
            }
            Ok(saved)
        }
        _ => Ok(None),
    }
}

/// The numbers that a person looks for first; all of them are in `metrics.json`.
fn summary(report: &Report, out: &Path) -> String {
    let number = |value: Option<f64>| value.filter(|v| v.is_finite());
    let print = |value| Some(number(value).map_or("-".to_owned(), |v| format!("{v:.4}")));
    let word = |metric: &Metric| {
        let value = metric.compared(&report.measured, print).unwrap_or_default();
        format!("{} {value}", metric.name)
    };
    let numbers = [
        &table::W2,
        &table::SOLVER_ERROR,
        &table::PATH_ENERGY,
        &table::TRANSPORT_COST,
        &table::STRAIGHTNESS,
        &table::CHORD_RATIO,
    ];
    let trained = match report.is_untrained() {
        true => "exact field, nothing trained".to_owned(),
        false => format!(
            "{} steps in {:.1} s, {}, {}",
            report.steps,
            report.timing.train_secs,
            word(&table::LOSS),
            word(&table::FM_LOSS),
        ),
    };
    format!(
        "{}: {trained}\n{}\n{}\n",
        report.name,
        numbers.map(word).join(", "),
        out.display(),
    )
}

/// A flag that the first Ctrl-C (or SIGTERM) sets; the second one does not wait for anything to be saved.
fn stop_on_ctrl_c() -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    })
    .map_err(|error| Failure::Failed(format!("Ctrl-C cannot be handled: {error}")))?;
    Ok(stop)
}

fn list_presets() -> Result<(), Failure> {
    let mut lines = String::new();
    for preset in presets::all() {
        let experiment = Origin::Preset(preset).experiment()?;
        lines += &format!("{:<25} {}\n", preset.name, experiment.words.about);
    }
    say(&lines)
}

fn print_preset(name: &str) -> Result<(), Failure> {
    match presets::find(name) {
        Some(preset) => say(preset.ron),
        None => Err(Failure::Input(format!(
            "there is no preset {name}; `pushforward presets` lists them"
        ))),
    }
}

fn check(args: &CheckArgs) -> Result<(), Failure> {
    let experiment = input::requested(&args.experiment, &args.changes)?;
    let mut lines = format!("{}: valid\n", args.experiment.display());
    for note in input::notes(&experiment, &args.changes) {
        lines += &format!("{note}\n");
    }
    say(&lines)
}
