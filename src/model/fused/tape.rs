//! One tile of rows through the network, forward and backward.
//!
//! The tape keeps what the way back needs: every layer's activations, and their derivatives, which the way
//! back turns into the gradients with respect to the layer's sums. A tile is small enough for the cache and
//! large enough that a weight is loaded once for many rows. This file refuses to know batches and threads.

use pulp::Arch;

use crate::experiment::Activation;

use super::aligned::Aligned;
use super::kernel::{ColumnProduct, Form, Outputs, RowProduct};
use super::layout::{Layout, OUTPUTS};
use super::nonlinearity::Activate;

/// Most rows of a tile.
pub const TILE: usize = 64;

/// The weights that a tile goes through.
#[derive(Clone, Copy)]
pub struct Weights<'a> {
    /// How they are cut.
    pub layout: &'a Layout,
    /// After every hidden layer.
    pub activation: Activation,
    /// Blocks of the layout.
    pub blocks: &'a [&'a [f32]],
    /// The hidden panels' weights once more, transposed; empty for the first layer's.
    pub transposed: &'a [&'a [f32]],
}

/// Where a tile's gradient goes.
pub struct Gradient<'a> {
    /// Blocks of the layout.
    pub blocks: &'a mut [Aligned],
    /// Whether to add to what stands there.
    pub add: bool,
}

/// Memory for one tile of one network.
pub struct Tape {
    arch: Arch,
    records: Vec<Record>,
    /// The network's outputs, `[rows, 2]`; on the way back the gradient with respect to them.
    pub outputs: Vec<[f32; OUTPUTS]>,
    ones: Vec<f32>,
}

/// What one hidden layer leaves on the tape, both `[rows, stride]`.
struct Record {
    values: Aligned,
    slopes: Aligned,
}

impl Tape {
    /// Memory for [`TILE`] rows.
    pub fn new(arch: Arch, layout: &Layout) -> Self {
        let records = layout.hidden.iter().map(|layer| Record {
            values: Aligned::zeros(TILE * layer.stride),
            slopes: Aligned::zeros(TILE * layer.stride),
        });
        Self {
            arch,
            records: records.collect(),
            outputs: Vec::with_capacity(TILE),
            ones: vec![1.0; TILE],
        }
    }

    /// Inputs `[rows, n_in]` to [`Self::outputs`].
    pub fn forward(&mut self, weights: Weights<'_>, inputs: &[f32], rows: usize) {
        let layout = weights.layout;
        for (index, layer) in layout.hidden.iter().enumerate() {
            let (below, here) = self.records.split_at_mut(index);
            let Some(record) = here.first_mut() else {
                return;
            };
            let (a, a_stride) = input_of(layout, below, inputs);
            let panels = layout
                .panels_of(layer)
                .iter()
                .zip(&weights.blocks[layer.panels.clone()]);
            for (panel, block) in panels {
                let (w, bias) = block.split_at(panel.weights());
                self.arch.dispatch(RowProduct {
                    a,
                    a_stride,
                    pieces: |_| w,
                    n_pieces: 1,
                    form: Form::Biased(bias),
                    c: &mut record.values[panel.column..],
                    c_stride: layer.stride,
                    rows,
                    width: panel.width,
                });
            }
            self.arch.dispatch(Activate {
                activation: weights.activation,
                z: &mut record.values[..rows * layer.stride],
                slope: &mut record.slopes[..rows * layer.stride],
            });
        }
        self.read_out(weights, rows);
    }

    fn read_out(&mut self, weights: Weights<'_>, rows: usize) {
        let layout = weights.layout;
        self.outputs.resize(rows, [0.0; OUTPUTS]);
        let (Some(layer), Some(record), Some(block)) = (
            layout.hidden.last(),
            self.records.last(),
            weights.blocks.last(),
        ) else {
            return;
        };
        let (w, bias) = block.split_at(OUTPUTS * layer.padded);
        self.arch.dispatch(Outputs {
            a: &record.values,
            a_stride: layer.stride,
            weights: w,
            panel: layout.simd().panel,
            bias: [bias[0], bias[1]],
            out: &mut self.outputs,
        });
    }

    /// From the gradient with respect to [`Self::outputs`], which the caller has put there, to that with
    /// respect to the weights. Uses up what [`Self::forward`] has left for these inputs.
    pub fn backward(&mut self, weights: Weights<'_>, inputs: &[f32], mut gradient: Gradient<'_>) {
        self.output_backward(weights, &mut gradient);
        for index in (0..weights.layout.hidden.len()).rev() {
            self.hidden_backward(index, weights, inputs, &mut gradient);
        }
    }

    fn output_backward(&mut self, weights: Weights<'_>, gradient: &mut Gradient<'_>) {
        let (Some(layer), Some(record), Some(block), Some(d_block)) = (
            weights.layout.hidden.last(),
            self.records.last_mut(),
            weights.blocks.last(),
            gradient.blocks.last_mut(),
        ) else {
            return;
        };
        let (rows, deltas) = (self.outputs.len(), self.outputs.as_flattened());
        for panel in weights.layout.panels_of(layer) {
            let place = panel.transposed(OUTPUTS);
            self.arch.dispatch(ColumnProduct {
                a: deltas,
                a_stride: OUTPUTS,
                b: &record.values,
                b_stride: layer.stride,
                column: panel.column,
                rows,
                c: &mut d_block[place.clone()],
                width: panel.width,
                add: gradient.add,
            });
            self.arch.dispatch(RowProduct {
                a: deltas,
                a_stride: OUTPUTS,
                pieces: |_| &block[place.clone()],
                n_pieces: 1,
                form: Form::Scaling,
                c: &mut record.slopes[panel.column..],
                c_stride: layer.stride,
                rows,
                width: panel.width,
            });
        }
        let d_bias = &mut d_block[OUTPUTS * layer.padded..];
        for (output, d_bias) in d_bias.iter_mut().enumerate().take(OUTPUTS) {
            let sum: f32 = self.outputs.iter().map(|delta| delta[output]).sum();
            *d_bias = if gradient.add { *d_bias + sum } else { sum };
        }
    }

    /// The gradient of one hidden layer's weights, and the way on to the layer below.
    fn hidden_backward(
        &mut self,
        index: usize,
        weights: Weights<'_>,
        inputs: &[f32],
        gradient: &mut Gradient<'_>,
    ) {
        let (layout, rows) = (weights.layout, self.outputs.len());
        let layer = &layout.hidden[index];
        let (below, here) = self.records.split_at_mut(index);
        let deltas = &here[0].slopes;
        let (a, a_stride) = input_of(layout, below, inputs);
        let panels = layout.panels_of(layer);
        let blocks = &mut gradient.blocks[layer.panels.clone()];
        for (panel, block) in panels.iter().zip(blocks) {
            let (d_w, d_bias) = block.split_at_mut(panel.weights());
            for (a, a_stride, c) in [(a, a_stride, d_w), (self.ones.as_slice(), 1, d_bias)] {
                self.arch.dispatch(ColumnProduct {
                    a,
                    a_stride,
                    b: deltas,
                    b_stride: layer.stride,
                    column: panel.column,
                    rows,
                    c,
                    width: panel.width,
                    add: gradient.add,
                });
            }
        }
        let Some(record) = below.last_mut() else {
            return;
        };
        let transposed = &weights.transposed[layer.panels.clone()];
        for panel in layout.panels_below(index) {
            let piece = |i: usize| &transposed[i][panel.transposed(panels[i].units)];
            let c_stride = layout.hidden[index - 1].stride;
            self.arch.dispatch(RowProduct {
                a: deltas,
                a_stride: layer.stride,
                pieces: piece,
                n_pieces: panels.len(),
                form: Form::Scaling,
                c: &mut record.slopes[panel.column..],
                c_stride,
                rows,
                width: panel.width,
            });
        }
    }
}

/// What a hidden layer reads and the distance of its rows: the activations below, or the network's inputs.
fn input_of<'a>(layout: &Layout, below: &'a [Record], inputs: &'a [f32]) -> (&'a [f32], usize) {
    match (below.last(), below.len().checked_sub(1)) {
        (Some(record), Some(index)) => (&record.values, layout.hidden[index].stride),
        _ => (inputs, layout.widths().inputs()),
    }
}
