//! The network's architecture, as data; the network itself is in `model`.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::flow::constant::{Constant, Control, Range};
use crate::flow::conversion::Quantity;
use crate::flow::vocabulary::{Entry, vocabulary};

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
    /// What the network predicts, from which the velocity is told by conversion. Files name it only where it is not the
    /// velocity.
    #[serde(skip_serializing_if = "Quantity::is_velocity")]
    pub parametrisation: Quantity,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            hidden: vec![64, 64, 64],
            activation: Activation::default(),
            time: TimeEmbedding::default(),
            parametrisation: Quantity::Velocity,
        }
    }
}

impl Model {
    /// How many hidden layers there may be.
    pub const LAYERS: RangeInclusive<usize> = 1..=8;
    /// How many units a hidden layer may have.
    pub const WIDTHS: RangeInclusive<usize> = 1..=1024;
}

/// The times of the CFM loss that is told of every parametrisation: at the ends it diverges for all but the velocity.
pub const CFM_TIMES: (f64, f64) = (0.01, 0.99);

vocabulary! {
    /// The nonlinearity of the hidden layers.
    ///
    /// Besides its row an activation is computed by three: the kernel that trains and draws
    /// (`model/fused/nonlinearity.rs`), Burn's oracle on tensors (`model/burn_mlp.rs`) and the definition in double
    /// precision that tests hold both to (`model/fused/tests/reference.rs`). They check each other and cannot be one.
    /// `docs/load_weights.py` has it once more in numpy.
    #[derive(Eq)]
    pub enum Activation, complete {
        Silu = Entry::plain("SiLU", "x / (1 + exp(−x))", ""),
        Selu = Entry::plain("SELU", "1.0507 x, or 1.0507 · 1.6733 (exp(x) − 1) below 0", ""),
        Gelu = Entry::plain("GELU", "x Φ(x), Φ the standard normal distribution function", ""),
        Elu = Entry::plain("ELU", "x, or exp(x) − 1 below 0", ""),
        Relu = Entry::plain("ReLU", "max(x, 0)", ""),
        Tanh = Entry::plain("tanh", "tanh x", ""),
    }
}

vocabulary! {
    /// How the time enters the network; `model/embedding.rs` computes it.
    #[derive(Eq)]
    pub enum TimeEmbedding, complete {
        Raw = Entry::plain("raw t", "One input", "t itself."),
        Fourier { frequencies: usize } = FOURIER,
    }
}

const FOURIER: Entry = Entry {
    name: "Fourier features",
    formula: "cos(π k t) and sin(π k t) for k = 1 to the number of frequencies.",
    hint: "",
    constants: &[Constant {
        name: "frequencies",
        symbol: "Frequencies",
        default: 8.0,
        range: Range::closed(1.0, 64.0),
        control: Control::Drag {
            step: 0.1,
            decimals: 0,
        },
        hint: "How many frequencies f: twice as many inputs.",
    }],
};
