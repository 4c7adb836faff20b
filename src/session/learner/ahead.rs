//! The next step before it is taken: its batch, which stays the next one, and what the weights answer for it.

use crate::flow::Point;
use crate::flow::coupling::Pairs;
use crate::flow::rng::{Stream, stream};
use crate::model::{Batch, BatchRule, EngineError, FrozenField, Regression, regressions};
use crate::snapshot::{StepPair, StepPreview};

use super::{Learner, StepError};

/// The next step's batch with the weights' answers.
pub struct Ahead {
    /// As the engine takes it.
    pub batch: Batch,
    /// What its rows are made of.
    pub drawn: Vec<Regression>,
    /// Its first pairs, at most [`StepPreview::PAIRS`].
    pub pairs: Vec<StepPair>,
    /// The pairs behind those that belong to the block of the first one.
    pub coupled: Vec<(Point, Point)>,
    /// The CFM loss of the whole batch.
    pub loss: f64,
}

/// What the weights answer for a batch.
pub struct Answer {
    /// The velocity for every pair, on the canvas.
    pub velocities: Vec<Point>,
    /// The CFM loss as the curve tells it: the mean squared error over all pairs, in canvas units; over
    /// [`crate::experiment::CFM_TIMES`] if not the velocity is predicted.
    pub loss: f64,
}

impl Learner {
    /// Looks at the next step's batch without taking it: the losses are the same with it and without.
    ///
    /// # Errors
    /// See [`StepError`].
    pub fn ahead(&mut self) -> Result<Ahead, StepError> {
        let supply = self.coupler.peek().map_err(StepError::NoBatch)?;
        let (batch, pairs) = (supply.batch.clone(), supply.pairs.clone());
        // Times and noise are a function of the step, so they can be drawn again.
        let rule = BatchRule::new(&self.experiment, self.scaling);
        let mut rng = stream(self.experiment.seed, Stream::Times, self.step);
        let drawn: Vec<Regression> = regressions(&rule, &pairs, &mut rng).collect();
        let Answer { velocities, loss } = self.answer(&batch, &drawn)?;
        let rows = pairs.iter().zip(&drawn).zip(velocities);
        let shown = rows.map(|(((x_0, x_1), drawn), prediction)| StepPair {
            x_0,
            x_1,
            t: drawn.t,
            schedule: drawn.schedule,
            x_t: drawn.x_t,
            target: drawn.velocity,
            prediction,
        });
        let shown = shown.take(StepPreview::PAIRS).collect();
        Ok(Ahead {
            batch,
            drawn,
            pairs: shown,
            coupled: self.coupled_with_the_first(&pairs),
            loss,
        })
    }

    /// What the weights answer for a batch now, of which the rows are made of what was drawn.
    ///
    /// # Errors
    /// If the device fails.
    pub fn answer(&mut self, batch: &Batch, drawn: &[Regression]) -> Result<Answer, EngineError> {
        let outputs = self.engine.forward(batch)?;
        let (outputs, _) = outputs.as_chunks::<2>();
        let targets = match batch.cfm.targets.is_empty() {
            true => &batch.targets,
            false => &batch.cfm.targets,
        };
        let (targets, _) = targets.as_chunks::<2>();
        let weights = self.told(&batch.weights, &batch.cfm.weights);
        let predicted = self.experiment.model.parametrisation;
        let mut sum = 0.0;
        let mut velocities = Vec::with_capacity(batch.n);
        let rows = outputs.iter().zip(targets).zip(weights).zip(drawn);
        for (((output, target), weight), drawn) in rows {
            let output = output.map(f64::from);
            let error = [0, 1].map(|i| output[i] - f64::from(target[i]));
            sum += f64::from(*weight) * (error[0] * error[0] + error[1] * error[1]);
            let to_velocity = self.scaling.velocity(predicted, drawn.schedule);
            velocities.push(to_velocity.at(drawn.x_t, output));
        }
        Ok(Answer {
            velocities,
            loss: sum / batch.n.max(1) as f64,
        })
    }

    /// The field of the weights that are trained, as they were at the last checkpoint; what is displayed otherwise is
    /// their average, which a single step hardly moves.
    pub fn trained_field(&self) -> FrozenField {
        let weights = self.good.engine.weights.clone();
        FrozenField::new(weights, &self.experiment, self.scaling, self.good.step)
    }

    /// The batch's pairs behind the shown ones that were coupled in one block with the first of them.
    fn coupled_with_the_first(&self, pairs: &Pairs) -> Vec<(Point, Point)> {
        let Some(block) = self.experiment.problem.coupling.block() else {
            return Vec::new();
        };
        let used = (self.step * pairs.x_0.len() as u64) % block.max(1) as u64;
        let of_block = block.saturating_sub(used as usize);
        let coupled = pairs.iter().take(of_block).skip(StepPreview::PAIRS);
        coupled.take(MAX_COUPLED).collect()
    }
}

/// Pairs that are shown behind those in slow motion: more would be a grey mass.
const MAX_COUPLED: usize = 256;
