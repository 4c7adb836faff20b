//! The network's architecture, as data; the network itself lives a floor higher.

use serde::{Deserialize, Serialize};

/// A multilayer perceptron `(x, t) -> v`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Model {
    /// Widths of the hidden layers: 1 to 8 layers of 1 to 1024 units.
    pub hidden: Vec<usize>,
    /// The nonlinearity after every hidden layer.
    pub activation: Activation,
    /// How the time enters the first layer.
    pub time: TimeEmbedding,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            hidden: vec![64, 64, 64],
            activation: Activation::Silu,
            time: TimeEmbedding::Raw,
        }
    }
}

/// The nonlinearity of the hidden layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Activation {
    /// `x / (1 + exp(-x))`, also called swish.
    Silu,
    /// The self-normalising exponential linear unit.
    Selu,
    /// `x Phi(x)` with the standard normal distribution function.
    Gelu,
    /// The exponential linear unit, `x` or `exp(x) - 1`.
    Elu,
    /// `max(x, 0)`.
    Relu,
    /// The hyperbolic tangent.
    Tanh,
}

impl Activation {
    /// Every activation, in the order in which they are offered.
    pub const ALL: [Self; 6] = [
        Self::Silu,
        Self::Selu,
        Self::Gelu,
        Self::Elu,
        Self::Relu,
        Self::Tanh,
    ];
}

/// How the time enters the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum TimeEmbedding {
    /// One input: t itself.
    Raw,
    /// Sines and cosines of t: `2 frequencies` inputs.
    Fourier {
        /// How many frequencies, 1 to 64.
        frequencies: usize,
    },
}
