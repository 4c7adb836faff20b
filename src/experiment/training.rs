//! How the network learns and how the result is measured, as data.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::flow::constant::{Constant, Control, Range};
use crate::flow::likelihood::Divergence;
use crate::flow::solver::{MAX_STEPS, TOLERANCE};
use crate::flow::vocabulary::{Entry, vocabulary};

/// The training loop's settings; all of them may change while it runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    /// Optimizer steps, 0 to 10^8.
    pub steps: u64,
    /// Pairs per step, 1 to 65536.
    pub batch: usize,
    /// The optimizer and its constants.
    pub optimizer: Optimizer,
    /// The learning rate over the steps, as a factor of the optimizer's.
    pub schedule: LearningRate,
    /// Decay per step of the averaged weights that are displayed, 0 (none) to below 1.
    pub ema: f64,
}

impl Default for Training {
    fn default() -> Self {
        Self {
            steps: 20_000,
            batch: 256,
            optimizer: Optimizer::default(),
            schedule: LearningRate::default(),
            ema: 0.999,
        }
    }
}

impl Training {
    /// How many steps there may be.
    pub const STEPS: RangeInclusive<u64> = 0..=100_000_000;
    /// How many pairs a step may take.
    pub const BATCHES: RangeInclusive<usize> = 1..=65_536;
    /// How much of an average a step may leave.
    pub const DECAYS: RangeInclusive<f64> = 0.0..=MAX_DECAY;
}

/// The largest decay: an average over a million steps.
const MAX_DECAY: f64 = 0.999_999;

vocabulary! {
    /// The optimizer, with the constants of Kingma & Ba (1412.6980) as defaults.
    pub enum Optimizer, defaults {
        Adam { lr: f64, beta_1: f64, beta_2: f64, epsilon: f64 } = ADAM,
        AdamW { lr: f64, beta_1: f64, beta_2: f64, epsilon: f64, weight_decay: f64 } = ADAM_W,
    }
}

/// Adam.
const ADAM: Entry = Entry {
    name: "Adam",
    formula: "θ ← θ − lr m / (√v + ε)",
    hint: "Kingma & Ba, 1412.6980.",
    constants: &[LR, BETA_1, BETA_2, EPSILON],
};

/// Adam with decoupled weight decay (Loshchilov & Hutter, 1711.05101).
const ADAM_W: Entry = Entry {
    name: "AdamW",
    formula: "Adam, and θ ← (1 − lr λ) θ",
    hint: "Loshchilov & Hutter, 1711.05101.",
    constants: &[LR, BETA_1, BETA_2, EPSILON, WEIGHT_DECAY],
};

const LR: Constant = Constant {
    name: "lr",
    symbol: "Rate",
    default: 1e-3,
    range: Range::closed(0.0, 1e6),
    control: Control::Magnitude,
    hint: "Learning rate lr: the size of a step, times the schedule's factor.",
};

const BETA_1: Constant = Constant {
    name: "beta_1",
    symbol: "β₁",
    default: 0.9,
    range: Range::closed(0.0, MAX_DECAY),
    control: Control::DECAY,
    hint: "Decay of the mean of the gradients: m ← β₁ m + (1 − β₁) g.",
};

const BETA_2: Constant = Constant {
    name: "beta_2",
    symbol: "β₂",
    default: 0.999,
    hint: "Decay of the mean of their squares: v ← β₂ v + (1 − β₂) g².",
    ..BETA_1
};

const EPSILON: Constant = Constant {
    name: "epsilon",
    symbol: "ε",
    default: 1e-8,
    range: Range::closed(1e-16, 1.0),
    control: Control::File,
    hint: "Added to the root of the mean square.",
};

const WEIGHT_DECAY: Constant = Constant {
    name: "weight_decay",
    symbol: "Decay λ",
    default: 1e-5,
    range: Range::closed(0.0, 10.0),
    control: Control::Magnitude,
    hint: "Weight decay λ: θ ← (1 − lr λ) θ before every step.",
};

vocabulary! {
    /// The learning rate over the steps, as a factor of the optimizer's `lr`; `session/schedule.rs` computes it.
    #[derive(Eq)]
    pub enum LearningRate, complete {
        Constant = Entry::plain("constant", "The same lr at every step.", ""),
        Cosine { #[serde(default)] warmup: u64 } = COSINE,
    }
}

const COSINE: Entry = Entry {
    name: "cosine",
    formula: "A linear rise, then (1 + cos(π n / N)) / 2, down to 0 at the last step.",
    hint: "",
    constants: &[Constant {
        name: "warmup",
        symbol: "Warm-up",
        default: 500.0,
        range: Range::closed(0.0, *Training::STEPS.end() as f64),
        control: Control::Drag {
            step: 10.0,
            decimals: 0,
        },
        hint: "Steps of the linear rise.",
    }],
};

/// Nodes of the longest solve.
pub(super) const EVERY_NODE: usize = MAX_STEPS + 1;

fn is_every_node(nodes: &usize) -> bool {
    *nodes == EVERY_NODE
}

/// How many points the metrics use.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Evaluation {
    /// Trajectories that are solved, measured and written: 2 to 100,000.
    pub samples: usize,
    /// Points of the exact W2: 2 to 4,000; not more than `samples` are used.
    pub w2_samples: usize,
    /// Most nodes of each trajectory that are written to `trajectories.csv`, evenly chosen, both ends among them: 2 to
    /// 10,001, which is all that a solver can have. Files name it only where it is less.
    #[serde(skip_serializing_if = "is_every_node")]
    pub nodes: usize,
    /// The end-point error that a method may make when the fewest of its evaluations are looked for: root mean square,
    /// as a share of the target's spread, see [`Self::ERRORS`]. Files name it only where it is not 0.01.
    #[serde(skip_serializing_if = "is_usual_error")]
    pub error: f64,
    /// The tolerance at which Dormand-Prince 5(4) is compared with the other methods, whichever solver is chosen. Files
    /// name it only where it is not 1e-5.
    #[serde(skip_serializing_if = "is_usual_tolerance")]
    pub tolerance: f64,
    /// Held-out target points whose likelihood is measured, see [`Self::LIKELIHOODS`]; not more than ten times `samples` are
    /// used. Files name it only where it is not 20,000.
    #[serde(skip_serializing_if = "is_usual_likelihood")]
    pub likelihood_samples: usize,
    /// How the divergence is found that a likelihood is made of. Files name it only where it is not exact.
    #[serde(skip_serializing_if = "is_exact")]
    pub divergence: Divergence,
}

impl Evaluation {
    /// How large an error may be asked for: the reference solution is not good enough for less.
    pub const ERRORS: RangeInclusive<f64> = 0.001..=1.0;
    /// How many points may have their likelihood measured.
    pub const LIKELIHOODS: RangeInclusive<usize> = 2..=100_000;

    /// Points whose likelihood is measured: a quick evaluation of a few trajectories is one in this, too.
    pub fn likelihoods(&self) -> usize {
        self.likelihood_samples.min(10 * self.samples)
    }
}

/// The error that is asked for if nothing else is said.
const ERROR: f64 = 0.01;

fn is_usual_error(error: &f64) -> bool {
    *error == ERROR
}

/// Points whose likelihood is measured if nothing else is said.
const LIKELIHOOD_SAMPLES: usize = 20_000;

fn is_usual_likelihood(samples: &usize) -> bool {
    *samples == LIKELIHOOD_SAMPLES
}

fn is_exact(divergence: &Divergence) -> bool {
    *divergence == Divergence::Exact
}

fn is_usual_tolerance(tolerance: &f64) -> bool {
    *tolerance == TOLERANCE.default
}

impl Default for Evaluation {
    fn default() -> Self {
        Self {
            samples: 2000,
            w2_samples: 2000,
            nodes: EVERY_NODE,
            error: ERROR,
            tolerance: TOLERANCE.default,
            likelihood_samples: LIKELIHOOD_SAMPLES,
            divergence: Divergence::default(),
        }
    }
}
