//! Numbers against a number that was varied: a small plot for each, one line a lane, with error bars.

use super::axes::{Tick, ticks};
use super::figure::{header_height, margin, title_lines};
use super::geometry::{PagePoint, Rect};
use super::item::{Align, Item, Points, Polylines, Rectangle, Segments, Text};
use super::legend;
use super::text::{self, Weight};
use super::theme::{Sizes, lane_color};
use super::{Color, Page, Scene, Style};

/// Plots side by side.
const COLUMNS: usize = 3;
/// Height of a box over its width.
const SHAPE: f32 = 0.72;
/// Share of a box that stays free around what is in it.
const PADDING: f64 = 0.08;
/// Positive values that differ by this factor are spaced by their ratios.
const LOGARITHMIC: f64 = 16.0;
/// Least distance between the numbers of a y axis, as a multiple of their size.
const TICK_SPACING: f32 = 3.0;

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

/// A line of a plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The number of its lane, which its colour goes by.
    pub lane: usize,
    /// Its points, in the order of x.
    pub points: Vec<CurvePoint>,
}

/// A number against what was varied.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// What the number is called.
    pub title: String,
    /// One for each lane that has it.
    pub curves: Vec<Curve>,
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
}

/// From values to the page, along one axis.
#[derive(Clone, Copy)]
struct Axis {
    min: f64,
    max: f64,
    logarithmic: bool,
}

impl Axis {
    /// The axis on which all values lie, with some room.
    fn around(values: impl Iterator<Item = f64>, may_be_logarithmic: bool) -> Self {
        let finite = values.filter(|x| x.is_finite());
        let (min, max) = finite.fold((f64::MAX, f64::MIN), |(min, max), x| {
            (min.min(x), max.max(x))
        });
        let logarithmic = may_be_logarithmic && min > 0.0 && max >= LOGARITHMIC * min;
        let (min, max) = match logarithmic {
            true => (min.log10(), max.log10()),
            false => (min, max),
        };
        let span = max - min;
        let room = match span {
            span if span > 1e-9 * max.abs().max(min.abs()) => PADDING * span,
            span if span.is_finite() => 0.1 * max.abs().max(1e-3),
            _ => 1.0,
        };
        let (min, max) = if min > max { (0.0, 1.0) } else { (min, max) };
        Self {
            min: min - room,
            max: max + room,
            logarithmic,
        }
    }

    /// Where the value lies, 0 to 1.
    fn share(&self, x: f64) -> f32 {
        let x = if self.logarithmic { x.log10() } else { x };
        ((x - self.min) / (self.max - self.min)) as f32
    }
}

/// A plot with its place on the page.
struct Placed<'a> {
    plot: &'a Plot,
    rect: Rect,
    x: Axis,
    y: Axis,
    y_ticks: Vec<Tick>,
}

impl Placed<'_> {
    fn at(&self, x: f64, y: f64) -> PagePoint {
        [
            self.rect.min[0] + self.x.share(x) * self.rect.width(),
            self.rect.max[1] - self.y.share(y) * self.rect.height(),
        ]
    }
}

impl CurvesFigure {
    /// The figure on a page of the width of a paper's that is as high as the plots need.
    pub fn scene(&self, style: Style) -> Scene {
        let mut page = Page::figure(style);
        let sizes = page.sizes();
        let y_axes: Vec<Axis> = self.plots.iter().map(y_axis).collect();
        let y_ticks = |height: f32| {
            let spacing = f64::from(TICK_SPACING * sizes.small / height);
            let ticks = |axis: &Axis| ticks(axis.min, axis.max, spacing * (axis.max - axis.min));
            y_axes.iter().map(ticks).collect::<Vec<_>>()
        };
        // How wide the numbers are depends on how many there are, which depends on the height: the guess is for the
        // widest that three digits can be.
        let (label, columns) = (
            text::width("−0.000", sizes.small, Weight::Regular),
            self.columns(),
        );
        let left = label + sizes.tick + sizes.gap;
        let between = 2.0 * sizes.gap;
        let room = page.size[0] - 2.0 * margin(&sizes) - (columns - 1) as f32 * between;
        let width = (room / COLUMNS.max(columns) as f32) - left;
        let height = SHAPE * width;
        let top = margin(&sizes) + header_height(&sizes);
        let above = text::cap_height(sizes.text) + 2.5 * sizes.gap;
        let below = 1.5 * sizes.gap;
        let x = self.x_axis();
        let placed = self.plots.iter().zip(y_axes.iter().zip(y_ticks(height)));
        let placed = placed.enumerate().map(|(i, (plot, (y, y_ticks)))| {
            let (row, column) = (i / columns, i % columns);
            let corner = [
                margin(&sizes) + left + column as f32 * (width + left + between),
                top + above + row as f32 * (above + height + below),
            ];
            Placed {
                plot,
                rect: Rect::at(corner, [width, height]),
                x,
                y: *y,
                y_ticks,
            }
        });
        let placed: Vec<Placed> = placed.collect();
        let lowest = placed
            .iter()
            .map(|plot| plot.rect.max[1])
            .fold(top, f32::max);
        let x_labels = sizes.tick + 2.0 * text::cap_height(sizes.small) + 2.5 * sizes.gap;
        let mut furniture = self.header(&page);
        for (i, plot) in placed.iter().enumerate() {
            let is_lowest = i + columns >= placed.len();
            furniture.extend(self.plot(plot, is_lowest, &page));
        }
        let legend_top = lowest + x_labels;
        let (items, legend_height) = self.legend(legend_top, &page);
        furniture.extend(items);
        page.size[1] = legend_top + legend_height + margin(&sizes);
        Scene {
            size: page.size,
            background: page.theme().background,
            panels: Vec::new(),
            furniture,
            color_bars: Vec::new(),
        }
    }

    fn columns(&self) -> usize {
        self.plots.len().clamp(1, COLUMNS)
    }

    fn points(&self) -> impl Iterator<Item = &CurvePoint> {
        let curves = self.plots.iter().flat_map(|plot| &plot.curves);
        curves.flat_map(|curve| &curve.points)
    }

    fn x_axis(&self) -> Axis {
        Axis::around(self.points().map(|point| point.x), true)
    }

    fn header(&self, page: &Page) -> Vec<Item> {
        let sizes = page.sizes();
        let first = margin(&sizes) + text::cap_height(sizes.title);
        let second = first + text::cap_height(sizes.small) + 2.0 * sizes.gap;
        let at = [margin(&sizes) + sizes.gap, second];
        title_lines(&self.title, &self.recipe, at, page)
    }

    fn plot(&self, plot: &Placed, is_lowest: bool, page: &Page) -> Vec<Item> {
        let (sizes, theme) = (page.sizes(), page.theme());
        let rect = plot.rect;
        let mut items = vec![
            Item::Text(Text {
                text: text::fitted(&plot.plot.title, sizes.text, Weight::SemiBold, rect.width()),
                at: [rect.min[0], rect.min[1] - 1.2 * sizes.gap],
                align: Align::Left,
                size: sizes.text,
                weight: Weight::SemiBold,
                color: theme.text,
            }),
            Item::Rectangle(Rectangle {
                rect,
                fill: None,
                stroke: Some((sizes.axis, theme.ink.axis)),
                radius: 0.0,
            }),
        ];
        items.extend(y_marks(plot, page));
        items.extend(self.x_marks(plot, is_lowest, page));
        for curve in &plot.plot.curves {
            let color = lane_color(curve.lane, page.theme.is_dark());
            items.extend(curve_marks(plot, curve, color, &sizes));
        }
        items
    }

    /// Ticks at the values; numbers and the name of the axis under the lowest plots, as far as they do not touch.
    fn x_marks(&self, plot: &Placed, is_lowest: bool, page: &Page) -> Vec<Item> {
        let (sizes, theme) = (page.sizes(), page.theme());
        let mut values: Vec<f64> = self.points().map(|point| point.x).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let below = plot.rect.max[1];
        let mut items = Vec::new();
        let (mut marks, mut taken) = (Vec::new(), f32::MIN);
        for x in values {
            let at = plot.at(x, plot.y.min)[0];
            marks.push([[at, below], [at, below + sizes.tick]]);
            let label = Text {
                text: x.to_string().replace('-', "−"),
                at: [
                    at,
                    below + sizes.tick + 0.5 * sizes.gap + text::cap_height(sizes.small),
                ],
                align: Align::Center,
                size: sizes.small,
                weight: Weight::Regular,
                color: theme.text,
            };
            if is_lowest && label.bounds().min[0] > taken + 0.5 * sizes.gap {
                taken = label.bounds().max[0];
                items.push(Item::Text(label));
            }
        }
        items.push(Item::Segments(Segments {
            ends: marks,
            width: sizes.axis,
            color: theme.ink.axis,
        }));
        if is_lowest {
            let name = below + sizes.tick + 1.5 * sizes.gap + 2.0 * text::cap_height(sizes.small);
            items.push(Item::Text(Text {
                text: text::fitted(
                    &self.x_name,
                    sizes.small,
                    Weight::Regular,
                    plot.rect.width(),
                ),
                at: [plot.rect.center()[0], name],
                align: Align::Center,
                size: sizes.small,
                weight: Weight::Regular,
                color: theme.text,
            }));
        }
        items
    }

    /// A line for each lane in its colour, and how high all of them are.
    fn legend(&self, top: f32, page: &Page) -> (Vec<Item>, f32) {
        let (sizes, theme) = (page.sizes(), page.theme());
        let (left, right) = (margin(&sizes) + sizes.gap, page.size[0] - margin(&sizes));
        let (mark, gap) = (1.8 * sizes.text, 1.3 * sizes.gap);
        let line_height = legend::line_height(&sizes);
        let (mut x, mut baseline) = (left, top + line_height);
        let mut items = Vec::new();
        for (lane, name) in self.lanes.iter().enumerate() {
            let room = right - left - mark - gap;
            let name = text::fitted(name, sizes.text, Weight::Regular, room);
            let width = mark + gap + text::width(&name, sizes.text, Weight::Regular);
            if x > left && x + width > right {
                (x, baseline) = (left, baseline + line_height);
            }
            let y = baseline - 0.5 * text::cap_height(sizes.text);
            let color = lane_color(lane, page.theme.is_dark());
            items.push(Item::Segments(Segments {
                ends: vec![[[x, y], [x + mark, y]]],
                width: 2.0 * sizes.trajectory,
                color,
            }));
            items.push(Item::Text(Text {
                text: name,
                at: [x + mark + gap, baseline],
                align: Align::Left,
                size: sizes.text,
                weight: Weight::Regular,
                color: theme.text,
            }));
            x += width + 2.8 * sizes.gap;
        }
        let height = match self.lanes.is_empty() {
            true => 0.0,
            false => baseline - top + text::descent(sizes.text),
        };
        (items, height)
    }
}

fn y_axis(plot: &Plot) -> Axis {
    let points = plot.curves.iter().flat_map(|curve| &curve.points);
    let ends = points.flat_map(|point| {
        let error = point.error.unwrap_or(0.0);
        [point.y - error, point.y + error]
    });
    Axis::around(ends, false)
}

/// Ticks and numbers left of the box.
fn y_marks(plot: &Placed, page: &Page) -> Vec<Item> {
    let (sizes, theme) = (page.sizes(), page.theme());
    let left = plot.rect.min[0];
    let mut items = Vec::new();
    let mut marks = Vec::new();
    for tick in &plot.y_ticks {
        let at = plot.at(0.0, tick.value)[1];
        marks.push([[left - sizes.tick, at], [left, at]]);
        items.push(Item::Text(Text {
            text: tick.label.clone(),
            at: [
                left - sizes.tick - 0.5 * sizes.gap,
                at + 0.5 * text::cap_height(sizes.small),
            ],
            align: Align::Right,
            size: sizes.small,
            weight: Weight::Regular,
            color: theme.text,
        }));
    }
    items.push(Item::Segments(Segments {
        ends: marks,
        width: sizes.axis,
        color: theme.ink.axis,
    }));
    items
}

/// The line, its points and their error bars.
fn curve_marks(plot: &Placed, curve: &Curve, color: Color, sizes: &Sizes) -> Vec<Item> {
    let width = 1.6 * sizes.trajectory;
    let mut line = Polylines::with_capacity(width, false, 1, curve.points.len());
    let mut bars = Vec::new();
    let cap = 1.5 * sizes.particle;
    for point in &curve.points {
        let at = plot.at(point.x, point.y);
        line.points.push(at);
        if let Some(error) = point.error.filter(|error| *error > 0.0) {
            let [low, high] = [-1.0, 1.0].map(|sign| plot.at(point.x, point.y + sign * error)[1]);
            bars.push([[at[0], low], [at[0], high]]);
            bars.extend([low, high].map(|y| [[at[0] - cap, y], [at[0] + cap, y]]));
        }
    }
    let centers = line.points.clone();
    line.finish_line(color);
    vec![
        Item::Polylines(line),
        Item::Segments(Segments {
            ends: bars,
            width: 0.6 * width,
            color,
        }),
        Item::Points(Points {
            centers,
            radius: 1.4 * sizes.particle,
            color,
        }),
    ]
}

#[cfg(test)]
mod tests;
