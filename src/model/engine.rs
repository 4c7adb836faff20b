//! The small interface between the trainer and whatever takes the training steps.

use std::sync::Arc;

use crate::experiment::{Optimizer, Training};

use super::{Batch, MlpParams, Widths};

/// Why an engine could not go on.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum EngineError {
    /// A number left the finite range.
    #[error("the {what} became {value} (not finite)")]
    NonFinite {
        /// "loss", "weights" or "moments".
        what: &'static str,
        /// The offending number.
        value: f32,
    },
    /// The device failed.
    #[error("the device failed: {0}")]
    Device(String),
    /// The parameters do not fit the network.
    #[error("these weights belong to a network of another shape")]
    Shape,
}

/// All that an engine's next steps depend on, as plain numbers in the layout of [`MlpParams`]: what a rollback returns
/// to, what goes along to another device, and what a run is continued from.
#[derive(Clone, Debug, PartialEq)]
pub struct EngineState {
    /// The weights that are trained.
    pub weights: Arc<MlpParams>,
    /// Their exponential moving average, which is displayed.
    pub average: Arc<MlpParams>,
    /// Steps in the average.
    pub averaged: u64,
    /// What the optimizer remembers.
    pub moments: OptimizerMoments,
}

/// The optimizer moments: Adam's estimates of the first and second moment of every gradient.
#[derive(Clone, Debug, PartialEq)]
pub struct OptimizerMoments {
    /// The optimizer that made the estimates. To another one they mean nothing, unless only its learning rate is another.
    pub optimizer: Optimizer,
    /// First moment estimates: decaying means of the gradients.
    pub first: Vec<f32>,
    /// Second moment estimates: decaying means of their squares.
    pub second: Vec<f32>,
    /// Steps that the estimates are made of.
    pub steps: u64,
}

impl OptimizerMoments {
    /// Those of `n_params` parameters before the first step.
    pub fn none(n_params: usize, optimizer: Optimizer) -> Self {
        Self {
            optimizer,
            first: vec![0.0; n_params],
            second: vec![0.0; n_params],
            steps: 0,
        }
    }
}

impl EngineState {
    /// Weights that no step has been taken from.
    pub fn fresh(weights: MlpParams, optimizer: Optimizer) -> Self {
        let weights = Arc::new(weights);
        Self {
            average: Arc::clone(&weights),
            averaged: 0,
            moments: OptimizerMoments::none(weights.values().len(), optimizer),
            weights,
        }
    }

    /// The same state, if all of it is finite.
    ///
    /// # Errors
    /// The first number that is not.
    pub fn finite(self) -> Result<Self, EngineError> {
        let weights = self.weights.values().iter().chain(self.average.values());
        let moments = self.moments.first.iter().chain(&self.moments.second);
        let bad = |value: &&f32| !value.is_finite();
        let found = |what| move |&value: &f32| EngineError::NonFinite { what, value };
        let bad_weight = weights.into_iter().find(bad).map(found("weights"));
        let bad_moment = || moments.into_iter().find(bad).map(found("moments"));
        bad_weight.or_else(bad_moment).map_or(Ok(self), Err)
    }

    /// Whether it is one of a network of these widths.
    pub fn fits(&self, widths: &Widths) -> bool {
        let n = widths.n_params();
        self.weights.widths() == widths
            && self.average.widths() == widths
            && [&self.moments.first, &self.moments.second].map(Vec::len) == [n, n]
    }
}

/// The losses of one batch, before the step that is taken on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepLoss {
    /// Of what the network predicts, over all times: for the velocity the CFM loss, `E|v - dx_t/dt|^2` in canvas units.
    pub own: f32,
    /// The CFM loss over [`crate::experiment::CFM_TIMES`], whatever is predicted.
    pub cfm: f32,
}

impl StepLoss {
    /// The same losses, if they are finite.
    ///
    /// # Errors
    /// The first one that is not.
    pub fn finite(self) -> Result<Self, EngineError> {
        let what = "loss";
        let bad = [self.own, self.cfm]
            .into_iter()
            .find(|value| !value.is_finite());
        bad.map_or(Ok(self), |value| {
            Err(EngineError::NonFinite { what, value })
        })
    }
}

/// Takes training steps on one network.
///
/// [`super::FusedEngine`] trains on the CPU, `BurnEngine` on any device of Burn's; a remote device or, in
/// tests, a faulty one follow the same interface. An engine need not be `Send`: who makes it keeps it.
pub trait Engine {
    /// One optimizer step at the given learning rate. Returns the losses of the batch: squared errors in canvas units,
    /// summed over both coordinates, means over the batch, before the step.
    ///
    /// # Errors
    /// A non-finite loss or a failed device. The weights may then be bad: [`Self::set_state`] goes back to good ones.
    fn step(&mut self, batch: &Batch, learning_rate: f64) -> Result<StepLoss, EngineError>;

    /// Several steps in a row, each with its batch and its learning rate; returns their losses.
    ///
    /// # Errors
    /// As [`Self::step`], whichever step it was.
    fn steps(
        &mut self,
        batches: &[Batch],
        learning_rates: &[f64],
    ) -> Result<Vec<StepLoss>, EngineError> {
        let pairs = batches.iter().zip(learning_rates);
        pairs.map(|(batch, rate)| self.step(batch, *rate)).collect()
    }

    /// Whether it computes on another device, so that sending a batch and reading a loss cost about as much as a step:
    /// steps are then to be taken several in a row.
    fn is_remote(&self) -> bool {
        false
    }

    /// Everything that the next steps depend on.
    ///
    /// # Errors
    /// A failed device, or a number that is not finite.
    fn state(&mut self) -> Result<EngineState, EngineError>;

    /// The weights that are displayed, of [`Self::state`].
    ///
    /// # Errors
    /// A failed device, or a number that is not finite.
    fn average(&mut self) -> Result<Arc<MlpParams>, EngineError> {
        Ok(self.state()?.average)
    }

    /// Goes on from this state instead: the next steps are those of the engine that it was taken from, bit for bit if
    /// that one is of the same kind.
    ///
    /// # Errors
    /// A failed device, or a state of another network.
    fn set_state(&mut self, state: &EngineState) -> Result<(), EngineError>;

    /// Takes over optimizer and averaging; the optimizer moments stay if only the rate changes.
    fn set_training(&mut self, training: &Training);

    /// The network's output for the batch's inputs, `[n, 2]`.
    ///
    /// # Errors
    /// A failed device.
    fn forward(&mut self, batch: &Batch) -> Result<Vec<f32>, EngineError>;

    /// The gradient of the scaled loss, in the layout of [`MlpParams`].
    ///
    /// # Errors
    /// A failed device.
    fn gradient(&mut self, batch: &Batch) -> Result<Vec<f32>, EngineError>;
}

/// Whether optimizer moments gathered under one optimizer mean the same under the other: only the rate differs.
pub(super) fn same_moments(mut a: Optimizer, mut b: Optimizer) -> bool {
    for optimizer in [&mut a, &mut b] {
        match optimizer {
            Optimizer::Adam { lr, .. } | Optimizer::AdamW { lr, .. } => *lr = 0.0,
        }
    }
    a == b
}

/// The decay grows towards its final value so that the average forgets the initial weights early.
pub(super) fn warm_decay(ema: f64, steps: u64) -> f64 {
    ema.min((1.0 + steps as f64) / (10.0 + steps as f64))
}
