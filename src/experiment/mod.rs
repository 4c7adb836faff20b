//! Floor 1: what is studied, as plain data.
//!
//! One [`Experiment`] serves the RON file, the panels, the command line and the tests. It is parsed once
//! ([`Experiment::from_ron`]) into a type whose every number has been checked ([`Experiment::validate`]);
//! whether its parts may be combined is a second question with a second answer ([`Experiment::legality`]),
//! because an illegal choice made live has a fix and must not stop the work.
//!
//! This floor refuses to know networks, threads, files and windows.

mod advice;
mod cautions;
mod error;
mod examples;
mod fault;
mod legality;
mod model;
mod pieces;
pub mod presets;
mod reader;
mod set;
mod text;
mod tokens;
mod training;
mod validate;
mod view;

use serde::{Deserialize, Serialize};

use crate::flow::coupling::Coupling;
use crate::flow::distribution::{Distribution, Shape};
use crate::flow::path::Path;
use crate::flow::solver::Solver;

pub use error::ExperimentError;
pub use legality::Illegal;
pub use model::{Activation, Model, TimeEmbedding};
pub use training::{Evaluation, LearningRate, Optimizer, Training};
pub use view::{Camera, Layer, MAX_FOLLOWED, MAX_PARTICLES, PathColor, View};

/// The version of the experiment file that this program reads and writes.
pub const VERSION: u32 = 1;

/// Everything that decides what a run computes and what its figure shows.
///
/// The field names are those of the file and of `--set`; only `version` and `target` are required.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Version of the file format: [`VERSION`].
    pub version: u32,
    /// Short name: the default output folder, so it must be usable as a file name.
    #[serde(default = "default_name")]
    pub name: String,
    /// Heading of the window and of the figure.
    #[serde(default)]
    pub title: String,
    /// One line about what there is to see.
    #[serde(default)]
    pub about: String,
    /// Seed of every random number of the run.
    #[serde(default)]
    pub seed: u64,
    /// The distribution p at t = 0.
    #[serde(default = "standard_gaussian")]
    pub source: Distribution,
    /// The distribution q at t = 1.
    pub target: Distribution,
    /// The scheduler `alpha_t`, `sigma_t` of the conditional paths.
    #[serde(default = "default_path")]
    pub path: Path,
    /// How source and target points are paired.
    #[serde(default = "default_coupling")]
    pub coupling: Coupling,
    /// The network that learns the velocity.
    #[serde(default)]
    pub model: Model,
    /// How it learns.
    #[serde(default)]
    pub training: Training,
    /// The solver of the trajectories, for display and for the metrics.
    #[serde(default = "default_solver")]
    pub solver: Solver,
    /// How many points the metrics use.
    #[serde(default)]
    pub evaluation: Evaluation,
    /// What the figure shows.
    #[serde(default)]
    pub view: View,
}

impl Experiment {
    /// Whether weights trained for `self` are of no use to `other`: another architecture or another seed.
    ///
    /// Every other change (target, path, coupling, optimizer ...) is applied to the running training and
    /// keeps the weights.
    pub fn needs_new_model(&self, other: &Self) -> bool {
        self.model != other.model || self.seed != other.seed
    }
}

/// The source that VP and VE require: `Gaussian(std: 1.0)`, scale 1, no shift.
fn standard_gaussian() -> Distribution {
    Shape::Gaussian { std: 1.0 }.into()
}

fn default_name() -> String {
    "untitled".to_owned()
}

fn default_path() -> Path {
    Path::CondOt { sigma_min: 0.0 }
}

fn default_coupling() -> Coupling {
    Coupling::Independent
}

fn default_solver() -> Solver {
    Solver::Euler { steps: 100 }
}

#[cfg(test)]
mod tests;
