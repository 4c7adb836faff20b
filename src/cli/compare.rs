//! `pushforward compare`: lanes times lists of values, with several seeds.

use std::env;
use std::io::{IsTerminal, Write, stderr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::args::CompareArgs;
use super::input;
use super::outcome::{Failure, say};
use super::progress::duration;
use crate::clock::Instant;
use crate::session::Cores;
use crate::session::compare::{
    CompareObserver, CompareOptions, CompareProgress, Comparison, Share, compare as work,
};
use crate::session::run::{Progress, RunObserver};

/// Time between two plain lines that say the same.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// Compares until `stop` is set, and prints the table.
pub fn compare(args: &CompareArgs, stop: Arc<AtomicBool>) -> Result<(), Failure> {
    let experiment = input::requested(&args.experiment, &args.changes)?;
    let comparison = Comparison::new(&experiment, args.over.clone(), args.seeds);
    let comparison = comparison.map_err(|misfit| Failure::Input(misfit.to_string()))?;
    let out = input::home_expanded(&args.out)?;
    let n_runs = comparison.runs(&out).len();
    let cores = Cores::all().threads();
    let share = Share::of(args.jobs, args.threads, cores, n_runs).map_err(Failure::Input)?;
    let program = env::current_exe();
    let options = CompareOptions {
        program: program.map_err(|error| Failure::Failed(error.to_string()))?,
        share,
        device: args.device,
        shard: args.shard,
        keep: args.keep,
    };
    let mut watcher = Watcher::new(args.quiet, stop);
    for note in input::notes(&comparison.document(), &args.changes) {
        watcher.notice(&note);
    }
    let compared = work(&comparison, &out, &options, &mut watcher)?;
    drop(watcher);
    if !compared.finished {
        return Err(Failure::Interrupted);
    }
    if let Some(table) = compared.table.filter(|_| !args.quiet) {
        say(&format!("{}{}\n", table.markdown(), out.display()))?;
    }
    if compared.failures.is_empty() {
        return Ok(());
    }
    for (name, error) in &compared.failures {
        let _ = writeln!(stderr(), "{name}: {error}");
    }
    let n = compared.failures.len();
    Err(Failure::Failed(format!("{n} of {n_runs} runs failed")))
}

/// Shows how far the comparison is, and hands on the wish to stop it.
struct Watcher {
    display: Display,
    stop: Arc<AtomicBool>,
}

enum Display {
    Quiet,
    Bar(ProgressBar),
    Lines { last: Option<(usize, Instant)> },
}

impl Watcher {
    fn new(quiet: bool, stop: Arc<AtomicBool>) -> Self {
        let display = if quiet {
            Display::Quiet
        } else if stderr().is_terminal() {
            let style = ProgressStyle::with_template("{bar:32} {pos}/{len}{msg}");
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            Display::Bar(ProgressBar::new(0).with_style(style))
        } else {
            Display::Lines { last: None }
        };
        Self { display, stop }
    }
}

impl RunObserver for Watcher {
    fn progress(&mut self, _progress: &Progress) {}

    fn notice(&mut self, sentence: &str) {
        match &self.display {
            Display::Quiet => {}
            Display::Bar(bar) => bar.println(sentence),
            // That stderr is closed is no failure.
            Display::Lines { .. } => drop(writeln!(stderr(), "{sentence}")),
        }
    }

    fn interrupted(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl CompareObserver for Watcher {
    fn compared(&mut self, progress: &CompareProgress) {
        match &mut self.display {
            Display::Quiet => {}
            Display::Bar(bar) => {
                bar.set_length(progress.runs as u64);
                bar.set_position(progress.done as u64);
                bar.set_message(figures(progress));
            }
            Display::Lines { last } => {
                let due = last.is_none_or(|(done, at)| {
                    done != progress.done || at.elapsed() >= LINE_INTERVAL
                });
                if due {
                    *last = Some((progress.done, Instant::now()));
                    let CompareProgress { done, runs, .. } = progress;
                    // That stderr is closed is no failure.
                    let _ = writeln!(stderr(), "runs  {done}/{runs}{}", figures(progress));
                }
            }
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        if let Display::Bar(bar) = &self.display {
            bar.finish_and_clear();
        }
    }
}

/// Failures, time left and what is under way, as far as there is something to say.
fn figures(progress: &CompareProgress) -> String {
    let mut figures = String::new();
    if progress.failed > 0 {
        figures += &format!("  {} failed", progress.failed);
    }
    if progress.locked > 0 {
        figures += &format!("  {} elsewhere", progress.locked);
    }
    if let Some(secs) = progress.secs_left.filter(|_| progress.done < progress.runs) {
        figures += &format!("  {} left", duration(secs));
    }
    if !progress.under_way.is_empty() {
        figures += &format!("  {}", progress.under_way.join(" | "));
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_failures_time_left_and_what_is_under_way() {
        let mut progress = CompareProgress {
            done: 3,
            runs: 18,
            failed: 1,
            locked: 2,
            under_way: vec!["VP, seed 1".to_owned(), "VP, seed 2".to_owned()],
            secs_left: Some(70.2),
        };
        assert_eq!(
            figures(&progress),
            "  1 failed  2 elsewhere  1 min 11 s left  VP, seed 1 | VP, seed 2"
        );
        progress = CompareProgress {
            done: 18,
            runs: 18,
            secs_left: Some(0.0),
            ..CompareProgress::default()
        };
        assert_eq!(figures(&progress), "");
    }
}
