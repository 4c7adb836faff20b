//! What a network predicts: both engines on all four quantities, their losses as velocities, and the field that comes of them.

use super::*;
use crate::flow::conversion::{PREDICTION_FLOOR, Posterior, Quantity};
use crate::flow::coupling::Pairs;

const PATHS: [Path; 4] = [
    Path::CondOt { sigma_min: 0.0 },
    Path::Vp {
        beta_min: 0.1,
        beta_max: 20.0,
    },
    Path::Ve {
        sigma_min: 0.01,
        sigma_max: 10.0,
    },
    Path::Cosine,
];

fn predicting(predicted: Quantity, path: Path) -> Experiment {
    let model = Model {
        hidden: vec![7, 5],
        activation: Activation::Tanh,
        time: TimeEmbedding::Raw,
        parametrisation: predicted,
    };
    experiment(model, path)
}

fn scaling(path: Path) -> Scaling {
    Scaling {
        source_rms: 1.5 * path.source_scale(),
        target_rms: 2.5,
    }
}

fn pairs(n: usize, path: Path) -> Pairs {
    let x_0 = points(n, 1).into_iter();
    Pairs {
        x_0: x_0.map(|x| x.map(|x| path.source_scale() * x)).collect(),
        x_1: points(n, 2),
    }
}

/// A batch of an experiment with what its rows are made of.
fn drawn(experiment: &Experiment, n: usize) -> (Batch, Vec<Regression>) {
    let path = experiment.problem.path;
    let rule = BatchRule::new(experiment, scaling(path));
    let pairs = pairs(n, path);
    let rng = || stream(4, Stream::Times, 0);
    let rows = regressions(&rule, &pairs, &mut rng()).collect();
    (make_batch(&rule, &pairs, &mut rng()), rows)
}

fn all() -> impl Iterator<Item = Experiment> {
    let of = |predicted| PATHS.map(|path| predicting(predicted, path));
    Quantity::ALL.into_iter().flat_map(of)
}

fn close(a: f64, b: f64, limit: f64) -> bool {
    (a - b).abs() <= limit * (1.0 + a.abs().max(b.abs()))
}

#[test]
fn both_engines_have_the_same_losses_and_the_gradient_of_the_own_one() {
    for experiment in all() {
        let what = (experiment.model.parametrisation, experiment.problem.path);
        let (batch, _) = drawn(&experiment, 90);
        let params = weights(&experiment.model, 3);
        let team = Box::new(Alone);
        let training = Training::default();
        let mut fused = FusedEngine::new(team, &experiment.model, &training, &params).unwrap();
        let mut burn = engine(&experiment.model, &params);
        let gradient = fused.gradient(&batch).unwrap();
        let error = relative_error(&burn.gradient(&batch).unwrap(), &gradient);
        assert!(error < 1e-5, "{what:?}: {error:e}");
        // The loss on the network's scale, whose gradient it is, by central differences.
        let loss = |values: Vec<f32>| {
            let params = MlpParams::new(Widths::of(&experiment.model), values).unwrap();
            let outputs = engine(&experiment.model, &params).forward(&batch).unwrap();
            let squares = outputs.iter().zip(&batch.targets);
            let sum: f64 = squares.map(|(a, b)| f64::from(a - b).powi(2)).sum();
            sum / batch.n as f64
        };
        for i in [0, 5, 30, params.values().len() - 1] {
            let moved = |h: f32| {
                let mut values = params.values().to_vec();
                values[i] += h;
                loss(values)
            };
            let slope = (moved(1e-2) - moved(-1e-2)) / 2e-2;
            let exact = f64::from(gradient[i]);
            assert!(close(slope, exact, 5e-3), "{what:?}: {slope} {exact}");
        }
        let (a, b) = (
            fused.step(&batch, 1e-3).unwrap(),
            burn.step(&batch, 1e-3).unwrap(),
        );
        for (a, b) in [(a.own, b.own), (a.cfm, b.cfm)] {
            assert!(close(a.into(), b.into(), 1e-5), "{what:?}: {a} {b}");
        }
    }
}

/// The residual of the output, weighted, is that of the field's velocity, in canvas units and within the times alone.
#[test]
fn the_cfm_loss_is_that_of_the_field() {
    for experiment in all() {
        let what = (experiment.model.parametrisation, experiment.problem.path);
        let path = experiment.problem.path;
        let (batch, rows) = drawn(&experiment, 400);
        let params = weights(&experiment.model, 3);
        let loss = engine(&experiment.model, &params)
            .step(&batch, 1e-3)
            .unwrap();
        let field = FrozenField::new(Arc::new(params), &experiment, scaling(path), 0);
        let (first, last) = crate::experiment::CFM_TIMES;
        let (mut sum, mut own) = (0.0, 0.0);
        for row in &rows {
            let mut v = [[0.0; 2]];
            field.eval(row.t, &[row.x_t], &mut v);
            let square = |a: Point, b: Point| (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2);
            let error = square(v[0], row.velocity);
            own += error;
            if (first..=last).contains(&row.t) {
                sum += error;
            }
        }
        let (start, end) = path.time_range();
        let expected = sum / rows.len() as f64 * (end - start) / (last - first);
        assert!(rows.iter().any(|row| !(first..=last).contains(&row.t)));
        let cfm = f64::from(loss.cfm);
        assert!(close(cfm, expected, 2e-5), "{what:?}: {cfm} {expected}");
        if what.0 == Quantity::Velocity {
            assert!(
                close(loss.own.into(), own / rows.len() as f64, 2e-5),
                "{what:?}"
            );
        }
    }
}

/// `u` is affine in the point and in what is predicted, and so is its divergence.
#[test]
fn the_field_of_every_prediction_has_the_divergence_of_its_velocity() {
    for experiment in all() {
        let what = (experiment.model.parametrisation, experiment.problem.path);
        let path = experiment.problem.path;
        let params = Arc::new(weights(&experiment.model, 8));
        let field = FrozenField::new(params, &experiment, scaling(path), 0);
        let xs = points(9, 5);
        let h = 1e-2;
        for t in [0.0, 0.004, 0.3, 0.9, 0.995] {
            let (mut v, mut div) = (vec![[0.0; 2]; 9], vec![0.0; 9]);
            field.eval_div(t, &xs, &mut v, &mut div);
            let mut jacobian = vec![[[0.0; 2]; 2]; 9];
            field.eval_jacobian(t, &xs, &mut v, &mut jacobian);
            for (matrix, div) in jacobian.iter().zip(&div) {
                assert!(close(matrix[0][0] + matrix[1][1], *div, 1e-6), "{what:?}");
            }
            for (i, &x) in xs.iter().enumerate() {
                let along = |axis: usize| {
                    let moved = |h: f64| {
                        let (mut x, mut out) = (x, [[0.0; 2]]);
                        x[axis] += h;
                        field.eval(t, &[x], &mut out);
                        out[0][axis]
                    };
                    (moved(h) - moved(-h)) / (2.0 * h)
                };
                let slope = along(0) + along(1);
                assert!(
                    close(div[i], slope, 3e-3),
                    "{what:?} at {t}: {} {slope}",
                    div[i]
                );
            }
        }
    }
}

/// The conversion of the network's output, by the two equations of the posterior.
#[test]
fn the_field_is_the_conversion_of_what_is_predicted() {
    for experiment in all() {
        let (predicted, path) = (experiment.model.parametrisation, experiment.problem.path);
        let scaling = scaling(path);
        let params = weights(&experiment.model, 8);
        let (t, x) = (0.4, [0.7, -1.2]);
        let s = path.at(t);
        assert!(s.alpha > PREDICTION_FLOOR && s.sigma > PREDICTION_FLOOR);
        let mut batch = batch_at(&experiment, t, &[x]);
        let c_in = scaling.input(s);
        batch.inputs[..2].copy_from_slice(&x.map(|x| (c_in * x) as f32));
        let output = engine(&experiment.model, &params).forward(&batch).unwrap();
        let s_0 = scaling.source_rms;
        let scaled = |size: f64| [0, 1].map(|i| size * f64::from(output[i]));
        let expected = match predicted {
            Quantity::Velocity => scaled(s.output_scale(s_0, scaling.target_rms)),
            Quantity::X1 => Posterior::from_denoiser(s, x, scaled(scaling.target_rms)).velocity(s),
            Quantity::Eps => Posterior::from_noise(s, x, scaled(s_0)).velocity(s),
            Quantity::Score => {
                Posterior::from_score(s, s_0, x, scaled(1.0 / (s.sigma * s_0))).velocity(s)
            }
        };
        let mut found = [[0.0; 2]];
        let field = FrozenField::new(Arc::new(params), &experiment, scaling, 0);
        field.eval(t, &[x], &mut found);
        for i in 0..2 {
            let (a, b) = (found[0][i], expected[i]);
            assert!(close(a, b, 1e-5), "{predicted:?} {path:?}: {a} {b}");
        }
    }
}

/// With the weight `sigma^2 s_0^2` training on the score is training on the noise: the output has the other sign, the own loss
/// is that of the noise over `s_0^2`, and the velocities are the same.
#[test]
fn score_and_noise_are_one_training_up_to_sign() {
    for path in PATHS {
        let [noise, score] = [Quantity::Eps, Quantity::Score].map(|q| predicting(q, path));
        let params = weights(&noise.model, 3);
        let last = 2 * 5 + 2;
        let mut turned = params.values().to_vec();
        let first_of_last = turned.len() - last;
        turned[first_of_last..].iter_mut().for_each(|w| *w = -*w);
        let turned = MlpParams::new(Widths::of(&score.model), turned).unwrap();
        let engine = |experiment: &Experiment, params| {
            let (team, training) = (Box::new(Alone), Training::default());
            FusedEngine::new(team, &experiment.model, &training, params).unwrap()
        };
        let (mut of_noise, mut of_score) = (engine(&noise, &params), engine(&score, &turned));
        let (noise_batch, score_batch) = (drawn(&noise, 256).0, drawn(&score, 256).0);
        let variance = scaling(path).source_rms.powi(2);
        for _ in 0..50 {
            let a = of_noise.step(&noise_batch, 1e-3).unwrap();
            let b = of_score.step(&score_batch, 1e-3).unwrap();
            assert!(
                close(a.own.into(), f64::from(b.own) * variance, 1e-5),
                "{path:?}: {a:?} {b:?}"
            );
            assert!(
                close(a.cfm.into(), b.cfm.into(), 1e-5),
                "{path:?}: {a:?} {b:?}"
            );
        }
        let (a, b) = (of_noise.state().unwrap(), of_score.state().unwrap());
        let mut back = b.weights.values().to_vec();
        back[first_of_last..].iter_mut().for_each(|w| *w = -*w);
        let error = relative_error(a.weights.values(), &back);
        assert!(error < 1e-5, "{path:?}: {error:e}");
    }
}
