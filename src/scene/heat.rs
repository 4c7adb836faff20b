//! What the colours of a map stand for.

use super::color::Color;
use super::theme::Theme;

/// Nats from the highest log-density down to where nothing is drawn.
pub(super) const NATS: f64 = 9.0;
/// How opaque the highest log-density is.
const OPACITY: f32 = 0.9;

/// What the colours of a map stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heat {
    /// Numbers of trajectories, from 0 on.
    Ramp,
    /// Numbers from 0 on.
    Size,
    /// Numbers on both sides of 0.
    Signed,
    /// The density of the exact field.
    Density,
    /// The density of the particles.
    Particles,
    /// The logarithm of a density, down from its highest.
    Nats,
}

impl Heat {
    /// The colour of a number that is this share of the end of its scale; of [`Self::Nats`], at this share of the way.
    pub fn color(self, share: f32, theme: &Theme) -> Color {
        let share = if share.is_nan() { 0.0 } else { share };
        // The root, so that tails show.
        let root = share.clamp(0.0, 1.0).sqrt();
        match self {
            Self::Ramp => theme.shade(share),
            Self::Size => theme.heat(share),
            Self::Signed if share < 0.0 => theme.ink.contracts.faded(-share),
            Self::Signed => theme.ink.expands.faded(share),
            Self::Density => theme.ink.exact_density.faded(root),
            Self::Particles => theme.ink.density.faded(root),
            // It fades out at the lower end: most of the plane is as good as empty.
            Self::Nats => {
                let alpha = OPACITY * (3.0 * share).clamp(0.0, 1.0);
                theme.shade(share).faded(alpha)
            }
        }
    }

    /// The share of the scale at a share of the way along a colour bar.
    pub fn share(self, way: f32) -> f32 {
        match self {
            Self::Signed => 2.0 * way - 1.0,
            _ => way,
        }
    }

    /// The opaque colour at a share of the way along a colour bar, on the ground of the theme.
    pub fn along(self, way: f32, theme: &Theme) -> Color {
        let color = self.color(self.share(way), theme);
        let opacity = f32::from(color.a) / 255.0;
        theme.background.mixed(color.alpha(255), opacity)
    }

    /// Both ends of a scale whose panels end at different numbers, and what those are then.
    pub fn own_ends(self) -> ([f64; 2], &'static str) {
        match self {
            Self::Signed => ([-1.0, 1.0], "of its end"),
            Self::Nats => ([-NATS, 0.0], "nats from its top"),
            _ => ([0.0, 1.0], "of its end"),
        }
    }
}
