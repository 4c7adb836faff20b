//! Couplings of one's own in the window: a class is painted by its colour, and the coupling that pairs within it is chosen.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod window;

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::Queryable;
use pushforward::experiment::{Experiment, presets};
use pushforward::flow::coupling::Coupling;
use pushforward::flow::distribution::Shape;
use pushforward::session::Options;
use pushforward::ui::command::Side;
use pushforward::ui::{Command, Lab};

use window::{SIZE, Window, window_on};

fn window() -> Window {
    let preset = presets::find("two-moons").unwrap();
    let experiment = preset.experiment().unwrap();
    let options = Options {
        autostart: false,
        ..Options::default()
    };
    let mut lab = Lab::new(experiment, None, options, Arc::new(|| ())).unwrap();
    lab.apply(Command::DrawTarget(Side::Target));
    let mut window = window_on(lab, SIZE, 1.0);
    window.step();
    window.step();
    window
}

fn draft(window: &Window) -> &Experiment {
    window.state().lab.editor.experiment()
}

/// How many cells of the target are of each class.
fn cells(experiment: &Experiment) -> [usize; 9] {
    let Shape::Drawn(drawing) = &experiment.problem.target.shape else {
        return [0; 9];
    };
    let mut counts = [0; 9];
    for (class, weight) in drawing.classes().iter().zip(drawing.cells()) {
        counts[usize::from(*class)] += usize::from(*weight > 0);
    }
    counts
}

/// A short stroke, so far from the middle of the canvas.
fn stroke(window: &mut Window, x: f32) {
    let start = window.get_by_label("Canvas").rect().center() + vec2(x, 0.0);
    window.hover_at(start);
    window.drag_at(start);
    window.hover_at(start + vec2(0.0, 40.0));
    window.drop_at(start + vec2(0.0, 40.0));
    window.step();
    window.step();
}

#[test]
fn a_class_is_painted_taken_back_saved_and_paired() {
    let mut window = window();
    window.get_by_label("Class 3").click();
    window.step();
    window.step();
    assert_eq!(window.state().lab.brush.class, 3);
    stroke(&mut window, -120.0);
    let first = cells(draft(&window));
    assert!(
        first[3] > 100 && first.iter().sum::<usize>() == first[3],
        "{first:?}"
    );
    // The key goes on to the next class, with Shift to the one before.
    window.key_press_modifiers(Modifiers::NONE, Key::B);
    window.step();
    assert_eq!(window.state().lab.brush.class, 4);
    stroke(&mut window, 120.0);
    let both = cells(draft(&window));
    assert!(both[3] == first[3] && both[4] > 100, "{both:?}");
    window.key_press_modifiers(Modifiers::SHIFT, Key::B);
    window.step();
    assert_eq!(window.state().lab.brush.class, 3);

    window.state_mut().lab.apply(Command::Undo);
    assert_eq!(cells(draft(&window)), first);
    window.state_mut().lab.apply(Command::Redo);
    assert_eq!(cells(draft(&window)), both);
    let reopened = Experiment::from_ron(&draft(&window).to_ron()).unwrap();
    assert_eq!(cells(&reopened), both);

    let choice = window.get_by_role_and_label(Role::ComboBox, "Coupling");
    choice.click();
    window.step();
    window.step();
    window.get_by_label("class-wise OT").click();
    window.step();
    window.step();
    let coupling = draft(&window).problem.coupling;
    assert_eq!(coupling, Coupling::ClassOt { batch: 256 });
    assert!(window.state().lab.editor.illegal().is_none());
}

/// Two moons have half turns, about another centre than the Gaussian.
#[test]
fn a_symmetry_that_is_not_there_is_refused_with_a_fix() {
    let mut window = window();
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    experiment.problem.coupling = Coupling::Equivariant {
        batch: 64,
        n: 2,
        mirror: 0,
    };
    window
        .state_mut()
        .lab
        .apply(Command::Edit(Box::new(experiment)));
    window.step();
    window.step();
    let reason = window.state().lab.editor.illegal().unwrap().message.clone();
    assert!(reason.contains("the source does not have it"), "{reason}");
    window.get_by_label("Fix").click();
    window.step();
    window.step();
    assert_eq!(
        draft(&window).problem.coupling,
        Coupling::BatchOt { batch: 64 }
    );
}
