//! The window, driven as a person drives it: by commands, keys and the pointer, without a display or a GPU.
//! Every test asserts a number or a frame that changed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod window;

use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, Vec2, pos2, vec2};
use egui_kittest::kittest::{Queryable, by};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use pushforward::experiment::{
    Activation, End, Experiment, Layer, LearningRate, Optimizer, TimeEmbedding, presets,
};
use pushforward::flow::coupling::Coupling;
use pushforward::flow::distribution::Shape;
use pushforward::flow::path::Path;
use pushforward::flow::solver::Solver;
use pushforward::flow::vocabulary::Vocabulary;
use pushforward::model::{EngineError, MlpParams, TrainingState};
use pushforward::session::files::atomic_write;
use pushforward::session::folder;
use pushforward::session::run::{RunOptions, Unobserved, run};
use pushforward::session::{Crew, Engines, Options};
use pushforward::snapshot::{Frame, RunState};
use pushforward::ui::actions::ALL;
use pushforward::ui::command::{Purpose, Side, Tool};
use pushforward::ui::dialogs::Dialog;
use pushforward::ui::dialogs::native::{Answer, Picker, Question};
use pushforward::ui::{App, Command, Lab, Start};

use window::{SIZE, Window, window_on};

const PATIENCE: Duration = Duration::from_secs(30);

/// Two moons with a network and metrics so small that a test does not wait.
fn experiment() -> Experiment {
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    experiment.model.hidden = vec![16, 16];
    experiment.training.batch = 64;
    experiment.training.steps = 1_000_000;
    experiment.readout.evaluation.samples = 200;
    experiment.readout.evaluation.w2_samples = 100;
    experiment.readout.solver = experiment.readout.solver.with_steps(20);
    experiment.view.particles = 200;
    experiment
}

fn lab(autostart: bool) -> Lab {
    let options = Options {
        autostart,
        ..Options::default()
    };
    let mut lab = Lab::new(experiment(), None, options, Arc::new(|| ())).unwrap();
    lab.apply(Command::TogglePlay);
    lab
}

fn window(autostart: bool) -> Window {
    window_of(SIZE, 1.0, autostart)
}

/// A window of this size in points, on a screen with so many pixels a point.
fn window_of(size: Vec2, scale: f32, autostart: bool) -> Window {
    window_on(lab(autostart), size, scale)
}

fn frame(window: &Window) -> Arc<Frame> {
    window.state().lab.frame()
}

fn draft(window: &Window) -> &Experiment {
    window.state().lab.editor.experiment()
}

/// Shows frames until the newest one of the session is as wanted.
#[track_caller]
fn wait(window: &mut Window, what: &str, wanted: impl Fn(&Frame) -> bool) -> Arc<Frame> {
    let start = Instant::now();
    loop {
        window.step();
        let now = frame(window);
        if wanted(&now) {
            return now;
        }
        assert!(
            start.elapsed() < PATIENCE,
            "{what}: {:?} at step {}",
            now.state,
            now.step
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Takes the session's events in until one leaves this notice.
#[track_caller]
fn wait_for_notice(lab: &mut Lab, beginning: &str) {
    let start = Instant::now();
    while !lab.notice.starts_with(beginning) {
        lab.tick();
        assert!(
            start.elapsed() < PATIENCE,
            "{}: {:?}",
            lab.notice,
            lab.messages
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn wait_lab(lab: &Lab, what: &str, wanted: impl Fn(&Frame) -> bool) -> Arc<Frame> {
    let start = Instant::now();
    loop {
        let now = lab.frame();
        if wanted(&now) {
            return now;
        }
        assert!(start.elapsed() < PATIENCE, "{what}: {:?}", now.state);
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn key(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.step();
}

/// Presses the button at the first point, moves over the others, and lets go at the last.
fn drag(window: &mut Window, points: &[Pos2]) {
    window.hover_at(points[0]);
    window.drag_at(points[0]);
    for point in points {
        window.hover_at(*point);
    }
    window.drop_at(*points.last().unwrap());
    window.step();
    window.step();
}

fn weight(experiment: &Experiment) -> u64 {
    match &experiment.problem.target.shape {
        Shape::Drawn(drawing) => drawing.cells().iter().map(|cell| u64::from(*cell)).sum(),
        _ => 0,
    }
}

#[test]
fn a_stroke_with_the_pointer_changes_what_trains_and_undo_takes_it_back() {
    let mut window = window(true);
    let before = draft(&window).clone();
    key(&mut window, Modifiers::NONE, Key::D);
    assert_eq!(window.state().lab.tool, Tool::Brush);
    let middle = window.get_by_label("Canvas").rect().center();
    let way = [-120.0, -60.0, 0.0, 60.0, 120.0].map(|x| middle + vec2(x, 0.0));
    drag(&mut window, &way);
    let painted = weight(draft(&window));
    assert!(painted > 1000, "{painted}");
    let frame = wait(&mut window, "the stroke trains", |f| {
        weight(&f.experiment) == painted
    });
    let tall = frame.target.iter().map(|p| p[1].abs()).fold(0.0, f64::max);
    let wide = frame.target.iter().map(|p| p[0].abs()).fold(0.0, f64::max);
    assert!(wide > 2.0 * tall, "a horizontal stroke: {wide} by {tall}");
    key(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(
        draft(&window).problem.target,
        before.problem.target,
        "one stroke is one step"
    );
    wait(&mut window, "the undo trains", |f| {
        f.experiment.problem.target == before.problem.target
    });
    key(
        &mut window,
        Modifiers::COMMAND.plus(Modifiers::SHIFT),
        Key::Z,
    );
    assert_eq!(weight(draft(&window)), painted, "redo");
}

#[test]
fn a_stroke_keeps_the_weights_and_a_click_is_a_dab() {
    let mut window = window(true);
    let trained = wait(&mut window, "training starts", |f| f.step > 20);
    window
        .state_mut()
        .lab
        .apply(Command::DrawTarget(Side::Target));
    window.step();
    let middle = window.get_by_label("Canvas").rect().center();
    drag(&mut window, &[middle]);
    assert!(weight(draft(&window)) > 0);
    let frame = wait(&mut window, "the dab trains", |f| weight(&f.experiment) > 0);
    assert_eq!(frame.run, trained.run, "the weights stay");
    assert!(frame.step >= trained.step);
}

#[test]
fn segments_and_erasing_by_command() {
    let mut lab = lab(false);
    let segment = |erase| Command::PaintSegment {
        from: [-1.0, 0.5],
        to: [1.0, 0.5],
        erase,
    };
    lab.apply(segment(false));
    lab.apply(Command::EndStroke);
    let painted = weight(lab.editor.experiment());
    assert!(painted > 0);
    lab.apply(segment(true));
    lab.apply(Command::EndStroke);
    assert_eq!(weight(lab.editor.experiment()), 0, "the same brush");
    lab.apply(Command::Undo);
    assert_eq!(weight(lab.editor.experiment()), painted);
    lab.apply(Command::ClearDrawing);
    assert_eq!(weight(lab.editor.experiment()), 0);
    lab.apply(Command::Undo);
    assert_eq!(weight(lab.editor.experiment()), painted);
}

#[test]
fn another_family_takes_the_presets_words_away() {
    let mut lab = lab(false);
    let preset = lab.editor.experiment().clone();
    let mut noisier = preset.clone();
    noisier.problem.target.shape = Shape::Moons { noise: 0.2 };
    lab.apply(Command::Edit(Box::new(noisier)));
    assert_eq!(lab.editor.experiment().words.title, preset.words.title);
    lab.apply(Command::PaintSegment {
        from: [-1.0, 0.5],
        to: [1.0, 0.5],
        erase: false,
    });
    lab.apply(Command::EndStroke);
    let painted = lab.editor.experiment();
    assert_eq!(
        (&*painted.words.name, &*painted.words.title),
        ("untitled", "Gaussian to Drawn")
    );
    lab.apply(Command::Undo);
    lab.apply(Command::Undo);
    assert_eq!(lab.editor.experiment().words.title, preset.words.title);
}

#[test]
fn loading_puts_the_brush_and_old_messages_away_and_trains() {
    let mut lab = lab(false);
    lab.apply(Command::DrawTarget(Side::Target));
    lab.apply(Command::SaveAs("/no/such/folder/a.ron".into()));
    assert_eq!(lab.messages.len(), 1);
    lab.apply(Command::LoadPreset("rings"));
    assert_eq!((lab.tool, lab.messages.len()), (Tool::Pan, 0));
    wait_lab(&lab, "the preset trains", |f| {
        f.experiment.words.name == "rings" && f.step > 0
    });
}

#[test]
fn hidden_widths_are_typed_and_a_wrong_list_says_why() {
    let mut window = window(false);
    window.run_ok();
    let mut type_widths = |text: &str| {
        let field = window.get_by_role_and_label(Role::TextInput, "Hidden");
        field.focus();
        window.step();
        key(&mut window, Modifiers::COMMAND, Key::A);
        window.event(Event::Text(text.to_owned()));
        window.step();
        key(&mut window, Modifiers::NONE, Key::Enter);
        window.step();
        window.step();
        let said = window.query_all_by_label_contains("is not a list").count();
        (draft(&window).model.hidden.clone(), said)
    };
    assert_eq!(type_widths("32, 8"), (vec![32, 8], 0));
    assert_eq!(type_widths("2000"), (vec![32, 8], 1));
    assert_eq!(type_widths("abc"), (vec![32, 8], 1));
    assert_eq!(type_widths("24"), (vec![24], 0));
}

#[test]
fn keys_do_nothing_behind_a_dialog_but_escape() {
    let mut window = window(false);
    window.state_mut().lab.apply(Command::ShowDefinitions);
    window.run_ok();
    for dead in [Key::D, Key::T, Key::Num7] {
        key(&mut window, Modifiers::NONE, dead);
    }
    let lab = &window.state().lab;
    assert_eq!(lab.tool, Tool::Pan);
    assert!(
        !lab.editor
            .experiment()
            .view
            .layers
            .contains(&Layer::Density)
    );
    assert_eq!(frame(&window).step, 0);
    key(&mut window, Modifiers::NONE, Key::Escape);
    key(&mut window, Modifiers::NONE, Key::D);
    assert_eq!(window.state().lab.tool, Tool::Brush);
}

#[test]
fn an_empty_drawing_makes_training_wait_and_a_stroke_lets_it_go_on() {
    let mut window = window(true);
    wait(&mut window, "training starts", |f| f.step > 0);
    window.state_mut().lab.apply(Command::ClearDrawing);
    let frame = wait(&mut window, "training waits", |f| {
        matches!(f.state, RunState::Waiting { .. })
    });
    let RunState::Waiting { reason } = &frame.state else {
        unreachable!()
    };
    window.run_ok();
    assert!(
        window.query_all_by_label_contains(&reason[1..]).count() > 0,
        "the window says: {reason}"
    );
    let stroke = Command::PaintSegment {
        from: [-1.0, 0.0],
        to: [1.0, 1.0],
        erase: false,
    };
    window.state_mut().lab.apply(stroke);
    window.state_mut().lab.apply(Command::EndStroke);
    let waited = frame.step;
    wait(&mut window, "training goes on", |f| {
        f.state == RunState::Running && f.step > waited
    });
}

#[test]
fn the_path_is_switched_in_its_box() {
    let mut window = window(true);
    window.get_by_role_and_label(Role::ComboBox, "Path").click();
    window.run_ok();
    window.get_by_label("cosine").click();
    window.run_ok();
    assert_eq!(draft(&window).problem.path, Path::Cosine);
    wait(&mut window, "the cosine path trains", |f| {
        f.experiment.problem.path == Path::Cosine
    });
    key(&mut window, Modifiers::COMMAND, Key::Z);
    assert!(matches!(draft(&window).problem.path, Path::CondOt { .. }));
}

#[test]
fn training_pauses_steps_once_and_resets_by_its_buttons() {
    let mut window = window(true);
    wait(&mut window, "training starts", |f| f.step > 5);
    window.get_by_label("Train or pause").click();
    let paused = wait(&mut window, "training pauses", |f| {
        f.state == RunState::Paused
    });
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(frame(&window).step, paused.step);
    window.get_by_label("One training step").click();
    wait(&mut window, "one step", |f| {
        f.step == paused.step + 1 && f.state == RunState::Paused
    });
    window.get_by_label("Reset the weights").click();
    let reset = wait(&mut window, "reset", |f| f.run != paused.run);
    assert_eq!((reset.step, reset.loss.len()), (0, 0));
    key(&mut window, Modifiers::NONE, Key::T);
    wait(&mut window, "the key trains", |f| {
        f.state == RunState::Running && f.step > 0
    });
}

#[test]
fn time_is_scrubbed_stepped_and_played() {
    let mut window = window(false);
    key(&mut window, Modifiers::NONE, Key::Home);
    assert_eq!(window.state().lab.play.t, 0.0);
    let slider = window.get_by_label("Time t").rect();
    let at = |share: f32| pos2(slider.left() + share * slider.width(), slider.center().y);
    drag(&mut window, &[at(0.1), at(0.5), at(0.75)]);
    let t = window.state().lab.play.t;
    assert!((t - 0.75).abs() < 0.03, "{t}");
    key(&mut window, Modifiers::NONE, Key::ArrowLeft);
    assert!((window.state().lab.play.t - (t - 0.01)).abs() < 1e-9);
    key(&mut window, Modifiers::NONE, Key::Space);
    let t = window.state().lab.play.t;
    window.run_steps(10);
    assert!(window.state().lab.play.t > t);
}

#[test]
fn save_and_reopen_bring_back_the_same_experiment_drawing_included() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.ron");
    let mut lab = lab(false);
    lab.apply(Command::PaintSegment {
        from: [-1.0, 0.0],
        to: [1.0, 1.0],
        erase: false,
    });
    lab.apply(Command::EndStroke);
    lab.apply(Command::SetTime(0.25));
    assert!(lab.editor.dirty());
    lab.apply(Command::SaveAs(file.clone()));
    assert!(!lab.editor.dirty(), "{:?}", lab.messages);
    let saved = lab.to_save();
    lab.apply(Command::LoadPreset("checkerboard"));
    assert_eq!(lab.editor.path(), None);
    lab.apply(Command::Open(file.clone()));
    assert_eq!(lab.editor.experiment(), &saved);
    assert_eq!(
        (lab.play.t, lab.editor.path()),
        (0.25, Some(file.as_path()))
    );
    let frame = wait_lab(&lab, "it is trained", |f| weight(&f.experiment) > 0);
    assert_eq!(weight(&frame.experiment), weight(&saved));
    lab.apply(Command::Undo);
    assert_eq!(
        lab.editor.experiment().words.name,
        "checkerboard",
        "opening can be undone"
    );
    assert_eq!(
        lab.editor.path(),
        None,
        "and Save does not overwrite the file then"
    );
}

/// A file let go over the window.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &FilePath {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

#[test]
fn a_file_that_cannot_be_read_or_written_becomes_a_sentence_that_stays() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.ron");
    atomic_write(&broken, b"(version: 1, target: (shape: Nonsense))").unwrap();
    let mut window = window(false);
    let before = draft(&window).clone();
    window
        .input_mut()
        .dropped_files
        .push(Arc::new(Dropped(broken)));
    window.step();
    window.step();
    let messages = window.state().lab.messages.clone();
    assert!(
        messages.len() == 1 && messages[0].contains("broken.ron"),
        "{messages:?}"
    );
    assert_eq!(draft(&window), &before);
    let lost = FilePath::new("/nowhere/at/all.ron").to_owned();
    window.state_mut().lab.apply(Command::SaveAs(lost));
    assert_eq!(window.state().lab.messages.len(), 2);
    window.run_ok();
    assert_eq!(window.query_all_by_label("Dismiss the message").count(), 2);
    key(&mut window, Modifiers::NONE, Key::Escape);
    assert_eq!(window.state().lab.messages.len(), 1);
}

#[test]
fn the_figure_is_exported_by_its_suffix() {
    let folder = tempfile::tempdir().unwrap();
    let mut lab = lab(true);
    wait_lab(&lab, "the first picture", |f| {
        f.products.trajectories.made.is_some()
    });
    for (name, magic) in [
        ("a.png", b"\x89PNG".as_slice()),
        ("b.svg", b"<".as_slice()),
        ("c.pdf", b"%PDF-".as_slice()),
    ] {
        let path = folder.path().join(name);
        lab.apply(Command::Export(path.clone()));
        wait_for_notice(&mut lab, "Exported");
        let bytes = std::fs::read(&path).unwrap();
        assert!(
            bytes.starts_with(magic) && bytes.len() > 5000,
            "{name}: {}",
            bytes.len()
        );
    }
    for (i, (name, words)) in [("c.bmp", ".png, .svg or .pdf"), ("a.png/d.png", "a.png")]
        .into_iter()
        .enumerate()
    {
        lab.apply(Command::Export(folder.path().join(name)));
        let start = Instant::now();
        while lab.messages.len() <= i && start.elapsed() < PATIENCE {
            lab.tick();
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(lab.messages[i].contains(words), "{:?}", lab.messages);
    }
}

#[test]
fn layers_are_toggled_by_chip_and_key() {
    let mut window = window(false);
    let shown = |window: &Window, layer| draft(window).view.layers.contains(&layer);
    for (name, digit, layer) in [
        ("Source", Key::Num1, Layer::Source),
        ("Field", Key::Num6, Layer::Field),
        ("Pairs", Key::Num8, Layer::Pairs),
    ] {
        let before = shown(&window, layer);
        window.get_by_role_and_label(Role::CheckBox, name).click();
        window.step();
        assert_eq!(shown(&window, layer), !before, "chip {name}");
        key(&mut window, Modifiers::NONE, digit);
        assert_eq!(shown(&window, layer), before, "key of {name}");
    }
    assert!(
        !window.state().lab.editor.can_undo(),
        "a view is not worth an undo step"
    );
}

#[test]
fn an_illegal_path_keeps_the_last_legal_run_and_one_click_fixes_it() {
    let mut window = window(true);
    window
        .state_mut()
        .lab
        .apply(Command::LoadPreset("moons-to-eight-gaussians"));
    let legal = wait(&mut window, "moons to eight Gaussians", |f| {
        matches!(f.experiment.problem.source.shape, Shape::Moons { .. }) && f.step > 0
    });
    let mut vp = draft(&window).clone();
    vp.problem.path = Path::Vp {
        beta_min: 0.1,
        beta_max: 20.0,
    };
    window.state_mut().lab.apply(Command::Edit(Box::new(vp)));
    let going = wait(&mut window, "the legal one goes on", |f| {
        f.step > legal.step + 5
    });
    assert_eq!(going.experiment.problem.path, legal.experiment.problem.path);
    assert!(matches!(draft(&window).problem.path, Path::Vp { .. }));
    window.run_ok();
    window.get_by_label("Fix").click();
    let fixed = wait(&mut window, "the fix trains", |f| {
        matches!(f.experiment.problem.path, Path::Vp { .. })
    });
    assert!(fixed.experiment.problem.source.is_standard_gaussian());
    assert!(window.state().lab.editor.illegal().is_none());
}

#[test]
fn a_preset_is_loaded_from_its_picture() {
    let mut window = window(true);
    window.get_by_label("Presets").click();
    window.run_ok();
    window.get_by_label("Preset rings").click();
    window.run_ok();
    assert_eq!(draft(&window).words.name, "rings");
    assert!(window.state().lab.dialog.is_none());
    let frame = wait(&mut window, "rings train", |f| {
        f.experiment.words.name == "rings" && f.step > 0
    });
    assert!(matches!(
        frame.experiment.problem.target.shape,
        Shape::Rings { .. }
    ));
}

#[test]
fn the_palette_finds_and_runs_a_command() {
    let mut window = window(false);
    key(&mut window, Modifiers::COMMAND, Key::K);
    window.run_ok();
    window.event(Event::Text("eraser".to_owned()));
    window.step();
    assert!(!window.state().lab.brush.erase);
    key(&mut window, Modifiers::NONE, Key::Enter);
    window.run_ok();
    assert!(window.state().lab.brush.erase);
    assert!(window.state().lab.dialog.is_none());
}

#[test]
fn keys_do_not_fire_while_a_text_field_has_the_focus() {
    let mut window = window(false);
    let hidden = window.get_by_role_and_label(Role::TextInput, "Hidden");
    hidden.focus();
    window.run_ok();
    window.key_press(Key::D);
    window.key_press(Key::Space);
    window.event(Event::Text("d".to_owned()));
    window.step();
    assert_eq!(window.state().lab.tool, Tool::Pan);
    assert!(!window.state().lab.play.playing);
}

#[test]
fn a_drag_of_a_number_is_one_undo_step() {
    let mut window = window(false);
    let before = draft(&window).training.batch;
    let field = window
        .get_by_role_and_label(Role::SpinButton, "Batch")
        .rect()
        .center();
    let way = [0.0, 10.0, 20.0, 30.0, 40.0].map(|x| field + vec2(x, 0.0));
    drag(&mut window, &way);
    let after = draft(&window).training.batch;
    assert!(after > before, "{after}");
    key(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(draft(&window).training.batch, before);
    assert!(!window.state().lab.editor.can_undo());
}

/// What a number is worth stands beside it: the reference solver, what the network has not learned, and cautions.
#[test]
fn the_window_says_what_its_numbers_are_worth() {
    let mut window = window(false);
    window.set_size(vec2(1600.0, 1600.0));
    wait(&mut window, "untrained weights are measured", |f| {
        f.products.metrics.made.is_some()
    });
    window.run_ok();
    for text in [
        "Of the flow itself, by RK4 in ",
        "The network has learned next to nothing",
        "solver error",
        "n = 100",
    ] {
        assert!(window.query_by_label_contains(text).is_some(), "no {text}");
    }
    let caution = "W2 between the two is ";
    assert!(window.query_by_label_contains(caution).is_none());
    let mut with_ve = draft(&window).clone();
    with_ve.problem.path = Path::Ve {
        sigma_min: 0.01,
        sigma_max: 4.0,
    };
    window
        .state_mut()
        .lab
        .apply(Command::Edit(Box::new(with_ve)));
    wait(&mut window, "the caution is there", |f| {
        f.cautions.iter().any(|sentence| sentence.contains(caution))
    });
    window.run_ok();
    assert!(window.query_by_label_contains(caution).is_some());
}

/// The page of solvers: steps of the chosen one, the way back, and the fewest evaluations within an error that is asked
/// for there.
#[test]
fn the_page_of_solvers_says_what_they_cost() {
    let mut window = window(false);
    let mut controlled = draft(&window).clone();
    controlled.readout.solver = Solver::controlled(1e-4);
    let edit = Command::Edit(Box::new(controlled));
    window.state_mut().lab.apply(edit);
    assert!(
        frame(&window).products.solvers.get().is_none(),
        "nobody looks"
    );
    key(&mut window, Modifiers::NONE, Key::F5);
    let is_there = |f: &Frame| {
        let solvers = f.products.solvers.get();
        solvers.is_some_and(|solvers| f.is_current(solvers))
            && f.products
                .trajectories
                .get()
                .is_some_and(|t| f.is_current(t))
    };
    let now = wait(&mut window, "the solvers are compared", is_there);
    window.run_ok();
    for label in [
        "CHOSEN SOLVER",
        "accepted steps",
        "rejected steps",
        "THERE AND BACK",
        "from data and back",
        "FEWEST EVALUATIONS",
        "midpoint",
        "RK4",
    ] {
        assert!(
            window.query_all_by_label(label).next().is_some(),
            "no {label}"
        );
    }
    let steps = &now.products.trajectories.get().unwrap().steps;
    let legend = format!("Dormand-Prince 5(4), {} NFE", steps.nfe);
    assert!(
        window.query_all_by_label(&legend).next().is_some(),
        "no {legend}"
    );
    let before = now.products.solvers.get().unwrap().methods[0].nfe();
    window
        .get_by_role_and_label(Role::SpinButton, "Error ε")
        .click();
    window.run_ok();
    window.event(Event::Text("0.3".to_owned()));
    key(&mut window, Modifiers::NONE, Key::Enter);
    window.run_ok();
    assert_eq!(draft(&window).readout.evaluation.error, 0.3);
    let now = wait(&mut window, "they are compared again", is_there);
    let after = now.products.solvers.get().unwrap().methods[0].nfe();
    assert!(after < before, "{after:?} {before:?}");
    key(&mut window, Modifiers::NONE, Key::F2);
    wait(&mut window, "nobody looks any more", |f| {
        f.products.solvers.get().is_none()
    });
}

#[test]
fn trajectories_can_start_at_the_data() {
    let mut window = window(false);
    let mut from_data = draft(&window).clone();
    from_data.view.from = End::Target;
    from_data.view.layers.push(Layer::Errors);
    window
        .state_mut()
        .lab
        .apply(Command::Edit(Box::new(from_data)));
    let now = wait(&mut window, "particles start at the target", |f| {
        f.products
            .trajectories
            .get()
            .is_some_and(|followed| followed.steps.range.0 > followed.steps.range.1)
            && f.products.end_errors.get().is_some()
    });
    let followed = now.products.trajectories.get().unwrap();
    assert_eq!(followed.trajectories.last()[0], now.target[0]);
    assert!(
        followed.trajectories.times[0] < 0.01,
        "in the order of time"
    );
    window.run_ok();
    let legend = followed.steps.legend();
    assert!(legend.ends_with("NFE, backward"), "{legend}");
    assert!(
        window.query_all_by_label(&legend).next().is_some(),
        "no {legend}"
    );
}

#[test]
fn suggestions_theme_and_lecture_mode_change_what_they_say() {
    let mut window = window(false);
    // Numbers that arrive meanwhile move it.
    wait(&mut window, "untrained weights are measured", |f| {
        f.products.metrics.made.is_some() && !f.is_measuring()
    });
    for _ in 0..20 {
        if matches!(draft(&window).problem.coupling, Coupling::BatchOt { .. }) {
            break;
        }
        window
            .get_by_label("The same, paired by batch-OT")
            .scroll_to_me();
        window.run_ok();
        window.get_by_label("The same, paired by batch-OT").click();
        window.run_ok();
    }
    assert!(matches!(
        draft(&window).problem.coupling,
        Coupling::BatchOt { .. }
    ));
    let canvas =
        |window: &Window| window.get_by_label("Canvas").rect().width() * window.ctx.zoom_factor();
    let before = canvas(&window);
    key(&mut window, Modifiers::NONE, Key::F11);
    window.run_ok();
    assert!(canvas(&window) > before + 400.0, "the panels are gone");
    key(&mut window, Modifiers::NONE, Key::Escape);
    assert!(!window.state().lab.lecture);
    let dark = window.ctx.theme();
    key(
        &mut window,
        Modifiers::COMMAND.plus(Modifiers::SHIFT),
        Key::L,
    );
    window.step();
    assert_ne!(window.ctx.theme(), dark);
}

#[test]
fn unsaved_work_is_asked_about_before_the_window_closes() {
    let mut lab = lab(false);
    lab.apply(Command::ClearDrawing);
    lab.apply(Command::Quit);
    assert!(!lab.closing && lab.dialog.is_some());
    lab.apply(Command::Quit);
    assert!(lab.closing);
}

/// Everything that takes the experiment away.
fn takers(file: &FilePath) -> [Command; 3] {
    [
        Command::LoadPreset("rings"),
        Command::Open(file.to_owned()),
        Command::Quit,
    ]
}

/// A laboratory with a change that is in no file.
fn changed_lab() -> Lab {
    let mut lab = lab(false);
    let mut changed = lab.editor.experiment().clone();
    changed.seed += 1;
    lab.apply(Command::Edit(Box::new(changed)));
    lab
}

#[test]
fn whatever_takes_unsaved_work_away_asks_once_and_by_one_rule() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checkerboard.ron");
    let preset = presets::find("checkerboard").unwrap();
    atomic_write(&file, preset.ron.as_bytes()).unwrap();
    for command in takers(&file) {
        let done = |lab: &Lab| match command {
            Command::Quit => lab.closing,
            Command::Open(_) => lab.editor.experiment().words.name == "checkerboard",
            _ => lab.editor.experiment().words.name == "rings",
        };
        // Without changes nothing is asked.
        let mut clean = lab(false);
        clean.apply(command.clone());
        assert!(done(&clean) && clean.dialog.is_none(), "{command:?}");

        // Cancel keeps everything.
        let mut lab = changed_lab();
        let before = lab.editor.experiment().clone();
        lab.apply(command.clone());
        assert!(
            matches!(lab.dialog, Some(Dialog::Unsaved(_))),
            "{command:?}"
        );
        lab.apply(Command::DismissDialogs);
        assert!(lab.editor.dirty() && lab.dialog.is_none());
        assert_eq!(lab.editor.experiment(), &before);

        // Discard goes on.
        lab.apply(command.clone());
        lab.apply(Command::DiscardChanges);
        assert!(done(&lab) && lab.dialog.is_none(), "{command:?}");

        // Save without a file asks for one first, then goes on.
        let mut lab = changed_lab();
        lab.apply(command.clone());
        lab.apply(Command::SaveFirst);
        assert!(matches!(lab.dialog, Some(Dialog::File(_))), "{command:?}");
        assert!(!done(&lab), "{command:?}");
        let saved = folder.path().join("work.ron");
        lab.apply(Command::SaveAs(saved.clone()));
        assert!(done(&lab), "{command:?} {:?}", lab.messages);
        let text = std::fs::read_to_string(&saved).unwrap();
        assert_eq!(Experiment::from_ron(&text).unwrap().seed, before.seed);

        // Save with a file goes on at once.
        let mut lab = changed_lab();
        lab.apply(Command::SaveAs(saved.clone()));
        let mut changed = lab.editor.experiment().clone();
        changed.seed += 10;
        lab.apply(Command::Edit(Box::new(changed.clone())));
        lab.apply(command.clone());
        lab.apply(Command::SaveFirst);
        assert!(done(&lab), "{command:?}");
        let text = std::fs::read_to_string(&saved).unwrap();
        assert_eq!(Experiment::from_ron(&text).unwrap().seed, changed.seed);
    }
}

#[test]
fn saving_that_is_called_off_or_fails_takes_nothing_away() {
    let mut lab = changed_lab();
    lab.apply(Command::Quit);
    lab.apply(Command::SaveFirst);
    lab.apply(Command::DismissDialogs);
    let folder = tempfile::tempdir().unwrap();
    lab.apply(Command::SaveAs(folder.path().join("later.ron")));
    assert!(!lab.closing, "the wish to quit was called off");

    let mut lab = changed_lab();
    lab.apply(Command::Quit);
    lab.apply(Command::SaveFirst);
    lab.apply(Command::SaveAs("/nowhere/at/all.ron".into()));
    assert!(!lab.closing && lab.editor.dirty());
    assert_eq!(lab.messages.len(), 1, "{:?}", lab.messages);
    lab.apply(Command::SaveAs(folder.path().join("mended.ron")));
    assert!(lab.closing);
}

#[test]
fn the_question_is_a_dialog_that_names_the_weights_and_a_dropped_file_asks_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rings.ron");
    atomic_write(&file, presets::find("rings").unwrap().ron.as_bytes()).unwrap();
    let mut window = window(true);
    wait(&mut window, "training starts", |f| f.step > 0);
    window.state_mut().lab.apply(Command::ClearDrawing);
    window
        .input_mut()
        .dropped_files
        .push(Arc::new(Dropped(file)));
    window.step();
    window.run_ok();
    assert_eq!(
        draft(&window).words.name,
        "untitled",
        "nothing is replaced yet"
    );
    assert_eq!(
        window
            .query_all_by_label_contains("weights that were learned")
            .count(),
        1
    );
    for answer in ["Discard", "Cancel"] {
        window.get_by_label(answer);
    }
    key(&mut window, Modifiers::NONE, Key::Escape);
    assert!(window.state().lab.dialog.is_none());
    window.state_mut().lab.apply(Command::LoadPreset("rings"));
    window.run_ok();
    window.get_by_label("Discard").click();
    window.run_ok();
    assert_eq!(draft(&window).words.name, "rings");
}

/// The files in the folder where unsaved work is kept.
fn kept_files(folder: &FilePath) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let names = entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// Waits until the folder is as wanted.
#[track_caller]
fn wait_for_files(folder: &FilePath, what: &str, wanted: impl Fn(&[String]) -> bool) {
    let start = Instant::now();
    while !wanted(&kept_files(folder)) {
        assert!(
            start.elapsed() < PATIENCE,
            "{what}: {:?}",
            kept_files(folder)
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn has_work(files: &[String]) -> bool {
    files.iter().any(|name| name.ends_with(".ron"))
}

fn draw_something(lab: &mut Lab) {
    lab.apply(Command::PaintSegment {
        from: [-1.0, 0.0],
        to: [1.0, 1.0],
        erase: false,
    });
    lab.apply(Command::EndStroke);
}

#[test]
fn unsaved_work_survives_a_crash_drawing_included_and_a_clean_end_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let place = Some(folder.path().to_owned());
    let mut lost = lab(false);
    lost.keep_in(place.clone());
    lost.keep_unsaved();
    assert!(!lost.has_unkept());
    draw_something(&mut lost);
    assert!(lost.has_unkept());
    lost.keep_unsaved();
    assert!(!lost.has_unkept());
    wait_for_files(folder.path(), "the work is kept", has_work);
    let work = lost.editor.experiment().clone();
    let mut neighbour = lab(false);
    neighbour.keep_in(place.clone());
    assert!(
        neighbour.dialog.is_none(),
        "a living window's work is its own"
    );
    // A crash: the window goes without having been closed.
    drop(lost);

    let mut next = lab(false);
    next.keep_in(place.clone());
    assert!(matches!(next.dialog, Some(Dialog::Restore)));
    next.apply(Command::RestoreUnsaved);
    assert!(next.dialog.is_none());
    assert_eq!(next.editor.experiment(), &work);
    assert!(next.editor.dirty(), "it is in no file yet");
    assert_eq!(next.editor.path(), None);
    assert!(
        has_work(&kept_files(folder.path())),
        "and kept all the time"
    );
    next.apply(Command::Undo);
    assert_eq!(
        next.editor.experiment(),
        &experiment(),
        "restoring can be undone"
    );
    next.apply(Command::Redo);
    next.apply(Command::Quit);
    next.apply(Command::DiscardChanges);
    assert!(next.closing);
    drop((next, neighbour));
    assert_eq!(kept_files(folder.path()), [""; 0]);
}

#[test]
fn saved_work_is_not_kept_and_discarded_work_is_not_offered_again() {
    let folder = tempfile::tempdir().unwrap();
    let place = Some(folder.path().join("config"));
    let kept = folder.path().join("config");
    let mut first = lab(false);
    first.keep_in(place.clone());
    draw_something(&mut first);
    first.keep_unsaved();
    wait_for_files(&kept, "the work is kept", has_work);
    first.apply(Command::SaveAs(folder.path().join("work.ron")));
    first.keep_unsaved();
    wait_for_files(&kept, "it is in a file now", <[String]>::is_empty);
    draw_something(&mut first);
    first.apply(Command::ClearDrawing);
    first.keep_unsaved();
    wait_for_files(&kept, "the next change is kept", has_work);
    drop(first);

    let mut second = lab(false);
    second.keep_in(place.clone());
    second.apply(Command::DismissDialogs);
    drop(second);
    let mut third = lab(false);
    third.keep_in(place.clone());
    assert!(
        matches!(third.dialog, Some(Dialog::Restore)),
        "it was put off"
    );
    third.apply(Command::DiscardUnsaved);
    assert!(third.dialog.is_none());
    wait_for_files(&kept, "it is gone", <[String]>::is_empty);
}

#[test]
fn a_window_that_nothing_moves_in_or_that_is_hidden_still_keeps_its_work() {
    for hidden in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let mut window = window(false);
        window
            .state_mut()
            .lab
            .keep_in(Some(folder.path().to_owned()));
        window.run_ok();
        if hidden {
            let viewport = egui::ViewportId::ROOT;
            let info = window.input_mut().viewports.get_mut(&viewport).unwrap();
            info.minimized = Some(true);
        }
        draw_something(&mut window.state_mut().lab);
        let start = Instant::now();
        while !has_work(&kept_files(folder.path())) {
            assert!(start.elapsed() < PATIENCE, "hidden: {hidden}");
            window.step();
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn without_a_folder_nothing_is_kept_and_one_notice_says_so() {
    let mut lab = lab(false);
    lab.keep_in(None);
    draw_something(&mut lab);
    lab.keep_unsaved();
    wait_for_notice(&mut lab, "Unsaved work is not kept");
    lab.notify(String::new());
    lab.apply(Command::ClearDrawing);
    lab.keep_unsaved();
    lab.apply(Command::Quit);
    lab.apply(Command::DiscardChanges);
    std::thread::sleep(Duration::from_millis(100));
    lab.tick();
    assert_eq!(lab.notice, "", "it is said once");
    assert!(lab.closing);
}

/// Dialogs of the desktop that answer like this; and how many were shown.
fn desktop(answer: Option<PathBuf>) -> (Picker, Arc<AtomicUsize>) {
    let shown = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&shown);
    let picker = move |_: &Question| -> Answer {
        counter.fetch_add(1, Ordering::Relaxed);
        Box::pin(std::future::ready(answer.clone()))
    };
    (Arc::new(picker), shown)
}

#[test]
fn the_desktops_dialog_opens_saves_and_exports_and_a_suffix_never_replaces_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let mut lab = lab(false);
    let wanted = folder.path().join("work");
    let (picker, shown) = desktop(Some(wanted.clone()));
    lab.use_picker(picker);
    lab.apply(Command::AskPath(Purpose::Save));
    assert!(lab.dialog.is_none());
    lab.tick();
    let written = folder.path().join("work.ron");
    assert_eq!(lab.editor.path(), Some(written.as_path()));
    // The desktop asks before it replaces `work`, not before `work.ron`.
    let text = std::fs::read_to_string(&written).unwrap();
    lab.apply(Command::StepOnce);
    draw_something(&mut lab);
    lab.apply(Command::AskPath(Purpose::Save));
    lab.tick();
    assert!(matches!(lab.dialog, Some(Dialog::File(_))));
    assert_eq!(std::fs::read_to_string(&written).unwrap(), text);
    lab.apply(Command::DismissDialogs);
    assert_eq!(shown.load(Ordering::Relaxed), 2);

    let (picker, _) = desktop(Some(written));
    lab.use_picker(picker);
    lab.apply(Command::AskPath(Purpose::Open));
    lab.tick();
    assert!(
        matches!(lab.dialog, Some(Dialog::Unsaved(_))),
        "the rule holds here, too"
    );
}

#[test]
fn a_cancelled_or_broken_dialog_of_the_desktop_leaves_a_way_and_the_windows_own_is_in_the_menu() {
    let mut lab = changed_lab();
    let (picker, shown) = desktop(None);
    lab.use_picker(picker);
    lab.apply(Command::Quit);
    lab.apply(Command::SaveFirst);
    assert!(!lab.closing);
    lab.tick();
    assert!(lab.notice.contains("Open by path"), "{}", lab.notice);
    assert!(!lab.closing && lab.editor.dirty() && lab.dialog.is_none());
    for purpose in [Purpose::Open, Purpose::Save, Purpose::Export] {
        let here = Command::AskPathHere(purpose);
        assert!(ALL.iter().any(|action| (action.command)(&lab) == here));
        lab.apply(here);
        assert!(matches!(lab.dialog, Some(Dialog::File(_))));
        lab.apply(Command::DismissDialogs);
    }
    assert_eq!(shown.load(Ordering::Relaxed), 1);
    // One that never answers does not block the way.
    lab.use_picker(Arc::new(|_: &Question| -> Answer {
        Box::pin(std::future::pending())
    }));
    lab.apply(Command::AskPath(Purpose::Open));
    lab.tick();
    assert!(lab.dialog.is_none());
    lab.apply(Command::AskPath(Purpose::Open));
    assert!(matches!(lab.dialog, Some(Dialog::File(_))));
}

/// A press of the key that bears `key` and stands where a US keyboard has `physical`.
fn press_on(window: &mut Window, key: Key, physical: Key, modifiers: Modifiers) {
    for pressed in [true, false] {
        window.event(Event::Key {
            key,
            physical_key: Some(physical),
            pressed,
            repeat: false,
            modifiers,
        });
    }
    window.step();
}

#[test]
fn keys_follow_their_letter_on_every_layout() {
    let mut window = window(false);
    let before = weight(draft(&window));
    draw_something(&mut window.state_mut().lab);
    let painted = weight(draft(&window));
    assert!(painted > before);
    let redo = Modifiers::COMMAND.plus(Modifiers::SHIFT);
    // AZERTY has Z where a US keyboard has W, QWERTZ has it where that has Y.
    for (wrong, place) in [(Key::W, Key::W), (Key::Y, Key::Y)] {
        press_on(&mut window, wrong, Key::Z, Modifiers::COMMAND);
        assert_eq!(
            weight(draft(&window)),
            painted,
            "{wrong:?} in the place of Z"
        );
        press_on(&mut window, Key::Z, place, Modifiers::COMMAND);
        assert_eq!(
            weight(draft(&window)),
            before,
            "Z in the place of {place:?}"
        );
        press_on(&mut window, Key::Z, place, redo);
        assert_eq!(weight(draft(&window)), painted);
    }
    // AZERTY has A and Q, and M and the comma, in each other's places.
    press_on(&mut window, Key::Q, Key::A, Modifiers::COMMAND);
    assert!(
        matches!(window.state().lab.dialog, Some(Dialog::Unsaved(_))),
        "Q quits"
    );
}

#[test]
fn digits_work_where_they_need_shift() {
    let mut window = window(false);
    let shown = |window: &Window| draft(window).view.layers.contains(&Layer::Field);
    let first = shown(&window);
    // The key of the 6 bears a minus on AZERTY.
    press_on(&mut window, Key::Minus, Key::Num6, Modifiers::NONE);
    assert_eq!(shown(&window), !first);
    press_on(&mut window, Key::Num6, Key::Num6, Modifiers::SHIFT);
    assert_eq!(shown(&window), first);
    // A key that has a meaning of its own keeps it: on a programmer's Dvorak `[` is in the place of the 2.
    let radius = window.state().lab.brush.radius;
    let targets = draft(&window).view.layers.contains(&Layer::Target);
    press_on(&mut window, Key::OpenBracket, Key::Num2, Modifiers::NONE);
    assert!(window.state().lab.brush.radius < radius);
    assert_eq!(draft(&window).view.layers.contains(&Layer::Target), targets);
}

#[test]
fn the_brush_changes_its_size_without_brackets() {
    let mut window = window(false);
    let radius = |window: &Window| window.state().lab.brush.radius;
    let before = radius(&window);
    key(&mut window, Modifiers::NONE, Key::ArrowUp);
    assert!((radius(&window) - 1.25 * before).abs() < 1e-9);
    key(&mut window, Modifiers::NONE, Key::ArrowDown);
    assert!((radius(&window) - before).abs() < 1e-9);
    key(&mut window, Modifiers::NONE, Key::CloseBracket);
    assert!((radius(&window) - 1.25 * before).abs() < 1e-9);
}

/// The texts that a frame paints, with their boxes on the screen, clipped where they are.
fn painted_texts(window: &Window) -> Vec<(String, egui::Rect)> {
    let mut texts = Vec::new();
    for clipped in &window.output().shapes {
        collect_texts(&clipped.shape, clipped.clip_rect, &mut texts);
    }
    texts
}

fn collect_texts(shape: &egui::Shape, clip: egui::Rect, texts: &mut Vec<(String, egui::Rect)>) {
    match shape {
        egui::Shape::Vec(shapes) => {
            for shape in shapes {
                collect_texts(shape, clip, texts);
            }
        }
        egui::Shape::Text(text) => {
            // Half the height: lines of text may interlock.
            let rect = text.visual_bounding_rect().intersect(clip);
            let rect = rect.scale_from_center2(vec2(1.0, 0.5));
            if rect.is_positive() && !text.galley.text().trim().is_empty() {
                texts.push((text.galley.text().to_owned(), rect));
            }
        }
        _ => {}
    }
}

#[test]
fn no_text_lies_on_another_in_small_and_large_windows() {
    for (size, scale) in [
        (vec2(900.0, 600.0), 1.0),
        (vec2(1366.0, 768.0), 1.0),
        (vec2(1600.0, 1000.0), 1.0),
        (vec2(900.0, 600.0), 2.0),
    ] {
        for brush in [false, true] {
            let mut window = window_of(size, scale, false);
            let lab = &mut window.state_mut().lab;
            // Maps cover each other: one of them is enough for anybody.
            let covered = |layer: &Layer| {
                let maps = Layer::FIELD_MAPS.iter().chain(&Layer::EXACT_MAPS);
                // So do the pairs of a batch and those of a block.
                let others = [&Layer::Likelihood, &Layer::Block];
                *layer != Layer::FieldError && maps.chain(others).any(|map| map == layer)
            };
            // Beside the bar of the brush there is no room for all of them in the smallest window.
            let all = Layer::ALL
                .into_iter()
                .filter(|layer| !brush && !covered(layer));
            for layer in all {
                if !lab.editor.experiment().view.layers.contains(&layer) {
                    lab.apply(Command::ToggleLayer(layer));
                }
            }
            if brush {
                lab.apply(Command::DrawTarget(Side::Target));
            }
            wait(&mut window, "the first picture", |f| {
                f.products.trajectories.made.is_some()
            });
            window.run_ok();
            let texts = painted_texts(&window);
            assert!(texts.len() > 60, "{}", texts.len());
            for wanted in ["t = 0", "t = 1"] {
                let found = texts.iter().any(|(text, _)| text.contains(wanted));
                assert!(found, "{size} {wanted}");
            }
            for (k, (text, rect)) in texts.iter().enumerate() {
                for (other, other_rect) in &texts[k + 1..] {
                    let shared = rect.intersect(*other_rect);
                    let apart = !shared.is_positive() || shared.width() < 1.0;
                    assert!(
                        apart,
                        "{size} x{scale} brush {brush}: {text:?} {rect} and {other:?} {other_rect}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_finished_run_opens_with_its_weights_and_training_goes_on_from_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut short = experiment();
    short.training.steps = 30;
    run(
        &short,
        folder.path(),
        &RunOptions::default(),
        &mut Unobserved,
    )
    .unwrap();
    let mut lab = lab(false);
    lab.apply(Command::Open(folder.path().to_owned()));
    assert_eq!(lab.messages, Vec::<String>::new());
    assert_eq!(lab.editor.path(), None, "a run's files stay as they are");
    let opened = wait_lab(&lab, "its picture", |f| {
        f.products.trajectories.made.is_some()
    });
    assert_eq!(opened.experiment.training.steps, 30);
    assert_eq!(opened.loss.len(), 30, "the curve comes back, too");
    let step = opened.products.trajectories.made.as_ref().unwrap().of.step;
    lab.apply(Command::Train);
    wait_lab(&lab, "training goes on", |f| f.step > step + 3);
}

/// The rest of an interrupted run trains by itself; its losses and steps are there.
#[test]
fn an_interrupted_run_opens_and_trains_on_and_save_run_writes_such_a_one() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("mine");
    let mut lab = lab(true);
    wait_lab(&lab, "it trains", |f| f.step > 200);
    lab.apply(Command::Pause);
    let paused = wait_lab(&lab, "it pauses", |f| f.state == RunState::Paused).step;
    lab.apply(Command::AskPathHere(Purpose::SaveRun));
    lab.apply(Command::SaveRun(out.clone()));
    assert!(lab.dialog.is_none());
    wait_for_notice(&mut lab, "Saved the run in ");
    assert!(!out.join("metrics.json").exists());
    lab.apply(Command::LoadPreset("rings"));
    wait_lab(&lab, "another run", |f| f.experiment.words.name == "rings");
    lab.apply(Command::Open(out.clone()));
    assert_eq!(lab.messages, Vec::<String>::new());
    let opened = wait_lab(&lab, "it trains on", |f| f.step > paused);
    assert_eq!(opened.experiment.words.name, "two-moons");
    assert_eq!(
        opened.loss.len() as u64,
        opened.step,
        "the curve comes back, too"
    );
    // The same from the command line; a finished run waits to be asked.
    for (steps, trains) in [(opened.experiment.training.steps, true), (paused, false)] {
        let mut run = folder::open(&out).unwrap();
        run.experiment.training.steps = steps;
        let mut state = TrainingState::clone(&run.saved.state);
        (state.experiment, state.plan.steps) = (run.experiment.clone(), steps);
        run.saved.state = Arc::new(state);
        let start = Start {
            experiment: run.experiment,
            trained: vec![Some(run.saved)],
            file: None,
        };
        let app = App::new(&egui::Context::default(), start).unwrap();
        let wanted = |f: &Frame| f.state == RunState::Finished || f.step > paused;
        let frame = wait_lab(&app.lab, "it is there", wanted);
        assert_eq!(
            (frame.step > paused, frame.state == RunState::Finished),
            (trains, !trains)
        );
    }
    // A state of another network is a sentence, and the window stays as it was.
    let mut other = experiment();
    other.model.hidden = vec![9];
    atomic_write(&out.join("experiment.ron"), other.to_ron().as_bytes()).unwrap();
    lab.apply(Command::Open(out));
    assert!(
        lab.messages[0].contains("another network"),
        "{:?}",
        lab.messages
    );
    assert!(lab.messages[0].contains("--fresh"), "{:?}", lab.messages);
    assert_eq!(lab.editor.experiment().model.hidden, [16, 16]);
}

#[test]
fn every_control_of_window_and_dialogs_has_a_name() {
    let mut window = window(false);
    window.run();
    for command in [
        Command::ShowPalette,
        Command::ShowHelp,
        Command::ShowDefinitions,
        Command::ShowPresets,
        Command::AskPath(Purpose::Open),
        Command::AskPathHere(Purpose::SaveRun),
        Command::AskPath(Purpose::Export),
    ] {
        window.state_mut().lab.apply(command);
        window.run();
        let names = window
            .query_all(by().predicate(|node| node.label().is_some()))
            .count();
        assert!(names > 60, "{names}");
        window.state_mut().lab.apply(Command::DismissDialogs);
        window.run();
    }
}

#[test]
fn a_minimised_window_goes_on_training_and_holds_the_play_head() {
    let mut window = window(true);
    wait(&mut window, "training starts", |f| f.step > 0);
    let viewport = egui::ViewportId::ROOT;
    let info = window.input_mut().viewports.get_mut(&viewport).unwrap();
    info.minimized = Some(true);
    window.step();
    window.state_mut().lab.apply(Command::TogglePlay);
    let (t, step) = (window.state().lab.play.t, frame(&window).step);
    window.run_steps(5);
    assert_eq!(window.state().lab.play.t, t);
    wait(&mut window, "training goes on", |f| f.step > step + 10);
}

/// What a hand can do to a window.
#[derive(Clone, Debug)]
enum Move {
    Hover(f32, f32),
    Button(PointerButton, bool),
    Key(usize, u8),
    Text(char),
    Scroll(f32),
    Frames(u8),
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        4 => (0.0..SIZE.x, 0.0..SIZE.y).prop_map(|(x, y)| Move::Hover(x, y)),
        4 => (any::<bool>(), any::<bool>()).prop_map(|(left, down)| {
            let button = if left { PointerButton::Primary } else { PointerButton::Secondary };
            Move::Button(button, down)
        }),
        3 => (0..Key::ALL.len(), 0..8_u8).prop_map(|(key, modifiers)| Move::Key(key, modifiers)),
        1 => prop::char::range(' ', '~').prop_map(Move::Text),
        1 => (-200.0..200.0_f32).prop_map(Move::Scroll),
        1 => (1..4_u8).prop_map(Move::Frames),
    ]
}

fn play(window: &mut Window, action: &Move, at: &mut Pos2) {
    match *action {
        Move::Hover(x, y) => {
            *at = pos2(x, y);
            window.hover_at(*at);
        }
        Move::Button(button, pressed) => window.event(Event::PointerButton {
            pos: *at,
            button,
            pressed,
            modifiers: Modifiers::NONE,
        }),
        Move::Key(key, bits) => {
            let modifiers = Modifiers {
                shift: bits & 1 != 0,
                alt: bits & 2 != 0,
                ctrl: bits & 4 != 0,
                command: bits & 4 != 0,
                ..Modifiers::NONE
            };
            // Enter could write a file from a dialog into the folder of the test.
            if Key::ALL[key] != Key::Enter {
                window.key_press_modifiers(modifiers, Key::ALL[key]);
            }
        }
        Move::Text(letter) => window.event(Event::Text(letter.to_string())),
        Move::Scroll(y) => window.event(Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: vec2(0.0, y),
            phase: egui::TouchPhase::Move,
            modifiers: Modifiers::NONE,
            source: egui::MouseWheelSource::Unknown,
        }),
        Move::Frames(n) => window.run_steps(usize::from(n)),
    }
    window.step();
}

#[test]
fn five_hundred_random_events_do_not_break_the_window() {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let mut window = window(true);
    let mut at = Pos2::ZERO;
    for _ in 0..500 {
        let action = moves().new_tree(&mut runner).unwrap().current();
        play(&mut window, &action, &mut at);
    }
    let app = window.state_mut();
    app.lab.apply(Command::LoadPreset("two-moons"));
    // If the hand has changed something, the question comes first.
    app.lab.apply(Command::DiscardChanges);
    app.lab.apply(Command::Train);
    wait(&mut window, "training still works", |f| {
        f.experiment.words.name == "two-moons" && f.step > 0
    });
}

#[test]
fn a_failure_is_shown_until_training_goes_on() {
    let broken = Arc::new(AtomicBool::new(true));
    let is_broken = Arc::clone(&broken);
    let maker = move |experiment: &Experiment, params: &MlpParams| {
        if is_broken.load(Ordering::Relaxed) {
            return Err(EngineError::Device("it is unplugged".to_owned()));
        }
        Engines::cpu(&Crew::alone()).make(experiment, params)
    };
    let options = Options {
        engines: Some(Engines::new("a loose cable", Arc::new(maker))),
        ..Options::default()
    };
    let experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    let mut lab = Lab::new(experiment, None, options, Arc::new(|| ())).unwrap();
    let start = Instant::now();
    while lab.messages.is_empty() {
        assert!(start.elapsed() < PATIENCE, "{:?}", lab.frame().state);
        lab.tick();
    }
    assert!(lab.messages[0].contains("unplugged"), "{:?}", lab.messages);
    broken.store(false, Ordering::Relaxed);
    lab.apply(Command::ToggleTraining);
    assert!(lab.messages.is_empty(), "it is of the past");
    while lab.frame().state != RunState::Running {
        assert!(start.elapsed() < PATIENCE, "{:?}", lab.frame().state);
        lab.tick();
    }
    assert!(lab.messages.is_empty(), "{:?}", lab.messages);
}

/// A row of a vocabulary shows in the dialog without a line of the dialog's own.
#[test]
fn the_definitions_have_every_member_of_every_vocabulary() {
    fn assert_all<V: Vocabulary>(window: &Window) {
        for entry in V::MEMBERS.iter().map(Vocabulary::entry) {
            let hints = entry.constants.iter().map(|constant| constant.hint);
            for text in [entry.name, entry.formula].into_iter().chain(hints) {
                let found = window.query_all_by_label_contains(text).next();
                assert!(found.is_some(), "no {text}");
            }
        }
    }
    let mut window = window(false);
    window.state_mut().lab.apply(Command::ShowDefinitions);
    window.run_ok();
    assert_all::<Path>(&window);
    assert_all::<Coupling>(&window);
    assert_all::<Solver>(&window);
    assert_all::<Activation>(&window);
    assert_all::<TimeEmbedding>(&window);
    assert_all::<Optimizer>(&window);
    assert_all::<LearningRate>(&window);
}

#[test]
fn a_member_is_chosen_in_the_palette_and_a_solver_keeps_its_steps() {
    let mut window = window(false);
    for (typed, chosen) in [
        ("path ve", "Ve(sigma_min"),
        ("solver heun", "Heun(steps: 60)"),
    ] {
        let mut experiment = draft(&window).clone();
        experiment.readout.solver = experiment.readout.solver.with_steps(60);
        window
            .state_mut()
            .lab
            .apply(Command::Edit(Box::new(experiment)));
        window.state_mut().lab.apply(Command::ShowPalette);
        window.run_ok();
        window.event(Event::Text(typed.to_owned()));
        window.run_ok();
        key(&mut window, Modifiers::NONE, Key::Enter);
        let file = draft(&window).to_ron();
        assert!(file.contains(chosen), "{file}");
    }
}
