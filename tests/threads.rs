//! How many threads a session has. In a program of its own, because threads are counted.
//!
//! Skips where the system does not list a process's threads.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod skip;

use std::sync::Arc;
use std::time::{Duration, Instant};

use pushforward::experiment::{Experiment, presets};
use pushforward::flow::coupling::Coupling;
use pushforward::session::{Command, Options, Session};
use pushforward::snapshot::LaneId;

const PATIENCE: Duration = Duration::from_secs(60);

fn experiment() -> Arc<Experiment> {
    let preset = presets::find("two-moons").unwrap();
    let mut experiment = preset.experiment().unwrap();
    experiment.model.hidden = vec![32, 32];
    experiment.problem.coupling = Coupling::BatchOt { batch: 256 };
    Arc::new(experiment)
}

/// Names of this process's threads, sorted.
fn threads() -> Option<Vec<String>> {
    let tasks = std::fs::read_dir("/proc/self/task").ok()?;
    let name = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("comm")).ok();
    let mut names: Vec<String> = tasks.flatten().filter_map(name).collect();
    names.sort();
    Some(names.iter().map(|name| name.trim().to_owned()).collect())
}

/// The threads that a session has started when all of its lanes train and show something.
fn started_by(lanes: usize, before: &[String]) -> Vec<String> {
    let options = Options {
        lanes: (1..lanes as u32)
            .map(|i| (LaneId(i), experiment()))
            .collect(),
        autostart: true,
        ..Options::default()
    };
    let session = Session::start(experiment(), options, Arc::new(|| {})).unwrap();
    let start = Instant::now();
    let runs = || {
        let frames = session.frames();
        frames.iter().count() == lanes
            && frames
                .iter()
                .all(|frame| frame.step > 30 && frame.products.trajectories.made.is_some())
    };
    while !runs() {
        assert!(start.elapsed() < PATIENCE, "it does not train");
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut started = threads().unwrap_or_default();
    before.iter().for_each(|name| {
        let known = started.iter().position(|other| other == name);
        known.map(|place| started.remove(place));
    });
    // What a device was asked for in the background is not a matter of lanes.
    started
        .retain(|name| name.starts_with("trainer") || name.starts_with("helper") || name == "jobs");
    started
}

#[test]
fn threads_are_as_many_as_cores_and_a_stated_few_whatever_the_number_of_lanes() {
    let Some(before) = threads() else {
        return skip::skip("threads", "the system does not list threads");
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let helpers = (1..cores.max(2)).map(|i| format!("helper-{i}"));
    let mut expected: Vec<String> = helpers.chain(["jobs".into(), "trainer".into()]).collect();
    expected.sort();
    for lanes in [1, 6] {
        assert_eq!(started_by(lanes, &before), expected, "{lanes} lanes");
    }
    // Without threads: the caller does everything.
    let before = threads().unwrap_or_default();
    let options = Options {
        lanes: vec![(LaneId(1), experiment())],
        ..Options::default()
    };
    let session = Session::cooperative(experiment(), options, Arc::new(|| {}));
    session.send(LaneId(1), Command::Train);
    let start = Instant::now();
    let is_done = || {
        let frame = session.frame(LaneId(1));
        frame.step > 100 && frame.products.trajectories.made.is_some()
    };
    while !is_done() {
        assert!(start.elapsed() < PATIENCE, "it does not train");
        session.run_until(Instant::now() + Duration::from_millis(5));
    }
    assert_eq!(threads().unwrap_or_default(), before);
}
