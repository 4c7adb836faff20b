//! The gradient of a batch against that of the flow matching loss: `cargo bench --bench gradients` (about a minute).
//!
//! Eight Gaussians, cond-OT, independent pairs, at the initial weights and after the preset's training. The difference falls
//! as `1 / sqrt(batch)` at both; the angle does so only where the batch exceeds `(noise / |g_FM|)^2`.

use std::sync::Arc;

use pushforward::experiment::presets;
use pushforward::flow::coupling::Coupling;
use pushforward::flow::work::finish;
use pushforward::model::FrozenField;
use pushforward::products::{Flow, GradientNoise, Gradients, RunId, marginal_field};
use pushforward::session::folder;
use pushforward::session::run::{RunOptions, Unobserved, run};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let preset = presets::find("eight-gaussians").ok_or("no such preset")?;
    let mut experiment = preset.experiment()?;
    experiment.problem.coupling = Coupling::Independent;
    let out = tempfile::tempdir()?;
    run(
        &experiment,
        out.path(),
        &RunOptions::default(),
        &mut Unobserved,
    )?;
    let state = folder::open(out.path())?.saved.state;
    let experiment = Arc::new(state.experiment.clone());
    let params = Arc::clone(&state.engine.average);
    let network = FrozenField::new(params, &experiment, state.scaling, state.step());
    let field = marginal_field(&experiment)?;
    let flow = Flow::learned(network.clone(), experiment, RunId::default());
    let gradients = finish(Gradients::of(&flow, &network, &field)).ok_or("no gradients")?;
    println!("| weights | batch | batches | g_CFM - g_FM (RMS) | angle |");
    println!("|---|---|---|---|---|");
    table("initial", &gradients.initial);
    table(&format!("step {}", gradients.step), &gradients.present);
    for (name, noise) in [
        ("initial", &gradients.initial),
        ("trained", &gradients.present),
    ] {
        println!(
            "{name}: |g_FM| {:.3e}, difference ~ batch^{:.3}, angle ~ batch^{:.3}, direction from batch {:.0}",
            noise.size,
            noise.slope(),
            noise.angle_slope(),
            noise.batch_of_the_direction()
        );
    }
    Ok(())
}

fn table(weights: &str, noise: &GradientNoise) {
    for of in &noise.batches {
        println!(
            "| {weights} | {} | {} | {:.3e} | {:.1} |",
            of.batch, of.repeats, of.difference, of.angle
        );
    }
}
