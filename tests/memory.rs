//! Training keeps the loss of every step and nothing else: memory grows by four bytes a step, plus rounding.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

use std::alloc::System;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cap::Cap;
use pushforward::experiment::presets;
use pushforward::session::{Command, Options, Session};
use pushforward::snapshot::{Frame, RunState};

/// Counts what is allocated by the whole process.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

const STEPS: u64 = 100_000;
const PATIENCE: Duration = Duration::from_secs(120);

/// Bytes a step that the losses may take: an `f32` each, a little for the chunks they lie in.
const BYTES_PER_STEP: f64 = 4.4;
/// What may lie elsewhere at one pause and not at another: mostly batches that wait for the trainer, at most 80 of
/// 1.8 KB.
const SLACK: f64 = 160_000.0;

fn wait(session: &Session, what: &str, wanted: impl Fn(&Frame) -> bool) {
    let start = Instant::now();
    while !wanted(&session.frame()) {
        assert!(start.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Pauses, and counts once picture and measurement of the last weights are there.
fn allocated_at_rest(session: &Session) -> (f64, u64) {
    session.send(Command::Pause);
    wait(session, "the workers come to rest", |frame| {
        let picture = frame.picture.as_ref().is_some_and(|p| p.step == frame.step);
        let metrics = frame.metrics.as_ref().is_some_and(|m| m.step == frame.step);
        frame.state == RunState::Paused && picture && metrics && !frame.measuring
    });
    std::thread::sleep(Duration::from_millis(200));
    (MEMORY.allocated() as f64, session.frame().step)
}

#[test]
fn a_hundred_thousand_steps_cost_their_losses_and_nothing_else() {
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    experiment.model.hidden = vec![8];
    experiment.training.batch = 32;
    experiment.training.steps = 10_000_000;
    experiment.evaluation.samples = 100;
    experiment.evaluation.w2_samples = 50;
    let session = Session::start(Arc::new(experiment), Options::default(), Arc::new(|| ()));
    let session = session.unwrap();
    session.send(Command::Train);
    wait(&session, "training warms up", |frame| frame.step > 3000);
    let (before, first) = allocated_at_rest(&session);
    session.send(Command::Train);
    wait(&session, "training goes on", |frame| {
        frame.step > first + STEPS
    });
    let (after, last) = allocated_at_rest(&session);
    let growth = after - before;
    let steps = (last - first) as f64;
    assert!(
        growth <= BYTES_PER_STEP * steps + SLACK,
        "{growth} bytes in {steps} steps"
    );
    assert!(
        growth >= 4.0 * steps - SLACK,
        "{growth} bytes: is it counted?"
    );
}
