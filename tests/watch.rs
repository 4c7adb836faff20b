//! Training that is watched: its speed, its checkpoints, the slider over them and the curves, with and without threads.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod mode;
mod window;

use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers, pos2};
use egui_kittest::kittest::Queryable;
use pushforward::experiment::{Experiment, LearningRate, presets};
use pushforward::flow::coupling::Coupling;
use pushforward::model::Widths;
use pushforward::session::files::atomic_write;
use pushforward::session::folder::{self, Saved};
use pushforward::session::run::{RunOptions, Unobserved, go_on, run};
use pushforward::session::{Command as Ask, Options, Session, Speed};
use pushforward::snapshot::{Frame, LaneId, RunState};
use pushforward::ui::page::Page;
use pushforward::ui::{Command, Lab};

use mode::Mode;
use window::{SIZE, Window, window_on};

const PATIENCE: Duration = Duration::from_secs(30);

/// Two moons with a network and metrics so small that a test does not wait.
fn experiment(steps: u64) -> Experiment {
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    experiment.model.hidden = vec![16, 16];
    experiment.training.batch = 64;
    experiment.training.steps = steps;
    experiment.readout.evaluation.samples = 64;
    experiment.readout.evaluation.w2_samples = 64;
    experiment.readout.solver = experiment.readout.solver.with_steps(10);
    experiment.view.particles = 100;
    experiment
}

/// A lane beside the first one: another coupling.
fn other_lane(steps: u64) -> (LaneId, Arc<Experiment>) {
    let mut experiment = experiment(steps);
    experiment.problem.coupling = Coupling::BatchOt { batch: 64 };
    (LaneId(1), Arc::new(experiment))
}

const MODES: [Mode; 2] = [Mode::Threads, Mode::Caller];

fn autostart(speed: Speed) -> Options {
    Options {
        autostart: true,
        speed,
        ..Options::default()
    }
}

/// Lets some time pass, in which a session without threads works as often as a window would let it.
fn pass(session: &Session, time: Duration) {
    let deadline = Instant::now() + time;
    while Instant::now() < deadline {
        session.run_until(deadline);
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Waits until the frame of a lane is as wanted.
#[track_caller]
fn wait(session: &Session, lane: u32, what: &str, wanted: impl Fn(&Frame) -> bool) -> Arc<Frame> {
    let start = Instant::now();
    loop {
        let frame = session.frame(LaneId(lane));
        if wanted(&frame) {
            return frame;
        }
        let state = (&frame.state, frame.step, frame.past);
        assert!(start.elapsed() < PATIENCE, "{what}: {state:?}");
        pass(session, Duration::from_millis(4));
    }
}

fn is_finished(frame: &Frame) -> bool {
    frame.state == RunState::Finished
}

/// Whether trajectories and numbers are those of the step.
fn shows(frame: &Frame, step: u64) -> bool {
    let trajectories = frame.products.trajectories.get();
    let metrics = frame.products.metrics.get();
    trajectories.is_some_and(|made| made.of.step == step)
        && metrics.is_some_and(|made| made.of.step == step)
}

#[test]
fn training_keeps_to_its_speed_and_all_lanes_keep_step() {
    for mode in MODES {
        let options = Options {
            lanes: vec![other_lane(1_000_000)],
            ..autostart(Speed::PerSecond(200))
        };
        let session = mode.start(experiment(1_000_000), options);
        let first = wait(&session, 0, "the first step", |f| f.step > 0).step;
        let start = Instant::now();
        let last = wait(&session, 0, "a hundred more", |f| f.step >= first + 100).step;
        // What the frame shows may be a twentieth of a second old at the start.
        let least = (last - first) as f64 / 200.0 - 0.1;
        let secs = start.elapsed().as_secs_f64();
        assert!(secs >= least, "{mode:?}: {first} to {last} in {secs} s");
        let steps = [0, 1].map(|lane| session.frame(LaneId(lane)).step);
        assert!(steps[0].abs_diff(steps[1]) <= 64, "{mode:?}: {steps:?}");
    }
}

#[test]
fn a_slow_training_is_one_key_away_from_full_speed_and_a_step_is_taken_at_once() {
    for mode in MODES {
        let session = mode.start(experiment(3000), autostart(Speed::PerSecond(1)));
        wait(&session, 0, "the first step at once", |f| f.step == 1);
        pass(&session, Duration::from_millis(100));
        assert!(session.frame(LaneId(0)).step <= 2);
        session.send(LaneId(0), Ask::Pause);
        let paused = wait(&session, 0, "pauses", |f| f.state == RunState::Paused).step;
        for step in 1..=3 {
            session.send(LaneId(0), Ask::StepOnce);
            wait(&session, 0, "one step", |f| f.step == paused + step);
        }
        session.send(LaneId(0), Ask::Train);
        session.set_speed(Speed::Full);
        wait(&session, 0, "finishes", is_finished);
    }
}

#[test]
fn an_earlier_step_shows_what_a_fresh_run_to_that_step_shows_bit_for_bit() {
    for mode in MODES {
        let options = Options {
            lanes: vec![other_lane(700)],
            ..autostart(Speed::Full)
        };
        let session = mode.start(experiment(700), options);
        wait(&session, 0, "finishes", is_finished);
        wait(&session, 1, "finishes", is_finished);
        session.show_step(Some(50));
        for (lane, coupled) in [(0, experiment(50)), (1, (*other_lane(50).1).clone())] {
            let what = "the field and the numbers of step 50";
            let past = wait(&session, lane, what, |f| shows(f, 50) && f.past == Some(50));
            let fresh = Mode::Caller.start(coupled, autostart(Speed::Full));
            let fresh = wait(&fresh, 0, "trains to step 50", |f| {
                is_finished(f) && shows(f, 50)
            });
            let points = |frame: &Frame| {
                let followed = frame.products.trajectories.get().unwrap();
                followed.trajectories.points.clone()
            };
            assert_eq!(points(&past), points(&fresh), "{mode:?}");
            let numbers = |frame: &Frame| frame.products.metrics.get().unwrap().output.clone();
            assert_eq!(numbers(&past), numbers(&fresh), "{mode:?}");
            assert_eq!(past.step, 700, "the training is where it was");
        }
        session.show_step(None);
        wait(&session, 0, "the newest again", |f| {
            shows(f, 700) && f.past.is_none()
        });
    }
}

/// The products of each frame are of one step while an earlier one is looked at, whoever looks when.
#[test]
fn products_of_two_steps_are_never_shown_together() {
    let session = Mode::Threads.start(experiment(1_000_000), autostart(Speed::Full));
    wait(&session, 0, "trains", |f| f.step > 300);
    let mut seen = Vec::new();
    for step in (1..60).chain([5, 300, 7, 100]) {
        session.show_step(Some(step));
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(15) {
            let frame = session.frame(LaneId(0));
            if let (Some(past), Some(followed)) = (frame.past, frame.products.trajectories.get()) {
                assert_eq!(past, followed.of.step);
                let steps = [
                    frame.products.field.get().map(|made| made.of.step),
                    frame.products.metrics.get().map(|made| made.of.step),
                ];
                assert!(
                    steps.iter().flatten().all(|&s| s == past),
                    "{past}: {steps:?}"
                );
                seen.push(past);
            }
        }
    }
    seen.dedup();
    assert!(seen.len() > 10, "{seen:?}");
    let frame = wait(&session, 0, "comes to rest", |f| shows(f, 100));
    assert!(frame.step > 300, "training goes on meanwhile");
}

#[test]
fn checkpoints_are_at_growing_intervals_and_go_with_what_they_are_of() {
    for mode in MODES {
        let session = mode.start(experiment(650), autostart(Speed::Full));
        let frame = wait(&session, 0, "finishes", is_finished);
        let expected: Vec<u64> = (0..=100).chain((110..=650).step_by(10)).collect();
        assert_eq!(*frame.checkpoints, expected, "{mode:?}");
        let mut other = experiment(650);
        other.readout.solver = other.readout.solver.with_steps(20);
        session.send(LaneId(0), Ask::SetExperiment(Arc::new(other.clone())));
        session.send(LaneId(0), Ask::StepOnce);
        let frame = wait(&session, 0, "takes a step", |f| f.step == 651);
        assert_eq!(
            *frame.checkpoints, expected,
            "another solver, the same training"
        );
        other.problem.coupling = Coupling::BatchOt { batch: 64 };
        session.show_step(Some(50));
        session.send(LaneId(0), Ask::SetExperiment(Arc::new(other)));
        session.send(LaneId(0), Ask::Train);
        let frame = wait(&session, 0, "learns something else", |f| {
            f.step > 670 && f.experiment.problem.coupling != Coupling::Independent
        });
        assert!(frame.checkpoints.iter().all(|&step| step > 651), "{mode:?}");
        session.send(LaneId(0), Ask::Reset);
        let frame = wait(&session, 0, "starts again", |f| f.step > 0 && f.step < 650);
        assert_eq!(frame.checkpoints[0], 0, "{mode:?}");
    }
}

#[test]
fn the_checkpoints_of_all_lanes_together_keep_to_their_budget() {
    let wide = |coupling| {
        let mut experiment = experiment(400);
        experiment.model.hidden = vec![256, 256, 256];
        experiment.training.batch = 8;
        experiment.problem.coupling = coupling;
        experiment
    };
    let n_params = Widths::of(&wide(Coupling::Independent).model).n_params();
    let lane = |i| (LaneId(i), Arc::new(wide(Coupling::BatchOt { batch: 8 })));
    let options = Options {
        lanes: vec![lane(1), lane(2)],
        ..autostart(Speed::Full)
    };
    let session = Mode::Threads.start(wide(Coupling::Independent), options);
    let mut kept = 0;
    for i in 0..3 {
        kept += wait(&session, i, "finishes", is_finished).checkpoints.len();
    }
    let bytes = 4 * n_params * kept;
    assert!(bytes <= 64_000_000, "{kept} of {n_params} parameters");
    assert!(bytes >= 20_000_000, "{kept} of {n_params} parameters");
    session.send(LaneId(2), Ask::Close);
    session.send(LaneId(0), Ask::StepOnce);
    let frame = wait(&session, 0, "takes a step", |f| f.step == 401);
    assert!(2 * 4 * n_params * frame.checkpoints.len() <= 64_000_000);
}

fn cpu() -> RunOptions {
    RunOptions {
        device: "cpu".parse().unwrap(),
        threads: Some(1),
        ..RunOptions::default()
    }
}

/// The steps of the checkpoints that a folder holds.
fn steps_in(saved: &Saved) -> Vec<u64> {
    let history = saved.history.as_ref().unwrap();
    history.all().iter().map(|kept| kept.step).collect()
}

#[test]
fn a_run_has_its_history_when_it_is_opened_again_and_saved_by_the_window() {
    let folder = tempfile::tempdir().unwrap();
    let [out, saved] = ["out", "saved"].map(|name| folder.path().join(name));
    assert!(
        run(&experiment(123), &out, &cpu(), &mut Unobserved)
            .unwrap()
            .finished
    );
    let opened = folder::open(&out).unwrap();
    assert_eq!(opened.saved.complaint(), "");
    let expected: Vec<u64> = (0..=100).chain([110, 120, 123]).collect();
    assert_eq!(steps_in(&opened.saved), expected);
    for mode in MODES {
        let options = Options {
            trained: Some(Arc::clone(&opened.saved.state)),
            history: opened.saved.history.clone(),
            ..Options::default()
        };
        let session = mode.start(opened.experiment.clone(), options);
        session.show_step(Some(50));
        let past = wait(&session, 0, "step 50", |f| {
            shows(f, 50) && f.past == Some(50)
        });
        assert_eq!(past.step, 123);
        let fresh = Mode::Caller.start(experiment(50), autostart(Speed::Full));
        let fresh = wait(&fresh, 0, "trains", |f| is_finished(f) && shows(f, 50));
        let points = |frame: &Frame| {
            let followed = frame.products.trajectories.get().unwrap();
            followed.trajectories.points.clone()
        };
        assert_eq!(points(&past), points(&fresh), "{mode:?}");
        session.send(LaneId(0), Ask::Train);
        wait(&session, 0, "goes on", |f| f.step == 246);
        session.save_run(LaneId(0), saved.clone(), experiment(1).view);
        drop(session);
        let again = folder::open(&saved).unwrap();
        let kept = (0..=100).chain((110..=240).step_by(10)).chain([246]);
        assert_eq!(
            steps_in(&again.saved),
            kept.collect::<Vec<u64>>(),
            "{mode:?}"
        );
    }
}

#[test]
fn damaged_checkpoints_are_said_and_the_run_goes_on_without_them() {
    let folder = tempfile::tempdir().unwrap();
    let [out, other, none] = ["out", "other", "none"].map(|name| folder.path().join(name));
    let trained = |experiment: &Experiment, out: &std::path::Path, options: &RunOptions| {
        run(experiment, out, options, &mut Unobserved).unwrap();
        folder::open(out).unwrap()
    };
    trained(&experiment(30), &out, &cpu());
    let mut wider = experiment(30);
    wider.model.hidden = vec![24];
    trained(&wider, &other, &cpu());
    let without = RunOptions {
        checkpoints: 0,
        ..cpu()
    };
    let without = trained(&experiment(30), &none, &without);
    assert!(without.saved.history.is_none() && without.saved.complaint().is_empty());
    let file = out.join("checkpoints.safetensors");
    let whole = std::fs::read(&file).unwrap();
    let alien = std::fs::read(other.join("checkpoints.safetensors")).unwrap();
    let cases = [
        (&whole[..whole.len() / 2], "not a whole safetensors file"),
        (&alien[..], "another network"),
        (&[][..], "not a whole safetensors file"),
    ];
    for (bytes, reason) in cases {
        atomic_write(&file, bytes).unwrap();
        let opened = folder::open(&out).unwrap();
        let complaint = opened.saved.complaint();
        assert!(
            complaint.contains("checkpoints.safetensors: "),
            "{complaint}"
        );
        assert!(complaint.contains(reason), "{complaint}");
        assert!(opened.saved.history.is_none());
    }
    let opened = folder::open(&out).unwrap();
    let more = experiment(45);
    let outcome = go_on(&more, &opened.saved, &out, &cpu(), &mut Unobserved);
    assert!(outcome.unwrap().finished);
    let opened = folder::open(&out).unwrap();
    assert_eq!(steps_in(&opened.saved), (30..=45).collect::<Vec<u64>>());
}

#[test]
fn more_steps_and_another_task_leave_a_history_that_belongs_to_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let [out, whole] = ["out", "whole"].map(|name| folder.path().join(name));
    let few = RunOptions {
        checkpoints: 40,
        ..cpu()
    };
    // At a constant rate more steps are one longer run.
    let of = |steps: u64| {
        let mut experiment = experiment(steps);
        experiment.training.schedule = LearningRate::Constant;
        experiment
    };
    run(&of(75), &out, &few, &mut Unobserved).unwrap();
    run(&of(130), &whole, &few, &mut Unobserved).unwrap();
    let opened = folder::open(&out).unwrap();
    assert!(steps_in(&opened.saved).len() <= 40);
    go_on(&of(130), &opened.saved, &out, &few, &mut Unobserved).unwrap();
    let files =
        [&out, &whole].map(|out| std::fs::read(out.join("checkpoints.safetensors")).unwrap());
    assert!(files[0] == files[1], "75 steps and 55 more are 130");
    let opened = folder::open(&out).unwrap();
    let other = (*other_lane(20).1).clone();
    go_on(&other, &opened.saved, &out, &few, &mut Unobserved).unwrap();
    let opened = folder::open(&out).unwrap();
    let steps = steps_in(&opened.saved);
    assert_eq!((steps[0], steps.last()), (130, Some(&150)), "{steps:?}");
}

fn window(steps: u64, autostart: bool) -> Window {
    let options = Options {
        autostart,
        ..Options::default()
    };
    let mut lab = Lab::new(experiment(steps), None, options, Arc::new(|| ())).unwrap();
    lab.apply(Command::TogglePlay);
    window_on(lab, SIZE, 1.0)
}

/// Shows frames until the newest one of the session is as wanted.
#[track_caller]
fn watch(window: &mut Window, what: &str, wanted: impl Fn(&Frame) -> bool) -> Arc<Frame> {
    let start = Instant::now();
    loop {
        window.step();
        let now = window.state().lab.frame();
        if wanted(&now) {
            return now;
        }
        let state = (&now.state, now.step, now.past);
        assert!(start.elapsed() < PATIENCE, "{what}: {state:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Drags the slider over the checkpoints to this share of its length.
fn drag_training_to(window: &mut Window, from: f32, to: f32) {
    let slider = window.get_by_label("Training step").rect();
    let at = |share: f32| pos2(slider.left() + share * slider.width(), slider.center().y);
    window.hover_at(at(from));
    window.drag_at(at(from));
    for i in 1..=4 {
        window.hover_at(at(from + 0.25 * i as f32 * (to - from)));
    }
    window.drop_at(at(to));
    window.step();
    window.step();
}

#[test]
fn the_slider_drags_the_trajectories_back_to_those_of_an_earlier_step() {
    let mut window = window(2000, true);
    watch(&mut window, "finishes", |f| {
        is_finished(f) && shows(f, 2000)
    });
    drag_training_to(&mut window, 1.0, 0.3);
    let step = window.state().lab.training.step().unwrap();
    assert!((50..500).contains(&step), "{step}");
    let past = watch(&mut window, "the earlier step", |f| {
        shows(f, step) && f.past == Some(step)
    });
    window.step();
    window.get_by_label(&format!("step {step} of 2,000"));
    let fresh = Mode::Caller.start(experiment(step), autostart(Speed::Full));
    let look = past.look;
    fresh.send(LaneId(0), Ask::Look(Box::new(look)));
    let fresh = wait(&fresh, 0, "trains to that step", |f| {
        is_finished(f) && shows(f, step)
    });
    let points = |frame: &Frame| {
        let followed = frame.products.trajectories.get().unwrap();
        followed.trajectories.points.clone()
    };
    assert_eq!(points(&past), points(&fresh));
    drag_training_to(&mut window, 0.3, 1.0);
    assert_eq!(window.state().lab.training.step(), None, "it follows again");
    watch(&mut window, "the newest step", |f| {
        f.past.is_none() && shows(f, 2000)
    });
    let label = format!("step {step} of 2,000");
    window.step();
    assert!(window.query_by_label(&label).is_none());
}

#[test]
fn training_is_replayed_and_stepped_through_by_keys() {
    let mut window = window(1500, true);
    watch(&mut window, "finishes", is_finished);
    let press = |window: &mut Window, modifiers, key| {
        window.key_press_modifiers(modifiers, key);
        window.step();
        window.state().lab.training.step()
    };
    assert_eq!(press(&mut window, Modifiers::COMMAND, Key::Home), Some(0));
    assert_eq!(
        press(&mut window, Modifiers::COMMAND, Key::ArrowRight),
        Some(1)
    );
    assert_eq!(press(&mut window, Modifiers::COMMAND, Key::End), None);
    assert_eq!(
        press(&mut window, Modifiers::COMMAND, Key::ArrowLeft),
        Some(1400)
    );
    assert_eq!(
        press(&mut window, Modifiers::COMMAND, Key::ArrowRight),
        None
    );
    press(&mut window, Modifiers::SHIFT, Key::Space);
    assert!(window.state().lab.training.playing);
    watch(&mut window, "an early step", |f| {
        f.past.is_some_and(|step| step < 300)
    });
    window.get_by_label("Hold training").click();
    window.step();
    assert!(!window.state().lab.training.playing);
    let held = window.state().lab.training.step().unwrap();
    watch(&mut window, "comes to rest", |f| {
        f.past.is_some_and(|step| step <= held)
    });
    window.get_by_label("Replay training").click();
    watch(&mut window, "goes on", |f| {
        f.past.is_some_and(|step| step > held + 20)
    });
    let follow = window.state().lab.frame();
    let label = format!("step {} of 1,500", follow.past.unwrap());
    window.step();
    if let Some(chip) = window.query_by_label(&label) {
        chip.click();
        window.step();
        assert_eq!(window.state().lab.training.step(), None);
    }
}

#[test]
fn the_speed_is_chosen_by_key_and_by_button() {
    let mut window = window(1_000_000, true);
    assert_eq!(window.state().lab.speed, Speed::Full);
    window.step();
    let press = |window: &mut Window, key| {
        window.key_press_modifiers(Modifiers::NONE, key);
        window.step();
        window.state().lab.speed
    };
    assert_eq!(press(&mut window, Key::Comma), Speed::PerSecond(1000));
    assert_eq!(press(&mut window, Key::Comma), Speed::PerSecond(100));
    assert_eq!(press(&mut window, Key::Period), Speed::PerSecond(1000));
    window.get_by_label("1 steps a second").click();
    window.step();
    assert_eq!(window.state().lab.speed, Speed::PerSecond(1));
    let slow = watch(&mut window, "slows down", |f| f.steps_per_sec < 20.0).step;
    std::thread::sleep(Duration::from_millis(200));
    window.step();
    assert!(window.state().lab.frame().step <= slow + 2);
    assert_eq!(press(&mut window, Key::G), Speed::Full);
    watch(&mut window, "full speed", |f| f.step > slow + 500);
}

#[test]
fn a_reset_and_another_drawing_follow_the_training_again() {
    let mut window = window(1_000_000, true);
    watch(&mut window, "trains", |f| f.step > 200);
    let lab = &mut window.state_mut().lab;
    lab.apply(Command::ShowStep(Some(50)));
    lab.apply(Command::Reset);
    assert_eq!(lab.training.step(), None);
    watch(&mut window, "starts again", |f| {
        f.step > 200 && f.past.is_none()
    });
    let lab = &mut window.state_mut().lab;
    lab.apply(Command::ShowStep(Some(50)));
    lab.apply(Command::PaintSegment {
        from: [-1.0, 0.5],
        to: [1.0, 0.5],
        erase: false,
    });
    lab.apply(Command::EndStroke);
    assert_eq!(lab.training.step(), None);
    let drawn = watch(&mut window, "learns the drawing", |f| {
        f.past.is_none() && f.checkpoints.first().is_some_and(|&step| step > 0)
    });
    assert!(drawn.step > 200, "the weights stay");
}

/// Numbers of steps that nobody measured on the way are measured when training rests, and a click shows the step.
#[test]
fn the_curves_have_every_round_checkpoint_and_a_click_moves_the_head_of_training() {
    let mut window = window(300, true);
    watch(&mut window, "finishes", |f| is_finished(f) && shows(f, 300));
    window
        .state_mut()
        .lab
        .apply(Command::ShowPage(Page::Training));
    let measured = |frame: &Frame| -> Vec<u64> {
        let curve = frame.products.learning_curve.get();
        let points = curve.map(|curve| curve.points.to_vec()).unwrap_or_default();
        points.iter().map(|point| point.step).collect()
    };
    let frame = watch(&mut window, "measures the checkpoints", |f| {
        [0, 1, 50, 200, 300]
            .iter()
            .all(|step| measured(f).contains(step))
    });
    let curve = frame.products.learning_curve.get().unwrap();
    let at_50 = *curve.points.iter().find(|point| point.step == 50).unwrap();
    let fresh = Mode::Caller.start(experiment(50), autostart(Speed::Full));
    let fresh = wait(&fresh, 0, "trains to step 50", |f| {
        is_finished(f) && shows(f, 50)
    });
    let numbers = fresh.products.metrics.get().unwrap();
    let expected = (numbers.trajectories.straightness, numbers.w2);
    assert_eq!((at_50.straightness, at_50.w2), expected);
    for name in [
        "Loss over the steps",
        "S over the steps",
        "W2 over the steps",
    ] {
        window.state_mut().lab.apply(Command::ShowStep(None));
        window.run_ok();
        let plot = window.get_by_label(name).rect();
        window.hover_at(plot.center());
        window.drag_at(plot.center());
        window.drop_at(plot.center());
        window.step();
        window.step();
        let step = window.state().lab.training.step().unwrap();
        assert!((20..200).contains(&step), "{name}: {step}");
    }
}
