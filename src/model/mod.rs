//! Floor 2: the network that learns a velocity field, and everything that knows Burn.
//!
//! [`BurnEngine`] trains the Burn MLP behind the small [`Engine`] interface. Outside an engine the
//! parameters are plain numbers ([`MlpParams`]), and [`FrozenField`] evaluates them in plain Rust: for
//! drawing, for metrics, and as an independent oracle for Burn. This floor refuses to know threads and egui.

mod activation;
mod batch;
mod burn_engine;
mod burn_mlp;
mod device;
mod embedding;
mod engine;
mod file;
mod frozen;
mod params;
mod scaling;
mod self_test;

pub use batch::{Batch, BatchRule, make_batch};
pub use burn_engine::BurnEngine;
pub use device::{DeviceChoice, DeviceError, DeviceInfo, OpenDevice};
pub use engine::{Engine, EngineError};
pub use file::{ModelFile, ModelFileError};
pub use frozen::FrozenField;
pub use params::{MlpParams, Widths};
pub use scaling::Scaling;
pub use self_test::{SelfTestError, self_test};

#[cfg(test)]
mod tests;
