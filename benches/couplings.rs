//! What couplings cost, in squared distance and in time: `cargo bench --bench couplings` (about five minutes on two cores).
//!
//! Means over blocks with their standard errors; times are CPU time of one thread, points drawn and paired, medians. The
//! bars: Sinkhorn's at 256 points and epsilon 0.05 at most 5 ms, the stable permutation no slower than the optimal one, a sweep
//! of the heuristic neither; 8,000 steps a second of 3 x 64 under batch-OT with blocks of 256.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use pushforward::experiment::{Experiment, presets};
use pushforward::flow::coupling::entropic::{Plan, Stop, entropic};
use pushforward::flow::coupling::{Blocks, Coupling};
use pushforward::flow::metrics::Mean;
use pushforward::flow::work::finish;
use pushforward::products::Look;
use pushforward::session::lanes_report::MetricsFile;
use pushforward::session::run::{RunOptions, Unobserved, run};
use pushforward::session::{Command, Options, Session};
use pushforward::snapshot::LaneId;
use serde_json::Value;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Draws behind every time.
const DRAWS: u64 = 31;
/// Points of all blocks behind a mean cost.
const POINTS: usize = 32_768;
/// `W_2^2` of the checkerboard, which coupling cost - V - S is on the linear path.
const CHECKERBOARD: f64 = 5.31;
/// CFM values at convergence on a checkerboard, k = 256 (Pooladian et al., arXiv 2304.14772); their heuristic and epsilon are
/// not known exactly.
const PAPER: [(&str, f64); 5] = [
    ("independent", 10.72),
    ("stable", 1.60),
    ("heuristic", 1.56),
    ("Sinkhorn", 0.57),
    ("batch-OT", 0.24),
];
const SINKHORN_BAR: f64 = 5.0;
const STEPS_BAR: f64 = 8000.0;
const WARM_UP: Duration = Duration::from_secs(2);
const STRETCH: Duration = Duration::from_secs(2);
const STRETCHES: usize = 5;

fn main() -> Outcome<()> {
    checkerboard()?;
    block_sizes()?;
    times()?;
    parts_and_relatives()?;
    where_the_time_goes()
}

/// Every coupling of the table with blocks of k.
fn couplings(k: usize) -> impl Iterator<Item = Coupling> {
    Coupling::ALL
        .into_iter()
        .filter(|coupling| PAPER.iter().any(|(name, _)| *name == coupling.name()))
        .map(move |coupling| coupling.with_block(k))
}

fn blocks(preset: &str, coupling: Coupling) -> Outcome<Blocks> {
    let experiment = presets::find(preset)
        .ok_or("no such preset")?
        .experiment()?;
    let (source, target) = (&experiment.problem.source, &experiment.problem.target);
    let seed = experiment.seed;
    Ok(Blocks::new(
        source.sampler()?,
        1.0,
        target.sampler()?,
        coupling,
        seed,
    ))
}

/// The mean squared distance of the pairs of a coupling; independent ones in blocks of k, too.
fn cost(preset: &str, coupling: Coupling, k: usize) -> Outcome<Mean> {
    let blocks = blocks(preset, coupling)?;
    let costs = (0..POINTS.div_ceil(k)).map(|block| Ok(blocks.draw(block as u64, k)?.cost()));
    let costs = costs.collect::<Outcome<Vec<f64>>>()?;
    Ok(Mean::of(costs.iter().copied()))
}

/// The mean of the last losses of the preset's training, a CFM value.
fn trained(preset: &str, coupling: Coupling) -> Outcome<f64> {
    let mut experiment = presets::find(preset)
        .ok_or("no such preset")?
        .experiment()?;
    experiment.problem.coupling = coupling;
    let folder = tempfile::tempdir()?;
    run(
        &experiment,
        folder.path(),
        &RunOptions::default(),
        &mut Unobserved,
    )?;
    let loss = MetricsFile::read(folder.path())?
        .get("loss")
        .and_then(Value::as_f64);
    Ok(loss.ok_or("there is no loss")?)
}

fn checkerboard() -> Outcome<()> {
    println!("Checkerboard, k = 256, linear path: V + S = coupling cost - {CHECKERBOARD}\n");
    println!("| coupling | coupling cost | V + S | CFM value, trained | that of the paper |");
    println!("|---|---|---|---|---|");
    let (mut found, mut losses) = (Vec::new(), Vec::new());
    for (name, paper) in PAPER {
        let coupling = couplings(256).find(|coupling| coupling.name() == name);
        let coupling = coupling.ok_or("no such coupling")?;
        let mean = cost("checkerboard", coupling, 256)?;
        let (rest, loss) = (
            mean.value - CHECKERBOARD,
            trained("checkerboard", coupling)?,
        );
        println!(
            "| {name} | {:.3} +- {:.3} | {rest:.3} | {loss:.3} | {paper} |",
            mean.value, mean.stderr
        );
        found.push(rest);
        losses.push(loss);
    }
    println!();
    for (what, values) in [("V + S", found), ("trained", losses)] {
        let falls = values[0] > values[1] && values[1] > values[3] && values[3] > values[4];
        let between = values[1] > values[2] && values[2] > values[4];
        println!(
            "{what}: independent > stable > Sinkhorn > batch-OT: {}; the heuristic between stable and batch-OT: {}",
            verdict(falls),
            verdict(between)
        );
    }
    println!();
    Ok(())
}

fn block_sizes() -> Outcome<()> {
    let sizes = [1, 4, 16, 64, 256, 1024];
    println!("Eight Gaussians: coupling cost against the block size k\n");
    println!(
        "| coupling | {} | non-increasing |",
        sizes.map(|k| format!("k = {k}")).join(" | ")
    );
    println!("|---|{}---|", "---|".repeat(sizes.len()));
    for coupling in couplings(1).filter(|coupling| coupling.block().is_some()) {
        let costs = sizes.map(|k| cost("eight-gaussians", coupling.with_block(k), k));
        let costs = costs.into_iter().collect::<Outcome<Vec<Mean>>>()?;
        let falls = costs.windows(2).all(|pair| {
            let error = pair[0].stderr.hypot(pair[1].stderr);
            pair[1].value <= pair[0].value + 3.0 * error
        });
        let cells: Vec<String> = costs
            .iter()
            .map(|mean| format!("{:.3} +- {:.3}", mean.value, mean.stderr))
            .collect();
        println!(
            "| {} | {} | {} |",
            coupling.name(),
            cells.join(" | "),
            verdict(falls)
        );
    }
    println!();
    Ok(())
}

/// Median milliseconds of a block, points drawn and paired.
fn milliseconds(coupling: Coupling, k: usize) -> Outcome<f64> {
    let blocks = blocks("eight-gaussians", coupling)?;
    median(|block| Ok(blocks.draw(block, k)?))
}

/// Median CPU milliseconds of work on a block.
fn median<T>(mut work: impl FnMut(u64) -> Outcome<T>) -> Outcome<f64> {
    let mut times = Vec::new();
    for block in 0..DRAWS {
        let start = ThreadTime::try_now()?;
        std::hint::black_box(work(block)?);
        times.push(1e3 * start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}

/// What the parts of a Sinkhorn block take, and couplings of a target with eight classes and with an eightfold symmetry.
fn parts_and_relatives() -> Outcome<()> {
    let independent = blocks("eight-gaussians", Coupling::Independent)?;
    let plan = |block: u64| -> Outcome<Plan<f32>> {
        let pairs = independent.draw(block, 256)?;
        Ok(entropic(&pairs.x_0, &pairs.x_1, 0.05, Stop::default())?)
    };
    let solved = median(plan)?;
    println!(
        "Sinkhorn at 256 points and epsilon 0.05: points and plan {solved:.2} ms, at most {SINKHORN_BAR}: {}",
        verdict(solved <= SINKHORN_BAR)
    );
    let mut experiment = presets::find("eight-gaussians")
        .ok_or("no such preset")?
        .experiment()?;
    let component = |k: u32| {
        let (sin, cos) = (std::f64::consts::TAU * f64::from(k) / 8.0).sin_cos();
        let (x, y, class) = (5.0 * cos, 5.0 * sin, k + 1);
        format!("(weight: 1.0, mean: ({x:.6}, {y:.6}), std: 0.5, class: {class})")
    };
    let components: Vec<String> = (0..8).map(component).collect();
    let target = format!("(shape: Mixture(components: [{}]))", components.join(", "));
    for (name, target, coupling) in [
        (
            "class-wise OT, eight classes",
            target.as_str(),
            "ClassOt(batch: 256)",
        ),
        (
            "equivariant OT, C_8",
            "(shape: EightGaussians(radius: 5.0, std: 0.5))",
            "Equivariant(batch: 256, n: 8, mirror: 0)",
        ),
    ] {
        experiment.set("target", target)?;
        experiment.set("coupling", coupling)?;
        let blocks = experiment.blocks()?;
        let time = median(|block| Ok(blocks.draw(block, 256)?))?;
        let costs = (0..DRAWS).map(|block| Ok(blocks.draw(block, 256)?.cost()));
        let cost = Mean::of(costs.collect::<Outcome<Vec<f64>>>()?.into_iter());
        println!(
            "{name}: {time:.2} ms, coupling cost {:.2} +- {:.2}",
            cost.value, cost.stderr
        );
    }
    println!();
    Ok(())
}

fn times() -> Outcome<()> {
    println!(
        "Gaussian to eight Gaussians: CPU milliseconds of a block on one core, median of {DRAWS}\n"
    );
    println!("| k | {} |", PAPER.map(|(name, _)| name).join(" | "));
    println!("|---|{}", "---|".repeat(PAPER.len()));
    for k in [64, 256, 1024] {
        let mut found = Vec::new();
        for (name, _) in PAPER {
            let coupling = couplings(k).find(|coupling| coupling.name() == name);
            found.push(milliseconds(coupling.ok_or("no such coupling")?, k)?);
        }
        let cells: Vec<String> = found.iter().map(|ms| format!("{ms:.3}")).collect();
        println!("| {k} | {} |", cells.join(" | "));
        if k == 256 {
            println!(
                "\nstable no slower than batch-OT: {}; heuristic: {}; Sinkhorn at most {SINKHORN_BAR} ms: {}\n",
                verdict(found[1] <= found[4]),
                verdict(found[2] <= found[4]),
                verdict(found[3] <= SINKHORN_BAR)
            );
            println!("| k | {} |", PAPER.map(|(name, _)| name).join(" | "));
            println!("|---|{}", "---|".repeat(PAPER.len()));
        }
    }
    println!("\n| epsilon | iterations | marginal L1 error | drawn cost / plan cost |");
    println!("|---|---|---|---|");
    for epsilon in [0.001, 0.01, 0.05, 0.2, 1.0, 10.0] {
        let coupling = Coupling::Sinkhorn {
            batch: 256,
            epsilon,
            bridge: 0.0,
        };
        let blocks = blocks("eight-gaussians", coupling)?;
        let (mut iterations, mut error, mut drawn, mut planned) = (0, 0.0_f64, 0.0, 0.0);
        for block in 0..DRAWS {
            let found = finish(blocks.planned(block))?.ok_or("there is no plan")?;
            iterations = iterations.max(found.plan.iterations);
            error = error.max(found.plan.error);
            planned += found.plan.cost;
            drawn += found.into_pairs().cost();
        }
        println!(
            "| {epsilon} | {iterations} | {error:.1e} | {:.4} |",
            drawn / planned
        );
    }
    println!();
    Ok(())
}

/// The parts of a training step under batch-OT, and the steps a second that come of it.
fn where_the_time_goes() -> Outcome<()> {
    let batch_ot = Coupling::BatchOt { batch: 256 };
    let (points, paired) = (
        milliseconds(Coupling::Independent, 256)?,
        milliseconds(batch_ot, 256)?,
    );
    let cores = std::thread::available_parallelism()?.get() as f64;
    println!("Training 3 x 64 at 256, {cores} cores\n");
    println!("| coupling | steps a second | share of the threads' time in couplings |");
    println!("|---|---|---|");
    let mut rates = Vec::new();
    for coupling in couplings(256) {
        let (rate, share) = steps_per_sec(coupling)?;
        println!(
            "| {} | {rate:.0} | {:.0} % |",
            coupling.name(),
            100.0 * share
        );
        rates.push((coupling, rate));
    }
    let rate = |wanted: Coupling| {
        let found = rates.iter().find(|(coupling, _)| *coupling == wanted);
        found.map_or(f64::NAN, |(_, rate)| *rate)
    };
    let (independent, optimal) = (rate(Coupling::Independent), rate(batch_ot));
    let step = 1e3 * cores / optimal;
    println!(
        "\na batch-OT step takes {step:.3} ms of all cores together: {points:.3} to draw points, {:.3} to assign them, and \
         {:.3} for the rest, of which independent training needs {:.3}",
        paired - points,
        step - paired,
        1e3 * cores / independent - points
    );
    println!(
        "bar of {STEPS_BAR} steps a second: {}",
        verdict(optimal >= STEPS_BAR)
    );
    Ok(())
}

/// Steps a second of two moons' preset with that coupling, the median of some stretches, and the couplings' share.
fn steps_per_sec(coupling: Coupling) -> Outcome<(f64, f64)> {
    let preset = presets::find("two-moons").ok_or("no such preset")?;
    let mut experiment: Experiment = preset.experiment()?;
    experiment.problem.coupling = coupling;
    experiment.model.hidden = vec![64; 3];
    experiment.training.batch = 256;
    experiment.training.steps = 10_000_000;
    experiment.readout.evaluation.samples = 100;
    experiment.readout.evaluation.w2_samples = 100;
    let session = Session::start(Arc::new(experiment), Options::default(), Arc::new(|| {}))?;
    let look = Look {
        particles: 1,
        field: 0,
        ..Look::default()
    };
    session.send(LaneId(0), Command::Look(Box::new(look)));
    session.send(LaneId(0), Command::Train);
    std::thread::sleep(WARM_UP);
    let mut rates = Vec::new();
    for _ in 0..STRETCHES {
        let (start, from) = (Instant::now(), session.frame(LaneId(0)).step);
        std::thread::sleep(STRETCH);
        let steps = (session.frame(LaneId(0)).step - from) as f64;
        rates.push(steps / start.elapsed().as_secs_f64());
    }
    rates.sort_by(f64::total_cmp);
    Ok((
        rates[STRETCHES / 2],
        session.frame(LaneId(0)).coupling_share,
    ))
}

fn verdict(is_reached: bool) -> &'static str {
    if is_reached { "reached" } else { "MISSED" }
}
