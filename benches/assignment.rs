//! Exact assignments on the same points: `cargo bench --bench assignment`.
//!
//! This crate's solver and lsap (a port of SciPy's), CPU time on one core with the cost included, Gaussian to eight
//! Gaussians. Then, if Python has the packages, POT and SciPy on those very points
//! (`benches/peers/assignment.py`).

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use cpu_time::ThreadTime;
use pushforward::experiment::presets;
use pushforward::flow::Point;
use pushforward::flow::coupling::assignment::assign;
use pushforward::flow::rng::{Stream, stream};
use pushforward::session::files::atomic_write;

const SIZES: [usize; 3] = [256, 512, 1024];
const DRAWS: u64 = 11;

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
    peers(folder.path())
}

fn points(n: usize, draw: u64) -> Result<(Vec<Point>, Vec<Point>), Box<dyn std::error::Error>> {
    let preset = presets::find("eight-gaussians").ok_or("the preset is missing")?;
    let experiment = preset.experiment()?;
    let mut rng = stream(0, Stream::Pairs, draw);
    let x_0 = experiment.source.sampler()?.sample_n(n, &mut rng);
    Ok((x_0, experiment.target.sampler()?.sample_n(n, &mut rng)))
}

/// The mean cost of the optimal permutation, cost matrix included.
fn by_lsap(x_0: &[Point], x_1: &[Point]) -> Result<f64, Box<dyn std::error::Error>> {
    let squared = |x: &Point, y: &Point| (x[0] - y[0]).powi(2) + (x[1] - y[1]).powi(2);
    let costs: Vec<f64> = x_0
        .iter()
        .flat_map(|x| x_1.iter().map(move |y| squared(x, y)))
        .collect();
    let n = x_0.len();
    let total = lsap::get_assigned_cost(n, n, &costs, false).map_err(|e| format!("{e:?}"))?;
    Ok(total / n as f64)
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
