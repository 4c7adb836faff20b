//! The one place for colours, stroke widths and sizes, of the window as of every export.
//!
//! Purple is the source and green the target, everywhere. It refuses to know egui: the window's style is
//! derived from these palettes elsewhere.

mod classes;
mod lanes;
mod named;
mod palettes;
mod sizes;

use super::color::Color;
use super::colormap::viridis;

pub use classes::class_color;
pub use lanes::lane_color;
pub use named::Style;
pub use sizes::Sizes;

/// What every colour is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Theme {
    /// The canvas and the page.
    pub background: Color,
    /// Side panels.
    pub panel: Color,
    /// Cards, fields and buttons on a panel.
    pub card: Color,
    /// Outlines of cards and separators.
    pub line: Color,
    /// What is read.
    pub text: Color,
    /// What is read second: labels, units, explanations.
    pub muted: Color,
    /// What can be pressed.
    pub accent: Color,
    /// Text on the accent.
    pub on_accent: Color,
    /// The source p.
    pub source: Color,
    /// The target q.
    pub target: Color,
    /// What should be noticed: cautions, the coupling's pairs.
    pub attention: Color,
    /// What went wrong.
    pub error: Color,
    /// How the layers of the canvas are inked.
    pub ink: Ink,
}

impl Theme {
    /// Whether its ground is dark.
    pub fn is_dark(&self) -> bool {
        self.background.contrast(Color::hex(0xffffff)) > self.background.contrast(Color::hex(0))
    }

    /// The opaque colour that stands for a number of trajectories, 0 to 1 of its scale (see [`super::Ramp`]).
    pub fn shade(&self, share: f32) -> Color {
        let (from, to) = self.ink.ramp;
        viridis(from + (to - from) * share.clamp(0.0, 1.0))
    }

    /// The colour of the size of a number in a map, 0 to 1 of its scale: nothing at 0.
    pub fn heat(&self, share: f32) -> Color {
        let [low, middle, high] = self.ink.heat;
        match 3.0 * share.clamp(0.0, 1.0) {
            third @ ..1.0 => low.faded(third),
            third @ ..2.0 => low.mixed(middle, third - 1.0),
            third => middle.mixed(high, third - 2.0),
        }
    }
}

/// The colours of the layers, opacity included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ink {
    /// Lines of the canvas grid.
    pub grid: Color,
    /// The axes box and its ticks.
    pub axis: Color,
    /// Source samples.
    pub source_sample: Color,
    /// Target samples.
    pub target_sample: Color,
    /// Start of a trajectory in a figure.
    pub trajectory_start: Color,
    /// End of a trajectory in a figure.
    pub trajectory_end: Color,
    /// Opacity of a trajectory, 0 to 255; its colour is its meaning.
    pub trajectory_alpha: u8,
    /// The stretch of viridis that numbers of trajectories run through: the end that is as dark or as bright
    /// as the background is left out.
    pub ramp: (f32, f32),
    /// OKLCH lightness of the hues that stand for identities.
    pub hue_lightness: f32,
    /// The moving particles.
    pub particle: Color,
    /// Trails at the particle.
    pub trail: Color,
    /// Arrows of the velocity field.
    pub field: Color,
    /// Density at its highest.
    pub density: Color,
    /// What is exact: its arrows and contours.
    pub exact: Color,
    /// The exact density at its highest.
    pub exact_density: Color,
    /// The size of a number: nothing at 0, then from the first to the last of these.
    pub heat: [Color; 3],
    /// Where a field pushes together at its most.
    pub contracts: Color,
    /// Where a field pushes apart at its most.
    pub expands: Color,
    /// Coupling pairs.
    pub pair: Color,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_has_the_contrast_of_wcag_aa() {
        for style in [Style::Dark, Style::Light, Style::Paper] {
            let theme = style.theme();
            for ground in [theme.background, theme.panel, theme.card] {
                for (name, ink) in [
                    ("text", theme.text),
                    ("muted", theme.muted),
                    ("accent", theme.accent),
                    ("source", theme.source),
                    ("target", theme.target),
                    ("attention", theme.attention),
                    ("error", theme.error),
                ] {
                    let ratio = ink.contrast(ground);
                    assert!(ratio >= 4.5, "{style:?} {name} on {ground:?}: {ratio:.2}");
                }
            }
            assert!(theme.on_accent.contrast(theme.accent) >= 4.5, "{style:?}");
        }
    }

    #[test]
    fn purple_is_the_source_and_green_the_target_in_every_style() {
        for style in [Style::Dark, Style::Light, Style::Paper] {
            let ink = &style.theme().ink;
            for c in [
                style.theme().source,
                ink.source_sample,
                ink.trajectory_start,
            ] {
                assert!(c.b > c.r && c.r > c.g, "{style:?} source {c:?}");
            }
            for c in [style.theme().target, ink.target_sample, ink.trajectory_end] {
                assert!(c.g > c.b && c.b > c.r, "{style:?} target {c:?}");
            }
        }
    }
}
