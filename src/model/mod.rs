//! Floor 2: the network that learns a velocity field, and everything that knows Burn.
//!
//! The Burn MLP defines the model. Two engines train it behind the small [`Engine`] interface: [`FusedEngine`] on the
//! CPU, in kernels of this crate, and `BurnEngine` on a GPU. Outside an engine the parameters are plain numbers
//! ([`MlpParams`]), and [`FrozenField`] evaluates them with the fused kernels, for drawing and for metrics. This floor
//! refuses to know threads and egui.
//!
//! Without the feature `gpu` there is no Burn: `no_gpu.rs` has the names of `gpu.rs`, and no device.

mod batch;
#[cfg(feature = "gpu")]
mod burn_adam;
#[cfg(feature = "gpu")]
mod burn_engine;
#[cfg(feature = "gpu")]
mod burn_mlp;
mod checkpoints;
mod device;
mod device_error;
#[cfg(feature = "gpu")]
mod device_flow;
mod embedding;
mod engine;
mod file;
mod fused;
#[cfg(feature = "gpu")]
mod gpu;
#[cfg(not(feature = "gpu"))]
#[path = "no_gpu.rs"]
mod gpu;
mod params;
pub mod peak;
mod scaling;
#[cfg(feature = "gpu")]
mod self_test;
mod teacher;
mod training_state;

pub use batch::{Batch, BatchRule, CfmRows, Regression, batch_of, make_batch, regressions};
#[cfg(feature = "gpu")]
pub use burn_engine::BurnEngine;
pub use checkpoints::{Checkpoint, Checkpoints, CheckpointsError};
pub use device::{DeviceChoice, DeviceInfo};
pub use device_error::DeviceError;
pub use engine::{Engine, EngineError, EngineState, OptimizerMoments, StepLoss};
pub use file::{ModelFile, ModelFileError};
pub use fused::{Alone, FrozenField, FusedEngine, Job, Team, TeamError};
pub use gpu::{DeviceFlow, OpenDevice};
pub use params::{MlpParams, Widths};
pub use scaling::Scaling;
#[cfg(feature = "gpu")]
pub use self_test::{SelfTestError, self_test};
pub use teacher::NetworkTeacher;
pub use training_state::{Plan, TrainingState, TrainingStateError};

#[cfg(test)]
#[cfg(feature = "gpu")]
mod tests;
