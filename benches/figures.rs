//! How long figures take to become files, and how large they are: `cargo bench --bench figures`.
//!
//! Bars: a GIF of 300 pictures of 1280 x 720 pixels with 2,000 particles in at most 30 s on two cores and 200 MB of memory;
//! an SVG of everything at 10,000 trajectories in at most 10 s and 15 MB.

use std::alloc::System;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use cap::Cap;
use pushforward::experiment::figure::FilmOver;
use pushforward::experiment::figure::Length;
use pushforward::experiment::{Experiment, Figure, FigureKind, Layer};
use pushforward::export::{Format, flatten};
use pushforward::session::export::{Drawn, Subject, draw, options, write};
use pushforward::session::files::atomic_write;
use pushforward::session::run::Unobserved;
use pushforward::session::{Crew, Hands};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Counts what is allocated by the whole process.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// Threads that make pictures.
const THREADS: usize = 2;
/// A median is that of so many.
const TIMES: usize = 9;
const EXPERIMENT: &str = r#"(
    version: 1,
    name: "figures",
    target: (shape: EightGaussians(radius: 3.0, std: 0.3)),
    velocity: Exact(),
    solver: Heun(steps: 50),
    evaluation: (samples: 500, w2_samples: 200),
    view: (t: 0.5, particles: 2000, paths: 300),
)"#;

/// What everything is made of.
struct Bench {
    experiment: Experiment,
    subjects: Vec<Subject>,
    crew: Crew,
}

fn main() -> Outcome<()> {
    let experiment = Experiment::from_ron(EXPERIMENT)?;
    let crew = Crew::spawn(THREADS)?;
    let folder = tempfile::tempdir()?;
    let subjects = Subject::of_folder(folder.path(), &experiment, &crew)?;
    let bench = Bench {
        experiment,
        subjects,
        crew,
    };
    println!(
        "| figure | file | drawn in | written in | size | memory |\n|---|---|---|---|---|---|"
    );
    bench.stills()?;
    let heavy = bench.heavy()?;
    let film = bench.film(folder.path())?;
    println!(
        "\n| layer | vertices | SVG | written in | rsvg-convert | PDF | written in | pdftoppm | mutool |\n|---|---|---|---|---|---|---|---|---|"
    );
    bench.vectors(folder.path())?;
    println!(
        "\nSVG of 10,000 trajectories, bar of 15 MB and 10 s: {}",
        verdict(heavy)
    );
    println!("film, bar of 30 s and 200 MB: {}", verdict(film));
    Ok(())
}

fn verdict(kept: bool) -> &'static str {
    if kept { "kept" } else { "missed" }
}

impl Bench {
    fn draw(&self, figure: &Figure) -> Outcome<Drawn> {
        let (hands, looked) = (Hands::of(&self.crew), (figure, &self.experiment.view));
        let drawn = draw(&self.subjects, looked, &hands, &mut Unobserved)?;
        Ok(drawn.ok_or("interrupted")?)
    }

    /// The usual figure in every format.
    fn stills(&self) -> Outcome<()> {
        let figure = Figure::new(FigureKind::Trajectories);
        let start = Instant::now();
        let drawn = self.draw(&figure)?;
        let drawing = start.elapsed().as_secs_f64();
        let options = options(&figure, &self.experiment)?;
        for format in Format::ALL {
            let mut times = Vec::new();
            let mut bytes = 0;
            for _ in 0..TIMES {
                let start = Instant::now();
                bytes = format.encode(&drawn.scene, &options)?.len();
                times.push(start.elapsed().as_secs_f64());
            }
            times.sort_by(f64::total_cmp);
            let (suffix, median) = (format.suffix(), 1e3 * times[TIMES / 2]);
            println!(
                "| trajectories, 300 | {suffix} | {:.0} ms | {median:.0} ms | {:.0} kB | |",
                1e3 * drawing,
                bytes as f64 / 1e3
            );
        }
        Ok(())
    }

    /// Everything that has a mark for each particle, of 10,000; whether it keeps its bar.
    fn heavy(&self) -> Outcome<bool> {
        let figure = Figure {
            paths: Some(10_000),
            layers: Some(vec![
                Layer::Source,
                Layer::Target,
                Layer::Trajectories,
                Layer::Particles,
                Layer::Trails,
                Layer::Field,
            ]),
            ..Figure::new(FigureKind::Trajectories)
        };
        let mut is_kept = true;
        for format in [Format::Svg, Format::Pdf] {
            let start = Instant::now();
            let drawn = self.draw(&figure)?;
            let drawing = start.elapsed().as_secs_f64();
            let bytes = format
                .encode(&drawn.scene, &options(&figure, &self.experiment)?)?
                .len();
            let all = start.elapsed().as_secs_f64();
            let size = bytes as f64 / 1e6;
            is_kept &= size < 15.0 && all < 10.0;
            println!(
                "| everything, 10,000 (pictures: {}) | {} | {drawing:.1} s | {:.1} s | {size:.1} MB | |",
                names(&flatten::layers(&drawn.scene)),
                format.suffix(),
                all - drawing
            );
        }
        Ok(is_kept)
    }

    /// A film of 2,000 particles; whether it keeps its bar.
    fn film(&self, folder: &Path) -> Outcome<bool> {
        let figure = Figure {
            width: Some(Length::Pixels(1280.0)),
            height: Some(Length::Pixels(720.0)),
            dpi: 100.0,
            style: "slide".to_owned(),
            paths: Some(2000),
            ..Figure::new(FigureKind::Film {
                frames: 300,
                rate: 30.0,
                pause: 0.5,
                repeat: true,
                over: FilmOver::Time,
            })
        };
        let before = MEMORY.allocated();
        let start = Instant::now();
        let drawn = Arc::new(self.draw(&figure)?);
        let drawing = start.elapsed().as_secs_f64();
        let options = options(&figure, &self.experiment)?;
        let path = folder.join("film.gif");
        let hands = Hands::of(&self.crew);
        let watch = Watch::start(before)?;
        let places = std::slice::from_ref(&path);
        let written = write(places, &figure, &drawn, &options, &hands, &mut Unobserved)?;
        let peak = watch.peak() as f64 / 1e6;
        let all = start.elapsed().as_secs_f64();
        let written = written.and_then(|written| written.into_iter().next());
        let size = written.ok_or("interrupted")?.bytes as f64 / 1e6;
        println!(
            "| film, 300 pictures, 2,000 particles | gif | {drawing:.1} s | {:.1} s | {size:.1} MB | {peak:.0} MB |",
            all - drawing
        );
        Ok(all <= 30.0 && peak <= 200.0)
    }

    /// What trajectories and particles take as vectors, for the number from which on they are a picture: the files, and
    /// how long viewers that are installed draw a page of them.
    fn vectors(&self, folder: &Path) -> Outcome<()> {
        let trajectories = [300, 1000, 3000, 6000, 10_000].map(|n| (Layer::Trajectories, n));
        let particles = [2000, 10_000].map(|n| (Layer::Particles, n));
        for (layer, n) in trajectories.into_iter().chain(particles) {
            let figure = Figure {
                paths: Some(n),
                layers: Some(vec![layer]),
                ..Figure::new(FigureKind::Trajectories)
            };
            let drawn = self.draw(&figure)?;
            let groups = drawn.scene.panels.iter().flat_map(|panel| &panel.groups);
            let vertices: usize = groups.map(|group| flatten::vertices(&group.items)).sum();
            let is_picture = match flatten::layers(&drawn.scene).is_empty() {
                true => "",
                false => " (a picture)",
            };
            let mut row = format!("| {n} {} | {vertices}{is_picture} |", layer.name());
            for format in [Format::Svg, Format::Pdf] {
                let start = Instant::now();
                let bytes = format.encode(&drawn.scene, &options(&figure, &self.experiment)?)?;
                let writing = 1e3 * start.elapsed().as_secs_f64();
                let file = folder.join(format!("vectors.{}", format.suffix()));
                atomic_write(&file, &bytes)?;
                row += &format!(" {:.2} MB | {writing:.0} ms |", bytes.len() as f64 / 1e6);
                for (program, arguments) in viewers(format) {
                    row += &match seen(program, arguments, &file) {
                        Some(seconds) => format!(" {seconds:.2} s |"),
                        None => " |".to_owned(),
                    };
                }
            }
            println!("{row}");
        }
        Ok(())
    }
}

/// Programs that draw a file of this format, with what makes them draw it at 100 dots per inch into nowhere.
fn viewers(format: Format) -> &'static [(&'static str, &'static [&'static str])] {
    match format {
        Format::Svg => &[("rsvg-convert", &["-d", "100", "-p", "100"])],
        _ => &[
            ("pdftoppm", &["-r", "100", "-png"]),
            (
                "mutool",
                &["draw", "-q", "-r", "100", "-F", "png", "-o", "/dev/null"],
            ),
        ],
    }
}

/// Seconds until a program has drawn the file; none if it is not installed.
fn seen(program: &str, arguments: &[&str], file: &Path) -> Option<f64> {
    let start = Instant::now();
    let mut command = Command::new(program);
    let done = command
        .args(arguments)
        .arg(file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    done.ok()?.success().then(|| start.elapsed().as_secs_f64())
}

fn names(layers: &[Layer]) -> String {
    let names: Vec<_> = layers.iter().map(|layer| layer.name()).collect();
    names.join(", ")
}

/// Looks at the allocated bytes again and again from a thread of its own.
struct Watch {
    stop: Arc<std::sync::atomic::AtomicBool>,
    thread: std::thread::JoinHandle<usize>,
}

impl Watch {
    fn start(before: usize) -> std::io::Result<Self> {
        let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let thread = std::thread::Builder::new().name("peak".to_owned());
        let thread = thread.spawn(move || {
            let mut peak = 0;
            while !seen.load(std::sync::atomic::Ordering::Relaxed) {
                peak = peak.max(MEMORY.allocated().saturating_sub(before));
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            peak
        })?;
        Ok(Self { stop, thread })
    }

    fn peak(self) -> usize {
        self.stop.store(true, std::sync::atomic::Ordering::Relaxed);
        self.thread.join().unwrap_or(usize::MAX)
    }
}
