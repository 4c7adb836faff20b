//! Going on: runs that were interrupted, killed, finished, or saved by an earlier version.

use std::path::PathBuf;
use std::process::{Child, Command as Process, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use pushforward::experiment::{Experiment, LearningRate, presets};
use pushforward::flow::coupling::Coupling;
use pushforward::model::{Plan, TrainingState};
use pushforward::session::folder;
use pushforward::session::run::{Progress, RunError, RunObserver, RunOptions, go_on, run};

use super::*;

/// What must not depend on whether a run was interrupted; `metrics.json` is compared without its times.
const RESULTS: [&str; 8] = [
    "experiment.ron",
    "loss.csv",
    "model.safetensors",
    "state.safetensors",
    "checkpoints.safetensors",
    "trajectories.csv",
    "trajectories.svg",
    "trajectories.png",
];

/// Stops a run after so many steps, and keeps what is said.
#[derive(Default)]
struct Stop {
    after: Option<u64>,
    asked: AtomicU64,
    said: Vec<String>,
}

impl Stop {
    fn after(steps: u64) -> Self {
        Self {
            after: Some(steps),
            ..Self::default()
        }
    }
}

impl RunObserver for Stop {
    fn progress(&mut self, _progress: &Progress) {}

    fn notice(&mut self, sentence: &str) {
        self.said.push(sentence.to_owned());
    }

    /// It is asked once before every step.
    fn interrupted(&self) -> bool {
        let asked = 1 + self.asked.fetch_add(1, Ordering::Relaxed);
        self.after.is_some_and(|steps| asked > steps)
    }
}

/// Sixty steps of a small network with 48 pairs each.
fn small(coupling: Coupling, schedule: LearningRate) -> Experiment {
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    experiment.model.hidden = vec![16, 16];
    experiment.training.batch = 48;
    experiment.training.steps = 60;
    experiment.training.schedule = schedule;
    experiment.problem.coupling = coupling;
    experiment.readout.evaluation.samples = 40;
    experiment.readout.evaluation.w2_samples = 20;
    experiment.readout.solver = experiment.readout.solver.with_steps(4);
    experiment
}

fn constant() -> Experiment {
    small(Coupling::Independent, LearningRate::Constant)
}

fn on(threads: usize) -> RunOptions {
    RunOptions {
        device: "cpu".parse().unwrap(),
        threads: Some(threads),
        ..RunOptions::default()
    }
}

fn whole_run(experiment: &Experiment, out: &Path) {
    let outcome = run(experiment, out, &on(1), &mut Stop::default()).unwrap();
    assert!(outcome.finished);
}

/// Goes on in a folder; returns what was said.
fn gone_on(experiment: &Experiment, folder: &Path, threads: usize, stop: Stop) -> Vec<String> {
    let saved = folder::saved(folder).unwrap().unwrap();
    let mut stop = stop;
    let outcome = go_on(experiment, &saved, folder, &on(threads), &mut stop).unwrap();
    assert_eq!(outcome.finished, stop.after.is_none());
    stop.said
}

fn state(folder: &Path) -> TrainingState {
    let bytes = fs::read(folder.join("state.safetensors")).unwrap();
    TrainingState::decode(&bytes).unwrap()
}

fn timeless(folder: &Path) -> Value {
    let mut metrics = metrics(folder);
    metrics["timing"] = Value::Null;
    metrics["device"] = Value::Null;
    metrics
}

/// Everything but times is the same, byte for byte.
fn assert_same(a: &Path, b: &Path, what: &str) {
    for name in RESULTS {
        let [a, b] = [a, b].map(|folder| fs::read(folder.join(name)).unwrap());
        assert!(a == b, "{what}: {name} differs");
    }
    assert_eq!(timeless(a), timeless(b), "{what}");
}

/// Blocks that fill a batch together, that are larger, and that a crew draws; within the warm-up, within a block, twice.
#[test]
fn an_interrupted_run_ends_as_if_it_had_not_been_bit_for_bit() {
    let cosine = LearningRate::Cosine { warmup: 10 };
    let couplings = [
        Coupling::Independent,
        Coupling::BatchOt { batch: 20 },
        Coupling::BatchOt { batch: 64 },
        Coupling::BatchOt { batch: 500 },
    ];
    for coupling in couplings {
        let folder = folder();
        let experiment = small(coupling, cosine);
        let whole = folder.path().join("whole");
        whole_run(&experiment, &whole);
        let interruptions = [(1, &[7][..]), (2, &[33]), (2, &[7, 26, 11]), (1, &[59])];
        for (threads, stops) in interruptions {
            let what = format!("{coupling:?}, {threads} threads, stops {stops:?}");
            let out = folder
                .path()
                .join(what.replace([':', '{', '}', '[', ']'], ""));
            let mut observer = Stop::after(stops[0]);
            let outcome = run(&experiment, &out, &on(threads), &mut observer).unwrap();
            assert!(!outcome.finished && !out.join("metrics.json").exists());
            assert_eq!(state(&out).step(), stops[0], "{what}");
            for &more in &stops[1..] {
                gone_on(&experiment, &out, threads, Stop::after(more));
            }
            let said = gone_on(&experiment, &out, threads, Stop::default());
            let taken: u64 = stops.iter().sum();
            assert_eq!(said, [format!("goes on from step {taken} of 60")]);
            assert_same(&whole, &out, &what);
        }
    }
}

#[test]
fn more_steps_at_a_constant_rate_are_one_longer_run() {
    for coupling in [Coupling::Independent, Coupling::BatchOt { batch: 500 }] {
        let folder = folder();
        let [out, whole] = ["out", "whole"].map(|name| folder.path().join(name));
        let mut experiment = small(coupling, LearningRate::Constant);
        whole_run(&experiment, &out);
        experiment.training.steps = 100;
        whole_run(&experiment, &whole);
        let said = gone_on(&experiment, &out, 2, Stop::default());
        assert_eq!(said, ["goes on from step 60 of 100"]);
        assert_same(&whole, &out, "60 steps and 40 more");
        assert_eq!(metrics(&out)["schedule_start"], 0);
    }
}

#[test]
fn more_steps_of_a_cosine_are_a_new_schedule_that_is_said_and_recorded() {
    let folder = folder();
    let [out, again] = ["out", "again"].map(|name| folder.path().join(name));
    let mut experiment = small(Coupling::Independent, LearningRate::Cosine { warmup: 10 });
    whole_run(&experiment, &out);
    let first = text(&out, "loss.csv");
    let plan = |start, steps| Plan { start, steps };
    assert_eq!(state(&out).plan, plan(0, 60));
    assert_eq!(metrics(&out)["schedule_start"], 0);
    fs::create_dir(&again).unwrap();
    for name in [
        "experiment.ron",
        "state.safetensors",
        "checkpoints.safetensors",
    ] {
        fs::copy(out.join(name), again.join(name)).unwrap();
    }
    experiment.training.steps = 100;
    let said = gone_on(&experiment, &out, 1, Stop::default());
    let expected = "goes on from step 60 with a new schedule of the learning rate over 40 steps";
    assert_eq!(said, [expected]);
    assert_eq!(state(&out).plan, plan(60, 40));
    assert_eq!(metrics(&out)["schedule_start"], 60);
    assert!(
        text(&out, "loss.csv").starts_with(&first),
        "the losses before stay"
    );
    assert_eq!(state(&out).step(), 100);
    // Interrupted within the new schedule, it is still that one.
    gone_on(&experiment, &again, 2, Stop::after(17));
    let said = gone_on(&experiment, &again, 2, Stop::default());
    assert_eq!(said, ["goes on from step 77 of 100"]);
    assert_same(&out, &again, "a new schedule, interrupted");
}

#[test]
fn without_steps_left_it_measures_again() {
    let folder = folder();
    let [out, before] = ["out", "before"].map(|name| folder.path().join(name));
    let experiment = constant();
    whole_run(&experiment, &out);
    whole_run(&experiment, &before);
    let said = gone_on(&experiment, &out, 1, Stop::default());
    assert_eq!(said.len(), 1);
    assert!(
        said[0].starts_with("all 60 steps have been taken: measured again"),
        "{said:?}"
    );
    assert_same(&before, &out, "measured again");
    let mut finer = experiment;
    finer.readout.solver = finer.readout.solver.with_steps(8);
    gone_on(&finer, &out, 1, Stop::default());
    assert_eq!(
        (
            metrics(&before)["nfe"].clone(),
            metrics(&out)["nfe"].clone()
        ),
        (8.into(), 16.into())
    );
    assert_eq!(text(&out, "loss.csv"), text(&before, "loss.csv"));
}

#[test]
fn another_target_keeps_the_weights_and_starts_the_schedule_again() {
    let folder = folder();
    let mut experiment = constant();
    whole_run(&experiment, folder.path());
    let weights = state(folder.path()).engine;
    experiment.set("target", "(shape: Checkerboard)").unwrap();
    let said = gone_on(&experiment, folder.path(), 1, Stop::after(1));
    let expected = "goes on from step 60 with a new schedule of the learning rate over 60 steps";
    assert_eq!(said, [expected]);
    let after = state(folder.path()).engine;
    assert_eq!((after.averaged, after.moments.steps), (61, 61));
    let moved = after.weights.values().iter().zip(weights.weights.values());
    assert!(moved.clone().all(|(a, b)| (a - b).abs() < 5e-3) && moved.clone().any(|(a, b)| a != b));
    gone_on(&experiment, folder.path(), 1, Stop::default());
    let metrics = metrics(folder.path());
    assert_eq!(
        (&metrics["steps"], &metrics["schedule_start"]),
        (&120.into(), &60.into())
    );
}

#[test]
fn fewer_steps_than_were_taken_are_refused_before_anything_is_written() {
    let folder = folder();
    let mut experiment = constant();
    whole_run(&experiment, folder.path());
    let before = metrics(folder.path());
    experiment.training.steps = 59;
    let saved = folder::saved(folder.path()).unwrap().unwrap();
    let refused = go_on(
        &experiment,
        &saved,
        folder.path(),
        &on(1),
        &mut Stop::default(),
    );
    let Err(RunError::Input(sentence)) = refused else {
        panic!("{refused:?}");
    };
    assert!(
        sentence.starts_with("60 steps have been taken and 59 are asked for"),
        "{sentence}"
    );
    assert_eq!(metrics(folder.path()), before);
}

#[test]
fn a_save_that_fails_in_the_midst_of_training_is_said_and_training_goes_on() {
    struct Remover(PathBuf, Stop);
    impl RunObserver for Remover {
        fn progress(&mut self, _progress: &Progress) {
            // The first time is before the first step, after the first files.
            fs::remove_dir_all(&self.0).ok();
        }
        fn notice(&mut self, sentence: &str) {
            self.1.notice(sentence);
        }
        fn interrupted(&self) -> bool {
            self.1.interrupted()
        }
    }
    let folder = folder();
    let out = folder.path().join("out");
    let mut observer = Remover(out.clone(), Stop::default());
    let options = RunOptions {
        save_every: Duration::ZERO,
        ..on(1)
    };
    let failed = run(&constant(), &out, &options, &mut observer);
    assert!(matches!(failed, Err(RunError::Failed(_))), "{failed:?}");
    let said = &observer.1.said;
    assert!(
        said.iter().all(|s| s.starts_with("not saved this time: ")),
        "{said:?}"
    );
    assert!(!said.is_empty());
    assert!(
        observer.1.asked.load(Ordering::Relaxed) >= 60,
        "training went on"
    );
}

/// `run` of the binary with what every run here has in common.
fn command(experiment: impl AsRef<std::ffi::OsStr>) -> Process {
    let mut command = Process::new(assert_cmd::cargo::cargo_bin!("pushforward"));
    command.arg("run").arg(experiment);
    command.args(["--device", "cpu", "--threads", "2", "--save-every", "1"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// A run that does not end by itself, of a network so small that a second is thousands of steps.
fn endless(out: &Path) -> Process {
    let mut command = command("two-moons");
    command.args(ENDLESS).arg("--out").arg(out);
    command.args(["--steps", "100000000"]);
    command
}

const ENDLESS: [&str; 10] = [
    "--set",
    "model.hidden=[8]",
    "--set",
    "training.schedule=Constant",
    "--set",
    "coupling=BatchOt(batch:100)",
    "--set",
    "evaluation.samples=20",
    "--set",
    "training.batch=16",
];

fn wait_until(child: &mut Child, what: &str, wanted: impl Fn() -> bool) {
    let start = Instant::now();
    while !wanted() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}");
        assert!(child.try_wait().unwrap().is_none(), "{what}: it ended");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The folder gone on in for some hundred steps is one uninterrupted run of as many.
fn assert_whole(out: &Path, whole: &Path) {
    let steps = (state(out).step() + 300).to_string();
    assert!(
        command(out)
            .args(["--steps", &steps])
            .status()
            .unwrap()
            .success()
    );
    let mut uninterrupted = command("two-moons");
    uninterrupted.args(ENDLESS).arg("--out").arg(whole);
    assert!(
        uninterrupted
            .args(["--steps", &steps])
            .status()
            .unwrap()
            .success()
    );
    assert_same(whole, out, "killed and gone on");
}

#[test]
fn a_run_that_is_killed_after_a_save_goes_on_bit_for_bit() {
    let folder = folder();
    let [out, whole] = ["out", "whole"].map(|name| folder.path().join(name));
    let saved_steps = || fs::read(out.join("state.safetensors")).is_ok() && state(&out).step() > 0;
    let mut child = endless(&out).spawn().unwrap();
    wait_until(&mut child, "a save in the midst of training", saved_steps);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!out.join("metrics.json").exists());
    assert_whole(&out, &whole);
}

/// Tables of another moment than the state, which a kill may leave, do not matter.
#[test]
fn runs_that_are_killed_at_any_moment_leave_one_whole_state() {
    let folder = folder();
    let [out, whole] = ["out", "whole"].map(|name| folder.path().join(name));
    let mut steps = 0;
    for delay_ms in [3, 8, 15, 25, 40, 60, 90, 1300] {
        let mut run = if out.join("state.safetensors").exists() {
            let mut going_on = command(&out);
            going_on.args(["--steps", "100000000"]);
            going_on
        } else {
            endless(&out)
        };
        let mut child = run.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(delay_ms));
        child.kill().unwrap();
        child.wait().unwrap();
        if out.join("state.safetensors").exists() {
            assert!(state(&out).step() >= steps, "killed after {delay_ms} ms");
            steps = state(&out).step();
        }
    }
    put(out.join("loss.csv"), "step,loss\n0,1.5\n");
    fs::remove_file(out.join("model.safetensors")).unwrap();
    assert_whole(&out, &whole);
}

#[cfg(unix)]
#[test]
fn ctrl_c_is_gone_on_from_bit_for_bit() {
    let folder = folder();
    let [out, whole] = ["out", "whole"].map(|name| folder.path().join(name));
    let mut child = endless(&out).spawn().unwrap();
    wait_until(&mut child, "the first files", || {
        out.join("model.safetensors").exists()
    });
    std::thread::sleep(Duration::from_millis(200));
    let pid = child.id().to_string();
    assert!(
        Process::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(state(&out).step() > 0);
    assert_whole(&out, &whole);
}

fn refused(args: &[&str]) -> String {
    refusal(3, args)
}

#[test]
fn another_seed_or_network_is_refused_and_fresh_starts_from_nothing() {
    let folder = folder();
    let [out, whole] = ["out", "whole"].map(|name| folder.path().join(name));
    tiny_run("two-moons", &out, &["--seed", "3"]);
    let path = out.to_str().unwrap();
    let before = metrics(&out);
    let sentence = refused(&["run", path, "--seed", "4"]);
    assert!(
        sentence.contains("trained with seed 3, not 4"),
        "{sentence}"
    );
    assert!(
        sentence.contains(&format!("`pushforward run {path} --fresh`")),
        "{sentence}"
    );
    for set in ["model.hidden=[32]", "model.activation=Relu", "seed=4"] {
        let sentence = refused(&["run", path, "--set", set]);
        assert!(sentence.contains("--fresh"), "{sentence}");
    }
    assert_eq!(metrics(&out), before, "nothing has changed");
    let mut fresh = pushforward();
    fresh
        .args(["run", path, "--fresh", "--seed", "4"])
        .assert()
        .code(0);
    tiny_run("two-moons", &whole, &["--seed", "4"]);
    assert_same(&whole, &out, "from nothing");
}

#[test]
fn out_goes_on_in_a_copy() {
    let folder = folder();
    let [out, copy, whole] = ["out", "copy", "whole"].map(|name| folder.path().join(name));
    let set = ["--set", "training.schedule=Constant"];
    tiny_run("two-moons", &out, &set);
    let before: Vec<_> = RESULTS
        .map(|name| fs::read(out.join(name)).unwrap())
        .to_vec();
    let mut going_on = pushforward();
    let args = [out.to_str().unwrap(), "--steps", "30", "--out"];
    going_on.arg("run").args(args).arg(&copy).assert().code(0);
    let after: Vec<_> = RESULTS
        .map(|name| fs::read(out.join(name)).unwrap())
        .to_vec();
    assert!(before == after, "the folder stays as it was");
    let mut at_once = pushforward();
    at_once
        .args(["run", "two-moons"])
        .args(&TINY[2..])
        .args(set);
    at_once
        .args(["--steps", "30", "--out"])
        .arg(&whole)
        .assert()
        .code(0);
    assert_same(&whole, &copy, "in a copy");
}

#[test]
fn a_finished_folder_says_on_stderr_that_it_is_measured_again() {
    let folder = folder();
    tiny_run("two-moons", folder.path(), &[]);
    let assert = pushforward().arg("run").arg(folder.path()).assert().code(0);
    let stderr = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(
        stderr.contains("all 20 steps have been taken: measured again"),
        "{stderr}"
    );
}

#[test]
fn a_damaged_state_or_one_of_another_network_is_refused_with_its_file() {
    let folder = folder();
    let [out, other] = ["out", "other"].map(|name| folder.path().join(name));
    tiny_run("two-moons", &out, &[]);
    tiny_run("two-moons", &other, &["--set", "model.hidden=[5]"]);
    let path = out.to_str().unwrap();
    let file = out.join("state.safetensors");
    let whole = fs::read(&file).unwrap();
    let mut flipped = whole.clone();
    let at = flipped.len() - 1000;
    flipped[at] ^= 1;
    let later = String::from_utf8_lossy(&whole).contains("version\\\":1");
    assert!(later, "the version is there to be changed");
    let model = fs::read(out.join("model.safetensors")).unwrap();
    for (bytes, expected) in [
        (&whole[..whole.len() / 2], "not a whole safetensors file"),
        (&[][..], "not a whole safetensors file"),
        (&flipped, "damaged: its checksum does not belong"),
        (&model, "no description of a training state"),
    ] {
        atomic_write(&file, bytes).unwrap();
        for args in [&["run", path][..], &["run", path, "--steps", "30"]] {
            let sentence = refused(args);
            assert!(sentence.contains("state.safetensors: "), "{sentence}");
            assert!(sentence.contains(expected), "{sentence}");
        }
    }
    fs::copy(other.join("state.safetensors"), &file).unwrap();
    let sentence = refused(&["run", path]);
    assert!(sentence.contains("another network"), "{sentence}");
    assert!(sentence.contains("--fresh"), "{sentence}");
    let metrics = metrics(&out);
    assert_eq!(metrics["steps"], 20, "nothing was touched");
    pushforward()
        .args(["run", path, "--fresh"])
        .assert()
        .code(0);
}

/// Before there was a state there were weights and losses: all but the moments goes on.
#[test]
fn a_folder_of_an_earlier_version_goes_on_from_its_weights_and_says_what_is_missing() {
    let folder = folder();
    let out = folder.path();
    let before = tiny_run("two-moons", out, &[]);
    let losses = text(out, "loss.csv");
    fs::remove_file(out.join("state.safetensors")).unwrap();
    let mut again = pushforward();
    let assert = again.arg("run").arg(out).assert().code(0);
    let stderr = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(stderr.contains("There is no state.safetensors"), "{stderr}");
    let mut after = metrics(out);
    let not_kept = ["coupling_cost", "own_loss", "cfm_loss_inner"];
    for key in not_kept {
        assert_eq!(after[key], Value::Null, "nobody kept them: {key}");
    }
    // The scales of a model file are decimal numbers, which differences of densities see in their last digits.
    let nearly = ["hutchinson_nll_difference", "likelihood_error"];
    for key in nearly {
        let [a, b] = [&before, &after].map(|of| of[key].as_f64().unwrap());
        assert!((a - b).abs() < 1e-9 * (a.abs() + b.abs()), "{key}");
    }
    for key in not_kept.into_iter().chain(nearly).chain(["timing"]) {
        after[key] = before[key].clone();
    }
    assert_eq!(after, before, "measured again");
    fs::remove_file(out.join("state.safetensors")).unwrap();
    let mut more = pushforward();
    more.arg("run")
        .arg(out)
        .args(["--steps", "30"])
        .assert()
        .code(0);
    assert!(text(out, "loss.csv").starts_with(&losses));
    let state = state(out);
    assert_eq!((state.step(), state.engine.moments.steps), (30, 10));
    fs::remove_file(out.join("state.safetensors")).unwrap();
    put(out.join("loss.csv"), &losses);
    let sentence = refused(&["run", out.to_str().unwrap()]);
    assert!(
        sentence.contains("holds 20 losses, but the weights are those of step 30"),
        "{sentence}"
    );
}

#[test]
fn a_folder_without_weights_trains_from_nothing() {
    let folder = folder();
    let [out, whole] = ["out", "whole"].map(|name| folder.path().join(name));
    tiny_run("two-moons", &whole, &[]);
    fs::create_dir(&out).unwrap();
    fs::copy(whole.join("experiment.ron"), out.join("experiment.ron")).unwrap();
    pushforward().arg("run").arg(&out).assert().code(0);
    assert_same(&whole, &out, "experiment.ron alone");
    // What a kill between the first two files leaves.
    fs::remove_file(out.join("experiment.ron")).unwrap();
    pushforward().arg("run").arg(&out).assert().code(0);
    assert_same(&whole, &out, "state.safetensors alone");
}
