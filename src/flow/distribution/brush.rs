//! What paints a drawing: a soft round brush, alone or with its mirror images.
//!
//! It refuses to know the grid that is painted on.

use std::f64::consts::TAU;

use serde::{Deserialize, Serialize};

use super::class::{Class, is_none};
use crate::flow::Point;

/// A round brush with a soft edge.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brush {
    /// Where it ends, in the units of the drawing. A cell of the drawing is the least that has an effect.
    pub radius: f64,
    /// Weight of its core, `0..=1`.
    pub strength: f64,
    /// The class of what it paints; 0 for none.
    #[serde(default, skip_serializing_if = "is_none")]
    pub class: Class,
}

impl Brush {
    /// The weight at a distance d from the centre: full up to half the radius, then
    /// `strength ((4/3) (1 - (d / radius)^2))^2`, which ends smoothly.
    pub(super) fn weight(&self, squared_distance: f64) -> f64 {
        let inside = 1.0 - squared_distance / (self.radius * self.radius);
        let falloff = (4.0 / 3.0 * inside).clamp(0.0, 1.0);
        self.strength * falloff * falloff
    }
}

/// Where a stroke is repeated. Axes and centre are those of the drawing's box.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Symmetry {
    /// Nowhere.
    #[default]
    None,
    /// On the other side of the vertical axis: left and right are alike.
    MirrorX,
    /// On the other side of the horizontal axis: top and bottom are alike.
    MirrorY,
    /// Turned about the centre by every multiple of a full turn over n; n from 1 to [`Symmetry::MAX_ROTATIONS`].
    Rotate(u32),
}

impl Symmetry {
    /// More copies than these would only slow the brush down.
    pub const MAX_ROTATIONS: u32 = 64;

    /// The images of a vector from the centre, itself first.
    pub fn images(self, [x, y]: Point) -> Vec<Point> {
        match self {
            Self::None => vec![[x, y]],
            Self::MirrorX => vec![[x, y], [-x, y]],
            Self::MirrorY => vec![[x, y], [x, -y]],
            Self::Rotate(n) => {
                let n = n.clamp(1, Self::MAX_ROTATIONS);
                let turned = |k: u32| {
                    let (sin, cos) = (TAU * f64::from(k) / f64::from(n)).sin_cos();
                    [cos * x - sin * y, sin * x + cos * y]
                };
                (0..n).map(turned).collect()
            }
        }
    }
}
