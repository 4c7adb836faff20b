//! The state of a training run on disk: all that its next step depends on, in one safetensors file.
//!
//! Tensors: `weights`, `average`, `moment_1` and `moment_2` (`F32 [n_params]`, layer by layer, weights `[inputs, outputs]`
//! row-major, then biases), `losses` (`F32`, one per step), `coupling_costs` (`F64`, the newest batches), `scaling`
//! (`F64 [2]`, the spreads of source and target) and, since networks may predict something else than the velocity,
//! `recent_losses` (`F32`, the own and the CFM loss of each of the newest batches, one behind the other). The metadata entry `pushforward` is one JSON object with the version,
//! the counters, the plan of the learning rate, the experiment that was learned as RON, and a checksum of all of it.
//! Random numbers need no state: they are functions of the seed, the stream and the step.

use std::collections::HashMap;
use std::sync::Arc;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensorError, SafeTensors};
use serde::{Deserialize, Serialize};

use crate::experiment::Experiment;
use crate::flow::distribution::DistributionError;
use crate::flow::rng::{Stream, stream};

use crate::flow::coupling::{GivenPairs, Pairs, Teacher};

use super::teacher::NetworkTeacher;
use super::{EngineState, MlpParams, ModelFile, OptimizerMoments, Scaling, StepLoss, Widths};

const KEY: &str = "pushforward";
const VERSION: u32 = 1;

/// The tensors of the network, of the numbers of its parameters.
const NETWORK: [&str; 4] = ["weights", "average", "moment_1", "moment_2"];
const LOSSES: &str = "losses";
const COSTS: &str = "coupling_costs";
const SCALING: &str = "scaling";
const RECENT: &str = "recent_losses";
/// The pairs of a coupling that needs them given: `x_0` and `x_1` one after the other, each as x, y.
const PAIRS: &str = "pairs";
/// The network that has made them, in the bytes of [`NetworkTeacher`].
const TEACHER: &str = "teacher";

/// The steps that the schedule of the learning rate covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The step that it starts at.
    pub start: u64,
    /// How many steps it has.
    pub steps: u64,
}

impl Plan {
    /// The step that it ends at.
    pub fn end(self) -> u64 {
        self.start.saturating_add(self.steps)
    }
}

/// All that the next step of a training run depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingState {
    /// What has been learned so far; another one may be asked for from here on.
    pub experiment: Experiment,
    /// Weights, average and optimizer moments.
    pub engine: EngineState,
    /// The network's scales.
    pub scaling: Scaling,
    /// The schedule under way.
    pub plan: Plan,
    /// The loss of every step.
    pub losses: Vec<f32>,
    /// Both losses of the newest steps, as their means are taken; none in files of earlier programs.
    pub recent_losses: Vec<StepLoss>,
    /// Coupling costs of the newest batches, as their mean is taken.
    pub coupling_costs: Vec<f64>,
}

/// Why bytes are not a training state.
#[derive(Debug, thiserror::Error)]
pub enum TrainingStateError {
    /// The container cannot be read or written.
    #[error("not a whole safetensors file: {0}")]
    Container(#[from] SafeTensorError),
    /// The description is missing or cannot be read.
    #[error(
        "no description of a training state in the metadata entry \"{KEY}\", or a damaged one: {0}"
    )]
    Description(String),
    /// A later version of the program wrote it.
    #[error("version {found} of the format; this program reads version {VERSION}")]
    Version {
        /// The file's version.
        found: u32,
    },
    /// A tensor is missing or has another shape or type.
    #[error("tensor {name}: expected {expected}")]
    Tensor {
        /// The tensor's name in the file.
        name: &'static str,
        /// Type and shape.
        expected: String,
    },
    /// A byte is not what was written.
    #[error("damaged: its checksum does not belong to its contents")]
    Checksum,
    /// The network whose pairs are trained on cannot be read.
    #[error("the network of the round before: {0}")]
    Teacher(String),
    /// A number cannot be one of a training run.
    #[error("the {0} cannot be those of a training run: not finite, negative or too many")]
    Number(&'static str),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    version: u32,
    step: u64,
    plan: Plan,
    averaged_steps: u64,
    moment_steps: u64,
    experiment: String,
    /// Of the other entries and the bytes of all tensors, with 0 in its own place.
    checksum: u64,
}

/// A tensor as the file holds it.
struct Tensor {
    name: &'static str,
    dtype: Dtype,
    bytes: Vec<u8>,
}

impl TrainingState {
    /// The state before the first step: weights from the seed, scales measured.
    ///
    /// # Errors
    /// If source or target cannot be sampled.
    pub fn fresh(experiment: &Experiment) -> Result<Self, DistributionError> {
        let widths = Widths::of(&experiment.model);
        let params = MlpParams::init(widths, &mut stream(experiment.seed, Stream::Weights, 0));
        Ok(Self {
            engine: EngineState::fresh(params, experiment.training.optimizer),
            scaling: Scaling::measure(experiment)?,
            plan: Plan {
                start: 0,
                steps: experiment.training.steps,
            },
            losses: Vec::new(),
            recent_losses: Vec::new(),
            coupling_costs: Vec::new(),
            experiment: experiment.clone(),
        })
    }

    /// What is left of a run whose optimizer moments nobody kept: the displayed weights, from which training starts as
    /// from any others, and the losses.
    pub fn of_model(file: ModelFile, experiment: Experiment, losses: Vec<f32>) -> Self {
        Self {
            engine: EngineState::fresh(file.params, experiment.training.optimizer),
            scaling: file.scaling,
            plan: Plan {
                start: 0,
                steps: experiment.training.steps,
            },
            losses,
            recent_losses: Vec::new(),
            coupling_costs: Vec::new(),
            experiment,
        }
    }

    /// Steps taken.
    pub fn step(&self) -> u64 {
        self.losses.len() as u64
    }

    /// Whether the run was interrupted.
    pub fn has_steps_left(&self) -> bool {
        self.step() < self.plan.end()
    }

    /// The file of the displayed weights.
    pub fn model_file(&self) -> ModelFile {
        let params = MlpParams::clone(&self.engine.average);
        ModelFile::new(params, &self.experiment, self.scaling, self.step())
    }

    /// The file's bytes; the same state gives the same bytes.
    ///
    /// # Errors
    /// If the container refuses a tensor, which whole states never cause.
    pub fn encode(&self) -> Result<Vec<u8>, TrainingStateError> {
        let tensors = self.tensors();
        let mut description = Description {
            version: VERSION,
            step: self.step(),
            plan: self.plan,
            averaged_steps: self.engine.averaged,
            moment_steps: self.engine.moments.steps,
            experiment: self.experiment.to_ron(),
            checksum: 0,
        };
        let data = tensors.iter().map(|tensor| tensor.bytes.as_slice());
        description.checksum = checksum(&description, data)?;
        let views = tensors
            .iter()
            .map(|Tensor { name, dtype, bytes }| {
                let len = bytes.len() / size_of_dtype(*dtype);
                Ok((*name, TensorView::new(*dtype, vec![len], bytes)?))
            })
            .collect::<Result<Vec<_>, SafeTensorError>>()?;
        let metadata = HashMap::from([(KEY.to_owned(), json(&description)?)]);
        Ok(safetensors::serialize(views, Some(metadata))?)
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// If they are damaged, belong to another version, or hold numbers that no run leaves behind.
    pub fn decode(bytes: &[u8]) -> Result<Self, TrainingStateError> {
        let mut description = describe(bytes)?;
        let file = SafeTensors::deserialize(bytes)?;
        let mut experiment = Experiment::from_ron(&description.experiment)
            .map_err(|error| TrainingStateError::Description(error.to_string()))?;
        let widths = Widths::of(&experiment.model);
        let n = Some(widths.n_params());
        let mut data = Vec::new();
        for name in NETWORK {
            data.push(tensor(&file, name, Dtype::F32, n)?);
        }
        let steps = usize::try_from(description.step).ok();
        data.push(tensor(&file, LOSSES, Dtype::F32, steps)?);
        data.push(tensor(&file, COSTS, Dtype::F64, None)?);
        data.push(tensor(&file, SCALING, Dtype::F64, Some(2))?);
        let recent = optional(&file, RECENT, Dtype::F32)?;
        let given = optional(&file, PAIRS, Dtype::F64)?;
        let teacher = optional(&file, TEACHER, Dtype::U8)?;
        data.extend([recent, given, teacher].into_iter().flatten());
        let expected = std::mem::take(&mut description.checksum);
        if checksum(&description, data.iter().copied())? != expected {
            return Err(TrainingStateError::Checksum);
        }
        let given = given.map(|bytes| pairs(&f64s(bytes)));
        experiment.problem.pairs = match (given, teacher) {
            (Some(pairs), Some(bytes)) => Some(pairs.made_by(Arc::new(taught(bytes)?))),
            (given, _) => given,
        };
        let params = |at: usize, name| {
            let params = MlpParams::new(widths.clone(), f32s(data[at]));
            params.ok_or(TrainingStateError::Number(name))
        };
        let scaling = f64s(data[6]);
        Self {
            engine: EngineState {
                weights: params(0, NETWORK[0])?.into(),
                average: params(1, NETWORK[1])?.into(),
                averaged: description.averaged_steps,
                moments: OptimizerMoments {
                    optimizer: experiment.training.optimizer,
                    first: f32s(data[2]),
                    second: f32s(data[3]),
                    steps: description.moment_steps,
                },
            },
            scaling: Scaling {
                source_rms: scaling[0],
                target_rms: scaling[1],
            },
            plan: description.plan,
            losses: f32s(data[4]),
            recent_losses: recent.map_or_else(Vec::new, step_losses),
            coupling_costs: f64s(data[5]),
            experiment,
        }
        .checked()
    }

    /// The same state, if a run can have left it.
    fn checked(self) -> Result<Self, TrainingStateError> {
        let refuse = |what| Err(TrainingStateError::Number(what));
        let finite = self.engine.clone().finite().is_ok();
        let Scaling {
            source_rms,
            target_rms,
        } = self.scaling;
        let positive = |value: f64| value.is_finite() && value > 0.0;
        if !finite || self.engine.moments.second.iter().any(|v| *v < 0.0) {
            return refuse("weights or moments");
        }
        if !(positive(source_rms) && positive(target_rms)) {
            return refuse("scales");
        }
        if self.losses.iter().any(|loss| !loss.is_finite()) {
            return refuse("losses");
        }
        let finite = |loss: &StepLoss| loss.own.is_finite() && loss.cfm.is_finite();
        if !self.recent_losses.iter().all(finite) || self.recent_losses.len() > self.losses.len() {
            return refuse("recent losses");
        }
        let given = self.experiment.problem.pairs.iter();
        let mut points = given.flat_map(|given| given.x_0.iter().chain(&given.x_1));
        if points.any(|point| point.iter().any(|x| !x.is_finite())) {
            return refuse("pairs");
        }
        let costs = &self.coupling_costs;
        if costs.len() > self.losses.len() || costs.iter().any(|cost| !cost.is_finite()) {
            return refuse("coupling costs");
        }
        Ok(self)
    }

    /// All tensors, in the order of the checksum.
    fn tensors(&self) -> Vec<Tensor> {
        let f32s = |name, values: &[f32]| Tensor {
            name,
            dtype: Dtype::F32,
            bytes: values.iter().flat_map(|v| v.to_le_bytes()).collect(),
        };
        let f64s = |name, values: &[f64]| Tensor {
            name,
            dtype: Dtype::F64,
            bytes: values.iter().flat_map(|v| v.to_le_bytes()).collect(),
        };
        let Scaling {
            source_rms,
            target_rms,
        } = self.scaling;
        let recent: Vec<f32> = self
            .recent_losses
            .iter()
            .flat_map(|l| [l.own, l.cfm])
            .collect();
        let mut tensors = vec![
            f32s(NETWORK[0], self.engine.weights.values()),
            f32s(NETWORK[1], self.engine.average.values()),
            f32s(NETWORK[2], &self.engine.moments.first),
            f32s(NETWORK[3], &self.engine.moments.second),
            f32s(LOSSES, &self.losses),
            f64s(COSTS, &self.coupling_costs),
            f64s(SCALING, &[source_rms, target_rms]),
        ];
        if !recent.is_empty() {
            tensors.push(f32s(RECENT, &recent));
        }
        if let Some(given) = &self.experiment.problem.pairs {
            let ends = given.x_0.iter().chain(&given.x_1);
            let numbers: Vec<f64> = ends.flatten().copied().collect();
            tensors.push(f64s(PAIRS, &numbers));
            let teacher = given.teacher().and_then(Teacher::encode);
            tensors.extend(teacher.map(|bytes| Tensor {
                name: TEACHER,
                dtype: Dtype::U8,
                bytes,
            }));
        }
        tensors
    }
}

fn json(description: &Description) -> Result<String, TrainingStateError> {
    serde_json::to_string(description)
        .map_err(|error| TrainingStateError::Description(error.to_string()))
}

/// The metadata entry, if this program can read it.
fn describe(bytes: &[u8]) -> Result<Description, TrainingStateError> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let damaged = |error: serde_json::Error| TrainingStateError::Description(error.to_string());
    let (_, header) = SafeTensors::read_metadata(bytes)?;
    let entry = header.metadata().as_ref().and_then(|all| all.get(KEY));
    let entry = entry.ok_or_else(|| TrainingStateError::Description("no such entry".to_owned()))?;
    // Another version may have other fields, so it is asked for first.
    let Versioned { version } = serde_json::from_str(entry).map_err(damaged)?;
    if version != VERSION {
        return Err(TrainingStateError::Version { found: version });
    }
    serde_json::from_str(entry).map_err(damaged)
}

/// The bytes of a list of numbers, of the given length if that is known.
fn tensor<'a>(
    file: &SafeTensors<'a>,
    name: &'static str,
    dtype: Dtype,
    len: Option<usize>,
) -> Result<&'a [u8], TrainingStateError> {
    let found = file.tensor(name).ok();
    let right = found.filter(|tensor| {
        let fits = len.is_none_or(|len| tensor.shape() == [len]);
        tensor.dtype() == dtype && tensor.shape().len() == 1 && fits
    });
    right
        .map(|tensor| tensor.data())
        .ok_or_else(|| TrainingStateError::Tensor {
            name,
            expected: match len {
                Some(len) => format!("{len} numbers of type {dtype:?}"),
                None => format!("a list of numbers of type {dtype:?}"),
            },
        })
}

/// The bytes of a list that need not be there.
fn optional<'a>(
    file: &SafeTensors<'a>,
    name: &'static str,
    dtype: Dtype,
) -> Result<Option<&'a [u8]>, TrainingStateError> {
    let is_there = file.names().contains(&name);
    is_there
        .then(|| tensor(file, name, dtype, None))
        .transpose()
}

/// The network that has made the pairs.
fn taught(bytes: &[u8]) -> Result<NetworkTeacher, TrainingStateError> {
    let teacher = NetworkTeacher::decode(bytes);
    teacher.map_err(|error| TrainingStateError::Teacher(error.to_string()))
}

fn size_of_dtype(dtype: Dtype) -> usize {
    dtype.bitsize() / 8
}

fn f32s(bytes: &[u8]) -> Vec<f32> {
    let (numbers, _) = bytes.as_chunks::<4>();
    numbers.iter().map(|b| f32::from_le_bytes(*b)).collect()
}

fn step_losses(bytes: &[u8]) -> Vec<StepLoss> {
    let numbers = f32s(bytes);
    let (pairs, _) = numbers.as_chunks::<2>();
    pairs
        .iter()
        .map(|&[own, cfm]| StepLoss { own, cfm })
        .collect()
}

fn f64s(bytes: &[u8]) -> Vec<f64> {
    let (numbers, _) = bytes.as_chunks::<8>();
    numbers.iter().map(|b| f64::from_le_bytes(*b)).collect()
}

/// The table of pairs of its numbers.
fn pairs(numbers: &[f64]) -> GivenPairs {
    let (points, _) = numbers.as_chunks::<2>();
    let (x_0, x_1) = points.split_at(points.len() / 2);
    GivenPairs::new(Pairs {
        x_0: x_0.to_vec(),
        x_1: x_1.to_vec(),
    })
}

/// FNV-1a (Fowler, Noll, Vo; 64 bits) of the description and of all tensors: one changed byte always changes it.
fn checksum<'a>(
    description: &Description,
    data: impl Iterator<Item = &'a [u8]>,
) -> Result<u64, TrainingStateError> {
    let json = json(description)?;
    let bytes = json.bytes().chain(data.flatten().copied());
    Ok(bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    }))
}

#[cfg(test)]
mod tests;
