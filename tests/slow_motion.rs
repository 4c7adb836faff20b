//! A training step in slow motion: what is laid out is what the engine takes, and looking changes nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pushforward::experiment::{Experiment, Training, presets};
use pushforward::flow::coupling::Coupling;
use pushforward::flow::path::Path;
use pushforward::model::{Alone, Batch, Engine, EngineError, EngineState, FusedEngine, MlpParams};
use pushforward::session::{Command, Engines, Options, Session};
use pushforward::snapshot::{Frame, LaneId, RunState, StepPreview};

const LANE: LaneId = LaneId(0);
const PATIENCE: Duration = Duration::from_secs(30);

fn two_moons() -> Experiment {
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    experiment.model.hidden = vec![32, 32];
    experiment.training.batch = 48;
    experiment.training.steps = 1_000_000;
    experiment.readout.evaluation.samples = 64;
    experiment.readout.evaluation.w2_samples = 64;
    experiment
}

/// Who does the work.
#[derive(Clone, Copy, Debug)]
enum Mode {
    /// Threads of the session.
    Threads,
    /// The test, which waits.
    Caller,
}

const MODES: [Mode; 2] = [Mode::Threads, Mode::Caller];

impl Mode {
    fn start(self, experiment: Experiment, options: Options) -> Session {
        let (experiment, wake) = (Arc::new(experiment), Arc::new(|| {}));
        match self {
            Self::Threads => Session::start(experiment, options, wake).unwrap(),
            Self::Caller => Session::cooperative(experiment, options, wake),
        }
    }
}

#[track_caller]
fn wait(session: &Session, what: &str, wanted: impl Fn(&Frame) -> bool) -> Arc<Frame> {
    let start = Instant::now();
    loop {
        let frame = session.frame(LANE);
        if wanted(&frame) {
            return frame;
        }
        let waited = start.elapsed();
        assert!(
            waited < PATIENCE,
            "{what}: {:?} {}",
            frame.state,
            frame.step
        );
        session.run_until(Instant::now() + Duration::from_millis(5));
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The newest step that is laid out.
fn newest(frame: &Frame) -> &StepPreview {
    frame.steps.last().unwrap()
}

/// Lays the next step out and waits for it.
fn open(session: &Session) -> Arc<Frame> {
    session.send(LANE, Command::SlowMotion(true));
    wait(session, "the next step is laid out", |f| {
        f.steps.last().is_some_and(|next| next.step == f.step) && f.state != RunState::Running
    })
}

/// Takes the step that is laid out; the frame has it and the next one.
fn take(session: &Session) -> Arc<Frame> {
    let step = session.frame(LANE).step;
    session.send(LANE, Command::StepOnce);
    wait(session, "the step is taken", |f| {
        f.step == step + 1 && newest(f).step == step + 1
    })
}

fn losses(frame: &Frame, n: usize) -> Vec<u32> {
    frame.loss.iter().take(n).map(f32::to_bits).collect()
}

/// An engine that remembers its batches.
struct Remembers {
    inner: FusedEngine,
    batches: Arc<Mutex<Vec<Batch>>>,
}

impl Engine for Remembers {
    fn step(&mut self, batch: &Batch, learning_rate: f64) -> Result<f32, EngineError> {
        self.batches.lock().unwrap().push(batch.clone());
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

/// Engines whose batches can be asked for.
fn remembering() -> (Options, Arc<Mutex<Vec<Batch>>>) {
    let batches: Arc<Mutex<Vec<Batch>>> = Arc::default();
    let into = Arc::clone(&batches);
    let maker = move |experiment: &Experiment, params: &MlpParams| {
        let (model, training) = (&experiment.model, &experiment.training);
        let inner = FusedEngine::new(Box::new(Alone), model, training, params)?;
        let batches = Arc::clone(&into);
        Ok(Box::new(Remembers { inner, batches }) as Box<dyn Engine>)
    };
    let options = Options {
        engines: Some(Engines::new("remembers", Arc::new(maker))),
        ..Options::default()
    };
    (options, batches)
}

#[test]
fn what_is_laid_out_is_the_batch_that_the_engine_then_takes() {
    for mode in MODES {
        for (path, coupling) in [
            (Path::default(), Coupling::Independent),
            (Path::Cosine, Coupling::BatchOt { batch: 64 }),
        ] {
            let mut experiment = two_moons();
            (experiment.problem.path, experiment.problem.coupling) = (path, coupling);
            experiment.problem.noise = 0.1;
            let (options, batches) = remembering();
            let session = mode.start(experiment, options);
            let before = open(&session);
            for _ in 0..3 {
                let frame = take(&session);
                let taken = &frame.steps[frame.steps.len() - 2];
                let batches = batches.lock().unwrap();
                let batch = batches.last().unwrap();
                assert_eq!(batches.len() as u64, frame.step);
                assert_eq!((taken.pairs.len(), taken.batch), (12, batch.n));
                let shown: Vec<_> = taken.pairs.iter().map(|p| (p.x_0, p.x_1)).collect();
                assert_eq!(frame.pairs[..12], shown);
                let width = batch.inputs.len() / batch.n;
                for (k, pair) in taken.pairs.iter().enumerate() {
                    let c_out = f64::from(batch.weights[k]).sqrt();
                    let target = [0, 1].map(|i| c_out * f64::from(batch.targets[2 * k + i]));
                    let input = &batch.inputs[k * width..];
                    for i in [0, 1] {
                        assert!((target[i] - pair.target[i]).abs() < 1e-5 * (1.0 + c_out));
                        let c_in = f64::from(input[i]) / pair.x_t[i];
                        let same = f64::from(input[1 - i]) / pair.x_t[1 - i];
                        assert!((c_in / same - 1.0).abs() < 1e-4, "{c_in} {same}");
                    }
                    assert!((f64::from(input[2]) - pair.t).abs() < 1e-6);
                }
            }
            assert_eq!(before.step, 0);
        }
    }
}

#[test]
fn losses_are_the_same_bit_for_bit_with_slow_motion_and_without() {
    const STEPS: usize = 60;
    let plain = |mode: Mode| {
        let mut experiment = two_moons();
        experiment.training.steps = STEPS as u64;
        let options = Options {
            autostart: true,
            ..Options::default()
        };
        let session = mode.start(experiment, options);
        let frame = wait(&session, "ends", |f| f.state == RunState::Finished);
        losses(&frame, STEPS)
    };
    for mode in MODES {
        let mut experiment = two_moons();
        experiment.training.steps = STEPS as u64;
        let session = mode.start(experiment, Options::default());
        open(&session);
        for _ in 0..4 {
            take(&session);
        }
        // Closed and opened again, with training in between.
        session.send(LANE, Command::SlowMotion(false));
        let closed = wait(&session, "closes", |f| f.steps.is_empty());
        assert_eq!((closed.step, &closed.state), (4, &RunState::Paused));
        session.send(LANE, Command::Train);
        wait(&session, "trains", |f| f.step > 10);
        open(&session);
        if session.frame(LANE).state != RunState::Finished {
            take(&session);
            session.send(LANE, Command::Train);
        }
        let frame = wait(&session, "ends", |f| f.state == RunState::Finished);
        assert!(frame.steps.is_empty(), "training closes it");
        assert_eq!(losses(&frame, STEPS), plain(mode), "{mode:?}");
    }
}

#[test]
fn a_step_that_was_taken_is_kept_with_what_came_of_it() {
    for mode in MODES {
        let session = mode.start(two_moons(), Options::default());
        let laid_out = newest(&open(&session)).clone();
        assert_eq!((laid_out.step, &laid_out.taken), (0, &None));
        let frame = take(&session);
        let kept = frame.laid_out(0).unwrap();
        let taken = kept.taken.as_ref().unwrap();
        let unmoved = StepPreview {
            taken: None,
            ..StepPreview::clone(kept)
        };
        assert_eq!(unmoved, laid_out, "what was shown before is what is kept");
        // The loss laid out is the one that training recorded, and the step has made it smaller.
        assert_eq!(Some(taken.recorded), frame.loss.value(0));
        let recorded = f64::from(taken.recorded);
        assert!(
            (laid_out.loss / recorded - 1.0).abs() < 1e-5,
            "{laid_out:?}"
        );
        assert!(
            taken.loss < laid_out.loss,
            "{} {}",
            taken.loss,
            laid_out.loss
        );
        let moved = kept.pairs.iter().zip(&taken.predictions);
        assert!(moved.clone().all(|(pair, after)| pair.prediction != *after));
        // The next step starts from the field that this one has left.
        assert!(Arc::ptr_eq(&taken.field, &newest(&frame).field));
        assert_ne!(taken.field, kept.field);
        for _ in 0..20 {
            take(&session);
        }
        let steps: Vec<u64> = session.frame(LANE).steps.iter().map(|s| s.step).collect();
        assert_eq!(
            steps,
            (5..=21).collect::<Vec<u64>>(),
            "the newest sixteen are kept"
        );
    }
}

#[test]
fn with_batch_ot_the_whole_block_is_laid_out_and_without_blocks_nothing_is() {
    let coupled = |coupling| {
        let mut experiment = two_moons();
        experiment.problem.coupling = coupling;
        let session = Mode::Caller.start(experiment, Options::default());
        open(&session);
        // A batch of 48 pairs: of blocks of 32 the second batch begins within the second block.
        let frame = take(&session);
        (
            frame.laid_out(0).unwrap().coupled.len(),
            newest(&frame).coupled.len(),
        )
    };
    assert_eq!(coupled(Coupling::Independent), (0, 0));
    assert_eq!(coupled(Coupling::BatchOt { batch: 32 }), (20, 4));
    assert_eq!(coupled(Coupling::BatchOt { batch: 96 }), (36, 36));
}

#[test]
fn training_rests_while_steps_are_laid_out_whatever_is_changed_meanwhile() {
    for mode in MODES {
        let options = Options {
            autostart: true,
            ..Options::default()
        };
        let session = mode.start(two_moons(), options);
        wait(&session, "trains", |f| f.step > 20);
        let before = open(&session);
        assert_eq!(before.state, RunState::Paused);
        let mut other = two_moons();
        other.problem.path = Path::Cosine;
        session.send(LANE, Command::SetExperiment(Arc::new(other.clone())));
        let frame = wait(&session, "lays out what is studied now", |f| {
            f.steps.last().is_some_and(|s| s.problem == other.problem)
        });
        assert_eq!((frame.step, &frame.state), (before.step, &RunState::Paused));
        session.send(LANE, Command::Reset);
        let frame = wait(&session, "starts anew", |f| {
            f.run != before.run && !f.steps.is_empty()
        });
        assert_eq!((frame.step, newest(&frame).step), (0, 0));
        assert_eq!(frame.steps.len(), 1, "steps of another run are not kept");
    }
}
