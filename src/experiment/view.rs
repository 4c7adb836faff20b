//! What the figure shows: enough to rebuild it, on the screen or in a file.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{Layer, StepView};
use crate::flow::conversion::Quantity;
use crate::flow::coupling::Coupling;

/// What is drawn, at which time, in which frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct View {
    /// The time shown, 0 (source) to 1 (target).
    pub t: f64,
    /// The layers that are drawn, each at most once; their order is the program's.
    pub layers: Vec<Layer>,
    /// Full trajectories drawn, see [`Self::TRAJECTORIES`]; `view.paths` in files.
    #[serde(rename = "paths")]
    pub trajectories: usize,
    /// Moving particles drawn, see [`Self::PARTICLES`].
    pub particles: usize,
    /// Arrows of the velocity field along the longer side of the canvas, see [`Self::FIELD`].
    pub field: usize,
    /// What the arrows stand for: the velocity, or what it is read as. Files name it only where it is not the velocity.
    #[serde(skip_serializing_if = "Quantity::is_velocity")]
    pub reading: Quantity,
    /// Length of the particles' trails, in units of t, see [`Self::TRAIL`].
    pub trail: f64,
    /// What the colour of a trajectory means.
    pub color: TrajectoryColor,
    /// The end that particles start at: from the target they are carried backward in time, from data to noise. Files
    /// name it only then.
    #[serde(skip_serializing_if = "End::is_source")]
    pub from: End,
    /// The part of the plane that is shown; `None` fits it to the target.
    pub camera: Option<Camera>,
    /// The point about which is asked: the pairs whose paths pass there at [`Self::t`], the exact velocity and the flow's.
    /// Files name it only if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ask: Option<(f64, f64)>,
    /// The target points that the conditional view is given. Files name them only if there are some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
    /// The block of the coupling that is looked at. Files name it only if it is not the first one of training.
    #[serde(skip_serializing_if = "BlockView::is_first")]
    pub block: BlockView,
    /// The training step that is shown in slow motion; it belongs to a moment of training, so no file has it.
    #[serde(skip)]
    pub step: Option<StepView>,
}

/// Most particles that are drawn.
pub const MAX_PARTICLES: usize = 1_000_000;
/// Particles and trajectories that are followed one by one, with every step of theirs kept; more particles than that are
/// a cloud, of which positions at a few times are kept.
pub const MAX_FOLLOWED: usize = 10_000;

impl View {
    /// How many trajectories may be drawn.
    pub const TRAJECTORIES: RangeInclusive<usize> = 0..=MAX_FOLLOWED;
    /// How many particles may be drawn.
    pub const PARTICLES: RangeInclusive<usize> = 0..=MAX_PARTICLES;
    /// How many arrows may stand along the longer side of the canvas.
    pub const FIELD: RangeInclusive<usize> = 0..=200;
    /// How long a trail may be.
    pub const TRAIL: RangeInclusive<f64> = 0.0..=1.0;

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
            reading: Quantity::Velocity,
            trail: 0.1,
            color: TrajectoryColor::ChordRatio,
            from: End::Source,
            camera: None,
            ask: None,
            given: None,
            block: BlockView::default(),
            step: None,
        }
    }
}

/// Target points that are given.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Given {
    /// The first one is the sample nearest to this place.
    pub at: (f64, f64),
    /// How many they are, see [`Self::POINTS`].
    pub points: usize,
}

impl Given {
    /// How many points may be given.
    pub const POINTS: RangeInclusive<usize> = 1..=2000;
}

impl Default for Given {
    fn default() -> Self {
        Self {
            at: (0.0, 0.0),
            points: 1,
        }
    }
}

/// A block of the coupling: which one, and of how many pairs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BlockView {
    /// Its pairs, see [`Self::SIZES`]; as many as the coupling's own blocks have if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<usize>,
    /// Which one, from 0: the blocks are those of training, in its order, if their size is that of training.
    pub number: u64,
}

impl BlockView {
    /// How many pairs the block that is looked at may have.
    pub const SIZES: RangeInclusive<usize> = 1..=1024;
    /// Which block may be looked at.
    pub const NUMBERS: RangeInclusive<u64> = 0..=999_999;
    /// Pairs that are looked at of a coupling without blocks.
    const USUAL: usize = 256;

    /// Its pairs, if it is one of the coupling.
    pub fn size_for(&self, coupling: Coupling) -> usize {
        let own = || coupling.block().unwrap_or(Self::USUAL);
        let size = self.size.unwrap_or_else(own);
        size.clamp(*Self::SIZES.start(), *Self::SIZES.end())
    }

    fn is_first(&self) -> bool {
        *self == Self::default()
    }
}

/// An end of the flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// The source p at t = 0.
    #[default]
    Source,
    /// The target q at t = 1.
    Target,
}

impl End {
    /// Both, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::Source, Self::Target];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Target => "target",
        }
    }

    /// What starting there means.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Source => "Particles start at samples of the source and are solved to t = 1.",
            Self::Target => {
                "Particles start at samples of the target and are solved back to t = 0."
            }
        }
    }

    fn is_source(&self) -> bool {
        *self == Self::Source
    }
}

/// What the colour of a trajectory means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrajectoryColor {
    /// Its chord ratio `|Z_1 - Z_0| / arc length`: how straight its shape is.
    ChordRatio,
    /// Which particle it is.
    Identity,
    /// Its integrated curvature `int |kappa| ds`: the angle that it turns through.
    Curvature,
    /// `|(Z_1 - Z_0) - v_t(Z_t)|^2` along it: where shape and speed differ from the straight way at constant speed.
    LocalS,
    /// `|v_t(Z_t)|` along it.
    Speed,
}

impl TrajectoryColor {
    /// Every meaning, in the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::ChordRatio,
        Self::Identity,
        Self::Curvature,
        Self::LocalS,
        Self::Speed,
    ];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ChordRatio => "chord / arc",
            Self::Identity => "identity",
            Self::Curvature => "turning",
            Self::LocalS => "local S",
            Self::Speed => "speed",
        }
    }

    /// What it says of a trajectory.
    pub fn hint(self) -> &'static str {
        match self {
            Self::ChordRatio => "How straight its shape is: |Z₁ − Z₀| / arc length, by viridis.",
            Self::Identity => "Which particle it is.",
            Self::Curvature => {
                "The angle in radians that it turns through, ∫ |κ| ds: 0 for a line, π for the way there and back."
            }
            Self::LocalS => {
                "|(Z₁ − Z₀) − v(Z_t, t)|² where it is at t: how far its velocity is from that of the straight way at \
                 constant speed. Its integral over t, averaged over particles, is S."
            }
            Self::Speed => "|v(Z_t, t)| where it is at t.",
        }
    }

    /// Whether it is told from every step of a trajectory, which takes a product of its own.
    pub fn is_stepwise(self) -> bool {
        match self {
            Self::ChordRatio | Self::Identity => false,
            Self::Curvature | Self::LocalS | Self::Speed => true,
        }
    }
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
