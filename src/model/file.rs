//! The weights on disk: a safetensors file that holds all that evaluating the velocity needs.
//!
//! Tensors `layers.N.weight` (`[inputs, outputs]`, row-major) and `layers.N.bias`; the metadata entry
//! `pushforward` is one JSON object with the network's form, the path and the scales, so that
//! `v_t(x) = c_out(t) net(c_in(t) x, features of t)` can be evaluated from this file alone.

use std::collections::HashMap;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

use crate::experiment::{Experiment, Model};
use crate::flow::path::Path;

use super::{MlpParams, Scaling, Widths};

const KEY: &str = "pushforward";
const VERSION: u32 = 1;

/// Why bytes are not a model file.
#[derive(Debug, thiserror::Error)]
pub enum ModelFileError {
    /// The container cannot be read or written.
    #[error("not a safetensors file: {0}")]
    Container(#[from] safetensors::SafeTensorError),
    /// The description is missing or cannot be read.
    #[error(
        "the description of the network in the metadata entry \"{KEY}\" is missing or damaged: {0}"
    )]
    Description(String),
    /// A tensor is missing or has another shape or type.
    #[error("tensor {name}: expected {expected:?} numbers of type F32")]
    Tensor {
        /// The tensor's name in the file.
        name: String,
        /// The expected shape.
        expected: Vec<usize>,
    },
    /// A weight is NaN or infinite.
    #[error("a weight is not finite")]
    NonFinite,
}

/// Weights with everything that is needed to evaluate them.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFile {
    /// The displayed (averaged) weights.
    pub params: MlpParams,
    /// The network's form.
    pub model: Model,
    /// The path that defines the scales over time.
    pub path: Path,
    /// The spreads of source and target that define the scales.
    pub scaling: Scaling,
    /// Training steps behind the weights.
    pub step: u64,
}

#[derive(Serialize, Deserialize)]
struct Description {
    version: u32,
    step: u64,
    model: Model,
    path: Path,
    source_rms: f64,
    target_rms: f64,
}

impl ModelFile {
    /// Gathers what the file holds.
    pub fn new(params: MlpParams, experiment: &Experiment, scaling: Scaling, step: u64) -> Self {
        Self {
            params,
            model: experiment.model.clone(),
            path: experiment.problem.path,
            scaling,
            step,
        }
    }

    /// The file's bytes; the same model gives the same bytes.
    ///
    /// # Errors
    /// If the container refuses a tensor, which correct layouts never cause.
    pub fn encode(&self) -> Result<Vec<u8>, ModelFileError> {
        let description = Description {
            version: VERSION,
            step: self.step,
            model: self.model.clone(),
            path: self.path,
            source_rms: self.scaling.source_rms,
            target_rms: self.scaling.target_rms,
        };
        let json = serde_json::to_string(&description)
            .map_err(|error| ModelFileError::Description(error.to_string()))?;
        let tensors = self.tensors();
        let views = tensors
            .iter()
            .map(|(name, shape, bytes)| {
                let view = TensorView::new(Dtype::F32, shape.clone(), bytes)?;
                Ok((name.clone(), view))
            })
            .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()?;
        let metadata = HashMap::from([(KEY.to_owned(), json)]);
        Ok(safetensors::serialize(views, Some(metadata))?)
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// If they are damaged, belong to another version, or hold a weight that is not finite.
    pub fn decode(bytes: &[u8]) -> Result<Self, ModelFileError> {
        let (_, header) = SafeTensors::read_metadata(bytes)?;
        let json = header
            .metadata()
            .as_ref()
            .and_then(|entries| entries.get(KEY))
            .ok_or_else(|| ModelFileError::Description("no such entry".to_owned()))?;
        let description: Description = serde_json::from_str(json)
            .map_err(|error| ModelFileError::Description(error.to_string()))?;
        if description.version != VERSION {
            let message = format!(
                "version {} (this program reads {VERSION})",
                description.version
            );
            return Err(ModelFileError::Description(message));
        }
        let checked = description.model.validate();
        checked.map_err(|error| ModelFileError::Description(error.to_string()))?;
        let tensors = SafeTensors::deserialize(bytes)?;
        let widths = Widths::of(&description.model);
        let mut values = Vec::with_capacity(widths.n_params());
        for (i, (n_in, n_out)) in widths.layers().enumerate() {
            read_into(
                &mut values,
                &tensors,
                &format!("layers.{i}.weight"),
                &[n_in, n_out],
            )?;
            read_into(&mut values, &tensors, &format!("layers.{i}.bias"), &[n_out])?;
        }
        let scaling = Scaling {
            source_rms: description.source_rms,
            target_rms: description.target_rms,
        };
        let params = MlpParams::new(widths, values).ok_or(ModelFileError::NonFinite)?;
        if !(params.is_finite() && scaling.source_rms > 0.0 && scaling.target_rms > 0.0) {
            return Err(ModelFileError::NonFinite);
        }
        Ok(Self {
            params,
            model: description.model,
            path: description.path,
            scaling,
            step: description.step,
        })
    }

    /// Name, shape and little-endian bytes of every tensor.
    fn tensors(&self) -> Vec<(String, Vec<usize>, Vec<u8>)> {
        let bytes = |values: &[f32]| values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.params
            .layers()
            .enumerate()
            .flat_map(|(i, layer)| {
                let weight_shape = vec![layer.n_in, layer.n_out];
                [
                    (
                        format!("layers.{i}.weight"),
                        weight_shape,
                        bytes(layer.weight),
                    ),
                    (
                        format!("layers.{i}.bias"),
                        vec![layer.n_out],
                        bytes(layer.bias),
                    ),
                ]
            })
            .collect()
    }
}

fn read_into(
    values: &mut Vec<f32>,
    tensors: &SafeTensors<'_>,
    name: &str,
    shape: &[usize],
) -> Result<(), ModelFileError> {
    let wrong = || ModelFileError::Tensor {
        name: name.to_owned(),
        expected: shape.to_vec(),
    };
    let tensor = tensors.tensor(name).map_err(|_| wrong())?;
    if tensor.dtype() != Dtype::F32 || tensor.shape() != shape {
        return Err(wrong());
    }
    let (numbers, _) = tensor.data().as_chunks::<4>();
    values.extend(numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;
    use crate::flow::rng::{Stream, stream};

    fn example() -> ModelFile {
        let text = presets::find("two-moons").map(|preset| preset.ron);
        let experiment = Experiment::from_ron(text.unwrap_or_default()).unwrap();
        let widths = Widths::of(&experiment.model);
        let params = MlpParams::init(widths, &mut stream(0, Stream::Weights, 0));
        let scaling = Scaling {
            source_rms: 1.0,
            target_rms: 1.25,
        };
        ModelFile::new(params, &experiment, scaling, 17)
    }

    #[test]
    fn round_trip_is_exact_and_reproducible() {
        let model = example();
        let bytes = model.encode().unwrap();
        assert_eq!(bytes, model.encode().unwrap());
        assert_eq!(ModelFile::decode(&bytes).unwrap(), model);
    }

    #[test]
    fn damaged_files_are_refused() {
        let bytes = example().encode().unwrap();
        assert!(ModelFile::decode(&[]).is_err());
        for cut in [1, 8, 100, bytes.len() / 2, bytes.len() - 1] {
            assert!(ModelFile::decode(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        let mut flipped = bytes.clone();
        let last = flipped.len() - 4;
        flipped[last..].copy_from_slice(&f32::NAN.to_le_bytes());
        assert!(matches!(
            ModelFile::decode(&flipped),
            Err(ModelFileError::NonFinite)
        ));
        let text = String::from_utf8_lossy(&bytes).replace("version\\\":1", "version\\\":2");
        assert!(text.contains("version\\\":2"));
    }
}
