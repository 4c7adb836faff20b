//! Floor 4: a `Frame` and view options become a [`Scene`]: panels with a data-to-page transform each, and
//! marks in page points. One scene, many back ends: the window, PNG and SVG paint the same marks.
//!
//! It refuses to know egui, threads and files. Everything here is a pure function of its arguments; a
//! [`Builder`] only remembers layers whose inputs have not changed.
//!
//! | file | what it decides |
//! |---|---|
//! | `layers` | one file a layer: which marks it has at time t, and how it looks in the legend |
//! | `ask` | the pairs whose paths pass a point, over the layers |
//! | `step` | a training step in slow motion, over the layers |
//! | `build` | how layers and furniture become a scene |
//! | `transform`, `camera` | where data lies on the page |
//! | `figure`, `canvas` | what stands around the data: axes, title, legend, numbers |
//! | `figures` | figures for a page, one kind a file |
//! | `curves` | numbers against a number that was varied |
//! | `panels`, `around` | the grid of panels under all figures of the plane, and what stands around it |
//! | `lanes` | several flows side by side |
//! | `metrics` | what is measured, and how it is written |
//! | `theme`, `colormap` | how it looks |
//! | `style` | looks of figures by name, and templates of one's own |

mod around;
pub mod ask;
pub mod axes;
mod build;
mod camera;
mod canvas;
pub mod caption;
mod class_key;
mod cloud;
mod color;
mod color_bar;
pub mod colormap;
pub mod curves;
pub mod figure;
pub mod figures;
mod geometry;
mod heat;
mod image;
mod item;
pub mod lanes;
pub mod layers;
pub mod legend;
pub mod metrics;
pub mod missing;
pub mod numbers;
pub mod panels;
mod place;
mod ramp;
mod scale_end;
mod scales;
pub mod step;
mod style;
pub mod text;
pub mod theme;
mod thin;
mod transform;

use std::sync::Arc;

use crate::experiment::Layer;

pub use around::Around;
pub use build::{Builder, Company, build, legend_strip};
pub use camera::Fit;
pub use cloud::CloudMarks;
pub use color::Color;
pub use geometry::{PagePoint, Rect};
pub use image::Image;
pub use item::{Align, Arrows, Item, Points, Polylines, Rectangle, Segments, Text, fade};
pub use layers::Beside;
pub use ramp::Ramp;
pub use scales::Scales;
pub use style::FigureStyle;
pub use theme::{Sizes, Style, Theme};
pub use transform::{Transform, fit};

/// The canvas of a lane of this width has marks of full size, in points.
const FULL_LANE: f32 = 800.0;
/// Marks shrink to this share at most.
const MIN_MARKS: f32 = 0.6;

/// What stands around the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decorations {
    /// The data fills the page, over a faint grid with numbers at the edges and a small legend.
    Canvas,
    /// The same as one of several beside each other, which have one legend ([`legend_strip`]).
    Lane,
    /// A figure: title, axes, legend, colour bar and the measured numbers.
    Figure,
}

/// What is drawn on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Page {
    /// Width and height, in points.
    pub size: [f32; 2],
    /// Its colours.
    pub theme: Theme,
    /// Strokes, radii and type of a full page, see [`Self::sizes`].
    pub base: Sizes,
    /// What stands around the data.
    pub decorations: Decorations,
    /// Factor on type, strokes and radii; 1 is normal.
    pub zoom: f32,
}

impl Page {
    /// The canvas of a window.
    pub fn canvas(size: [f32; 2], style: Style) -> Self {
        Self {
            size,
            theme: *style.theme(),
            base: Sizes::SCREEN,
            decorations: Decorations::Canvas,
            zoom: 1.0,
        }
    }

    /// One of several canvases of a window.
    pub fn lane(size: [f32; 2], style: Style) -> Self {
        Self {
            decorations: Decorations::Lane,
            ..Self::canvas(size, style)
        }
    }

    /// A figure of 6.75 by 5.4 inches, the width of a page in a conference paper.
    pub fn figure(style: Style) -> Self {
        Self {
            size: [486.0, 388.8],
            theme: *style.theme(),
            base: Sizes::PRINT,
            decorations: Decorations::Figure,
            zoom: 1.0,
        }
    }

    /// Its colours.
    pub fn theme(&self) -> &Theme {
        &self.theme
    }

    /// Its strokes, radii and type sizes.
    pub fn sizes(&self) -> Sizes {
        match self.decorations {
            Decorations::Canvas | Decorations::Figure => self.base.scaled(self.zoom),
            Decorations::Lane => {
                let share = marks_share(self.size[0], FULL_LANE);
                self.base.with_marks(share).scaled(self.zoom)
            }
        }
    }
}

/// How large the marks are in a box of this width where one of width `full` has them of full size: with the root of the
/// width, for dots and strokes as for a page would cover a small box.
fn marks_share(width: f32, full: f32) -> f32 {
    (width / full).clamp(0.0, 1.0).sqrt().max(MIN_MARKS)
}

/// Everything that a back end paints, bottom first: background, then every panel, then the furniture.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Width and height of the page, in points.
    pub size: [f32; 2],
    /// The ground.
    pub background: Color,
    /// The plots, each clipped to its box.
    pub panels: Vec<Panel>,
    /// Axes, legend and text, not clipped.
    pub furniture: Vec<Item>,
    /// Colour bars with their scales, each for itself.
    pub color_bars: Vec<Vec<Item>>,
}

impl Scene {
    /// All its marks but those of the layers, bottom first: furniture and colour bars.
    pub fn around(&self) -> impl Iterator<Item = &Item> {
        self.furniture
            .iter()
            .chain(self.color_bars.iter().flatten())
    }
}

/// One plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Where its data lies on the page; its box clips the marks.
    pub transform: Transform,
    /// Marks under all layers, such as a grid.
    pub backdrop: Vec<Item>,
    /// The visible layers, bottom first.
    pub groups: Vec<Group>,
    /// Marks over all layers, such as those of a training step.
    pub overlay: Vec<Item>,
}

/// The marks of one layer.
///
/// A [`Builder`] hands out the same `Arc` as long as nothing that the marks depend on has changed, so a
/// painter may keep what it made of them for as long as [`Arc::ptr_eq`] holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The layer.
    pub layer: Layer,
    /// Its marks, bottom first.
    pub items: Arc<[Item]>,
}

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
