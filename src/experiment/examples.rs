//! Experiments that together show every variant of every choice: what a message offers in place of what it refuses.

use std::sync::LazyLock;

use super::pieces::value_at;
use super::{
    Activation, Camera, Experiment, Lane, LearningRate, Model, Optimizer, TimeEmbedding,
    TrajectoryColor, Velocity, View,
};
use super::{Problem, Readout, Training};
use crate::flow::conversion::Quantity;
use crate::flow::coupling::Coupling;
use crate::flow::distribution::Shape;
use crate::flow::path::Path;
use crate::flow::sde::Sampler;
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
                path: nth(i, &Path::ALL),
                coupling: nth(i, &Coupling::ALL),
                velocity: nth(i, &Velocity::ALL),
                ..Problem::to(target.clone())
            },
            model: model(i),
            training: Training {
                optimizer: nth(i, &Optimizer::ALL),
                schedule: nth(i, &LearningRate::ALL),
                ..Training::default()
            },
            readout: Readout {
                solver: nth(i, &Solver::ALL),
                sampler: nth(i, &Sampler::ALL),
                ..Readout::default()
            },
            view: view(i),
            lanes: lanes(i),
            ..Experiment::new(target)
        })
        .collect()
}

fn nth<T: Copy>(i: usize, choices: &[T]) -> T {
    choices[i % choices.len()]
}

fn model(i: usize) -> Model {
    Model {
        activation: nth(i, &Activation::ALL),
        time: nth(i, &TimeEmbedding::ALL),
        parametrisation: nth(i, &Quantity::ALL),
        ..Model::default()
    }
}

fn view(i: usize) -> View {
    let camera = Camera {
        center: (0.0, 0.0),
        height: 8.0,
    };
    View {
        color: nth(i, &TrajectoryColor::ALL),
        reading: nth(i, &Quantity::ALL),
        camera: nth(i, &[None, Some(camera)]),
        ..View::default()
    }
}

/// The first example has none: it is the one with the defaults.
fn lanes(i: usize) -> Vec<Lane> {
    let lane = |title: &str, change: &str| Lane {
        title: title.to_owned(),
        set: change.parse().into_iter().collect(),
    };
    match i {
        1 => vec![
            lane("", "coupling=Independent"),
            lane("batch-OT", "coupling=BatchOt(batch: 256)"),
        ],
        _ => Vec::new(),
    }
}
