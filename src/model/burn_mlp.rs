//! The network as a Burn module: linear layers with one activation in between.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::activation::{elu, gelu, relu, selu, silu, tanh};
use burn::tensor::{Device, ExecutionError, Tensor, TensorData};

use crate::experiment::Activation;

use super::{EngineError, MlpParams};

/// The multilayer perceptron `(c_in x, features of t) -> v / c_out`.
#[derive(Module, Debug)]
pub struct Mlp {
    /// Input layer first.
    pub layers: Vec<Linear>,
}

impl Mlp {
    /// Uploads the parameters to the device.
    pub fn new(params: &MlpParams, device: &Device) -> Self {
        let layers = params
            .layers()
            .map(|layer| {
                let weight = TensorData::new(layer.weight.to_vec(), [layer.n_in, layer.n_out]);
                let bias = TensorData::new(layer.bias.to_vec(), [layer.n_out]);
                Linear {
                    weight: Param::from_data(weight, device),
                    bias: Some(Param::from_data(bias, device)),
                }
            })
            .collect();
        Self { layers }
    }

    /// The forward pass: inputs `[n, 2 + time features]`, output `[n, 2]`.
    pub fn forward(&self, inputs: Tensor<2>, activation: Activation) -> Tensor<2> {
        let last = self.layers.len().saturating_sub(1);
        let layers = self.layers.iter().enumerate();
        layers.fold(inputs, |x, (i, layer)| {
            let z = layer.forward(x);
            if i == last {
                z
            } else {
                activate(z, activation)
            }
        })
    }

    /// The parameters without their autodiff graph, in the order of [`MlpParams`].
    pub fn tensors(&self) -> impl Iterator<Item = Tensor<1>> + '_ {
        self.layers.iter().flat_map(|layer| {
            let weight = layer.weight.val().inner().flatten(0, 1);
            let bias = layer.bias.as_ref().map(|bias| bias.val().inner());
            std::iter::once(weight).chain(bias)
        })
    }
}

/// Reads a tensor back without panicking.
pub fn download<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, EngineError> {
    let failed = |error: ExecutionError| EngineError::Device(error.to_string());
    let data = tensor.try_into_data().map_err(failed)?;
    data.try_to_vec::<f32>()
        .map_err(|error| EngineError::Device(format!("{error:?}")))
}

/// The activation, element by element.
pub fn activate(z: Tensor<2>, activation: Activation) -> Tensor<2> {
    match activation {
        Activation::Silu => silu(z),
        Activation::Selu => selu(z),
        Activation::Gelu => gelu(z),
        Activation::Elu => elu(z, 1.0),
        Activation::Relu => relu(z),
        Activation::Tanh => tanh(z),
    }
}
