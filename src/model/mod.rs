//! Floor 2: the network that learns a velocity field, and everything that knows Burn.
//!
//! The Burn MLP defines the model. Two engines train it behind the small [`Engine`] interface: [`FusedEngine`] on the
//! CPU, in kernels of this crate, and [`BurnEngine`] on any device of Burn's. Outside an engine the parameters are
//! plain numbers ([`MlpParams`]), and [`FrozenField`] evaluates them with the fused kernels, for drawing and for
//! metrics. This floor refuses to know threads and egui.

mod batch;
mod burn_adam;
mod burn_engine;
mod burn_mlp;
mod device;
mod device_flow;
mod embedding;
mod engine;
mod file;
mod fused;
mod params;
pub mod peak;
mod scaling;
mod self_test;
mod training_state;

pub use batch::{Batch, BatchRule, make_batch};
pub use burn_engine::BurnEngine;
pub use device::{DeviceChoice, DeviceError, DeviceInfo, OpenDevice};
pub use device_flow::DeviceFlow;
pub use engine::{Engine, EngineError, EngineState, Moments};
pub use file::{ModelFile, ModelFileError};
pub use fused::{Alone, FrozenField, FusedEngine, Job, Team, TeamError};
pub use params::{MlpParams, Widths};
pub use scaling::Scaling;
pub use self_test::{SelfTestError, self_test};
pub use training_state::{Plan, TrainingState, TrainingStateError};

#[cfg(test)]
mod tests;
