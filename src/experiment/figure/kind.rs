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
    /// Numbers as curves, a plot each.
    Metrics {
        /// Which ones; all that there are if empty.
        #[serde(default)]
        curves: Vec<CurveKind>,
    },
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
    /// Moving pictures.
    Film {
        /// What time runs over.
        #[serde(default)]
        over: FilmOver,
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
    /// Samples of source, target and flow: numbers alone.
    Samples,
    /// The loss of every step: numbers alone.
    Loss,
}

impl FigureKind {
    /// The names of the kinds on the command line, in the order in which they are offered; the last two are numbers alone.
    pub const NAMES: [&'static str; 14] = [
        "trajectories",
        "strip",
        "field",
        "density",
        "lanes",
        "metrics",
        "pairs",
        "grid",
        "conditional",
        "posterior",
        "triptych",
        "film",
        "samples",
        "loss",
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
            "metrics" => Self::Metrics { curves: Vec::new() },
            "pairs" => Self::Pairs,
            "grid" => Self::Grid,
            "conditional" => Self::Conditional,
            "posterior" => Self::Posterior,
            "triptych" => Self::Triptych,
            "film" => Self::Film {
                over: FilmOver::default(),
                frames: frames(),
                rate: rate(),
                pause: pause(),
                repeat: true,
            },
            "samples" => Self::Samples,
            "loss" => Self::Loss,
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
            Self::Metrics { .. } => "metrics",
            Self::Pairs => "pairs",
            Self::Grid => "grid",
            Self::Conditional => "conditional",
            Self::Posterior => "posterior",
            Self::Triptych => "triptych",
            Self::Film { .. } => "film",
            Self::Samples => "samples",
            Self::Loss => "loss",
        }
    }

    /// Whether it has a picture beside its numbers.
    pub const fn has_picture(&self) -> bool {
        !matches!(self, Self::Samples | Self::Loss)
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

/// A number that changes with another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CurveKind {
    /// The loss over the steps, with its floor.
    Loss,
    /// The error at the end against evaluations.
    Error,
    /// The cost of the pairs against the size of the coupling's blocks.
    Cost,
    /// Local straightness over t.
    Profile,
    /// Straightness over training.
    Straightness,
}

/// What time runs over in a film.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FilmOver {
    /// t runs over the flow.
    #[default]
    Flow,
    /// Training runs, at one t.
    Training,
    /// Both: t runs while training does.
    Both,
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
        let numbers = FigureKind::NAMES.into_iter().filter_map(FigureKind::named);
        let numbers = numbers.filter(|kind| !kind.has_picture());
        assert_eq!(
            numbers.map(|kind| kind.name()).collect::<Vec<_>>(),
            ["samples", "loss"]
        );
    }
}
