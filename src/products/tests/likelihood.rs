//! The likelihood of exact fields, against values that are known (MATHS.md section 10).

use crate::flow::VelocityField;
use crate::flow::distribution::{Distribution, Shape};
use crate::flow::exact::ExactField;
use crate::flow::path::Path;
use crate::flow::work::{Parts, finish};

use super::*;

const SAMPLES: usize = 4000;

fn eight(std: f64) -> Distribution {
    Shape::EightGaussians { radius: 5.0, std }.into()
}

fn experiment_of(target: Distribution) -> Experiment {
    let mut experiment = Experiment::new(target);
    experiment.readout.evaluation.samples = SAMPLES / 10;
    experiment.readout.evaluation.w2_samples = 100;
    experiment
}

fn toward(target: &Distribution) -> Arc<dyn VelocityField> {
    let source = Distribution::from(Shape::Gaussian { std: 1.0 });
    let mixtures = [&source, target].map(|of| of.as_mixture().unwrap());
    let [source, target] = mixtures;
    Arc::new(ExactField::new(Path::default(), source, target).unwrap())
}

fn measured(field: Arc<dyn VelocityField>, experiment: Experiment) -> Likelihood {
    let flow = Flow::new(field, Arc::new(experiment), RunId(0));
    let parts = Parts::default();
    let basis = finish(LikelihoodBasis::of(&flow)).unwrap();
    let references = finish(References::draw(&flow.id.experiment, &parts)).unwrap();
    finish(Likelihood::measure(&flow, &references, &basis, &parts)).unwrap()
}

#[test]
fn a_flow_to_wider_gaussians_has_the_known_divergence_from_the_target() {
    let found = measured(toward(&eight(0.6)), experiment_of(eight(0.5)));
    assert_eq!(found.n_samples, SAMPLES);
    let (nll, kl) = (found.nll.unwrap(), found.kl.unwrap());
    let entropy = found.entropy.unwrap();
    assert!((kl.value - 0.059018).abs() < 3.0 * kl.stderr, "{kl:?}");
    let off = (entropy.value.value - 3.530643).abs();
    assert!(off < 3.0 * entropy.value.stderr, "{entropy:?}");
    assert!((nll.value - entropy.value.value - kl.value).abs() < 1e-9);
    assert!(kl.stderr < 0.6 * nll.stderr);
    assert!((found.mass.unwrap() - 1.0).abs() < 1e-3, "{:?}", found.mass);
    assert!(found.error < 1e-4);
    let hutchinson = found.hutchinson.unwrap();
    assert!(hutchinson.difference.value.abs() < 4.0 * hutchinson.difference.stderr);
    assert!(hutchinson.spread > 0.01);
}

#[test]
fn the_exact_flow_has_the_entropy_as_its_likelihood_and_encodes_data_as_noise() {
    let found = measured(toward(&eight(0.5)), experiment_of(eight(0.5)));
    let kl = found.kl.unwrap();
    assert!(kl.value.abs() < 1e-4, "{kl:?}");
    let encoding = found.encoding;
    for i in [0, 1] {
        let off = encoding.encoded.mean[i].abs();
        assert!(off < 4.0 * encoding.mean_stderr[i], "{encoding:?}");
    }
    let [xx, xy, yy] = encoding.encoded.cov;
    let noise = 4.0 * (2.0 / SAMPLES as f64).sqrt();
    assert!((xx - 1.0).abs() < noise && xy.abs() < noise && (yy - 1.0).abs() < noise);
    assert!(encoding.w2.unwrap() < 1.5 * encoding.w2_floor.unwrap());
}

#[test]
fn what_has_no_density_says_so_and_everything_else_is_measured() {
    let mut boxed = experiment_of(eight(0.5));
    boxed.problem.source = Shape::Uniform {
        width: 4.0,
        height: 4.0,
    }
    .into();
    let found = measured(toward(&eight(0.5)), boxed);
    let reason = found.nll.unwrap_err();
    assert!(reason.contains("Uniform box is 0 outside"), "{reason}");
    assert_eq!(found.kl, Err(reason));
    assert!(found.mass.is_none() && found.hutchinson.is_none());
    assert!(found.entropy.is_ok() && found.encoding.encoded.mean[0].is_finite());

    let board = measured(
        toward(&eight(0.5)),
        experiment_of(Shape::Checkerboard.into()),
    );
    let entropy = board.entropy.unwrap();
    assert!(entropy.has_formula && (entropy.value.value - 3.676457).abs() < 1e-6);
}
