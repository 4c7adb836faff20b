//! A figure for a page: title, axes, legend and colour bar beside or below, and the measured numbers.
//!
//! Everything is placed by measured widths, so that nothing is clipped and nothing overlaps.

use super::axes::Axes;
use super::camera::{camera_of, shown};
use super::class_key::ClassSet;
use super::color_bar::ColorBar;
use super::geometry::{PagePoint, Rect};
use super::item::{Align, Item, Text};
use super::layers::{Moment, look};
use super::legend::Meaning;
use super::metrics::{Measured, Metric, grouped, table, three_digits};
use super::place::Place;
use super::text::{self, Font, Weight};
use super::theme::Sizes;
use super::transform::{Transform, fit};
use super::{Color, Page, legend};
use crate::experiment::Layer;
use crate::flow::Bounds;

/// Shapes (width over height) of the axes box that still hold labels.
const ASPECTS: (f32, f32) = (0.4, 2.5);
/// The axes box may be wider or narrower than the data by this factor before the page is left empty.
const SLACK: f32 = 1.25;
/// Least distance between ticks, as a multiple of the size of their labels.
pub(super) const TICK_SPACING: f32 = 4.0;
/// Widths of y labels that the first guess of the layout makes room for, in ems.
const LABEL_EMS: f32 = 1.5;
/// The numbers under a figure.
pub const NUMBERS: [&Metric; 4] = [
    &table::STRAIGHTNESS,
    &table::TRANSPORT_COST,
    &table::CHORD_RATIO,
    &table::W2,
];
/// Room for half a number right of the box, in ems.
const OVERHANG_EMS: f32 = 2.0;

/// What a figure is made from.
pub(super) struct Figure<'a> {
    pub moment: Moment<'a>,
    pub page: &'a Page,
}

/// Where the parts of a figure go.
struct Layout {
    axes: Rect,
    /// The column of legend and colour bar at the right of the axes.
    column: Rect,
    /// Whether the legend stands in that column; else below the axes.
    beside: bool,
}

impl Figure<'_> {
    /// Where the data lies.
    pub fn transform(&self) -> Transform {
        self.transform_in(self.settled().axes)
    }

    /// The layout that the marks and all that stands around them share.
    fn settled(&self) -> Layout {
        // The box depends on how wide the numbers of the y axis are, and they on what the box shows.
        let sizes = self.page.sizes();
        let first = self.transform_in(self.layout(LABEL_EMS * sizes.small).axes);
        self.layout(Axes::new(&first, &sizes, TICK_SPACING).y_label_width(&sizes))
    }

    fn transform_in(&self, axes: Rect) -> Transform {
        Transform::new(
            camera_of(self.moment.frame, self.moment.view, aspect(axes)),
            axes,
        )
    }

    /// Axes, title, legend and numbers around the data.
    pub fn furniture(&self, axes: &Axes, meaning: &Meaning, place: &Place) -> Vec<Item> {
        let (sizes, theme) = (&place.sizes, place.theme());
        let layout = self.settled();
        let mut items = axes.outer(&place.transform, sizes, theme);
        items.extend(self.header(layout.axes));
        items.extend(self.column(&layout, meaning, place));
        let mut baseline = layout.axes.max[1] + Axes::lower_margin(sizes) + sizes.gap;
        if !layout.beside {
            for line in self.legend_lines() {
                baseline += text::cap_height(sizes.text);
                let x = self.centered(layout.axes, legend::line_width(&line, sizes));
                items.extend(legend::line_items(&line, meaning, [x, baseline], place));
                baseline += legend::line_height(sizes) - text::cap_height(sizes.text);
            }
            baseline += 0.5 * sizes.gap;
        }
        if self.moment.frame.products.metrics.get().is_some() {
            let numbers = numbers(&Measured::of(self.moment.frame)).join("      ");
            let width = text::width(&numbers, sizes.text, Weight::Regular).min(self.room());
            let x = self.centered(layout.axes, width);
            baseline += text::cap_height(sizes.text);
            items.push(line(
                &numbers,
                [x, baseline],
                sizes.text,
                theme.text,
                self.room(),
            ));
        }
        items
    }

    /// Chooses between a legend beside and below the axes: whichever shows the data larger.
    fn layout(&self, y_label_width: f32) -> Layout {
        let data = self
            .moment
            .view
            .camera
            .is_none()
            .then(|| shown(self.moment.frame));
        let beside = self.arranged(y_label_width, data.as_ref(), true);
        let below = self.arranged(y_label_width, data.as_ref(), false);
        let scale = |axes: Rect| match &data {
            Some(bounds) => Transform::new(fit(bounds, aspect(axes)), axes).scale(),
            None => f64::from(axes.width() * axes.height()),
        };
        if scale(beside.axes) >= scale(below.axes) {
            beside
        } else {
            below
        }
    }

    /// The layout with the legend on one side or the other.
    fn arranged(&self, y_label_width: f32, data: Option<&Bounds>, beside: bool) -> Layout {
        let sizes = self.page.sizes();
        let margin = margin(&sizes);
        let left = Axes::left_margin(y_label_width, &sizes);
        let column_gap = 2.5 * sizes.gap;
        let column_width = self.column_width(beside);
        // The last number of the x axis reaches half its width past the box.
        let right = (column_gap + column_width).max(OVERHANG_EMS * sizes.small);
        let above = header_height(&sizes);
        let below = Axes::lower_margin(&sizes) + sizes.gap + self.footer_height(beside);
        let room = [
            self.page.size[0] - 2.0 * margin - left - right,
            self.page.size[1] - 2.0 * margin - above - below,
        ];
        let size = box_size(room.map(|side| side.max(1.0)), data);
        // The whole block stands in the middle of the page.
        let spare = [room[0] - size[0], room[1] - size[1]].map(|side| 0.5 * side.max(0.0));
        let axes = Rect::at([margin + spare[0] + left, margin + spare[1] + above], size);
        let column = Rect::at(
            [axes.max[0] + column_gap, axes.min[1]],
            [column_width, axes.height()],
        );
        Layout {
            axes,
            column,
            beside,
        }
    }

    /// Height of the legend, if it stands below the axes, and of the numbers.
    fn footer_height(&self, beside: bool) -> f32 {
        let sizes = self.page.sizes();
        let line = legend::line_height(&sizes);
        let legend = match beside {
            true => 0.0,
            false => self.legend_lines().len() as f32 * line + 0.5 * sizes.gap,
        };
        legend
            + self
                .moment
                .frame
                .products
                .metrics
                .get()
                .map_or(0.0, |_| line)
    }

    fn legend_lines(&self) -> Vec<Vec<legend::Entry>> {
        legend::lines(
            &legend::entries(self.moment.view, self.classes()),
            self.room(),
            &self.page.sizes(),
        )
    }

    fn classes(&self) -> ClassSet {
        ClassSet::shown(self.moment.view, self.moment.frame)
    }

    fn column_width(&self, beside: bool) -> f32 {
        let sizes = self.page.sizes();
        let ramp = legend::ramp(&self.moment);
        let bar = ramp.map_or(0.0, |ramp| ColorBar::of_ramp(&ramp).width(&sizes));
        match beside {
            true => bar.max(legend::column_width(
                self.moment.view,
                self.classes(),
                &sizes,
            )),
            false => bar,
        }
    }

    /// The legend, if it stands beside the axes: under the colour bar.
    fn column(&self, layout: &Layout, meaning: &Meaning, place: &Place) -> Vec<Item> {
        let sizes = &place.sizes;
        if !layout.beside {
            return Vec::new();
        }
        let [left, top] = layout.column.min;
        let baseline = match &meaning.ramp {
            Some(_) => {
                layout.column.max[1] - self.beside_height(layout) + legend::line_height(sizes)
            }
            None => top + text::cap_height(sizes.text),
        };
        legend::column_items(meaning, [left, baseline], place)
    }

    /// The colour bar, if colour is a number.
    pub fn color_bar(&self, meaning: &Meaning, place: &Place) -> Option<Vec<Item>> {
        let (layout, ramp) = (self.settled(), meaning.ramp.as_ref()?);
        let legend = self.beside_height(&layout);
        let gap = if legend > 0.0 {
            4.0 * place.sizes.gap
        } else {
            0.0
        };
        let [right, bottom] = layout.column.max;
        let rect = Rect {
            min: layout.column.min,
            max: [right, bottom - legend - gap],
        };
        Some(ColorBar::of_ramp(ramp).items(rect, place))
    }

    /// Height of the legend, if it stands beside the axes.
    fn beside_height(&self, layout: &Layout) -> f32 {
        let n_entries = match layout.beside {
            true => legend::entries(self.moment.view, self.classes()).len(),
            false => 0,
        };
        n_entries as f32 * legend::line_height(&self.page.sizes())
    }

    /// The title and, under it, what the figure was made with.
    fn header(&self, axes: Rect) -> Vec<Item> {
        let second = axes.min[1] - 1.5 * self.page.sizes().gap;
        let words = &self.moment.frame.experiment.words;
        let at = [axes.min[0], second];
        title_lines(words.heading(), &self.recipe(), at, self.page)
    }

    /// What the figure was made with: the path, the coupling, the solver, the training and the time shown.
    fn recipe(&self) -> String {
        let followed = self.moment.frame.products.trajectories.get();
        let experiment = followed.map_or(&self.moment.frame.experiment, |made| &made.of.experiment);
        let problem = &experiment.problem;
        let mut parts = vec![problem.path.legend(), problem.coupling.legend()];
        if let Some(followed) = followed {
            parts.push(followed.steps.legend());
            parts.push(format!("step {}", grouped(followed.of.step)));
        }
        let moves = |&layer: &Layer| look(layer).moves;
        if self.moment.view.layers.iter().any(moves) {
            parts.push(format!("t = {:.2}", self.moment.t));
        }
        parts.join("  ·  ")
    }

    /// Width between the margins of the page.
    fn room(&self) -> f32 {
        self.page.size[0] - 2.0 * margin(&self.page.sizes())
    }

    /// Where a line of the given width starts, centred under the axes but within the page.
    fn centered(&self, axes: Rect, width: f32) -> f32 {
        let margin = margin(&self.page.sizes());
        let rightmost = (self.page.size[0] - margin - width).max(margin);
        (axes.center()[0] - 0.5 * width).clamp(margin, rightmost)
    }
}

fn aspect(rect: Rect) -> f64 {
    f64::from(rect.width() / rect.height())
}

/// The largest box in `room` whose shape is within [`SLACK`] of the data's.
fn box_size(room: [f32; 2], data: Option<&Bounds>) -> [f32; 2] {
    let Some(bounds) = data.filter(|b| b.width() > 0.0 && b.height() > 0.0) else {
        return room;
    };
    let aspect = ((bounds.width() / bounds.height()) as f32).clamp(ASPECTS.0, ASPECTS.1);
    [
        room[0].min(room[1] * aspect * SLACK),
        room[1].min(room[0] / aspect * SLACK),
    ]
}

pub(super) fn margin(sizes: &Sizes) -> f32 {
    2.0 * sizes.gap
}

/// A title and a smaller line below it, which starts at `second`.
pub(super) fn title_lines(title: &str, recipe: &str, second: PagePoint, page: &Page) -> Vec<Item> {
    let (sizes, theme) = (page.sizes(), page.theme());
    let [x, baseline] = second;
    let room = page.size[0] - margin(&sizes) - x;
    let first = baseline - text::cap_height(sizes.small) - 2.0 * sizes.gap;
    vec![
        Item::Text(Text {
            text: text::fitted(title, sizes.title, Weight::SemiBold, room),
            at: [x, first],
            align: Align::Left,
            size: sizes.title,
            weight: Weight::SemiBold,
            color: theme.text,
        }),
        line(recipe, second, sizes.small, theme.muted, room),
    ]
}

pub(super) fn header_height(sizes: &Sizes) -> f32 {
    text::cap_height(sizes.title) + text::cap_height(sizes.small) + 3.5 * sizes.gap
}

pub(super) fn line(words: &str, at: PagePoint, size: Font, color: Color, room: f32) -> Item {
    Item::Text(Text {
        text: text::fitted(words, size, Weight::Regular, room),
        at,
        align: Align::Left,
        size,
        weight: Weight::Regular,
        color,
    })
}

/// The measured numbers with their symbols, as far as there are any.
pub(super) fn numbers(measured: &Measured) -> Vec<String> {
    let print = |value: Option<f64>| value.map(three_digits);
    let parts = NUMBERS.iter().filter_map(|metric| {
        let value = metric.compared(measured, print)?;
        Some(format!("{} = {value}", metric.symbol))
    });
    parts.collect()
}
