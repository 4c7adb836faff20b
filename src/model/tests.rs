//! Burn, the frozen copy and finite differences agree, for every form of the network.

use std::sync::Arc;

use burn::tensor::Device;
use proptest::prelude::*;
use rand::RngExt;

mod parametrisation;

use super::*;
use crate::experiment::{
    Activation, Experiment, Model, Optimizer, TimeEmbedding, Training, presets,
};
use crate::flow::path::Path;
use crate::flow::rng::{Stream, stream};
use crate::flow::{Point, Provenance, VelocityField};

const SCALING: Scaling = Scaling {
    source_rms: 1.0,
    target_rms: 1.3,
};

fn experiment(model: Model, path: Path) -> Experiment {
    let preset = presets::find("two-moons").unwrap();
    let mut experiment = Experiment::from_ron(preset.ron).unwrap();
    experiment.model = model;
    experiment.problem.path = path;
    experiment
}

fn weights(model: &Model, seed: u64) -> MlpParams {
    MlpParams::init(Widths::of(model), &mut stream(seed, Stream::Weights, 0))
}

fn engine(model: &Model, params: &MlpParams) -> BurnEngine {
    BurnEngine::new(&Device::flex(), model, &Training::default(), params).unwrap()
}

/// Inputs of the network at one time, as the trainer makes them.
fn batch_at(experiment: &Experiment, t: f64, xs: &[Point]) -> Batch {
    let c_in = SCALING.input(experiment.problem.path.at(t));
    let mut inputs = Vec::new();
    for x in xs {
        inputs.extend(x.map(|x| (c_in * x) as f32));
        embedding::push_features(experiment.model.time, t, &mut inputs);
    }
    Batch {
        n: xs.len(),
        inputs,
        targets: vec![0.0; 2 * xs.len()],
        weights: vec![1.0; xs.len()],
        ..Batch::default()
    }
}

fn points(n: usize, seed: u64) -> Vec<Point> {
    let mut rng = stream(seed, Stream::Display, 0);
    (0..n)
        .map(|_| [0; 2].map(|_| 6.0 * rng.random::<f64>() - 3.0))
        .collect()
}

fn any_model() -> impl Strategy<Value = Model> {
    let time = prop_oneof![
        Just(TimeEmbedding::Raw),
        (1usize..5).prop_map(|frequencies| TimeEmbedding::Fourier { frequencies }),
    ];
    let activation = prop::sample::select(Activation::ALL.to_vec());
    let hidden = prop::collection::vec(1usize..40, 1..4);
    (hidden, activation, time).prop_map(|(hidden, activation, time)| Model {
        hidden,
        activation,
        time,
        ..Model::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_frozen_field_is_burns_forward_pass(
        model in any_model(),
        t in 0.0f64..1.0,
        n in 1usize..70,
        seed in 0u64..1000,
    ) {
        let experiment = experiment(model, Path::CondOt { sigma_min: 0.0 });
        let params = weights(&experiment.model, seed);
        let xs = points(n, seed);
        let expected = engine(&experiment.model, &params)
            .forward(&batch_at(&experiment, t, &xs))
            .unwrap();
        let field = FrozenField::new(Arc::new(params), &experiment, SCALING, 5);
        let mut found = vec![[0.0; 2]; n];
        field.eval(t, &xs, &mut found);
        let c_out = experiment.problem.path.at(t).output_scale(1.0, 1.3);
        for (v, burn) in found.iter().zip(expected.as_chunks::<2>().0) {
            for (v, burn) in v.iter().zip(burn) {
                prop_assert!((v - c_out * f64::from(*burn)).abs() < 1e-5 * (1.0 + v.abs()));
            }
        }
        prop_assert_eq!(field.provenance(), Provenance::Learned { step: 5 });
    }

    #[test]
    fn the_divergence_is_the_derivative(
        model in any_model(),
        t in 0.01f64..0.99,
        seed in 0u64..1000,
    ) {
        // A kink inside the difference would make the comparison meaningless.
        prop_assume!(!matches!(model.activation, Activation::Relu | Activation::Selu));
        let experiment = experiment(model, Path::Cosine);
        let params = weights(&experiment.model, seed);
        let field = FrozenField::new(Arc::new(params), &experiment, SCALING, 0);
        let xs = points(20, seed);
        let (mut v, mut div) = (vec![[0.0; 2]; 20], vec![0.0; 20]);
        field.eval_div(t, &xs, &mut v, &mut div);
        let mut alone = vec![[0.0; 2]; 20];
        field.eval(t, &xs, &mut alone);
        let h = 1e-2;
        for (i, x) in xs.iter().enumerate() {
            prop_assert!((v[i][0] - alone[i][0]).abs() < 1e-6);
            let mut slope = 0.0;
            for axis in 0..2 {
                let (mut up, mut down) = (*x, *x);
                up[axis] += h;
                down[axis] -= h;
                let mut ends = [[0.0; 2]; 2];
                field.eval(t, &[up, down], &mut ends);
                slope += (ends[0][axis] - ends[1][axis]) / (2.0 * h);
            }
            prop_assert!((div[i] - slope).abs() < 5e-3 * (1.0 + slope.abs()), "{} {slope}", div[i]);
        }
    }
}

#[test]
fn burns_gradient_is_the_derivative_of_the_loss() {
    let model = Model {
        hidden: vec![5, 4],
        activation: Activation::Tanh,
        time: TimeEmbedding::Raw,
        ..Model::default()
    };
    let experiment = experiment(model.clone(), Path::CondOt { sigma_min: 0.0 });
    let params = weights(&model, 3);
    let mut batch = batch_at(&experiment, 0.4, &points(16, 1));
    let mut rng = stream(9, Stream::Display, 0);
    batch.targets.fill_with(|| rng.random::<f32>());
    let gradient = engine(&model, &params).gradient(&batch).unwrap();
    let loss = |values: Vec<f32>| {
        let params = MlpParams::new(params.widths().clone(), values).unwrap();
        let output = engine(&model, &params).forward(&batch).unwrap();
        let squares = output.iter().zip(&batch.targets);
        squares.map(|(o, t)| f64::from(o - t).powi(2)).sum::<f64>() / batch.n as f64
    };
    let h = 1e-2f32;
    for i in 0..gradient.len() {
        let shifted = |by: f32| {
            let mut values = params.values().to_vec();
            values[i] += by;
            loss(values)
        };
        let slope = (shifted(h) - shifted(-h)) / (2.0 * f64::from(h));
        assert!(
            (slope - f64::from(gradient[i])).abs() < 2e-3,
            "{i}: {slope} {}",
            gradient[i]
        );
    }
}

#[test]
fn a_step_reports_the_unweighted_loss_and_learns() {
    let model = Model::default();
    let mut engine = engine(&model, &weights(&model, 0));
    let experiment = experiment(model, Path::CondOt { sigma_min: 0.0 });
    let mut batch = batch_at(&experiment, 0.5, &points(64, 2));
    batch.targets.fill(0.5);
    batch.weights.fill(4.0);
    let output = engine.forward(&batch).unwrap();
    let expected = 4.0 * output.iter().map(|o| (o - 0.5).powi(2)).sum::<f32>() / 64.0;
    let first = engine.step(&batch, 1e-3).unwrap().own;
    approx::assert_relative_eq!(first, expected, max_relative = 1e-4);
    let last = (0..200).map(|_| engine.step(&batch, 1e-3).unwrap()).last();
    assert!(last.unwrap().own < 0.05 * first);
}

#[test]
fn steps_in_a_row_are_the_same_steps() {
    let model = Model::default();
    let experiment = experiment(model.clone(), Path::CondOt { sigma_min: 0.0 });
    let batch = |(i, n): (usize, usize)| {
        let mut batch = batch_at(&experiment, 0.1 * i as f64, &points(n, i as u64));
        batch.targets.fill(0.5);
        batch
    };
    let batches: Vec<Batch> = [64, 1, 33, 64].into_iter().enumerate().map(batch).collect();
    let rates = [1e-3, 2e-3, 3e-3, 4e-3];
    let [mut single, mut row] = [0; 2].map(|_| engine(&model, &weights(&model, 0)));
    let singles = batches.iter().zip(rates);
    let expected: Vec<StepLoss> = singles
        .map(|(batch, rate)| single.step(batch, rate).unwrap())
        .collect();
    assert_eq!(row.steps(&batches, &rates).unwrap(), expected);
    assert_eq!(row.state().unwrap(), single.state().unwrap());
    assert_eq!(row.steps(&[], &[]), Ok(Vec::new()));
}

#[test]
fn a_state_holds_weights_average_and_moments() {
    let model = Model::default();
    let experiment = experiment(model.clone(), Path::CondOt { sigma_min: 0.0 });
    let batch = batch_at(&experiment, 0.5, &points(64, 2));
    let mut engine = engine(&model, &weights(&model, 0));
    for _ in 0..5 {
        engine.step(&batch, 1e-3).unwrap();
    }
    let good = engine.state().unwrap();
    let continue_for_three = |engine: &mut BurnEngine| {
        for _ in 0..3 {
            engine.step(&batch, 1e-3).unwrap();
        }
        engine.state().unwrap()
    };
    let first = continue_for_three(&mut engine);
    engine.set_state(&good).unwrap();
    assert_eq!(engine.state().as_ref(), Ok(&good));
    assert_eq!(continue_for_three(&mut engine), first);
}

#[test]
fn a_learning_rate_beyond_reason_is_noticed() {
    let model = Model::default();
    let experiment = experiment(model.clone(), Path::CondOt { sigma_min: 0.0 });
    let batch = batch_at(&experiment, 0.5, &points(64, 2));
    let mut engine = engine(&model, &weights(&model, 0));
    let failure = (0..20).find_map(|_| engine.step(&batch, 1e30).err());
    assert!(matches!(
        failure,
        Some(EngineError::NonFinite { what: "loss", .. })
    ));
}

/// An engine whose output is off by a factor: a GPU that computes wrongly without saying so.
struct Wrong(BurnEngine);

impl Engine for Wrong {
    fn step(&mut self, batch: &Batch, learning_rate: f64) -> Result<StepLoss, EngineError> {
        self.0.step(batch, learning_rate)
    }
    fn state(&mut self) -> Result<EngineState, EngineError> {
        self.0.state()
    }
    fn set_state(&mut self, state: &EngineState) -> Result<(), EngineError> {
        self.0.set_state(state)
    }
    fn set_training(&mut self, training: &Training) {
        self.0.set_training(training);
    }
    fn forward(&mut self, batch: &Batch) -> Result<Vec<f32>, EngineError> {
        let mut output = self.0.forward(batch)?;
        if batch.n >= 500 {
            output.iter_mut().for_each(|v| *v *= 1.01);
        }
        Ok(output)
    }
    fn gradient(&mut self, batch: &Batch) -> Result<Vec<f32>, EngineError> {
        self.0.gradient(batch)
    }
}

#[test]
fn the_self_test_passes_burn_and_refuses_a_wrong_backend() {
    let cpu = |model: &Model, training: &Training, params: &MlpParams| {
        let engine = FusedEngine::new(Box::new(Alone), model, training, params)?;
        Ok(Box::new(engine) as Box<dyn Engine>)
    };
    let right = |model: &Model, training: &Training, params: &MlpParams| {
        let engine = BurnEngine::new(&Device::flex(), model, training, params)?;
        Ok(Box::new(engine) as Box<dyn Engine>)
    };
    let wrong = |model: &Model, training: &Training, params: &MlpParams| {
        let engine = BurnEngine::new(&Device::flex(), model, training, params)?;
        Ok(Box::new(Wrong(engine)) as Box<dyn Engine>)
    };
    assert_eq!(self_test(cpu, right), Ok(()));
    let refused = self_test(cpu, wrong).unwrap_err().to_string();
    assert!(refused.contains("512 points"), "{refused}");
}

/// The fused engine and Burn from the same weights.
fn both_engines(model: &Model, training: &Training, seed: u64) -> (FusedEngine, BurnEngine) {
    let params = weights(model, seed);
    let fused = FusedEngine::new(Box::new(Alone), model, training, &params).unwrap();
    let burn = BurnEngine::new(&Device::flex(), model, training, &params).unwrap();
    (fused, burn)
}

/// A regression problem of the model's shape.
fn problem(model: &Model, n: usize, seed: u64) -> Batch {
    let mut rng = stream(seed, Stream::Times, 0);
    let mut numbers =
        |count: usize| -> Vec<f32> { (0..count).map(|_| rng.random::<f32>() - 0.5).collect() };
    Batch {
        n,
        inputs: numbers(n * Widths::of(model).inputs()),
        targets: numbers(2 * n),
        weights: numbers(n).iter().map(|w| 1.0 + w).collect(),
        ..Batch::default()
    }
}

/// Largest difference relative to the largest value.
fn relative_error(expected: &[f32], found: &[f32]) -> f32 {
    assert_eq!(expected.len(), found.len());
    let largest = expected.iter().fold(1e-3f32, |m, v| m.max(v.abs()));
    let differences = expected.iter().zip(found).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f32::max) / largest
}

fn any_optimizer() -> impl Strategy<Value = Optimizer> {
    let constants = (0.0..0.95, 0.5..0.999, prop::bool::ANY);
    constants.prop_map(|(beta_1, beta_2, decays)| {
        let (lr, epsilon) = (1e-3, 1e-8);
        if decays {
            Optimizer::AdamW {
                lr,
                beta_1,
                beta_2,
                epsilon,
                weight_decay: 0.1,
            }
        } else {
            Optimizer::Adam {
                lr,
                beta_1,
                beta_2,
                epsilon,
            }
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_fused_engine_has_burns_loss_and_gradient(
        model in any_model(),
        n in 1usize..150,
        seed in 0u64..1000,
    ) {
        let (mut fused, mut burn) = both_engines(&model, &Training::default(), seed);
        let batch = problem(&model, n, seed);
        let outputs = relative_error(&burn.forward(&batch).unwrap(), &fused.forward(&batch).unwrap());
        prop_assert!(outputs < 1e-5, "outputs {outputs:e}");
        let gradient = relative_error(&burn.gradient(&batch).unwrap(), &fused.gradient(&batch).unwrap());
        prop_assert!(gradient < 1e-5, "gradient {gradient:e}");
        let (expected, found) = (burn.step(&batch, 1e-3).unwrap(), fused.step(&batch, 1e-3).unwrap());
        let (expected, found) = (expected.own, found.own);
        prop_assert!((expected - found).abs() < 1e-5 * expected, "loss {expected} {found}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_hundred_steps_of_the_fused_engine_are_burns(
        model in any_model(),
        optimizer in any_optimizer(),
        ema in 0.0f64..0.999,
        seed in 0u64..1000,
    ) {
        let training = Training { optimizer, ema, ..Training::default() };
        let (mut fused, mut burn) = both_engines(&model, &training, seed);
        for step in 0..100 {
            let batch = problem(&model, 64, 1000 * seed + step);
            burn.step(&batch, 1e-3).unwrap();
            fused.step(&batch, 1e-3).unwrap();
        }
        let (expected, found) = (burn.state().unwrap(), fused.state().unwrap());
        let weights = relative_error(expected.weights.values(), found.weights.values());
        prop_assert!(weights < 1e-3, "weights {weights:e}");
        let average = relative_error(expected.average.values(), found.average.values());
        prop_assert!(average < 1e-3, "average {average:e}");
        // Moments are as small as gradients, which is what the absolute part of the bound is about.
        let first = relative_error(&expected.moments.first, &found.moments.first);
        prop_assert!(first < 1e-2, "first moments {first:e}");
        let second = relative_error(&expected.moments.second, &found.moments.second);
        prop_assert!(second < 1e-2, "second moments {second:e}");
        prop_assert_eq!((expected.averaged, expected.moments.steps), (100, 100));
        prop_assert_eq!((found.averaged, found.moments.steps), (100, 100));
    }
}

/// What one engine has gathered goes on in the other: as the same engine would have gone on, up to rounding.
#[test]
fn a_state_goes_from_engine_to_engine_in_both_directions() {
    let adam_w = Optimizer::AdamW {
        lr: 1e-3,
        beta_1: 0.9,
        beta_2: 0.999,
        epsilon: 1e-8,
        weight_decay: 0.1,
    };
    for optimizer in [Training::default().optimizer, adam_w] {
        let model = Model::default();
        let training = Training {
            optimizer,
            ..Training::default()
        };
        let run = |engine: &mut dyn Engine, steps: std::ops::Range<u64>| {
            for step in steps {
                engine.step(&problem(&model, 64, step), 1e-3).unwrap();
            }
            engine.state().unwrap()
        };
        let close = |a: &EngineState, b: &EngineState| {
            let weights = relative_error(a.weights.values(), b.weights.values());
            let average = relative_error(a.average.values(), b.average.values());
            assert!(weights < 1e-3 && average < 1e-3, "{weights:e} {average:e}");
        };
        let (mut fused, mut burn) = both_engines(&model, &training, 3);
        let of_fused = run(&mut fused, 0..30);
        let of_burn = run(&mut burn, 0..30);
        let (mut other_fused, mut other_burn) = both_engines(&model, &training, 4);
        other_burn.set_state(&of_fused).unwrap();
        assert_eq!(other_burn.state().as_ref(), Ok(&of_fused), "bit for bit");
        other_fused.set_state(&of_burn).unwrap();
        assert_eq!(other_fused.state().as_ref(), Ok(&of_burn), "bit for bit");
        close(&run(&mut fused, 30..60), &run(&mut other_burn, 30..60));
        close(&run(&mut burn, 30..60), &run(&mut other_fused, 30..60));
        // Without its moments a step would move every weight by the whole rate.
        let mut forgetful = of_fused.clone();
        forgetful.moments = OptimizerMoments::none(of_fused.weights.values().len(), optimizer);
        other_fused.set_state(&forgetful).unwrap();
        let (with, without) = (run(&mut fused, 60..61), run(&mut other_fused, 60..61));
        assert_ne!(with.weights, without.weights);
    }
}

#[test]
fn a_state_with_moments_of_another_optimizer_starts_them_afresh() {
    let model = Model::default();
    let training = Training::default();
    let (mut fused, mut burn) = both_engines(&model, &training, 3);
    fused.step(&problem(&model, 64, 0), 1e-3).unwrap();
    let mut state = fused.state().unwrap();
    state.moments.optimizer = Optimizer::Adam {
        lr: 1e-3,
        beta_1: 0.5,
        beta_2: 0.999,
        epsilon: 1e-8,
    };
    let engines: [&mut dyn Engine; 2] = [&mut fused, &mut burn];
    for engine in engines {
        engine.set_state(&state).unwrap();
        let taken = engine.state().unwrap();
        assert_eq!((&taken.weights, taken.averaged), (&state.weights, 1));
        let n = state.weights.values().len();
        assert_eq!(taken.moments, OptimizerMoments::none(n, training.optimizer));
    }
}
