//! What stands in for Burn where the program is built without the feature `gpu`: the same names, and no device that
//! could be opened.

use std::convert::Infallible;

use crate::experiment::{Model, Training};
use crate::flow::Point;
use crate::flow::solver::Steps;

use super::{DeviceError, Engine, EngineError, FrozenField, MlpParams};

/// A device that may be trained on: there is none.
#[derive(Clone)]
pub struct OpenDevice(Infallible);

/// The flow of a learned field on a device: there is none.
pub struct DeviceFlow(Infallible);

impl OpenDevice {
    /// No GPU.
    ///
    /// # Errors
    /// Always.
    pub fn gpu() -> Result<Self, DeviceError> {
        Err(DeviceError::NotBuilt)
    }

    /// No GPU.
    pub fn hardware_gpu() -> Option<Self> {
        None
    }

    /// Nothing was trusted.
    pub fn distrust_gpu(_reason: &str) {}

    /// The adapter's name.
    pub fn label(&self) -> &str {
        match self.0 {}
    }

    /// An engine on it.
    ///
    /// # Errors
    /// Never called.
    pub fn engine(
        &self,
        _model: &Model,
        _training: &Training,
        _params: &MlpParams,
    ) -> Result<Box<dyn Engine + Send>, EngineError> {
        match self.0 {}
    }

    /// The flow of the field on it.
    ///
    /// # Errors
    /// Never called.
    pub fn flow(&self, _field: &FrozenField) -> Result<DeviceFlow, EngineError> {
        match self.0 {}
    }
}

impl DeviceFlow {
    /// Carries particles.
    ///
    /// # Errors
    /// Never called.
    pub fn carry(
        &self,
        _x_0: &[Point],
        _steps: &Steps,
        _nodes: &[usize],
    ) -> Result<Vec<[f32; 2]>, EngineError> {
        match self.0 {}
    }

    /// Compares particles with the processor's.
    ///
    /// # Errors
    /// Never called.
    pub fn check(
        &self,
        _x_0: &[Point],
        _steps: &Steps,
        _ends: &[[f32; 2]],
    ) -> Result<(), EngineError> {
        match self.0 {}
    }
}
