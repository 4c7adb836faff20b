//! A training step in slow motion: what is laid out is what the engine takes, and looking changes nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod mode;
mod window;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::Queryable;
use pushforward::experiment::{Experiment, Stage, Training, presets};
use pushforward::flow::coupling::Coupling;
use pushforward::flow::path::Path;
use pushforward::model::{
    Alone, Batch, Engine, EngineError, EngineState, FusedEngine, MlpParams, StepLoss,
};
use pushforward::session::{Command, Engines, Options, Session};
use pushforward::snapshot::{Frame, LaneId, RunState, StepPreview};
use pushforward::ui::actions::ALL;
use pushforward::ui::page::Page;
use pushforward::ui::{self, Lab};

use mode::Mode;
use window::{SIZE, Window, window_on};

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

const MODES: [Mode; 2] = [Mode::Threads, Mode::Caller];

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
    /// The call of `step`, from 0, that fails.
    fails_at: Option<usize>,
}

impl Engine for Remembers {
    fn step(&mut self, batch: &Batch, learning_rate: f64) -> Result<StepLoss, EngineError> {
        let mut batches = self.batches.lock().unwrap();
        batches.push(batch.clone());
        if self.fails_at == Some(batches.len() - 1) {
            let (what, value) = ("loss", f32::NAN);
            return Err(EngineError::NonFinite { what, value });
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

/// Engines whose batches can be asked for.
fn remembering(fails_at: Option<usize>) -> (Options, Arc<Mutex<Vec<Batch>>>) {
    let batches: Arc<Mutex<Vec<Batch>>> = Arc::default();
    let into = Arc::clone(&batches);
    let maker = move |experiment: &Experiment, params: &MlpParams| {
        let (model, training) = (&experiment.model, &experiment.training);
        let inner = FusedEngine::new(Box::new(Alone), model, training, params)?;
        let batches = Arc::clone(&into);
        let engine = Remembers {
            inner,
            batches,
            fails_at,
        };
        Ok(Box::new(engine) as Box<dyn Engine>)
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
            let (options, batches) = remembering(None);
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
        if session.frame(LANE).state == RunState::Finished {
            session.send(LANE, Command::SlowMotion(false));
        } else {
            take(&session);
            session.send(LANE, Command::Train);
        }
        // Training closes it, too.
        let ended = |f: &Frame| f.state == RunState::Finished && f.steps.is_empty();
        let frame = wait(&session, "ends", ended);
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

#[test]
fn a_step_that_fails_leaves_those_before_it_and_can_be_taken_again() {
    for mode in MODES {
        let (options, batches) = remembering(Some(2));
        let session = mode.start(two_moons(), options);
        open(&session);
        take(&session);
        take(&session);
        session.send(LANE, Command::StepOnce);
        let failed = wait(&session, "fails", |f| {
            matches!(f.state, RunState::Failed { .. })
        });
        let laid_out = |frame: &Frame| -> Vec<(u64, bool)> {
            let steps = frame.steps.iter();
            steps
                .map(|step| (step.step, step.taken.is_some()))
                .collect()
        };
        let before = vec![(0, true), (1, true), (2, false)];
        assert_eq!((failed.step, laid_out(&failed)), (2, before), "{mode:?}");
        let frame = take(&session);
        let after = vec![(0, true), (1, true), (2, true), (3, false)];
        assert_eq!(laid_out(&frame), after, "{mode:?}");
        let batches = batches.lock().unwrap();
        assert_eq!((batches.len(), frame.loss.len()), (4, 3));
        assert_eq!(batches[2], batches[3], "it is the same step");
    }
}

fn window(autostart: bool) -> Window {
    let options = Options {
        autostart,
        ..Options::default()
    };
    let lab = Lab::new(two_moons(), None, options, Arc::new(|| ())).unwrap();
    window_on(lab, SIZE, 1.0)
}

/// Shows frames until the window is as wanted.
#[track_caller]
fn show(window: &mut Window, what: &str, wanted: impl Fn(&Lab) -> bool) {
    let start = Instant::now();
    while !wanted(&window.state().lab) {
        window.step();
        let slow = &window.state().lab.slow_motion;
        assert!(start.elapsed() < PATIENCE, "{what}: {slow:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[track_caller]
fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.step();
}

fn key(window: &mut Window, key: Key) {
    window.key_press_modifiers(Modifiers::NONE, key);
    window.step();
}

/// Which step is shown, and how far.
fn at(window: &Window) -> (u64, Stage) {
    let view = window.state().lab.step_view().unwrap();
    (view.step, view.stage)
}

/// Whether the window says it.
fn says(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

fn is_laid_out(lab: &Lab) -> bool {
    let (frame, view) = (lab.frame(), lab.step_view());
    view.is_some_and(|view| frame.laid_out(view.step).is_some())
}

#[test]
fn a_step_is_followed_by_label_from_the_draw_to_the_update_and_back() {
    let mut window = window(true);
    show(&mut window, "trains", |lab| lab.frame().step > 5);
    window
        .state_mut()
        .lab
        .apply(ui::Command::ShowPage(Page::Training));
    window.step();
    click(&mut window, "One step in slow motion");
    show(&mut window, "lays the step out", is_laid_out);
    let step = window.state().lab.frame().step;
    assert_eq!(at(&window), (step, Stage::Draw));
    assert_eq!(window.state().lab.frame().state, RunState::Paused);
    window.step();
    let words = [
        "Draw x₀ ~ p and x₁ ~ q",
        "Couple",
        "t ~ U(0, 1)",
        "x_t = α x₁ + σ x₀",
        "u = α′ x₁ + σ′ x₀",
        "The network answers v(x_t, t)",
        "the mean of |v − u|² over all 48 pairs is the loss",
    ];
    for (stage, words) in Stage::ALL.into_iter().zip(words) {
        assert_eq!(at(&window), (step, stage));
        assert!(says(&window, words), "{words}");
        assert_eq!(
            window.state().lab.frame().step,
            step,
            "nothing is taken yet"
        );
        click(&mut window, "Stage on");
        window.step();
    }
    show(&mut window, "takes the step", |lab| {
        lab.frame().step == step + 1
    });
    show(&mut window, "shows what came of it", |lab| {
        lab.frame()
            .laid_out(step)
            .is_some_and(|laid_out| laid_out.taken.is_some())
    });
    window.step();
    assert!(says(&window, "the loss of this batch goes from"));
    assert!(window.state().lab.frame().loss.value(step).is_some());
    for stage in Stage::ALL.into_iter().rev().skip(1) {
        click(&mut window, "Stage back");
        assert_eq!(at(&window), (step, stage), "shown from what was kept");
    }
    window.step();
    assert!(says(&window, "Draw x₀ ~ p and x₁ ~ q"));
    // Forward again it is not taken a second time.
    click(&mut window, "Stage Update");
    for _ in 0..20 {
        window.step();
    }
    assert_eq!(window.state().lab.frame().step, step + 1);
    // Closed, training goes on.
    click(&mut window, "One step in slow motion");
    assert!(window.state().lab.slow_motion.is_none());
    show(&mut window, "trains on", |lab| lab.frame().step > step + 5);
}

#[test]
fn the_keys_go_there_and_back_play_and_leave() {
    let mut window = window(false);
    key(&mut window, Key::O);
    show(&mut window, "lays the step out", is_laid_out);
    assert!(!window.state().lab.play.playing, "time rests");
    for _ in 0..3 {
        key(&mut window, Key::K);
    }
    assert_eq!(at(&window), (0, Stage::Place));
    key(&mut window, Key::J);
    assert_eq!(at(&window), (0, Stage::Time));
    // The step key takes the step that is shown.
    key(&mut window, Key::N);
    show(&mut window, "takes it", |lab| {
        lab.frame().laid_out(1).is_some()
    });
    assert_eq!(at(&window), (0, Stage::Update));
    window.key_press_modifiers(Modifiers::SHIFT, Key::K);
    window.step();
    assert!(window.state().lab.slow_motion.as_ref().unwrap().playing);
    show(&mut window, "plays on to the next step", |lab| {
        lab.step_view()
            .is_some_and(|view| (view.step, view.stage) > (1, Stage::Couple))
    });
    key(&mut window, Key::Escape);
    assert!(window.state().lab.slow_motion.is_none());
    assert!(window.state().lab.play.playing, "time goes on");
    show(&mut window, "puts the steps away", |lab| {
        lab.frame().steps.is_empty()
    });
    // It did not train before, so it does not now.
    assert_ne!(window.state().lab.frame().state, RunState::Running);
}

#[test]
fn training_leaves_the_slow_motion_and_reset_begins_it_anew() {
    let mut window = window(false);
    key(&mut window, Key::O);
    show(&mut window, "lays the step out", is_laid_out);
    key(&mut window, Key::N);
    show(&mut window, "takes it", |lab| {
        lab.frame().laid_out(1).is_some()
    });
    window.state_mut().lab.apply(ui::Command::Reset);
    show(&mut window, "begins anew", |lab| {
        let frame = lab.frame();
        frame.step == 0 && frame.steps.len() == 1
    });
    window.step();
    assert_eq!(at(&window), (0, Stage::Draw));
    key(&mut window, Key::T);
    assert!(window.state().lab.slow_motion.is_none());
    show(&mut window, "trains", |lab| lab.frame().step > 10);
}

#[test]
fn the_pair_under_the_pointer_is_the_one_in_numbers_and_more_pairs_can_be_shown() {
    let mut window = window(false);
    key(&mut window, Key::O);
    show(&mut window, "lays the step out", is_laid_out);
    window
        .state_mut()
        .lab
        .apply(ui::Command::SlowMotion(ui::slow_motion::Move::Pairs(12)));
    window.step();
    assert!(says(&window, "Pair 1 of 12 shown"));
    let frame = window.state().lab.frame();
    let canvas = window.get_by_label("Canvas").rect();
    // Somewhere on the canvas there is another pair.
    let spots = (0..60).flat_map(|i| (0..60).map(move |k| vec2(i as f32, k as f32) / 60.0));
    for spot in spots {
        window.hover_at(canvas.min + spot * canvas.size());
        window.step();
        if window.state().lab.step_view().unwrap().marked != 0 {
            break;
        }
    }
    window.step();
    let marked = window.state().lab.step_view().unwrap().marked;
    assert_ne!(marked, 0);
    assert!(says(&window, &format!("Pair {} of 12 shown", marked + 1)));
    let [x, y] = frame.steps[0].pairs[marked].x_0;
    let x_0 = format!("({x:.2}, {y:.2})").replace('-', "−");
    assert!(says(&window, &x_0), "{x_0}");
}

#[test]
fn of_several_lanes_the_selected_one_is_shown_all_rest_and_all_take_the_step() {
    let mut window = window(true);
    window.state_mut().lab.apply(ui::Command::AddLane(0));
    window.state_mut().lab.apply(ui::Command::SelectLane(0));
    let steps = |lab: &Lab| -> Vec<u64> { lab.frames().iter().map(|f| f.step).collect() };
    let laid_out = |lab: &Lab| -> Vec<usize> {
        let frames = lab.frames();
        frames.iter().map(|frame| frame.steps.len()).collect()
    };
    show(&mut window, "both train", |lab| {
        let steps = steps(lab);
        steps.len() == 2 && steps.iter().all(|step| *step > 5)
    });
    key(&mut window, Key::O);
    show(&mut window, "lays the step out", is_laid_out);
    let rests = |lab: &Lab| {
        let frames = lab.frames();
        frames.iter().all(|frame| frame.state == RunState::Paused)
    };
    show(&mut window, "both rest", rests);
    assert_eq!(laid_out(&window.state().lab), [1, 0]);
    let before = steps(&window.state().lab);
    click(&mut window, "Stage Update");
    let after: Vec<u64> = before.iter().map(|step| step + 1).collect();
    show(&mut window, "both take it", |lab| {
        steps(lab) == after && rests(lab)
    });
    window.state_mut().lab.apply(ui::Command::SelectLane(1));
    show(&mut window, "shows the other one", |lab| {
        laid_out(lab) == [0, 1]
    });
    window.step();
    assert_eq!(at(&window), (after[1], Stage::Draw));
    key(&mut window, Key::O);
    show(&mut window, "both go on", |lab| {
        steps(lab).iter().zip(&after).all(|(now, then)| now > then)
    });
}

#[test]
fn the_figure_that_is_exported_shows_the_stage() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window(false);
    key(&mut window, Key::O);
    show(&mut window, "lays the step out", is_laid_out);
    click(&mut window, "Stage Residual");
    for _ in 0..90 {
        window.step();
    }
    let path = folder.path().join("step.svg");
    window
        .state_mut()
        .lab
        .apply(ui::Command::Export(path.clone()));
    show(&mut window, "exports", |lab| {
        lab.notice.starts_with("Exported")
    });
    let figure = std::fs::read_to_string(path).unwrap();
    assert!(figure.contains("data-overlay"), "the marks of the step");
    let saved = window.state().lab.to_save();
    assert_eq!(saved.view.step, None, "no file has it");
}

#[test]
fn every_stage_key_is_in_the_one_table_and_nobody_elses() {
    let names = [
        "One step in slow motion",
        "Stage back",
        "Stage on",
        "Play the stages",
    ];
    let keys = |name: &str| {
        let action = ALL.iter().find(|action| action.name == name).unwrap();
        assert!(!action.keys.is_empty(), "{name}");
        action.keys
    };
    for name in names {
        for other in ALL.iter().filter(|other| other.name != name) {
            let clash = keys(name).iter().find(|key| other.keys.contains(key));
            assert_eq!(clash, None, "{name} and {}", other.name);
        }
    }
}
