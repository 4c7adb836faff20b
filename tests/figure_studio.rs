//! The figure studio of the window, driven by labels as a person drives it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod window;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Event, Key, Modifiers, OutputCommand};
use egui_kittest::kittest::{NodeT, Queryable};
use pushforward::experiment::{Experiment, FigureKind, Lane, presets};
use pushforward::export::png::Pixels;
use pushforward::session::Options;
use pushforward::session::export::ffmpeg;
use pushforward::snapshot::RunState;
use pushforward::ui::studio::Move;
use pushforward::ui::{Command, Lab};
use tempfile::TempDir;

use window::{SIZE, Window, window_on};

const PATIENCE: Duration = Duration::from_secs(100);

/// Two moons that are learned in a moment.
fn experiment() -> Experiment {
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    experiment.model.hidden = vec![8];
    experiment.training.batch = 32;
    experiment.training.steps = 30;
    experiment.readout.evaluation.samples = 50;
    experiment.readout.evaluation.w2_samples = 30;
    experiment.readout.solver = experiment.readout.solver.with_steps(10);
    experiment.view.particles = 60;
    experiment.view.trajectories = 20;
    experiment
}

/// A window whose training has come to its end, with the studio open; the experiment's file would be in the folder.
fn studio_of(experiment: Experiment, folder: &Path) -> Window {
    let options = Options {
        autostart: true,
        ..Options::default()
    };
    let file = Some(folder.join("moons.ron"));
    let mut lab = Lab::new(experiment, file, options, Arc::new(|| ())).unwrap();
    lab.remember_in(Some(folder.join("config")));
    // While it runs every frame is another figure.
    lab.apply(Command::TogglePlay);
    let mut window = window_on(lab, SIZE, 1.0);
    until(&mut window, "training ends", |window| {
        let ended = |state: &RunState| matches!(state, RunState::Finished | RunState::Exact { .. });
        let frames = window.state().lab.frames();
        frames.iter().all(|frame| ended(&frame.state)).then_some(())
    });
    window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    window.step();
    window.step();
    // What was measured would be in the way of short tests.
    set(&mut window, "Show numbers");
    window
}

fn studio() -> (Window, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (studio_of(experiment(), folder.path()), folder)
}

/// Shows frames until there is something to be found.
#[track_caller]
fn until<T>(window: &mut Window, what: &str, found: impl Fn(&Window) -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        window.step();
        if let Some(found) = found(window) {
            return found;
        }
        let lab = &window.state().lab;
        assert!(
            start.elapsed() < PATIENCE,
            "{what}: {} {:?}",
            lab.notice,
            lab.messages
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Presses what has this label, wherever it has been scrolled to.
fn set(window: &mut Window, label: &str) {
    window.get_by_label(label).click_accesskit();
    window.step();
    window.step();
}

/// Writes into a field in the place of what it says.
fn write(window: &mut Window, field: &str, text: &str) {
    window.get_by_label(field).focus();
    window.step();
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.step();
    match text {
        "" => window.key_press(Key::Backspace),
        text => window.event(Event::Text(text.to_owned())),
    }
    window.step();
    window.key_press(Key::Enter);
    window.step();
    window.step();
}

/// Chooses a kind of figure.
fn choose(window: &mut Window, kind: &str) {
    // The list opens only where its button is in sight, which the fields below may have scrolled away.
    let name = FigureKind::NAMES.into_iter().find(|name| *name == kind);
    let command = Command::Studio(Move::Choose(name.unwrap()));
    window.state_mut().lab.apply(command);
    window.step();
    window.step();
}

/// Waits until the page has this in its words.
#[track_caller]
fn page(window: &mut Window, words: &str) {
    until(window, words, |window| {
        window.query_by_label_contains(words).map(|_| ())
    });
}

/// Exports into this file and waits for the word of it.
#[track_caller]
fn export(window: &mut Window, path: &Path) -> Vec<u8> {
    write(window, "File of the figure", path.to_str().unwrap());
    set(window, "Export the figure");
    until(window, "it is written", |window| {
        let written = &window.state().lab.desk().unwrap().written;
        written.iter().any(|(done, _)| done == path).then_some(())
    });
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    page(window, &format!("Wrote {name}"));
    std::fs::read(path).unwrap()
}

/// What is in the folder, but for the configuration.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name != "config").collect();
    names.sort();
    names
}

/// A PNG file's pixels, opaque where it has no opacity.
fn decoded(bytes: &[u8]) -> Pixels {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let rgba = match info.color_type {
        png::ColorType::Rgb => pixels
            .chunks_exact(3)
            .flat_map(|rgb| [rgb[0], rgb[1], rgb[2], 255])
            .collect(),
        _ => pixels,
    };
    Pixels {
        size: [info.width as usize, info.height as usize],
        rgba,
    }
}

#[test]
fn the_preview_is_the_exported_picture_and_its_page_changes_with_the_size() {
    let (mut window, folder) = studio();
    page(&mut window, "The figure, ");
    write(&mut window, "Width of the figure", "2.5in");
    page(&mut window, "The figure, 2.50 by ");
    write(&mut window, "Width of the figure", "3in");
    page(&mut window, "The figure, 3.00 by ");
    set(&mut window, "Pixel for pixel");
    let file = decoded(&export(&mut window, &folder.path().join("a.png")));
    assert_eq!(file.size[0], 900);
    until(&mut window, "the same pixels", |window| {
        let preview = window.state().lab.desk()?.threads.newest()?;
        let picture = preview.picture.as_ref().ok()?;
        (picture.pixels == file).then_some(())
    });
    // What is exported can be made again: the weights are beside it.
    let all = names(folder.path());
    assert!(all.contains(&"two-moons-step-30".to_owned()), "{all:?}");

    write(&mut window, "Width of the figure", "0.6in");
    page(&mut window, "are too small for this figure");
    write(&mut window, "Width of the figure", "three");
    page(&mut window, "is no length");
    write(&mut window, "Width of the figure", "4in");
    page(&mut window, "The figure, 4.00 by ");
}

#[test]
fn settings_are_remembered_for_each_kind_and_from_one_start_to_the_next() {
    let (mut window, folder) = studio();
    write(&mut window, "Width of the figure", "4in");
    page(&mut window, "The figure, 4.00 by ");
    choose(&mut window, "pairs");
    write(&mut window, "Width of the figure", "5in");
    page(&mut window, "The figure, 5.00 by ");
    choose(&mut window, "trajectories");
    page(&mut window, "The figure, 4.00 by ");
    window.state_mut().lab.apply(Command::Quit);
    drop(window);
    let mut again = studio_of(experiment(), folder.path());
    page(&mut again, "The figure, 4.00 by ");
    choose(&mut again, "pairs");
    page(&mut again, "The figure, 5.00 by ");
    let damaged = folder.path().join("config/figures.ron");
    drop(again);
    pushforward::session::files::atomic_write(&damaged, b"(").unwrap();
    let again = studio_of(experiment(), folder.path());
    let notice = &again.state().lab.notice;
    assert!(notice.contains("begin anew"), "{notice}");
}

/// What goes to the clipboard as soon as there is something.
fn copied(window: &mut Window) -> OutputCommand {
    until(window, "it is copied", |window| {
        let commands = &window.output().platform_output.commands;
        commands.first().cloned()
    })
}

#[cfg(unix)]
fn run(command: &str) {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_pushforward"));
    let path = program.parent().unwrap().display().to_string();
    assert_cmd::Command::new("/bin/sh")
        .args(["-c", command])
        .env("PATH", format!("{path}:/usr/bin:/bin"))
        .assert()
        .code(0);
}

#[cfg(unix)]
#[track_caller]
fn command_makes_the_same(window: &mut Window, path: &Path) {
    let exported = export(window, path);
    window.get_by_label("Copy command").click_accesskit();
    let OutputCommand::CopyText(command) = copied(window) else {
        panic!("no words");
    };
    std::fs::remove_file(path).unwrap();
    run(&command);
    let made = std::fs::read(path).unwrap();
    assert!(made == exported, "{command}");
}

#[cfg(unix)]
#[test]
fn the_copied_command_makes_the_same_bytes() {
    let (mut window, folder) = studio();
    set(&mut window, "Show numbers");
    set(&mut window, "Show legend");
    write(&mut window, "Width of the figure", "3.25in");
    write(&mut window, "Title of the figure", "It's a \"title\"");
    set(&mut window, "Add to the experiment");
    command_makes_the_same(&mut window, &folder.path().join("a figure.svg"));
    choose(&mut window, "pairs");
    command_makes_the_same(&mut window, &folder.path().join("b.png"));
    choose(&mut window, "strip");
    command_makes_the_same(&mut window, &folder.path().join("c.pdf"));
}

#[cfg(unix)]
#[test]
fn the_command_of_lanes_makes_the_same_bytes_with_one_that_learns_nothing_among_them() {
    let lane = |title: &str, set: &[&str]| Lane {
        title: title.to_owned(),
        set: set.iter().map(|set| set.parse().unwrap()).collect(),
    };
    let mut experiment = experiment();
    experiment.lanes = vec![
        lane("exact", &["velocity=Exact"]),
        lane("learned", &[]),
        lane("bent", &["path=Vp()"]),
    ];
    let folder = tempfile::tempdir().unwrap();
    let mut window = studio_of(experiment, folder.path());
    command_makes_the_same(&mut window, &folder.path().join("lanes.svg"));
}

#[test]
fn a_film_that_is_cancelled_leaves_no_file() {
    let (mut window, folder) = studio();
    choose(&mut window, "film");
    write(&mut window, "Width of the figure", "2in");
    set(&mut window, "Save the run with it");
    let path = folder.path().join("a.gif");
    write(&mut window, "File of the figure", path.to_str().unwrap());
    for least in [0.01, 0.5] {
        set(&mut window, "Export the figure");
        until(&mut window, "it is under way", |window| {
            let under = window.state().lab.desk()?.threads.under_way();
            let under = under.first().filter(|under| under.secs_left.is_some())?;
            under.share.filter(|share| *share > least)
        });
        window.step();
        set(&mut window, "Cancel the export");
        until(&mut window, "it is given up", |window| {
            let lab = &window.state().lab;
            lab.notice.contains("is not written").then_some(())
        });
        assert_eq!(names(folder.path()), Vec::<String>::new());
        window.state_mut().lab.notify(String::new());
    }
}

#[test]
fn what_cannot_be_written_is_a_sentence_and_the_window_lives() {
    let (mut window, folder) = studio();
    let file = folder.path().join("file");
    pushforward::session::files::atomic_write(&file, b"no folder").unwrap();
    for (name, words) in [("file/a.svg", "file"), ("a.bmp", "the suffix must be")] {
        let path = folder.path().join(name);
        write(&mut window, "File of the figure", path.to_str().unwrap());
        set(&mut window, "Export the figure");
        until(&mut window, words, |window| {
            let messages = &window.state().lab.messages;
            messages
                .iter()
                .any(|text| text.contains(words))
                .then_some(())
        });
        set(&mut window, "Dismiss the message");
    }
    assert_eq!(names(folder.path()), ["file"]);
    export(&mut window, &folder.path().join("a.svg"));
}

#[test]
fn mp4_can_be_chosen_where_there_is_ffmpeg() {
    let (mut window, _folder) = studio();
    choose(&mut window, "film");
    let looked = until(&mut window, "it has looked", |window| {
        window.state().lab.desk()?.threads.mp4()
    });
    assert_eq!(looked.is_err(), ffmpeg::available().is_err());
    window.step();
    let is_grey = window.get_by_label("MP4").accesskit_node().is_disabled();
    assert_eq!(is_grey, ffmpeg::available().is_err());
    let is_grey = |label| window.get_by_label(label).accesskit_node().is_disabled();
    assert!(!is_grey("GIF") && !is_grey("APNG"));
}

#[test]
fn ctrl_c_copies_the_picture_unless_a_field_has_the_keys() {
    let (mut window, _folder) = studio();
    write(&mut window, "Width of the figure", "2in");
    window.get_by_label("Width of the figure").focus();
    window.step();
    window.event(Event::Copy);
    window.step();
    assert!(
        window
            .state()
            .lab
            .desk()
            .unwrap()
            .threads
            .under_way()
            .is_empty()
    );
    window.key_press(Key::Escape);
    window.step();
    window.event(Event::Copy);
    let OutputCommand::CopyImage(image) = copied(&mut window) else {
        panic!("no picture");
    };
    assert_eq!(image.size[0], 600);
}

#[test]
fn figures_of_the_experiment_are_listed_opened_changed_and_removed() {
    let (mut window, _folder) = studio();
    let kinds = |window: &Window| -> Vec<(String, FigureKind)> {
        let figures = &window.state().lab.editor.document().figures;
        let own = figures
            .iter()
            .map(|figure| (figure.file.clone(), figure.kind.clone()));
        own.collect()
    };
    set(&mut window, "Add to the experiment");
    choose(&mut window, "pairs");
    set(&mut window, "Add to the experiment");
    let all = kinds(&window);
    assert_eq!(all.len(), 2);
    window.state_mut().lab.apply(Command::Undo);
    assert_eq!(kinds(&window), all[..1]);
    window.state_mut().lab.apply(Command::Redo);
    assert_eq!(kinds(&window), all);
    window.step();
    set(&mut window, &all[0].0);
    let figure = |window: &Window| window.state().lab.desk().unwrap().figure().clone();
    assert_eq!(figure(&window).kind, FigureKind::Trajectories);
    write(&mut window, "Height of the figure", "3in");
    set(&mut window, "Add to the experiment");
    assert_eq!(kinds(&window), all, "changed in its place");
    set(&mut window, &format!("Remove {}", all[1].0));
    assert_eq!(kinds(&window), all[..1]);
    // What could not be read back is not added.
    write(&mut window, "File of the figure", "");
    set(&mut window, "Add to the experiment");
    assert_eq!(kinds(&window), all[..1]);
    assert!(window.state().lab.messages[0].contains("Not added"));
}
