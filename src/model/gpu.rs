//! The GPU through burn-wgpu, once it has proved that it computes what the CPU computes.

use std::sync::{Mutex, PoisonError};

use burn::tensor::Device;
use burn::tensor::wgpu::wgpu::DeviceType;

use crate::experiment::{Model, Training};

use super::burn_engine::ignore_configuration_files;
pub use super::device_flow::DeviceFlow;
use super::{
    Alone, BurnEngine, DeviceError, Engine, EngineError, FrozenField, FusedEngine, MlpParams,
    SelfTestError, self_test,
};

/// A device that may be trained on.
#[derive(Clone)]
pub struct OpenDevice {
    device: Device,
    label: String,
    is_software: bool,
}

impl OpenDevice {
    /// The GPU, once it has passed the self-test (up to ten seconds on an H100, whose driver compiles the kernels; once
    /// per process).
    ///
    /// # Errors
    /// If there is none, or it computes wrongly.
    pub fn gpu() -> Result<Self, DeviceError> {
        let mut gpu = GPU.lock().unwrap_or_else(PoisonError::into_inner);
        gpu.tested().cloned()
    }

    /// The same, but only if it is real: a software adapter, which computes on the processor, is not even
    /// tested.
    pub fn hardware_gpu() -> Option<Self> {
        let mut gpu = GPU.lock().unwrap_or_else(PoisonError::into_inner);
        let is_real = gpu.opened().is_ok_and(|gpu| !gpu.is_software);
        is_real.then(|| gpu.tested().ok().cloned()).flatten()
    }

    /// Keeps the GPU from being chosen again: it was lost, for the given reason.
    pub fn distrust_gpu(reason: &str) {
        let mut gpu = GPU.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(lost) = gpu.opened().cloned() {
            gpu.tested = Some(Err(DeviceError::Untrusted {
                name: lost.label,
                reason: reason.to_owned(),
            }));
        }
    }

    /// Burn on the processor, in place of a GPU.
    #[cfg(test)]
    pub fn played_by_burns_cpu() -> Self {
        Self {
            device: Device::flex(),
            label: "Burn on the CPU".to_owned(),
            is_software: true,
        }
    }

    /// The adapter's name; a software adapter is labelled as such.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Burn's engine on it, from the given weights.
    ///
    /// # Errors
    /// If the weights do not have the model's shape.
    pub fn engine(
        &self,
        model: &Model,
        training: &Training,
        params: &MlpParams,
    ) -> Result<Box<dyn Engine + Send>, EngineError> {
        let engine = BurnEngine::new(&self.device, model, training, params)?;
        Ok(Box::new(engine))
    }

    /// The flow of the field on it.
    ///
    /// # Errors
    /// If the network has no hidden layer, which does not exist.
    pub fn flow(&self, field: &FrozenField) -> Result<DeviceFlow, EngineError> {
        DeviceFlow::new(&self.device, field)
    }
}

/// The runtime can be initialised once per process only, so the answers are kept.
static GPU: Mutex<Gpu> = Mutex::new(Gpu {
    opened: None,
    tested: None,
});

/// What is known of the GPU.
struct Gpu {
    opened: Option<Result<OpenDevice, DeviceError>>,
    tested: Option<Result<OpenDevice, DeviceError>>,
}

impl Gpu {
    fn opened(&mut self) -> Result<&OpenDevice, DeviceError> {
        let opened = self.opened.get_or_insert_with(open_gpu);
        opened.as_ref().map_err(DeviceError::clone)
    }

    fn tested(&mut self) -> Result<&OpenDevice, DeviceError> {
        let gpu = self.opened()?.clone();
        let tested = self.tested.get_or_insert_with(|| match test(&gpu.device) {
            Ok(()) => Ok(gpu),
            Err(reason) => Err(DeviceError::Untrusted {
                name: gpu.label,
                reason,
            }),
        });
        tested.as_ref().map_err(DeviceError::clone)
    }
}

fn open_gpu() -> Result<OpenDevice, DeviceError> {
    ignore_configuration_files();
    // The runtime panics on some failures of a driver; all of them mean "no GPU" here.
    let opened = std::panic::catch_unwind(|| Device::wgpu_options().init_with_setup())
        .map_err(|_| DeviceError::Missing("the driver crashed while it was opened".to_owned()))?;
    let (device, setup) = opened.map_err(|error| DeviceError::Missing(error.to_string()))?;
    let info = setup.adapter.get_info();
    let is_software = info.device_type == DeviceType::Cpu;
    let kind = match info.device_type {
        DeviceType::Cpu => "software",
        DeviceType::IntegratedGpu => "integrated GPU",
        DeviceType::DiscreteGpu => "discrete GPU",
        DeviceType::VirtualGpu => "virtual GPU",
        DeviceType::Other => "GPU",
    };
    Ok(OpenDevice {
        device,
        label: format!("{} ({kind}, {})", info.name, info.backend),
        is_software,
    })
}

/// The engine that trains on the CPU is the reference; it is Burn's equal on its own devices (`model/tests.rs`).
fn test(device: &Device) -> Result<(), String> {
    let cpu = |model: &_, training: &_, params: &_| {
        let engine = FusedEngine::new(Box::new(Alone), model, training, params)?;
        Ok(Box::new(engine) as Box<dyn Engine>)
    };
    let gpu = |model: &_, training: &_, params: &_| {
        let engine = BurnEngine::new(device, model, training, params)?;
        Ok(Box::new(engine) as Box<dyn Engine>)
    };
    let run = || self_test(cpu, gpu);
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run))
        .map_err(|_| "it crashed during the self-test".to_owned())?
        .map_err(|error: SelfTestError| error.to_string())
}
