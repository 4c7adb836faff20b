//! The session's threads from outside: losses, stops, failures and stale results.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod mode;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use pushforward::experiment::{Experiment, LearningRate, Optimizer, Training, Velocity, presets};
use pushforward::flow::Bounds;
use pushforward::flow::coupling::Coupling;
use pushforward::flow::distribution::{Drawing, Shape};
use pushforward::flow::path::Path;
use pushforward::model::{
    Alone, Batch, Engine, EngineError, EngineState, FusedEngine, MlpParams, StepLoss, TrainingState,
};
use pushforward::products::{Look, Metrics};
use pushforward::session::folder;
use pushforward::session::run::{self, RunOptions, Unobserved};
use pushforward::session::{
    Advance, Command, Crew, DeviceThread, DistantEngine, Engines, Event, Options, Session,
};

use mode::Mode;
use pushforward::snapshot::{Frame, LaneId, RunState};

fn two_moons() -> Experiment {
    let preset = presets::find("two-moons").unwrap();
    let mut experiment = Experiment::from_ron(preset.ron).unwrap();
    experiment.model.hidden = vec![32, 32];
    experiment.training.batch = 64;
    experiment.readout.evaluation.samples = 64;
    experiment.readout.evaluation.w2_samples = 64;
    experiment.readout.solver = experiment.readout.solver.with_steps(10);
    experiment
}

fn numbers(frame: &Frame) -> &Metrics {
    frame.products.metrics.get().unwrap()
}

/// Lets some time pass, in which a session without threads works.
fn pass(session: &Session, time: Duration) {
    let deadline = Instant::now() + time;
    session.run_until(deadline);
    std::thread::sleep(deadline.saturating_duration_since(Instant::now()));
}

fn autostart() -> Options {
    Options {
        autostart: true,
        ..Options::default()
    }
}

/// Waits until a frame satisfies the condition; fails after 30 seconds.
fn wait_for(session: &Session, what: &str, condition: impl Fn(&Frame) -> bool) -> Arc<Frame> {
    let deadline = Instant::now() + Duration::from_secs(30);
    while Instant::now() < deadline {
        let frame = session.frame(LaneId::default());
        if condition(&frame) {
            return frame;
        }
        pass(session, Duration::from_millis(5));
    }
    let frame = session.frame(LaneId::default());
    panic!("{what}: still {:?} at step {}", frame.state, frame.step);
}

fn training_makes_the_loss_fall_and_pictures_and_numbers_appear(mode: Mode) {
    let mut experiment = two_moons();
    experiment.training.steps = 1500;
    let session = mode.start(experiment, autostart());
    let frame = wait_for(&session, "finishes", |f| f.state == RunState::Finished);
    assert_eq!(frame.step, 1500);
    assert_eq!(frame.loss.len(), 1500);
    let mean = |from: u64, to: u64| {
        (from..to).filter_map(|s| frame.loss.value(s)).sum::<f32>() / (to - from) as f32
    };
    assert!(
        mean(1300, 1500) < 0.8 * mean(0, 50),
        "{} {}",
        mean(0, 50),
        mean(1300, 1500)
    );
    let frame = wait_for(&session, "measures the last weights", |f| {
        f.products
            .metrics
            .made
            .as_ref()
            .is_some_and(|m| m.of.step == 1500)
            && f.products
                .trajectories
                .made
                .as_ref()
                .is_some_and(|p| p.of.step == 1500)
    });
    let metrics = frame.products.metrics.made.as_ref().unwrap();
    assert!(metrics.w2.unwrap() < 1.0 && metrics.w2_floor.unwrap() > 0.0);
    let picture = frame.products.trajectories.made.as_ref().unwrap();
    assert!(picture.trajectories.is_finite());
    assert_eq!(frame.pairs.len(), 64);
}

fn a_cloud_grows_while_training_runs_and_ends_with_the_last_weights(mode: Mode) {
    const WANTED: usize = 150_000;
    let mut experiment = two_moons();
    experiment.training.steps = 4000;
    let session = mode.start(experiment, autostart());
    session.send(
        LaneId::default(),
        Command::Look(Box::new(Look {
            cloud: Some(WANTED),
            ..Look::default()
        })),
    );
    let early = wait_for(&session, "shows a cloud", |f| {
        f.products.shown_cloud().is_some()
    });
    let early = early.products.shown_cloud().unwrap();
    assert!(early.carried > 0 && early.carried <= WANTED);
    let frame = wait_for(&session, "carries all with the last weights", |f| {
        let cloud = f.products.shown_cloud();
        cloud.is_some_and(|cloud| cloud.step == 4000 && cloud.is_complete())
    });
    let cloud = frame.products.shown_cloud().unwrap();
    let ends = |i: usize| cloud.blocks[0].at_node(cloud.blocks[0].times.len() - 1)[i];
    let picture = wait_for(&session, "shows a picture", |f| {
        f.products
            .trajectories
            .made
            .as_ref()
            .is_some_and(|p| p.of.step == 4000)
    });
    let followed = picture
        .products
        .trajectories
        .made
        .as_ref()
        .unwrap()
        .trajectories
        .last()
        .to_vec();
    for (i, p) in followed.iter().enumerate().take(100) {
        assert_eq!(
            ends(i),
            p.map(|x| x as f32),
            "the cloud starts with the followed ones"
        );
    }
    session.send(LaneId::default(), Command::Reset);
    wait_for(&session, "starts anew without the old cloud", |f| {
        f.run != frame.run
            && f.products
                .shown_cloud()
                .is_none_or(|cloud| cloud.step < 4000)
    });
}

fn the_same_seed_gives_the_same_losses_bit_for_bit(mode: Mode) {
    let losses = || {
        let mut experiment = two_moons();
        experiment.training.steps = 200;
        let session = mode.start(experiment, autostart());
        let frame = wait_for(&session, "finishes", |f| f.state == RunState::Finished);
        frame.loss.iter().map(f32::to_bits).collect::<Vec<_>>()
    };
    assert_eq!(losses(), losses());
}

fn pause_stops_steps_and_one_step_is_one_step(mode: Mode) {
    let session = mode.start(two_moons(), autostart());
    wait_for(&session, "trains", |f| f.step > 20);
    session.send(LaneId::default(), Command::Pause);
    let paused = wait_for(&session, "pauses", |f| f.state == RunState::Paused).step;
    pass(&session, Duration::from_millis(100));
    assert_eq!(session.frame(LaneId::default()).step, paused);
    session.send(LaneId::default(), Command::StepOnce);
    wait_for(&session, "steps", |f| {
        f.step == paused + 1 && f.state == RunState::Paused
    });
    session.send(LaneId::default(), Command::Train);
    wait_for(&session, "resumes", |f| f.step > paused + 10);
}

fn dropping_the_session_joins_its_threads_quickly(mode: Mode) {
    let session = mode.start(two_moons(), autostart());
    wait_for(&session, "trains", |f| f.step > 5);
    let before = Instant::now();
    drop(session);
    assert!(
        before.elapsed() < Duration::from_secs(5),
        "{:?}",
        before.elapsed()
    );
}

fn a_changed_target_keeps_the_weights_and_another_seed_does_not(mode: Mode) {
    let session = mode.start(two_moons(), autostart());
    let before = wait_for(&session, "trains", |f| f.step > 100);
    let mut other = two_moons();
    other.problem.target.shape = Shape::EightGaussians {
        radius: 3.0,
        std: 0.3,
    };
    session.send(
        LaneId::default(),
        Command::SetExperiment(Arc::new(other.clone())),
    );
    let after = wait_for(&session, "follows", |f| {
        f.experiment.problem.target == other.problem.target
    });
    assert_eq!(after.run, before.run);
    assert!(after.step >= before.step, "{} {}", after.step, before.step);
    let far = after
        .target
        .iter()
        .filter(|x| x[0].hypot(x[1]) > 2.0)
        .count();
    assert!(far > 1500, "the new target is shown: {far}");
    other.seed = 7;
    session.send(LaneId::default(), Command::SetExperiment(Arc::new(other)));
    let reset = wait_for(&session, "starts a new run", |f| f.run != before.run);
    assert!(reset.step < after.step);
}

fn results_of_an_old_run_never_appear_in_a_new_one(mode: Mode) {
    let session = mode.start(two_moons(), autostart());
    wait_for(&session, "has a picture", |f| {
        f.step > 300 && f.products.trajectories.made.is_some()
    });
    session.send(LaneId::default(), Command::Pause);
    for _ in 0..20 {
        session.send(
            LaneId::default(),
            Command::Look(Box::new(Look {
                particles: 3000,
                ..Look::default()
            })),
        );
        session.send(LaneId::default(), Command::Reset);
        let run = session.frame(LaneId::default()).run;
        let frame = wait_for(&session, "resets", |f| f.run != run || f.step == 0);
        let steps = frame
            .products
            .trajectories
            .made
            .as_ref()
            .map_or(0, |picture| picture.of.step);
        assert_eq!(steps, 0, "a picture of an earlier run was shown");
    }
}

fn an_empty_drawing_waits_and_goes_on_with_the_first_stroke(mode: Mode) {
    use pushforward::flow::distribution::{Brush, Drawing};
    let mut experiment = two_moons();
    let blank = Drawing::blank(Bounds::square(4.0));
    experiment.problem.target.shape = Shape::Drawn(blank.clone());
    let session = mode.start(experiment.clone(), autostart());
    let waiting = wait_for(&session, "waits", |f| {
        matches!(f.state, RunState::Waiting { .. })
    });
    let RunState::Waiting { reason } = &waiting.state else {
        unreachable!()
    };
    assert!(reason.contains("drawing"), "{reason}");
    let mut drawing = blank;
    drawing.stamp(
        [1.0, 1.0],
        &Brush {
            radius: 0.5,
            strength: 1.0,
            class: 0,
        },
        false,
    );
    experiment.problem.target.shape = Shape::Drawn(drawing);
    session.send(
        LaneId::default(),
        Command::SetExperiment(Arc::new(experiment)),
    );
    wait_for(&session, "trains on the stroke", |f| f.step > 10);
}

/// No number stays finite for long at this learning rate.
fn wild() -> Optimizer {
    Optimizer::Adam {
        lr: 1e30,
        beta_1: 0.9,
        beta_2: 0.999,
        epsilon: 1e-8,
    }
}

fn a_learning_rate_beyond_reason_rolls_back_and_says_so(mode: Mode) {
    let mut experiment = two_moons();
    experiment.training.steps = 100_000;
    let session = mode.start(experiment.clone(), autostart());
    wait_for(&session, "trains", |f| f.step > 50);
    let sane = experiment.clone();
    experiment.training = Training {
        optimizer: wild(),
        ..experiment.training
    };
    session.send(
        LaneId::default(),
        Command::SetExperiment(Arc::new(experiment)),
    );
    let failed = wait_for(&session, "fails", |f| {
        matches!(f.state, RunState::Failed { .. })
    });
    assert!(failed.step > 0 && failed.loss.iter().all(f32::is_finite));
    let said = session.drain_events();
    assert!(
        said.iter()
            .any(|e| matches!(e, Event::Problem(text) if text.contains("rate"))),
        "{said:?}"
    );
    session.send(LaneId::default(), Command::SetExperiment(Arc::new(sane)));
    session.send(LaneId::default(), Command::Train);
    let again = wait_for(&session, "trains again", |f| f.step > failed.step + 20);
    assert!(again.loss.iter().all(f32::is_finite));
}

/// Fails at a given step, once, in the given way.
struct Faulty<E> {
    inner: E,
    steps: Arc<AtomicU64>,
    at: u64,
    fault: Fault,
}

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    Panic,
    NotANumber,
    Silence,
}

impl<E: Engine> Engine for Faulty<E> {
    fn step(&mut self, batch: &Batch, learning_rate: f64) -> Result<StepLoss, EngineError> {
        if self.steps.fetch_add(1, Ordering::Relaxed) == self.at {
            match self.fault {
                Fault::Panic => panic!("injected panic"),
                Fault::Silence => std::thread::sleep(Duration::from_secs(60)),
                Fault::NotANumber => {
                    return Err(EngineError::NonFinite {
                        what: "loss",
                        value: f32::NAN,
                    });
                }
            }
        }
        self.inner.step(batch, learning_rate)
    }
    fn state(&mut self) -> Result<EngineState, EngineError> {
        self.inner.state()
    }
    fn set_state(&mut self, state: &EngineState) -> Result<(), EngineError> {
        self.inner.set_state(state)
    }
    fn set_training(&mut self, training: &Training) {
        self.inner.set_training(training);
    }
    fn forward(&mut self, batch: &Batch) -> Result<Vec<f32>, EngineError> {
        self.inner.forward(batch)
    }
    fn gradient(&mut self, batch: &Batch) -> Result<Vec<f32>, EngineError> {
        self.inner.gradient(batch)
    }
}

fn faulty_engines(at: u64, fault: Fault) -> Engines {
    let steps = Arc::new(AtomicU64::new(0));
    let maker = move |experiment: &Experiment, params: &MlpParams| {
        let (model, training) = (&experiment.model, &experiment.training);
        Ok(Box::new(Faulty {
            inner: FusedEngine::new(Box::new(Alone), model, training, params)?,
            steps: Arc::clone(&steps),
            at,
            fault,
        }) as Box<dyn Engine>)
    };
    Engines::new("a faulty device", Arc::new(maker))
}

fn a_panic_or_a_nan_at_any_step_becomes_a_message_and_train_works_again(mode: Mode) {
    for at in [0, 1, 17, 1000] {
        for fault in [Fault::Panic, Fault::NotANumber] {
            let mut experiment = two_moons();
            experiment.training.steps = 3000;
            let options = Options {
                engines: Some(faulty_engines(at, fault)),
                ..autostart()
            };
            let session = mode.start(experiment, options);
            let failed = wait_for(&session, "fails", |f| {
                matches!(f.state, RunState::Failed { .. })
            });
            assert!(failed.step <= at);
            let RunState::Failed { message } = &failed.state else {
                unreachable!()
            };
            let reason = if fault == Fault::Panic {
                "injected panic"
            } else {
                "not finite"
            };
            assert!(message.contains(reason), "{message}");
            session.send(LaneId::default(), Command::Train);
            wait_for(&session, "trains again", |f| f.step > at + 5);
        }
    }
}

fn a_lost_device_is_replaced_and_training_goes_on_from_the_last_good_weights(mode: Mode) {
    let mut experiment = two_moons();
    experiment.training.steps = 10_000;
    let options = Options {
        engines: Some(faulty_engines(300, Fault::Panic).or(Engines::cpu(&Crew::spawn(2).unwrap()))),
        ..autostart()
    };
    let session = mode.start(experiment, options);
    let frame = wait_for(&session, "goes on", |f| f.step > 600);
    assert_eq!(frame.state, RunState::Running);
    assert!(frame.device.starts_with("CPU"), "{}", frame.device);
    assert_eq!(frame.loss.len() as u64, frame.step);
    let told = session.drain_events();
    let [Event::Problem(sentence)] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert!(
        sentence.starts_with("a faulty device failed at step 300"),
        "{sentence}"
    );
    assert!(sentence.contains("injected panic"), "{sentence}");
}

#[test]
fn a_device_that_never_answers_is_replaced_too() {
    let steps = Arc::new(AtomicU64::new(0));
    let thread = DeviceThread::new("silent", Duration::from_secs(1));
    let maker = move |experiment: &Experiment, params: &MlpParams| {
        let (steps, params) = (Arc::clone(&steps), params.clone());
        let (model, training) = (experiment.model.clone(), experiment.training.clone());
        let make = move || {
            Ok(Box::new(Faulty {
                inner: FusedEngine::new(Box::new(Alone), &model, &training, &params)?,
                steps,
                at: 200,
                fault: Fault::Silence,
            }) as Box<dyn Engine + Send>)
        };
        let engine = DistantEngine::make(thread.clone(), make)?;
        Ok(Box::new(engine) as Box<dyn Engine>)
    };
    let engines = Engines::new("a silent device", Arc::new(maker));
    let options = Options {
        engines: Some(engines.or(Engines::cpu(&Crew::spawn(2).unwrap()))),
        ..autostart()
    };
    let mut experiment = two_moons();
    experiment.training.steps = 10_000;
    let begun = Instant::now();
    let session = Mode::Threads.start(experiment, options);
    let frame = wait_for(&session, "goes on", |f| f.step > 400);
    assert!(frame.device.starts_with("CPU"), "{}", frame.device);
    assert_eq!(frame.loss.len() as u64, frame.step);
    let told = session.drain_events();
    let [Event::Problem(sentence)] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert!(sentence.contains("not answered for 1 s"), "{sentence}");
    drop(session);
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "waited for the silent device"
    );
}

/// The experiment with a target that cannot be sampled.
fn with_empty_drawing(mut experiment: Experiment) -> Experiment {
    experiment.problem.target.shape = Shape::Drawn(Drawing::blank(Bounds::square(4.0)));
    experiment
}

fn is_waiting(frame: &Frame) -> bool {
    matches!(frame.state, RunState::Waiting { .. })
}

fn nothing_trains_on_a_drawing_that_was_wiped_and_training_comes_back_with_it(mode: Mode) {
    let session = mode.start(two_moons(), autostart());
    wait_for(&session, "trains", |f| f.step > 20);
    let empty = Arc::new(with_empty_drawing(two_moons()));
    session.send(
        LaneId::default(),
        Command::SetExperiment(Arc::clone(&empty)),
    );
    let waiting = wait_for(&session, "waits", is_waiting);
    assert!(waiting.target.is_empty());
    for insisting in [Command::Train, Command::StepOnce, Command::Train] {
        session.send(LaneId::default(), insisting);
        std::thread::sleep(Duration::from_millis(50));
        let frame = session.frame(LaneId::default());
        assert!(is_waiting(&frame), "{:?}", frame.state);
        assert_eq!(frame.step, waiting.step);
    }
    session.send(
        LaneId::default(),
        Command::SetExperiment(Arc::new(two_moons())),
    );
    wait_for(&session, "comes back", |f| f.step > waiting.step + 20);

    session.send(LaneId::default(), Command::Pause);
    let paused = wait_for(&session, "pauses", |f| f.state == RunState::Paused);
    session.send(LaneId::default(), Command::SetExperiment(empty));
    wait_for(&session, "waits", is_waiting);
    session.send(
        LaneId::default(),
        Command::SetExperiment(Arc::new(two_moons())),
    );
    let still = wait_for(&session, "is paused again", |f| f.state == RunState::Paused);
    pass(&session, Duration::from_millis(50));
    assert_eq!(session.frame(LaneId::default()).step, still.step);
    assert_eq!(still.step, paused.step);
}

fn a_finished_run_waits_for_a_drawing_and_then_learns_it(mode: Mode) {
    let mut experiment = two_moons();
    experiment.training.steps = 50;
    let session = mode.start(experiment.clone(), autostart());
    wait_for(&session, "finishes", |f| f.state == RunState::Finished);
    let empty = with_empty_drawing(experiment.clone());
    session.send(LaneId::default(), Command::SetExperiment(Arc::new(empty)));
    let waiting = wait_for(&session, "waits", is_waiting);
    assert_eq!(waiting.step, 50);
    experiment.problem.target.shape = Shape::Checkerboard;
    session.send(
        LaneId::default(),
        Command::SetExperiment(Arc::new(experiment)),
    );
    let learned = wait_for(&session, "learns it", |f| f.state == RunState::Finished);
    assert_eq!((learned.step, learned.planned_end), (100, 100));
}

fn another_number_of_steps_moves_the_end_and_none_takes_none(mode: Mode) {
    let mut experiment = two_moons();
    experiment.training.steps = 1_000_000;
    let session = mode.start(experiment.clone(), autostart());
    let before = wait_for(&session, "trains", |f| f.step > 20);
    experiment.training.steps = 2_000_000;
    session.send(
        LaneId::default(),
        Command::SetExperiment(Arc::new(experiment.clone())),
    );
    let later = wait_for(&session, "plans more", |f| f.planned_end == 2_000_000);
    assert!(later.step >= before.step);
    experiment.training.steps = 10;
    session.send(
        LaneId::default(),
        Command::SetExperiment(Arc::new(experiment.clone())),
    );
    wait_for(&session, "is past the end", |f| {
        f.state == RunState::Finished
    });
    experiment.training.steps = 0;
    let session = mode.start(experiment, autostart());
    let frame = wait_for(&session, "has nothing to do", |f| {
        f.state == RunState::Finished
    });
    session.send(LaneId::default(), Command::Train);
    pass(&session, Duration::from_millis(50));
    assert_eq!((frame.step, session.frame(LaneId::default()).step), (0, 0));
}

fn a_reset_while_paused_measures_the_new_weights(mode: Mode) {
    let session = mode.start(two_moons(), Options::default());
    let first = wait_for(&session, "measures", |f| f.products.metrics.made.is_some());
    session.send(LaneId::default(), Command::Reset);
    let again = wait_for(&session, "measures again", |f| {
        f.run != first.run && f.products.metrics.made.is_some()
    });
    assert_eq!(
        numbers(&again),
        numbers(&first),
        "the same seed, the same weights"
    );
}

fn a_picture_belongs_to_the_experiment_it_was_made_for(mode: Mode) {
    let mut sane = two_moons();
    sane.training.optimizer = wild();
    let session = mode.start(sane.clone(), autostart());
    wait_for(
        &session,
        "fails, with a picture of the first weights",
        |f| matches!(f.state, RunState::Failed { .. }) && f.products.trajectories.made.is_some(),
    );
    let mut other = sane;
    other.problem.path = Path::Ve {
        sigma_min: 0.01,
        sigma_max: 10.0,
    };
    session.send(
        LaneId::default(),
        Command::SetExperiment(Arc::new(other.clone())),
    );
    let frame = wait_for(&session, "takes the path over", |f| {
        f.experiment.problem.path == other.problem.path
    });
    pass(&session, Duration::from_millis(100));
    let now = session.frame(LaneId::default());
    let picture = now.products.trajectories.made.as_ref().unwrap();
    assert_eq!(
        picture.of.experiment.problem.path,
        Path::CondOt { sigma_min: 0.0 }
    );
    assert!(!frame.is_current(picture));
    assert!(
        now.products
            .metrics
            .made
            .as_ref()
            .is_none_or(|m| m.of.experiment.problem.path == picture.of.experiment.problem.path)
    );
}

fn ve_starts_from_the_wide_source(mode: Mode) {
    let mut experiment = two_moons();
    experiment.problem.path = Path::Ve {
        sigma_min: 0.01,
        sigma_max: 10.0,
    };
    let session = mode.start(experiment, autostart());
    let frame = wait_for(&session, "has a picture", |f| {
        f.products.trajectories.made.is_some()
    });
    let spread = |points: &[[f64; 2]]| {
        (points
            .iter()
            .map(|x| x[0] * x[0] + x[1] * x[1])
            .sum::<f64>()
            / (2 * points.len()) as f64)
            .sqrt()
    };
    let starts = frame
        .products
        .trajectories
        .made
        .as_ref()
        .unwrap()
        .trajectories
        .first();
    assert!((spread(starts) - 10.0).abs() < 1.0, "{}", spread(starts));
    assert!((spread(&frame.source) - 10.0).abs() < 1.0);
}

/// Losses bit for bit, and what the next steps depend on, of a run that was finished without a break.
fn undisturbed(mode: Mode, experiment: &Experiment) -> (Vec<u32>, TrainingState) {
    let folder = tempfile::tempdir().unwrap();
    let session = mode.start(experiment.clone(), autostart());
    let losses = finished(&session);
    (losses, saved(&session, folder.path()))
}

fn finished(session: &Session) -> Vec<u32> {
    let frame = wait_for(session, "finishes", |f| f.state == RunState::Finished);
    frame.loss.iter().map(f32::to_bits).collect()
}

/// Saves the run and reads it back.
fn saved(session: &Session, folder: &std::path::Path) -> TrainingState {
    session.drain_events();
    session.save_run(
        LaneId::default(),
        folder.to_owned(),
        session.frame(LaneId::default()).experiment.view.clone(),
    );
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        match session.drain_events().as_slice() {
            [] => assert!(Instant::now() < deadline, "it is not saved"),
            [Event::Saved(_)] => break,
            other => panic!("{other:?}"),
        }
        pass(session, Duration::from_millis(5));
    }
    TrainingState::clone(&folder::open(folder).unwrap().saved.state)
}

/// A cosine, and blocks that batches end within: what goes on at a wrong place shows.
fn delicate() -> Experiment {
    let mut experiment = two_moons();
    experiment.training.steps = 300;
    experiment.training.schedule = LearningRate::Cosine { warmup: 30 };
    experiment.problem.coupling = Coupling::BatchOt { batch: 100 };
    experiment
}

/// The session after 37 steps, in the midst of a block.
fn paused(session: &Session) -> Arc<Frame> {
    for step in 1..37 {
        session.send(LaneId::default(), Command::StepOnce);
        wait_for(session, "takes a step", |f| f.step == step);
    }
    session.send(LaneId::default(), Command::StepOnce);
    wait_for(session, "pauses", |f| {
        f.step == 37 && f.state == RunState::Paused
    })
}

fn a_change_of_device_keeps_moments_and_average(mode: Mode) {
    let maker = |experiment: &Experiment, params: &MlpParams| {
        let (model, training) = (&experiment.model, &experiment.training);
        let engine = FusedEngine::new(Box::new(Alone), model, training, params)?;
        Ok(Box::new(engine) as Box<dyn Engine>)
    };
    let options = Options {
        engines: Some(Engines::new("another device", Arc::new(maker))),
        ..Options::default()
    };
    let session = mode.start(delicate(), options);
    let before = paused(&session);
    assert_eq!(&*before.device, "another device");
    session.send(
        LaneId::default(),
        Command::SetDevice("cpu".parse().unwrap()),
    );
    wait_for(&session, "is on the CPU", |f| f.device.starts_with("CPU"));
    session.send(LaneId::default(), Command::Train);
    let losses = finished(&session);
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        (losses, saved(&session, folder.path())),
        undisturbed(mode, &delicate())
    );
}

fn a_saved_run_goes_on_in_the_window_and_without_it_bit_for_bit(mode: Mode) {
    let folder = tempfile::tempdir().unwrap();
    let session = mode.start(delicate(), Options::default());
    let step = paused(&session).step;
    let state = saved(&session, folder.path());
    assert_eq!(state.step(), step);
    for name in [
        "experiment.ron",
        "loss.csv",
        "model.safetensors",
        "state.safetensors",
    ] {
        assert!(folder.path().join(name).is_file(), "{name}");
    }
    session.send(LaneId::default(), Command::Train);
    let expected = undisturbed(mode, &delicate());
    assert_eq!(finished(&session), expected.0, "saving changes nothing");
    let options = Options {
        trained: Some(Arc::new(state)),
        ..autostart()
    };
    let again = mode.start(delicate(), options);
    let losses = finished(&again);
    let other = tempfile::tempdir().unwrap();
    assert_eq!((losses, saved(&again, other.path())), expected);
    let run = folder::open(folder.path()).unwrap();
    let options = RunOptions {
        device: "cpu".parse().unwrap(),
        ..RunOptions::default()
    };
    let outcome = run::go_on(
        &run.experiment,
        &run.saved,
        folder.path(),
        &options,
        &mut Unobserved,
    );
    assert!(outcome.unwrap().finished);
    let state = folder::open(folder.path()).unwrap().saved.state;
    assert_eq!(TrainingState::clone(&state), expected.1);
}

/// Train on after the end, in one window and in another one that the finished run was opened in.
fn training_on_keeps_moments_and_average(mode: Mode) {
    let mut experiment = delicate();
    experiment.training.steps = 300;
    let folder = tempfile::tempdir().unwrap();
    let session = mode.start(experiment.clone(), autostart());
    finished(&session);
    let state = saved(&session, folder.path());
    assert_eq!(
        (state.engine.averaged, state.engine.moments.steps),
        (300, 300)
    );
    let options = Options {
        trained: Some(Arc::new(state)),
        ..Options::default()
    };
    let opened = mode.start(experiment, options);
    wait_for(&opened, "has finished", |f| f.state == RunState::Finished);
    let mut ends = Vec::new();
    for session in [session, opened] {
        session.send(LaneId::default(), Command::Train);
        let end = wait_for(&session, "trains on", |f| {
            f.step == 600 && f.state == RunState::Finished
        });
        let losses: Vec<u32> = end.loss.iter().map(f32::to_bits).collect();
        let state = saved(&session, folder.path());
        assert_eq!((state.engine.averaged, state.plan.start), (600, 300));
        ends.push((losses, state));
    }
    assert_eq!(ends[0], ends[1]);
}

fn a_run_that_is_saved_while_the_window_closes_is_saved(mode: Mode) {
    let folder = tempfile::tempdir().unwrap();
    let session = mode.start(delicate(), autostart());
    wait_for(&session, "trains", |f| f.step > 20);
    session.save_run(
        LaneId::default(),
        folder.path().to_owned(),
        two_moons().view,
    );
    drop(session);
    assert!(folder::open(folder.path()).unwrap().saved.state.step() > 20);
}

/// Two networks of which one takes several times as long a step.
fn two_lanes() -> (Experiment, Options) {
    let mut slow = two_moons();
    slow.model.hidden = vec![128, 128, 128];
    let options = Options {
        lanes: vec![(LaneId(1), Arc::new(slow))],
        ..autostart()
    };
    (two_moons(), options)
}

fn lanes_go_forward_step_by_step_or_each_as_far_as_it_comes(mode: Mode) {
    let (experiment, options) = two_lanes();
    let session = mode.start(experiment, options);
    let steps = || [0, 1].map(|lane| session.frame(LaneId(lane)).step);
    wait_for(&session, "trains both", |_| steps()[1] > 300);
    let [fast, slow] = steps();
    assert!(fast.abs_diff(slow) < 200, "{fast} {slow}");
    session.advance(Advance::EqualTime);
    wait_for(&session, "leaves the slow one behind", |_| {
        let [fast, slow] = steps();
        fast > slow + 500
    });
}

fn a_command_is_for_its_lane_alone(mode: Mode) {
    let (experiment, options) = two_lanes();
    let session = mode.start(experiment.clone(), options);
    let both = |first: RunState, second: RunState| {
        let states = session.frames();
        let states: Vec<_> = states.iter().map(|frame| frame.state.clone()).collect();
        states == [first, second]
    };
    wait_for(&session, "trains both", |_| {
        both(RunState::Running, RunState::Running)
    });
    session.send(LaneId(1), Command::Pause);
    wait_for(&session, "pauses one", |_| {
        both(RunState::Running, RunState::Paused)
    });
    session.send(LaneId(0), Command::Close);
    wait_for(&session, "closes the other", |_| {
        session.frames().iter().count() == 1
    });
    session.send(LaneId(1), Command::Close);
    session.send(LaneId(7), Command::Open(Arc::new(experiment)));
    session.send(LaneId(7), Command::Train);
    wait_for(&session, "trains a new one", |_| {
        let frames = session.frames();
        let lanes: Vec<_> = frames.iter().map(|frame| frame.lane.0).collect();
        lanes == [1, 7] && frames.of(LaneId(7)).step > 10
    });
}

fn every_lane_has_its_products(mode: Mode) {
    let (experiment, mut options) = two_lanes();
    options.autostart = false;
    let session = mode.start(experiment, options);
    wait_for(&session, "shows both", |_| {
        let frames = session.frames();
        frames
            .iter()
            .all(|f| f.products.trajectories.made.is_some() && f.products.metrics.made.is_some())
    });
}

/// Eight Gaussians, whose exact field is a closed form, small enough for a second.
fn eight_gaussians(velocity: Velocity) -> Experiment {
    let preset = presets::find("eight-gaussians").unwrap();
    let mut experiment = preset.experiment().unwrap();
    experiment.problem.coupling = Coupling::Independent;
    experiment.problem.velocity = velocity;
    experiment.model.hidden = vec![16];
    experiment.training.batch = 32;
    experiment.training.steps = 100_000;
    experiment.readout.evaluation.samples = 500;
    experiment.readout.evaluation.w2_samples = 64;
    experiment
}

const EXACT: Velocity = Velocity::Exact {
    scale: 1.0,
    rotation: 0.0,
};

fn set(session: &Session, experiment: Experiment) {
    let command = Command::SetExperiment(Arc::new(experiment));
    session.send(LaneId::default(), command);
}

fn an_exact_lane_has_pictures_and_numbers_without_training(mode: Mode) {
    let start = Instant::now();
    let session = mode.start(eight_gaussians(EXACT), autostart());
    let first = wait_for(&session, "shows the exact flow", |f| {
        f.products.trajectories.get().is_some()
    });
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "{:?}",
        start.elapsed()
    );
    let RunState::Exact { field: Ok(basis) } = &first.state else {
        panic!("{:?}", first.state);
    };
    assert!(basis.contains("closed form"), "{basis}");
    let frame = wait_for(&session, "measures it", |f| {
        f.products.metrics.get().is_some() && f.products.field.get().is_some()
    });
    assert_eq!((frame.step, frame.loss.len()), (0, 0));
    assert!(frame.checkpoints.is_empty() && !frame.pairs.is_empty());
    // Reference values by quadrature and tight solutions.
    let metrics = numbers(&frame);
    let (means, errors) = (&metrics.trajectories, &metrics.trajectories_stderr);
    for (value, error, expected) in [
        (means.straightness, errors.straightness, 3.486_33),
        (means.transport_cost, errors.transport_cost, 14.372_31),
        (means.chord_ratio, errors.chord_ratio, 0.970_64),
    ] {
        let off = (value - expected).abs();
        assert!(off < 3.5 * error, "{value} +- {error}, {expected}");
    }
}

fn the_learned_field_goes_on_where_it_was_after_the_exact_one_was_shown(mode: Mode) {
    let learned = eight_gaussians(Velocity::Learned);
    let session = mode.start(learned.clone(), autostart());
    wait_for(&session, "trains", |f| f.step > 50);
    session.send(LaneId::default(), Command::Pause);
    let before = wait_for(&session, "pauses", |f| f.state == RunState::Paused);
    set(&session, eight_gaussians(EXACT));
    let exact = wait_for(&session, "shows the exact flow", |f| {
        let made = f.products.trajectories.get();
        f.state.is_exact()
            && made.is_some_and(|made| !made.of.experiment.problem.velocity.is_learned())
    });
    assert_eq!((exact.step, exact.loss.len()), (0, 0));
    session.send(LaneId::default(), Command::StepOnce);
    pass(&session, Duration::from_millis(50));
    assert_eq!(
        session.frame(LaneId::default()).step,
        0,
        "nothing is trained"
    );
    set(&session, learned.clone());
    let back = wait_for(&session, "is learned again", |f| {
        f.state == RunState::Paused
    });
    assert_eq!((back.run, back.step), (before.run, before.step));
    assert!(back.loss.iter().eq(before.loss.iter()));
    assert_eq!(back.checkpoints, before.checkpoints);
    // What trains goes on by itself.
    session.send(LaneId::default(), Command::Train);
    wait_for(&session, "trains on", |f| f.step > before.step + 10);
    set(&session, eight_gaussians(EXACT));
    wait_for(&session, "shows the exact flow again", |f| {
        f.state.is_exact()
    });
    set(&session, learned);
    wait_for(&session, "goes on by itself", |f| {
        f.state == RunState::Running && f.step > before.step + 20
    });
}

fn another_factor_or_rotation_is_another_flow_of_the_same_lane(mode: Mode) {
    let session = mode.start(eight_gaussians(EXACT), Options::default());
    let ends = |scale, rotation| {
        let velocity = Velocity::Exact { scale, rotation };
        set(&session, eight_gaussians(velocity));
        let frame = wait_for(&session, "shows it", |f| {
            let made = f.products.trajectories.get();
            made.is_some_and(|made| made.of.experiment.problem.velocity == velocity)
        });
        let followed = frame.products.trajectories.get().unwrap();
        followed.trajectories.last().to_vec()
    };
    let exact = ends(1.0, 0.0);
    let turned = ends(1.0, 2.0);
    assert_ne!(exact, turned);
    // The same law at the end: every particle ends near one of the modes at distance 5.
    let near_a_mode = |p: &[f64; 2]| {
        (0..8).any(|k| {
            let angle = f64::from(k) * std::f64::consts::FRAC_PI_4;
            (p[0] - 5.0 * angle.cos()).hypot(p[1] - 5.0 * angle.sin()) < 2.2
        })
    };
    assert!(turned.iter().all(near_a_mode));
    let radius =
        |ends: &[[f64; 2]]| ends.iter().map(|p| p[0].hypot(p[1])).sum::<f64>() / ends.len() as f64;
    let wrong = ends(1.1, 0.0);
    assert!(radius(&wrong) > radius(&exact) + 0.2);
    assert!((radius(&turned) - radius(&exact)).abs() < 0.1);
}

fn without_an_exact_field_a_sentence_says_why_and_a_stroke_mends_it(mode: Mode) {
    let mut blank = eight_gaussians(EXACT);
    blank.problem.target = Shape::Drawn(Drawing::blank(Bounds::square(4.0))).into();
    let session = mode.start(blank, autostart());
    let frame = wait_for(&session, "says why", |f| f.state.is_exact());
    let RunState::Exact { field: Err(reason) } = &frame.state else {
        panic!("{:?}", frame.state);
    };
    assert!(reason.contains("velocity: Learned"), "{reason}");
    assert!(frame.products.trajectories.get().is_none());
    set(&session, eight_gaussians(EXACT));
    wait_for(&session, "shows the exact flow", |f| {
        f.products.trajectories.get().is_some()
    });
}

fn a_saved_run_of_an_exact_lane_keeps_what_was_learned(mode: Mode) {
    let folder = tempfile::tempdir().unwrap();
    let session = mode.start(eight_gaussians(Velocity::Learned), autostart());
    wait_for(&session, "trains", |f| f.step > 50);
    session.send(LaneId::default(), Command::Pause);
    let step = wait_for(&session, "pauses", |f| f.state == RunState::Paused).step;
    set(&session, eight_gaussians(EXACT));
    wait_for(&session, "shows the exact flow", |f| f.state.is_exact());
    session.save_run(
        LaneId::default(),
        folder.path().to_owned(),
        eight_gaussians(EXACT).view,
    );
    let deadline = Instant::now() + Duration::from_secs(20);
    while !folder.path().join("state.safetensors").exists() && Instant::now() < deadline {
        pass(&session, Duration::from_millis(10));
    }
    drop(session);
    let saved = folder::open(folder.path()).unwrap();
    assert_eq!(saved.experiment.problem.velocity, EXACT);
    assert_eq!(saved.saved.state.step(), step);
    let options = Options {
        trained: Some(saved.saved.state),
        ..Options::default()
    };
    let session = mode.start(saved.experiment, options);
    wait_for(&session, "shows the exact flow again", |f| {
        f.state.is_exact() && f.products.trajectories.get().is_some()
    });
    set(&session, eight_gaussians(Velocity::Learned));
    wait_for(&session, "has the weights", |f| f.step == step);
}

fn gradients_and_floor_are_made_on_demand(mode: Mode) {
    let session = mode.start(eight_gaussians(Velocity::Learned), Options::default());
    let look = Look {
        exact: true,
        floor: true,
        ..Look::default()
    };
    session.send(LaneId::default(), Command::Look(Box::new(look)));
    let frame = wait_for(&session, "compares with the exact field", |f| {
        f.products.fm_error.get().is_some() && f.products.floor.get().is_some()
    });
    let floor = frame
        .products
        .floor
        .get()
        .unwrap()
        .beside(None)
        .value
        .unwrap();
    assert!(
        (floor.value - 9.641_35).abs() < 3.5 * floor.stderr + 1e-4,
        "{floor:?}"
    );
    let error = frame.products.fm_error.get().unwrap();
    assert!(error.total.value > 1.0, "initial weights are far off");
    assert!(frame.products.gradients.get().is_none());
}

/// Every test, with threads and without.
macro_rules! in_both_modes {
    ($($name:ident,)*) => {
        mod with_threads {
            $(#[test] fn $name() { super::$name(super::Mode::Threads); })*
        }
        mod without_threads {
            $(#[test] fn $name() { super::$name(super::Mode::Caller); })*
        }
    };
}

in_both_modes! {
    training_makes_the_loss_fall_and_pictures_and_numbers_appear,
    a_cloud_grows_while_training_runs_and_ends_with_the_last_weights,
    the_same_seed_gives_the_same_losses_bit_for_bit,
    pause_stops_steps_and_one_step_is_one_step,
    dropping_the_session_joins_its_threads_quickly,
    a_changed_target_keeps_the_weights_and_another_seed_does_not,
    results_of_an_old_run_never_appear_in_a_new_one,
    an_empty_drawing_waits_and_goes_on_with_the_first_stroke,
    a_learning_rate_beyond_reason_rolls_back_and_says_so,
    a_panic_or_a_nan_at_any_step_becomes_a_message_and_train_works_again,
    a_lost_device_is_replaced_and_training_goes_on_from_the_last_good_weights,
    nothing_trains_on_a_drawing_that_was_wiped_and_training_comes_back_with_it,
    a_finished_run_waits_for_a_drawing_and_then_learns_it,
    another_number_of_steps_moves_the_end_and_none_takes_none,
    a_reset_while_paused_measures_the_new_weights,
    a_picture_belongs_to_the_experiment_it_was_made_for,
    ve_starts_from_the_wide_source,
    a_change_of_device_keeps_moments_and_average,
    a_saved_run_goes_on_in_the_window_and_without_it_bit_for_bit,
    training_on_keeps_moments_and_average,
    a_run_that_is_saved_while_the_window_closes_is_saved,
    lanes_go_forward_step_by_step_or_each_as_far_as_it_comes,
    a_command_is_for_its_lane_alone,
    every_lane_has_its_products,
    an_exact_lane_has_pictures_and_numbers_without_training,
    the_learned_field_goes_on_where_it_was_after_the_exact_one_was_shown,
    another_factor_or_rotation_is_another_flow_of_the_same_lane,
    without_an_exact_field_a_sentence_says_why_and_a_stroke_mends_it,
    a_saved_run_of_an_exact_lane_keeps_what_was_learned,
    gradients_and_floor_are_made_on_demand,
}
