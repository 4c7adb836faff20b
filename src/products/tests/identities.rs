//! The chain and the identities of straightness, on exact fields whose numbers are known.

use super::*;
use crate::flow::exact::{Component, ExactField};
use crate::flow::path::Path;
use crate::flow::vocabulary::Vocabulary;

/// Evaluation trajectories.
const SAMPLES: usize = 600;

/// What a measurement says of the exact flow from the standard Gaussian to eight Gaussians, independently coupled.
fn measured(path: Path) -> Metrics {
    let preset = presets::find("eight-gaussians").unwrap();
    let mut experiment = preset.experiment().unwrap();
    experiment
        .set("target", "(shape: EightGaussians(radius: 5.0, std: 0.5))")
        .unwrap();
    experiment.problem.path = path;
    experiment.readout.evaluation.samples = SAMPLES;
    experiment.readout.evaluation.w2_samples = SAMPLES;
    let component = |k: u32| {
        let (sin, cos) = (std::f64::consts::TAU * f64::from(k) / 8.0).sin_cos();
        Component::isotropic([5.0 * cos, 5.0 * sin], 0.5)
    };
    let source = vec![Component::isotropic([0.0; 2], 1.0)];
    let field = ExactField::new(path, source, (0..8).map(component).collect()).unwrap();
    let flow = Flow::new(Arc::new(field), Arc::new(experiment), RunId(0));
    let look = Look {
        particles: 0,
        field: 0,
        ..Look::default()
    };
    all(&flow, &look).metrics.get().unwrap().output.clone()
}

/// `W2^2(Z_0, Z_1) <= transport cost <= path energy <= conditional energy = path energy + V`, and `S = energy - cost`,
/// which is the part of speed and the part of shape. The energies are known by quadrature.
#[test]
fn the_chain_and_the_identities_hold_for_exact_flows() {
    let vp = Path::ALL
        .into_iter()
        .find(|path| path.key() == "Vp")
        .unwrap();
    for (path, conditional, floor, energy) in [
        (Path::default(), 27.5, 9.641_350, 17.858_650),
        (vp, 40.396_596, 13.617_968, 26.778_628),
        (Path::Cosine, 33.926_765, 15.144_598, 18.782_168),
    ] {
        let measured = measured(path);
        let (mean, error) = (measured.trajectories, measured.trajectories_stderr);
        let w2 = measured.w2_start_end_squared.unwrap();
        println!("{}: {w2:.4} <= {mean:?}, {error:?}", path.name());
        assert!(w2 <= mean.transport_cost * (1.0 + 1e-9), "{path:?}");
        assert!(mean.transport_cost <= mean.path_energy, "{path:?}");
        assert!(
            (mean.path_energy - energy).abs() < 4.0 * error.path_energy,
            "{path:?}"
        );
        let sum = mean.path_energy + floor;
        assert!(
            (sum - conditional).abs() < 4.0 * error.path_energy,
            "{path:?}: {sum}"
        );
        assert!(mean.path_energy <= conditional);
        let s = mean.path_energy - mean.transport_cost;
        assert!(
            (mean.straightness - s).abs() < 1e-9 * mean.path_energy,
            "{path:?}"
        );
        let parts = mean.uneven_speed + mean.bends;
        assert!(
            (mean.straightness - parts).abs() < 1e-4 * mean.path_energy,
            "{path:?}"
        );
    }
}

/// A profile is what its mean is the integral of.
#[test]
fn profiles_integrate_to_their_means() {
    let measured = measured(Path::default());
    let (profile, mean) = (&measured.profile, measured.trajectories);
    for (list, whole) in [
        (&profile.local, mean.straightness),
        (&profile.speed_squared, mean.path_energy),
        (&profile.turning, measured.turning.value),
    ] {
        let integral = profile.integral(list);
        assert!((integral / whole - 1.0).abs() < 0.02, "{integral} {whole}");
    }
}

/// cond-OT first shrinks the cloud and bends more; VP and cosine run along the same curves at different speeds.
#[test]
fn speed_and_shape_are_told_apart() {
    let vp = Path::ALL
        .into_iter()
        .find(|path| path.key() == "Vp")
        .unwrap();
    let [cond_ot, vp, cosine] = [Path::default(), vp, Path::Cosine].map(measured);
    assert!(vp.trajectories.straightness > cosine.trajectories.straightness);
    let alike = |a: f64, b: f64| (a / b - 1.0).abs() < 0.02;
    assert!(alike(vp.trajectories.bends, cosine.trajectories.bends));
    // VP starts a third of a percent away from the source, where the ways of some particles make a small hook.
    let (turns, other) = (vp.turning, cosine.turning);
    let apart = (turns.value - other.value).abs();
    assert!(
        apart < 4.0 * turns.stderr.hypot(other.stderr),
        "{turns:?} {other:?}"
    );
    let [rate, other] = [&vp, &cosine].map(|measured| measured.crossings.unwrap());
    let apart = (rate.value - other.value).abs();
    assert!(
        apart < 4.0 * rate.stderr.hypot(other.stderr),
        "{rate:?} {other:?}"
    );
    assert!(cond_ot.turning.value > vp.turning.value);
}
