//! How large what is drawn is.

use crate::scene::text::{Font, Typeface};

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
    pub text: Font,
    /// Tick labels and second lines.
    pub small: Font,
    /// Titles.
    pub title: Font,
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
        text: Font::sans(12.0),
        small: Font::sans(10.5),
        title: Font::sans(16.0),
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
        text: Font::sans(8.5),
        small: Font::sans(8.0),
        title: Font::sans(11.0),
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

    /// The same sizes in another typeface.
    pub fn set_in(self, typeface: Typeface) -> Self {
        let set = |font: Font| Font { typeface, ..font };
        Self {
            text: set(self.text),
            small: set(self.small),
            title: set(self.title),
            ..self
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
            text: self.text.scaled(zoom),
            small: self.small.scaled(zoom),
            title: self.title.scaled(zoom),
            gap: self.gap * zoom,
        }
    }
}
