use std::path::Path;
use std::sync::{OnceLock, Weak};
use std::time::Duration;

use super::desktop::quoted;
use super::moment::free_folder;
use super::*;
use crate::clock::Instant;
use crate::experiment::{Figure, FigureKind, Layer, presets};
use crate::session::portrait;
use crate::snapshot::LaneId;

/// Eight Gaussians with the exact field: nothing is trained.
fn shown() -> Shown {
    let preset = presets::find("eight-gaussians").unwrap();
    let mut experiment = preset.experiment().unwrap();
    experiment.readout.solver = experiment.readout.solver.with_steps(8);
    experiment.readout.evaluation.samples = 40;
    experiment.readout.evaluation.w2_samples = 30;
    experiment.problem.velocity = crate::experiment::Velocity::ALL[1];
    experiment.view.trajectories = 12;
    experiment.view.particles = 40;
    let experiment = Arc::new(experiment);
    let blank = portrait::blank(LaneId(0), Arc::clone(&experiment)).unwrap();
    let crew = super::super::crew::Crew::alone();
    let frame = portrait::of_saved(blank, None, &crew).unwrap();
    Shown {
        lanes: Lanes::Seen(vec![(Arc::new(frame), "exact".to_owned())]),
        experiment,
    }
}

fn studio() -> Studio {
    Studio::spawn(Arc::new(|| ())).unwrap()
}

#[track_caller]
fn wait<T>(mut found: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "it takes too long"
        );
        std::thread::sleep(Duration::from_millis(3));
    }
}

fn request(figure: Figure, dpi: f64) -> Request {
    Request {
        shown: shown(),
        figure,
        dpi,
        is_live: false,
        measured: None,
    }
}

fn film(frames: usize) -> Figure {
    let mut film = Figure::new(FigureKind::named("film").unwrap());
    if let FigureKind::Film { frames: n, .. } = &mut film.kind {
        *n = frames;
    }
    film.width = Some("2in".parse().unwrap());
    film.dpi = 60.0;
    film
}

fn ended(studio: &Studio) -> Ended {
    wait(|| studio.drain_ended().pop())
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn the_newest_request_is_drawn_with_the_pixels_of_its_page() {
    let studio = studio();
    let mut figure = Figure::new(FigureKind::Trajectories);
    for width in ["2in", "3in", "4in"] {
        figure.width = Some(width.parse().unwrap());
        studio.preview(request(figure.clone(), 96.0));
    }
    let newest = wait(|| studio.newest().filter(|preview| preview.figure == figure));
    let picture = newest.picture.as_ref().unwrap();
    assert_eq!(picture.size[0], 288.0);
    assert_eq!(picture.pixels.size[0], 384);
    assert_eq!(
        picture.pixels.rgba.len(),
        4 * picture.pixels.size[0] * picture.pixels.size[1]
    );
    // No more dots than the file will have.
    figure.dpi = 50.0;
    studio.preview(request(figure.clone(), 960.0));
    let newest = wait(|| studio.newest().filter(|preview| preview.figure == figure));
    assert_eq!(newest.picture.as_ref().unwrap().pixels.size[0], 200);
}

#[test]
fn a_figure_that_cannot_be_made_says_why() {
    let studio = studio();
    let mut figure = Figure::new(FigureKind::Trajectories);
    figure.width = Some("0.6in".parse().unwrap());
    studio.preview(request(figure.clone(), 96.0));
    let newest = wait(|| studio.newest());
    let sentence = newest.picture.as_ref().err().unwrap();
    assert!(sentence.contains("at least"), "{sentence}");
    figure.width = None;
    figure.style = "papyrus".to_owned();
    studio.preview(request(figure.clone(), 96.0));
    let newest = wait(|| studio.newest().filter(|preview| preview.figure == figure));
    let sentence = newest.picture.as_ref().err().unwrap();
    assert!(sentence.contains("papyrus"), "{sentence}");
}

#[test]
fn exports_come_one_after_the_other_and_what_fails_or_is_cancelled_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let studio = studio();
    let shown = shown();
    let export = |figure: &Figure, name: &str| Export {
        shown: shown.clone(),
        figure: figure.clone(),
        way: Way::File(folder.path().join(name)),
        keeps_run: true,
    };
    let still = Figure {
        caption: false,
        ..Figure::new(FigureKind::Trajectories)
    };
    let first = studio.export(export(&film(400), "film.gif"));
    let second = studio.export(export(&still, "second.svg"));
    studio.export(export(&still, "third.svg"));
    studio.cancel(second);
    wait(|| {
        studio
            .under_way()
            .first()?
            .share
            .filter(|share| *share > 0.01)
    });
    let under: Vec<u64> = studio
        .under_way()
        .iter()
        .map(|under| under.number)
        .collect();
    assert_eq!(under, [first, second + 1]);
    studio.cancel(first);
    let mut all = Vec::new();
    wait(|| {
        all.extend(studio.drain_ended());
        (all.len() == 3).then_some(())
    });
    let cancelled = |name: &str| Ended::Cancelled(Way::File(folder.path().join(name)));
    assert_eq!(all[..2], [cancelled("second.svg"), cancelled("film.gif")]);
    assert!(
        matches!(&all[2], Ended::Written(path, bytes) if path.ends_with("third.svg") && *bytes > 1000)
    );
    let names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert_eq!(names, ["third.svg"]);

    let blocked = folder.path().join("third.svg/inside");
    let empty = tempfile::tempdir().unwrap();
    for (figure, path) in [
        (&still, blocked.join("a.svg")),
        (&still, empty.path().join("a.bmp")),
        (&film(10), empty.path().join("a.svg")),
    ] {
        studio.export(Export {
            shown: shown.clone(),
            figure: figure.clone(),
            way: Way::File(path.clone()),
            keeps_run: true,
        });
        let Ended::Failed(sentence) = ended(&studio) else {
            panic!("{}", path.display());
        };
        let name = path.parent().unwrap().display().to_string();
        assert!(sentence.contains(&name), "{sentence}");
    }
    assert!(is_empty(empty.path()));
}

/// A studio that takes the export under way back once this share of it is done.
fn impatient(share: f64) -> Arc<Studio> {
    let own: Arc<OnceLock<Weak<Studio>>> = Arc::default();
    let seen = Arc::clone(&own);
    let wake = move || {
        let Some(studio) = seen.get().and_then(Weak::upgrade) else {
            return;
        };
        let is_due = |under: &Under| under.share.is_some_and(|done| done >= share);
        if let Some(under) = studio.under_way().into_iter().find(is_due) {
            studio.cancel(under.number);
        }
    };
    let studio = Arc::new(Studio::spawn(Arc::new(wake)).unwrap());
    own.set(Arc::downgrade(&studio)).unwrap();
    studio
}

#[test]
fn a_film_that_is_cancelled_at_1_50_and_99_percent_leaves_nothing_and_the_next_one_is_made() {
    for (share, suffix) in [(0.01, "gif"), (0.5, "apng"), (0.99, "gif")] {
        let folder = tempfile::tempdir().unwrap();
        let studio = impatient(share);
        let export = |figure: Figure, name: &str| Export {
            shown: shown(),
            figure,
            way: Way::File(folder.path().join(name)),
            keeps_run: true,
        };
        let cancelled = export(film(200), &format!("a.{suffix}"));
        let way = cancelled.way.clone();
        studio.export(cancelled);
        assert_eq!(ended(&studio), Ended::Cancelled(way), "{share}");
        assert!(is_empty(folder.path()), "{share}");
        studio.export(export(Figure::new(FigureKind::Trajectories), "b.svg"));
        assert!(matches!(ended(&studio), Ended::Written(path, _) if path.ends_with("b.svg")));
        assert_eq!(
            folder.path().read_dir().unwrap().count(),
            3,
            "with its captions"
        );
    }
}

#[test]
fn an_export_whose_place_goes_away_says_so_and_the_next_one_is_made() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("figures");
    let studio = studio();
    let export = |figure: Figure, name: &str| Export {
        shown: shown(),
        figure,
        way: Way::File(folder.join(name)),
        keeps_run: true,
    };
    studio.export(export(film(200), "a.gif"));
    wait(|| studio.under_way().first()?.share);
    std::fs::remove_dir_all(&folder).unwrap();
    let Ended::Failed(sentence) = ended(&studio) else {
        panic!("a film without a place");
    };
    assert!(sentence.contains("figures/a.gif"), "{sentence}");
    assert!(is_empty(outer.path()));
    // A folder of the caption's name is found before anything is drawn.
    let blocked = folder.join("a.caption.txt");
    std::fs::create_dir_all(&blocked).unwrap();
    studio.export(export(film(200), "a.gif"));
    let Ended::Failed(sentence) = ended(&studio) else {
        panic!("a caption that is a folder");
    };
    assert!(
        sentence.contains("a.caption.txt: is a folder"),
        "{sentence}"
    );
    assert_eq!(folder.read_dir().unwrap().count(), 1);
    studio.export(export(film(3), "b.gif"));
    assert!(matches!(ended(&studio), Ended::Written(path, _) if path.ends_with("b.gif")));
}

/// A device is always full: nothing is begun there.
#[cfg(target_os = "linux")]
#[test]
fn a_device_in_the_place_of_a_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("a.gif");
    std::os::unix::fs::symlink("/dev/full", &link).unwrap();
    let studio = studio();
    studio.export(Export {
        shown: shown(),
        figure: film(3),
        way: Way::File(link),
        keeps_run: true,
    });
    let Ended::Failed(sentence) = ended(&studio) else {
        panic!("written to a device");
    };
    assert!(sentence.contains("a.gif: not a regular file"), "{sentence}");
    assert_eq!(folder.path().read_dir().unwrap().count(), 1);
}

#[test]
fn a_picture_for_the_clipboard_has_the_figures_own_dots() {
    let studio = studio();
    let mut figure = Figure::new(FigureKind::Trajectories);
    figure.width = Some("2in".parse().unwrap());
    figure.dpi = 150.0;
    studio.export(Export {
        shown: shown(),
        figure,
        way: Way::Clipboard,
        keeps_run: true,
    });
    let Ended::Copied(pixels) = ended(&studio) else {
        panic!("not copied");
    };
    assert_eq!(pixels.size[0], 300);
}

#[test]
fn settings_of_each_kind_are_remembered_and_damaged_ones_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("new");
    let (mut remembered, complaint) = Remembered::read(&home);
    assert_eq!(
        (remembered.clone(), complaint),
        (Remembered::default(), None)
    );
    let mut strip = Figure::new(FigureKind::named("strip").unwrap());
    strip.dpi = 77.0;
    strip.file = "mine.svg".to_owned();
    remembered.keep(&strip);
    remembered.write(&home).unwrap();
    let (read, complaint) = Remembered::read(&home);
    assert_eq!((&read, complaint), (&remembered, None));
    assert_eq!(read.of(&strip.kind).dpi, 77.0);
    assert_eq!(read.of(&strip.kind).file, "", "a file is one experiment's");
    assert_eq!(read.of(&FigureKind::Lanes), Figure::new(FigureKind::Lanes));
    assert_eq!(read.last().map(|figure| figure.kind), Some(strip.kind));
    super::super::files::atomic_write(&home.join("figures.ron"), b"{\"strip\": (dpi: true)}")
        .unwrap();
    let (read, complaint) = Remembered::read(&home);
    assert_eq!(read, Remembered::default());
    assert!(complaint.unwrap().contains("figures.ron"));
}

#[test]
fn words_are_quoted_where_a_shell_would_cut_them() {
    assert_eq!(quoted("--width=3.25in"), "--width=3.25in");
    assert_eq!(quoted("out/a b"), "'out/a b'");
    assert_eq!(quoted("it's"), "'it'\\''s'");
    assert_eq!(quoted("Strip(of:Density)"), "'Strip(of:Density)'");
    assert_eq!(quoted(""), "''");
}

#[test]
fn a_folder_that_exists_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let first = free_folder(folder.path(), "run");
    assert_eq!(first, folder.path().join("run"));
    std::fs::create_dir(&first).unwrap();
    assert_eq!(
        free_folder(folder.path(), "run"),
        folder.path().join("run-2")
    );
}

#[test]
fn layers_of_too_many_vertices_are_named() {
    let studio = studio();
    let mut figure = Figure::new(FigureKind::Trajectories);
    figure.layers = Some(vec![Layer::Source, Layer::Trajectories]);
    for (paths, flattened) in [(12, vec![]), (10_000, vec![Layer::Trajectories])] {
        figure.paths = Some(paths);
        studio.preview(request(figure.clone(), 96.0));
        let newest = wait(|| studio.newest().filter(|preview| preview.figure == figure));
        let picture = newest.picture.as_ref().unwrap();
        assert_eq!(picture.flattened, flattened, "{paths}");
    }
}
