//! Training speed on the CPU: `cargo bench --bench training`.
//!
//! The bar is 1,500 steps a second for 3 x 64 SiLU, batch 256, Adam with averaging, batches drawn each step on
//! the coupling thread, on two cores. Prints the median of five stretches per setting.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pushforward::experiment::{Experiment, presets};
use pushforward::flow::coupling::Coupling;
use pushforward::session::{Command, Options, Session};
use pushforward::snapshot::LaneId;

const STRETCH: Duration = Duration::from_secs(2);
const STRETCHES: usize = 5;

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
}

fn steps_per_sec(hidden: &[usize], batch: usize, coupling: Coupling) -> (f64, f64) {
    let text = presets::find("two-moons").map_or("", |preset| preset.ron);
    let Ok(mut experiment) = Experiment::from_ron(text) else {
        return (f64::NAN, f64::NAN);
    };
    experiment.model.hidden = hidden.to_vec();
    experiment.training.batch = batch;
    experiment.training.steps = 10_000_000;
    experiment.problem.coupling = coupling;
    experiment.readout.evaluation.samples = 100;
    experiment.readout.evaluation.w2_samples = 100;
    let Ok(session) = Session::start(Arc::new(experiment), Options::default(), Arc::new(|| {}))
    else {
        return (f64::NAN, f64::NAN);
    };
    session.send(
        LaneId::default(),
        Command::Look(pushforward::products::Look {
            particles: 1,
            field: 0,
            ..Default::default()
        }),
    );
    session.send(LaneId::default(), Command::Train);
    std::thread::sleep(Duration::from_secs(1));
    let mut rates: Vec<f64> = (0..STRETCHES)
        .map(|_| {
            let (start, from) = (Instant::now(), session.frame(LaneId::default()).step);
            std::thread::sleep(STRETCH);
            (session.frame(LaneId::default()).step - from) as f64 / start.elapsed().as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    (
        rates[STRETCHES / 2],
        session.frame(LaneId::default()).coupling_share,
    )
}
