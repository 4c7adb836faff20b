//! The colour bar of a number of trajectories, on one line of a legend or standing beside the axes.

use super::Ramp;
use super::axes::{Tick, ticks};
use super::geometry::{PagePoint, Rect};
use super::image::Image;
use super::item::{Align, Item, Rectangle, Segments, Text};
use super::place::Place;
use super::text::{self, Weight};
use super::theme::{Sizes, Theme};

/// Colours along the bar.
const STEPS: usize = 128;

/// Width of the bar on one line, with its name and its ends, in points.
pub(super) fn horizontal_width(ramp: &Ramp, sizes: &Sizes) -> f32 {
    let words = |words: &str| text::width(words, sizes.text, Weight::Regular);
    words(ramp.label()) + words("0") + words(&ramp.end()) + length(sizes) + 3.0 * sizes.gap
}

/// Length of the bar on one line, in points.
fn length(sizes: &Sizes) -> f32 {
    4.5 * sizes.text
}

/// The name, 0, the bar and the end of its scale on one line whose first baseline point is `at`.
pub(super) fn horizontal(ramp: &Ramp, at: PagePoint, place: &Place) -> Vec<Item> {
    let sizes = &place.sizes;
    let advance = |words: &str| text::width(words, sizes.text, Weight::Regular) + sizes.gap;
    let zero = at[0] + advance(ramp.label());
    let bar = zero + advance("0");
    let one = bar + length(sizes) + sizes.gap;
    let height = text::cap_height(sizes.text);
    vec![
        place.words(ramp.label(), at),
        place.words("0", [zero, at[1]]),
        Item::Image(Image {
            rect: Rect::at([bar, at[1] - height], [length(sizes), height]),
            size: [STEPS, 1],
            rgba: colors(place.theme()).flatten().collect(),
        }),
        place.words(&ramp.end(), [one, at[1]]),
    ]
}

/// The colours from one end to the other, as pixels.
fn colors(theme: &Theme) -> impl DoubleEndedIterator<Item = [u8; 4]> {
    let shares = (0..STEPS).map(|k| (k as f32 + 0.5) / STEPS as f32);
    shares.map(|share| theme.shade(share).to_array())
}

/// Width of a vertical colour bar with its numbers and its name, in points.
pub(super) fn vertical_width(ramp: &Ramp, sizes: &Sizes) -> f32 {
    let label = |tick: Tick| text::width(&tick.label, sizes.small, Weight::Regular);
    // However high the bar is: with the finest steps the labels are widest.
    let widest = ticks(0.0, ramp.top, 0.2 * ramp.top).into_iter().map(label);
    let numbers = thickness(sizes) + sizes.tick + 0.5 * sizes.gap + widest.fold(0.0, f32::max);
    numbers.max(text::width(ramp.label(), sizes.text, Weight::Regular))
}

fn thickness(sizes: &Sizes) -> f32 {
    1.1 * sizes.text
}

/// A vertical colour bar in a box (its left edge and its height count), its name above it.
pub(super) fn vertical(ramp: &Ramp, rect: Rect, place: &Place) -> Vec<Item> {
    let (sizes, theme) = (&place.sizes, place.theme());
    let top = rect.min[1] + text::cap_height(sizes.text) + 2.0 * sizes.gap;
    let bar = Rect {
        min: [rect.min[0], top],
        max: [rect.min[0] + thickness(sizes), rect.max[1]],
    };
    let name = [rect.min[0], rect.min[1] + text::cap_height(sizes.text)];
    let mut items = vec![
        place.words(ramp.label(), name),
        Item::Image(Image {
            rect: bar,
            size: [1, STEPS],
            // The first row is the upper one: the end of the scale is above.
            rgba: colors(theme).rev().flatten().collect(),
        }),
        Item::Rectangle(Rectangle {
            rect: bar,
            fill: None,
            stroke: Some((sizes.axis, theme.ink.axis)),
            radius: 0.0,
        }),
    ];
    items.extend(scale(ramp, bar, sizes, theme));
    items
}

/// Ticks and numbers to the right of a vertical bar from 0 (below) to the end of the scale.
fn scale(ramp: &Ramp, bar: Rect, sizes: &Sizes, theme: &Theme) -> Vec<Item> {
    let step = if bar.height() > 12.0 * sizes.small {
        0.2
    } else {
        0.5
    };
    let y = |value: f64| bar.max[1] - (value / ramp.top) as f32 * bar.height();
    let ticks = ticks(0.0, ramp.top, step * ramp.top);
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
