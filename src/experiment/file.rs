//! The experiment as the file and `--set` name it: version 1, one level of fields and what they hold.
//!
//! The program has the same values in groups; this is the only place that knows both.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::flow::coupling::Coupling;
use crate::flow::distribution::Distribution;
use crate::flow::path::Path;
use crate::flow::sde::Sampler;
use crate::flow::solver::Solver;

use super::{
    Evaluation, Experiment, Figure, Lane, LearningRate, Model, Optimizer, Problem, Readout,
    Training, Velocity, View, Words, standard_gaussian,
};

/// The fields of an experiment file; only `version` and `target` are required.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Experiment", deny_unknown_fields)]
struct ExperimentFile {
    version: u32,
    #[serde(default = "default_name")]
    name: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    seed: u64,
    #[serde(default = "standard_gaussian")]
    source: Distribution,
    target: Distribution,
    #[serde(default)]
    path: Path,
    #[serde(default)]
    coupling: Coupling,
    #[serde(default, skip_serializing_if = "Velocity::is_default")]
    velocity: Velocity,
    #[serde(default)]
    model: Model,
    #[serde(default)]
    training: TrainingFile,
    #[serde(default = "default_solver")]
    solver: Solver,
    #[serde(default, skip_serializing_if = "Sampler::is_ode")]
    sampler: Sampler,
    #[serde(default)]
    evaluation: Evaluation,
    #[serde(default)]
    view: View,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lanes: Vec<Lane>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    figures: Vec<Figure>,
}

/// Fields that files leave out where they have these values, so that a file of before them is written as it was read.
pub(super) const LEFT_OUT: [(&str, &str); 2] = [("velocity", "Learned"), ("sampler", "Ode")];

/// The training and, as `sigma`, the problem's noise.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Training", deny_unknown_fields, default)]
struct TrainingFile {
    steps: u64,
    batch: usize,
    optimizer: Optimizer,
    schedule: LearningRate,
    sigma: f64,
    ema: f64,
}

impl TrainingFile {
    fn new(training: Training, noise: f64) -> Self {
        let Training {
            steps,
            batch,
            optimizer,
            schedule,
            ema,
        } = training;
        Self {
            steps,
            batch,
            optimizer,
            schedule,
            sigma: noise,
            ema,
        }
    }
}

impl Default for TrainingFile {
    fn default() -> Self {
        Self::new(Training::default(), 0.0)
    }
}

impl<'de> Deserialize<'de> for Experiment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ExperimentFile::deserialize(deserializer).map(Self::from)
    }
}

impl Serialize for Experiment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ExperimentFile::from(self.clone()).serialize(serializer)
    }
}

impl From<ExperimentFile> for Experiment {
    fn from(file: ExperimentFile) -> Self {
        let TrainingFile {
            steps,
            batch,
            optimizer,
            schedule,
            sigma,
            ema,
        } = file.training;
        Self {
            version: file.version,
            words: Words {
                name: file.name,
                title: file.title,
                about: file.about,
            },
            seed: file.seed,
            problem: Problem {
                source: file.source,
                target: file.target,
                path: file.path,
                coupling: file.coupling,
                pairs: None,
                noise: sigma,
                velocity: file.velocity,
            },
            model: file.model,
            training: Training {
                steps,
                batch,
                optimizer,
                schedule,
                ema,
            },
            readout: Readout {
                solver: file.solver,
                sampler: file.sampler,
                evaluation: file.evaluation,
            },
            view: file.view,
            lanes: file.lanes,
            figures: file.figures,
        }
    }
}

impl From<Experiment> for ExperimentFile {
    fn from(experiment: Experiment) -> Self {
        let Experiment {
            version,
            words: Words { name, title, about },
            seed,
            problem,
            model,
            training,
            readout:
                Readout {
                    solver,
                    sampler,
                    evaluation,
                },
            view,
            lanes,
            figures,
        } = experiment;
        let Problem {
            source,
            target,
            path,
            coupling,
            pairs: _,
            noise,
            velocity,
        } = problem;
        Self {
            version,
            name,
            title,
            about,
            seed,
            source,
            target,
            path,
            coupling,
            velocity,
            model,
            training: TrainingFile::new(training, noise),
            solver,
            sampler,
            evaluation,
            view,
            lanes,
            figures,
        }
    }
}

fn default_name() -> String {
    Words::default().name
}

fn default_solver() -> Solver {
    Readout::default().solver
}
