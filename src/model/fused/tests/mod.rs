//! The fused engine against plain arithmetic, against itself with other teams, and in all its forms.

pub(super) mod reference;

use std::sync::Arc;

use proptest::prelude::*;
use pulp::Arch;
use rand::RngExt;

use super::*;
use crate::experiment::{
    Activation, Experiment, Model, Optimizer, TimeEmbedding, Training, presets,
};
use crate::flow::conversion::Quantity;
use crate::flow::instruction_sets;
use crate::flow::path::Path;
use crate::flow::rng::{Stream, stream};
use crate::flow::solver::{Solver, solve, solve_in_pieces};
use crate::flow::work::finish;
use crate::flow::{Point, VelocityField};
use crate::model::{
    Batch, Engine, EngineError, EngineState, MlpParams, Scaling, Widths, embedding,
};

fn model(hidden: &[usize], activation: Activation) -> Model {
    Model {
        hidden: hidden.to_vec(),
        activation,
        ..Model::default()
    }
}

fn weights(model: &Model) -> MlpParams {
    MlpParams::init(Widths::of(model), &mut stream(3, Stream::Weights, 0))
}

fn engine(model: &Model) -> FusedEngine {
    engine_on(Arch::new(), model)
}

fn engine_on(arch: Arch, model: &Model) -> FusedEngine {
    let params = weights(model);
    FusedEngine::on(arch, Box::new(Alone), model, &Training::default(), &params).unwrap()
}

fn batch(model: &Model, n: usize, index: u64) -> Batch {
    let mut rng = stream(7, Stream::Times, index);
    let mut numbers = |count: usize| -> Vec<f32> {
        (0..count)
            .map(|_| 2.0 * rng.random::<f32>() - 1.0)
            .collect()
    };
    let inputs = numbers(Widths::of(model).inputs() * n);
    let targets = numbers(2 * n);
    let weights = numbers(n).iter().map(|w| 2.0 + w).collect();
    Batch {
        n,
        inputs,
        targets,
        weights,
        ..Batch::default()
    }
}

fn take(engine: &mut FusedEngine, batch: &Batch, steps: usize) {
    for _ in 0..steps {
        engine.step(batch, 1e-3).unwrap();
    }
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&v| f64::from(v)).collect()
}

/// Largest difference relative to the largest expected value.
fn error(found: &[f32], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(1e-6f64, |m, v| m.max(v.abs()));
    let differences = found
        .iter()
        .zip(expected)
        .map(|(f, e)| (f64::from(*f) - e).abs());
    differences.fold(
        0.0f64,
        |m, d| if d.is_nan() { f64::INFINITY } else { m.max(d) },
    ) / largest
}

fn any_model() -> impl Strategy<Value = Model> {
    let time = prop_oneof![
        Just(TimeEmbedding::Raw),
        (1usize..5).prop_map(|frequencies| TimeEmbedding::Fourier { frequencies }),
    ];
    let activation = prop::sample::select(Activation::ALL.to_vec());
    let hidden = prop::collection::vec(1usize..150, 1..4);
    (hidden, activation, time).prop_map(|(hidden, activation, time)| Model {
        hidden,
        activation,
        time,
        ..Model::default()
    })
}

/// Loss, gradient and output of the engine against the reference, on every instruction set.
fn check(model: &Model, n: usize) {
    let (params, batch) = (weights(model), batch(model, n, 0));
    let expected = reference::differentiate(
        params.widths(),
        model.activation,
        &wide(params.values()),
        &batch,
    );
    for arch in instruction_sets() {
        let mut engine = engine_on(arch, model);
        let gradient = engine.gradient(&batch).unwrap();
        let off = error(&gradient, &expected.gradient);
        // A unit that is closer to the jump than single precision tells may be on its other side.
        let on_one_side = expected.from_jump > 1e-5;
        assert!(
            off < 2e-5 || !on_one_side,
            "{arch:?} {model:?} {n}: gradient off by {off}"
        );
        let output = engine.forward(&batch).unwrap();
        let squares = output
            .iter()
            .zip(&batch.targets)
            .map(|(o, t)| f64::from(o - t).powi(2));
        let scaled = squares.sum::<f64>() / n as f64;
        approx::assert_relative_eq!(scaled, expected.scaled_loss, max_relative = 1e-5);
        let loss = f64::from(engine.step(&batch, 1e-3).unwrap().own);
        approx::assert_relative_eq!(loss, expected.loss, max_relative = 1e-5);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn loss_and_gradient_are_those_of_plain_arithmetic(model in any_model(), n in 1usize..200) {
        check(&model, n);
    }

    #[test]
    fn the_field_and_its_divergence_are_those_of_plain_arithmetic(
        model in any_model(),
        t in 0.01f64..0.99,
        n in 1usize..150,
    ) {
        check_field(&model, t, n);
    }
}

/// Velocity and divergence against the reference and its finite differences.
fn check_field(model: &Model, t: f64, n: usize) {
    let mut experiment = Experiment::from_ron(presets::find("two-moons").unwrap().ron).unwrap();
    experiment.model = model.clone();
    experiment.problem.path = Path::Cosine;
    let scaling = Scaling {
        source_rms: 1.0,
        target_rms: 1.3,
    };
    let (c_in, c_out) = (
        scaling.input(Path::Cosine.at(t)),
        scaling.output(Quantity::Velocity, Path::Cosine.at(t)),
    );
    let params = weights(model);
    let values = wide(params.values());
    let mut time = Vec::new();
    embedding::push_features(model.time, t, &mut time);
    let velocity = |x: Point| {
        let mut inputs: Vec<f64> = x.iter().map(|x| c_in * x).collect();
        inputs.extend(wide(&time));
        let kept = reference::forward(params.widths(), model.activation, &values, &inputs);
        [0, 1].map(|k| c_out * kept[kept.len() - 1][k].0)
    };
    let mut rng = stream(5, Stream::Display, 0);
    let xs: Vec<Point> = (0..n)
        .map(|_| [0; 2].map(|_| 4.0 * rng.random::<f64>() - 2.0))
        .collect();
    for arch in instruction_sets() {
        let field = FrozenField::on(arch, Arc::new(params.clone()), &experiment, scaling, 3);
        let (mut alone, mut v, mut div) = (vec![[0.0; 2]; n], vec![[0.0; 2]; n], vec![0.0; n]);
        field.eval(t, &xs, &mut alone);
        field.eval_div(t, &xs, &mut v, &mut div);
        assert_eq!(alone, v);
        let h = 1e-5;
        for (i, x) in xs.iter().enumerate() {
            let expected = velocity(*x);
            assert!(
                (0..2).all(|k| (v[i][k] - expected[k]).abs() < 1e-5 * (1.0 + expected[k].abs()))
            );
            let slope: f64 = (0..2)
                .map(|k| {
                    let at = |by: f64| {
                        velocity(std::array::from_fn(
                            |j| if j == k { x[j] + by } else { x[j] },
                        ))[k]
                    };
                    (at(h) - at(-h)) / (2.0 * h)
                })
                .sum();
            // A kink between the two points makes the difference meaningless.
            let kinked = matches!(model.activation, Activation::Relu | Activation::Selu);
            assert!(
                kinked || (div[i] - slope).abs() < 2e-5 * (1.0 + slope.abs()),
                "{} {slope}",
                div[i]
            );
        }
    }
}

#[test]
fn every_activation_at_odd_sizes() {
    for activation in Activation::ALL {
        for n in [1, 7, 255] {
            check(&model(&[1], activation), n);
            check(&model(&[17, 64, 65], activation), n);
        }
        check(&model(&[130, 3, 1, 5, 16, 80, 2, 9], activation), 33);
    }
    check(&model(&[1024, 70], Activation::Silu), 65);
    check(
        &Model {
            time: TimeEmbedding::Fourier { frequencies: 64 },
            ..model(&[20], Activation::Tanh)
        },
        40,
    );
}

/// Whatever tile a point is in, and wherever in it.
#[test]
fn a_networks_trajectories_do_not_depend_on_the_cut() {
    let mut experiment = Experiment::from_ron(presets::find("two-moons").unwrap().ron).unwrap();
    let scaling = Scaling {
        source_rms: 1.0,
        target_rms: 1.3,
    };
    let mut rng = stream(6, Stream::Display, 0);
    let xs: Vec<Point> = (0..600)
        .map(|_| [0; 2].map(|_| 4.0 * rng.random::<f64>() - 2.0))
        .collect();
    let rk4 = Solver::Rk4 { steps: 2 };
    let odd = Activation::ALL.map(|activation| model(&[5, 33, 17], activation));
    for shape in odd.into_iter().chain([model(&[64; 3], Activation::Silu)]) {
        experiment.model = shape.clone();
        let params = Arc::new(weights(&experiment.model));
        for arch in instruction_sets() {
            let field = FrozenField::on(arch, Arc::clone(&params), &experiment, scaling, 3);
            let whole = solve(&field, rk4, (0.0, 1.0), &xs);
            for rows in [1, 7, 512, xs.len()] {
                let solving = solve_in_pieces(&field, rk4, (0.0, 1.0), &xs, rows);
                assert!(
                    finish(solving) == whole,
                    "{shape:?} on {arch:?}, rows = {rows}"
                );
            }
        }
    }
}

#[test]
fn the_gradient_is_the_derivative_of_the_loss() {
    for activation in Activation::ALL {
        let model = model(&[5, 4], activation);
        let (params, batch) = (weights(&model), batch(&model, 16, 1));
        let gradient = engine(&model).gradient(&batch).unwrap();
        let loss = |i: usize, by: f64| {
            let mut values = wide(params.values());
            values[i] += by;
            reference::differentiate(params.widths(), activation, &values, &batch).scaled_loss
        };
        for (i, slope) in gradient.iter().enumerate() {
            let h = 1e-5;
            let expected = (loss(i, h) - loss(i, -h)) / (2.0 * h);
            assert!(
                (f64::from(*slope) - expected).abs() < 1e-5,
                "{activation:?} {i}: {slope} {expected}"
            );
        }
    }
}

#[test]
fn a_hundred_steps_of_either_optimizer_are_those_of_plain_arithmetic() {
    let (lr, beta_1, beta_2, epsilon, weight_decay) = (1e-3, 0.9, 0.999, 1e-8, 0.1);
    for optimizer in [
        Optimizer::Adam {
            lr,
            beta_1,
            beta_2,
            epsilon,
        },
        Optimizer::AdamW {
            lr,
            beta_1,
            beta_2,
            epsilon,
            weight_decay,
        },
    ] {
        let model = model(&[24, 70], Activation::Tanh);
        let training = Training {
            optimizer,
            ..Training::default()
        };
        let params = weights(&model);
        for arch in instruction_sets() {
            let team = Box::new(Alone);
            let mut engine = FusedEngine::on(arch, team, &model, &training, &params).unwrap();
            let mut adam = reference::Adam::new(wide(params.values()));
            for step in 0..100 {
                let batch = batch(&model, 64, step);
                let expected = reference::differentiate(
                    params.widths(),
                    model.activation,
                    &adam.params,
                    &batch,
                );
                adam.step(optimizer, lr, training.ema, &expected.gradient);
                engine.step(&batch, lr).unwrap();
            }
            assert!(error(engine.state().unwrap().weights.values(), &adam.params) < 1e-3);
            assert!(error(engine.state().unwrap().average.values(), &adam.average) < 1e-3);
        }
    }
}

#[test]
fn without_averaging_the_average_is_the_weights() {
    let model = model(&[20], Activation::Silu);
    let mut engine = engine(&model);
    engine.set_training(&Training {
        ema: 0.0,
        ..Training::default()
    });
    engine.step(&batch(&model, 32, 0), 1e-3).unwrap();
    let state = engine.state().unwrap();
    assert_eq!(state.weights, state.average);
}

#[test]
fn a_state_holds_weights_average_and_moments() {
    let model = model(&[30, 64], Activation::Silu);
    let batch = batch(&model, 64, 2);
    let mut engine = engine(&model);
    let go_on = |engine: &mut FusedEngine| {
        take(engine, &batch, 3);
        engine.state().unwrap()
    };
    go_on(&mut engine);
    let good = engine.state().unwrap();
    let first = go_on(&mut engine);
    engine.set_state(&good).unwrap();
    assert_eq!(engine.state().as_ref(), Ok(&good));
    assert_eq!(go_on(&mut engine), first);
}

#[test]
fn moments_stay_with_another_rate_and_go_with_another_optimizer() {
    let model = model(&[16], Activation::Silu);
    let batch = batch(&model, 64, 2);
    let after = |optimizer: Optimizer| {
        let mut engine = engine(&model);
        take(&mut engine, &batch, 5);
        engine.set_training(&Training {
            optimizer,
            ..Training::default()
        });
        engine.step(&batch, 1e-3).unwrap();
        engine.state().unwrap().weights
    };
    let adam = |lr, beta_1| Optimizer::Adam {
        lr,
        beta_1,
        beta_2: 0.999,
        epsilon: 1e-8,
    };
    assert_eq!(after(adam(1e-3, 0.9)), after(adam(0.5, 0.9)));
    // A first step moves every weight by the rate, whatever the gradient.
    let before = {
        let mut engine = engine(&model);
        take(&mut engine, &batch, 5);
        engine.state().unwrap().weights
    };
    let fresh = after(adam(1e-3, 0.8));
    for (a, b) in fresh.values().iter().zip(before.values()) {
        assert!(((a - b).abs() - 1e-3).abs() < 2e-5, "{a} {b}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let model = model(&[16], Activation::Silu);
    let other = weights(&Model {
        hidden: vec![17],
        ..model.clone()
    });
    let made = FusedEngine::new(Box::new(Alone), &model, &Training::default(), &other);
    assert!(matches!(made, Err(EngineError::Shape)));
    let state = EngineState::fresh(other, Training::default().optimizer);
    assert_eq!(engine(&model).set_state(&state), Err(EngineError::Shape));
    let mut short = batch(&model, 8, 0);
    short.inputs.pop();
    assert_eq!(engine(&model).step(&short, 1e-3), Err(EngineError::Shape));
    let none = batch(&model, 0, 0);
    assert!(matches!(
        engine(&model).step(&none, 1e-3),
        Err(EngineError::NonFinite { what: "loss", .. })
    ));
}

#[test]
fn a_learning_rate_beyond_reason_is_noticed_and_can_be_undone() {
    for activation in Activation::ALL {
        let model = model(&[16, 16], activation);
        let batch = batch(&model, 64, 2);
        let mut engine = engine(&model);
        let good = engine.state().unwrap();
        let failure = (0..20).find_map(|_| engine.step(&batch, 1e30).err());
        assert!(
            matches!(failure, Some(EngineError::NonFinite { what: "loss", .. })),
            "{activation:?}"
        );
        engine.set_state(&good).unwrap();
        assert_eq!(engine.state().unwrap(), good);
    }
}

/// A team whose work fails, as that of a crew does after a panic.
struct Broken;

impl Team for Broken {
    fn size(&self) -> usize {
        1
    }

    fn run(&mut self, _job: &Arc<dyn Job>) -> Result<(), TeamError> {
        Err(TeamError::Panicked)
    }
}

#[test]
fn a_failed_team_is_a_failed_device() {
    let model = model(&[16], Activation::Silu);
    let params = weights(&model);
    let mut engine =
        FusedEngine::new(Box::new(Broken), &model, &Training::default(), &params).unwrap();
    let failure = engine.step(&batch(&model, 8, 0), 1e-3);
    assert_eq!(
        failure,
        Err(EngineError::Device("a training thread panicked".to_owned()))
    );
}
