//! The fused engine: forward pass, loss, backward pass, optimizer and averaging in this crate's own kernels.

use std::sync::Arc;

use pulp::Arch;

use crate::experiment::{Model, Optimizer, Training};
use crate::model::engine::{same_moments, warm_decay};
use crate::model::{
    Batch, Engine, EngineError, EngineState, MlpParams, OptimizerMoments, StepLoss, Widths,
};

use super::adam::{Rule, State};
use super::aligned::Aligned;
use super::kernel::SimdWidths;
use super::layout::{Layout, OUTPUTS};
use super::shared::{Differentiate, GROUPS, Shared, Update, write};
use super::tape::{TILE, Tape, Weights};
use super::team::{Job, Team, TeamError};

/// Trains the network on the CPU with a team of threads. The same weights come out, bit for bit, whatever the
/// team's size.
pub struct FusedEngine {
    shared: Arc<Shared>,
    team: Box<dyn Team>,
    differentiate: Arc<dyn Job>,
    update: Arc<dyn Job>,
    optimizer: Optimizer,
    ema: f64,
    progress: Progress,
}

/// How many steps lie behind the weights.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// Steps in the average.
    steps: u64,
    /// Steps in the optimizer moments.
    time: u64,
}

impl FusedEngine {
    /// Most members of a team: a step is cut into so many groups, and further members would have nothing to do.
    pub const MAX_MEMBERS: usize = GROUPS;

    /// An engine for the given weights that keeps the team for itself.
    ///
    /// # Errors
    /// If the parameters do not have the model's shape, or the model has no hidden layer.
    pub fn new(
        team: Box<dyn Team>,
        model: &Model,
        training: &Training,
        params: &MlpParams,
    ) -> Result<Self, EngineError> {
        Self::on(Arch::new(), team, model, training, params)
    }

    /// The same on the given instruction set.
    pub(super) fn on(
        arch: Arch,
        team: Box<dyn Team>,
        model: &Model,
        training: &Training,
        params: &MlpParams,
    ) -> Result<Self, EngineError> {
        let widths = Widths::of(model);
        if *params.widths() != widths {
            return Err(EngineError::Shape);
        }
        let layout = Layout::new(&widths, SimdWidths::of(arch)).ok_or(EngineError::Shape)?;
        let weights = layout.cut(params.values());
        let shared = Shared::new(arch, layout, model.activation, weights, team.size());
        let shared = Arc::new(shared);
        Ok(Self {
            differentiate: Arc::new(Differentiate(Arc::clone(&shared))),
            update: Arc::new(Update(Arc::clone(&shared))),
            shared,
            team,
            optimizer: training.optimizer,
            ema: training.ema,
            progress: Progress::default(),
        })
    }

    /// Losses and gradient of the batch, left with the team; returns the losses.
    fn differentiate(&mut self, batch: &Batch) -> Result<StepLoss, EngineError> {
        self.check(batch)?;
        write(&self.shared.task).take(batch);
        self.shared.release_claims();
        self.team.run(&self.differentiate).map_err(failed)?;
        Ok(self.shared.loss())
    }

    fn check(&self, batch: &Batch) -> Result<(), EngineError> {
        let n_in = self.shared.layout.widths().inputs();
        let fits = batch.inputs.len() == n_in * batch.n
            && batch.targets.len() == OUTPUTS * batch.n
            && batch.weights.len() == batch.n
            && [0, batch.n].contains(&batch.cfm.weights.len())
            && [0, OUTPUTS * batch.n].contains(&batch.cfm.targets.len());
        fits.then_some(()).ok_or(EngineError::Shape)
    }

    fn forget_moments(&mut self) {
        self.progress.time = 0;
        for block in &self.shared.blocks {
            let state = &mut write(block).state;
            state.moment_1.fill(0.0);
            state.moment_2.fill(0.0);
        }
    }
}

impl Engine for FusedEngine {
    fn step(&mut self, batch: &Batch, learning_rate: f64) -> Result<StepLoss, EngineError> {
        let loss = self.differentiate(batch)?.finite()?;
        self.progress.steps += 1;
        self.progress.time += 1;
        let decay = warm_decay(self.ema, self.progress.steps);
        write(&self.shared.task).rule =
            Rule::new(self.optimizer, learning_rate, self.progress.time, decay);
        self.shared.release_claims();
        self.team.run(&self.update).map_err(failed)?;
        Ok(loss)
    }

    fn state(&mut self) -> Result<EngineState, EngineError> {
        let blocks = self.shared.read_blocks();
        let layout = &self.shared.layout;
        let joined = |pick: fn(&State<Aligned>) -> &Aligned| -> Vec<f32> {
            layout.join(|index| pick(&blocks[index].state))
        };
        let params = |values| {
            let params = MlpParams::new(layout.widths().clone(), values);
            params.map(Arc::new).ok_or(EngineError::Shape)
        };
        let state = EngineState {
            weights: params(joined(|state| &state.weights))?,
            average: params(joined(|state| &state.average))?,
            averaged: self.progress.steps,
            moments: OptimizerMoments {
                optimizer: self.optimizer,
                first: joined(|state| &state.moment_1),
                second: joined(|state| &state.moment_2),
                steps: self.progress.time,
            },
        };
        state.finite()
    }

    fn average(&mut self) -> Result<Arc<MlpParams>, EngineError> {
        let blocks = self.shared.read_blocks();
        let layout = &self.shared.layout;
        let values: Vec<f32> = layout.join(|index| &blocks[index].state.average);
        let bad = values.iter().find(|value| !value.is_finite());
        if let Some(&value) = bad {
            let what = "weights";
            return Err(EngineError::NonFinite { what, value });
        }
        let params = MlpParams::new(layout.widths().clone(), values);
        params.map(Arc::new).ok_or(EngineError::Shape)
    }

    fn set_state(&mut self, state: &EngineState) -> Result<(), EngineError> {
        let (shared, moments) = (&*self.shared, &state.moments);
        if !state.fits(shared.layout.widths()) {
            return Err(EngineError::Shape);
        }
        let cut = |values: &[f32]| shared.layout.cut(values).into_iter();
        let weights = cut(state.weights.values()).zip(cut(state.average.values()));
        let states = weights.zip(cut(&moments.first).zip(cut(&moments.second)));
        for (index, (block, state)) in shared.blocks.iter().zip(states).enumerate() {
            let ((weights, average), (moment_1, moment_2)) = state;
            let mut block = write(block);
            block.state = State {
                weights,
                moment_1,
                moment_2,
                average,
            };
            block.transpose(shared.arch, &shared.layout, index);
        }
        self.progress = Progress {
            steps: state.averaged,
            time: moments.steps,
        };
        if !same_moments(moments.optimizer, self.optimizer) {
            self.forget_moments();
        }
        Ok(())
    }

    fn set_training(&mut self, training: &Training) {
        self.ema = training.ema;
        if !same_moments(self.optimizer, training.optimizer) {
            self.forget_moments();
        }
        self.optimizer = training.optimizer;
    }

    fn forward(&mut self, batch: &Batch) -> Result<Vec<f32>, EngineError> {
        self.check(batch)?;
        let blocks = self.shared.read_blocks();
        let blocks: Vec<&[f32]> = blocks.iter().map(|block| &*block.state.weights).collect();
        let weights = Weights {
            layout: &self.shared.layout,
            activation: self.shared.activation,
            blocks: &blocks,
            transposed: &[],
        };
        let mut tape = Tape::new(self.shared.arch, weights.layout);
        let n_in = weights.layout.widths().inputs();
        let mut outputs = Vec::with_capacity(OUTPUTS * batch.n);
        for inputs in batch.inputs.chunks(TILE * n_in) {
            tape.forward(weights, inputs, inputs.len() / n_in);
            outputs.extend_from_slice(tape.outputs.as_flattened());
        }
        Ok(outputs)
    }

    fn gradient(&mut self, batch: &Batch) -> Result<Vec<f32>, EngineError> {
        self.differentiate(batch)?;
        Ok(self.shared.gradient())
    }
}

fn failed(error: TeamError) -> EngineError {
    EngineError::Device(error.to_string())
}
