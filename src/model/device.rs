//! What can be chosen to train on, in words: plain data, the same whatever the program was built with.

use std::fmt;
use std::str::FromStr;

use super::OpenDevice;

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
                label: open.label().to_owned(),
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
