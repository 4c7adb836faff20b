//! The model without Burn: parameters, batches, scales and the fused engine.

#[path = "../../../src/model/batch.rs"]
mod batch;
#[path = "../../../src/model/embedding.rs"]
mod embedding;
#[path = "../../../src/model/engine.rs"]
mod engine;
#[path = "../../../src/model/fused/mod.rs"]
mod fused;
#[path = "../../../src/model/params.rs"]
mod params;
#[path = "../../../src/model/peak.rs"]
pub mod peak;
#[path = "../../../src/model/scaling.rs"]
mod scaling;

pub use batch::{Batch, BatchRule, make_batch};
pub use engine::{Engine, EngineError, EngineState, OptimizerMoments, StepLoss};
pub use fused::{Alone, FrozenField, FusedEngine, Job, Team, TeamError};
pub use params::{MlpParams, Widths};
pub use scaling::Scaling;
