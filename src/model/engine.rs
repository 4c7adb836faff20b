//! The small interface between the trainer and whatever takes the training steps.

use crate::experiment::{Optimizer, Training};

use super::{Batch, MlpParams};

/// Why an engine could not go on.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum EngineError {
    /// A number left the finite range.
    #[error("the {what} became {value} (not finite)")]
    NonFinite {
        /// "loss" or "weights".
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

/// Takes training steps on one network.
///
/// [`super::FusedEngine`] trains on the CPU, `BurnEngine` on any device of Burn's; a remote device or, in
/// tests, a faulty one follow the same interface. An engine need not be `Send`: who makes it keeps it.
pub trait Engine {
    /// One optimizer step at the given learning rate. Returns the unweighted CFM loss of the batch: squared
    /// error in canvas units, summed over both coordinates, mean over the batch, before the step.
    ///
    /// # Errors
    /// A non-finite loss or a failed device. The weights may then be bad: see [`Self::roll_back`].
    fn step(&mut self, batch: &Batch, learning_rate: f64) -> Result<f32, EngineError>;

    /// Several steps in a row, each with its batch and its learning rate; returns their losses.
    ///
    /// # Errors
    /// As [`Self::step`], whichever step it was.
    fn steps(
        &mut self,
        batches: &[Batch],
        learning_rates: &[f64],
    ) -> Result<Vec<f32>, EngineError> {
        let pairs = batches.iter().zip(learning_rates);
        pairs.map(|(batch, rate)| self.step(batch, *rate)).collect()
    }

    /// Whether sending a batch and reading a loss cost about as much as a step, so that steps had better be
    /// taken in rows.
    fn is_far(&self) -> bool {
        false
    }

    /// The weights that are trained.
    ///
    /// # Errors
    /// A failed device, or weights that are not finite.
    fn params(&mut self) -> Result<MlpParams, EngineError>;

    /// The weights to display: their exponential moving average.
    ///
    /// # Errors
    /// As [`Self::params`].
    fn averaged_params(&mut self) -> Result<MlpParams, EngineError>;

    /// Takes over optimizer and averaging; the moments stay if only the rate changes.
    fn set_training(&mut self, training: &Training);

    /// Remembers weights, average and moments as good.
    fn mark_good(&mut self);

    /// Goes back to what [`Self::mark_good`] remembered.
    fn roll_back(&mut self);

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

/// Whether moments gathered under one optimizer mean the same under the other: only the rate differs.
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
