//! What a figure shows, each kind with its options.

use serde::{Deserialize, Serialize};

/// What a figure shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FigureKind {
    /// Trajectories from source to target, or what else the view shows.
    Trajectories,
    /// The flow at several times, side by side.
    Strip {
        /// What is shown of it.
        #[serde(default)]
        of: StripOf,
    },
    /// The velocity field.
    Field {
        /// Whose.
        #[serde(default)]
        of: FieldOf,
    },
    /// The density.
    Density {
        /// Whose.
        #[serde(default)]
        of: DensityOf,
    },
    /// All lanes with shared axes and one legend.
    Lanes,
    /// The pairs of the coupling.
    Pairs,
    /// A grid that the flow deforms.
    Grid,
    /// The conditional paths of given target points.
    Conditional,
    /// The pairs whose paths pass the point that is asked about.
    Posterior,
    /// Source, trajectories and target side by side.
    Triptych,
    /// Samples of source, flow and target: numbers alone.
    Samples,
    /// The loss of every training step: numbers alone.
    Loss,
    /// Moving pictures: t runs over the flow.
    Film {
        /// How many pictures, 2 to 10,000, without those of the pause.
        #[serde(default = "frames")]
        frames: usize,
        /// Pictures a second, 1 to 60.
        #[serde(default = "rate")]
        rate: f64,
        /// Seconds that the first and the last picture stay, 0 to 60.
        #[serde(default = "pause")]
        pause: f64,
        /// Whether it begins again after its end.
        #[serde(default = "yes")]
        repeat: bool,
    },
}

impl FigureKind {
    /// The names of the kinds on the command line, in the order in which they are offered.
    pub const NAMES: [&'static str; 13] = [
        "trajectories",
        "strip",
        "field",
        "density",
        "lanes",
        "pairs",
        "grid",
        "conditional",
        "posterior",
        "triptych",
        "samples",
        "loss",
        "film",
    ];

    /// The kind of that name with its options at their defaults.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "trajectories" => Self::Trajectories,
            "strip" => Self::Strip {
                of: StripOf::default(),
            },
            "field" => Self::Field {
                of: FieldOf::default(),
            },
            "density" => Self::Density {
                of: DensityOf::default(),
            },
            "lanes" => Self::Lanes,
            "pairs" => Self::Pairs,
            "grid" => Self::Grid,
            "conditional" => Self::Conditional,
            "posterior" => Self::Posterior,
            "triptych" => Self::Triptych,
            "samples" => Self::Samples,
            "loss" => Self::Loss,
            "film" => Self::Film {
                frames: frames(),
                rate: rate(),
                pause: pause(),
                repeat: true,
            },
            _ => return None,
        })
    }

    /// Its name on the command line.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Trajectories => "trajectories",
            Self::Strip { .. } => "strip",
            Self::Field { .. } => "field",
            Self::Density { .. } => "density",
            Self::Lanes => "lanes",
            Self::Pairs => "pairs",
            Self::Grid => "grid",
            Self::Conditional => "conditional",
            Self::Posterior => "posterior",
            Self::Triptych => "triptych",
            Self::Samples => "samples",
            Self::Loss => "loss",
            Self::Film { .. } => "film",
        }
    }

    /// What it shows, as a caption begins.
    pub const fn says(&self) -> &'static str {
        match self {
            Self::Trajectories => "Trajectories of the flow from source to target",
            Self::Strip { .. } => "The flow at several times",
            Self::Field { .. } => "The velocity field",
            Self::Density { .. } => "The density",
            Self::Lanes => "Flows side by side",
            Self::Pairs => "Pairs of the coupling",
            Self::Grid => "A grid that the flow deforms",
            Self::Conditional => {
                "Conditional paths, density and velocity of the given target points"
            }
            Self::Posterior => "The pairs whose paths pass one point",
            Self::Triptych => "Source, flow and target",
            Self::Samples => "Samples of source, flow and target",
            Self::Loss => "The loss of every training step",
            Self::Film { .. } => "The flow over time",
        }
    }

    /// Whether it is numbers alone, without a picture.
    pub const fn is_numbers_alone(&self) -> bool {
        matches!(self, Self::Samples | Self::Loss)
    }
}

fn frames() -> usize {
    150
}

fn rate() -> f64 {
    30.0
}

fn pause() -> f64 {
    0.5
}

fn yes() -> bool {
    true
}

/// What a strip shows at each of its times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum StripOf {
    /// The particles.
    #[default]
    Particles,
    /// Their density.
    Density,
}

/// Whose velocity field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldOf {
    /// The flow's own.
    #[default]
    Model,
    /// The exact one.
    Exact,
    /// The flow's own less the exact one.
    Difference,
}

/// Whose density.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DensityOf {
    /// The flow's own at t = 1, by change of variables.
    #[default]
    Model,
    /// The exact one at the time that is shown.
    Exact,
    /// The flow's own less the exact one.
    Difference,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_name() {
        for name in FigureKind::NAMES {
            assert_eq!(FigureKind::named(name).map(|kind| kind.name()), Some(name));
        }
        assert_eq!(FigureKind::named("Strip"), None);
    }
}
