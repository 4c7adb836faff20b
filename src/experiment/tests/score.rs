//! What needs a score, or conversions, is refused where there are none, with the reason and a line that works.

use super::*;
use crate::flow::conversion::Quantity;
use crate::flow::sde::Sampler;

/// Two moons from the standard Gaussian with changes.
fn changed(changes: &[(&str, &str)]) -> Experiment {
    let mut experiment = example();
    for (key, value) in changes {
        experiment.set(key, value).unwrap();
    }
    experiment
}

/// Refused with words of the reason, and mended by the line that is offered.
fn assert_refused(changes: &[(&str, &str)], reason: &str, line: &str) {
    let experiment = changed(changes);
    experiment.validate().unwrap();
    let illegal = experiment.legality().unwrap_err();
    assert!(illegal.message.contains(reason), "{illegal}");
    assert_eq!(illegal.fix.legality(), Ok(()), "{changes:?}");
    let advice = experiment.change_to(&illegal.fix).unwrap();
    assert!(advice.contains(line), "{advice}");
    let offered = advice.strip_prefix("try --set '").unwrap();
    let (key, value) = offered.strip_suffix('\'').unwrap().split_once('=').unwrap();
    let mut mended = experiment.clone();
    mended.set(key, value).unwrap();
    assert_eq!(mended, *illegal.fix);
}

#[test]
fn the_score_needs_a_gaussian_that_is_independent_of_the_target() {
    let score = ("model.parametrisation", "Score");
    let sde = ("sampler", "Sde(strength: 0.5)");
    for (kind, line) in [(score, "parametrisation: Eps"), (sde, "sampler=Ode")] {
        assert_eq!(changed(&[kind]).legality(), Ok(()));
        assert_eq!(changed(&[kind, ("path", "Ve()")]).legality(), Ok(()));
        assert_eq!(changed(&[kind, ("source.scale", "2.0")]).legality(), Ok(()));
        let coupled = ("coupling", "BatchOt(batch: 64)");
        assert_refused(&[kind, coupled], "batch-OT makes x_0 depend on x_1", line);
        let shifted = ("source.shift", "(1.0, 0.0)");
        assert_refused(&[kind, shifted], "no round Gaussian about the origin", line);
        let other = ("source", "(shape: Moons(noise: 0.05))");
        assert_refused(&[kind, other], "no round Gaussian about the origin", line);
    }
}

#[test]
fn conversions_need_two_parts_of_the_interpolant() {
    let noise = ("training.sigma", "0.1");
    for predicted in ["X1", "Eps", "Score"] {
        let changes = [("model.parametrisation", predicted), noise];
        assert_refused(&changes, "training.sigma = 0.1", "model=(");
    }
    assert_refused(
        &[("sampler", "Sde()"), noise],
        "training.sigma",
        "sampler=Ode",
    );
    let coupled = changed(&[("coupling", "BatchOt(batch: 64)")]);
    for predicted in [Quantity::X1, Quantity::Eps] {
        let mut experiment = coupled.clone();
        experiment.model.parametrisation = predicted;
        assert_eq!(experiment.legality(), Ok(()), "of any coupling");
    }
}

#[test]
fn the_noise_of_a_bridge_goes_with_the_linear_path_and_a_learned_velocity() {
    let bridge = (
        "coupling",
        "Sinkhorn(batch: 64, epsilon: 0.05, bridge: 0.5)",
    );
    assert_eq!(changed(&[bridge]).legality(), Ok(()));
    for path in ["Vp()", "Cosine", "CondOt(sigma_min: 0.1)"] {
        let changes = [bridge, ("path", path)];
        assert_refused(&changes, "coupling.bridge = 0.5", "path=CondOt");
    }
    let exact = [bridge, ("velocity", "Exact")];
    assert_refused(&exact, "coupling.bridge = 0.5", "velocity=Learned");
    let predicted = [bridge, ("model.parametrisation", "X1")];
    assert_refused(&predicted, "coupling.bridge = 0.5", "model=(");
    let without = ("coupling", "Sinkhorn(batch: 64, epsilon: 0.05)");
    let without = changed(&[without, ("path", "Vp()"), ("velocity", "Exact")]);
    assert_eq!(without.legality(), Ok(()));
    assert_eq!(without.problem.coupling.bridge(), 0.0);
}

#[test]
fn what_is_usual_is_left_out_of_files_and_old_files_mean_it() {
    let text = example().to_ron();
    for name in ["parametrisation", "sampler", "reading"] {
        assert!(!text.contains(name), "{text}");
    }
    let unusual = changed(&[
        ("model.parametrisation", "X1"),
        ("sampler", "Sde(strength: 2.0)"),
        ("view.reading", "Score"),
    ]);
    let read = Experiment::from_ron(&unusual.to_ron()).unwrap();
    assert_eq!(read, unusual);
    assert_eq!(read.readout.sampler, Sampler::Sde { strength: 2.0 });
    assert!(example().needs_new_model(&unusual));
}

#[test]
fn clamps_and_coarse_steps_are_told() {
    let said = |changes: &[(&str, &str)], words: &str| {
        let cautions = changed(changes).cautions();
        cautions.iter().any(|sentence| sentence.contains(words))
    };
    assert!(said(
        &[("model.parametrisation", "X1")],
        "count as 0.01 at least"
    ));
    assert!(said(
        &[("model.parametrisation", "Score")],
        "one training up to the sign"
    ));
    assert!(!said(&[], "0.01"));
    let sde = ("sampler", "Sde(strength: 0.5)");
    let board = ("target", "(shape: Checkerboard)");
    assert!(said(&[sde, board], "is not known"));
    assert!(!said(&[sde], "is not known"));
    let needle = ("target", "(shape: Gaussian(std: 0.0001))");
    assert!(said(
        &[("sampler", "Sde(strength: 100.0)"), needle],
        "which is not enough"
    ));
}
