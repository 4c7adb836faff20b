//! Exact assignments on the same points: `cargo bench --bench assignment`.
//!
//! This crate's solver and lsap (a port of SciPy's), CPU time on one core with the cost included, Gaussian to eight
//! Gaussians. Then points that coincide, nearly or exactly, towards eight Gaussians on the same core: the ratio is what
//! another machine can compare. Then, if Python has the packages, POT and SciPy on the points of the first table
//! (`benches/peers/assignment.py`).

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use cpu_time::ThreadTime;
use pushforward::experiment::presets;
use pushforward::flow::Point;
use pushforward::flow::coupling::assignment::{Assignment, assign};
use pushforward::flow::rng::{Stream, stream};
use pushforward::session::files::atomic_write;
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

const SIZES: [usize; 3] = [256, 512, 1024];
const DRAWS: u64 = 11;
/// Sizes for points that coincide.
const BLOCKS: [usize; 3] = [256, 1024, 4096];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    println!("| n | this solver, ms (median / min) | lsap, ms | ratio of medians | same cost |");
    println!("|---|---|---|---|---|");
    for n in SIZES {
        let draws = (0..DRAWS)
            .map(|draw| points(n, draw))
            .collect::<Result<Vec<_>, _>>()?;
        let (mut ours, mut theirs, mut worst) = (Vec::new(), Vec::new(), 0.0_f64);
        for (x_0, x_1) in &draws {
            let start = ThreadTime::try_now()?;
            let assignment = assign(black_box(x_0), black_box(x_1))?;
            ours.push(1e3 * start.elapsed().as_secs_f64());
            let start = ThreadTime::try_now()?;
            let cost = by_lsap(black_box(x_0), black_box(x_1))?;
            theirs.push(1e3 * start.elapsed().as_secs_f64());
            worst = worst.max((assignment.mean_cost - cost).abs() / cost);
        }
        ours.sort_by(f64::total_cmp);
        theirs.sort_by(f64::total_cmp);
        let middle = ours.len() / 2;
        println!(
            "| {n} | {:.2} / {:.2} | {:.1} | {:.0} | to {worst:.0e} |",
            ours[middle],
            ours[0],
            theirs[middle],
            theirs[middle] / ours[middle]
        );
        write_points(folder.path(), n, &draws)?;
    }
    points_that_coincide()?;
    peers(folder.path())
}

/// Every kind takes turns with the others, so that a change of the machine's pace meets all of them.
fn points_that_coincide() -> Result<(), Box<dyn std::error::Error>> {
    println!(
        "\n| n | sources to targets | ms (median / min) | eight Gaussians = 1 | duality gap | infeasible by |"
    );
    println!("|---|---|---|---|---|---|");
    for n in BLOCKS {
        let mut rows: Vec<Row> = Vec::new();
        for draw in 0..DRAWS {
            for (k, (kind, x_0, x_1)) in kinds(n, draw)?.into_iter().enumerate() {
                if rows.len() == k {
                    rows.push(Row::new(kind));
                }
                let start = ThreadTime::try_now()?;
                let assignment = assign(black_box(&x_0), black_box(&x_1))?;
                rows[k].times.push(1e3 * start.elapsed().as_secs_f64());
                rows[k].check(&x_0, &x_1, &assignment);
            }
        }
        let medians: Vec<f64> = rows.iter_mut().map(Row::median).collect();
        for (row, median) in rows.iter().zip(&medians) {
            println!(
                "| {n} | {} | {median:.2} / {:.2} | {:.2} | {:.0e} | {:.0e} |",
                row.kind,
                row.times[0],
                median / medians[0],
                row.gap,
                row.infeasibility
            );
        }
    }
    Ok(())
}

/// What was measured on one kind of points; the certificate as parts of the largest cost, the worst of all draws.
struct Row {
    kind: &'static str,
    times: Vec<f64>,
    gap: f64,
    infeasibility: f64,
}

impl Row {
    fn new(kind: &'static str) -> Self {
        Self {
            kind,
            times: Vec::new(),
            gap: 0.0,
            infeasibility: 0.0,
        }
    }

    /// Sorts the times.
    fn median(&mut self) -> f64 {
        self.times.sort_by(f64::total_cmp);
        self.times[self.times.len() / 2]
    }

    fn check(&mut self, x_0: &[Point], x_1: &[Point], assignment: &Assignment) {
        let (mut largest, mut worst) = (f64::MIN_POSITIVE, 0.0_f64);
        for (x, u) in x_0.iter().zip(&assignment.u) {
            for (y, v) in x_1.iter().zip(&assignment.v) {
                let cost = squared_distance(x, y);
                largest = largest.max(cost);
                worst = worst.max(u + v - cost);
            }
        }
        let sum = assignment.u.iter().sum::<f64>() + assignment.v.iter().sum::<f64>();
        let gap = (assignment.mean_cost - sum / x_0.len() as f64).abs();
        self.gap = self.gap.max(gap / largest);
        self.infeasibility = self.infeasibility.max(worst / largest);
    }
}

type Kind = (&'static str, Vec<Point>, Vec<Point>);

/// Eight Gaussians, then everything that ties; a Gaussian is the source where nothing else is said.
fn kinds(n: usize, draw: u64) -> Result<Vec<Kind>, Box<dyn std::error::Error>> {
    let (cloud, eight) = points(n, draw)?;
    let mut rng = stream(1, Stream::Pairs, draw);
    let mut around = |places: &[Point], std: f64| around(places, std, n, &mut rng);
    let two = [[3.0, 0.0], [-3.0, 0.0]];
    let sources = [[0.0, 1.0], [0.5, -1.0]];
    let lattice: Vec<Point> = (0..49)
        .map(|i| [f64::from(i % 7), f64::from(i / 7)])
        .collect();
    let line: Vec<Point> = (0..25).map(|i| [0.25 * f64::from(i) - 3.0, 0.0]).collect();
    let rows = n.isqrt();
    let grid: Vec<Point> = (0..n)
        .map(|i| [(i % rows) as f64, (i / rows) as f64])
        .collect();
    let turned: Vec<Point> = grid.iter().map(|p| [0.5 * p[1], -p[0]]).collect();
    let gaussian = || cloud.clone();
    Ok(vec![
        ("eight Gaussians", gaussian(), eight),
        ("two clusters, std 1e-6", gaussian(), around(&two, 1e-6)),
        ("two clusters, std 1e-2", gaussian(), around(&two, 1e-2)),
        ("two points", gaussian(), around(&two, 0.0)),
        ("49 points of a lattice", gaussian(), around(&lattice, 0.0)),
        (
            "49 clusters on a lattice, std 1e-9",
            gaussian(),
            around(&lattice, 1e-9),
        ),
        ("25 points on a line", gaussian(), around(&line, 0.0)),
        (
            "25 clusters on a line, std 1e-6",
            gaussian(),
            around(&line, 1e-6),
        ),
        ("one point", gaussian(), around(&two[..1], 0.0)),
        (
            "two source points to a Gaussian",
            around(&two, 0.0),
            gaussian(),
        ),
        (
            "two source clusters, std 1e-6, to a Gaussian",
            around(&two, 1e-6),
            gaussian(),
        ),
        (
            "two points to two points",
            around(&sources, 0.0),
            around(&two, 0.0),
        ),
        (
            "two clusters to two, std 1e-6",
            around(&sources, 1e-6),
            around(&two, 1e-6),
        ),
        (
            "lattice to lattice, 49 points",
            around(&lattice, 0.0),
            around(&lattice, 0.0),
        ),
        ("integer grid to a turned one", grid, turned),
    ])
}

/// Draws from clouds of one width around places that are equally likely.
fn around(places: &[Point], std: f64, n: usize, rng: &mut impl Rng) -> Vec<Point> {
    let mut draw = |_| {
        let place = places[rng.random_range(0..places.len())];
        place.map(|c| c + std * rng.sample::<f64, _>(StandardNormal))
    };
    (0..n).map(&mut draw).collect()
}

fn points(n: usize, draw: u64) -> Result<(Vec<Point>, Vec<Point>), Box<dyn std::error::Error>> {
    let preset = presets::find("eight-gaussians").ok_or("the preset is missing")?;
    let experiment = preset.experiment()?;
    let mut rng = stream(0, Stream::Pairs, draw);
    let x_0 = experiment.problem.source.sampler()?.sample_n(n, &mut rng);
    Ok((
        x_0,
        experiment.problem.target.sampler()?.sample_n(n, &mut rng),
    ))
}

/// The mean cost of the optimal permutation, cost matrix included.
fn by_lsap(x_0: &[Point], x_1: &[Point]) -> Result<f64, Box<dyn std::error::Error>> {
    let costs: Vec<f64> = x_0
        .iter()
        .flat_map(|x| x_1.iter().map(move |y| squared_distance(x, y)))
        .collect();
    let n = x_0.len();
    let total = lsap::get_assigned_cost(n, n, &costs, false).map_err(|e| format!("{e:?}"))?;
    Ok(total / n as f64)
}

fn squared_distance(x: &Point, y: &Point) -> f64 {
    (x[0] - y[0]).powi(2) + (x[1] - y[1]).powi(2)
}

/// All draws of one size, one below the other, as `benches/peers/assignment.py` reads them.
fn write_points(
    folder: &Path,
    n: usize,
    draws: &[(Vec<Point>, Vec<Point>)],
) -> Result<(), Box<dyn std::error::Error>> {
    let mut text = "x0,y0,x1,y1\n".to_owned();
    for (x_0, x_1) in draws {
        for (x, y) in x_0.iter().zip(x_1) {
            writeln!(text, "{},{},{},{}", x[0], x[1], y[0], y[1])?;
        }
    }
    let path = folder.join(format!("points-{n}.csv"));
    Ok(atomic_write(&path, text.as_bytes())?)
}

/// Runs the peers on the points; says why not where that is impossible.
fn peers(points: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/assignment.py");
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut command = Command::new(&python);
    match command.arg(script).arg("--points").arg(points).status() {
        Ok(_) => {}
        Err(error) => println!("SKIP: POT and SciPy: {python}: {error}"),
    }
    Ok(())
}
