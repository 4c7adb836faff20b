//! Several lanes in the window, driven by labels, the pointer and keys as a person drives it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod frames;
mod window;

use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers, Pos2, Rect, Shape as Painted, Vec2, pos2, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use pushforward::experiment::{Experiment, Layer, Velocity, presets};
use pushforward::flow::distribution::Shape;
use pushforward::flow::path::Path;
use pushforward::session::{Advance, Options};
use pushforward::snapshot::{Frame, LaneId};
use pushforward::ui::command::{Side, Tool};
use pushforward::ui::comparison::Comparison;
use pushforward::ui::editor::{Group, LaneDraft, Scope};
use pushforward::ui::page::Page;
use pushforward::ui::{Command, Lab};

use frames::{PATIENCE, frames, wait};
use window::{SIZE, Window, window_on};

/// Two moons with networks and metrics so small that six of them do not take long.
fn experiment() -> Experiment {
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    experiment.model.hidden = vec![8, 8];
    experiment.training.batch = 32;
    experiment.training.steps = 1_000_000;
    experiment.readout.evaluation.samples = 64;
    experiment.readout.evaluation.w2_samples = 32;
    experiment.readout.solver = experiment.readout.solver.with_steps(10);
    experiment.view.particles = 100;
    experiment.view.trajectories = 50;
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

fn window_of(size: Vec2, autostart: bool) -> Window {
    window_on(lab(autostart), size, 1.0)
}

fn apply(window: &mut Window, command: Command) {
    window.state_mut().lab.apply(command);
    window.step();
    window.step();
}

fn has_picture(frame: &Frame) -> bool {
    frame.products.trajectories.get().is_some()
}

fn ids(window: &Window) -> Vec<LaneId> {
    let lanes = window.state().lab.editor.lanes().iter();
    lanes.map(LaneDraft::id).collect()
}

fn key(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.step();
    window.step();
}

fn canvas(window: &Window, lane: usize) -> Rect {
    window
        .get_by_label(&format!("Canvas of lane {lane}"))
        .rect()
}

fn press(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.step();
    window.step();
}

/// The grid of paths by couplings, made with the menu.
fn six_lanes(size: Vec2) -> Window {
    let mut window = window_of(size, true);
    window.step();
    window.step();
    press(&mut window, "Compare");
    press(&mut window, "Compare cond-OT, VP and VE");
    assert_eq!(ids(&window).len(), 6);
    window
}

/// Where a particle of lane `lane`, counted from 1, is on the screen.
fn on_screen(window: &Window, lane: usize, particle: usize) -> Pos2 {
    let app = window.state();
    let frame = &frames(&app.lab)[lane - 1];
    let followed = frame.products.trajectories.get().unwrap();
    let at = followed.trajectories.position(particle, app.lab.play.t);
    let rect = canvas(window, lane);
    let camera = app.lab.camera.unwrap();
    let scale = f64::from(rect.height()) / camera.height;
    let from_middle = [at[0] - camera.center.0, camera.center.1 - at[1]];
    rect.center()
        + vec2(
            (scale * from_middle[0]) as f32,
            (scale * from_middle[1]) as f32,
        )
}

/// How many lines and discs of the marks' colour are painted within the box.
fn marks(window: &Window, within: Rect) -> usize {
    fn count(shape: &Painted, within: Rect) -> usize {
        let attention = egui::Color32::from_rgb(0xf0, 0xb3, 0x5a);
        match shape {
            Painted::Vec(shapes) => shapes.iter().map(|shape| count(shape, within)).sum(),
            Painted::Path(path) => usize::from(
                path.stroke.color == egui::epaint::ColorMode::Solid(attention)
                    && within.intersects(path.visual_bounding_rect()),
            ),
            Painted::Circle(disc) => {
                usize::from(disc.fill == attention && within.contains(disc.center))
            }
            _ => 0,
        }
    }
    let shapes = window.output().shapes.iter();
    shapes.map(|clipped| count(&clipped.shape, within)).sum()
}

#[test]
fn the_classic_grid_plays_marks_a_particle_changes_and_survives_saving() {
    let mut window = six_lanes(SIZE);
    let lanes = wait(&mut window, "six lanes train", |f| {
        f.step > 0 && has_picture(f)
    });
    for (lane, label) in ["cond-OT, independent", "VP", "VE", "batch-OT"]
        .iter()
        .enumerate()
    {
        window.get_by_label(&format!("Lane {}: {label}", lane + 1));
    }

    // The same particles start in every lane: VE spreads them, and nothing else.
    let starts = |frame: &Frame| {
        let scale = frame.experiment.problem.path.source_scale();
        let followed = frame.products.trajectories.get().unwrap();
        let first = followed.trajectories.first().iter();
        first.map(|p| p.map(|x| x / scale)).collect::<Vec<_>>()
    };
    let first = starts(&lanes[0]);
    for lane in &lanes {
        let apart = starts(lane)
            .iter()
            .zip(&first)
            .map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1]))
            .fold(0.0, f64::max);
        assert!(apart < 1e-12, "{:?}: {apart}", lane.experiment.problem.path);
    }

    // One clock.
    apply(&mut window, Command::SetTime(0.1));
    let before = window.state().lab.play.t;
    press(&mut window, "Play time");
    wait(&mut window, "time moves", |_| true);
    window.run_steps(5);
    assert!(window.state().lab.play.t != before);
    apply(&mut window, Command::SetTime(0.6));
    press(&mut window, "Train or pause");

    // A click on a particle marks it in every lane.
    let camera = pushforward::experiment::Camera {
        center: (0.0, 0.0),
        height: 8.0,
    };
    apply(&mut window, Command::SetCamera(Some(camera)));
    wait(&mut window, "nothing is on its way", has_picture);
    let at = on_screen(&window, 2, 7);
    window.hover_at(at);
    window.step();
    window.drag_at(at);
    window.drop_at(at);
    window.step();
    window.step();
    let lab = &window.state().lab;
    assert_eq!((lab.picked, lab.editor.selected()), (Some(7), 1));
    window.step();
    // Of VE, lanes 3 and 6, the particle may be outside: untrained, it stays ten times as far out as it starts elsewhere.
    for lane in [1, 2, 4, 5] {
        let n = marks(&window, canvas(&window, lane));
        assert!(n >= 2, "lane {lane}: {n}");
    }

    // The coupling of this lane alone; the drawing of all.
    let coupling = |window: &Window, lane: usize| {
        let lanes = window.state().lab.editor.lanes();
        lanes[lane - 1].experiment().problem.coupling.name()
    };
    window.get_by_label("coupling: this lane");
    let choice = window.get_by_role_and_label(Role::ComboBox, "Coupling");
    choice.click();
    window.step();
    window.step();
    // Headers and tables name the coupling, too; the list is over the left panel.
    let item = window
        .get_all_by_label("batch-OT")
        .find(|item| item.rect().max.x < 270.0);
    item.unwrap().click();
    window.step();
    window.step();
    assert_eq!(
        [1, 2, 3].map(|lane| coupling(&window, lane)),
        ["independent", "batch-OT", "independent"]
    );
    apply(&mut window, Command::DrawTarget(Side::Target));
    let middle = canvas(&window, 5).center();
    window.hover_at(middle);
    window.drag_at(middle);
    for x in [20.0, 40.0, 60.0] {
        window.hover_at(middle + vec2(x, 0.0));
    }
    window.drop_at(middle + vec2(60.0, 0.0));
    window.step();
    window.step();
    let lab = &window.state().lab;
    assert_eq!(lab.editor.selected(), 4, "a stroke selects its lane");
    let drawn = lab.editor.experiment().problem.target.clone();
    assert!(matches!(drawn.shape, Shape::Drawn(_)));
    let lanes = lab.editor.lanes().iter();
    assert!(
        lanes
            .clone()
            .all(|lane| lane.legal().problem.target == drawn)
    );
    wait(&mut window, "all lanes study the drawing", |f| {
        f.experiment.problem.target == drawn
    });
    apply(&mut window, Command::SetTool(Tool::Pan));

    // A lane goes and comes back.
    let before = (ids(&window), window.state().lab.editor.document().clone());
    press(&mut window, "Menu of lane 3");
    press(&mut window, "Remove");
    assert_eq!(ids(&window).len(), 5);
    key(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(
        (ids(&window), window.state().lab.editor.document().clone()),
        before
    );
    let notice = &window.state().lab.notice;
    assert!(
        notice.contains("VE is back") && notice.contains("anew"),
        "{notice}"
    );
    wait(&mut window, "it has a picture again", has_picture);

    // The figure is that of all lanes, with their titles.
    let folder = tempfile::tempdir().unwrap();
    let figure = folder.path().join("grid.svg");
    apply(&mut window, Command::Export(figure.clone()));
    wait(&mut window, "it is written", |_| figure.exists());
    let written = std::fs::read_to_string(&figure).unwrap();
    assert!(written.contains("VE, batch-OT"), "{}", written.len());

    // What is saved is opened as it was.
    let file = folder.path().join("grid.ron");
    apply(&mut window, Command::SaveAs(file.clone()));
    assert!(!window.state().lab.editor.dirty());
    let saved = window.state().lab.editor.document().clone();
    apply(&mut window, Command::LoadPreset("rings"));
    assert_eq!(ids(&window).len(), 1);
    apply(&mut window, Command::Open(file));
    let lab = &window.state().lab;
    assert!(
        lab.editor.document().is_same_work(&saved),
        "{:?}",
        lab.messages
    );
    wait(&mut window, "six lanes again", |f| {
        f.step > 0 && has_picture(f)
    });
    window.get_by_label("Lane 6: VE, batch-OT");
}

#[test]
fn lanes_start_from_the_same_weights() {
    let mut window = window_of(SIZE, false);
    window.step();
    apply(&mut window, Command::Compare(Comparison::PathsWithVe));
    wait(&mut window, "six lanes are open", has_picture);
    let folder = tempfile::tempdir().unwrap();
    let mut weights = Vec::new();
    for lane in 0..6 {
        let place = folder.path().join(lane.to_string());
        apply(&mut window, Command::SelectLane(lane));
        apply(&mut window, Command::SaveRun(place.clone()));
        let model = place.join("model.safetensors");
        let start = Instant::now();
        while !window.state().lab.notice.starts_with("Saved the run") {
            assert!(start.elapsed() < PATIENCE, "{}", window.state().lab.notice);
            window.step();
            std::thread::sleep(Duration::from_millis(2));
        }
        let bytes = std::fs::read(model).unwrap();
        // The header names the path of the lane; the numbers come after it.
        let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        weights.push(bytes[8 + header..].to_vec());
    }
    assert!(weights[0].iter().any(|byte| *byte != 0));
    assert!(weights.iter().all(|numbers| *numbers == weights[0]));
}

#[test]
fn lanes_are_added_named_moved_and_chosen_by_keys_and_menus() {
    let mut window = window_of(SIZE, false);
    window.step();
    window.step();
    key(&mut window, Modifiers::COMMAND, Key::D);
    let [first, second] = ids(&window)[..] else {
        panic!("{:?}", ids(&window));
    };
    assert_eq!(window.state().lab.editor.selected(), 1);
    let mut vp = window.state().lab.editor.experiment().clone();
    vp.problem.path = Path::ALL
        .into_iter()
        .find(|path| path.name() == "VP")
        .unwrap();
    apply(&mut window, Command::Edit(Box::new(vp)));
    window.get_by_label("Lane 1: cond-OT");
    press(&mut window, "Lane 2: VP");
    window.get_by_label("path: this lane");
    window.get_by_label("densities: all lanes");

    key(&mut window, Modifiers::NONE, Key::PageDown);
    assert_eq!(window.state().lab.editor.selected(), 0);
    key(&mut window, Modifiers::NONE, Key::PageUp);
    assert_eq!(window.state().lab.editor.selected(), 1);
    press(&mut window, "Menu of lane 2");
    press(&mut window, "Move left");
    assert_eq!(ids(&window), [second, first]);
    assert_eq!(window.state().lab.editor.selected(), 0);

    press(&mut window, "Menu of lane 1");
    press(&mut window, "Rename");
    window.run_steps(3);
    window
        .get_by_label("Title of the lane")
        .type_text("Diffusion");
    window.step();
    window.key_press(Key::Enter);
    window.run_steps(3);
    window.get_by_label("Lane 1: Diffusion");
    assert!(window.state().lab.dialog.is_none());

    apply(&mut window, Command::SetScope(Group::Path, Scope::All));
    window.get_by_label("path: all lanes, which differ");
    for _ in 0..6 {
        apply(&mut window, Command::AddLane(0));
    }
    assert_eq!(ids(&window).len(), 6);
    assert!(window.state().lab.notice.contains("six lanes"));
    apply(&mut window, Command::SetAdvance(Advance::EqualTime));
    assert_eq!(window.state().lab.advance, Advance::EqualTime);
    while window.state().lab.editor.can_undo() {
        key(&mut window, Modifiers::COMMAND, Key::Z);
    }
    assert_eq!(ids(&window), [first]);
    assert!(!window.state().lab.editor.dirty());
}

#[test]
fn what_may_not_be_combined_is_said_and_not_made() {
    let mut window = window_of(SIZE, false);
    let mut shifted = window.state().lab.editor.experiment().clone();
    shifted.problem.source.scale = 2.0;
    apply(&mut window, Command::Edit(Box::new(shifted)));
    apply(&mut window, Command::Compare(Comparison::PathsWithVe));
    let lab = &window.state().lab;
    assert_eq!(lab.editor.lanes().len(), 1);
    assert!(
        lab.messages[0].contains("standard Gaussian"),
        "{:?}",
        lab.messages
    );
    press(&mut window, "Compare");
    window.get_by_label_contains("need the standard Gaussian source");
    press(&mut window, "Compare cond-OT and cosine");
    assert_eq!(ids(&window).len(), 4);
    let lanes = window.state().lab.editor.lanes();
    assert!(lanes.iter().all(|lane| lane.illegal().is_none()));
}

/// The texts that a frame paints, with their boxes on the screen, clipped where they are.
fn painted_texts(window: &Window) -> Vec<(String, Rect)> {
    fn collect(shape: &Painted, clip: Rect, texts: &mut Vec<(String, Rect)>) {
        match shape {
            Painted::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, clip, texts)),
            Painted::Text(text) => {
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
    let mut texts = Vec::new();
    for clipped in &window.output().shapes {
        collect(&clipped.shape, clipped.clip_rect, &mut texts);
    }
    texts
}

#[test]
fn no_text_lies_on_another_with_several_lanes() {
    let lanes = [
        (Comparison::PathsWithVe, vec2(1600.0, 1000.0), false),
        (Comparison::PathsWithVe, vec2(1366.0, 768.0), false),
        (Comparison::PathsOfAnySource, vec2(900.0, 600.0), true),
        (Comparison::Solvers, vec2(1366.0, 768.0), true),
    ];
    for (comparison, size, lecture) in lanes {
        let mut window = window_of(size, false);
        let lab = &mut window.state_mut().lab;
        lab.apply(Command::Compare(comparison));
        lab.apply(Command::ToggleLayer(Layer::Pairs));
        if lecture {
            lab.apply(Command::ToggleLecture);
        }
        wait(&mut window, "the first pictures", has_picture);
        window.run_steps(4);
        let texts = painted_texts(&window);
        for (k, (text, rect)) in texts.iter().enumerate() {
            for (other, other_rect) in &texts[k + 1..] {
                let shared = rect.intersect(*other_rect);
                let apart = !shared.is_positive() || shared.width() < 1.0;
                assert!(
                    apart,
                    "{comparison:?} {size}: {text:?} {rect} and {other:?} {other_rect}"
                );
            }
        }
        let n_lanes = window.state().lab.editor.lanes().len();
        let roomy = size.x > 1000.0 && !lecture;
        let headers = texts
            .iter()
            .filter(|(text, _)| text.starts_with("NFE "))
            .count();
        assert!(
            headers >= n_lanes || !roomy,
            "{headers} of {n_lanes} headers have all numbers"
        );
        let visible = Rect::from_min_size(pos2(0.0, 0.0), size);
        for lane in 1..=n_lanes {
            assert!(
                visible.contains_rect(canvas(&window, lane)),
                "{size}: lane {lane}"
            );
        }
    }
}

/// Eight Gaussians: their exact field is a closed form.
fn with_exact_field() -> Experiment {
    let preset = presets::find("eight-gaussians").unwrap();
    let mut eight = experiment();
    eight.problem = preset.experiment().unwrap().problem;
    eight
}

fn choose(window: &mut Window, combo: &str, item: &str) {
    window.get_by_role_and_label(Role::ComboBox, combo).click();
    window.step();
    window.step();
    // Headers name what lanes are, too; the list is over the left panel.
    let found = window
        .get_all_by_label(item)
        .find(|item| item.rect().max.x < 270.0);
    found.expect(item).click();
    window.step();
    window.step();
}

#[test]
fn learned_beside_exact_is_one_click_and_the_learned_field_comes_back_by_a_switch() {
    let options = Options {
        autostart: true,
        ..Options::default()
    };
    let lab = Lab::new(with_exact_field(), None, options, Arc::new(|| ())).unwrap();
    let mut window = window_on(lab, SIZE, 1.0);
    window.step();
    window.step();
    press(&mut window, "Compare");
    press(&mut window, "Compare: learned beside exact");
    let lanes = wait(&mut window, "both lanes have a picture", |f| {
        has_picture(f) && (f.step > 20 || f.state.is_exact())
    });
    assert_eq!(lanes.len(), 2);
    assert!(!lanes[0].state.is_exact() && lanes[1].state.is_exact());
    assert_eq!((lanes[1].step, lanes[1].loss.len()), (0, 0));
    window.get_by_label("Lane 2: exact");
    apply(&mut window, Command::SelectLane(1));
    window
        .get_all_by_label_contains("Nothing is trained in this lane")
        .next()
        .unwrap();
    window.get_by_label_contains("closed form");
    // Sliders of the exact field, with their sentences.
    let slider = window.get_by_role_and_label(Role::SpinButton, "Rotation, as a number");
    slider.focus();
    let mut turned = window.state().lab.editor.experiment().clone();
    turned.problem.velocity = Velocity::Exact {
        scale: 1.05,
        rotation: 1.0,
    };
    apply(&mut window, Command::Edit(Box::new(turned)));
    window.get_by_label_contains("Same p_t, other trajectories");
    window.get_by_label_contains("Not a flow from p to q");
    // The switch makes it a lane that learns, by itself as the other one; undo brings the exact field back.
    choose(&mut window, "Velocity", "learned");
    wait(&mut window, "both lanes learn", |f| {
        !f.state.is_exact() && f.step > 0
    });
    press(&mut window, "Undo");
    let lanes = wait(&mut window, "the second lane is exact again", |f| {
        f.step > 0 || f.state.is_exact()
    });
    assert!(lanes[0].step > 0);
}

#[test]
fn an_exact_window_offers_nothing_to_train_and_its_loss_says_so() {
    let mut exact = with_exact_field();
    exact.problem.velocity = Velocity::ALL[1];
    let lab = Lab::new(exact, None, Options::default(), Arc::new(|| ())).unwrap();
    let mut window = window_on(lab, SIZE, 1.0);
    wait(&mut window, "it has a picture", has_picture);
    window.step();
    let train = window.get_by_label("Train or pause");
    assert!(train.accesskit_node().is_disabled());
    window.get_by_label("Nothing is trained: the velocity is the exact field.");
    window.get_by_label("nothing is trained");
}

#[test]
fn the_loss_has_its_floor_and_the_gradients_are_compared_by_a_button() {
    let options = Options {
        autostart: true,
        ..Options::default()
    };
    let mut experiment = with_exact_field();
    experiment.model.hidden = vec![4];
    experiment.training.steps = 30;
    let lab = Lab::new(experiment, None, options, Arc::new(|| ())).unwrap();
    let mut window = window_on(lab, SIZE, 1.0);
    apply(&mut window, Command::ShowPage(Page::Training));
    wait(&mut window, "floor and error of the last weights", |f| {
        let error = f.products.fm_error.get();
        f.products.floor.get().is_some() && error.is_some_and(|made| made.of.step == 30)
    });
    window.step();
    window.get_by_label("floor");
    window.get_by_label("FM loss");
    window.get_by_label_contains("of the exact field, by quadrature");
    // It may be below what the window has room for.
    window
        .get_by_label("Compare the gradients")
        .click_accesskit();
    window.step();
    wait(&mut window, "the gradients are being compared", |f| {
        f.products.gradients.under_way || f.products.gradients.get().is_some()
    });
    window.step();
    window.get_by_label("Compare the gradients");
}
