//! The figure of several lanes: small panels with one camera, ticks on the outer sides, a letter and a title above each
//! and its numbers below, and one legend and one colour bar for all.

use super::axes::{Axes, Sides};
use super::camera::shown;
use super::figure::{self, TICK_SPACING, header_height, margin};
use super::geometry::Rect;
use super::item::{Align, Item, Text};
use super::layers::{Beside, Moment};
use super::legend::Meaning;
use super::metrics::{Measured, grouped};
use super::place::Place;
use super::scales::Scales;
use super::text::{self, Weight};
use super::theme::Sizes;
use super::transform::{Transform, fit};
use super::{Page, Panel, Ramp, Scene, Style, build, color_bar, legend, marks_share};
use crate::experiment::{Camera, View};
use crate::flow::Bounds;
use crate::snapshot::Frame;

/// Shapes (width over height) of a panel's box.
const ASPECTS: (f32, f32) = (0.6, 1.8);
/// So many panels stand side by side at most.
const MAX_COLUMNS: usize = 4;
/// Widths of y labels that the first guess of the layout makes room for, in ems.
const LABEL_EMS: f32 = 1.5;
/// Distance between two numbers under a panel.
const BETWEEN_NUMBERS: &str = "   ";
/// A box of this width has marks of full size, in points; those of a smaller one shrink with the root of its width.
const FULL_BOX: f32 = 360.0;
/// A colour bar is at least so high, in ems: its numbers have to stand one above the other.
const MIN_BAR_EMS: f32 = 5.0;
/// A colour bar is at most so many boxes high.
const BAR_BOXES: f32 = 2.0;

/// One lane of the figure.
pub struct LanePanel<'a> {
    /// What it shows.
    pub frame: &'a Frame,
    /// What it is called.
    pub title: String,
    /// The numbers under it, such as `S = 1.38`.
    pub numbers: Vec<String>,
}

impl<'a> LanePanel<'a> {
    /// The lane with the numbers that were measured of its frame.
    pub fn measured(frame: &'a Frame, title: String) -> Self {
        let has_numbers = frame.products.metrics.get().is_some();
        let numbers = has_numbers.then(|| figure::numbers(&Measured::of(frame)));
        Self {
            frame,
            title,
            numbers: numbers.unwrap_or_default(),
        }
    }
}

/// What a figure of lanes is made from.
pub struct LanesFigure<'a> {
    /// The lanes, row by row; one at least.
    pub lanes: &'a [LanePanel<'a>],
    /// What of them is shown; its time is not read.
    pub view: &'a View,
    /// How many stand side by side.
    pub columns: usize,
}

/// How many of so many lanes stand side by side.
pub fn columns(n_lanes: usize) -> usize {
    match n_lanes {
        0 | 1 => 1,
        2 | 4 => 2,
        3..=9 => 3,
        _ => MAX_COLUMNS,
    }
}

/// Where the parts of the figure go.
struct Layout {
    boxes: Vec<Rect>,
    /// The numbers under each box, broken into lines.
    numbers: Vec<Vec<String>>,
    /// The legend's upper edge.
    legend_top: f32,
}

impl LanesFigure<'_> {
    /// A page of the width of a paper's that is as high as the panels need.
    pub fn page(&self, style: Style) -> Page {
        let mut page = Page::figure(style);
        let sizes = page.sizes();
        let width = self.widest_box(&page, LABEL_EMS * sizes.small);
        let numbers = self.number_lines(width, &sizes);
        let rows = self.rows() as f32;
        page.size[1] = self.fixed_height(&page, &numbers) + rows * width / self.aspect();
        page
    }

    /// The part of the plane that every panel shows.
    pub fn visible(&self, page: &Page) -> Option<Bounds> {
        let first = *self.layout(page).boxes.first()?;
        Some(Transform::new(self.camera(), first).visible())
    }

    /// The figure at time `t`.
    pub fn scene(&self, t: f64, page: &Page) -> Scene {
        let layout = self.layout(page);
        let camera = self.camera();
        let (mut panels, mut furniture) = (Vec::new(), self.header(t, page, &layout));
        let meanings = self.meanings(&layout, camera, t, page);
        let common = common(self.view, &meanings);
        for (i, (lane, rect)) in self.lanes.iter().zip(&layout.boxes).enumerate() {
            let transform = Transform::new(camera, *rect);
            let place = Place::new(transform, page);
            panels.push(Panel {
                transform,
                backdrop: Vec::new(),
                groups: build::marks(&self.moment(i, lane, t), &small(place)),
                overlay: build::overlay(&self.moment(i, lane, t), &small(place)),
            });
            let (sizes, theme) = (&place.sizes, place.theme());
            let axes = Axes::new(&transform, sizes, TICK_SPACING);
            furniture.extend(axes.on_sides(self.sides(i), &transform, sizes, theme));
            furniture.push(self.title(i, *rect, &place));
            let words = layout.numbers.get(i).into_iter().flatten().cloned();
            let notes = meanings.get(i).map(|meaning| meaning.beyond(&common));
            let words = words.chain(notes.into_iter().flatten().cloned());
            furniture.extend(self.words_below(i, words, *rect, &place));
        }
        furniture.extend(self.legend(&common, &layout, page));
        Scene {
            size: page.size,
            background: page.theme().background,
            panels,
            furniture,
        }
    }

    /// What a panel shows; the first lane is what others are compared with.
    fn moment<'a>(&'a self, i: usize, lane: &'a LanePanel, t: f64) -> Moment<'a> {
        let other = self.lanes.first().filter(|_| i > 0);
        let beside = other.map(|other| Beside {
            frame: other.frame,
            lanes: [i, 0],
        });
        Moment {
            frame: lane.frame,
            beside,
            scales: Scales::of(self.lanes.iter().map(|lane| lane.frame)),
            view: self.view,
            t,
        }
    }

    fn rows(&self) -> usize {
        self.lanes.len().div_ceil(self.columns())
    }

    fn columns(&self) -> usize {
        self.columns.clamp(1, self.lanes.len().max(1))
    }

    /// The box around what has to be seen of all lanes.
    fn data(&self) -> Bounds {
        let shown = self.lanes.iter().map(|lane| shown(lane.frame));
        let all = shown.reduce(|all, one| all.union(&one));
        all.unwrap_or(Bounds::square(1.0))
    }

    fn aspect(&self) -> f32 {
        let data = self.data();
        let aspect = (data.width() / data.height()) as f32;
        match aspect.is_finite() && self.view.camera.is_none() {
            true => aspect.clamp(ASPECTS.0, ASPECTS.1),
            false => 1.0,
        }
    }

    fn camera(&self) -> Camera {
        let fitted = || fit(&self.data(), f64::from(self.aspect()));
        self.view.camera.unwrap_or_else(fitted)
    }

    /// Whether the panel has ticks on its left and below: where no other panel is.
    fn sides(&self, i: usize) -> Sides {
        Sides {
            left: i.is_multiple_of(self.columns()),
            below: i + self.columns() >= self.lanes.len(),
        }
    }

    fn layout(&self, page: &Page) -> Layout {
        let sizes = page.sizes();
        let first = self.layout_with(page, LABEL_EMS * sizes.small);
        let label_width = first.boxes.first().map(|rect| {
            let transform = Transform::new(self.camera(), *rect);
            Axes::new(&transform, &sizes, TICK_SPACING).y_label_width(&sizes)
        });
        self.layout_with(page, label_width.unwrap_or_default())
    }

    fn layout_with(&self, page: &Page, label_width: f32) -> Layout {
        let sizes = page.sizes();
        let width = self.widest_box(page, label_width);
        let numbers = self.number_lines(width, &sizes);
        let rows = self.rows() as f32;
        let room = (page.size[1] - self.fixed_height(page, &numbers)) / rows;
        let height = room.min(width / self.aspect()).max(1.0);
        let size = [height * self.aspect(), height];
        let columns = self.columns() as f32;
        let spare = columns * (width - size[0]).max(0.0);
        let left = margin(&sizes) + Axes::left_margin(label_width, &sizes) + 0.5 * spare;
        let top = margin(&sizes) + header_height(&sizes);
        let pitch = [
            size[0] + between(&sizes),
            self.row_height(&sizes, &numbers) + height,
        ];
        let corner = |i: usize| {
            let (row, column) = (i / self.columns(), i % self.columns());
            let y = top + row as f32 * pitch[1] + title_height(&sizes);
            [left + column as f32 * pitch[0], y]
        };
        let boxes = (0..self.lanes.len()).map(|i| Rect::at(corner(i), size));
        let legend_top = top + rows * pitch[1] + Axes::lower_margin(&sizes);
        Layout {
            boxes: boxes.collect(),
            numbers,
            legend_top,
        }
    }

    /// Width of a box that the page's width allows.
    fn widest_box(&self, page: &Page, label_width: f32) -> f32 {
        let sizes = page.sizes();
        let gaps = self.columns().saturating_sub(1) as f32 * between(&sizes);
        let left = Axes::left_margin(label_width, &sizes);
        let room = page.size[0] - 2.0 * margin(&sizes) - left - gaps - self.bar_width(&sizes);
        (room / self.columns() as f32).max(1.0)
    }

    /// What the colour bar is about, if there is one. Where the scales of the lanes differ, which they do between
    /// different densities, it is that of the first.
    fn ramp(&self) -> Option<Ramp> {
        legend::ramp(self.view, self.lanes.first()?.frame)
    }

    fn bar_width(&self, sizes: &Sizes) -> f32 {
        let width = |ramp| 2.5 * sizes.gap + color_bar::vertical_width(&ramp, sizes);
        self.ramp().map_or(0.0, width)
    }

    /// All height but that of the boxes.
    fn fixed_height(&self, page: &Page, numbers: &[Vec<String>]) -> f32 {
        let sizes = &page.sizes();
        let rows = self.rows() as f32 * self.row_height(sizes, numbers);
        let legend = self.legend_lines(page).len() as f32 * legend::line_height(sizes);
        2.0 * margin(sizes) + header_height(sizes) + rows + Axes::lower_margin(sizes) + legend
    }

    /// Height of a row but that of its boxes.
    fn row_height(&self, sizes: &Sizes, numbers: &[Vec<String>]) -> f32 {
        let lines = numbers.iter().map(Vec::len).max().unwrap_or(0) + self.notes_room();
        title_height(sizes) + lines as f32 * line_height(sizes) + 1.5 * sizes.gap
    }

    /// Lines that what the legend says of a layer may need under a panel.
    fn notes_room(&self) -> usize {
        let is_note = |entry: &&legend::Entry| {
            matches!(entry, legend::Entry::Note { .. } | legend::Entry::Basis)
        };
        let notes = legend::entries(self.view);
        match self.lanes.len() {
            0 | 1 => 0,
            _ => notes.iter().filter(is_note).count(),
        }
    }

    /// The numbers under each panel, in lines that its box has room for.
    fn number_lines(&self, width: f32, sizes: &Sizes) -> Vec<Vec<String>> {
        let lines = |lane: &LanePanel| {
            let mut lines: Vec<String> = Vec::new();
            for number in &lane.numbers {
                let longer = lines
                    .last()
                    .map(|line| [line, BETWEEN_NUMBERS, number].concat());
                let fits = |line: &String| text::width(line, sizes.small, Weight::Regular) <= width;
                match (longer.filter(fits), lines.last_mut()) {
                    (Some(longer), Some(last)) => *last = longer,
                    _ => lines.push(number.clone()),
                }
            }
            lines
        };
        self.lanes.iter().map(lines).collect()
    }

    fn title(&self, i: usize, rect: Rect, place: &Place) -> Item {
        let sizes = &place.sizes;
        let title = self.lanes.get(i).map_or("", |lane| &lane.title);
        let title = match self.lanes.len() {
            1 => title.to_owned(),
            _ => format!("({}) {title}", letter(i)),
        };
        Item::Text(Text {
            text: text::fitted(&title, sizes.text, Weight::SemiBold, rect.width()),
            at: [rect.min[0], rect.min[1] - 1.2 * sizes.gap],
            align: Align::Left,
            size: sizes.text,
            weight: Weight::SemiBold,
            color: place.theme().text,
        })
    }

    /// Lines centred under a panel, past the numbers of its x axis.
    fn words_below(
        &self,
        i: usize,
        words: impl Iterator<Item = String>,
        rect: Rect,
        place: &Place,
    ) -> Vec<Item> {
        let (sizes, theme) = (&place.sizes, place.theme());
        let ticks = match self.sides(i).below {
            true => Axes::lower_margin(sizes),
            false => 0.0,
        };
        let first = rect.max[1] + ticks + sizes.gap + text::cap_height(sizes.small);
        let line = |(k, words): (usize, String)| {
            Item::Text(Text {
                text: text::fitted(
                    &words,
                    sizes.small,
                    Weight::Regular,
                    rect.width() + between(sizes),
                ),
                at: [rect.center()[0], first + k as f32 * line_height(sizes)],
                align: Align::Center,
                size: sizes.small,
                weight: Weight::Regular,
                color: theme.text,
            })
        };
        words.enumerate().map(line).collect()
    }

    /// The experiment's title and, under it, what all panels were made with.
    fn header(&self, t: f64, page: &Page, layout: &Layout) -> Vec<Item> {
        let (Some(lane), Some(rect)) = (self.lanes.first(), layout.boxes.first()) else {
            return Vec::new();
        };
        let sizes = page.sizes();
        let second = rect.min[1] - title_height(&sizes) - 0.5 * sizes.gap;
        let title = lane.frame.experiment.words.heading();
        figure::title_lines(title, &self.recipe(t), [rect.min[0], second], page)
    }

    /// What all lanes have in common: path, coupling, solver, step, and the time.
    fn recipe(&self, t: f64) -> String {
        let of = |lane: &LanePanel| {
            let experiment = &lane.frame.experiment;
            [
                experiment.problem.path.legend(),
                experiment.problem.coupling.legend(),
                experiment.readout.legend(),
                format!("step {}", grouped(lane.frame.step)),
            ]
        };
        let mut parts: Vec<String> = Vec::new();
        if let Some((first, others)) = self.lanes.split_first() {
            let others: Vec<_> = others.iter().map(of).collect();
            let same = |(k, part): (usize, String)| {
                let everywhere = others.iter().all(|other| other[k] == part);
                everywhere.then_some(part)
            };
            parts.extend(of(first).into_iter().enumerate().filter_map(same));
        }
        parts.push(format!("t = {t:.2}"));
        parts.join("  ·  ")
    }

    fn meanings(&self, layout: &Layout, camera: Camera, t: f64, page: &Page) -> Vec<Meaning<'_>> {
        let lanes = self.lanes.iter().zip(&layout.boxes).enumerate();
        lanes
            .map(|(i, (lane, rect))| {
                let place = small(Place::new(Transform::new(camera, *rect), page));
                Meaning::of(self.moment(i, lane, t), &place)
            })
            .collect()
    }

    fn legend_lines(&self, page: &Page) -> Vec<Vec<legend::Entry>> {
        let sizes = page.sizes();
        let room = page.size[0] - 2.0 * margin(&sizes);
        legend::lines(&legend::entries(self.view), room, &sizes)
    }

    /// The legend below the panels and the colour bar at their right.
    fn legend(&self, common: &Meaning, layout: &Layout, page: &Page) -> Vec<Item> {
        let (Some(first), Some(last)) = (layout.boxes.first(), layout.boxes.last()) else {
            return Vec::new();
        };
        let place = Place::new(Transform::new(self.camera(), *first), page);
        let sizes = &place.sizes;
        let right = self.columns().min(layout.boxes.len()) - 1;
        let right = layout.boxes.get(right).unwrap_or(first).max[0];
        let middle = 0.5 * (first.min[0] + right);
        let mut items = Vec::new();
        let mut baseline = layout.legend_top;
        for line in self.legend_lines(page) {
            baseline += legend::line_height(sizes);
            let width = legend::line_width(&line, sizes);
            let rightmost = (page.size[0] - margin(sizes) - width).max(margin(sizes));
            let x = (middle - 0.5 * width).clamp(margin(sizes), rightmost);
            items.extend(legend::line_items(&line, common, [x, baseline], &place));
        }
        if let Some(ramp) = self.ramp() {
            let left = right + 2.5 * sizes.gap;
            let lowest = first.min[1] + BAR_BOXES * first.height();
            let shortest = first.min[1] + MIN_BAR_EMS * sizes.small;
            let bar = Rect {
                min: [
                    left,
                    first.min[1] - text::cap_height(sizes.text) - 2.0 * sizes.gap,
                ],
                max: [
                    left + color_bar::vertical_width(&ramp, sizes),
                    last.max[1].min(lowest).max(shortest),
                ],
            };
            items.extend(color_bar::vertical(&ramp, bar, &place));
        }
        items
    }
}

/// The place with marks that fit a small box: dots and strokes as for a page would cover it.
fn small(place: Place) -> Place {
    let share = marks_share(place.transform.rect().width(), FULL_BOX);
    let sizes = place.sizes.with_marks(share);
    Place { sizes, ..place }
}

/// What is said of the layers in all panels alike.
fn common<'a>(view: &'a View, meanings: &[Meaning<'a>]) -> Meaning<'a> {
    let mut common = Meaning::silent(view);
    if let Some((first, others)) = meanings.split_first() {
        common = first.clone();
        others.iter().for_each(|other| common.keep_common(other));
    }
    common
}

/// Distance between panels side by side, in points.
fn between(sizes: &Sizes) -> f32 {
    3.0 * sizes.gap
}

/// Height of a panel's title with the room above it, in points.
fn title_height(sizes: &Sizes) -> f32 {
    text::cap_height(sizes.text) + 3.0 * sizes.gap
}

/// Distance between the lines under a panel, in points.
fn line_height(sizes: &Sizes) -> f32 {
    1.4 * sizes.small
}

/// `a` to `z`, then numbers.
fn letter(i: usize) -> String {
    match u8::try_from(i) {
        Ok(i @ 0..26) => char::from(b'a' + i).to_string(),
        _ => (i + 1).to_string(),
    }
}

#[cfg(test)]
mod tests;
