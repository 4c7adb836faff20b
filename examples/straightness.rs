//! Trains a small network with either coupling and prints how straight the flows are: batch-OT straightens.

use std::error::Error;
use std::path::Path;

use pushforward::experiment::presets;
use pushforward::session::run::{RunOptions, Unobserved, run};

fn main() -> Result<(), Box<dyn Error>> {
    for coupling in ["Independent", "BatchOt(batch: 64)"] {
        let s = straightness(coupling, Path::new("out/straightness"))?;
        println!("{coupling}: S = {s:.3}");
    }
    Ok(())
}

/// The straightness S of a flow to two moons; 0 is straight. The folder gets tables, weights and figures.
pub fn straightness(coupling: &str, folder: &Path) -> Result<f64, Box<dyn Error>> {
    let preset = presets::find("two-moons").ok_or("no such preset")?;
    let mut experiment = preset.experiment()?;
    experiment.set("coupling", coupling)?;
    experiment.model.hidden = vec![32, 32];
    experiment.training.steps = 1000;
    experiment.readout.evaluation.samples = 500;
    let outcome = run(&experiment, folder, &RunOptions::default(), &mut Unobserved)?;
    let report = outcome.report.ok_or("interrupted")?;
    Ok(report.straightness.ok_or("not finite")?)
}
