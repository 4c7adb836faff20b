//! The experiments that come with the program, embedded as files.

use super::{Experiment, ExperimentError};

/// An embedded experiment file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// The name to ask for it by; the experiment's own name is the same.
    pub name: &'static str,
    /// The file as it is shipped.
    pub ron: &'static str,
}

impl Preset {
    /// The file, read.
    ///
    /// # Errors
    /// None for a shipped preset: the tests read every one.
    pub fn experiment(&self) -> Result<Experiment, ExperimentError> {
        Experiment::from_ron(self.ron)
    }
}

/// The preset that the window opens on.
pub const DEFAULT: &str = "two-moons";

macro_rules! presets {
    ($($name:literal),+ $(,)?) => {
        &[$(Preset {
            name: $name,
            ron: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/presets/", $name, ".ron")),
        }),+]
    };
}

/// Every preset, in the order in which they are offered.
pub fn all() -> &'static [Preset] {
    presets![
        "two-moons",
        "eight-gaussians",
        "checkerboard",
        "s-curve",
        "rings",
        "spirals",
        "moons-to-eight-gaussians",
        "two-point",
        "smiley",
        "vp",
        "ve",
        "batch-ot",
    ]
}

/// The preset of that name.
pub fn find(name: &str) -> Option<&'static Preset> {
    all().iter().find(|preset| preset.name == name)
}
