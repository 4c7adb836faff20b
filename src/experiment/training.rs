//! How the network learns and how the result is measured, as data.

use serde::{Deserialize, Serialize};

use crate::flow::solver::MAX_STEPS;

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
            optimizer: Optimizer::Adam {
                lr: default_lr(),
                beta_1: default_beta_1(),
                beta_2: default_beta_2(),
                epsilon: default_epsilon(),
            },
            schedule: LearningRate::Constant,
            ema: 0.999,
        }
    }
}

/// The optimizer, with the constants of Kingma & Ba (1412.6980) as defaults.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Optimizer {
    /// Adam.
    Adam {
        /// Learning rate.
        #[serde(default = "default_lr")]
        lr: f64,
        /// Decay of the mean of the gradients.
        #[serde(default = "default_beta_1")]
        beta_1: f64,
        /// Decay of the mean of their squares.
        #[serde(default = "default_beta_2")]
        beta_2: f64,
        /// Added to the root of the mean square.
        #[serde(default = "default_epsilon")]
        epsilon: f64,
    },
    /// Adam with decoupled weight decay (Loshchilov & Hutter, 1711.05101).
    AdamW {
        /// Learning rate.
        #[serde(default = "default_lr")]
        lr: f64,
        /// Decay of the mean of the gradients.
        #[serde(default = "default_beta_1")]
        beta_1: f64,
        /// Decay of the mean of their squares.
        #[serde(default = "default_beta_2")]
        beta_2: f64,
        /// Added to the root of the mean square.
        #[serde(default = "default_epsilon")]
        epsilon: f64,
        /// Weight decay per step, times the learning rate.
        #[serde(default = "default_weight_decay")]
        weight_decay: f64,
    },
}

fn default_lr() -> f64 {
    1e-3
}

fn default_beta_1() -> f64 {
    0.9
}

fn default_beta_2() -> f64 {
    0.999
}

fn default_epsilon() -> f64 {
    1e-8
}

fn default_weight_decay() -> f64 {
    1e-5
}

/// The learning rate over the steps, as a factor of the optimizer's `lr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum LearningRate {
    /// The same at every step.
    Constant,
    /// A linear rise, then half a cosine down to 0 at the last step.
    Cosine {
        /// Steps of the linear rise.
        #[serde(default)]
        warmup: u64,
    },
}

/// Nodes of the longest solve.
pub(super) const EVERY_NODE: usize = MAX_STEPS + 1;

fn is_every_node(nodes: &usize) -> bool {
    *nodes == EVERY_NODE
}

/// How many points the metrics use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}

impl Default for Evaluation {
    fn default() -> Self {
        Self {
            samples: 2000,
            w2_samples: 2000,
            nodes: EVERY_NODE,
        }
    }
}
