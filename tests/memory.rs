//! Training keeps the loss of every step and nothing else: memory grows by four bytes a step, plus rounding. A table of
//! trajectories is written in pieces and is never in memory as a whole.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::alloc::System;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cap::Cap;
use pushforward::experiment::presets;
use pushforward::session::run::{Progress, RunObserver, RunOptions, run};
use pushforward::session::{Command, Options, Session};
use pushforward::snapshot::{Frame, LaneId, RunState};

/// Counts what is allocated by the whole process.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// One test at a time: the allocator counts for all of them.
static ALONE: Mutex<()> = Mutex::new(());

const STEPS: u64 = 100_000;
const PATIENCE: Duration = Duration::from_secs(120);

/// Bytes a step that the losses may take: an `f32` each, a little for the chunks they lie in.
const BYTES_PER_STEP: f64 = 4.4;
/// What may lie elsewhere at one pause and not at another: mostly batches that wait for the trainer, at most 80 of
/// 1.8 KB.
const SLACK: f64 = 160_000.0;

fn wait(session: &Session, what: &str, wanted: impl Fn(&Frame) -> bool) {
    let start = Instant::now();
    while !wanted(&session.frame(LaneId::default())) {
        assert!(start.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Pauses, and counts once picture and measurement of the last weights are there.
fn allocated_at_rest(session: &Session) -> (f64, u64) {
    session.send(LaneId::default(), Command::Pause);
    wait(session, "the workers come to rest", |frame| {
        let picture = frame
            .products
            .trajectories
            .made
            .as_ref()
            .is_some_and(|p| p.of.step == frame.step);
        let metrics = frame
            .products
            .metrics
            .made
            .as_ref()
            .is_some_and(|m| m.of.step == frame.step);
        frame.state == RunState::Paused && picture && metrics && !frame.is_measuring()
    });
    std::thread::sleep(Duration::from_millis(200));
    (
        MEMORY.allocated() as f64,
        session.frame(LaneId::default()).step,
    )
}

#[test]
fn a_hundred_thousand_steps_cost_their_losses_and_nothing_else() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    experiment.model.hidden = vec![8];
    experiment.training.batch = 32;
    experiment.training.steps = 10_000_000;
    experiment.readout.evaluation.samples = 100;
    experiment.readout.evaluation.w2_samples = 50;
    let session = Session::start(Arc::new(experiment), Options::default(), Arc::new(|| ()));
    let session = session.unwrap();
    session.send(LaneId::default(), Command::Train);
    wait(&session, "training warms up", |frame| frame.step > 3000);
    let (before, first) = allocated_at_rest(&session);
    session.send(LaneId::default(), Command::Train);
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

/// Keeps what it is told.
#[derive(Default)]
struct Listener(Vec<String>);

impl RunObserver for Listener {
    fn progress(&mut self, _progress: &Progress) {}

    fn notice(&mut self, sentence: &str) {
        self.0.push(sentence.to_owned());
    }

    fn interrupted(&self) -> bool {
        false
    }
}

/// The most that is allocated while `work` is done, looked at every few hundred microseconds.
fn peak_of(work: impl FnOnce()) -> f64 {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut peak = 0;
            while !done.load(Ordering::Relaxed) {
                peak = peak.max(MEMORY.allocated());
                std::thread::sleep(Duration::from_micros(300));
            }
            peak as f64
        });
        work();
        done.store(true, Ordering::Relaxed);
        watch.join().unwrap()
    })
}

/// 4,000 particles at 1,001 nodes are 64 MB of positions and 145 MB of text.
#[test]
fn a_large_table_is_streamed_and_announced() {
    const LIMIT: f64 = 40e6;
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    for (key, value) in [
        ("model.hidden", "[8]"),
        ("training.steps", "5"),
        ("solver", "Euler(steps: 1000)"),
        ("evaluation.samples", "4000"),
        ("evaluation.w2_samples", "50"),
        ("view.layers", "[]"),
        ("view.particles", "0"),
        ("view.paths", "0"),
    ] {
        experiment.set(key, value).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let options = RunOptions {
        device: "cpu".parse().unwrap(),
        threads: Some(2),
        ..RunOptions::default()
    };
    let mut listener = Listener::default();
    let before = MEMORY.allocated() as f64;
    let peak = peak_of(|| {
        run(&experiment, folder.path(), &options, &mut listener).unwrap();
    });
    let table = std::fs::metadata(folder.path().join("trajectories.csv")).unwrap();
    assert!(table.len() > 140_000_000, "{} bytes", table.len());
    let used = peak - before;
    println!(
        "{:.1} MB for a table of {:.0} MB",
        used / 1e6,
        table.len() as f64 / 1e6
    );
    assert!(used < LIMIT, "{used} bytes");
    let [sentence] = listener.0.as_slice() else {
        panic!("{:?}", listener.0);
    };
    let said: f64 = sentence.split(' ').nth(3).unwrap().parse().unwrap();
    assert!(
        (1e6 * said / table.len() as f64 - 1.0).abs() < 0.1,
        "{sentence}"
    );
    assert!(sentence.contains("evaluation.nodes=11"), "{sentence}");
}
