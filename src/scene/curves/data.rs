//! What a figure of curves says, and a plot with its place on the page.

use super::super::around::Around;
use super::super::geometry::{PagePoint, Rect};
use super::axis::{Axis, AxisTicks, Scale};

/// A point of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// The value that was varied.
    pub x: f64,
    /// What was measured there.
    pub y: f64,
    /// Its standard error, if there is one.
    pub error: Option<f64>,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    /// With a dot at each point, and its error bar.
    Dots,
    /// Without dots.
    Line,
    /// Thin and faint, under the others.
    Faint,
    /// Dashed, in the colour of its lane: what the lane is compared with.
    Dashed,
    /// Dashed and grey: of no lane.
    Reference,
}

/// A line of a plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The number of its lane, which its colour goes by.
    pub lane: usize,
    /// Its points, in the order of x.
    pub points: Vec<CurvePoint>,
    /// How it is drawn.
    pub stroke: Stroke,
}

impl Curve {
    /// A line through measured points.
    pub fn measured(lane: usize, points: Vec<CurvePoint>) -> Self {
        let stroke = Stroke::Dots;
        Self {
            lane,
            points,
            stroke,
        }
    }
}

/// A number against what was varied.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// What the number is called.
    pub title: String,
    /// One for each lane that has it.
    pub curves: Vec<Curve>,
    /// How its values are spaced.
    pub scale: Scale,
    /// Orders of convergence whose slopes are drawn, where both axes have ratios.
    pub orders: &'static [u8],
}

/// What the x axis says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum XAxis {
    /// Every value that was tried.
    Values,
    /// Round numbers.
    Round(Scale),
}

/// All that a figure of curves says.
#[derive(Clone, Debug, PartialEq)]
pub struct CurvesFigure {
    /// The heading.
    pub title: String,
    /// The line beneath it.
    pub recipe: String,
    /// What was varied.
    pub x_name: String,
    /// Names of the lanes, by their number; empty if there is one without a name.
    pub lanes: Vec<String>,
    /// The plots, row by row.
    pub plots: Vec<Plot>,
    /// How many plots a row has room for.
    pub columns: usize,
    /// What the x axis says.
    pub x: XAxis,
    /// What dashed lines are, in the legend.
    pub dashed: Vec<(Stroke, String)>,
    /// What stands around the plots, and the ends of the axes.
    pub around: Around,
}

/// A plot with its place on the page.
pub(super) struct Placed<'a> {
    pub plot: &'a Plot,
    pub rect: Rect,
    pub x: Axis,
    pub y: Axis,
    pub y_ticks: AxisTicks,
}

impl Placed<'_> {
    pub fn at(&self, x: f64, y: f64) -> PagePoint {
        [
            self.rect.min[0] + self.x.share(x) * self.rect.width(),
            self.rect.max[1] - self.y.share(y) * self.rect.height(),
        ]
    }
}
