//! The tool that asks: what the pointer shows, what is said of it, and what a click holds.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod frames;
mod window;

use std::sync::Arc;

use egui::{Key, Modifiers, Pos2, vec2};
use egui_kittest::kittest::Queryable;
use pushforward::experiment::{Experiment, presets};
use pushforward::flow::coupling::Coupling;
use pushforward::flow::path::Path;
use pushforward::products::{Answer, Made};
use pushforward::scene::ask::{difference, sentence};
use pushforward::session::Options;
use pushforward::snapshot::Frame;
use pushforward::ui::command::Tool;
use pushforward::ui::comparison::Comparison;
use pushforward::ui::{Command, Lab};

use frames::wait;
use window::{SIZE, Window, window_on};

fn experiment() -> Experiment {
    let mut experiment = presets::find("eight-gaussians")
        .unwrap()
        .experiment()
        .unwrap();
    experiment.model.hidden = vec![8, 8];
    experiment.training.batch = 32;
    experiment.readout.evaluation.samples = 64;
    experiment.readout.evaluation.w2_samples = 32;
    experiment.readout.solver = experiment.readout.solver.with_steps(10);
    experiment.view.particles = 100;
    experiment.view.trajectories = 50;
    experiment
}

fn window_of(experiment: Experiment) -> Window {
    let options = Options {
        autostart: false,
        ..Options::default()
    };
    let mut lab = Lab::new(experiment, None, options, Arc::new(|| ())).unwrap();
    lab.apply(Command::SetTime(0.3));
    let mut window = window_on(lab, SIZE, 1.0);
    window.step();
    window.step();
    window
}

/// The answer to the question that is asked now.
fn answer(frame: &Frame) -> Option<&Arc<Made<Answer>>> {
    let question = frame.look.ask?;
    let answer = frame.products.answer.get()?;
    let posterior = &answer.posterior;
    let is_its = (posterior.at, posterior.t) == (question.at, question.t)
        && answer.before.is_empty() != question.way;
    is_its.then_some(answer)
}

fn is_answered(frame: &Frame) -> bool {
    answer(frame).is_some()
}

fn click(window: &mut Window, at: Pos2) {
    window.hover_at(at);
    window.step();
    window.drag_at(at);
    window.drop_at(at);
    window.step();
    window.step();
}

#[test]
fn pointing_says_how_the_network_differs_and_a_click_holds_it() {
    let mut window = window_of(experiment());
    window.key_press(Key::A);
    window.step();
    window.step();
    assert_eq!(window.state().lab.tool, Tool::Ask);
    window.get_by_label("Point at the canvas.");

    // Hovering: the words of the bar are those of the numbers.
    let middle = window.get_by_label("Canvas").rect().center();
    window.hover_at(middle + vec2(40.0, -30.0));
    let frames = wait(&mut window, "the answer", is_answered);
    let found = answer(&frames[0]).unwrap();
    let fan = found.posterior.fan.as_ref().unwrap();
    let off = difference(fan.velocity, found.velocity).unwrap();
    let words = sentence(found);
    assert!(words.starts_with("The network points "), "{words}");
    let side = if off.angle > 0.0 { "left" } else { "right" };
    let angle = format!("{:.1}° to the {side}", off.angle.abs());
    assert!(words.contains(&angle), "{words} of {off:?}");
    window.step();
    window.get_by_label(&words);
    assert!(found.before.is_empty(), "only what is pinned is solved");

    // The play head closes the ends of the fan in.
    let open = fan.target_variance;
    window.state_mut().lab.apply(Command::SetTime(0.95));
    // Until the trainer has heard of it a frame answers the question before.
    let frames = wait(&mut window, "the answer at another time", |frame| {
        answer(frame).is_some_and(|found| found.posterior.t == 0.95)
    });
    let later = answer(&frames[0]).unwrap().posterior.fan.clone().unwrap();
    assert!(
        later.target_variance < 0.2 * open,
        "{}",
        later.target_variance
    );

    // Pinned, the pointer may go, and the trajectory leads through the point.
    let at = middle + vec2(60.0, 20.0);
    click(&mut window, at);
    let pinned = window.state().lab.pinned.unwrap();
    window.hover_at(middle - vec2(200.0, 100.0));
    let frames = wait(&mut window, "the trajectory", |frame| {
        answer(frame).is_some_and(|found| found.posterior.at == pinned && !found.before.is_empty())
    });
    let found = answer(&frames[0]).unwrap();
    assert_eq!(found.posterior.at, pinned);
    assert_eq!(found.before.last(), Some(&pinned));
    assert_eq!(found.after.first(), Some(&pinned));
    window.get_by_label("Pinned");
    let file = window.state().lab.to_save();
    assert_eq!(file.view.ask, Some((pinned[0], pinned[1])));
    let read = Experiment::from_ron(&file.to_ron()).unwrap();
    assert_eq!(read.view.ask, file.view.ask);

    // Escape lets go, another time puts the tool away.
    window.key_press_modifiers(Modifiers::NONE, Key::Escape);
    window.step();
    assert_eq!(
        (window.state().lab.pinned, window.state().lab.tool),
        (None, Tool::Ask)
    );
    click(&mut window, at);
    assert!(window.state().lab.pinned.is_some());
    click(&mut window, at);
    assert!(window.state().lab.pinned.is_none(), "another click lets go");
    window.key_press_modifiers(Modifiers::NONE, Key::Escape);
    window.step();
    window.step();
    assert_eq!(window.state().lab.tool, Tool::Pan);
    assert!(!window.state().lab.to_save().to_ron().contains("ask:"));
    wait(&mut window, "nothing is asked", |frame| {
        frame.products.answer.get().is_none() && frame.products.posterior.get().is_none()
    });
}

/// Every path and coupling is asked about the same point, and what is known of it is what it is called.
#[test]
fn all_lanes_answer_at_the_same_point() {
    let mut window = window_of(experiment());
    let lab = &mut window.state_mut().lab;
    lab.apply(Command::Compare(Comparison::PathsWithVe));
    lab.apply(Command::SetTool(Tool::Ask));
    window.step();
    window.step();
    let middle = window.get_by_label("Canvas of lane 2").rect().center();
    window.hover_at(middle + vec2(15.0, -10.0));
    let frames = wait(&mut window, "six answers", is_answered);
    assert_eq!(frames.len(), 6);
    let at = answer(&frames[0]).unwrap().posterior.at;
    for frame in &frames {
        let found = answer(frame).unwrap();
        let problem = &found.of.experiment.problem;
        assert_eq!(found.posterior.at, at);
        let basis = found.posterior.basis.unwrap();
        assert_eq!(
            basis.is_estimate(),
            problem.coupling != Coupling::Independent
        );
        let fan = found.posterior.fan.as_ref().unwrap();
        let mean = |i: usize| {
            fan.rays
                .iter()
                .map(|ray| ray.weight * ray.velocity[i])
                .sum::<f64>()
        };
        let size = fan.velocity[0].hypot(fan.velocity[1]).max(1.0);
        for i in 0..2 {
            let off = (mean(i) - fan.velocity[i]).abs() / size;
            assert!(off < 1e-10, "{}: {off:e}", problem.path.name());
        }
    }
    let paths = frames.iter().map(|frame| frame.experiment.problem.path);
    assert!(paths.clone().any(|path| matches!(path, Path::Ve { .. })));
}
