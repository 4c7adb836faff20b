//! Every number of an experiment, with its range.
//!
//! RON reads `inf`, `NaN` and any integer that fits its type, so nothing is trusted before it passed here. The
//! ranges are wide: they keep out what cannot work or would exhaust the memory, not what is unwise.

use std::fmt::Debug;
use std::ops::RangeInclusive;

use super::error::clipped;
use super::training::EVERY_NODE;
use super::{
    Camera, Evaluation, Experiment, ExperimentError, LearningRate, MAX_FOLLOWED, MAX_PARTICLES,
    Model, Optimizer, Problem, Readout, TimeEmbedding, Training, VERSION, View, Words,
};
use crate::flow::coupling::Coupling;
use crate::flow::distribution::DistributionError;
use crate::flow::solver::MAX_STEPS;

/// Trajectory points that one evaluation may write: lines of `trajectories.csv`, 46 bytes each.
const MAX_TRAJECTORY_POINTS: usize = 50_000_000;

impl Experiment {
    /// Checks every value against its range.
    ///
    /// # Errors
    /// The first value outside its range, by its dotted path; NaN and infinity are in no range.
    pub fn validate(&self) -> Result<(), ExperimentError> {
        within("version", self.version, VERSION..=VERSION)?;
        self.words.validate()?;
        self.problem.validate()?;
        within("solver.steps", self.readout.solver.steps(), 1..=MAX_STEPS)?;
        self.model.validate()?;
        self.training.validate()?;
        let Readout { solver, evaluation } = &self.readout;
        evaluation.validate(solver.steps())?;
        self.view.validate()
    }
}

impl Words {
    fn validate(&self) -> Result<(), ExperimentError> {
        check_name(&self.name)?;
        check_line("title", &self.title)?;
        check_line("about", &self.about)
    }
}

impl Problem {
    fn validate(&self) -> Result<(), ExperimentError> {
        self.source.validate().map_err(inside("source"))?;
        self.target.validate().map_err(inside("target"))?;
        self.path
            .validate()
            .map_err(|e| range(&format!("path.{}", e.field), e.value, &e.range))?;
        if let Coupling::BatchOt { batch } = self.coupling {
            within("coupling.batch", batch, 1..=4096)?;
        }
        within("training.sigma", self.noise, 0.0..=10.0)
    }
}

impl Model {
    /// Checks the widths and the time features against their ranges.
    ///
    /// # Errors
    /// The first value outside its range.
    pub fn validate(&self) -> Result<(), ExperimentError> {
        if !(1..=8).contains(&self.hidden.len()) {
            return Err(range(
                "model.hidden",
                format!("{:?}", self.hidden),
                "1 to 8 layers",
            ));
        }
        for &width in &self.hidden {
            within("model.hidden", width, 1..=1024)?;
        }
        match self.time {
            TimeEmbedding::Raw => Ok(()),
            TimeEmbedding::Fourier { frequencies } => {
                within("model.time.frequencies", frequencies, 1..=64)
            }
        }
    }
}

impl Training {
    fn validate(&self) -> Result<(), ExperimentError> {
        within("training.steps", self.steps, 0..=100_000_000)?;
        within("training.batch", self.batch, 1..=65_536)?;
        self.optimizer.validate()?;
        if let LearningRate::Cosine { warmup } = self.schedule {
            within("training.schedule.warmup", warmup, 0..=100_000_000)?;
        }
        within("training.ema", self.ema, 0.0..=0.999_999)
    }
}

impl Optimizer {
    fn validate(&self) -> Result<(), ExperimentError> {
        let (Self::Adam {
            lr,
            beta_1,
            beta_2,
            epsilon,
        }
        | Self::AdamW {
            lr,
            beta_1,
            beta_2,
            epsilon,
            ..
        }) = *self;
        within("training.optimizer.lr", lr, 0.0..=1e6)?;
        within("training.optimizer.beta_1", beta_1, 0.0..=0.999_999)?;
        within("training.optimizer.beta_2", beta_2, 0.0..=0.999_999)?;
        within("training.optimizer.epsilon", epsilon, 1e-16..=1.0)?;
        match *self {
            Self::Adam { .. } => Ok(()),
            Self::AdamW { weight_decay, .. } => {
                within("training.optimizer.weight_decay", weight_decay, 0.0..=10.0)
            }
        }
    }
}

impl Evaluation {
    /// `n_steps` of the solver decide how many nodes there are to write.
    fn validate(&self, n_steps: usize) -> Result<(), ExperimentError> {
        within("evaluation.samples", self.samples, 2..=100_000)?;
        within("evaluation.w2_samples", self.w2_samples, 2..=4000)?;
        within("evaluation.nodes", self.nodes, 2..=EVERY_NODE)?;
        let n_nodes = self.nodes.min(n_steps.saturating_add(1));
        if self.samples.saturating_mul(n_nodes) > MAX_TRAJECTORY_POINTS {
            return Err(range(
                "evaluation.samples",
                self.samples,
                &format!(
                    "at most {} where {n_nodes} nodes of each are written (evaluation.nodes: 101 writes fewer)",
                    MAX_TRAJECTORY_POINTS / n_nodes
                ),
            ));
        }
        Ok(())
    }
}

impl View {
    fn validate(&self) -> Result<(), ExperimentError> {
        within("view.t", self.t, 0.0..=1.0)?;
        for (i, layer) in self.layers.iter().enumerate() {
            if self.layers[..i].contains(layer) {
                return Err(range(
                    "view.layers",
                    format!("{:?}", self.layers),
                    "every layer at most once",
                ));
            }
        }
        within("view.paths", self.trajectories, 0..=MAX_FOLLOWED)?;
        within("view.particles", self.particles, 0..=MAX_PARTICLES)?;
        within("view.field", self.field, 0..=200)?;
        within("view.trail", self.trail, 0.0..=1.0)?;
        match self.camera {
            None => Ok(()),
            Some(camera) => {
                within("view.camera.center", camera.center.0, Camera::CENTERS)?;
                within("view.camera.center", camera.center.1, Camera::CENTERS)?;
                within("view.camera.height", camera.height, Camera::HEIGHTS)
            }
        }
    }
}

/// A name that is a file name everywhere: letters, digits, `-`, `_` and inner dots.
fn check_name(name: &str) -> Result<(), ExperimentError> {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let good = (1..=100).contains(&name.len()) && name.chars().all(allowed);
    if good && !name.starts_with('.') && !name.ends_with('.') {
        return Ok(());
    }
    Err(range(
        "name",
        format!("{name:?}"),
        "1 to 100 letters, digits, '-', '_' or inner dots",
    ))
}

/// One line of text.
fn check_line(field: &str, text: &str) -> Result<(), ExperimentError> {
    if text.len() <= 200 && !text.chars().any(char::is_control) {
        return Ok(());
    }
    Err(range(
        field,
        format!("{text:?}"),
        "one line of at most 200 bytes",
    ))
}

fn within<T: PartialOrd + Debug>(
    field: &str,
    value: T,
    allowed: RangeInclusive<T>,
) -> Result<(), ExperimentError> {
    if allowed.contains(&value) {
        return Ok(());
    }
    let expected = format!("{:?} to {:?}", allowed.start(), allowed.end());
    Err(range(field, format!("{value:?}"), &expected))
}

fn range(field: &str, value: impl ToString, expected: &str) -> ExperimentError {
    ExperimentError::Range {
        field: field.to_owned(),
        value: clipped(&value.to_string()),
        expected: expected.to_owned(),
    }
}

/// A distribution's refusal, under the name of its field.
fn inside(part: &str) -> impl Fn(DistributionError) -> ExperimentError {
    move |error| match error {
        DistributionError::OutOfRange {
            field,
            value,
            expected,
        } => range(&format!("{part}.{field}"), value, &expected),
        DistributionError::EmptyDrawing => range(
            &format!("{part}.shape"),
            "an empty drawing",
            "a painted cell",
        ),
    }
}
