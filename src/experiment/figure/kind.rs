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
    /// Numbers as curves, one a lane.
    Metrics {
        /// Which, over what.
        #[serde(default)]
        of: MetricsOf,
    },
    /// Moving pictures: t runs over the flow, or training runs, or both.
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
        /// What runs.
        #[serde(default)]
        over: FilmOver,
    },
}

/// The kinds by name: for each its name on the command line, and its options at their defaults.
macro_rules! names {
    ($($name:literal: $kind:ident $({ $($option:ident: $default:expr),* })?,)*) => {
        impl FigureKind {
            /// The names of the kinds on the command line, in the order in which they are offered.
            pub const NAMES: [&'static str; [$($name),*].len()] = [$($name),*];

            /// The kind of that name with its options at their defaults.
            pub fn named(name: &str) -> Option<Self> {
                Some(match name {
                    $($name => Self::$kind $({ $($option: $default),* })?,)*
                    _ => return None,
                })
            }

            /// Its name on the command line.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$kind { .. } => $name,)*
                }
            }
        }
    };
}

names! {
    "trajectories": Trajectories,
    "strip": Strip { of: StripOf::default() },
    "field": Field { of: FieldOf::default() },
    "density": Density { of: DensityOf::default() },
    "lanes": Lanes,
    "pairs": Pairs,
    "grid": Grid,
    "conditional": Conditional,
    "posterior": Posterior,
    "triptych": Triptych,
    "samples": Samples,
    "loss": Loss,
    "metrics": Metrics { of: MetricsOf::default() },
    "film": Film {
        frames: frames(),
        rate: rate(),
        pause: pause(),
        repeat: true,
        over: FilmOver::default()
    },
}

impl FigureKind {
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
            Self::Metrics { of } => match of {
                MetricsOf::Loss => "The training loss with its floor",
                MetricsOf::SolverError => {
                    "The end-point error of the solvers against velocity evaluations"
                }
                MetricsOf::BlockCost => "The cost of a pair against the size of the blocks",
                MetricsOf::Straightness => "Straightness over the time of the flow",
                MetricsOf::Training => "Straightness and W2 over the steps of training",
            },
            Self::Film { over, .. } => match over {
                FilmOver::Time => "The flow over time",
                FilmOver::Training => "The flow while it is trained",
                FilmOver::Both => "The flow while it is trained, then over time",
            },
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

/// Which numbers are curves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum MetricsOf {
    /// The training loss over the steps: of every step and its running mean over about 200, with the floor that even the
    /// exact field cannot get below, where it is known.
    #[default]
    Loss,
    /// The end-point error of the solvers over velocity evaluations (NFE): every solver of one lane, or the lanes' own one.
    SolverError,
    /// The mean squared distance of a pair over the size of the blocks of batch OT, 1 to 1024, with the squared Wasserstein
    /// distance that it tends to.
    BlockCost,
    /// `E|(Z_1 - Z_0) - v|^2` over t, which integrates to the straightness S.
    Straightness,
    /// S and W2 over the steps of training, measured at the checkpoints.
    Training,
}

/// What runs while a film does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FilmOver {
    /// t, from 0 to 1.
    #[default]
    Time,
    /// Training, at the figure's t or else the view's: the checkpoints one after the other, which grow apart with the steps.
    Training,
    /// Training in the first half, then t from 0 to 1 with the last weights.
    Both,
}

impl FilmOver {
    /// What runs, by its name on the command line.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "time" => Self::Time,
            "training" => Self::Training,
            "both" => Self::Both,
            _ => return None,
        })
    }

    /// Whether weights before the last ones are shown.
    pub const fn looks_back(self) -> bool {
        matches!(self, Self::Training | Self::Both)
    }
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
