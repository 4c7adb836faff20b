//! Colour bars: the colours of a number as steps, with its name, its unit and a scale, on one line of a legend or standing
//! beside the axes.
//!
//! A bar is boxes over each other, each from its step to the end, so that no renderer leaves seams between them; its
//! colours are those of the map on the ground of the theme, opaque.

use super::Ramp;
use super::axes::{Tick, ticks};
use super::geometry::{PagePoint, Rect};
use super::heat::Heat;
use super::item::{Align, Item, Rectangle, Segments, Text};
use super::place::Place;
use super::text::{self, Weight};
use super::theme::{Sizes, Theme};

/// Colours along a bar with a scale.
const STEPS: usize = 128;
/// As wide as a number of a scale gets whose end is not known before the flow is.
const WIDEST: &str = "\u{2212}0.0000";

/// The unit stands so far below the name, in ems.
const UNIT_LINE: f32 = 1.4;
/// A bar is at least so high, in ems.
const LEAST_EMS: f32 = 3.0;

/// Where a bar goes from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Towards {
    /// The end of the scale is at the right.
    Right,
    /// The end of the scale is above.
    Top,
}

/// The colours from one end to the other in so many steps.
pub(super) fn steps(
    heat: Heat,
    rect: Rect,
    n: usize,
    towards: Towards,
    theme: &Theme,
) -> Vec<Item> {
    let step = |k: usize| {
        let way = k as f32 / n as f32;
        let rest = match towards {
            Towards::Right => Rect {
                min: [rect.min[0] + way * rect.width(), rect.min[1]],
                ..rect
            },
            Towards::Top => Rect {
                max: [rect.max[0], rect.max[1] - way * rect.height()],
                ..rect
            },
        };
        Item::Rectangle(Rectangle {
            rect: rest,
            fill: Some(heat.along(way + 0.5 / n as f32, theme)),
            stroke: None,
            radius: 0.0,
        })
    };
    (0..n).map(step).collect()
}

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
    let rect = Rect::at([bar, at[1] - height], [length(sizes), height]);
    let mut items = vec![
        place.words(ramp.label(), at),
        place.words("0", [zero, at[1]]),
    ];
    items.extend(steps(
        Heat::Ramp,
        rect,
        STEPS / 2,
        Towards::Right,
        place.theme(),
    ));
    items.push(place.words(&ramp.end(), [one, at[1]]));
    items
}

/// A colour bar with a scale.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ColorBar {
    /// What is shown.
    pub name: &'static str,
    /// Its unit; none if empty.
    pub unit: &'static str,
    /// What the colours stand for.
    pub heat: Heat,
    /// The numbers at both ends, as far as they are known yet.
    pub ends: Option<[f64; 2]>,
}

impl ColorBar {
    /// That of a number of trajectories.
    pub fn of_ramp(ramp: &Ramp) -> Self {
        Self {
            name: ramp.label(),
            unit: "",
            heat: Heat::Ramp,
            ends: Some([0.0, ramp.top]),
        }
    }

    /// Width with numbers, name and unit, in points; it does not depend on the numbers of a map.
    pub fn width(&self, sizes: &Sizes) -> f32 {
        let small = |words: &str| text::width(words, sizes.small, Weight::Regular);
        let widest = match (self.heat, self.ends) {
            // However high the bar is: with the finest steps the labels are widest.
            (Heat::Ramp, Some([low, high])) => {
                let ticks = ticks(low, high, 0.2 * (high - low)).into_iter();
                ticks.map(|tick| small(&tick.label)).fold(0.0, f32::max)
            }
            _ => small(WIDEST),
        };
        let numbers = thickness(sizes) + sizes.tick + 0.5 * sizes.gap + widest;
        let name = text::width(self.name, sizes.text, Weight::Regular);
        numbers.max(name).max(small(self.unit))
    }

    /// The least height with name and unit, in points: numbers have to stand one above the other.
    pub fn least_height(&self, sizes: &Sizes) -> f32 {
        self.above(sizes) + LEAST_EMS * sizes.small
    }

    /// Height of name and unit with the room under them, in points.
    fn above(&self, sizes: &Sizes) -> f32 {
        let unit = match self.unit.is_empty() {
            true => 0.0,
            false => UNIT_LINE * sizes.small,
        };
        text::cap_height(sizes.text) + unit + 2.0 * sizes.gap
    }

    /// The bar in a box (its left edge and its height count), its name and its unit above it.
    pub fn items(&self, rect: Rect, place: &Place) -> Vec<Item> {
        let (sizes, theme) = (&place.sizes, place.theme());
        let baseline = rect.min[1] + text::cap_height(sizes.text);
        let mut items = vec![place.words(self.name, [rect.min[0], baseline])];
        if !self.unit.is_empty() {
            items.push(Item::Text(Text {
                text: self.unit.to_owned(),
                at: [rect.min[0], baseline + UNIT_LINE * sizes.small],
                align: Align::Left,
                size: sizes.small,
                weight: Weight::Regular,
                color: theme.muted,
            }));
        }
        let bar = Rect {
            min: [rect.min[0], rect.min[1] + self.above(sizes)],
            max: [rect.min[0] + thickness(sizes), rect.max[1]],
        };
        items.extend(steps(self.heat, bar, STEPS, Towards::Top, theme));
        items.push(Item::Rectangle(Rectangle {
            rect: bar,
            fill: None,
            stroke: Some((sizes.axis, theme.ink.axis)),
            radius: 0.0,
        }));
        items.extend(self.scale(bar, sizes, theme));
        items
    }

    /// Ticks and numbers to the right of a bar; zero is marked across a scale with both signs.
    fn scale(&self, bar: Rect, sizes: &Sizes, theme: &Theme) -> Vec<Item> {
        let Some([low, high]) = self.ends else {
            return Vec::new();
        };
        let span = high - low;
        let room = bar.height() / sizes.small.size;
        let step = match room {
            12.0.. => 0.2,
            6.0.. => 0.5,
            _ => 1.0,
        };
        let y = |value: f64| bar.max[1] - ((value - low) / span) as f32 * bar.height();
        let ticks = ticks(low, high, step * span);
        let number = |tick: &Tick| {
            let baseline = y(tick.value) + 0.5 * text::cap_height(sizes.small);
            Item::Text(Text {
                text: tick.label.clone(),
                at: [bar.max[0] + sizes.tick + 0.5 * sizes.gap, baseline],
                align: Align::Left,
                size: sizes.small,
                weight: Weight::Regular,
                color: theme.text,
            })
        };
        let mut items: Vec<Item> = ticks.iter().map(number).collect();
        let outside = |value: f64| [[bar.max[0], y(value)], [bar.max[0] + sizes.tick, y(value)]];
        let zero = (low < 0.0 && high > 0.0)
            .then(|| [[bar.min[0], y(0.0)], [bar.max[0] + sizes.tick, y(0.0)]]);
        items.push(Item::Segments(Segments {
            ends: ticks
                .iter()
                .map(|tick| outside(tick.value))
                .chain(zero)
                .collect(),
            width: sizes.axis,
            color: theme.ink.axis,
        }));
        items
    }
}

fn thickness(sizes: &Sizes) -> f32 {
    1.1 * sizes.text
}
