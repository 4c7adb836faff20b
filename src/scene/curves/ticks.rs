//! Ticks and numbers around the box of a plot.

use super::axis::AxisTicks;
use super::data::Placed;
use crate::scene::Page;
use crate::scene::geometry::PagePoint;
use crate::scene::item::{Align, Item, Segments, Text};
use crate::scene::text::{self, Weight};

/// Length of a tick without a number, as a share of one with.
const MINOR: f32 = 0.55;

fn label(words: &str, at: PagePoint, align: Align, page: &Page) -> Text {
    Text {
        text: words.to_owned(),
        at,
        align,
        size: page.sizes().small,
        weight: Weight::Regular,
        color: page.theme().text,
    }
}

/// Left of the box.
pub(super) fn y_marks(plot: &Placed, page: &Page) -> Vec<Item> {
    let sizes = page.sizes();
    let left = plot.rect.min[0];
    let mark = |value: f64, length: f32| {
        let at = plot.at(plot.x.low(), value)[1];
        [[left - length, at], [left, at]]
    };
    let numbered = plot.y_ticks.numbered.iter();
    let minor = plot.y_ticks.minor.iter();
    let marks = numbered
        .clone()
        .map(|tick| mark(tick.value, sizes.tick))
        .chain(minor.map(|value| mark(*value, MINOR * sizes.tick)));
    let marks = marks.collect();
    let number = numbered.map(|tick| {
        let [[_, y], _] = mark(tick.value, 0.0);
        let right = left - sizes.tick - 0.5 * sizes.gap;
        let at = [right, y + 0.5 * text::cap_height(sizes.small)];
        Item::Text(label(&tick.label, at, Align::Right, page))
    });
    number.chain([strokes(marks, page)]).collect()
}

/// Below the box: with `name`, which is that of the axis, the numbers that do not touch each other, too.
pub(super) fn x_marks(
    plot: &Placed,
    ticks: &AxisTicks,
    name: Option<&String>,
    page: &Page,
) -> Vec<Item> {
    let sizes = page.sizes();
    let below = plot.rect.max[1];
    let across = |value: f64| plot.at(value, plot.y.low())[0];
    let mark = |value: f64, length: f32| [[across(value), below], [across(value), below + length]];
    let numbered = ticks.numbered.iter();
    let minor = ticks.minor.iter();
    let marks = numbered
        .clone()
        .map(|tick| mark(tick.value, sizes.tick))
        .chain(minor.map(|value| mark(*value, MINOR * sizes.tick)));
    let marks = marks.collect();
    let mut items = Vec::new();
    let mut taken = f32::MIN;
    let line = text::cap_height(sizes.small);
    for tick in numbered.filter(|_| name.is_some()) {
        let at = [
            across(tick.value),
            below + sizes.tick + 0.5 * sizes.gap + line,
        ];
        let number = label(&tick.label, at, Align::Center, page);
        if number.bounds().min[0] > taken + 0.5 * sizes.gap {
            taken = number.bounds().max[0];
            items.push(Item::Text(number));
        }
    }
    items.push(strokes(marks, page));
    if let Some(name) = name {
        let baseline = below + sizes.tick + 1.5 * sizes.gap + 2.0 * line;
        let room = plot.rect.width();
        let name = text::fitted(name, sizes.small, Weight::Regular, room);
        let at = [plot.rect.center()[0], baseline];
        items.push(Item::Text(label(&name, at, Align::Center, page)));
    }
    items
}

fn strokes(ends: Vec<[PagePoint; 2]>, page: &Page) -> Item {
    Item::Segments(Segments {
        ends,
        width: page.sizes().axis,
        color: page.theme().ink.axis,
    })
}
