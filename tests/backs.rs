//! Figures through other people's programs: vectors pass the validators and show what our own pixels show, arrays are read by
//! numpy, films by ffmpeg.

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

use pushforward::experiment::figure::{FilmOver, Length, StripOf, TextAs};
use pushforward::experiment::{Experiment, Figure, FigureKind, Layer};
use pushforward::export::numbers::NumbersFormat;
use pushforward::export::{Format, Ground, Metadata, Options, flatten, npy, png};
use pushforward::flow::Bounds;
use pushforward::products::LogDensityMap;
use pushforward::scene::figures::{FilmShot, film_shot};
use pushforward::scene::numbers::Values;
use pushforward::scene::{Arrows, Color, Item, PagePoint, Polylines, Scene, Segments};
use pushforward::session::export::{self as session_export, Subject, draw};
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

/// What numpy reads of files of arrays: for each array its type, its lengths and its values one after the other, numbers
/// that are none as `null`.
const READ: &str = r#"
import json, sys
import numpy as np

def told(array):
    values = [None if value != value else value for value in array.ravel().tolist()]
    return {"dtype": array.dtype.str, "shape": list(array.shape), "values": values}

def read(path):
    loaded = np.load(path, allow_pickle=False)
    if path.endswith(".npy"):
        return {"": told(loaded)}
    return {name: told(loaded[name]) for name in loaded.files}

json.dump([read(path) for path in sys.argv[1:]], sys.stdout)
"#;

/// What numpy reads of these files; or why there is none to ask.
fn numpy(files: &[PathBuf]) -> Result<serde_json::Value, String> {
    let python = |arguments: &[&str]| Command::new("python3").args(arguments).output();
    match python(&["-c", "import numpy"]) {
        Err(error) => return Err(format!("no python3: {error}")),
        Ok(output) if !output.status.success() => return Err("python3 has no numpy".to_owned()),
        Ok(_) => {}
    }
    let files = files.iter().map(|file| file.to_str().unwrap());
    let arguments: Vec<&str> = ["-B", "-c", READ].into_iter().chain(files).collect();
    let output = python(&arguments).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    Ok(serde_json::from_slice(&output.stdout).unwrap())
}

/// A column as what numpy should say of it.
fn told(values: &Values, shape: &[usize]) -> serde_json::Value {
    match values {
        // A double that is a number of single precision is written and read as itself.
        Values::Numbers(numbers) => {
            let numbers = numbers
                .iter()
                .map(|x| x.is_finite().then_some(f64::from(*x)));
            let numbers: Vec<Option<f64>> = numbers.collect();
            serde_json::json!({"dtype": "<f4", "shape": shape, "values": numbers})
        }
        Values::Words(words) => {
            let longest = words.iter().map(|word| word.chars().count()).max();
            let dtype = format!("<U{}", longest.unwrap_or(1).max(1));
            serde_json::json!({"dtype": dtype, "shape": shape, "values": words})
        }
    }
}

/// Whether two values are the same, numbers but for the last digit that reading JSON may lose.
fn agree(a: &serde_json::Value, b: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Number, Object};
    match (a, b) {
        (Number(a), Number(b)) => {
            let [a, b] = [a, b].map(|number| number.as_f64().unwrap());
            (a - b).abs() <= 1e-15 * a.abs()
        }
        (Array(a), Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| agree(a, b)),
        (Object(a), Object(b)) => {
            let known = |(name, a)| b.get(name).is_some_and(|b| agree(a, b));
            a.len() == b.len() && a.iter().all(known)
        }
        _ => a == b,
    }
}

#[test]
fn arrays_come_back_from_numpy_as_they_were_written() {
    let experiment = Experiment::from_ron(EXPERIMENT).unwrap();
    let crew = Crew::of_all_cores().unwrap();
    let hands = Hands::of(&crew);
    let folder = tempfile::tempdir().unwrap();
    let subjects = Subject::of_folder(folder.path(), &experiment, &crew).unwrap();
    let (mut files, mut written) = (Vec::new(), Vec::new());
    let strip = FigureKind::Strip {
        of: StripOf::Density,
    };
    let named = ["lanes", "field", "density", "film"].map(|name| FigureKind::named(name).unwrap());
    for kind in named.into_iter().chain([strip]) {
        let figure = Figure {
            paths: Some(7),
            ..Figure::new(kind.clone())
        };
        let looked = (&figure, &experiment.view);
        let drawn = draw(&subjects, looked, &hands, &mut Unobserved)
            .unwrap()
            .unwrap();
        let numbers = drawn.numbers(&figure, &|| true).unwrap().unwrap();
        let file = folder.path().join(format!("{}.npz", files.len()));
        fs::write(&file, NumbersFormat::Npz.encode(&numbers).unwrap()).unwrap();
        files.push(file);
        let mut arrays = serde_json::Map::new();
        for (i, table) in numbers.tables.iter().enumerate() {
            for column in &table.columns {
                let name = match i {
                    0 => column.name.to_owned(),
                    _ => format!("{}.{}", table.name, column.name),
                };
                arrays.insert(name, told(&column.values, &table.shape()));
            }
        }
        assert!(arrays.len() >= 3, "{kind:?}: {:?}", arrays.keys());
        written.push(serde_json::Value::Object(arrays));
    }
    let map = LogDensityMap {
        bounds: Bounds::square(1.0),
        n: [3, 2],
        values: [0.5, -1.0, 2.0, f64::NEG_INFINITY, 0.0, 1e-9].to_vec(),
    };
    let file = folder.path().join("density.npy");
    fs::write(&file, npy::density(&map).unwrap()).unwrap();
    files.push(file);
    let values: Vec<f64> = map.values.iter().map(|log| log.exp()).collect();
    written.push(serde_json::json!({"": {"dtype": "<f8", "shape": [2, 3], "values": values}}));
    match numpy(&files) {
        Err(reason) => skip("arrays_come_back_from_numpy", &reason),
        Ok(read) => {
            let read = read.as_array().unwrap();
            assert_eq!(read.len(), written.len());
            for (file, (read, written)) in files.iter().zip(read.iter().zip(&written)) {
                assert!(
                    agree(read, written),
                    "{}: {read} and {written}",
                    file.display()
                );
            }
        }
    }
}

/// What ffprobe says of the film in a file under these names, one after the other.
fn probed(file: &Path, names: &str) -> Vec<String> {
    let entries = format!("stream={names}:format_tags=title,comment");
    let output = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-count_frames",
            "-select_streams",
            "v:0",
            "-show_entries",
            &entries,
        ])
        .args(["-of", "default=noprint_wrappers=1"])
        .arg(file)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// The picture of a film with this number, as red, green and blue.
fn picture_of(file: &Path, number: usize) -> Vec<u8> {
    let filter = format!("select=eq(n\\,{number}),scale=in_color_matrix=bt709:in_range=tv");
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(file)
        .args([
            "-vf",
            &filter,
            "-frames:v",
            "1",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgb24",
            "-",
        ])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

#[test]
fn a_film_has_the_size_the_pictures_and_the_rate_that_were_asked_for() {
    for tool in ["ffmpeg", "ffprobe"] {
        if !is_there(tool) {
            return skip("a_film_has_the_size", &format!("{tool} is not installed"));
        }
    }
    let experiment = Experiment::from_ron(EXPERIMENT).unwrap();
    let crew = Crew::of_all_cores().unwrap();
    let hands = Hands::of(&crew);
    let folder = tempfile::tempdir().unwrap();
    let subjects = Subject::of_folder(folder.path(), &experiment, &crew).unwrap();
    let (frames, rate, pause) = (12, 10.0, 0.4);
    let figure = Figure {
        width: Some(Length::Pixels(400.0)),
        height: Some(Length::Pixels(240.0)),
        dpi: 80.0,
        paths: Some(20),
        ..Figure::new(FigureKind::Film {
            frames,
            rate,
            pause,
            repeat: false,
            over: FilmOver::Time,
        })
    };
    let looked = (&figure, &experiment.view);
    let drawn = draw(&subjects, looked, &hands, &mut Unobserved).unwrap();
    let drawn = std::sync::Arc::new(drawn.unwrap());
    let options = session_export::options(&figure, &experiment).unwrap();
    let places = ["a.mp4", "a.gif", "a.apng"].map(|name| folder.path().join(name));
    session_export::write(&places, &figure, &drawn, &options, &hands, &mut Unobserved).unwrap();
    let [mp4, gif, apng] = &places;
    let said = probed(
        mp4,
        "codec_name,width,height,pix_fmt,r_frame_rate,nb_read_frames",
    );
    // The first and the last picture stay four more pictures each.
    for expected in [
        "codec_name=h264",
        "width=400",
        "height=240",
        "pix_fmt=yuv420p",
        "r_frame_rate=10/1",
        "nb_read_frames=20",
    ] {
        assert!(
            said.iter().any(|line| line == expected),
            "{expected}: {said:?}"
        );
    }
    let title = format!("TAG:title={}", options.metadata.title);
    assert!(said.contains(&title), "{title}: {said:?}");
    assert!(
        said.iter().any(|line| line.starts_with("TAG:comment=(")),
        "{said:?}"
    );
    for other in [gif, apng] {
        let said = probed(other, "width,height,nb_read_frames");
        for expected in ["width=400", "height=240", "nb_read_frames=12"] {
            assert!(
                said.iter().any(|line| line == expected),
                "{expected}: {said:?}"
            );
        }
    }
    for (number, t) in [(0, 0.0), (19, 1.0)] {
        let shot = film_shot(&figure, FilmShot::Flow(t));
        let own = png::pixels(&drawn.shot(&shot).unwrap(), &options).unwrap();
        let own = own.rgba.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]);
        let own: Vec<u8> = own.collect();
        let theirs = picture_of(mp4, number);
        assert_eq!(theirs.len(), own.len());
        let off = own
            .iter()
            .zip(&theirs)
            .map(|(a, b)| f64::from(a.abs_diff(*b)));
        let off = off.sum::<f64>() / own.len() as f64;
        assert!(off < 4.0, "picture {number} is off by {off} of 255");
    }
    let ends = [0, 19].map(|number| picture_of(mp4, number));
    assert!(ends[0] != ends[1], "it moves");
}
