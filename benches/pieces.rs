//! How long the pieces of every product take: `cargo bench --bench pieces`.
//!
//! No piece may take more than 20 ms, or a thread that does something else as well, such as a browser's only one, is
//! kept from it for too long. Prints, for three networks, the number of pieces of each product, and the CPU
//! time of the median and the longest.

use std::sync::Arc;

use cpu_time::ThreadTime;
use pushforward::experiment::{Experiment, Layer, presets};
use pushforward::flow::Bounds;
use pushforward::flow::rng::{Stream, stream};
use pushforward::model::{FrozenField, MlpParams, Scaling, Widths};
use pushforward::products::{Flow, KINDS, Look, Next, Products, RunId, Tools, Wish};

/// The longest piece that is allowed, in milliseconds.
const BAR: f64 = 20.0;

fn main() {
    println!("| network | product | pieces | median ms | longest ms |\n|---|---|---|---|---|");
    let mut longest: f64 = 0.0;
    for hidden in [vec![64; 3], vec![256; 4], vec![1024; 8]] {
        match experiment(&hidden).and_then(|experiment| flow(&experiment)) {
            Some(flow) => longest = longest.max(measure(&flow, &format!("{hidden:?}"))),
            None => println!("| {hidden:?} | cannot be made | | | |"),
        }
    }
    let verdict = if longest <= BAR { "kept" } else { "missed" };
    println!("\nbar of {BAR} ms: {verdict} (longest {longest:.1} ms)");
}

/// Everything at its largest, but for the particles of large networks, whose pieces are like those of fewer.
fn experiment(hidden: &[usize]) -> Option<Arc<Experiment>> {
    let mut experiment = presets::find("eight-gaussians")?.experiment().ok()?;
    experiment.model.hidden = hidden.to_vec();
    let small = hidden[0] <= 64;
    experiment.readout.evaluation.samples = 4000;
    experiment.readout.evaluation.w2_samples = 4000;
    if !small {
        experiment.readout.evaluation.samples = 300;
        experiment.readout.evaluation.w2_samples = 300;
    }
    experiment.view.particles = if small { 30_000 } else { 300 };
    experiment.view.trajectories = 200;
    experiment.view.field = if small { 100 } else { 24 };
    experiment.view.layers = vec![Layer::Particles, Layer::Density];
    if small {
        // A map of a large network takes minutes.
        let maps = [Layer::ExactField, Layer::Contours, Layer::FieldError];
        experiment.view.layers.extend(maps);
    }
    Some(Arc::new(experiment))
}

fn flow(experiment: &Arc<Experiment>) -> Option<Flow> {
    let widths = Widths::of(&experiment.model);
    let params = MlpParams::init(widths, &mut stream(0, Stream::Weights, 0));
    let scaling = Scaling::measure(experiment).ok()?;
    let network = FrozenField::new(Arc::new(params), experiment, scaling, 0);
    Some(Flow::learned(network, Arc::clone(experiment), RunId(0)))
}

/// Makes every product piece by piece; the longest piece in milliseconds.
fn measure(flow: &Flow, network: &str) -> f64 {
    let look = Look::of(&flow.id.experiment.view, Bounds::square(8.0));
    let (tools, mut made, mut longest) = (Tools::default(), Products::default(), 0.0_f64);
    for kind in KINDS {
        let mut pieces = Vec::new();
        loop {
            let wish = Wish {
                flow: &flow.id,
                look: &look,
                made: &made,
                past: None,
                now: 0.0,
            };
            let Next::Task(mut task) = kind.next(flow, &wish, &tools) else {
                break;
            };
            let change = loop {
                let start = ThreadTime::now();
                let done = task.work.advance(&mut || false);
                pieces.push(1e3 * start.elapsed().as_secs_f64());
                if let Some(change) = done {
                    break change;
                }
            };
            change.unwrap_or(task.refuse)(&mut made);
        }
        pieces.sort_by(f64::total_cmp);
        let (Some(last), n) = (pieces.last(), pieces.len()) else {
            continue;
        };
        println!(
            "| {network} | {} | {n} | {:.2} | {last:.1} |",
            kind.name,
            pieces[n / 2]
        );
        longest = longest.max(*last);
    }
    longest
}
