//! What the figure shows: enough to rebuild it, on the screen or in a file.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

/// What is drawn, at which time, in which frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct View {
    /// The time shown, 0 (source) to 1 (target).
    pub t: f64,
    /// The layers that are drawn, each at most once; their order is the program's.
    pub layers: Vec<Layer>,
    /// Full trajectories drawn, 0 to 10,000; `view.paths` in files.
    #[serde(rename = "paths")]
    pub trajectories: usize,
    /// Moving particles drawn, 0 to 1,000,000.
    pub particles: usize,
    /// Arrows of the velocity field along each side of the canvas, 0 to 200.
    pub field: usize,
    /// Length of the particles' trails, in units of t, 0 to 1.
    pub trail: f64,
    /// What the colour of a trajectory means.
    pub color: TrajectoryColor,
    /// The part of the plane that is shown; `None` fits it to the target.
    pub camera: Option<Camera>,
}

/// Most particles that are drawn.
pub const MAX_PARTICLES: usize = 1_000_000;
/// Particles and trajectories that are followed one by one, with every step of theirs kept; more particles than that are
/// a cloud, of which positions at a few times are kept.
pub const MAX_FOLLOWED: usize = 10_000;

impl View {
    /// Particles whose whole trajectory is wanted.
    pub fn followed(&self) -> usize {
        self.particles.max(self.trajectories).min(MAX_FOLLOWED)
    }

    /// Particles of the cloud, if the particles are visible and more than can be followed.
    pub fn cloud(&self) -> Option<usize> {
        let visible = self.layers.contains(&Layer::Particles);
        (visible && self.particles > MAX_FOLLOWED).then_some(self.particles)
    }
}

impl Default for View {
    fn default() -> Self {
        Self {
            t: 1.0,
            layers: vec![Layer::Source, Layer::Target, Layer::Trajectories],
            trajectories: 200,
            particles: 2000,
            field: 24,
            trail: 0.1,
            color: TrajectoryColor::ChordRatio,
            camera: None,
        }
    }
}

/// One layer of the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Layer {
    /// Samples of the source p.
    Source,
    /// Samples of the target q.
    Target,
    /// The particles at time t.
    Particles,
    /// The last stretch of every particle's way.
    Trails,
    /// Whole trajectories from t = 0 to t = 1.
    Trajectories,
    /// The velocity field at time t, as arrows.
    Field,
    /// The density of the particles at time t.
    Density,
    /// The coupling's pairs of the current batch.
    Pairs,
}

impl Layer {
    /// Every layer, in the order in which they are offered.
    pub const ALL: [Self; 8] = [
        Self::Source,
        Self::Target,
        Self::Particles,
        Self::Trails,
        Self::Trajectories,
        Self::Field,
        Self::Density,
        Self::Pairs,
    ];
}

/// What the colour of a trajectory means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrajectoryColor {
    /// Its chord ratio `|Z_1 - Z_0| / arc length`: how straight its shape is.
    ChordRatio,
    /// Which particle it is.
    Identity,
}

/// The part of the plane that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Camera {
    /// The middle of the canvas, in data units.
    pub center: (f64, f64),
    /// The height of the canvas, in data units, above 0.
    pub height: f64,
}

impl Camera {
    /// Coordinates of the middle that a file may ask for and the pointer can reach, in data units.
    pub const CENTERS: RangeInclusive<f64> = -1e6..=1e6;
    /// Heights that a file may ask for and the wheel can reach, in data units.
    pub const HEIGHTS: RangeInclusive<f64> = 1e-6..=1e6;

    /// The camera, or the nearest one within [`Self::CENTERS`] and [`Self::HEIGHTS`].
    pub fn within_reach(self) -> Self {
        let within = |x: f64, range: RangeInclusive<f64>| x.clamp(*range.start(), *range.end());
        let (x, y) = self.center;
        Self {
            center: (within(x, Self::CENTERS), within(y, Self::CENTERS)),
            height: within(self.height, Self::HEIGHTS),
        }
    }
}
