//! What the members of a team share, and their two jobs: differentiate a batch, then take the step.
//!
//! The batch is cut into groups of tiles by its size alone. A group's gradient is summed tile by tile and the
//! groups' gradients in their order, so that the result is the same, bit for bit, whoever computes what and
//! however many members there are. Every lock is free when it is asked for: the jobs never overlap, and within
//! one each group and each block is claimed by one member.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use pulp::Arch;

use crate::experiment::Activation;
use crate::model::{Batch, StepLoss};

use super::adam::{Rule, State, Step};
use super::aligned::Aligned;
use super::layout::{Layout, OUTPUTS};
use super::tape::{Gradient, TILE, Tape, Weights};
use super::team::Job;
use super::transpose::Transpose;

/// Most groups of a batch: as many members find work, and as many gradients are added up at every step.
pub const GROUPS: usize = 8;
/// A batch of less than this many full tiles is cut into smaller ones, so that a small team finds work.
const TILES: usize = 4;
/// Rows of a tile are a multiple of this.
const ROWS: usize = 4;

/// The state of one engine.
pub struct Shared {
    /// The vector instructions of this machine.
    pub arch: Arch,
    /// How the weights are cut.
    pub layout: Layout,
    /// After every hidden layer.
    pub activation: Activation,
    /// One per block of the layout.
    pub blocks: Vec<RwLock<Block>>,
    /// What to do.
    pub task: RwLock<Task>,
    groups: Vec<RwLock<Group>>,
    tapes: Vec<Mutex<Tape>>,
    claims: Vec<AtomicBool>,
}

/// One block of the layout.
#[derive(Clone, Debug)]
pub struct Block {
    /// The weights and what Adam keeps of them.
    pub state: State<Aligned>,
    /// The weights once more, transposed: see [`super::layout::Panel::transposed`].
    pub transposed: Aligned,
}

/// What the members are asked to do.
#[derive(Debug)]
pub struct Task {
    /// The rows to differentiate the loss of.
    pub batch: Batch,
    /// The step to take afterwards.
    pub rule: Rule,
}

impl Task {
    /// Copies the batch into memory that is already there.
    pub fn take(&mut self, batch: &Batch) {
        self.batch.n = batch.n;
        self.batch.inputs.clone_from(&batch.inputs);
        self.batch.targets.clone_from(&batch.targets);
        self.batch.weights.clone_from(&batch.weights);
        self.batch.cfm.targets.clone_from(&batch.cfm.targets);
        self.batch.cfm.weights.clone_from(&batch.cfm.weights);
    }
}

/// A part of the batch.
#[derive(Default)]
struct Group {
    gradient: Vec<Aligned>,
    /// Sums over the group.
    loss: LossSum,
}

/// Sums of weighted squared residuals over some rows.
#[derive(Clone, Copy, Debug, Default)]
struct LossSum {
    own: f64,
    cfm: f64,
}

impl LossSum {
    fn plus(self, other: Self) -> Self {
        Self {
            own: self.own + other.own,
            cfm: self.cfm + other.cfm,
        }
    }
}

/// How a batch of `n` rows is cut: depends on nothing else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    n: usize,
    tile: usize,
}

impl Cut {
    /// The cut of `n` rows.
    pub fn of(n: usize) -> Self {
        let tile = n.div_ceil(TILES).next_multiple_of(ROWS).clamp(ROWS, TILE);
        Self { n, tile }
    }

    /// Number of groups.
    pub fn groups(self) -> usize {
        self.n.div_ceil(self.tile).min(GROUPS)
    }

    /// The tiles of a group, as ranges of rows.
    pub fn tiles(self, group: usize) -> impl Iterator<Item = Range<usize>> {
        let (tiles, groups) = (self.n.div_ceil(self.tile), self.groups().max(1));
        let span = group * tiles / groups..(group + 1) * tiles / groups;
        span.map(move |tile| tile * self.tile..((tile + 1) * self.tile).min(self.n))
    }
}

impl Shared {
    /// The state of a network with the given weights, for a team of the given size.
    pub fn new(
        arch: Arch,
        layout: Layout,
        activation: Activation,
        weights: Vec<Aligned>,
        members: usize,
    ) -> Self {
        let blocks = weights.into_iter().enumerate().map(|(index, weights)| {
            let transposed = layout
                .panels
                .get(index)
                .map_or(0, |panel| layout.transposed_len(panel));
            let zeros = Aligned::zeros(weights.len());
            let mut block = Block {
                state: State {
                    average: weights.clone(),
                    weights,
                    moment_1: zeros.clone(),
                    moment_2: zeros,
                },
                transposed: Aligned::zeros(transposed),
            };
            block.transpose(arch, &layout, index);
            RwLock::new(block)
        });
        let blocks: Vec<_> = blocks.collect();
        let claims = blocks.len().max(GROUPS);
        Self {
            arch,
            activation,
            task: RwLock::new(Task {
                batch: Batch::default(),
                rule: Rule::default(),
            }),
            groups: (0..GROUPS).map(|_| RwLock::default()).collect(),
            tapes: (0..members)
                .map(|_| Mutex::new(Tape::new(arch, &layout)))
                .collect(),
            claims: (0..claims).map(|_| AtomicBool::new(false)).collect(),
            blocks,
            layout,
        }
    }

    /// Lets the next job claim everything again.
    pub fn release_claims(&self) {
        self.claims
            .iter()
            .for_each(|claim| claim.store(false, Ordering::Relaxed));
    }

    /// The pieces of `0..n` that a member gets: first those from its own place on, then what others left.
    fn claim(&self, member: usize, n: usize) -> impl Iterator<Item = usize> {
        let first = member * n / self.tapes.len();
        let pieces = (first..n).chain(0..first);
        pieces.filter(|&piece| !self.claims[piece].swap(true, Ordering::Relaxed))
    }

    /// Every block, for reading.
    pub fn read_blocks(&self) -> Vec<RwLockReadGuard<'_, Block>> {
        self.blocks.iter().map(read).collect()
    }

    /// The losses of the batch that was differentiated: means over its rows.
    pub fn loss(&self) -> StepLoss {
        let n = read(&self.task).batch.n;
        let groups = self.groups[..Cut::of(n).groups()].iter();
        let sum = groups.fold(LossSum::default(), |sum, group| sum.plus(read(group).loss));
        let mean = |sum: f64| (sum / n as f64) as f32;
        StepLoss {
            own: mean(sum.own),
            cfm: mean(sum.cfm),
        }
    }

    /// The gradient of the batch that was differentiated, in the order of [`crate::model::MlpParams`].
    pub fn gradient(&self) -> Vec<f32> {
        let groups = self.groups[..Cut::of(read(&self.task).batch.n).groups()].iter();
        let parts = groups.map(|group| {
            let group = read(group);
            self.layout.join(|block| &group.gradient[block])
        });
        parts
            .reduce(|mut sum, part| {
                sum.iter_mut()
                    .zip(part)
                    .for_each(|(sum, part)| *sum += part);
                sum
            })
            .unwrap_or_default()
    }
}

/// First job: every group's gradient and loss.
pub struct Differentiate(pub Arc<Shared>);

impl Job for Differentiate {
    fn work(&self, member: usize) {
        let shared = &*self.0;
        let task = read(&shared.task);
        let blocks = shared.read_blocks();
        let weights: Vec<&[f32]> = blocks.iter().map(|block| &*block.state.weights).collect();
        let transposed: Vec<&[f32]> = blocks.iter().map(|block| &*block.transposed).collect();
        let weights = Weights {
            layout: &shared.layout,
            activation: shared.activation,
            blocks: &weights,
            transposed: &transposed,
        };
        let mut tape = lock(&shared.tapes[member]);
        let cut = Cut::of(task.batch.n);
        for index in shared.claim(member, cut.groups()) {
            let mut group = write(&shared.groups[index]);
            group.differentiate(weights, &task.batch, cut.tiles(index), &mut tape);
        }
    }
}

impl Group {
    fn differentiate(
        &mut self,
        weights: Weights<'_>,
        batch: &Batch,
        tiles: impl Iterator<Item = Range<usize>>,
        tape: &mut Tape,
    ) {
        if self.gradient.is_empty() {
            self.gradient = weights.layout.block_lens().map(Aligned::zeros).collect();
        }
        self.loss = LossSum::default();
        let n_in = weights.layout.widths().inputs();
        for (i, rows) in tiles.enumerate() {
            let inputs = &batch.inputs[rows.start * n_in..rows.end * n_in];
            tape.forward(weights, inputs, rows.len());
            let sum = residuals(batch, rows, &mut tape.outputs);
            self.loss = self.loss.plus(sum);
            let gradient = Gradient {
                blocks: &mut self.gradient,
                add: i > 0,
            };
            tape.backward(weights, inputs, gradient);
        }
    }
}

/// Turns outputs into the gradient of the loss with respect to them; returns the tile's sums of weighted squared
/// residuals.
fn residuals(batch: &Batch, rows: Range<usize>, outputs: &mut [[f32; OUTPUTS]]) -> LossSum {
    let scale = 2.0 / batch.n as f32;
    let rows_of = |targets| -> &[[f32; OUTPUTS]] { &points(targets)[rows.clone()] };
    let (targets, weights) = (rows_of(&batch.targets), &batch.weights[rows.clone()]);
    let cfm_weights = batch.cfm.weights.get(rows.clone()).unwrap_or(weights);
    let cfm_of_others = match batch.cfm.targets.is_empty() {
        true => None,
        false => Some(squares(outputs, rows_of(&batch.cfm.targets), cfm_weights)),
    };
    let mut sum = LossSum::default();
    let weights = weights.iter().zip(cfm_weights);
    for ((output, target), (weight, cfm_weight)) in outputs.iter_mut().zip(targets).zip(weights) {
        let residual = [output[0] - target[0], output[1] - target[1]];
        let square = residual[0] * residual[0] + residual[1] * residual[1];
        sum.own += f64::from(weight * square);
        sum.cfm += f64::from(cfm_weight * square);
        *output = residual.map(|r| scale * r);
    }
    sum.cfm = cfm_of_others.unwrap_or(sum.cfm);
    sum
}

/// The sum of the weighted squared distances between outputs and targets.
fn squares(outputs: &[[f32; OUTPUTS]], targets: &[[f32; OUTPUTS]], weights: &[f32]) -> f64 {
    let pairs = outputs.iter().zip(targets).zip(weights);
    let terms = pairs.map(|((output, target), weight)| {
        let residual = [output[0] - target[0], output[1] - target[1]];
        f64::from(weight * (residual[0] * residual[0] + residual[1] * residual[1]))
    });
    terms.sum()
}

fn points(numbers: &[f32]) -> &[[f32; OUTPUTS]] {
    numbers.as_chunks::<OUTPUTS>().0
}

/// Second job: adds the groups' gradients up and takes the step, block by block.
pub struct Update(pub Arc<Shared>);

impl Job for Update {
    fn work(&self, member: usize) {
        let shared = &*self.0;
        let task = read(&shared.task);
        let groups = &shared.groups[..Cut::of(task.batch.n).groups()];
        let groups: Vec<_> = groups.iter().map(read).collect();
        for index in shared.claim(member, shared.blocks.len()) {
            let mut gradients: [&[f32]; GROUPS] = [&[]; GROUPS];
            for (part, group) in gradients.iter_mut().zip(&groups) {
                *part = &group.gradient[index];
            }
            let mut block = write(&shared.blocks[index]);
            let state = &mut block.state;
            shared.arch.dispatch(Step {
                rule: task.rule,
                state: State {
                    weights: &mut state.weights,
                    moment_1: &mut state.moment_1,
                    moment_2: &mut state.moment_2,
                    average: &mut state.average,
                },
                gradients: &gradients[..groups.len()],
            });
            block.transpose(shared.arch, &shared.layout, index);
        }
    }
}

impl Block {
    /// Brings the transposed weights up to date; `index` is the block's own.
    pub fn transpose(&mut self, arch: Arch, layout: &Layout, index: usize) {
        let Some(panel) = layout.panels.get(index) else {
            return;
        };
        for below in layout.panels_below(panel.layer) {
            arch.dispatch(Transpose {
                from: &self.state.weights[below.column * panel.width..panel.weights()],
                width: panel.width,
                to: &mut self.transposed[below.transposed(panel.units)],
                row_len: below.width,
            });
        }
    }
}

/// A poisoned lock is one that a panicking member held; the team reports the panic.
pub fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

/// As [`read`].
pub fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_tile() {
        for n in [0, 1, 7, 31, 64, 255, 256, 1000, 65_536] {
            let cut = Cut::of(n);
            let rows: Vec<_> = (0..cut.groups())
                .flat_map(|group| cut.tiles(group))
                .flatten()
                .collect();
            assert_eq!(rows, (0..n).collect::<Vec<_>>());
        }
    }
}
