//! Training on a GPU, real or played by the processor (mesa's lavapipe); skipped where there is no adapter.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod skip;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pushforward::experiment::{Activation, Experiment, presets};
use pushforward::flow::Point;
use pushforward::flow::rng::{Stream, stream};
use pushforward::flow::solver::{Solver, Steps, solve};
use pushforward::model::{
    Alone, Batch, DeviceChoice, DeviceError, Engine, FrozenField, FusedEngine, MlpParams,
    OpenDevice, Scaling, StepLoss, Widths,
};
use pushforward::products::Look;
use pushforward::session::{Command, Options, Session};
use pushforward::snapshot::{Frame, LaneId, RunState};
use rand::RngExt;

use skip::skip;

/// A GPU that is played by the processor has one test at a time: side by side they would take each other for hung.
static ONE: Mutex<()> = Mutex::new(());

/// The GPU for as long as the guard is held, or a note for whoever counts the tests that were skipped. A GPU that
/// computes wrongly is a failure.
fn gpu(test: &str) -> Option<(OpenDevice, MutexGuard<'static, ()>)> {
    let guard = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    match OpenDevice::gpu() {
        Ok(device) => Some((device, guard)),
        Err(DeviceError::Missing(reason)) => {
            skip(test, reason.lines().next().unwrap_or("no adapter"));
            None
        }
        Err(untrusted) => panic!("{untrusted}"),
    }
}

fn experiment() -> Experiment {
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    experiment.model.hidden = vec![24, 17];
    experiment
}

fn batches(experiment: &Experiment, sizes: &[usize]) -> Vec<Batch> {
    let width = Widths::of(&experiment.model).inputs();
    let mut rng = stream(3, Stream::Display, 0);
    let mut numbers =
        |count: usize| -> Vec<f32> { (0..count).map(|_| rng.random::<f32>() - 0.5).collect() };
    let batch = |&n: &usize| Batch {
        n,
        inputs: numbers(n * width),
        targets: numbers(2 * n),
        weights: vec![2.0; n],
        ..Batch::default()
    };
    sizes.iter().map(batch).collect()
}

fn weights(experiment: &Experiment) -> MlpParams {
    let widths = Widths::of(&experiment.model);
    MlpParams::init(widths, &mut stream(1, Stream::Weights, 0))
}

fn cpu_engine(experiment: &Experiment) -> FusedEngine {
    let (model, training) = (&experiment.model, &experiment.training);
    FusedEngine::new(Box::new(Alone), model, training, &weights(experiment)).unwrap()
}

fn gpu_engine(device: &OpenDevice, experiment: &Experiment) -> Box<dyn Engine + Send> {
    let (model, training) = (&experiment.model, &experiment.training);
    let engine = device.engine(model, training, &weights(experiment));
    engine.unwrap()
}

#[track_caller]
/// Both losses of every step.
fn numbers(losses: &[StepLoss]) -> Vec<f32> {
    losses
        .iter()
        .flat_map(|loss| [loss.own, loss.cfm])
        .collect()
}

fn assert_close(expected: &[f32], found: &[f32], what: &str) {
    let largest = expected.iter().fold(1e-6f32, |m, v| m.max(v.abs()));
    assert_eq!(expected.len(), found.len(), "{what}");
    for (a, b) in expected.iter().zip(found) {
        assert!((a - b).abs() <= 1e-3 * largest, "{what}: {a} {b}");
    }
}

/// Waits until a frame of the session is as wanted; fails after a minute.
#[track_caller]
fn wait(session: &Session, what: &str, wanted: impl Fn(&Frame) -> bool) -> Arc<Frame> {
    let start = Instant::now();
    loop {
        let frame = session.frame(LaneId::default());
        if wanted(&frame) {
            return frame;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn steps_in_a_row_agree_with_the_cpu_for_every_activation() {
    let Some((gpu, _guard)) = gpu("steps_in_a_row") else {
        return;
    };
    for activation in Activation::ALL {
        let mut experiment = experiment();
        experiment.model.activation = activation;
        let batches = batches(&experiment, &[64, 1, 33, 200, 64]);
        let rates = [1e-3; 5];
        let mut near = cpu_engine(&experiment);
        let mut far = gpu_engine(&gpu, &experiment);
        assert!(far.is_remote() && !near.is_remote());
        let losses = numbers(&near.steps(&batches, &rates).unwrap());
        let of_far = numbers(&far.steps(&batches, &rates).unwrap());
        assert_close(&losses, &of_far, "losses");
        let (near, far) = (near.state().unwrap(), far.state().unwrap());
        assert_close(near.weights.values(), far.weights.values(), "weights");
    }
}

#[test]
fn a_rollback_on_the_device_is_complete() {
    let Some((gpu, _guard)) = gpu("a_rollback") else {
        return;
    };
    let experiment = experiment();
    let batches = batches(&experiment, &[64; 3]);
    let mut engine = gpu_engine(&gpu, &experiment);
    engine.steps(&batches, &[1e-3; 3]).unwrap();
    let good = engine.state().unwrap();
    let first = numbers(&engine.steps(&batches, &[1e-3; 3]).unwrap());
    engine.set_state(&good).unwrap();
    assert_eq!(engine.state().unwrap(), good);
    let again = numbers(&engine.steps(&batches, &[1e-3; 3]).unwrap());
    assert_close(&first, &again, "losses");
}

#[test]
fn a_session_trains_on_the_device_and_comes_back_to_the_cpu_with_its_weights() {
    let Some((gpu, _guard)) = gpu("a_session") else {
        return;
    };
    let options = Options {
        device: DeviceChoice::Gpu,
        autostart: true,
        ..Options::default()
    };
    let session = Session::start(Arc::new(experiment()), options, Arc::new(|| ())).unwrap();
    let on_gpu = wait(&session, "trains on the GPU", |f| {
        &*f.device == gpu.label() && f.step > 100
    });
    assert_eq!(on_gpu.loss.len() as u64, on_gpu.step, "no loss is missing");
    session.send(LaneId::default(), Command::SetDevice(DeviceChoice::Cpu));
    let back = wait(&session, "trains on the CPU", |f| {
        f.device.starts_with("CPU") && f.step > on_gpu.step + 100
    });
    assert_eq!((back.run, &back.state), (on_gpu.run, &RunState::Running));
    assert!(back.loss.smoothed() < on_gpu.loss.value(0).map(f64::from));
}

#[test]
fn a_cloud_is_carried_on_the_device_to_where_the_cpu_carries_it() {
    let Some((gpu, _guard)) = gpu("a_cloud_is_carried") else {
        return;
    };
    let mut experiment = experiment();
    experiment.readout.solver = Solver::Midpoint { steps: 10 };
    let params = MlpParams::init(
        Widths::of(&experiment.model),
        &mut stream(1, Stream::Weights, 0),
    );
    let scaling = Scaling::measure(&experiment).unwrap();
    let field = FrozenField::new(Arc::new(params), &experiment, scaling, 0);
    let flow = gpu.flow(&field).unwrap();
    let mut rng = stream(2, Stream::Display, 0);
    let x_0: Vec<Point> = (0..70_000).map(|_| [rng.random(), rng.random()]).collect();
    let range = experiment.problem.path.time_range();
    let steps = Steps::equal(experiment.readout.solver, range).unwrap();
    let points = flow.carry(&x_0, &steps, &[0, 5, 10]).unwrap();
    assert_eq!(points.len(), 3 * x_0.len());
    let last = &points[2 * x_0.len()..];
    flow.check(&x_0, &steps, last).unwrap();
    let expected = solve(&field, experiment.readout.solver, range, &x_0);
    let flat = |points: &[Point]| {
        points
            .iter()
            .flatten()
            .map(|&x| x as f32)
            .collect::<Vec<_>>()
    };
    assert_close(&flat(expected.last()), last.as_flattened(), "ends");
}

#[test]
fn a_session_carries_its_cloud_on_the_device() {
    let Some((gpu, _guard)) = gpu("a_session_carries") else {
        return;
    };
    let options = Options {
        device: DeviceChoice::Gpu,
        ..Options::default()
    };
    let mut experiment = experiment();
    experiment.readout.solver = Solver::Midpoint { steps: 10 };
    let session = Session::start(Arc::new(experiment), options, Arc::new(|| ())).unwrap();
    session.send(
        LaneId::default(),
        Command::Look(Box::new(Look {
            cloud: Some(70_000),
            ..Look::default()
        })),
    );
    let frame = wait(&session, "carries the cloud", |f| {
        f.products
            .shown_cloud()
            .is_some_and(|cloud| cloud.is_complete())
    });
    let cloud = frame.products.shown_cloud().unwrap();
    assert_eq!(&*cloud.device, gpu.label());
    assert_eq!(
        cloud.blocks.iter().map(|b| b.n_particles).sum::<usize>(),
        70_000
    );
    session.send(LaneId::default(), Command::Look(Box::default()));
    wait(&session, "lets the cloud go", |f| {
        f.products.shown_cloud().is_none()
    });
}
