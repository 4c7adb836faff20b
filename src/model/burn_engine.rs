//! Burn's autodiff and optimizers on any of its devices: what trains on a GPU, and the oracle of the fused engine.

use std::ops::Range;
use std::sync::Arc;

use burn::cubecl::config::{CubeClRuntimeConfig, RuntimeConfig};
use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};

use crate::experiment::{Activation, Model, Optimizer, Training};

use super::burn_adam::BurnAdam;
use super::burn_mlp::{Mlp, download};
use super::engine::{same_moments, warm_decay};
use super::{
    Batch, Engine, EngineError, EngineState, MlpParams, OptimizerMoments, StepLoss, Widths,
};

/// Trains the Burn MLP on one device.
pub struct BurnEngine {
    /// With autodiff.
    device: Device,
    /// The same without.
    plain: Device,
    widths: Widths,
    activation: Activation,
    optimizer: Optimizer,
    ema: f64,
    state: State,
}

/// What a step changes.
struct State {
    mlp: Mlp,
    average: Mlp,
    adam: BurnAdam,
    /// Steps in the average.
    steps: u64,
}

/// Tensors of one batch on the device.
struct DeviceBatch {
    inputs: Tensor<2>,
    targets: Tensor<2>,
    /// `[n, 2]`: that of the own loss and that of the CFM loss.
    weights: Tensor<2>,
    /// Of the CFM loss, if they are others.
    cfm_targets: Option<Tensor<2>>,
}

impl BurnEngine {
    /// Uploads the parameters to a device (without autodiff; the engine adds it).
    ///
    /// # Errors
    /// If the parameters do not have the model's shape.
    pub fn new(
        device: &Device,
        model: &Model,
        training: &Training,
        params: &MlpParams,
    ) -> Result<Self, EngineError> {
        ignore_configuration_files();
        let widths = Widths::of(model);
        if *params.widths() != widths {
            return Err(EngineError::Shape);
        }
        let (plain, device) = (device.clone(), device.clone().autodiff());
        let fresh = EngineState::fresh(params.clone(), training.optimizer);
        Ok(Self {
            state: State::new(&fresh, &device, &plain),
            device,
            plain,
            widths,
            activation: model.activation,
            optimizer: training.optimizer,
            ema: training.ema,
        })
    }

    fn upload(&self, batch: &Batch) -> DeviceBatch {
        self.upload_all(std::slice::from_ref(batch))
    }

    /// The rows of all batches one below the other: one transfer for inputs, targets and weights each.
    fn upload_all(&self, batches: &[Batch]) -> DeviceBatch {
        let n: usize = batches.iter().map(|batch| batch.n).sum();
        let tensor = |data: Vec<f32>| {
            let width = data.len() / n.max(1);
            Tensor::<2>::from_data(TensorData::new(data, [n, width]), &self.device)
        };
        let rows = |rows: fn(&Batch) -> &[f32]| batches.iter().flat_map(rows).copied().collect();
        let cfm_targets: Vec<f32> = rows(|batch| &batch.cfm.targets);
        DeviceBatch {
            inputs: tensor(rows(|batch| &batch.inputs)),
            targets: tensor(rows(|batch| &batch.targets)),
            weights: tensor(batches.iter().flat_map(both_weights).collect()),
            cfm_targets: (!cfm_targets.is_empty()).then(|| tensor(cfm_targets)),
        }
    }

    /// One optimizer step; the losses stay on the device, and whether they are finite is not known yet.
    fn take_step(&mut self, batch: &DeviceBatch, learning_rate: f64) -> Loss {
        let n = batch.inputs.dims()[0] as f32;
        let output = self.output(batch);
        let squared = (output.clone() - batch.targets.clone()).square();
        let own = squared.clone().inner().sum_dim(1);
        let losses = match &batch.cfm_targets {
            None => own.repeat_dim(1, 2),
            Some(targets) => {
                let cfm = (output.inner() - targets.clone().inner()).square();
                Tensor::cat(vec![own, cfm.sum_dim(1)], 1)
            }
        };
        let losses = (losses * batch.weights.clone().inner()).sum_dim(0);
        let gradients = squared.sum().div_scalar(n).backward();
        let state = &mut self.state;
        state.mlp = state
            .adam
            .step(learning_rate, state.mlp.clone(), &gradients);
        state.steps += 1;
        let decay = warm_decay(self.ema, state.steps);
        state.average = average(state.average.clone(), &state.mlp, decay);
        losses.div_scalar(n)
    }

    fn forget_moments(&mut self) {
        let moments = OptimizerMoments::none(self.widths.n_params(), self.optimizer);
        self.state.adam = BurnAdam::new(&moments, &self.widths, &self.plain);
    }

    /// Squared residual per coordinate on the network's scale, `[n, 2]`.
    fn squared_residual(&self, batch: &DeviceBatch) -> Tensor<2> {
        (self.output(batch) - batch.targets.clone()).square()
    }

    fn output(&self, batch: &DeviceBatch) -> Tensor<2> {
        let inputs = batch.inputs.clone();
        self.state.mlp.forward(inputs, self.activation)
    }
}

impl DeviceBatch {
    fn rows(&self, rows: Range<usize>) -> Self {
        let of = |tensor: &Tensor<2>| tensor.clone().slice([rows.clone()]);
        Self {
            inputs: of(&self.inputs),
            targets: of(&self.targets),
            weights: of(&self.weights),
            cfm_targets: self.cfm_targets.as_ref().map(of),
        }
    }
}

/// The own and the CFM loss of one step, `[1, 2]`, on the device.
type Loss = Tensor<2>;

/// The two losses of each step.
fn finite_losses(numbers: &[f32]) -> Result<Vec<StepLoss>, EngineError> {
    let (pairs, _) = numbers.as_chunks::<2>();
    let losses = pairs.iter().map(|&[own, cfm]| StepLoss { own, cfm });
    losses.map(StepLoss::finite).collect()
}

/// Row by row the weight of the own loss and that of the CFM loss.
fn both_weights(batch: &Batch) -> impl Iterator<Item = f32> + '_ {
    let cfm = match batch.cfm.weights.is_empty() {
        true => &batch.weights,
        false => &batch.cfm.weights,
    };
    let pairs = batch.weights.iter().zip(cfm);
    pairs.flat_map(|(&own, &cfm)| [own, cfm])
}

impl State {
    fn new(state: &EngineState, device: &Device, plain: &Device) -> Self {
        Self {
            mlp: Mlp::new(&state.weights, device),
            average: Mlp::new(&state.average, device).valid(),
            adam: BurnAdam::new(&state.moments, state.weights.widths(), plain),
            steps: state.averaged,
        }
    }

    /// Weights, average and both moments one behind the other: one transfer.
    fn download(&self) -> Result<Vec<f32>, EngineError> {
        let weights = self.mlp.tensors().chain(self.average.tensors());
        let tensors = weights.chain(self.adam.moments()).collect();
        download(Tensor::cat(tensors, 0))
    }
}

impl Engine for BurnEngine {
    fn step(&mut self, batch: &Batch, learning_rate: f64) -> Result<StepLoss, EngineError> {
        let loss = self.take_step(&self.upload(batch), learning_rate);
        let losses = finite_losses(&download(loss)?)?;
        let missing = || EngineError::Device("a loss is missing".to_owned());
        losses.first().copied().ok_or_else(missing)
    }

    /// One upload and one download for all of them.
    fn steps(
        &mut self,
        batches: &[Batch],
        learning_rates: &[f64],
    ) -> Result<Vec<StepLoss>, EngineError> {
        let all = self.upload_all(batches);
        let mut start = 0;
        let mut losses = Vec::with_capacity(batches.len());
        for (batch, rate) in batches.iter().zip(learning_rates) {
            let rows = start..start + batch.n;
            losses.push(self.take_step(&all.rows(rows), *rate));
            start += batch.n;
        }
        if losses.is_empty() {
            return Ok(Vec::new());
        }
        finite_losses(&download(Tensor::cat(losses, 0))?)
    }

    /// A GPU is; Burn's CPU, the oracle of the tests, is not, and takes steps in a row as well.
    fn is_remote(&self) -> bool {
        true
    }

    fn state(&mut self) -> Result<EngineState, EngineError> {
        let values = self.state.download()?;
        let mut parts = values.chunks_exact(self.widths.n_params().max(1));
        let mut next = || parts.next().map(<[f32]>::to_vec).ok_or(EngineError::Shape);
        let params = |values| {
            let params = MlpParams::new(self.widths.clone(), values);
            params.map(Arc::new).ok_or(EngineError::Shape)
        };
        let state = EngineState {
            weights: params(next()?)?,
            average: params(next()?)?,
            averaged: self.state.steps,
            moments: OptimizerMoments {
                optimizer: self.optimizer,
                first: next()?,
                second: next()?,
                steps: self.state.adam.steps(),
            },
        };
        state.finite()
    }

    fn set_state(&mut self, state: &EngineState) -> Result<(), EngineError> {
        if !state.fits(&self.widths) {
            return Err(EngineError::Shape);
        }
        self.state = State::new(state, &self.device, &self.plain);
        if !same_moments(state.moments.optimizer, self.optimizer) {
            self.forget_moments();
        }
        Ok(())
    }

    fn set_training(&mut self, training: &Training) {
        self.ema = training.ema;
        let same = same_moments(self.optimizer, training.optimizer);
        self.optimizer = training.optimizer;
        if !same {
            self.forget_moments();
        }
    }

    fn forward(&mut self, batch: &Batch) -> Result<Vec<f32>, EngineError> {
        let batch = self.upload(batch);
        download(self.output(&batch).inner())
    }

    fn gradient(&mut self, batch: &Batch) -> Result<Vec<f32>, EngineError> {
        let device_batch = self.upload(batch);
        let loss = self.squared_residual(&device_batch).sum();
        let gradients = loss.div_scalar(batch.n as f32).backward();
        let mut values = Vec::with_capacity(self.widths.n_params());
        for layer in &self.state.mlp.layers {
            values.extend(gradient_of(layer.weight.val().grad(&gradients))?);
            let bias = layer.bias.as_ref();
            values.extend(gradient_of(bias.and_then(|b| b.val().grad(&gradients)))?);
        }
        Ok(values)
    }
}

fn gradient_of<const D: usize>(gradient: Option<Tensor<D>>) -> Result<Vec<f32>, EngineError> {
    gradient.map_or_else(
        || Err(EngineError::Device("a gradient is missing".to_owned())),
        download,
    )
}

/// `average <- decay average + (1 - decay) weights`, tensor by tensor; no decay means the weights themselves.
fn average(average: Mlp, mlp: &Mlp, decay: f64) -> Mlp {
    if decay == 0.0 {
        return mlp.valid();
    }
    let blend =
        |old: Tensor<2>, new: Tensor<2>| old.mul_scalar(decay) + new.mul_scalar(1.0 - decay);
    let blend_1 =
        |old: Tensor<1>, new: Tensor<1>| old.mul_scalar(decay) + new.mul_scalar(1.0 - decay);
    let layers = average.layers.into_iter().zip(&mlp.layers);
    Mlp {
        layers: layers
            .map(|(mut old, new)| {
                old.weight = old.weight.map(|w| blend(w, new.weight.val().inner()));
                old.bias = match (old.bias, &new.bias) {
                    (Some(b), Some(new)) => Some(b.map(|b| blend_1(b, new.val().inner()))),
                    (old, _) => old,
                };
                old
            })
            .collect(),
    }
}

/// Burn and CubeCL read `burn.toml` and `cubecl.toml` from the current folder upwards, and one that names a log
/// file that cannot be opened ends the program. Settings that are there first keep them from looking.
pub fn ignore_configuration_files() {
    burn::BurnConfig::try_set(burn::BurnConfig::default());
    CubeClRuntimeConfig::try_set(CubeClRuntimeConfig::default());
}
