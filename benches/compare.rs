//! What the theory says of straightness, over seeds: `cargo bench --bench compare [-- FOLDER]`.
//!
//! `pushforward compare` over {cond-OT, VP, VE} x {independent, batch-OT} with three seeds, on eight Gaussians and two
//! moons. Prints the tables of BENCHMARKS.md, and fails unless, by more than three standard errors of the difference,
//! batch-OT has the smaller S with cond-OT, cond-OT has it with independent coupling, and VP bends less than cond-OT on
//! the moons; and unless in every run the path energy is transport cost plus S and at least the transport cost, and that at
//! least the squared W2 between starts and ends. What was done in the folder before is not done again.

use std::path::{Path, PathBuf};

use pushforward::experiment::{Over, presets};
use pushforward::scene::metrics::comparison::{Comparison as Table, Estimate};
use pushforward::scene::metrics::{Metric, table};
use pushforward::session::Cores;
use pushforward::session::compare::{
    CompareObserver, CompareOptions, CompareProgress, Comparison, Share, compare,
};
use pushforward::session::lanes_report::MetricsFile;
use pushforward::session::run::{Keep, Progress, RunObserver};

const PATHS: &str =
    "path=CondOt(sigma_min:0.0),Vp(beta_min:0.1,beta_max:20.0),Ve(sigma_min:0.01,sigma_max:10.0)";
const COUPLINGS: &str = "coupling=Independent,BatchOt(batch:256)";
const SEEDS: u64 = 3;
/// Standard errors that a difference has to have.
const ERRORS: f64 = 3.0;

/// W2 between starts and ends is that of some of the particles whose cost is measured.
const SAMPLING: f64 = 0.02;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Where a lane stands in the table: path and coupling.
const COND_OT: usize = 0;
const COND_OT_BATCH: usize = 1;
const VP: usize = 2;

fn main() -> Outcome<()> {
    let temporary = tempfile::tempdir()?;
    let given = std::env::args().skip(1).find(|arg| !arg.starts_with("--"));
    let folder = given.map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    let mut failures = 0;
    for preset in ["eight-gaussians", "two-moons"] {
        let (table, folder) = compared(preset, &folder)?;
        println!("## {preset}\n\n{}", table.markdown());
        failures += identities(&folder)?;
        let pairs = [
            (
                "batch-OT has the smaller S with cond-OT",
                COND_OT_BATCH,
                COND_OT,
                &table::STRAIGHTNESS,
            ),
            (
                "cond-OT has the smaller S with independent coupling",
                COND_OT,
                VP,
                &table::STRAIGHTNESS,
            ),
            (
                "VP has the larger chord/arc",
                COND_OT,
                VP,
                &table::CHORD_RATIO,
            ),
        ];
        let of_moons = |metric: &Metric| metric.key == table::CHORD_RATIO.key;
        for (what, small, large, metric) in pairs {
            let counts = preset == "two-moons" || !of_moons(metric);
            let holds = is_below(&table, small, large, metric)?;
            println!("- {what}: {}", if holds { "yes" } else { "no" });
            failures += usize::from(counts && !holds);
        }
        println!();
    }
    match failures {
        0 => Ok(()),
        n => Err(format!("{n} statements do not hold").into()),
    }
}

fn compared(preset: &str, folder: &Path) -> Outcome<(Table, PathBuf)> {
    let base = presets::find(preset)
        .ok_or("no such preset")?
        .experiment()?;
    let lists = [PATHS, COUPLINGS].map(str::parse::<Over>);
    let lists = lists.into_iter().collect::<Result<Vec<Over>, _>>()?;
    let comparison = Comparison::new(&base, lists, SEEDS)?;
    let out = folder.join(preset);
    let n = comparison.runs(&out).len();
    let options = CompareOptions {
        program: env!("CARGO_BIN_EXE_pushforward").into(),
        share: Share::of(None, None, Cores::all().threads(), n)?,
        device: "cpu".parse()?,
        shard: None,
        keep: Keep::Numbers,
    };
    let compared = compare(&comparison, &out, &options, &mut Silent)?;
    if let Some((run, error)) = compared.failures.first() {
        return Err(format!("{run}: {error}").into());
    }
    Ok((compared.table.ok_or("interrupted")?, out))
}

/// Whether a number of one lane is smaller than that of another by more than so many standard errors of the difference.
fn is_below(table: &Table, small: usize, large: usize, metric: &Metric) -> Outcome<bool> {
    let of = |lane: usize| -> Outcome<Estimate> {
        let row = table
            .rows()
            .iter()
            .find(|row| row.lane == lane)
            .ok_or("no such lane")?;
        Ok(*row.estimate(metric).ok_or("not measured")?)
    };
    let (small, large) = (of(small)?, of(large)?);
    let error = small
        .error
        .ok_or("no error")?
        .hypot(large.error.ok_or("no error")?);
    Ok(large.mean - small.mean > ERRORS * error)
}

/// Runs whose numbers do not keep `path energy = transport cost + S >= transport cost` within what is printed, which is a
/// thousandth.
fn identities(folder: &Path) -> Outcome<usize> {
    let (mut broken, mut largest) = (0, 0.0_f64);
    for lane in std::fs::read_dir(folder.join("runs"))? {
        for run in std::fs::read_dir(lane?.path())? {
            let numbers = MetricsFile::read(&run?.path())?;
            let of = |metric: &Metric| numbers.number(metric).ok_or("not measured");
            let (energy, cost) = (of(&table::PATH_ENERGY)?, of(&table::TRANSPORT_COST)?);
            let s = of(&table::STRAIGHTNESS)?;
            let share = of(&table::W2_START_END)? / cost;
            largest = largest.max(share);
            let holds = (energy - cost - s).abs() <= 1e-3 * energy && energy >= cost && s >= 0.0;
            broken += usize::from(!holds || share > 1.0 + SAMPLING);
        }
    }
    println!(
        "- runs that break an identity: {broken}; W2² from start to end is at most {largest:.4} of the cost"
    );
    Ok(broken)
}

/// Nobody is told anything.
struct Silent;

impl RunObserver for Silent {
    fn progress(&mut self, _progress: &Progress) {}

    fn notice(&mut self, sentence: &str) {
        eprintln!("{sentence}");
    }

    fn interrupted(&self) -> bool {
        false
    }
}

impl CompareObserver for Silent {
    fn compared(&mut self, _progress: &CompareProgress) {}
}
