//! The colour bar of chord/arc, on one line of a legend or standing beside the axes.

use super::axes::ticks;
use super::geometry::{PagePoint, Rect};
use super::image::Image;
use super::item::{Align, Item, Rectangle, Segments, Text};
use super::place::Place;
use super::text::{self, Weight};
use super::theme::{Sizes, Theme};
use crate::experiment::TrajectoryColor;

/// What the colours are about.
pub(super) const LABEL: &str = TrajectoryColor::ChordRatio.name();
/// Colours along the bar.
const STEPS: usize = 128;

/// Width of the bar on one line, with its name and its ends, in points.
pub(super) fn horizontal_width(sizes: &Sizes) -> f32 {
    let words = |words: &str| text::width(words, sizes.text, Weight::Regular);
    words(LABEL) + words("0") + words("1") + length(sizes) + 3.0 * sizes.gap
}

/// Length of the bar on one line, in points.
fn length(sizes: &Sizes) -> f32 {
    4.5 * sizes.text
}

/// The name, 0, the bar and 1 on one line whose first baseline point is `at`.
pub(super) fn horizontal(at: PagePoint, place: &Place) -> Vec<Item> {
    let sizes = &place.sizes;
    let advance = |words: &str| text::width(words, sizes.text, Weight::Regular) + sizes.gap;
    let zero = at[0] + advance(LABEL);
    let bar = zero + advance("0");
    let one = bar + length(sizes) + sizes.gap;
    let height = text::cap_height(sizes.text);
    vec![
        place.words(LABEL, at),
        place.words("0", [zero, at[1]]),
        Item::Image(Image {
            rect: Rect::at([bar, at[1] - height], [length(sizes), height]),
            size: [STEPS, 1],
            rgba: colors(place.theme()).flatten().collect(),
        }),
        place.words("1", [one, at[1]]),
    ]
}

/// The colours from 0 to 1, as pixels.
fn colors(theme: &Theme) -> impl DoubleEndedIterator<Item = [u8; 4]> {
    let shares = (0..STEPS).map(|k| (k as f32 + 0.5) / STEPS as f32);
    shares.map(|share| theme.chord_ratio(share).to_array())
}

/// Width of a vertical colour bar with its numbers and its name, in points.
pub(super) fn vertical_width(sizes: &Sizes) -> f32 {
    let numbers = thickness(sizes)
        + sizes.tick
        + 0.5 * sizes.gap
        + text::width("0.0", sizes.small, Weight::Regular);
    numbers.max(text::width(LABEL, sizes.text, Weight::Regular))
}

fn thickness(sizes: &Sizes) -> f32 {
    1.1 * sizes.text
}

/// A vertical colour bar from 0 to 1 in a box (its left edge and its height count), its name above it.
pub(super) fn vertical(rect: Rect, place: &Place) -> Vec<Item> {
    let (sizes, theme) = (&place.sizes, place.theme());
    let top = rect.min[1] + text::cap_height(sizes.text) + 2.0 * sizes.gap;
    let bar = Rect {
        min: [rect.min[0], top],
        max: [rect.min[0] + thickness(sizes), rect.max[1]],
    };
    let name = [rect.min[0], rect.min[1] + text::cap_height(sizes.text)];
    let mut items = vec![
        place.words(LABEL, name),
        Item::Image(Image {
            rect: bar,
            size: [1, STEPS],
            // The first row is the upper one: 1 is above.
            rgba: colors(theme).rev().flatten().collect(),
        }),
        Item::Rectangle(Rectangle {
            rect: bar,
            fill: None,
            stroke: Some((sizes.axis, theme.ink.axis)),
            radius: 0.0,
        }),
    ];
    items.extend(scale(bar, sizes, theme));
    items
}

/// Ticks and numbers to the right of a vertical bar from 0 (below) to 1.
fn scale(bar: Rect, sizes: &Sizes, theme: &Theme) -> Vec<Item> {
    let step = if bar.height() > 12.0 * sizes.small {
        0.2
    } else {
        0.5
    };
    let y = |value: f64| bar.max[1] - value as f32 * bar.height();
    let ticks = ticks(0.0, 1.0, step);
    let mut items: Vec<Item> = ticks
        .iter()
        .map(|tick| {
            let baseline = y(tick.value) + 0.5 * text::cap_height(sizes.small);
            Item::Text(Text {
                text: tick.label.clone(),
                at: [bar.max[0] + sizes.tick + 0.5 * sizes.gap, baseline],
                align: Align::Left,
                size: sizes.small,
                weight: Weight::Regular,
                color: theme.text,
            })
        })
        .collect();
    items.push(Item::Segments(Segments {
        ends: ticks
            .iter()
            .map(|tick| {
                [
                    [bar.max[0], y(tick.value)],
                    [bar.max[0] + sizes.tick, y(tick.value)],
                ]
            })
            .collect(),
        width: sizes.axis,
        color: theme.ink.axis,
    }));
    items
}
