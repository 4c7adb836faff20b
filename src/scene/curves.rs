//! Numbers against a number that was varied: a small plot for each, one line a lane, with error bars.

mod axis;
mod data;
mod header;
mod legend;
mod marks;
mod slopes;
mod ticks;

use super::figure::margin;
use super::geometry::Rect;
use super::item::{Align, Item, Rectangle, Text};
use super::text::{self, Weight};
use super::theme::Sizes;
use super::{Page, Scene, Style};

pub use axis::Scale;
use axis::{Axis, AxisTicks};
use data::Placed;
pub use data::{Curve, CurvePoint, CurvesFigure, Plot, Stroke, XAxis};
use header::Parts;

/// Plots of a comparison side by side.
pub const COLUMNS: usize = 3;
/// Least side of a box, as a multiple of the size of type.
const LEAST_BOX: f32 = 6.0;
/// Least distance between the numbers of an x axis, as a multiple of their size.
const X_TICK_SPACING: f32 = 4.0;
/// Height of a box over its width.
const SHAPE: f32 = 0.72;
/// Least distance between the numbers of a y axis, as a multiple of their size.
const TICK_SPACING: f32 = 3.0;

impl CurvesFigure {
    /// The figure on a page of the width of a paper's that is as high as the plots need.
    pub fn scene(&self, style: Style) -> Scene {
        let page = Page::figure(style);
        self.on(&page, None)
    }

    /// The figure on a page of this width, as high as it says, or else as the plots need.
    pub fn on(&self, page: &Page, height: Option<f32>) -> Scene {
        let sizes = page.sizes();
        let header = self.header(page);
        let parts = Parts::of(self, page, &header);
        let rows = self.plots.len().div_ceil(self.columns()).max(1) as f32;
        let natural = SHAPE * parts.width;
        let box_height = match height {
            Some(height) => {
                let fixed = parts.top + parts.legend + parts.x_labels + margin(&sizes);
                (height - fixed) / rows - parts.above - parts.below
            }
            None => natural,
        };
        let placed = self.placed(&parts, box_height, &sizes);
        let lowest = placed.iter().map(|plot| plot.rect.max[1]);
        let lowest = lowest.fold(parts.top, f32::max);
        let mut furniture = header.items;
        for (i, plot) in placed.iter().enumerate() {
            let is_lowest = i + self.columns() >= placed.len();
            furniture.extend(self.plot((i, plot), is_lowest, page));
        }
        let legend_top = lowest + parts.x_labels;
        let (items, legend_height) = self.legend(legend_top, page);
        furniture.extend(items);
        let needed = legend_top + legend_height + margin(&sizes);
        Scene {
            size: [page.size[0], height.unwrap_or(needed)],
            background: page.theme().background,
            panels: Vec::new(),
            furniture,
            color_bars: Vec::new(),
        }
    }

    /// The least height of a page of this width.
    pub fn least_height(&self, page: &Page) -> f32 {
        let sizes = page.sizes();
        let header = self.header(page);
        let parts = Parts::of(self, page, &header);
        let rows = self.plots.len().div_ceil(self.columns()).max(1) as f32;
        let fixed = parts.top + parts.legend + parts.x_labels + margin(&sizes);
        fixed + rows * (parts.above + parts.below + LEAST_BOX * sizes.text.size)
    }

    /// The least width.
    pub fn least_width(&self, page: &Page) -> f32 {
        let sizes = page.sizes();
        let parts = Parts::of(self, page, &self.header(page));
        let columns = self.columns() as f32;
        2.0 * margin(&sizes) + columns * (parts.left + parts.between + LEAST_BOX * sizes.text.size)
    }

    fn placed(&self, parts: &Parts, height: f32, sizes: &Sizes) -> Vec<Placed<'_>> {
        let x = self.x_axis();
        let spacing = f64::from(TICK_SPACING * sizes.small / height.max(1.0));
        let columns = self.columns();
        let placed = self.plots.iter().enumerate().map(|(i, plot)| {
            let (row, column) = (i / columns, i % columns);
            let across = parts.left + column as f32 * (parts.width + parts.left + parts.between);
            let down = parts.above + row as f32 * (parts.above + height + parts.below);
            let corner = [margin(sizes) + across, parts.top + down];
            let y = self.y_axis(plot);
            Placed {
                plot,
                rect: Rect::at(corner, [parts.width, height]),
                x,
                y,
                y_ticks: y.ticks(spacing),
            }
        });
        placed.collect()
    }

    fn columns(&self) -> usize {
        self.plots.len().clamp(1, self.columns.max(1))
    }

    fn points(&self) -> impl Iterator<Item = &CurvePoint> {
        let curves = self.plots.iter().flat_map(|plot| &plot.curves);
        curves.flat_map(|curve| &curve.points)
    }

    fn x_axis(&self) -> Axis {
        let scale = match self.x {
            XAxis::Values => Scale::Fitting,
            XAxis::Round(scale) => scale,
        };
        let axis = Axis::around(self.points().map(|point| point.x), scale);
        axis.limited(self.around.limits[0])
    }

    fn y_axis(&self, plot: &Plot) -> Axis {
        let points = plot.curves.iter().flat_map(|curve| &curve.points);
        let ends = points.flat_map(|point| {
            let error = point.error.unwrap_or(0.0);
            [point.y - error, point.y + error]
        });
        Axis::around(ends, plot.scale).limited(self.around.limits[1])
    }

    fn plot(&self, (i, plot): (usize, &Placed), is_lowest: bool, page: &Page) -> Vec<Item> {
        let (sizes, theme) = (page.sizes(), page.theme());
        let rect = plot.rect;
        let has_letter = self.plots.len() > 1 && self.letters();
        let title = match (has_letter, u8::try_from(i)) {
            (true, Ok(i)) if i < 26 => format!("({}) {}", char::from(b'a' + i), plot.plot.title),
            _ => plot.plot.title.clone(),
        };
        let mut items = vec![Item::Text(Text {
            text: text::fitted(&title, sizes.text, Weight::SemiBold, rect.width()),
            at: [rect.min[0], rect.min[1] - 1.2 * sizes.gap],
            align: Align::Left,
            size: sizes.text,
            weight: Weight::SemiBold,
            color: theme.text,
        })];
        if self.around.show.frame {
            items.push(Item::Rectangle(Rectangle {
                rect,
                fill: None,
                stroke: Some((sizes.axis, theme.ink.axis)),
                radius: 0.0,
            }));
        }
        if self.around.show.ticks {
            items.extend(ticks::y_marks(plot, page));
            items.extend(self.x_marks(plot, is_lowest, page));
        }
        items.extend(slopes::slopes(plot, page));
        for curve in &plot.plot.curves {
            items.extend(marks::curve_marks(plot, curve, page));
        }
        items
    }

    /// Plots of a comparison need no letters: their titles are the names of numbers.
    fn letters(&self) -> bool {
        self.around.show.letters && self.x != XAxis::Values
    }

    /// Ticks, with numbers and the name of the axis under the lowest plots.
    fn x_marks(&self, plot: &Placed, is_lowest: bool, page: &Page) -> Vec<Item> {
        let ticks = match self.x {
            XAxis::Values => AxisTicks::at(self.points().map(|point| point.x)),
            XAxis::Round(_) => {
                let spacing = X_TICK_SPACING * page.sizes().small / plot.rect.width();
                plot.x.ticks(f64::from(spacing))
            }
        };
        ticks::x_marks(plot, &ticks, is_lowest.then_some(&self.x_name), page)
    }

    /// A line for each lane in its colour and one for each kind of dashes, and how high all of them are.
    fn legend(&self, top: f32, page: &Page) -> (Vec<Item>, f32) {
        if !self.around.show.legend {
            return (Vec::new(), 0.0);
        }
        let lanes = self.lanes.iter().enumerate();
        let named = lanes.filter(|(_, name)| !name.is_empty());
        let lanes = named.map(|(lane, name)| (lane, Stroke::Line, name));
        let dashed = self.dashed.iter().map(|(stroke, name)| (0, *stroke, name));
        legend::lines(lanes.chain(dashed), top, page)
    }
}

#[cfg(test)]
mod tests;
