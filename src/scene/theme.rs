//! The one place for colours, stroke widths and sizes, of the window as of every export.
//!
//! Purple is the source and green the target, everywhere. It refuses to know egui: the window's style is
//! derived from these palettes elsewhere.

mod lanes;

use super::color::Color;
use super::colormap::viridis;

pub use lanes::lane_color;

/// A palette by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Style {
    /// The window by default.
    #[default]
    Dark,
    /// The window in a bright room.
    Light,
    /// A figure for a page: white ground, dark ink.
    Paper,
}

impl Style {
    /// Its colours.
    pub const fn theme(self) -> &'static Theme {
        match self {
            Self::Dark => &DARK,
            Self::Light => &LIGHT,
            Self::Paper => &PAPER,
        }
    }
}

/// What every colour is for.
#[derive(Clone, Debug, PartialEq)]
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
#[derive(Clone, Debug, PartialEq)]
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

const WHITE: Color = Color::hex(0xffffff);

const DARK: Theme = Theme {
    background: Color::hex(0x14161b),
    panel: Color::hex(0x1b1e25),
    card: Color::hex(0x23272f),
    line: Color::hex(0x323843),
    text: Color::hex(0xe3e6eb),
    muted: Color::hex(0x8b93a1),
    accent: Color::hex(0x6ea8fe),
    on_accent: Color::hex(0x14161b),
    source: Color::hex(0xb08cff),
    target: Color::hex(0x35cf92),
    attention: Color::hex(0xf0b35a),
    error: Color::hex(0xff7b72),
    ink: Ink {
        grid: Color::hex(0x1e2128),
        axis: Color::hex(0x8b93a1),
        source_sample: Color::hex(0xb08cff).alpha(140),
        target_sample: Color::hex(0x35cf92).alpha(140),
        trajectory_start: Color::hex(0xb08cff),
        trajectory_end: Color::hex(0x35cf92),
        trajectory_alpha: 150,
        ramp: (0.15, 1.0),
        hue_lightness: 0.75,
        particle: WHITE,
        trail: WHITE.alpha(170),
        field: Color::hex(0x8b93a1).alpha(170),
        density: Color::hex(0x6ea8fe).alpha(190),
        exact: Color::hex(0x4fd8e8),
        exact_density: Color::hex(0x4fd8e8).alpha(170),
        heat: [
            Color::hex(0x7a2a52).alpha(150),
            Color::hex(0xe0573f).alpha(215),
            Color::hex(0xffe27a).alpha(245),
        ],
        contracts: Color::hex(0x4f8dff).alpha(220),
        expands: Color::hex(0xff9a3d).alpha(220),
        pair: Color::hex(0xf0b35a).alpha(95),
    },
};

const LIGHT: Theme = Theme {
    background: Color::hex(0xfbfcfd),
    panel: Color::hex(0xf1f3f6),
    card: Color::hex(0xffffff),
    line: Color::hex(0xd3d8e0),
    text: Color::hex(0x1b1f27),
    muted: Color::hex(0x5c6573),
    accent: Color::hex(0x1f5fd0),
    on_accent: WHITE,
    source: Color::hex(0x7440d6),
    target: Color::hex(0x0b7f56),
    attention: Color::hex(0x925700),
    error: Color::hex(0xc0262d),
    ink: Ink {
        grid: Color::hex(0xeceff3),
        axis: Color::hex(0x5c6573),
        source_sample: Color::hex(0x7440d6).alpha(100),
        target_sample: Color::hex(0x0f9d6b).alpha(110),
        trajectory_start: Color::hex(0x7440d6),
        trajectory_end: Color::hex(0x07624a),
        trajectory_alpha: 190,
        ramp: (0.0, 0.9),
        hue_lightness: 0.58,
        particle: Color::hex(0x1b1f27),
        trail: Color::hex(0x1b1f27).alpha(150),
        field: Color::hex(0x5c6573).alpha(170),
        density: Color::hex(0x1f5fd0).alpha(150),
        exact: Color::hex(0x007a8c),
        exact_density: Color::hex(0x0095ab).alpha(170),
        heat: [
            Color::hex(0xffd98a).alpha(170),
            Color::hex(0xea6a2a).alpha(220),
            Color::hex(0x7d0f2b).alpha(245),
        ],
        contracts: Color::hex(0x1f5fd0).alpha(215),
        expands: Color::hex(0xd46a00).alpha(225),
        pair: Color::hex(0xb87a14).alpha(120),
    },
};

const PAPER: Theme = Theme {
    background: WHITE,
    panel: WHITE,
    card: WHITE,
    line: Color::hex(0xc9ced6),
    text: Color::hex(0x14161b),
    muted: Color::hex(0x555d6a),
    accent: Color::hex(0x1f5fd0),
    on_accent: WHITE,
    source: Color::hex(0x7548c4),
    target: Color::hex(0x0b7f56),
    attention: Color::hex(0x925700),
    error: Color::hex(0xc0262d),
    ink: Ink {
        grid: Color::hex(0xeceff3),
        axis: Color::hex(0x14161b),
        source_sample: Color::hex(0x7548c4).alpha(90),
        target_sample: Color::hex(0x0f9d6b).alpha(120),
        trajectory_start: Color::hex(0x7548c4),
        trajectory_end: Color::hex(0x07624a),
        trajectory_alpha: 255,
        ramp: (0.0, 0.92),
        hue_lightness: 0.6,
        particle: Color::hex(0x1b1f27),
        trail: Color::hex(0x1b1f27).alpha(190),
        field: Color::hex(0x6b7280).alpha(220),
        density: Color::hex(0x3b6fd4).alpha(150),
        exact: Color::hex(0x007a8c),
        exact_density: Color::hex(0x0095ab).alpha(170),
        heat: [
            Color::hex(0xffd98a).alpha(190),
            Color::hex(0xea6a2a).alpha(235),
            Color::hex(0x7d0f2b),
        ],
        contracts: Color::hex(0x1f5fd0).alpha(225),
        expands: Color::hex(0xd46a00).alpha(235),
        pair: Color::hex(0xb87a14).alpha(150),
    },
};

/// Radii, widths and type sizes, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    /// Radius of a moving particle among few.
    pub particle: f32,
    /// Radius of a source or target sample among few.
    pub sample: f32,
    /// Radius of the start and the end of a trajectory in a figure.
    pub trajectory_end: f32,
    /// Width of a trajectory.
    pub trajectory: f32,
    /// Width of a trail.
    pub trail: f32,
    /// Width of a coupling pair.
    pub pair: f32,
    /// Width of an arrow's shaft.
    pub arrow: f32,
    /// Length of an arrow's head.
    pub arrow_head: f32,
    /// Width of axes, ticks and outlines.
    pub axis: f32,
    /// Length of a tick.
    pub tick: f32,
    /// Labels, legend and numbers.
    pub text: f32,
    /// Tick labels and second lines.
    pub small: f32,
    /// Titles.
    pub title: f32,
    /// The unit of distances between things.
    pub gap: f32,
}

impl Sizes {
    /// For a screen at arm's length.
    pub const SCREEN: Self = Self {
        particle: 2.4,
        sample: 1.4,
        trajectory_end: 2.0,
        trajectory: 1.1,
        trail: 1.4,
        pair: 0.8,
        arrow: 1.1,
        arrow_head: 5.0,
        axis: 1.0,
        tick: 4.0,
        text: 12.0,
        small: 10.5,
        title: 16.0,
        gap: 6.0,
    };

    /// For a figure on paper: thin lines, nine-point type.
    pub const PRINT: Self = Self {
        particle: 1.2,
        sample: 0.8,
        trajectory_end: 1.2,
        trajectory: 0.6,
        trail: 0.8,
        pair: 0.45,
        arrow: 0.6,
        arrow_head: 3.2,
        axis: 0.6,
        tick: 3.0,
        text: 8.5,
        small: 8.0,
        title: 11.0,
        gap: 4.5,
    };

    /// The same page with dots, strokes and arrows times `share`.
    pub fn with_marks(self, share: f32) -> Self {
        let small = self.scaled(share);
        Self {
            axis: self.axis,
            tick: self.tick,
            text: self.text,
            small: self.small,
            title: self.title,
            gap: self.gap,
            ..small
        }
    }

    /// Everything times `zoom`.
    pub fn scaled(self, zoom: f32) -> Self {
        Self {
            particle: self.particle * zoom,
            sample: self.sample * zoom,
            trajectory_end: self.trajectory_end * zoom,
            trajectory: self.trajectory * zoom,
            trail: self.trail * zoom,
            pair: self.pair * zoom,
            arrow: self.arrow * zoom,
            arrow_head: self.arrow_head * zoom,
            axis: self.axis * zoom,
            tick: self.tick * zoom,
            text: self.text * zoom,
            small: self.small * zoom,
            title: self.title * zoom,
            gap: self.gap * zoom,
        }
    }
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
