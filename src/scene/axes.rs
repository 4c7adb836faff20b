//! Ticks at nice numbers, the box of a figure and the grid of the canvas.

use super::geometry::Rect;
use super::item::{Align, Item, Rectangle, Segments, Text};
use super::text::{self, Weight};
use super::theme::{Sizes, Theme};
use super::transform::Transform;

/// From here on numbers are written with a power of ten.
const LARGE: f64 = 1e5;
/// Steps below this share of the interval are refused: nobody reads a thousand ticks.
const MIN_STEP: f64 = 1e-3;
/// Below this step numbers are written with a power of ten.
const SMALL: f64 = 1e-4;

/// A place on an axis and its number.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// In data units.
    pub value: f64,
    /// As it is printed.
    pub label: String,
}

/// Ticks in `[min, max]` at the multiples of the smallest of 1, 2, 5 times a power of ten that is at least
/// `least_step`; none if there is no such interval or step.
pub fn ticks(min: f64, max: f64, least_step: f64) -> Vec<Tick> {
    let span = max - min;
    let sensible = span.is_finite() && span > 0.0 && least_step > span * MIN_STEP;
    if !sensible {
        return Vec::new();
    }
    let step = nice_step(least_step);
    // Counting from the first multiple, so that an interval far from 0 costs no more than one at 0.
    let first = (min / step).ceil();
    let count = ((max / step).floor() - first).max(-1.0) as i64;
    (0..=count)
        .map(|k| (first + k as f64) * step)
        .filter(|value| (min..=max).contains(value))
        .map(|value| Tick {
            value,
            label: label(value, step),
        })
        .collect()
}

/// The smallest of 1, 2, 5 times a power of ten that is at least `least`.
fn nice_step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|digit| digit * power)
        // A rounding error in the power must not skip a step that fits exactly.
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// The value with as many decimals as its step needs and a true minus sign.
fn label(value: f64, step: f64) -> String {
    let value = if value.abs() < 0.5 * step { 0.0 } else { value };
    let text = if value != 0.0 && (value.abs() >= LARGE || step < SMALL) {
        let digits = (value.abs().log10().floor() - step.log10().floor()).max(0.0) as usize;
        format!("{value:.digits$e}")
    } else if step < SMALL {
        // Zero among numbers with powers of ten.
        "0".to_owned()
    } else {
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        format!("{value:.decimals$}")
    };
    text.replace('-', "−")
}

/// The sides of a box that have ticks, numbers and a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sides {
    /// The y axis.
    pub left: bool,
    /// The x axis.
    pub below: bool,
}

impl Sides {
    /// Both.
    pub const BOTH: Self = Self {
        left: true,
        below: true,
    };
}

/// The ticks of both axes of what a transform shows.
pub struct Axes {
    /// Along x.
    pub x: Vec<Tick>,
    /// Along y.
    pub y: Vec<Tick>,
}

impl Axes {
    /// Ticks with the same step on both axes, at least `spacing` times the size of their labels apart and
    /// farther where the labels are wide.
    pub fn new(transform: &Transform, sizes: &Sizes, spacing: f32) -> Self {
        let mut distance = spacing * sizes.small;
        loop {
            let axes = Self::with_distance(transform, distance);
            let needed = widest(&axes.x, sizes) + sizes.small.size;
            if needed <= distance {
                return axes;
            }
            // Coarser steps have fewer decimals, so this ends; doubling makes sure that it does.
            distance = needed.max(2.0 * distance);
        }
    }

    fn with_distance(transform: &Transform, distance: f32) -> Self {
        let seen = transform.visible();
        let least_step = f64::from(distance) / transform.scale();
        Self {
            x: ticks(seen.min[0], seen.max[0], least_step),
            y: ticks(seen.min[1], seen.max[1], least_step),
        }
    }

    /// Width of the widest label of the y axis, in points.
    pub fn y_label_width(&self, sizes: &Sizes) -> f32 {
        widest(&self.y, sizes)
    }

    /// Faint lines at the ticks, across the whole box.
    pub fn grid(&self, transform: &Transform, sizes: &Sizes, theme: &Theme) -> Item {
        let rect = transform.rect();
        let vertical = self.x.iter().map(|tick| {
            let x = transform.page_from_data([tick.value, 0.0])[0];
            [[x, rect.min[1]], [x, rect.max[1]]]
        });
        let horizontal = self.y.iter().map(|tick| {
            let y = transform.page_from_data([0.0, tick.value])[1];
            [[rect.min[0], y], [rect.max[0], y]]
        });
        Item::Segments(Segments {
            ends: vertical.chain(horizontal).collect(),
            width: sizes.axis,
            color: theme.ink.grid,
        })
    }

    /// Numbers along the lower and the right edge, inside the box, except where `taken` lies.
    pub fn inner_labels(
        &self,
        transform: &Transform,
        sizes: &Sizes,
        theme: &Theme,
        taken: Option<Rect>,
    ) -> Vec<Item> {
        let rect = transform.rect();
        let inset = sizes.gap;
        let text = |tick: &Tick, at, align| Text {
            text: tick.label.clone(),
            at,
            align,
            size: sizes.small,
            weight: Weight::Regular,
            color: theme.muted,
        };
        let x = self.x.iter().map(|tick| {
            let x = transform.page_from_data([tick.value, 0.0])[0];
            let below = rect.max[1] - inset;
            text(tick, [x, below], Align::Center)
        });
        let y = self.y.iter().map(|tick| {
            let y = transform.page_from_data([0.0, tick.value])[1];
            let centered = y + 0.5 * text::cap_height(sizes.small);
            text(tick, [rect.max[0] - inset, centered], Align::Right)
        });
        // The corner belongs to the lower edge; a label that would be cut off is left out.
        let lower_edge = rect.max[1] - 3.0 * sizes.small;
        let room = rect.grown(-0.5 * inset);
        x.chain(y.filter(|label| label.at[1] < lower_edge))
            .filter(|label| {
                let bounds = label.bounds();
                let inside = room.contains(bounds.min) && room.contains(bounds.max);
                inside && taken.is_none_or(|taken| !taken.grown(inset).touches(&bounds))
            })
            .flat_map(|label| [halo(&label, sizes, theme), Item::Text(label)])
            .collect()
    }

    /// The box with ticks and numbers outside, and the names of the axes.
    pub fn outer(&self, transform: &Transform, sizes: &Sizes, theme: &Theme) -> Vec<Item> {
        self.on_sides(Sides::BOTH, transform, sizes, theme)
    }

    /// The same with ticks, numbers and names on some sides only: boxes beside each other share theirs.
    pub fn on_sides(
        &self,
        sides: Sides,
        transform: &Transform,
        sizes: &Sizes,
        theme: &Theme,
    ) -> Vec<Item> {
        let mut items = self.ticks_on(sides, transform, sizes, theme);
        items.push(Self::frame(transform, sizes, theme));
        items
    }

    /// The box.
    pub fn frame(transform: &Transform, sizes: &Sizes, theme: &Theme) -> Item {
        Item::Rectangle(Rectangle {
            rect: transform.rect(),
            fill: None,
            stroke: Some((sizes.axis, theme.ink.axis)),
            radius: 0.0,
        })
    }

    /// Ticks, numbers and names without the box.
    pub fn ticks_on(
        &self,
        sides: Sides,
        transform: &Transform,
        sizes: &Sizes,
        theme: &Theme,
    ) -> Vec<Item> {
        let rect = transform.rect();
        let (tick, pad) = (sizes.tick, 0.5 * sizes.gap);
        let cap = text::cap_height(sizes.small);
        let label = |text: &str, at, align| {
            Item::Text(Text {
                text: text.to_owned(),
                at,
                align,
                size: sizes.small,
                weight: Weight::Regular,
                color: theme.text,
            })
        };
        let mut marks = Vec::with_capacity(self.x.len() + self.y.len());
        let mut items = Vec::with_capacity(marks.capacity() + 4);
        for x in self.x.iter().filter(|_| sides.below) {
            let at = transform.page_from_data([x.value, 0.0])[0];
            marks.push([[at, rect.max[1]], [at, rect.max[1] + tick]]);
            let below = rect.max[1] + tick + pad + cap;
            items.push(label(&x.label, [at, below], Align::Center));
        }
        for y in self.y.iter().filter(|_| sides.left) {
            let at = transform.page_from_data([0.0, y.value])[1];
            marks.push([[rect.min[0] - tick, at], [rect.min[0], at]]);
            let left = [rect.min[0] - tick - pad, at + 0.5 * cap];
            items.push(label(&y.label, left, Align::Right));
        }
        let [x_name, y_name] = self.name_anchors(rect, sizes);
        if sides.below {
            items.push(label("x", x_name, Align::Center));
        }
        if sides.left {
            items.push(label("y", y_name, Align::Right));
        }
        items.push(Item::Segments(Segments {
            ends: marks,
            width: sizes.axis,
            color: theme.ink.axis,
        }));
        items
    }

    /// Where "x" (below) and "y" (left) stand: centred, past the numbers.
    fn name_anchors(&self, rect: Rect, sizes: &Sizes) -> [[f32; 2]; 2] {
        let [x_mid, y_mid] = rect.center();
        let cap = text::cap_height(sizes.small);
        let left = rect.min[0] - Self::left_margin(self.y_label_width(sizes), sizes);
        let y_right = left + text::width("y", sizes.small, Weight::Regular);
        [
            [
                x_mid,
                rect.max[1] + sizes.tick + 1.5 * sizes.gap + 2.0 * cap,
            ],
            [y_right, y_mid + 0.5 * cap],
        ]
    }

    /// Room that ticks, numbers and the name of the y axis take left of the box, in points.
    pub fn left_margin(label_width: f32, sizes: &Sizes) -> f32 {
        let name = text::width("y", sizes.small, Weight::Regular);
        sizes.tick + 1.5 * sizes.gap + label_width + name
    }

    /// Room that ticks, numbers and the name of the x axis take below the box, in points.
    pub fn lower_margin(sizes: &Sizes) -> f32 {
        let line = text::cap_height(sizes.small);
        sizes.tick + 1.5 * sizes.gap + 2.0 * line + text::descent(sizes.small)
    }
}

/// Width of the widest label, in points; 0 if there is none.
fn widest(ticks: &[Tick], sizes: &Sizes) -> f32 {
    let widths = ticks.iter();
    widths
        .map(|tick| text::width(&tick.label, sizes.small, Weight::Regular))
        .fold(0.0, f32::max)
}

/// Keeps what lies under a label from being read with it.
fn halo(label: &Text, sizes: &Sizes, theme: &Theme) -> Item {
    Item::Rectangle(Rectangle {
        rect: label.bounds().grown(0.25 * sizes.gap),
        fill: Some(theme.background.alpha(215)),
        stroke: None,
        radius: 0.5 * sizes.gap,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ticks_are_nice_and_inside(min in -1e4..1e4f64, log_span in -5.0..5.0f64, share in 0.01..0.5f64) {
            let span = 10f64.powf(log_span);
            let ticks = ticks(min, min + span, share * span);
            // A nice step is at most two and a half times the one asked for.
            prop_assert!(ticks.len() as f64 <= 1.0 / share + 1.0 + 1e-6, "{}", ticks.len());
            prop_assert!(ticks.len() as f64 >= 0.4 / share - 1.0 - 1e-6, "{}", ticks.len());
            for tick in &ticks {
                prop_assert!((min..=min + span).contains(&tick.value));
            }
            for pair in ticks.windows(2) {
                let step = pair[1].value - pair[0].value;
                let digit = step / 10f64.powf((step * 1.000_1).log10().floor());
                prop_assert!([1.0, 2.0, 5.0].iter().any(|d| (digit / d - 1.0).abs() < 1e-3), "{step}");
                prop_assert!(pair[0].label != pair[1].label, "{pair:?}");
            }
        }
    }

    fn labels(min: f64, max: f64, least_step: f64) -> Vec<String> {
        ticks(min, max, least_step)
            .into_iter()
            .map(|t| t.label)
            .collect()
    }

    #[test]
    fn labels_read_like_a_figure() {
        assert_eq!(labels(-3.1, 3.1, 1.2), ["−2", "0", "2"]);
        assert_eq!(
            labels(0.0, 1.0, 0.2),
            ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(
            labels(-0.12, 0.12, 0.03),
            ["−0.10", "−0.05", "0.00", "0.05", "0.10"]
        );
        assert_eq!(labels(0.0, 3e5, 6e4), ["0", "1e5", "2e5", "3e5"]);
    }

    #[test]
    fn an_interval_or_step_without_sense_has_no_ticks() {
        assert!(ticks(1.0, 1.0, 0.5).is_empty());
        assert!(ticks(0.0, f64::INFINITY, 0.5).is_empty());
        assert!(ticks(f64::NAN, 1.0, 0.5).is_empty());
        assert!(ticks(0.0, 1.0, 0.0).is_empty() && ticks(0.0, 1.0, f64::NAN).is_empty());
    }
}
