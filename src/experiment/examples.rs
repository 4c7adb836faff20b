//! Experiments that together show every variant of every choice: what a message offers in place of what it refuses.

use std::sync::LazyLock;

use super::pieces::value_at;
use super::{
    Activation, Camera, Experiment, LearningRate, Model, Optimizer, TimeEmbedding, TrajectoryColor,
    View,
};
use super::{Problem, Readout, Training};
use crate::flow::coupling::Coupling;
use crate::flow::distribution::Shape;
use crate::flow::path::Path;
use crate::flow::solver::Solver;

/// The examples as files, the first one with the defaults.
pub(super) static FILES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let files = all().into_iter().map(|example| example.to_ron());
    files.map(|file| file.trim().to_owned()).collect()
});

/// The different values that the examples have at the dotted path.
pub(super) fn values(path: &str) -> Vec<&'static str> {
    let mut values = Vec::new();
    for value in FILES.iter().filter_map(|file| value_at(file, path)) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

/// The examples, complete and valid.
fn all() -> Vec<Experiment> {
    Shape::gallery()
        .into_iter()
        .enumerate()
        .map(|(i, target)| Experiment {
            problem: Problem {
                path: nth(i, &paths()),
                coupling: nth(
                    i,
                    &[Coupling::Independent, Coupling::BatchOt { batch: 256 }],
                ),
                ..Problem::to(target.clone())
            },
            model: model(i),
            training: Training {
                optimizer: nth(i, &optimizers()),
                schedule: nth(
                    i,
                    &[LearningRate::Constant, LearningRate::Cosine { warmup: 200 }],
                ),
                ..Training::default()
            },
            readout: Readout {
                solver: nth(i, &solvers()),
                ..Readout::default()
            },
            view: view(i),
            ..Experiment::new(target)
        })
        .collect()
}

fn nth<T: Copy>(i: usize, choices: &[T]) -> T {
    choices[i % choices.len()]
}

fn paths() -> [Path; 4] {
    let (beta_min, beta_max) = (0.1, 20.0);
    let (sigma_min, sigma_max) = (0.01, 10.0);
    [
        Path::default(),
        Path::Vp { beta_min, beta_max },
        Path::Ve {
            sigma_min,
            sigma_max,
        },
        Path::Cosine,
    ]
}

fn solvers() -> [Solver; 4] {
    let steps = Readout::default().solver.steps();
    [
        Solver::Euler { steps },
        Solver::Midpoint { steps },
        Solver::Heun { steps },
        Solver::Rk4 { steps },
    ]
}

fn optimizers() -> [Optimizer; 2] {
    let (lr, beta_1, beta_2, epsilon, weight_decay) = (1e-3, 0.9, 0.999, 1e-8, 1e-5);
    [
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
    ]
}

fn model(i: usize) -> Model {
    Model {
        activation: nth(i, &Activation::ALL),
        time: nth(
            i,
            &[
                TimeEmbedding::Raw,
                TimeEmbedding::Fourier { frequencies: 8 },
            ],
        ),
        ..Model::default()
    }
}

fn view(i: usize) -> View {
    let camera = Camera {
        center: (0.0, 0.0),
        height: 8.0,
    };
    View {
        color: nth(i, &[TrajectoryColor::ChordRatio, TrajectoryColor::Identity]),
        camera: nth(i, &[None, Some(camera)]),
        ..View::default()
    }
}
