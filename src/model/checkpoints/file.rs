//! Checkpoints on disk: one safetensors file of at most 64 MB.
//!
//! A tensor `weights.STEP` (`F32 [n_params]`, layer by layer, weights `[inputs, outputs]` row-major, then biases) for each
//! checkpoint. The metadata entry `pushforward` is one JSON object with the version, the steps, the seed, what is needed
//! to evaluate the weights as `model.safetensors` has it (the network's form, the path, the scales), and a checksum.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use safetensors::{Dtype, SafeTensorError, SafeTensors, View};
use serde::{Deserialize, Serialize};

use crate::experiment::Model;
use crate::flow::path::Path;

use super::super::{MlpParams, Scaling, TrainingState, Widths};
use super::{Checkpoint, Checkpoints};

const KEY: &str = "pushforward";
const VERSION: u32 = 1;

/// Room for the description and the table of tensors, in bytes.
const HEADER: usize = 500_000;

/// Why bytes are not the checkpoints of a run.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointsError {
    /// The container cannot be read or written.
    #[error("not a whole safetensors file: {0}")]
    Container(#[from] SafeTensorError),
    /// The description is missing or cannot be read.
    #[error("no description of checkpoints in the metadata entry \"{KEY}\", or a damaged one: {0}")]
    Description(String),
    /// A later version of the program wrote it.
    #[error("version {found} of the format; this program reads version {VERSION}")]
    Version {
        /// The file's version.
        found: u32,
    },
    /// They are not those of the run beside them.
    #[error("these checkpoints belong to another {what} than the run beside them")]
    Another {
        /// "network", "seed", "path", "data" or "run".
        what: &'static str,
    },
    /// A tensor is missing or has another shape or type.
    #[error("tensor weights.{step}: expected {expected} numbers of type F32")]
    Tensor {
        /// The checkpoint's step.
        step: u64,
        /// The parameters of the network.
        expected: usize,
    },
    /// A weight is NaN or infinite.
    #[error("a weight of step {step} is not finite")]
    NonFinite {
        /// The checkpoint's step.
        step: u64,
    },
    /// A byte is not what was written.
    #[error("damaged: its checksum does not belong to its contents")]
    Checksum,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    version: u32,
    steps: Vec<u64>,
    seed: u64,
    model: Model,
    path: Path,
    #[serde(with = "decimal")]
    source_rms: f64,
    #[serde(with = "decimal")]
    target_rms: f64,
    /// Of the other entries and all weights, with 0 in its own place.
    checksum: u64,
}

/// A number as the text of its shortest decimals, which reads back as the same number; JSON's reader may lose the last
/// digit of one that is written as such.
mod decimal {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// A checkpoint as a tensor.
struct Tensor<'a>(&'a [f32], [usize; 1]);

impl View for Tensor<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.1
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.0.iter().flat_map(|v| v.to_le_bytes()).collect()
    }

    fn data_len(&self) -> usize {
        size_of_val(self.0)
    }
}

impl Checkpoints {
    /// The largest file, in bytes.
    pub const MAX_BYTES: u64 = 64_000_000;

    /// How many checkpoints of a network of so many parameters a file can hold.
    pub fn most_in_a_file(n_params: usize) -> usize {
        let bytes = usize::try_from(Self::MAX_BYTES).unwrap_or(usize::MAX);
        (bytes - HEADER) / (size_of::<f32>() * n_params).max(1)
    }

    /// The bytes of the file beside a run's state, whose own weights are the last checkpoint; the same checkpoints give
    /// the same bytes.
    ///
    /// # Errors
    /// If the container refuses a tensor, which correct layouts never cause.
    pub fn encode(&self, state: &TrainingState) -> Result<Vec<u8>, CheckpointsError> {
        let last = Checkpoint {
            step: state.step(),
            weights: Arc::clone(&state.engine.average),
        };
        let before = self.kept.iter().filter(|kept| kept.step < last.step);
        let all: Vec<&Checkpoint> = before.chain([&last]).collect();
        let mut description = Description {
            version: VERSION,
            steps: all.iter().map(|kept| kept.step).collect(),
            seed: state.experiment.seed,
            model: state.experiment.model.clone(),
            path: state.experiment.problem.path,
            source_rms: self.scaling.source_rms,
            target_rms: self.scaling.target_rms,
            checksum: 0,
        };
        description.checksum =
            checksum(&description, all.iter().map(|kept| kept.weights.values()))?;
        let tensors = all.iter().map(|kept| {
            let values = kept.weights.values();
            (name(kept.step), Tensor(values, [values.len()]))
        });
        let metadata = HashMap::from([(KEY.to_owned(), json(&description)?)]);
        Ok(safetensors::serialize(tensors, Some(metadata))?)
    }

    /// Reads the bytes of the file beside a run's state: what is not later than the state.
    ///
    /// # Errors
    /// If they are damaged, belong to another version or to another run.
    pub fn decode(bytes: &[u8], state: &TrainingState) -> Result<Self, CheckpointsError> {
        let mut description = describe(bytes)?;
        let file = SafeTensors::deserialize(bytes)?;
        belongs(&description, state)?;
        let widths = Widths::of(&description.model);
        let mut kept = Vec::with_capacity(description.steps.len());
        for &step in &description.steps {
            let weights = Arc::new(read(&file, &widths, step)?);
            kept.push(Checkpoint { step, weights });
        }
        let expected = std::mem::take(&mut description.checksum);
        let values = kept.iter().map(|kept| kept.weights.values());
        if checksum(&description, values)? != expected {
            return Err(CheckpointsError::Checksum);
        }
        if !kept.is_sorted_by(|a, b| a.step < b.step) {
            let reason = "the steps are not in order".to_owned();
            return Err(CheckpointsError::Description(reason));
        }
        let end = kept.iter().find(|kept| kept.step == state.step());
        if end.is_some_and(|end| end.weights != state.engine.average) {
            return Err(CheckpointsError::Another { what: "run" });
        }
        let mut read = Self {
            room: kept.len(),
            level: 1,
            kept,
            scaling: state.scaling,
        };
        read.cut(state.step());
        Ok(read)
    }
}

fn name(step: u64) -> String {
    format!("weights.{step}")
}

/// Whether checkpoints are those of a run, as far as their description tells.
fn belongs(description: &Description, state: &TrainingState) -> Result<(), CheckpointsError> {
    let run = &state.experiment;
    let scales = Scaling {
        source_rms: description.source_rms,
        target_rms: description.target_rms,
    };
    let checks = [
        ("network", description.model == run.model),
        ("seed", description.seed == run.seed),
        ("path", description.path == run.problem.path),
        ("data", scales == state.scaling),
    ];
    match checks.into_iter().find(|(_, same)| !same) {
        Some((what, _)) => Err(CheckpointsError::Another { what }),
        None => Ok(()),
    }
}

fn read(file: &SafeTensors<'_>, widths: &Widths, step: u64) -> Result<MlpParams, CheckpointsError> {
    let expected = widths.n_params();
    let found = file.tensor(&name(step)).ok();
    let right = found.filter(|t| t.dtype() == Dtype::F32 && t.shape() == [expected]);
    let values = right.map(|tensor| {
        let (numbers, _) = tensor.data().as_chunks::<4>();
        numbers.iter().map(|b| f32::from_le_bytes(*b)).collect()
    });
    let params = values.and_then(|values| MlpParams::new(widths.clone(), values));
    let params = params.ok_or(CheckpointsError::Tensor { step, expected })?;
    match params.is_finite() {
        true => Ok(params),
        false => Err(CheckpointsError::NonFinite { step }),
    }
}

fn json(description: &Description) -> Result<String, CheckpointsError> {
    serde_json::to_string(description)
        .map_err(|error| CheckpointsError::Description(error.to_string()))
}

/// The metadata entry, if this program can read it.
fn describe(bytes: &[u8]) -> Result<Description, CheckpointsError> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let damaged = |error: serde_json::Error| CheckpointsError::Description(error.to_string());
    let (_, header) = SafeTensors::read_metadata(bytes)?;
    let entry = header.metadata().as_ref().and_then(|all| all.get(KEY));
    let entry = entry.ok_or_else(|| CheckpointsError::Description("no such entry".to_owned()))?;
    // Another version may have other fields, so it is asked for first.
    let Versioned { version } = serde_json::from_str(entry).map_err(damaged)?;
    if version != VERSION {
        return Err(CheckpointsError::Version { found: version });
    }
    let description: Description = serde_json::from_str(entry).map_err(damaged)?;
    let model = description.model.validate();
    model.map_err(|error| CheckpointsError::Description(error.to_string()))?;
    Ok(description)
}

/// FNV-1a (Fowler, Noll, Vo; 64 bits) of the description's bytes and of all weights, a number at a time: one changed bit
/// always changes it.
fn checksum<'a>(
    description: &Description,
    weights: impl Iterator<Item = &'a [f32]>,
) -> Result<u64, CheckpointsError> {
    let json = json(description)?;
    let text = json.bytes().map(u64::from);
    let numbers = weights.flatten().map(|value| u64::from(value.to_bits()));
    let add = |hash: u64, part: u64| (hash ^ part).wrapping_mul(0x0100_0000_01b3);
    Ok(text.chain(numbers).fold(0xcbf2_9ce4_8422_2325, add))
}
