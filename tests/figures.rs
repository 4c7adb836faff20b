//! Golden figures: every kind, as pixels and as vectors, of flows that are known exactly and never trained.
//!
//! `PUSHFORWARD_GOLDEN=write cargo test --release --test figures` writes them anew; each is to be looked at before it is
//! committed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and golden files are written by hand"
)]

mod skip;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pushforward::experiment::figure::{DensityOf, FieldOf, Length, MetricsOf, StripOf, TextAs};
use pushforward::experiment::{Experiment, Figure, FigureKind};
use pushforward::export::{Format, Options};
use pushforward::flow::solver::Solver;
use pushforward::products::{CurvePoint as MeasuredAt, LearningCurve};
use pushforward::scene::figures::{self, Material};
use pushforward::scene::lanes::LanePanel;
use pushforward::scene::{Color, FigureStyle, Item, Scene, Text};
use pushforward::session::export::{Drawn, Subject, draw};
use pushforward::session::run::Unobserved;
use pushforward::session::{Crew, Hands};
use pushforward::snapshot::LossRecorder;

const EXPERIMENT: &str = r#"(
    version: 1,
    name: "golden",
    title: "Eight Gaussians",
    target: (shape: EightGaussians(radius: 3.0, std: 0.3)),
    velocity: Exact(),
    solver: Heun(steps: 12),
    evaluation: (samples: 200, w2_samples: 100),
    view: (t: 0.5, particles: 60, paths: 30, field: 12, given: Some((at: (3.0, 0.0), points: 2))),
    lanes: [(title: "cond-OT"), (title: "VP", set: ["path=Vp()"])],
)"#;

/// Pixels of a golden picture are those of so many dots per inch.
const DPI: f32 = 60.0;

/// A figure with its name, and what has to be in it: panels, and elements of the SVG.
struct Golden {
    name: &'static str,
    figure: Figure,
    panels: usize,
    /// An element of the vectors, and the least number of them.
    has: (&'static str, usize),
}

fn golden(
    name: &'static str,
    kind: FigureKind,
    times: &[f64],
    panels: usize,
    has: (&'static str, usize),
) -> Golden {
    Golden {
        name,
        figure: Figure {
            times: times.to_vec(),
            width: Some(Length::Inches(6.0)),
            ..Figure::new(kind)
        },
        panels,
        has,
    }
}

fn all() -> Vec<Golden> {
    let named = |name| FigureKind::named(name).unwrap();
    vec![
        golden(
            "trajectories",
            named("trajectories"),
            &[],
            1,
            ("<polyline", 30),
        ),
        golden("strip", named("strip"), &[], 5, ("<circle", 5 * 60)),
        golden(
            "strip-density",
            FigureKind::Strip {
                of: StripOf::Density,
            },
            &[0.0, 0.5, 1.0],
            3,
            ("<image", 3),
        ),
        golden(
            "field",
            named("field"),
            &[0.5],
            1,
            ("data-layer=\"Field\"", 1),
        ),
        golden(
            "field-exact",
            FigureKind::Field { of: FieldOf::Exact },
            &[0.5],
            1,
            ("data-layer=\"ExactField\"", 1),
        ),
        golden("density", named("density"), &[], 1, ("<image", 1)),
        golden(
            "density-exact",
            FigureKind::Density {
                of: DensityOf::Exact,
            },
            &[1.0],
            1,
            ("<image", 1),
        ),
        golden(
            "density-difference",
            FigureKind::Density {
                of: DensityOf::Difference,
            },
            &[],
            1,
            ("color-bar-1", 1),
        ),
        golden("lanes", named("lanes"), &[], 2, ("<polyline", 60)),
        golden("pairs", named("pairs"), &[], 1, ("data-layer=\"Pairs\"", 1)),
        golden("grid", named("grid"), &[], 1, ("<polyline", 10)),
        golden(
            "conditional",
            named("conditional"),
            &[0.5],
            1,
            ("<polyline", 1),
        ),
        golden("posterior", named("posterior"), &[0.3], 1, ("<polyline", 1)),
        formulas(),
        golden("triptych", named("triptych"), &[], 3, ("<polyline", 30)),
    ]
}

/// A field with formulas in its title.
fn formulas() -> Golden {
    let mut golden = golden(
        "formulas",
        FigureKind::Field {
            of: FieldOf::Difference,
        },
        &[0.5],
        1,
        ("color-bar-1", 1),
    );
    golden.figure.title = Some(
        r"Eight Gaussians: $u_t(x) = E[\dot X_t | X_t = x]$, $\frac{d}{dt}\psi_t(x) = u_t(\psi_t(x))$"
            .to_owned(),
    );
    golden
}

fn drawn(goldens: &[Golden]) -> Vec<Drawn> {
    let experiment = Experiment::from_ron(EXPERIMENT).unwrap();
    let crew = Crew::of_all_cores().unwrap();
    let hands = Hands::of(&crew);
    let nowhere = tempfile::tempdir().unwrap();
    let subjects = Subject::of_folder(nowhere.path(), &experiment, &crew).unwrap();
    let one = |golden: &Golden| {
        let mut view = experiment.view.clone();
        view.ask = (golden.name == "posterior").then_some((1.0, 0.5));
        let looked = (&golden.figure, &view);
        let drawn = draw(&subjects, looked, &hands, &mut Unobserved);
        let drawn = drawn.unwrap_or_else(|error| panic!("{}: {error}", golden.name));
        drawn.unwrap()
    };
    goldens.iter().map(one).collect()
}

fn options() -> Options {
    Options {
        dpi: DPI,
        ..Options::default()
    }
}

fn place(name: &str, format: Format) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    folder.join(format!("{name}.{}", format.suffix()))
}

/// What of a file is compared: pixels, or all of it.
fn compared(format: Format, bytes: &[u8]) -> Vec<u8> {
    match format {
        Format::Png => pixels(bytes).1,
        _ => bytes.to_vec(),
    }
}

/// Columns and rows of a PNG file, and its bytes.
fn pixels(file: &[u8]) -> ([usize; 2], Vec<u8>) {
    let decoder = png::Decoder::new(std::io::Cursor::new(file));
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    pixels.truncate(info.buffer_size());
    ([info.width, info.height].map(|n| n as usize), pixels)
}

/// Where a scene's file differs from the golden one.
fn difference(name: &str, format: Format, scene: &Scene) -> Option<String> {
    let made = format.encode(scene, &options()).unwrap();
    let golden = fs::read(place(name, format)).unwrap();
    let (made, golden) = (compared(format, &made), compared(format, &golden));
    if made.len() != golden.len() {
        let (made, golden) = (made.len(), golden.len());
        return Some(format!("{name} {format:?}: {made} bytes, golden {golden}"));
    }
    let differing = made.iter().zip(&golden).filter(|(a, b)| a != b).count();
    (differing > 0).then(|| format!("{name} {format:?}: {differing} bytes differ"))
}

const FORMATS: [Format; 3] = [Format::Png, Format::Svg, Format::Pdf];

#[test]
fn every_kind_is_the_golden_figure() {
    let goldens = all();
    let drawn = drawn(&goldens);
    let write = std::env::var("PUSHFORWARD_GOLDEN").is_ok_and(|value| value == "write");
    let mut wrong = Vec::new();
    for (golden, drawn) in goldens.iter().zip(&drawn) {
        for format in FORMATS {
            if write {
                let bytes = format.encode(&drawn.scene, &options()).unwrap();
                fs::write(place(golden.name, format), bytes).unwrap();
            }
            wrong.extend(difference(golden.name, format, &drawn.scene));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Curves of losses and measurements that are written here, and of what is known exactly.
fn curves() -> Vec<(&'static str, MetricsOf, Scene)> {
    let experiment = Experiment::from_ron(EXPERIMENT).unwrap();
    let crew = Crew::of_all_cores().unwrap();
    let hands = Hands::of(&crew);
    let nowhere = tempfile::tempdir().unwrap();
    let mut subjects = Subject::of_folder(nowhere.path(), &experiment, &crew).unwrap();
    for (i, subject) in subjects.iter_mut().enumerate() {
        let mut losses = LossRecorder::default();
        for step in 0..2000_u32 {
            let noise = f64::from(step.wrapping_mul(2_654_435_761) >> 16) / 65_536.0 - 0.5;
            let loss = 9.7 + 20.0 * (-f64::from(step) / 150.0).exp() + 2.0 * noise;
            losses.push((loss * (1.0 + 0.4 * i as f64)) as f32);
        }
        subject.frame.loss = losses.history();
    }
    let figure = |of| Figure {
        width: Some(Length::Inches(if of == MetricsOf::Training {
            6.75
        } else {
            3.25
        })),
        ..Figure::new(FigureKind::Metrics { of })
    };
    let drawn = |of, n: usize| {
        let looked = (&figure(of), &experiment.view);
        let drawn = draw(&subjects[..n], looked, &hands, &mut Unobserved);
        drawn
            .unwrap_or_else(|error| panic!("{of:?}: {error}"))
            .unwrap()
    };
    let trained = {
        let frame = |subject: &Subject, factor: f64| {
            let mut frame = subject.frame.clone();
            let points = [0, 10, 50, 100, 500, 1000, 5000].map(|step| MeasuredAt {
                step,
                straightness: factor * (0.05 + 20.0 / (1.0 + step as f64 / 30.0)),
                w2: Some(factor * (0.3 + 2.0 / (1.0 + step as f64 / 100.0))),
            });
            let of = frame.flow();
            let curve = LearningCurve::new(of.experiment.clone(), points.into());
            frame.products.put(of, curve);
            frame
        };
        let frames = [frame(&subjects[0], 1.0), frame(&subjects[1], 1.7)];
        let titles = subjects.iter().map(|subject| subject.title.clone());
        let lanes: Vec<LanePanel> = frames
            .iter()
            .zip(titles)
            .map(|(frame, title)| LanePanel::measured(frame, title))
            .collect();
        let material = Material {
            lanes: &lanes,
            view: &experiment.view,
        };
        let figure = figure(MetricsOf::Training);
        let page = figures::page(&figure, &material, &FigureStyle::paper()).unwrap();
        figures::scene(&figure, &material, &page).unwrap()
    };
    vec![
        (
            "metrics-loss",
            MetricsOf::Loss,
            drawn(MetricsOf::Loss, 2).scene,
        ),
        (
            "metrics-solver-error",
            MetricsOf::SolverError,
            drawn(MetricsOf::SolverError, 1).scene,
        ),
        (
            "metrics-block-cost",
            MetricsOf::BlockCost,
            drawn(MetricsOf::BlockCost, 1).scene,
        ),
        (
            "metrics-straightness",
            MetricsOf::Straightness,
            drawn(MetricsOf::Straightness, 2).scene,
        ),
        ("metrics-training", MetricsOf::Training, trained),
    ]
}

#[test]
fn every_metric_is_the_golden_curves() {
    let write = std::env::var("PUSHFORWARD_GOLDEN").is_ok_and(|value| value == "write");
    let mut wrong = Vec::new();
    for (name, of, scene) in curves() {
        shows_its_curves(of, &scene);
        for format in FORMATS {
            if write {
                let bytes = format.encode(&scene, &options()).unwrap();
                fs::write(place(name, format), bytes).unwrap();
            }
            wrong.extend(difference(name, format, &scene));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Lines, words and bounds of a figure of curves.
fn shows_its_curves(of: MetricsOf, scene: &Scene) {
    let lines: usize = scene
        .furniture
        .iter()
        .map(|item| match item {
            Item::Polylines(lines) => lines.ends.len(),
            _ => 0,
        })
        .sum();
    // Two lanes, the loss raw and smoothed; every solver with equal steps, and the one that chooses them.
    let expected = match of {
        MetricsOf::Loss | MetricsOf::Training => 4,
        MetricsOf::SolverError => Solver::EQUAL.len() + 1,
        MetricsOf::BlockCost => 1,
        MetricsOf::Straightness => 2,
    };
    assert_eq!(lines, expected, "{of:?}");
    let words: Vec<&Text> = scene
        .furniture
        .iter()
        .filter_map(|item| match item {
            Item::Text(text) => Some(text),
            _ => None,
        })
        .collect();
    let says: &[&str] = match of {
        MetricsOf::Loss => &["CFM loss", "training step", "floor V of the loss", "VP"],
        MetricsOf::SolverError => &[
            "end-point error (RMS)",
            "velocity evaluations per particle (NFE)",
            "10⁻⁶",
            "order 1",
            "order 2",
            "order 4",
        ],
        MetricsOf::BlockCost => &[
            "pairs of a block, k",
            "W₂² of source and target, 100 samples",
            "1000",
        ],
        MetricsOf::Straightness => &["t", "cond-OT", "VP"],
        MetricsOf::Training => &["(a) straightness S", "(b) W₂ to the target", "VP"],
    };
    for expected in says {
        let found = words.iter().any(|text| text.text == *expected);
        assert!(
            found,
            "{of:?}: {expected} among {:?}",
            words.iter().map(|w| &w.text).collect::<Vec<_>>()
        );
    }
    for (i, text) in words.iter().enumerate() {
        let bounds = text.bounds();
        assert!(
            bounds.min.iter().all(|side| *side >= 0.0),
            "{of:?}: {}",
            text.text
        );
        assert!(
            bounds.max[0] <= scene.size[0] && bounds.max[1] <= scene.size[1],
            "{of:?}: {}",
            text.text
        );
        for other in &words[..i] {
            let apart = !bounds.grown(-0.8).touches(&other.bounds().grown(-0.8));
            assert!(apart, "{of:?}: {} and {}", text.text, other.text);
        }
    }
    assert!(
        pushforward::scene::missing::missing(scene).is_empty(),
        "{of:?}"
    );
}

#[test]
fn every_kind_shows_what_it_is_for() {
    let goldens = all();
    for (golden, drawn) in goldens.iter().zip(drawn(&goldens)) {
        let name = golden.name;
        assert_eq!(drawn.scene.panels.len(), golden.panels, "{name}");
        assert!((drawn.scene.size[0] - 432.0).abs() < 1e-3, "{name}");
        let svg = Format::Svg.encode(&drawn.scene, &options()).unwrap();
        let svg = String::from_utf8(svg).unwrap();
        let (element, least) = golden.has;
        let found = svg.matches(element).count();
        assert!(found >= least, "{name}: {found} of {element}");
        for panel in &drawn.scene.panels {
            let rect = panel.transform.rect();
            let inside = rect.min.iter().all(|&side| side >= 0.0)
                && rect.max[0] <= drawn.scene.size[0]
                && rect.max[1] <= drawn.scene.size[1];
            assert!(inside, "{name}: {rect:?}");
        }
        let title =
            drawn.scene.furniture.iter().any(
                |item| matches!(item, Item::Text(text) if text.text.contains("Eight Gaussians")),
            );
        assert!(title, "{name}");
    }
}

#[test]
fn a_wrong_picture_is_noticed() {
    let goldens: Vec<Golden> = all().into_iter().take(1).collect();
    let mut scene = drawn(&goldens).remove(0).scene;
    let name = goldens[0].name;
    assert_eq!(
        FORMATS.map(|format| difference(name, format, &scene)),
        [None, None, None]
    );
    let text = scene.furniture.iter_mut().find_map(|item| match item {
        Item::Text(text) => Some(text),
        _ => None,
    });
    text.unwrap().color = Color::hex(0xff0000);
    for format in FORMATS {
        assert!(difference(name, format, &scene).is_some(), "{format:?}");
    }
}

/// Dots per inch at which files are held against each other.
const FINE_DPI: f32 = 288.0;
/// Sizes agree within so many points.
const AGREEMENT: f32 = 0.5;

/// A page: its size and the box around the dark ink of a part of it, in points.
#[derive(Debug)]
struct Measured {
    size: [f32; 2],
    ink: [f32; 4],
}

impl Measured {
    fn of(file: &[u8], part: pushforward::scene::Rect) -> Self {
        let ([columns, rows], bytes) = pixels(file);
        let channels = bytes.len() / (columns * rows);
        let points = |pixel: usize| pixel as f32 * 72.0 / FINE_DPI;
        let dark = |&(x, y): &(usize, usize)| {
            let pixel = &bytes[channels * (y * columns + x)..][..channels];
            part.contains([points(x), points(y)]) && pixel[..3].iter().all(|&channel| channel < 128)
        };
        let all = (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y)));
        let ends = all.filter(dark).fold(
            [usize::MAX, usize::MAX, 0, 0],
            |[left, top, right, bottom], (x, y)| {
                [left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1)]
            },
        );
        Self {
            size: [columns, rows].map(points),
            ink: ends.map(points),
        }
    }

    fn agrees(&self, other: &Self) -> bool {
        let all = |page: &Self| [page.size.as_slice(), &page.ink].concat();
        let pairs = all(self).into_iter().zip(all(other));
        pairs.into_iter().all(|(a, b)| (a - b).abs() <= AGREEMENT)
    }
}

/// A file as pixels by another program; nothing if that is not installed.
fn rasterised(program: &str, arguments: &[&str], out: &Path) -> Option<Vec<u8>> {
    let done = Command::new(program).args(arguments).output().ok()?;
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    // Inkscape misses the desktop that it does not run on.
    let is_quiet = said.is_empty() || program == "inkscape";
    assert!(done.status.success() && is_quiet, "{program}: {said}");
    Some(fs::read(out).unwrap())
}

#[test]
fn pdf_svg_and_png_agree_in_page_and_type() {
    let title = r"An $x$ of $\sqrt{W_2^2}$ in type";
    let mut goldens: Vec<Golden> = all().into_iter().take(1).collect();
    goldens[0].figure.title = Some(title.to_owned());
    let scene = drawn(&goldens).remove(0).scene;
    let line = scene.furniture.iter().find_map(|item| match item {
        Item::Text(text) if text.text == title => Some(text.bounds().grown(1.0)),
        _ => None,
    });
    let line = line.unwrap();
    let fine = Options {
        dpi: FINE_DPI,
        ..options()
    };
    let png = Measured::of(&Format::Png.encode(&scene, &fine).unwrap(), line);
    assert!(png.ink[2] - png.ink[0] > 60.0, "{png:?}");
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let text = |name: &str| at(name).to_str().unwrap().to_owned();
    let (dpi, test) = (
        FINE_DPI.to_string(),
        "pdf_svg_and_png_agree_in_page_and_type",
    );
    for text_as in [TextAs::Outlines, TextAs::Text] {
        let options = Options {
            text: text_as,
            ..fine.clone()
        };
        fs::write(at("a.pdf"), Format::Pdf.encode(&scene, &options).unwrap()).unwrap();
        let arguments = [
            "-r",
            &dpi,
            "-png",
            "-singlefile",
            &text("a.pdf"),
            &text("pdf"),
        ];
        match rasterised("pdftoppm", &arguments, &at("pdf.png")) {
            None => skip::skip(test, "pdftoppm (poppler-utils) is not installed"),
            Some(file) => {
                let pdf = Measured::of(&file, line);
                assert!(pdf.agrees(&png), "{text_as:?}: {pdf:?} and {png:?}");
            }
        }
    }
    fs::write(at("a.svg"), Format::Svg.encode(&scene, &fine).unwrap()).unwrap();
    let arguments = [
        "-d",
        &dpi,
        "-p",
        &dpi,
        "-o",
        &text("svg.png"),
        &text("a.svg"),
    ];
    match rasterised("rsvg-convert", &arguments, &at("svg.png")) {
        None => skip::skip(test, "rsvg-convert (librsvg2-bin) is not installed"),
        Some(file) => {
            let svg = Measured::of(&file, line);
            assert!(svg.agrees(&png), "{svg:?} and {png:?}");
        }
    }
    let inkscape = vec![
        "--export-type=png".to_owned(),
        format!("--export-dpi={dpi}"),
        format!("--export-filename={}", text("inkscape.png")),
        text("a.svg"),
    ];
    let resvg = vec!["--dpi".to_owned(), dpi, text("a.svg"), text("resvg.png")];
    for (program, arguments) in [("inkscape", inkscape), ("resvg", resvg)] {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match rasterised(program, &arguments, &at(&format!("{program}.png"))) {
            None => skip::skip(
                &format!("page_and_type_in_{program}"),
                &format!("{program} is not installed"),
            ),
            Some(file) => {
                let svg = Measured::of(&file, line);
                assert!(svg.agrees(&png), "{program}: {svg:?} and {png:?}");
            }
        }
    }
}
