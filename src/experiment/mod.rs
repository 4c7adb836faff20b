//! Floor 1: what is studied, as plain data.
//!
//! One [`Experiment`] serves the RON file, the panels, the command line and the tests. It is parsed once
//! ([`Experiment::from_ron`]) into a type whose every number has been checked ([`Experiment::validate`]);
//! whether its parts may be combined is a second question with a second answer ([`Experiment::legality`]),
//! because an illegal choice made live has a fix and must not stop the work.
//!
//! This floor refuses to know networks, threads, files and windows.

mod advice;
mod blocks;
mod cautions;
mod change;
mod distil;
mod error;
mod examples;
mod fault;
pub mod figure;
mod file;
mod follow;
mod label;
mod lane;
mod lanes;
mod layer;
mod legality;
mod model;
mod over;
mod pieces;
pub mod presets;
mod reader;
mod score;
mod set;
mod spelling;
mod stage;
mod text;
mod tokens;
mod training;
mod validate;
mod velocity;
mod view;

use std::ops::RangeInclusive;

use crate::flow::coupling::{Coupling, GivenPairs};
use crate::flow::distribution::{Distribution, Shape};
use crate::flow::path::Path;
use crate::flow::sde::Sampler;
use crate::flow::solver::Solver;

pub use error::ExperimentError;
pub use figure::{Figure, FigureKind};
pub use lane::{Lane, MAX_LANES, NoOverride, Override};
pub use layer::Layer;
pub(crate) use layer::layers;
pub use legality::Illegal;
pub use model::{Activation, CFM_TIMES, Model, TimeEmbedding};
pub use over::{MAX_VARIANTS, Misfit, NoOver, Over, Variant};
pub use stage::{Stage, StepView};
pub use training::{Evaluation, LearningRate, Optimizer, Training};
pub use velocity::Velocity;
pub use view::{BlockView, Camera, End, Given, MAX_FOLLOWED, MAX_PARTICLES, TrajectoryColor, View};

/// The version of the experiment file that this program reads and writes.
pub const VERSION: u32 = 1;

/// Everything that decides what a run computes and what its figure shows, in groups: what depends on a group alone is
/// out of date when that group differs.
///
/// The file and `--set` have fields of their own, without the groups (`experiment/file.rs`).
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// Version of the file format: [`VERSION`].
    pub version: u32,
    /// What it is called.
    pub words: Words,
    /// Seed of every random number of the run.
    pub seed: u64,
    /// What is to be learned.
    pub problem: Problem,
    /// The network that learns it.
    pub model: Model,
    /// How it learns.
    pub training: Training,
    /// How what was learned is read out.
    pub readout: Readout,
    /// What the figure shows.
    pub view: View,
    /// The flows that are compared, in place of this one alone. Each changes some of the fields above, which are those
    /// of none of them but the base of all: so the first lane is renamed, moved and taken away like every other.
    pub lanes: Vec<Lane>,
    /// The figures that are made of it. Files name them only if there are some.
    pub figures: Vec<Figure>,
}

/// What an experiment is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Short name: the default output folder, so it must be usable as a file name.
    pub name: String,
    /// Heading of the window and of the figure.
    pub title: String,
    /// One line about what there is to see.
    pub about: String,
}

impl Words {
    /// The title, or else the name.
    pub fn heading(&self) -> &str {
        match self.title.is_empty() {
            true => &self.name,
            false => &self.title,
        }
    }
}

/// The velocity field that is asked for: networks that learned the same problem can be compared, and weights that
/// learned another one are of another flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The distribution p at t = 0.
    pub source: Distribution,
    /// The distribution q at t = 1.
    pub target: Distribution,
    /// The scheduler `alpha_t`, `sigma_t` of the conditional paths.
    pub path: Path,
    /// How source and target points are paired.
    pub coupling: Coupling,
    /// The pairs of a coupling that needs them given; no file of an experiment has them.
    pub pairs: Option<GivenPairs>,
    /// Standard deviation of extra Gaussian noise on `x_t`, in canvas units, 0 to 10; `training.sigma` in files.
    pub noise: f64,
    /// Whether the field is learned, or known without training.
    pub velocity: Velocity,
}

/// How a flow is read out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readout {
    /// The solver of the trajectories, for display and for the samples that are measured.
    pub solver: Solver,
    /// Whether its steps follow the field, or the stochastic equation with the same densities.
    pub sampler: Sampler,
    /// How many points the metrics use.
    pub evaluation: Evaluation,
}

impl Readout {
    /// By what the flow is followed, as a legend names it.
    pub fn legend(&self) -> String {
        match self.sampler {
            Sampler::Ode => self.solver.legend(),
            Sampler::Sde { strength } => format!("Euler-Maruyama, g = {strength}"),
        }
    }
}

impl Default for Words {
    fn default() -> Self {
        Self {
            name: "untitled".to_owned(),
            title: String::new(),
            about: String::new(),
        }
    }
}

impl Problem {
    /// How much noise there may be on `x_t`.
    pub const NOISE: RangeInclusive<f64> = 0.0..=10.0;

    /// The problem of a target: from the standard Gaussian by the cond-OT path, independently coupled.
    pub fn to(target: Distribution) -> Self {
        Self {
            source: standard_gaussian(),
            target,
            path: Path::default(),
            coupling: Coupling::default(),
            pairs: None,
            noise: 0.0,
            velocity: Velocity::default(),
        }
    }
}

impl Experiment {
    /// The same experiment with the pairs that a problem was given, if it asks for the same coupling and has none.
    #[must_use]
    pub fn with_pairs_of(mut self, given: &Problem) -> Self {
        let own = &mut self.problem;
        if own.pairs.is_none() && own.coupling == given.coupling {
            own.pairs.clone_from(&given.pairs);
        }
        self
    }

    /// Whether its coupling needs pairs that are not there.
    pub fn lacks_pairs(&self) -> bool {
        self.problem.coupling.needs_given().is_some() && self.problem.pairs.is_none()
    }

    /// The experiment of a target, everything else at its default.
    pub fn new(target: Distribution) -> Self {
        Self {
            version: VERSION,
            words: Words::default(),
            seed: 0,
            problem: Problem::to(target),
            model: Model::default(),
            training: Training::default(),
            readout: Readout::default(),
            view: View::default(),
            lanes: Vec::new(),
            figures: Vec::new(),
        }
    }

    /// Whether weights trained for `self` are of no use to `other`: another architecture or another seed.
    ///
    /// Every other change (target, path, coupling, optimizer ...) is applied to the running training and
    /// keeps the weights.
    pub fn needs_new_model(&self, other: &Self) -> bool {
        (&self.model, self.seed) != (&other.model, other.seed)
    }

    /// The same experiment with a field that is learned: what there is to train, whichever field is shown.
    #[must_use]
    pub fn learned(&self) -> Self {
        let mut learned = self.clone();
        if !learned.problem.velocity.is_learned() {
            learned.problem.velocity = Velocity::Learned;
        }
        learned
    }

    /// Whether the two are equal but for what the figures show.
    pub fn is_same_work(&self, other: &Self) -> bool {
        self.work() == other.work()
    }

    /// Everything but the view and the figures.
    fn work(&self) -> impl PartialEq {
        let Self {
            version,
            words,
            seed,
            problem,
            model,
            training,
            readout,
            view: _,
            lanes,
            figures: _,
        } = self;
        let trained = (problem, model, training, readout);
        (version, words, seed, trained, lanes)
    }
}

/// The source that diffusion paths (VP, VE, linear VP) require: `Gaussian(std: 1.0)`, scale 1, no shift.
fn standard_gaussian() -> Distribution {
    Shape::Gaussian { std: 1.0 }.into()
}

#[cfg(test)]
mod tests;
