//! Figures through other people's programs: vectors pass the validators and show what our own pixels show.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and other programs are started here alone"
)]

mod skip;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pushforward::experiment::figure::{Length, TextAs};
use pushforward::experiment::{Experiment, Figure, FigureKind, Layer};
use pushforward::export::{Format, Ground, Metadata, Options, flatten, png};
use pushforward::scene::{Arrows, Color, Item, PagePoint, Polylines, Scene, Segments};
use pushforward::session::export::{Subject, draw};
use pushforward::session::run::Unobserved;
use pushforward::session::{Crew, Hands};
use skip::skip;

const EXPERIMENT: &str = r#"(
    version: 1,
    name: "backs",
    title: "Eight Gaussians, <π> & 'more'",
    target: (shape: EightGaussians(radius: 3.0, std: 0.3)),
    velocity: Exact(),
    solver: Heun(steps: 8),
    evaluation: (samples: 100, w2_samples: 50),
    view: (t: 0.5, particles: 40, paths: 20, field: 8, given: Some((at: (3.0, 0.0), points: 2))),
    lanes: [(title: "cond-OT"), (title: "VP", set: ["path=Vp()"])],
)"#;

/// The tools that take a vector file, each with its arguments before the file and after it.
const TOOLS: [(&str, &str, &[&str], &[&str]); 4] = [
    ("pdf", "qpdf", &["--check"], &[]),
    ("pdf", "pdftoppm", &["-r", "30", "-png"], &["page"]),
    (
        "pdf",
        "mutool",
        &["draw", "-q", "-r", "30", "-o", "page-mutool.png"],
        &[],
    ),
    (
        "svg",
        "rsvg-convert",
        &["--format", "png", "-o", "page-rsvg.png"],
        &[],
    ),
];

fn is_there(tool: &str) -> bool {
    let mut command = Command::new(tool);
    command
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok()
}

/// Figures of every kind with panels, of flows that are known exactly.
fn figures() -> Vec<(String, Scene)> {
    let experiment = Experiment::from_ron(EXPERIMENT).unwrap();
    let crew = Crew::of_all_cores().unwrap();
    let nowhere = tempfile::tempdir().unwrap();
    let subjects = Subject::of_folder(nowhere.path(), &experiment, &crew).unwrap();
    let kinds = FigureKind::NAMES.into_iter().filter(|name| {
        // Numbers alone, what runs over training, and pictures one after the other are no pages of a flow.
        !["samples", "loss", "metrics", "film"].contains(name)
    });
    let one = |name: &str| {
        let figure = Figure {
            width: Some(Length::Inches(6.0)),
            ..Figure::new(FigureKind::named(name).unwrap())
        };
        let mut view = experiment.view.clone();
        view.ask = (name == "posterior").then_some((1.0, 0.5));
        let drawn = draw(
            &subjects,
            (&figure, &view),
            &Hands::of(&crew),
            &mut Unobserved,
        );
        (name.to_owned(), drawn.unwrap().unwrap().scene)
    };
    kinds.map(one).collect()
}

#[test]
fn every_kind_passes_the_validators_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let tools: Vec<_> = TOOLS
        .into_iter()
        .filter(|(_, tool, ..)| is_there(tool))
        .collect();
    for (_, tool, ..) in TOOLS.iter().filter(|(_, tool, ..)| !is_there(tool)) {
        skip(
            "every_kind_passes_the_validators",
            &format!("{tool} is not installed"),
        );
    }
    for (name, scene) in figures() {
        for text in [TextAs::Outlines, TextAs::Text] {
            let options = Options {
                text,
                metadata: Metadata {
                    title: "<π> & 'more'".to_owned(),
                    experiment: EXPERIMENT.to_owned(),
                },
                ..Options::default()
            };
            for (suffix, tool, before, after) in &tools {
                let file = folder.path().join(format!("{name}.{suffix}"));
                let format = Format::of_suffix(suffix).unwrap();
                fs::write(&file, format.encode(&scene, &options).unwrap()).unwrap();
                let mut command = Command::new(tool);
                command
                    .current_dir(folder.path())
                    .args(*before)
                    .arg(&file)
                    .args(*after);
                let output = command.output().unwrap();
                let said = String::from_utf8_lossy(&output.stderr);
                // What the tool was built without is no fault of the file.
                let said = said.replace("warning: ICC support is not available", "");
                assert!(output.status.success(), "{tool} {name} {text:?}: {said}");
                assert!(said.trim().is_empty(), "{tool} {name} {text:?}: {said}");
            }
        }
    }
}

/// The file as pixels, red, green and blue, and how many there are along x.
fn rasterised(tool: &str, folder: &Path, scene: &Scene, dpi: u32) -> Option<(Vec<u8>, usize)> {
    if !is_there(tool) {
        return None;
    }
    let (format, out) = match tool {
        "pdftoppm" => (Format::Pdf, folder.join("page.png")),
        _ => (Format::Svg, folder.join("rsvg.png")),
    };
    let file = folder.join(format!("figure.{}", format.suffix()));
    let options = Options {
        dpi: dpi as f32,
        ..Options::default()
    };
    fs::write(&file, format.encode(scene, &options).unwrap()).unwrap();
    let (dpi, side) = (dpi.to_string(), |k: usize| {
        (scene.size[k] * dpi as f32 / 72.0).round().to_string()
    });
    let mut command = Command::new(tool);
    match tool {
        "pdftoppm" => command
            .args(["-r", &dpi, "-png", "-singlefile"])
            .arg(&file)
            .arg(folder.join("page")),
        _ => command
            .args(["--width", &side(0), "--height", &side(1), "-o"])
            .arg(&out)
            .arg(&file),
    };
    assert!(command.status().unwrap().success(), "{tool}");
    Some(decoded(&out))
}

fn decoded(file: &PathBuf) -> (Vec<u8>, usize) {
    let mut decoder = ::png::Decoder::new(std::io::BufReader::new(fs::File::open(file).unwrap()));
    decoder.set_transformations(::png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let channels = info.line_size / info.width as usize;
    let rgb = pixels.chunks_exact(channels).flat_map(|p| match channels {
        1 | 2 => [p[0]; 3],
        _ => [p[0], p[1], p[2]],
    });
    (rgb.collect(), info.width as usize)
}

/// Half black marks on white, and where how many of them lie over each other.
fn crossings() -> (Scene, Vec<(&'static str, PagePoint, u8)>) {
    let half = Color::hex(0).alpha(128);
    let lines = |lines: &[&[PagePoint]]| {
        let mut made = Polylines::with_capacity(8.0, false, 2, 4);
        for line in lines {
            made.points.extend_from_slice(line);
            made.finish_line(half);
        }
        Item::Polylines(made)
    };
    let items = vec![
        Item::Segments(Segments {
            ends: vec![[[10.0, 30.0], [50.0, 30.0]], [[30.0, 10.0], [30.0, 50.0]]],
            width: 8.0,
            color: half,
        }),
        lines(&[
            &[[70.0, 30.0], [110.0, 30.0]],
            &[[90.0, 10.0], [90.0, 50.0]],
        ]),
        // One line that crosses itself.
        lines(&[&[
            [130.0, 30.0],
            [170.0, 30.0],
            [170.0, 50.0],
            [150.0, 50.0],
            [150.0, 10.0],
        ]]),
        Item::Arrows(Arrows {
            arrows: vec![
                [[190.0, 30.0], [240.0, 30.0]],
                [[205.0, 10.0], [205.0, 50.0]],
            ],
            width: 8.0,
            head: 20.0,
            color: half,
        }),
    ];
    let scene = Scene {
        size: [252.0, 72.0],
        background: Color::hex(0xffffff),
        panels: Vec::new(),
        color_bars: Vec::new(),
        furniture: items,
    };
    let spots = vec![
        ("a stroke", [15.0, 30.0], 1),
        ("two strokes of one layer", [30.0, 30.0], 2),
        ("a line", [75.0, 30.0], 1),
        ("two lines of one layer", [90.0, 30.0], 2),
        ("a line over itself", [150.0, 30.0], 1),
        ("a corner of a line", [170.0, 30.0], 1),
        ("a shaft", [195.0, 30.0], 1),
        ("where a head meets its shaft", [220.0, 30.0], 1),
        ("a head", [226.0, 30.0], 1),
        ("two arrows", [205.0, 30.0], 2),
        ("nothing", [120.0, 60.0], 0),
    ];
    (scene, spots)
}

#[test]
fn a_mark_covers_once_and_marks_add_up_in_every_back() {
    let (scene, spots) = crossings();
    let options = Options {
        dpi: 72.0,
        background: Ground::Scene,
        ..Options::default()
    };
    let own = png::pixels(&scene, &options).unwrap();
    let own = own.rgba.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]);
    let folder = tempfile::tempdir().unwrap();
    let mut pictures = vec![("png", (own.collect::<Vec<u8>>(), 252))];
    for tool in ["rsvg-convert", "pdftoppm"] {
        match rasterised(tool, folder.path(), &scene, 72) {
            Some(picture) => pictures.push((tool, picture)),
            None => skip("a_mark_covers_once", &format!("{tool} is not installed")),
        }
    }
    for (back, (rgb, columns)) in &pictures {
        for (what, [x, y], marks) in &spots {
            let got = rgb[3 * (*y as usize * columns + *x as usize)];
            let expected = 255.0 * (127.0_f64 / 255.0).powi(i32::from(*marks));
            assert!(
                (f64::from(got) - expected).abs() <= 3.0,
                "{back}, {what}: {got} where {marks} marks leave {expected:.0}"
            );
        }
    }
}

/// A figure whose trajectories are too many for vectors.
fn heavy() -> Scene {
    let mut scene = figures().swap_remove(0).1;
    let panel = &mut scene.panels[0];
    let seen = panel.transform.rect();
    let n = flatten::MAX_VERTICES / 20;
    let mut lines = Polylines::with_capacity(0.5, false, n, 21);
    for line in 0..n {
        let angle = line as f32 * 0.37;
        lines.points.extend((0..21).map(|k| {
            let (way, bend) = (k as f32 / 20.0, angle + 0.08 * k as f32);
            let [x, y] = seen.center();
            [
                x + 0.4 * way * seen.width() * bend.cos(),
                y + 0.4 * way * seen.height() * bend.sin(),
            ]
        }));
        lines.finish_line(Color::hex(0x3060c0).alpha(if line % 40 == 0 { 90 } else { 4 }));
    }
    let group = panel
        .groups
        .iter_mut()
        .find(|g| g.layer == Layer::Trajectories);
    group.unwrap().items = [Item::Polylines(lines)].into();
    assert_eq!(flatten::layers(&scene), [Layer::Trajectories]);
    scene
}

#[test]
fn a_layer_that_became_a_picture_lies_where_its_marks_would() {
    let scene = heavy();
    let options = Options {
        dpi: 100.0,
        ..Options::default()
    };
    let own = png::pixels(&scene, &options).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for tool in ["rsvg-convert", "pdftoppm"] {
        let Some((rgb, columns)) = rasterised(tool, folder.path(), &scene, 100) else {
            skip(
                "a_layer_that_became_a_picture",
                &format!("{tool} is not installed"),
            );
            continue;
        };
        assert_eq!(columns, own.size[0], "{tool}");
        let seen = scene.panels[0].transform.rect();
        let pixel = |page: f32| (page * 100.0 / 72.0) as usize;
        // Inside the axes, where nothing else is drawn but the picture.
        let (mut sum, mut n) = (0.0, 0.0);
        for y in pixel(seen.min[1]) + 4..pixel(seen.max[1]) - 4 {
            for x in pixel(seen.min[0]) + 4..pixel(seen.max[0]) - 4 {
                let at = y * columns + x;
                let off = |k: usize| f64::from(rgb[3 * at + k].abs_diff(own.rgba[4 * at + k]));
                sum += (0..3).map(off).sum::<f64>() / 3.0;
                n += 1.0;
            }
        }
        let mean: f64 = sum / n;
        assert!(mean < 4.0, "{tool}: {mean:.2} of 255 on average");
    }
}
