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
