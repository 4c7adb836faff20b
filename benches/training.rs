//! Training speed on the CPU: `cargo bench --bench training`.
//!
//! The bar is 1,500 steps a second for 3 x 64 SiLU, batch 256, Adam with averaging, batches drawn each step on
//! the coupling thread, on two cores. Prints the median of five stretches per setting. Then six lanes side by side: together
//! they are to take at least nine tenths of the steps a second that one takes alone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pushforward::experiment::{Experiment, presets};
use pushforward::flow::coupling::Coupling;
use pushforward::products::Look;
use pushforward::session::{Command, Options, Session};
use pushforward::snapshot::LaneId;

const STRETCH: Duration = Duration::from_secs(2);
const STRETCHES: usize = 5;
/// Before the first stretch: caches and allocators.
const WARM_UP: Duration = Duration::from_secs(1);
/// After training was paused or resumed.
const SETTLING: Duration = Duration::from_millis(300);
/// One lane and six, in turn.
const PAIRS: usize = 7;
/// What six lanes keep of the rate of one.
const KEPT_BAR: f64 = 0.9;

fn main() {
    println!(
        "| network | batch | coupling | steps/s (median of {STRETCHES}) | couplings' share of the processor |"
    );
    println!("|---|---|---|---|---|");
    let settings = [
        (vec![64; 3], 256, Coupling::Independent),
        (vec![64; 3], 256, Coupling::BatchOt { batch: 256 }),
        (vec![128; 3], 512, Coupling::Independent),
    ];
    let mut default_rate = 0.0;
    for (hidden, batch, coupling) in settings {
        let (rate, busy) = steps_per_sec(&hidden, batch, coupling);
        if default_rate == 0.0 {
            default_rate = rate;
        }
        println!(
            "| {hidden:?} | {batch} | {coupling:?} | {rate:.0} | {:.0} % |",
            100.0 * busy
        );
    }
    let verdict = if default_rate >= 1500.0 {
        "reached"
    } else {
        "missed"
    };
    println!("\nbar of 1500 steps/s for the first row: {verdict}");
    let share = lanes_together();
    let verdict = if share >= KEPT_BAR {
        "reached"
    } else {
        "missed"
    };
    println!(
        "six lanes of 3 x 64 together take {share:.2} of the steps a second that one takes alone (median of {PAIRS} \
         pairs); bar of {KEPT_BAR}: {verdict}"
    );
}

fn steps_per_sec(hidden: &[usize], batch: usize, coupling: Coupling) -> (f64, f64) {
    let Some(session) = training(hidden, batch, &[coupling]) else {
        return (f64::NAN, f64::NAN);
    };
    let rates = (0..STRETCHES).map(|_| rate_of(&session)).collect();
    (median(rates), session.frame(LaneId(0)).coupling_share)
}

/// A session that trains a lane for each coupling on two moons, warm.
fn training(hidden: &[usize], batch: usize, couplings: &[Coupling]) -> Option<Session> {
    let preset = presets::find("two-moons")?;
    let mut experiment = Experiment::from_ron(preset.ron).ok()?;
    experiment.model.hidden = hidden.to_vec();
    experiment.training.batch = batch;
    experiment.training.steps = 10_000_000;
    experiment.readout.evaluation.samples = 100;
    experiment.readout.evaluation.w2_samples = 100;
    let mut lanes = couplings.iter().enumerate().map(|(i, &coupling)| {
        let mut lane = experiment.clone();
        lane.problem.coupling = coupling;
        (LaneId(i as u32), Arc::new(lane))
    });
    let (_, first) = lanes.next()?;
    let options = Options {
        lanes: lanes.collect(),
        ..Options::default()
    };
    let session = Session::start(first, options, Arc::new(|| {})).ok()?;
    let look = Look {
        particles: 1,
        field: 0,
        ..Look::default()
    };
    for frame in session.frames().iter() {
        session.send(frame.lane, Command::Look(Box::new(look)));
        session.send(frame.lane, Command::Train);
    }
    std::thread::sleep(WARM_UP);
    Some(session)
}

/// Steps that all lanes together take in a second, over one stretch.
fn rate_of(session: &Session) -> f64 {
    let steps = || session.frames().iter().map(|frame| frame.step).sum::<u64>();
    let (start, from) = (Instant::now(), steps());
    std::thread::sleep(STRETCH);
    (steps() - from) as f64 / start.elapsed().as_secs_f64()
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

/// Six lanes of the default network against one, in turn, because the rate of one machine varies from second to second;
/// paused while the other trains.
fn lanes_together() -> f64 {
    let one = training(&[64; 3], 256, &[Coupling::Independent]);
    let six = training(&[64; 3], 256, &[Coupling::Independent; 6]);
    let (Some(one), Some(six)) = (one, six) else {
        return f64::NAN;
    };
    let all = |session: &Session, command: Command| {
        for frame in session.frames().iter() {
            session.send(frame.lane, command.clone());
        }
    };
    all(&six, Command::Pause);
    let shares = (0..PAIRS).map(|_| {
        let alone = rate_of(&one);
        all(&one, Command::Pause);
        all(&six, Command::Train);
        std::thread::sleep(SETTLING);
        let together = rate_of(&six);
        all(&six, Command::Pause);
        all(&one, Command::Train);
        std::thread::sleep(SETTLING);
        together / alone
    });
    median(shares.collect())
}
