use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::crew::Crew;
use super::super::hands::Hands;
use super::super::observer::{Progress, RunObserver, Unobserved};
use super::super::run::{RunOptions, run};
use super::*;
use crate::experiment::{Experiment, Figure, FigureKind, presets};
use crate::export::Format;

/// Stops when it has been asked so many times.
struct Until {
    most: usize,
    asked: AtomicUsize,
}

impl Until {
    fn asked(most: usize) -> Self {
        let asked = AtomicUsize::new(0);
        Self { most, asked }
    }
}

impl RunObserver for Until {
    fn progress(&mut self, _: &Progress) {}

    fn notice(&mut self, _: &str) {}

    fn interrupted(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed) >= self.most
    }
}

fn small() -> Experiment {
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    experiment.model.hidden = vec![8];
    experiment.training.steps = 20;
    experiment.readout.evaluation.samples = 50;
    experiment.readout.evaluation.w2_samples = 30;
    experiment
}

#[test]
fn a_figure_that_is_cancelled_at_any_time_is_none() {
    let (folder, experiment) = (tempfile::tempdir().unwrap(), small());
    run(
        &experiment,
        folder.path(),
        &RunOptions::default(),
        &mut Unobserved,
    )
    .unwrap();
    let crew = Crew::alone();
    let subjects = Subject::of_folder(folder.path(), &experiment, &crew).unwrap();
    assert!(subjects[0].history.is_some());
    let hands = Hands::of(&crew);
    let figure = Figure::new(FigureKind::Trajectories);
    let looked = (&figure, &experiment.view);
    let drawn = |until: &mut Until| draw(&subjects, looked, &hands, until).unwrap();
    let mut patient = Until::asked(usize::MAX);
    assert!(drawn(&mut patient).is_some());
    let all = patient.asked.load(Ordering::Relaxed);
    assert!(all > 100, "{all} questions");
    for percent in [1, 50, 99] {
        let most = all * percent / 100;
        assert!(drawn(&mut Until::asked(most)).is_none(), "{percent} %");
    }
}

#[test]
fn the_figure_of_a_run_is_the_one_that_export_writes() {
    let (folder, experiment) = (tempfile::tempdir().unwrap(), small());
    run(
        &experiment,
        folder.path(),
        &RunOptions::default(),
        &mut Unobserved,
    )
    .unwrap();
    let crew = Crew::alone();
    let subjects = Subject::of_folder(folder.path(), &experiment, &crew).unwrap();
    let figure = Figure::new(FigureKind::Trajectories);
    let looked = (&figure, &experiment.view);
    let drawn = draw(&subjects, looked, &Hands::of(&crew), &mut Unobserved);
    let drawn = drawn.unwrap().unwrap();
    let options = options(&figure, &experiment).unwrap();
    for (name, format) in [
        ("trajectories.svg", Format::Svg),
        ("trajectories.png", Format::Png),
    ] {
        let written = std::fs::read(folder.path().join(name)).unwrap();
        assert!(
            written == format.encode(&drawn.scene, &options).unwrap(),
            "{name}"
        );
    }
}

#[test]
fn a_window_s_frame_and_the_folder_of_its_weights_are_one_figure() {
    let (folder, experiment) = (tempfile::tempdir().unwrap(), small());
    run(
        &experiment,
        folder.path(),
        &RunOptions::default(),
        &mut Unobserved,
    )
    .unwrap();
    let crew = Crew::alone();
    let hands = Hands::of(&crew);
    let subjects = Subject::of_folder(folder.path(), &experiment, &crew).unwrap();
    let figure = Figure::new(FigureKind::Trajectories);
    let looked = (&figure, &experiment.view);
    let drawn = draw(&subjects, looked, &hands, &mut Unobserved)
        .unwrap()
        .unwrap();
    let (frame, title) = (&drawn.frames[0], subjects[0].title.clone());
    let of_window = [Subject::of_frame(frame, title, None)];
    let again = draw(&of_window, looked, &hands, &mut Unobserved)
        .unwrap()
        .unwrap();
    let bytes = Cell::new(0);
    for format in Format::ALL {
        let options = options(&figure, &experiment).unwrap();
        let [one, other] = [&drawn, &again].map(|d| format.encode(&d.scene, &options).unwrap());
        assert!(one == other, "{format:?}");
        bytes.set(bytes.get() + one.len());
    }
    assert!(bytes.get() > 10_000);
}

#[test]
fn a_style_that_is_not_known_and_a_background_that_is_no_colour_are_refused() {
    let mut figure = Figure::new(FigureKind::Trajectories);
    figure.style = "neon".to_owned();
    let error = check(&figure, "a.svg".as_ref()).unwrap_err().to_string();
    assert!(error.contains("no style \"neon\""), "{error}");
    figure.background = crate::experiment::figure::Background::Color("red".to_owned());
    let error = options(&figure, &small()).unwrap_err().to_string();
    assert!(error.contains("#rrggbb"), "{error}");
}
