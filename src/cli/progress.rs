//! What `run` tells while it works: a bar on a terminal, plain lines otherwise, nothing if it is to be quiet.
//!
//! All of it goes to stderr; stdout is for the result.

use std::io::{IsTerminal, Write, stderr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::clock::Instant;
use crate::session::run::{Phase, Progress, RunObserver};

/// Time between two plain lines of the same phase.
const LINE_INTERVAL: Duration = Duration::from_secs(2);

/// Shows the progress of one run, and hands on the wish to stop it.
pub struct Reporter {
    display: Display,
    stop: Arc<AtomicBool>,
}

enum Display {
    Quiet,
    Bar(ProgressBar),
    Lines { last: Option<(Phase, Instant)> },
}

impl Reporter {
    /// The run is interrupted once `stop` is set.
    pub fn new(quiet: bool, stop: Arc<AtomicBool>) -> Self {
        let display = if quiet {
            Display::Quiet
        } else if stderr().is_terminal() {
            Display::Bar(bar())
        } else {
            Display::Lines { last: None }
        };
        Self { display, stop }
    }
}

impl RunObserver for Reporter {
    fn notice(&mut self, sentence: &str) {
        match &self.display {
            Display::Quiet => {}
            Display::Bar(bar) => bar.println(sentence),
            // That stderr is closed is no failure.
            Display::Lines { .. } => drop(writeln!(stderr(), "{sentence}")),
        }
    }

    fn progress(&mut self, progress: &Progress) {
        match &mut self.display {
            Display::Quiet => {}
            Display::Bar(bar) => {
                bar.set_length(progress.steps);
                bar.set_position(progress.step);
                bar.set_prefix(name(progress.phase));
                bar.set_message(figures(progress));
            }
            Display::Lines { last } => {
                let due = last.is_none_or(|(phase, at)| {
                    phase != progress.phase || at.elapsed() >= LINE_INTERVAL
                });
                if due {
                    *last = Some((progress.phase, Instant::now()));
                    // That stderr is closed is no failure.
                    let _ = writeln!(stderr(), "{}", line(progress));
                }
            }
        }
    }

    fn interrupted(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        if let Display::Bar(bar) = &self.display {
            bar.finish_and_clear();
        }
    }
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix:9} {bar:32} {pos}/{len}{msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}

fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::Training => "training",
        Phase::Solving => "solving",
        Phase::Measuring => "measuring",
        Phase::Filming => "filming",
        Phase::Writing => "writing",
    }
}

/// One plain line.
fn line(progress: &Progress) -> String {
    let Progress { step, steps, .. } = progress;
    match progress.phase {
        phase @ (Phase::Training | Phase::Filming) => {
            format!("{:9} {step}/{steps}{}", name(phase), figures(progress))
        }
        other => name(other).to_owned(),
    }
}

/// Rate, loss and time left, as far as they are known; only training and films have them.
fn figures(progress: &Progress) -> String {
    let mut figures = String::new();
    if !matches!(progress.phase, Phase::Training | Phase::Filming) {
        return figures;
    }
    if progress.steps_per_sec > 0.0 {
        figures += &format!("  {:.0} steps/s", progress.steps_per_sec);
    }
    if let Some(loss) = progress.loss {
        figures += &format!("  loss {loss:.4}");
    }
    if let Some(secs) = progress.secs_left {
        figures += &format!("  {} left", duration(secs));
    }
    figures
}

/// Seconds in words.
pub(super) fn duration(secs: f64) -> String {
    let secs = secs.ceil() as u64;
    match secs / 60 {
        0 => format!("{secs} s"),
        minutes => format!("{minutes} min {:02} s", secs % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_rate_loss_and_time_left() {
        let mut progress = Progress {
            phase: Phase::Training,
            step: 1200,
            steps: 20_000,
            loss: Some(1.23456),
            steps_per_sec: 1850.4,
            secs_left: Some(70.2),
        };
        assert_eq!(
            line(&progress),
            "training  1200/20000  1850 steps/s  loss 1.2346  1 min 11 s left"
        );
        progress.loss = None;
        progress.secs_left = None;
        assert_eq!(line(&progress), "training  1200/20000  1850 steps/s");
        progress.steps_per_sec = 0.0;
        assert_eq!(line(&progress), "training  1200/20000");
        progress.phase = Phase::Writing;
        assert_eq!(line(&progress), "writing");
    }
}
