//! The parameters of the network as plain numbers with a layout.

use rand::{Rng, RngExt};

use crate::experiment::Model;

use super::embedding;

/// Coordinates of a point and of a velocity.
const PLANE: usize = 2;

/// The widths of all layers, input and output included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Widths(Vec<usize>);

impl Widths {
    /// `[2 + time features, hidden.., 2]`.
    pub fn of(model: &Model) -> Self {
        let mut widths = vec![PLANE + embedding::width(model.time)];
        widths.extend(&model.hidden);
        widths.push(PLANE);
        Self(widths)
    }

    /// `(inputs, outputs)` of each linear layer, first to last.
    pub fn layers(&self) -> impl DoubleEndedIterator<Item = (usize, usize)> + '_ {
        self.0.windows(2).map(|pair| (pair[0], pair[1]))
    }

    /// The widest layer.
    pub fn widest(&self) -> usize {
        self.0.iter().copied().max().unwrap_or(PLANE)
    }

    /// Number of inputs of the network.
    pub fn inputs(&self) -> usize {
        self.0.first().copied().unwrap_or(PLANE)
    }

    /// Number of weights and biases.
    pub fn n_params(&self) -> usize {
        self.layers().map(|(n_in, n_out)| (n_in + 1) * n_out).sum()
    }
}

/// One linear layer's parameters: `y = x W + b`.
#[derive(Clone, Copy)]
pub struct LayerParams<'a> {
    /// Inputs.
    pub n_in: usize,
    /// Outputs.
    pub n_out: usize,
    /// `W`, shape `[n_in, n_out]`, row-major.
    pub weight: &'a [f32],
    /// `b`, shape `[n_out]`.
    pub bias: &'a [f32],
}

/// All weights and biases of the network in one vector: layer by layer, weight then bias.
#[derive(Clone, Debug, PartialEq)]
pub struct MlpParams {
    widths: Widths,
    values: Vec<f32>,
}

impl MlpParams {
    /// Wraps values that are laid out as described above; `None` if their number is wrong.
    pub fn new(widths: Widths, values: Vec<f32>) -> Option<Self> {
        (values.len() == widths.n_params()).then_some(Self { widths, values })
    }

    /// Fresh weights: uniform in `(-k, k)` with `k = 1 / sqrt(inputs)`, the default of Burn's and of
    /// PyTorch's linear layers.
    pub fn init(widths: Widths, rng: &mut impl Rng) -> Self {
        let mut values = Vec::with_capacity(widths.n_params());
        for (n_in, n_out) in widths.layers() {
            let k = 1.0 / (n_in as f32).sqrt();
            values.extend((0..(n_in + 1) * n_out).map(|_| k * (2.0 * rng.random::<f32>() - 1.0)));
        }
        Self { widths, values }
    }

    /// The layout.
    pub fn widths(&self) -> &Widths {
        &self.widths
    }

    /// The numbers, in layout order.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Each layer, first to last.
    pub fn layers(&self) -> impl Iterator<Item = LayerParams<'_>> {
        let mut rest = self.values.as_slice();
        self.widths.layers().map(move |(n_in, n_out)| {
            let (weight, after) = rest.split_at(n_in * n_out);
            let (bias, after) = after.split_at(n_out);
            rest = after;
            LayerParams {
                n_in,
                n_out,
                weight,
                bias,
            }
        })
    }

    /// Whether every number is finite.
    pub fn is_finite(&self) -> bool {
        self.values.iter().all(|v| v.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::rng::{Stream, stream};

    #[test]
    fn layers_cover_the_values_once() {
        let widths = Widths::of(&Model::default());
        let params = MlpParams::init(widths.clone(), &mut stream(0, Stream::Weights, 0));
        let covered: usize = params
            .layers()
            .map(|layer| layer.weight.len() + layer.bias.len())
            .sum();
        assert_eq!(covered, params.values().len());
        assert_eq!(
            widths.n_params(),
            3 * 64 + 64 + 2 * (64 * 64 + 64) + 64 * 2 + 2
        );
        assert!(MlpParams::new(widths, vec![0.0; 7]).is_none());
    }

    #[test]
    fn fresh_weights_have_the_stated_range_and_spread() {
        let widths = Widths::of(&Model::default());
        let params = MlpParams::init(widths, &mut stream(1, Stream::Weights, 0));
        let hidden = params.layers().nth(1).map(|layer| layer.weight.to_vec());
        let hidden = hidden.unwrap_or_default();
        let k = 1.0 / 8.0;
        assert!(hidden.iter().all(|w| w.abs() <= k));
        let variance = hidden.iter().map(|w| w * w).sum::<f32>() / hidden.len() as f32;
        approx::assert_relative_eq!(variance, k * k / 3.0, max_relative = 0.05);
    }
}
