//! The fused engine: forward pass, loss, backward pass, optimizer and averaging in this crate's own kernels.

use std::sync::Arc;

use pulp::Arch;

use crate::experiment::{Model, Optimizer, Training};
use crate::model::engine::{same_moments, warm_decay};
use crate::model::{Batch, Engine, EngineError, MlpParams, Widths};

use super::adam::{Rule, State};
use super::aligned::Aligned;
use super::kernel::Lanes;
use super::layout::{Layout, OUTPUTS};
use super::shared::{Differentiate, GROUPS, Shared, Update, read, write};
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
    good: Good,
}

/// How many steps lie behind the weights.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// Steps in the average.
    steps: u64,
    /// Steps in the moments.
    time: u64,
}

/// What a rollback restores.
struct Good {
    progress: Progress,
    /// Whose moments these are.
    optimizer: Optimizer,
    blocks: Vec<State<Aligned>>,
}

impl FusedEngine {
    /// Members of a team that find work at once; more would only look on.
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
        let layout = Layout::new(&widths, Lanes::of(arch)).ok_or(EngineError::Shape)?;
        let weights = layout.cut(params);
        let shared = Shared::new(arch, layout, model.activation, weights, team.size());
        let shared = Arc::new(shared);
        let progress = Progress::default();
        let good = Good {
            progress,
            optimizer: training.optimizer,
            blocks: states(&shared),
        };
        Ok(Self {
            differentiate: Arc::new(Differentiate(Arc::clone(&shared))),
            update: Arc::new(Update(Arc::clone(&shared))),
            shared,
            team,
            optimizer: training.optimizer,
            ema: training.ema,
            progress,
            good,
        })
    }

    /// Loss and gradient of the batch, left with the team; returns the unweighted loss.
    fn differentiate(&mut self, batch: &Batch) -> Result<f32, EngineError> {
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
            && batch.weights.len() == batch.n;
        fits.then_some(()).ok_or(EngineError::Shape)
    }

    fn joined(&self, pick: impl Fn(&State<Aligned>) -> &[f32]) -> Result<MlpParams, EngineError> {
        let blocks = self.shared.read_blocks();
        let values = self.shared.layout.join(|index| pick(&blocks[index].state));
        if let Some(&value) = values.iter().find(|v| !v.is_finite()) {
            return Err(EngineError::NonFinite {
                what: "weights",
                value,
            });
        }
        let widths = self.shared.layout.widths().clone();
        MlpParams::new(widths, values).ok_or(EngineError::Shape)
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
    fn step(&mut self, batch: &Batch, learning_rate: f64) -> Result<f32, EngineError> {
        let value = self.differentiate(batch)?;
        if !value.is_finite() {
            return Err(EngineError::NonFinite {
                what: "loss",
                value,
            });
        }
        self.progress.steps += 1;
        self.progress.time += 1;
        let decay = warm_decay(self.ema, self.progress.steps);
        write(&self.shared.task).rule =
            Rule::new(self.optimizer, learning_rate, self.progress.time, decay);
        self.shared.release_claims();
        self.team.run(&self.update).map_err(failed)?;
        Ok(value)
    }

    fn params(&mut self) -> Result<MlpParams, EngineError> {
        self.joined(|state| &state.weights)
    }

    fn averaged_params(&mut self) -> Result<MlpParams, EngineError> {
        self.joined(|state| &state.average)
    }

    fn set_training(&mut self, training: &Training) {
        self.ema = training.ema;
        if !same_moments(self.optimizer, training.optimizer) {
            self.forget_moments();
        }
        self.optimizer = training.optimizer;
    }

    fn mark_good(&mut self) {
        self.good.progress = self.progress;
        self.good.optimizer = self.optimizer;
        for (good, block) in self.good.blocks.iter_mut().zip(&self.shared.blocks) {
            good.copy_from(&read(block).state);
        }
    }

    fn roll_back(&mut self) {
        self.progress = self.good.progress;
        for (index, (good, block)) in self.good.blocks.iter().zip(&self.shared.blocks).enumerate() {
            let mut block = write(block);
            block.state.copy_from(good);
            block.transpose(self.shared.arch, &self.shared.layout, index);
        }
        // The optimizer may have been replaced since: then these moments mean nothing to it.
        if !same_moments(self.good.optimizer, self.optimizer) {
            self.forget_moments();
        }
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

fn states(shared: &Shared) -> Vec<State<Aligned>> {
    shared
        .blocks
        .iter()
        .map(|block| read(block).state.clone())
        .collect()
}

fn failed(error: TeamError) -> EngineError {
    EngineError::Device(error.to_string())
}
