//! Trains a small network and draws its particles half way along their trajectories.

use std::error::Error;
use std::path::{Path, PathBuf};

use pushforward::experiment::{Layer, presets};
use pushforward::export::{Format, Options};
use pushforward::session::files::atomic_write;
use pushforward::session::run::{RunOptions, Unobserved, run};

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", half_way(Path::new("out/figure"))?.display());
    Ok(())
}

/// Draws rings half way; the folder gets `half-way.svg` beside tables, weights and figures.
pub fn half_way(folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let preset = presets::find("rings").ok_or("no such preset")?;
    let mut experiment = preset.experiment()?;
    experiment.view.layers = vec![Layer::Trajectories, Layer::Particles];
    experiment.view.t = 0.5;
    experiment.training.steps = 1000;
    experiment.readout.evaluation.samples = 500;
    let outcome = run(&experiment, folder, &RunOptions::default(), &mut Unobserved)?;
    let figure = outcome.figure.ok_or("interrupted")?;
    let svg = Format::Svg.encode(&figure, &Options::default())?;
    let file = folder.join("half-way.svg");
    atomic_write(&file, &svg)?;
    Ok(file)
}
