use std::cell::Cell;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::crew::Crew;
use super::super::files::atomic_write;
use super::super::hands::Hands;
use super::super::observer::{Progress, RunObserver, Unobserved};
use super::super::run::{RunOptions, run};
use super::*;
use crate::experiment::figure::{FilmOver, Show};
use crate::experiment::{Experiment, Figure, FigureKind, Layer, presets};
use crate::export::Format;
use crate::scene::Item;
use crate::scene::numbers::{Table, Values};

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

/// The folder of its run.
fn trained() -> (tempfile::TempDir, Experiment) {
    let (folder, experiment) = (tempfile::tempdir().unwrap(), small());
    let options = RunOptions::default();
    run(&experiment, folder.path(), &options, &mut Unobserved).unwrap();
    (folder, experiment)
}

#[test]
fn a_figure_that_is_cancelled_at_any_time_is_none() {
    let (folder, experiment) = trained();
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
fn a_figure_that_is_cancelled_before_all_of_its_files_are_made_leaves_none() {
    let (folder, experiment) = trained();
    let crew = Crew::alone();
    let hands = Hands::of(&crew);
    let subjects = Subject::of_folder(folder.path(), &experiment, &crew).unwrap();
    let out = tempfile::tempdir().unwrap();
    let files = || out.path().read_dir().unwrap().count();
    let still = Figure::new(FigureKind::Trajectories);
    for (figure, names) in [
        (still, &["a.svg", "a.png", "a.pdf", "a.csv"][..]),
        (film(FilmOver::Time, 60), &["a.gif", "b.apng", "a.npz"]),
    ] {
        let places: Vec<PathBuf> = names.iter().map(|name| out.path().join(name)).collect();
        let options = options(&figure, &experiment).unwrap();
        let looked = (&figure, &experiment.view);
        let written = |until: &mut Until| {
            let drawn = draw(&subjects, looked, &hands, until).unwrap();
            let drawn = std::sync::Arc::new(drawn?);
            write(&places, &figure, &drawn, &options, &hands, until).unwrap()
        };
        let mut patient = Until::asked(usize::MAX);
        assert_eq!(written(&mut patient).unwrap().len(), names.len());
        let whole = files();
        assert!(whole > names.len(), "captions are beside them");
        std::fs::read_dir(out.path())
            .unwrap()
            .for_each(|file| std::fs::remove_file(file.unwrap().path()).unwrap());
        let all = patient.asked.load(Ordering::Relaxed);
        for most in [all / 100, all / 2, all * 99 / 100, all - 1] {
            assert!(
                written(&mut Until::asked(most)).is_none(),
                "{most} of {all}"
            );
            assert_eq!(files(), 0, "{most} of {all}");
        }
    }
}

#[test]
fn a_figure_whose_captions_cannot_be_written_is_none() {
    let (folder, experiment) = trained();
    let crew = Crew::alone();
    let hands = Hands::of(&crew);
    let subjects = Subject::of_folder(folder.path(), &experiment, &crew).unwrap();
    for (figure, names, caption) in [
        (
            Figure::new(FigureKind::Trajectories),
            ["a.svg", "b.pdf"],
            "b.caption.tex",
        ),
        (
            film(FilmOver::Time, 3),
            ["a.gif", "a.apng"],
            "a.caption.txt",
        ),
    ] {
        let out = tempfile::tempdir().unwrap();
        let places = names.map(|name| out.path().join(name));
        std::fs::create_dir(out.path().join(caption)).unwrap();
        atomic_write(&places[0], b"the old one").unwrap();
        let options = options(&figure, &experiment).unwrap();
        let looked = (&figure, &experiment.view);
        let drawn = draw(&subjects, looked, &hands, &mut Unobserved).unwrap();
        let drawn = std::sync::Arc::new(drawn.unwrap());
        let written = write(&places, &figure, &drawn, &options, &hands, &mut Unobserved);
        let error = written.err().unwrap().to_string();
        assert!(error.contains(caption), "{error}");
        assert_eq!(std::fs::read(&places[0]).unwrap(), b"the old one");
        assert_eq!(out.path().read_dir().unwrap().count(), 2);
        // It is found before anything is drawn, too, and without captions nothing is in the way.
        let early = places.iter().find_map(|path| check(&figure, path).err());
        let early = early.unwrap().to_string();
        assert!(
            early.contains(caption) && early.contains("is a folder"),
            "{early}"
        );
        let bare = Figure {
            caption: false,
            ..figure
        };
        assert!(check(&bare, &places[1]).is_ok());
        let written = write(&places, &bare, &drawn, &options, &hands, &mut Unobserved);
        assert_eq!(written.unwrap().unwrap().len(), 2);
        assert_eq!(out.path().read_dir().unwrap().count(), 3);
    }
}

#[test]
fn the_figure_of_a_run_is_the_one_that_export_writes() {
    let (folder, experiment) = trained();
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

/// A film over training of the first steps, small.
fn film(over: FilmOver, frames: usize) -> Figure {
    let mut figure = Figure::new(FigureKind::Film {
        frames,
        rate: 10.0,
        pause: 0.1,
        repeat: true,
        over,
    });
    figure.width = Some("1.6in".parse().unwrap());
    figure.height = Some("1.9in".parse().unwrap());
    figure.dpi = 60.0;
    figure.paths = Some(40);
    figure.show = no_words();
    figure
}

fn no_words() -> Show {
    Show {
        legend: false,
        recipe: false,
        numbers: false,
        ..Show::default()
    }
}

#[test]
fn a_film_over_training_is_the_same_bytes_for_any_number_of_threads() {
    let (folder, experiment) = (tempfile::tempdir().unwrap(), small());
    run(
        &experiment,
        folder.path(),
        &RunOptions::default(),
        &mut Unobserved,
    )
    .unwrap();
    let figure = film(FilmOver::Both, 7);
    let bytes = |threads: usize| {
        let crew = Crew::spawn(threads).unwrap();
        let hands = Hands::of(&crew);
        let subjects = Subject::of_folder(folder.path(), &experiment, &crew).unwrap();
        let looked = (&figure, &experiment.view);
        let drawn = draw(&subjects, looked, &hands, &mut Unobserved).unwrap();
        let drawn = std::sync::Arc::new(drawn.unwrap());
        let path = folder.path().join(format!("{threads}.gif"));
        let options = options(&figure, &experiment).unwrap();
        let places = std::slice::from_ref(&path);
        write(places, &figure, &drawn, &options, &hands, &mut Unobserved).unwrap();
        (std::fs::read(path).unwrap(), drawn)
    };
    let ((one, drawn), (two, _)) = (bytes(1), bytes(2));
    assert!(one == two && one.starts_with(b"GIF89a"));
    // Before the first step, half way and at the end the samples are others; the last ones are those of the flow.
    let recipe = Figure {
        show: Show::default(),
        ..film(FilmOver::Training, 3)
    };
    let scenes = [0.0, 0.5, 1.0].map(|share| drawn.earlier(&recipe, share).unwrap());
    assert!(scenes[0].panels[0].groups != scenes[1].panels[0].groups);
    assert!(scenes[1].panels[0].groups != scenes[2].panels[0].groups);
    assert_eq!(scenes[2], drawn.shot(&recipe).unwrap());
    assert_eq!(scenes[0].panels[0].transform, scenes[2].panels[0].transform);
    let says = |k: usize, words: &str| {
        scenes[k]
            .furniture
            .iter()
            .any(|item| matches!(item, Item::Text(text) if text.text.contains(words)))
    };
    assert!(says(0, "step 0") && says(1, "step 10") && says(2, "step 20"));
}

/// The column of a table, as numbers.
fn column(table: &Table, name: &str) -> Vec<f32> {
    let column = table.columns.iter().find(|column| column.name == name);
    match &column.unwrap_or_else(|| panic!("no {name}")).values {
        Values::Numbers(numbers) => numbers.clone(),
        Values::Words(_) => panic!("{name} are words"),
    }
}

#[test]
fn a_film_over_training_has_its_particles_at_every_step_as_numbers() {
    let (folder, experiment) = trained();
    let crew = Crew::alone();
    let hands = Hands::of(&crew);
    let subjects = Subject::of_folder(folder.path(), &experiment, &crew).unwrap();
    let of = |over, frames| {
        let figure = film(over, frames);
        let looked = (&figure, &experiment.view);
        let drawn = draw(&subjects, looked, &hands, &mut Unobserved)
            .unwrap()
            .unwrap();
        let numbers = drawn.numbers(&figure, &|| true).unwrap().unwrap();
        assert!(drawn.numbers(&figure, &|| false).unwrap().is_none());
        (numbers.tables[0].clone(), drawn, figure)
    };
    let (table, drawn, figure) = of(FilmOver::Training, 9);
    let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    assert_eq!(
        (table.name, &names[..]),
        ("particles", &["step", "t", "point", "x", "y"][..])
    );
    let (steps, points) = (column(&table, "step"), column(&table, "point"));
    let mut known = steps.clone();
    known.dedup();
    assert!(known.len() > 2 && known.is_sorted(), "{known:?}");
    assert_eq!((known[0], known[known.len() - 1]), (0.0, 20.0));
    let n = points.iter().filter(|point| **point == 0.0).count();
    assert_eq!(n, known.len(), "each step once");
    assert_eq!(table.len() % known.len(), 0);
    // They are where the picture of that step shows them.
    let (x, y) = (column(&table, "x"), column(&table, "y"));
    let first = drawn.earlier(&figure, 0.0).unwrap();
    let transform = &first.panels[0].transform;
    let group = first.panels[0]
        .groups
        .iter()
        .find(|group| group.layer == Layer::Particles);
    let Some(Item::Points(shown)) = group.unwrap().items.first() else {
        panic!("no particles");
    };
    let at = transform.page_from_data([f64::from(x[0]), f64::from(y[0])]);
    let near = |center: &&[f32; 2]| (center[0] - at[0]).hypot(center[1] - at[1]) < 0.01;
    assert!(shown.centers.iter().any(|center| near(&center)));
    let moved = x
        .iter()
        .zip(&steps)
        .filter(|(_, step)| **step == 20.0)
        .map(|(x, _)| x);
    let before = x
        .iter()
        .zip(&steps)
        .filter(|(_, step)| **step == 0.0)
        .map(|(x, _)| x);
    assert!(!before.eq(moved), "training moves them");

    let (table, ..) = of(FilmOver::Both, 10);
    let (steps, times) = (column(&table, "step"), column(&table, "t"));
    let last: Vec<f32> = steps
        .iter()
        .zip(&times)
        .filter(|(step, _)| **step == 20.0)
        .map(|(_, t)| *t)
        .collect();
    for t in [0.0, 0.25, 0.5, 0.75, 1.0] {
        assert!(last.contains(&t), "{t}");
    }
    assert!(steps.contains(&0.0));
    let (table, ..) = of(FilmOver::Time, 5);
    assert!(!table.has("step") && table.has("t"));
}

#[test]
fn a_film_over_training_of_an_exact_field_is_refused_with_the_reason() {
    let mut experiment = small();
    experiment.problem.velocity = crate::experiment::Velocity::Exact {
        scale: 1.0,
        rotation: 0.0,
    };
    let nowhere = tempfile::tempdir().unwrap();
    let crew = Crew::alone();
    let subjects = Subject::of_folder(nowhere.path(), &experiment, &crew).unwrap();
    let looked = (&film(FilmOver::Training, 3), &experiment.view);
    let error = draw(&subjects, looked, &Hands::of(&crew), &mut Unobserved).err();
    let error = error.unwrap().to_string();
    assert!(
        error.contains("exact field, which nothing trains"),
        "{error}"
    );
}
