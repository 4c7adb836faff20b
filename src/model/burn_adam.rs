//! Burn's Adam and AdamW with optimizer moments that can be read and written. Burn's own optimizer of a whole module
//! takes the same steps, but its records can only be written to files of Burn's.

use burn::module::Param;
use burn::optim::{
    Adam, AdamConfig, AdamState, AdamW, AdamWConfig, AdamWState, AdaptiveMomentumState,
    Optimizer as _,
};
use burn::tensor::{Device, Gradients, Tensor, TensorData};

use crate::experiment::Optimizer;

use super::burn_mlp::Mlp;
use super::{OptimizerMoments, Widths};

/// The optimizer of one network.
#[derive(Clone)]
pub struct BurnAdam {
    rule: Rule,
    layers: Vec<LayerMoments>,
}

#[derive(Clone)]
enum Rule {
    Adam(Adam),
    AdamW(AdamW),
}

/// The moment estimates of one linear layer.
#[derive(Clone)]
struct LayerMoments {
    weight: AdaptiveMomentumState<2>,
    bias: AdaptiveMomentumState<1>,
}

impl BurnAdam {
    /// Goes on with these estimates, on a device without autodiff. Their optimizer decides the constants.
    pub fn new(moments: &OptimizerMoments, widths: &Widths, device: &Device) -> Self {
        let (mut first, mut second) = (moments.first.as_slice(), moments.second.as_slice());
        let mut next = |n: usize| (take(&mut first, n), take(&mut second, n));
        let steps = usize::try_from(moments.steps).unwrap_or(usize::MAX);
        let layers = widths.layers().map(|(n_in, n_out)| LayerMoments {
            weight: momentum(steps, next(n_in * n_out), [n_in, n_out], device),
            bias: momentum(steps, next(n_out), [n_out], device),
        });
        Self {
            layers: layers.collect(),
            rule: Rule::of(moments.optimizer),
        }
    }

    /// One step of every layer.
    pub fn step(&mut self, learning_rate: f64, mut mlp: Mlp, gradients: &Gradients) -> Mlp {
        let layers = mlp.layers.into_iter().zip(&mut self.layers);
        let rule = &self.rule;
        mlp.layers = layers
            .map(|(mut layer, moments)| {
                layer.weight = stepped(layer.weight, gradients, |weight, gradient| {
                    rule.step(learning_rate, weight, gradient, &mut moments.weight)
                });
                layer.bias = layer.bias.map(|bias| {
                    stepped(bias, gradients, |bias, gradient| {
                        rule.step(learning_rate, bias, gradient, &mut moments.bias)
                    })
                });
                layer
            })
            .collect();
        mlp
    }

    /// The first moment estimates of all layers, then the second ones, each in the order of
    /// [`MlpParams`](super::MlpParams).
    pub fn moments(&self) -> impl Iterator<Item = Tensor<1>> + '_ {
        let first = self.layers.iter().flat_map(|layer| {
            let weight = layer.weight.moment_1.clone().flatten(0, 1);
            [weight, layer.bias.moment_1.clone()]
        });
        let second = self.layers.iter().flat_map(|layer| {
            let weight = layer.weight.moment_2.clone().flatten(0, 1);
            [weight, layer.bias.moment_2.clone()]
        });
        first.chain(second)
    }

    /// Steps in the estimates.
    pub fn steps(&self) -> u64 {
        self.layers
            .first()
            .map_or(0, |layer| layer.bias.time as u64)
    }
}

impl Rule {
    fn of(optimizer: Optimizer) -> Self {
        match optimizer {
            Optimizer::Adam {
                beta_1,
                beta_2,
                epsilon,
                ..
            } => Self::Adam(
                AdamConfig::new()
                    .with_beta_1(beta_1 as f32)
                    .with_beta_2(beta_2 as f32)
                    .with_epsilon(epsilon as f32)
                    .build(),
            ),
            Optimizer::AdamW {
                beta_1,
                beta_2,
                epsilon,
                weight_decay,
                ..
            } => Self::AdamW(
                AdamWConfig::new()
                    .with_beta_1(beta_1 as f32)
                    .with_beta_2(beta_2 as f32)
                    .with_epsilon(epsilon as f32)
                    .with_weight_decay(weight_decay as f32)
                    .build(),
            ),
        }
    }

    /// The tensor after a step; the estimates follow.
    fn step<const D: usize>(
        &self,
        learning_rate: f64,
        tensor: Tensor<D>,
        gradient: Tensor<D>,
        momentum: &mut AdaptiveMomentumState<D>,
    ) -> Tensor<D> {
        let before = momentum.clone();
        let (tensor, after) = match self {
            Self::Adam(adam) => {
                let state = Some(AdamState::new(before));
                let (tensor, state) = adam.step(learning_rate, tensor, gradient, state);
                (tensor, state.map(|state| state.momentum))
            }
            Self::AdamW(adam) => {
                let state = Some(AdamWState::new(before));
                let (tensor, state) = adam.step(learning_rate, tensor, gradient, state);
                (tensor, state.map(|state| state.momentum))
            }
        };
        if let Some(after) = after {
            *momentum = after;
        }
        tensor
    }
}

/// The parameter after a step outside the autodiff graph; one without a gradient stays.
fn stepped<const D: usize>(
    param: Param<Tensor<D>>,
    gradients: &Gradients,
    step: impl FnOnce(Tensor<D>, Tensor<D>) -> Tensor<D>,
) -> Param<Tensor<D>> {
    param.map(|tensor| match tensor.grad(gradients) {
        Some(gradient) => Tensor::from_inner(step(tensor.inner(), gradient)).require_grad(),
        None => tensor,
    })
}

fn momentum<const D: usize>(
    steps: usize,
    (first, second): (&[f32], &[f32]),
    shape: [usize; D],
    device: &Device,
) -> AdaptiveMomentumState<D> {
    let tensor =
        |values: &[f32]| Tensor::from_data(TensorData::new(values.to_vec(), shape), device);
    AdaptiveMomentumState::new(steps, tensor(first), tensor(second))
}

/// Splits the first n numbers off.
fn take<'a>(values: &mut &'a [f32], n: usize) -> &'a [f32] {
    let (head, rest) = values.split_at(n.min(values.len()));
    *values = rest;
    head
}
