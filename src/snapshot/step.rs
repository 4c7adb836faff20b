//! A training step laid out for whoever wants to see it in slow motion: from the draw of its pairs to what the
//! optimizer made of them. Everything is in canvas units.

use std::sync::Arc;

use crate::experiment::Problem;
use crate::flow::Point;
use crate::flow::conversion::Quantity;
use crate::flow::grid::FieldGrid;
use crate::flow::path::Schedule;

/// A pair of the batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepPair {
    /// The source point.
    pub x_0: Point,
    /// The target point.
    pub x_1: Point,
    /// The time that was drawn for it.
    pub t: f64,
    /// The path's coefficients at that time.
    pub schedule: Schedule,
    /// The point on the conditional path, `alpha x_1 + sigma x_0`, extra noise included.
    pub x_t: Point,
    /// The velocity of the conditional path there, `u = alpha' x_1 + sigma' x_0`.
    pub target: Point,
    /// What the network answers before the step, `v(x_t, t)`.
    pub prediction: Point,
}

impl StepPair {
    /// `v - u`, for a prediction `v`.
    pub fn residual(&self, prediction: Point) -> Point {
        [0, 1].map(|i| prediction[i] - self.target[i])
    }

    /// `|v - u|^2` before the step: its part of the loss.
    pub fn squared_error(&self) -> f64 {
        let [x, y] = self.residual(self.prediction);
        x * x + y * y
    }
}

/// What came of the step.
#[derive(Clone, Debug, PartialEq)]
pub struct StepTaken {
    /// The loss that training recorded for it: the one before the step, as the engine computes it.
    pub recorded: f32,
    /// The loss of the same batch with the new weights.
    pub loss: f64,
    /// What the network answers now, for each of the shown pairs.
    pub predictions: Vec<Point>,
    /// The velocity of the new weights.
    pub field: Arc<FieldGrid>,
}

/// One training step, laid out: the very batch that the engine takes, and what its weights answer.
#[derive(Clone, Debug, PartialEq)]
pub struct StepPreview {
    /// Steps that were taken before it.
    pub step: u64,
    /// What is learned.
    pub problem: Problem,
    /// What the network predicts; all that is laid out is told as velocity.
    pub predicted: Quantity,
    /// The first pairs of the batch, at most [`Self::PAIRS`].
    pub pairs: Vec<StepPair>,
    /// Further pairs of the batch that were coupled with the first of them, all at once; none where every pair stands
    /// for itself.
    pub coupled: Vec<(Point, Point)>,
    /// Pairs of the whole batch.
    pub batch: usize,
    /// The CFM loss of the whole batch before the step: the mean of `|v - u|^2`.
    pub loss: f64,
    /// The velocity of the weights before the step.
    pub field: Arc<FieldGrid>,
    /// What came of it, once it has been taken.
    pub taken: Option<StepTaken>,
}

impl StepPreview {
    /// Pairs that are laid out.
    pub const PAIRS: usize = 12;
}
