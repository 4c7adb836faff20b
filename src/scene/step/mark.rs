//! What the marks of a step mean: a line of the legend each, with the formula.

use crate::experiment::Stage;
use crate::scene::geometry::PagePoint;
use crate::scene::item::{Arrows, Item, Points, Segments};
use crate::scene::place::Place;

/// As wide as each line beneath the names can get.
pub(in crate::scene) const NOTES: [&str; 2] = ["u, v drawn × 0.005", "change drawn × 50000"];

/// A mark of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Points of the source.
    Source,
    /// Points of the target.
    Target,
    /// The coupling.
    Pair,
    /// Points on conditional paths.
    Placed,
    /// The velocity of the conditional path.
    Conditional,
    /// The network's answer.
    Prediction,
    /// The difference of both.
    Residual,
    /// The answer before the step.
    Before,
}

impl Mark {
    /// Every mark, in the order in which they appear.
    pub const ALL: [Self; 8] = [
        Self::Source,
        Self::Target,
        Self::Pair,
        Self::Placed,
        Self::Conditional,
        Self::Prediction,
        Self::Residual,
        Self::Before,
    ];

    /// The stage that brings it.
    pub fn stage(self) -> Stage {
        match self {
            Self::Source | Self::Target => Stage::Draw,
            Self::Pair => Stage::Couple,
            Self::Placed => Stage::Place,
            Self::Conditional => Stage::Target,
            Self::Prediction => Stage::Predict,
            Self::Residual => Stage::Residual,
            Self::Before => Stage::Update,
        }
    }

    /// What it is, as a formula.
    pub fn label(self) -> &'static str {
        match self {
            Self::Source => "x₀ ~ p",
            Self::Target => "x₁ ~ q",
            Self::Pair => "pairs (x₀, x₁)",
            Self::Placed => "x_t = α x₁ + σ x₀",
            Self::Conditional => "u = α′ x₁ + σ′ x₀",
            Self::Prediction => "v(x_t, t)",
            Self::Residual => "v − u",
            Self::Before => "v before the step",
        }
    }

    /// Its sample in the legend.
    pub(in crate::scene) fn sample(self, left: PagePoint, right: PagePoint, place: &Place) -> Item {
        let (sizes, theme) = (&place.sizes, place.theme());
        let middle = [0.5 * (left[0] + right[0]), left[1]];
        let dot = |color| {
            Item::Points(Points {
                centers: vec![middle],
                radius: 0.26 * sizes.text,
                color,
            })
        };
        let line = |width, color| {
            Item::Segments(Segments {
                ends: vec![[left, right]],
                width,
                color,
            })
        };
        let arrow = |color| {
            Item::Arrows(Arrows {
                arrows: vec![[left, right]],
                width: 1.5 * sizes.arrow,
                head: 1.3 * sizes.arrow_head,
                color,
            })
        };
        match self {
            Self::Source => dot(theme.source),
            Self::Target => dot(theme.target),
            Self::Placed => dot(theme.ink.particle),
            Self::Pair => line(2.0 * sizes.pair, theme.ink.pair),
            Self::Residual => line(1.6 * sizes.arrow, theme.attention),
            Self::Conditional => arrow(theme.target),
            Self::Prediction => arrow(theme.accent),
            Self::Before => arrow(theme.accent.faded(0.4)),
        }
    }
}
