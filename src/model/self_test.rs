//! Whether an engine computes what it should, before it may be chosen.
//!
//! A GPU can be wrong without saying so, so a candidate is compared with the CPU's engine: the forward pass at
//! four batch sizes, one gradient, and 20 training steps.

use rand::RngExt;

use crate::experiment::{Model, Training};
use crate::flow::rng::{Stream, stream};

use super::{Batch, Engine, EngineError, MlpParams, StepLoss, Widths};

/// Batch sizes of the forward passes; the larger ones take other kernels.
const BATCHES: [usize; 4] = [1, 64, 512, 2048];
/// Training steps that are compared.
const STEPS: usize = 20;
/// Largest error, relative to the largest value of the reference.
const TOLERANCE: f32 = 1e-3;

/// Why a device may not be chosen.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum SelfTestError {
    /// It computes something else.
    #[error(
        "self-test failed: {what} differs from the CPU by {error:.1e} (allowed {TOLERANCE:.0e})"
    )]
    Wrong {
        /// Which comparison failed.
        what: String,
        /// Largest error relative to the largest reference value; infinite for NaN.
        error: f32,
    },
    /// It does not compute at all.
    #[error("self-test failed: {0}")]
    Engine(#[from] EngineError),
}

/// Compares two engines that `reference` and `candidate` make from the same weights.
///
/// # Errors
/// The first comparison that fails, or the first failure of an engine.
pub fn self_test(
    reference: impl FnOnce(&Model, &Training, &MlpParams) -> Result<Box<dyn Engine>, EngineError>,
    candidate: impl FnOnce(&Model, &Training, &MlpParams) -> Result<Box<dyn Engine>, EngineError>,
) -> Result<(), SelfTestError> {
    let (model, training) = (Model::default(), Training::default());
    let widths = Widths::of(&model);
    let params = MlpParams::init(widths, &mut stream(0, Stream::Weights, 0));
    let mut reference = reference(&model, &training, &params)?;
    let mut candidate = candidate(&model, &training, &params)?;
    for n in BATCHES {
        let batch = random_batch(n, n as u64);
        let what = format!("the forward pass for {n} points");
        compare(
            what,
            &reference.forward(&batch)?,
            &candidate.forward(&batch)?,
        )?;
    }
    let batch = random_batch(256, 0);
    let what = "the gradient".to_owned();
    compare(
        what,
        &reference.gradient(&batch)?,
        &candidate.gradient(&batch)?,
    )?;
    for step in 0..STEPS {
        let batch = random_batch(256, step as u64);
        let expected = reference.step(&batch, 1e-3)?;
        let found = candidate.step(&batch, 1e-3)?;
        let both = |loss: StepLoss| [loss.own, loss.cfm];
        let what = format!("the loss of step {step}");
        compare(what, &both(expected), &both(found))?;
    }
    compare(
        format!("the weights after {STEPS} steps"),
        reference.state()?.weights.values(),
        candidate.state()?.weights.values(),
    )
}

/// A regression problem of the right shapes.
fn random_batch(n: usize, index: u64) -> Batch {
    let mut rng = stream(7, Stream::Times, index);
    let mut numbers = |count: usize| -> Vec<f32> {
        (0..count)
            .map(|_| 2.0 * rng.random::<f32>() - 1.0)
            .collect()
    };
    Batch {
        n,
        inputs: numbers(3 * n),
        targets: numbers(2 * n),
        weights: vec![1.0; n],
        ..Batch::default()
    }
}

fn compare(what: String, expected: &[f32], found: &[f32]) -> Result<(), SelfTestError> {
    let largest = expected
        .iter()
        .fold(f32::MIN_POSITIVE, |m, v| m.max(v.abs()));
    let differences = expected.iter().zip(found).map(|(a, b)| (a - b).abs());
    let worst = differences.fold(
        0.0f32,
        |m, d| if d.is_nan() { f32::INFINITY } else { m.max(d) },
    );
    let error = if expected.len() == found.len() {
        worst / largest
    } else {
        f32::INFINITY
    };
    if error <= TOLERANCE {
        Ok(())
    } else {
        Err(SelfTestError::Wrong { what, error })
    }
}
