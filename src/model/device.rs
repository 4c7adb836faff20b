//! Burn's devices: its CPU backend, which is the reference, and a GPU through burn-wgpu once it has proved that it
//! computes what the CPU computes.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use burn::cubecl::config::{CubeClRuntimeConfig, RuntimeConfig};
use burn::tensor::Device;
use burn::tensor::wgpu::wgpu::DeviceType;

use super::{BurnEngine, Engine, SelfTestError, self_test};

/// The user's choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The program chooses, by measurement.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// The GPU, if there is one and it passes the self-test.
    Gpu,
}

impl DeviceChoice {
    /// Every choice, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Cpu, Self::Gpu];
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
        })
    }
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|choice| choice.to_string() == text)
            .ok_or_else(|| format!("\"{text}\" is not a device: use auto, cpu or gpu"))
    }
}

/// Why a device cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DeviceError {
    /// There is none.
    #[error("no GPU adapter was found: {0}")]
    Missing(String),
    /// There is one, but it computes wrongly or does not answer.
    #[error("{name} is not used: {reason}")]
    Untrusted {
        /// The adapter's name.
        name: String,
        /// What the self-test found, or that it never ended.
        reason: String,
    },
}

/// A device that may be trained on.
#[derive(Clone)]
pub struct OpenDevice {
    device: Device,
    label: String,
    is_software: bool,
}

/// One line of a device chooser.
#[derive(Clone, Debug)]
pub struct DeviceInfo {
    /// What to choose.
    pub choice: DeviceChoice,
    /// Its name in words.
    pub label: String,
    /// Why it cannot be chosen, if so.
    pub problem: Option<String>,
}

impl OpenDevice {
    /// The CPU.
    pub fn cpu() -> Self {
        Self {
            device: Device::flex(),
            label: "CPU".to_owned(),
            is_software: false,
        }
    }

    /// The GPU, once it has passed the self-test (about a second, once per process).
    ///
    /// # Errors
    /// If there is none, or it computes wrongly.
    pub fn gpu() -> Result<Self, DeviceError> {
        let mut gpu = GPU.lock().unwrap_or_else(PoisonError::into_inner);
        gpu.tested().cloned()
    }

    /// The same, but only if it is real: a software adapter, on which the processor plays the GPU, is not even
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

    /// Burn's device.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// "CPU", or the adapter's name; a software adapter is labelled as such.
    pub fn label(&self) -> &str {
        &self.label
    }
}

impl DeviceInfo {
    /// The CPU, as `auto` or by name.
    pub fn cpu(choice: DeviceChoice) -> Self {
        let label = match choice {
            DeviceChoice::Auto => "auto (the faster)",
            DeviceChoice::Cpu | DeviceChoice::Gpu => "CPU",
        };
        Self {
            choice,
            label: label.to_owned(),
            problem: None,
        }
    }

    /// The GPU, opened and tested for this, or why it cannot be chosen.
    pub fn gpu() -> Self {
        match OpenDevice::gpu() {
            Ok(open) => Self {
                choice: DeviceChoice::Gpu,
                label: open.label,
                problem: None,
            },
            Err(error) => Self::no_gpu(&error.to_string()),
        }
    }

    /// A GPU that cannot be chosen, and why.
    pub fn no_gpu(problem: &str) -> Self {
        Self {
            choice: DeviceChoice::Gpu,
            label: "GPU".to_owned(),
            problem: Some(problem.to_owned()),
        }
    }
}

/// Burn and CubeCL read `burn.toml` and `cubecl.toml` from the current folder upwards, and one that names a log
/// file that cannot be opened ends the program. Settings that are there first keep them from looking.
pub fn ignore_configuration_files() {
    burn::BurnConfig::try_set(burn::BurnConfig::default());
    CubeClRuntimeConfig::try_set(CubeClRuntimeConfig::default());
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

fn test(device: &Device) -> Result<(), String> {
    let on = |device: Device| {
        move |model: &_, training: &_, params: &_| {
            let engine = BurnEngine::new(&device, model, training, params)?;
            Ok(Box::new(engine) as Box<dyn Engine>)
        }
    };
    let run = || self_test(on(Device::flex()), on(device.clone()));
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run))
        .map_err(|_| "it crashed during the self-test".to_owned())?
        .map_err(|error: SelfTestError| error.to_string())
}
