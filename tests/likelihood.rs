//! The likelihood in the window and on the command line: the same numbers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod window;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Key, vec2};
use egui_kittest::kittest::Queryable;
use pushforward::experiment::{Experiment, Layer, presets};
use pushforward::flow::likelihood::LogLikelihood;
use pushforward::products::LikelihoodAt;
use pushforward::session::Options;
use pushforward::session::likelihood;
use pushforward::session::run::{RunOptions, Unobserved, run};
use pushforward::snapshot::Frame;
use pushforward::ui::{Command, Lab};

use window::{SIZE, Window, window_on};

const PATIENCE: Duration = Duration::from_secs(120);

/// A small network on eight Gaussians, with its likelihood on the canvas.
fn experiment() -> Experiment {
    let preset = presets::find("eight-gaussians").unwrap();
    let mut experiment = preset.experiment().unwrap();
    experiment.model.hidden = vec![8];
    experiment.training.batch = 32;
    experiment.training.steps = 30;
    experiment.readout.evaluation.samples = 64;
    experiment.readout.evaluation.w2_samples = 32;
    experiment.readout.evaluation.likelihood_samples = 200;
    experiment.readout.solver = experiment.readout.solver.with_steps(10);
    experiment.view.particles = 100;
    experiment.view.trajectories = 50;
    experiment.view.layers.push(Layer::Likelihood);
    experiment
}

fn window_of(experiment: Experiment) -> Window {
    let options = Options {
        autostart: false,
        ..Options::default()
    };
    let lab = Lab::new(experiment, None, options, Arc::new(|| ())).unwrap();
    let mut window = window_on(lab, SIZE, 1.0);
    window.step();
    window.step();
    window
}

/// Shows frames until the one of the lane is as wanted.
#[track_caller]
fn wait(window: &mut Window, what: &str, wanted: impl Fn(&Frame) -> bool) -> Arc<Frame> {
    let start = Instant::now();
    loop {
        window.step();
        let lab = &window.state().lab;
        let frame = Arc::clone(&lab.lane_frames(&lab.frames())[0]);
        if wanted(&frame) {
            return frame;
        }
        assert!(start.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What the newest flow says of the point under the pointer.
fn at_pointer(frame: &Frame) -> Option<&LikelihoodAt> {
    let found = frame.products.likelihood_at.get()?;
    let is_it = Some(found.at) == frame.look.pointer && found.of.step == frame.step;
    is_it.then_some(&found.output)
}

/// The number that the window shows at some point, and that the command line prints for a folder.
fn compare(window: &mut Window, experiment: &Experiment, folder: &Path) {
    let middle = window.get_by_label("Canvas").rect().center();
    window.hover_at(middle + vec2(60.0, -40.0));
    window.step();
    let frame = wait(window, "the likelihood", |frame| {
        at_pointer(frame).is_some()
    });
    let shown = at_pointer(&frame).unwrap();
    let printed = likelihood::at(experiment, folder, &[shown.at]).unwrap();
    let value = |found: &LikelihoodAt| -> LogLikelihood { *found.likelihood.as_ref().unwrap() };
    assert!(value(shown).value.is_finite());
    let apart = (value(shown).value - value(&printed[0]).value).abs();
    assert!(apart < 1e-9, "{shown:?} is not {printed:?}");
}

#[test]
fn the_number_under_the_pointer_is_that_of_the_command_line() {
    // Of the exact field, which has no folder.
    let mut exact = experiment();
    exact
        .set("velocity", "Exact(scale: 1.0, rotation: 0.0)")
        .unwrap();
    let mut window = window_of(exact.clone());
    compare(&mut window, &exact, Path::new("there is none"));

    // Of a network that a run has left.
    let folder = tempfile::tempdir().unwrap();
    let learned = experiment();
    let options = RunOptions::default();
    let outcome = run(&learned, folder.path(), &options, &mut Unobserved).unwrap();
    let mut window = window_of(experiment());
    let open = Command::Open(folder.path().to_owned());
    window.state_mut().lab.apply(open);
    wait(&mut window, "the weights", |frame| frame.step == 30);
    compare(&mut window, &learned, folder.path());

    // The page has the numbers of `metrics.json`.
    window.key_press(Key::F6);
    let frame = wait(&mut window, "the measurement", |frame| {
        let made = frame.products.likelihood.get();
        made.is_some_and(|made| made.of.step == frame.step)
    });
    let shown = frame.products.likelihood.get().unwrap();
    let report = outcome.report.unwrap();
    let written = report.measured.likelihood.unwrap();
    let nll = shown.nll.as_ref().unwrap();
    assert!((nll.value - written.nll.as_ref().unwrap().value).abs() < 1e-9);
    assert!((shown.kl.as_ref().unwrap().value - written.kl.as_ref().unwrap().value).abs() < 1e-9);
    window.step();
    window.get_by_label("HELD-OUT POINTS");
    window.get_by_label("DATA TO NOISE");
}
