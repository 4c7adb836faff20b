//! Where every weight stands in the engine: layers cut into panels, padded to whole vectors.
//!
//! A hidden layer's panel holds some of its units: `W[.., units]` as `[n_in, width]`, then their biases
//! `[width]`. The output layer has too few units for vectors, so it is one panel and stands transposed: for
//! every panel of the layer before it `W^T` as `[2, width]`, then the biases in one vector. What is padding is
//! 0 and stays 0. This file knows sizes, and the way to and from the order of
//! [`MlpParams`](crate::model::MlpParams), but no arithmetic.

use std::ops::Range;

use crate::model::Widths;

use super::aligned::Aligned;
use super::kernel::SimdWidths;

/// Units of the output.
pub const OUTPUTS: usize = 2;

/// The whole network cut into panels.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The hidden layers, first to last.
    pub hidden: Vec<Layer>,
    /// The hidden layers' panels, layer by layer.
    pub panels: Vec<Panel>,
    /// Numbers of the output layer.
    pub output_len: usize,
    simd: SimdWidths,
    widths: Widths,
}

/// One hidden layer.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Inputs of the layer.
    pub n_in: usize,
    /// Units, padded to whole vectors.
    pub padded: usize,
    /// Distance of two rows of its activations. A row of several panels gets a vector more than it needs:
    /// rows a power of two apart would fall on the same lines of the cache.
    pub stride: usize,
    /// Its panels, as indices into [`Layout::panels`].
    pub panels: Range<usize>,
}

/// Some units of one hidden layer.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Index of the layer.
    pub layer: usize,
    /// The first unit.
    pub column: usize,
    /// Units, without padding.
    pub units: usize,
    /// Units, with padding.
    pub width: usize,
    /// Inputs of the layer.
    pub n_in: usize,
}

impl Panel {
    /// Numbers of the weights, where the biases start.
    pub fn weights(&self) -> usize {
        self.n_in * self.width
    }

    /// Numbers of weights and biases.
    pub fn len(&self) -> usize {
        self.weights() + self.width
    }

    /// Where the weights that lead to `next_units` units of another layer stand in that layer's transposed
    /// weights: panel after panel, `[next_units, width]`.
    pub fn transposed(&self, next_units: usize) -> Range<usize> {
        next_units * self.column..next_units * (self.column + self.width)
    }
}

impl Layout {
    /// The layout for a machine's vectors; `None` without a hidden layer.
    pub fn new(widths: &Widths, simd: SimdWidths) -> Option<Self> {
        let layers: Vec<_> = widths.layers().collect();
        let (_, hidden_layers) = layers.split_last()?;
        let (mut hidden, mut panels) = (Vec::new(), Vec::new());
        for (layer, &(n_in, n_out)) in hidden_layers.iter().enumerate() {
            let first = panels.len();
            panels.extend((0..n_out).step_by(simd.panel).map(|column| {
                let units = simd.panel.min(n_out - column);
                let width = units.next_multiple_of(simd.vector);
                Panel {
                    layer,
                    column,
                    units,
                    width,
                    n_in,
                }
            }));
            let padded = n_out.next_multiple_of(simd.vector);
            let skew = if padded > simd.panel { simd.vector } else { 0 };
            let stride = padded + skew;
            hidden.push(Layer {
                n_in,
                padded,
                stride,
                panels: first..panels.len(),
            });
        }
        let output_len = OUTPUTS * hidden.last()?.padded + simd.vector.max(OUTPUTS);
        let widths = widths.clone();
        Some(Self {
            hidden,
            panels,
            output_len,
            simd,
            widths,
        })
    }

    /// The widths that were cut.
    pub fn widths(&self) -> &Widths {
        &self.widths
    }

    /// The units in a vector of this machine.
    pub fn simd(&self) -> SimdWidths {
        self.simd
    }

    /// The panels of a hidden layer.
    pub fn panels_of(&self, layer: &Layer) -> &[Panel] {
        &self.panels[layer.panels.clone()]
    }

    /// The panels of the layer below a hidden one; none below the first.
    pub fn panels_below(&self, layer: usize) -> &[Panel] {
        layer
            .checked_sub(1)
            .map_or(&[], |below| self.panels_of(&self.hidden[below]))
    }

    /// How many numbers each block has: one block per panel, then the output layer.
    pub fn block_lens(&self) -> impl Iterator<Item = usize> {
        self.panels.iter().map(Panel::len).chain([self.output_len])
    }

    /// Numbers of a panel's weights once more, transposed, for the way back; the first layer needs none.
    pub fn transposed_len(&self, panel: &Panel) -> usize {
        let below = self.panels_below(panel.layer);
        below
            .iter()
            .map(|below| below.transposed(panel.units).len())
            .sum()
    }

    /// Cuts numbers in the order of [`MlpParams`](crate::model::MlpParams) into blocks, see [`Self::block_lens`].
    pub fn cut(&self, values: &[f32]) -> Vec<Aligned> {
        let mut blocks: Vec<_> = self.block_lens().map(Aligned::zeros).collect();
        for (value, (block, at)) in values.iter().zip(self.places()) {
            blocks[block][at] = *value;
        }
        blocks
    }

    /// Puts blocks back into the order of [`MlpParams`](crate::model::MlpParams).
    pub fn join<'a>(&self, block: impl Fn(usize) -> &'a [f32]) -> Vec<f32> {
        let mut values = Vec::with_capacity(self.widths.n_params());
        for layer in &self.hidden {
            // Row n_in is the bias.
            for row in 0..=layer.n_in {
                for index in layer.panels.clone() {
                    let panel = &self.panels[index];
                    let start = row * panel.width;
                    values.extend_from_slice(&block(index)[start..start + panel.units]);
                }
            }
        }
        let output = block(self.panels.len());
        values.extend(self.output_places().map(|at| output[at]));
        values
    }

    /// Where each parameter stands, as (block, index), in the order of [`MlpParams`](crate::model::MlpParams).
    fn places(&self) -> impl Iterator<Item = (usize, usize)> {
        let hidden = self.hidden.iter().flat_map(move |layer| {
            // Row n_in is the bias.
            (0..=layer.n_in).flat_map(move |row| {
                layer.panels.clone().flat_map(move |index| {
                    let panel = &self.panels[index];
                    (0..panel.units).map(move |unit| (index, row * panel.width + unit))
                })
            })
        });
        hidden.chain(self.output_places().map(|at| (self.panels.len(), at)))
    }

    fn output_places(&self) -> impl Iterator<Item = usize> {
        let last = self
            .hidden
            .last()
            .map_or(&[][..], |layer| self.panels_of(layer));
        let weights = last.iter().flat_map(|panel| {
            let start = panel.transposed(OUTPUTS).start;
            (0..panel.units).flat_map(move |unit| {
                (0..OUTPUTS).map(move |output| start + output * panel.width + unit)
            })
        });
        let biases = last
            .iter()
            .map(|panel| panel.transposed(OUTPUTS).end)
            .max()
            .unwrap_or(0);
        weights.chain((0..OUTPUTS).map(move |output| biases + output))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Model, TimeEmbedding};
    use crate::flow::rng::{Stream, stream};
    use crate::model::MlpParams;

    #[test]
    fn cutting_and_joining_gives_the_parameters_back() {
        let simd = SimdWidths {
            vector: 4,
            panel: 8,
        };
        for hidden in [vec![1], vec![8, 9], vec![3, 25, 16]] {
            let time = TimeEmbedding::Fourier { frequencies: 2 };
            let widths = Widths::of(&Model {
                hidden,
                time,
                ..Model::default()
            });
            let params = MlpParams::init(widths.clone(), &mut stream(0, Stream::Weights, 0));
            let layout = Layout::new(&widths, simd).unwrap();
            let blocks = layout.cut(params.values());
            assert_eq!(layout.join(|i| &blocks[i]), params.values());
            let filled: f32 = blocks.iter().flat_map(|b| b.iter()).map(|v| v.abs()).sum();
            let given: f32 = params.values().iter().map(|v| v.abs()).sum();
            approx::assert_relative_eq!(filled, given, max_relative = 1e-4);
        }
    }
}
