//! What the marks mean: one entry for every visible layer, the scale of the arrows, and a colour bar when colour is a
//! number.

use super::build::ArrowScale;
use super::color::Color;
use super::color_bar;
use super::colormap::hue;
use super::geometry::{PagePoint, Rect};
use super::item::{Arrows, Item, Points, Polylines, Rectangle, Segments};
use super::place::Place;
use super::text::{self, Weight};
use super::theme::Sizes;
use crate::experiment::{Layer, TrajectoryColor, View};

/// A line of the legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A visible layer.
    Layer(Layer),
    /// The speed of the longest arrow.
    LongestArrow,
    /// How the length of an arrow follows from the speed.
    ArrowLength,
    /// A horizontal colour bar from 0 to 1.
    ColorBar,
}

/// What a layer shows, in words; also its name on a toggle.
pub fn label(layer: Layer) -> &'static str {
    match layer {
        Layer::Source => "source",
        Layer::Target => "target",
        Layer::Particles => "particles",
        Layer::Trails => "trails",
        Layer::Trajectories => "trajectories",
        Layer::Field => "velocity",
        Layer::Density => "density",
        Layer::Pairs => "pairs",
    }
}

/// What the legend says besides which layers there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meaning {
    /// What the colour of a trajectory means.
    pub color: TrajectoryColor,
    /// The scale of the arrows, if there are any.
    pub arrows: Option<ArrowScale>,
}

/// The entries of every visible layer, in the order in which layers are offered.
pub fn entries(view: &View) -> Vec<Entry> {
    let mut entries = Vec::new();
    for layer in Layer::ALL.into_iter().filter(|l| view.layers.contains(l)) {
        entries.push(Entry::Layer(layer));
        if layer == Layer::Field {
            entries.extend([Entry::LongestArrow, Entry::ArrowLength]);
        }
    }
    entries
}

/// How the length of an arrow follows from the speed, in words; nothing while there is no arrow.
fn arrow_length(scale: Option<ArrowScale>) -> String {
    match scale {
        None => String::new(),
        Some(scale) if scale.exponent < 1.0 => format!("compressed: |v|^{:.2}", scale.exponent),
        Some(_) => "length ~ |v|".to_owned(),
    }
}

/// The speed of the longest arrow, in words; nothing while there is no arrow.
fn longest_arrow(scale: Option<ArrowScale>) -> String {
    let words = |scale: ArrowScale| format!("longest arrow {}", speed(scale.fastest));
    scale.map(words).unwrap_or_default()
}

/// Three significant digits; where that takes many zeros, two and a power of ten.
fn speed(x: f64) -> String {
    match x {
        _ if !(1e-3..1e5).contains(&x) => format!("{x:.1e}").replace('-', "−"),
        _ => format!("{x:.*}", (2.0 - x.log10().floor()).max(0.0) as usize),
    }
}

/// Whether colour is a number that needs a colour bar.
pub fn has_color_bar(view: &View) -> bool {
    view.layers.contains(&Layer::Trajectories) && view.color == TrajectoryColor::ChordRatio
}

/// Distance between the baselines of two lines of the legend, in points.
pub(super) fn line_height(sizes: &Sizes) -> f32 {
    1.45 * sizes.text
}

/// Width of a layer's mark in a line of entries, in points.
fn mark_width(layer: Layer, sizes: &Sizes) -> f32 {
    match layer {
        Layer::Source | Layer::Target | Layer::Particles => 0.6 * sizes.text,
        _ => widest_mark(sizes),
    }
}

/// Width of the marks of entries that stand one under the other, in points.
fn widest_mark(sizes: &Sizes) -> f32 {
    1.8 * sizes.text
}

/// Width of an entry, in points.
pub(super) fn width(entry: Entry, sizes: &Sizes) -> f32 {
    let words = |words: &str| text::width(words, sizes.text, Weight::Regular);
    match entry {
        Entry::Layer(layer) => mark_width(layer, sizes) + mark_gap(sizes) + words(label(layer)),
        Entry::ArrowLength => words(WIDEST_LENGTH),
        Entry::LongestArrow => words(WIDEST_LONGEST),
        Entry::ColorBar => color_bar::horizontal_width(sizes),
    }
}

/// The words about arrows change while time runs; they have the room of the widest, so that nothing else moves.
const WIDEST_LENGTH: &str = "compressed: |v|^0.00";
const WIDEST_LONGEST: &str = "longest arrow 00.00";

/// The entries broken into lines of at most `max_width`. The words about arrows come last, for they need not fill their
/// room.
pub(super) fn lines(entries: &[Entry], max_width: f32, sizes: &Sizes) -> Vec<Vec<Entry>> {
    let mut lines: Vec<Vec<Entry>> = Vec::new();
    let mut used = 0.0;
    let is_last = |entry: &&Entry| matches!(entry, Entry::LongestArrow | Entry::ArrowLength);
    let (last, first): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(is_last);
    for &entry in first.into_iter().chain(last) {
        let width = width(entry, sizes);
        match lines.last_mut() {
            Some(line) if used + column_gap(sizes) + width <= max_width => {
                used += column_gap(sizes) + width;
                line.push(entry);
            }
            _ => {
                used = width;
                lines.push(vec![entry]);
            }
        }
    }
    lines
}

/// Width of a line of entries, in points.
pub(super) fn line_width(line: &[Entry], sizes: &Sizes) -> f32 {
    let gaps = line.len().saturating_sub(1) as f32 * column_gap(sizes);
    gaps + line.iter().map(|&e| width(e, sizes)).sum::<f32>()
}

fn column_gap(sizes: &Sizes) -> f32 {
    2.8 * sizes.gap
}

fn mark_gap(sizes: &Sizes) -> f32 {
    1.3 * sizes.gap
}

/// Width of all entries one under the other, in points.
pub(super) fn column_width(view: &View, sizes: &Sizes) -> f32 {
    let words = |entry: &Entry| match entry {
        Entry::Layer(layer) => text::width(label(*layer), sizes.text, Weight::Regular),
        other => width(*other, sizes),
    };
    let entries = entries(view);
    let widths = entries.iter().map(words);
    let after_marks = |width: f32| widest_mark(sizes) + mark_gap(sizes) + width;
    widths.map(after_marks).fold(0.0, f32::max)
}

/// The entries one under the other; the first baseline starts at `at`.
pub(super) fn column_items(
    view: &View,
    meaning: &Meaning,
    at: PagePoint,
    place: &Place,
) -> Vec<Item> {
    let mut items = Vec::new();
    let mark = widest_mark(&place.sizes);
    for (k, entry) in entries(view).into_iter().enumerate() {
        let at = [at[0], at[1] + k as f32 * line_height(&place.sizes)];
        let after_mark = [at[0] + mark + mark_gap(&place.sizes), at[1]];
        match entry {
            Entry::Layer(layer) => entry_items(layer, meaning.color, at, mark, place, &mut items),
            other => items.extend(word_items(other, meaning, after_mark, place)),
        }
    }
    items
}

/// The marks of a line of entries whose first baseline point is `at`.
pub(super) fn line_items(
    line: &[Entry],
    meaning: &Meaning,
    at: PagePoint,
    place: &Place,
) -> Vec<Item> {
    let mut x = at[0];
    let mut items = Vec::new();
    for &entry in line {
        match entry {
            Entry::Layer(layer) => {
                let width = mark_width(layer, &place.sizes);
                entry_items(layer, meaning.color, [x, at[1]], width, place, &mut items);
            }
            other => items.extend(word_items(other, meaning, [x, at[1]], place)),
        }
        x += width(entry, &place.sizes) + column_gap(&place.sizes);
    }
    items
}

/// The entries without a mark of a layer.
fn word_items(entry: Entry, meaning: &Meaning, at: PagePoint, place: &Place) -> Vec<Item> {
    let sentence = match entry {
        Entry::Layer(_) => return Vec::new(),
        Entry::ColorBar => return color_bar::horizontal(at, place),
        Entry::ArrowLength => arrow_length(meaning.arrows),
        Entry::LongestArrow => longest_arrow(meaning.arrows),
    };
    match sentence.is_empty() {
        true => Vec::new(),
        false => vec![place.words(&sentence, at)],
    }
}

fn entry_items(
    layer: Layer,
    color: TrajectoryColor,
    at: PagePoint,
    mark_width: f32,
    place: &Place,
    items: &mut Vec<Item>,
) {
    let sizes = &place.sizes;
    let left = [at[0], at[1] - 0.5 * text::cap_height(sizes.text)];
    let right = [left[0] + mark_width, left[1]];
    match layer {
        Layer::Trajectories => items.extend(trajectory_mark(left, right, color, place)),
        _ => mark_items(layer, left, right, place, items),
    }
    let after = [right[0] + mark_gap(sizes), at[1]];
    items.push(place.words(label(layer), after));
}

/// A small sample of a layer's marks, from `left` to `right`.
fn mark_items(
    layer: Layer,
    left: PagePoint,
    right: PagePoint,
    place: &Place,
    items: &mut Vec<Item>,
) {
    let (sizes, theme) = (&place.sizes, place.theme());
    let ink = &theme.ink;
    let middle = [0.5 * (left[0] + right[0]), left[1]];
    let dot = |center: PagePoint, radius: f32, color: Color| {
        Item::Points(Points {
            centers: vec![center],
            radius,
            color,
        })
    };
    let radius = 0.22 * sizes.text;
    match layer {
        Layer::Source => items.push(dot(middle, radius, theme.source)),
        Layer::Target => items.push(dot(middle, radius, theme.target)),
        Layer::Particles => items.push(dot(middle, radius, ink.particle)),
        Layer::Trails => items.push(fading_line(left, right, 1.5 * sizes.trail, ink.trail)),
        Layer::Trajectories => {}
        Layer::Field => items.push(Item::Arrows(Arrows {
            arrows: vec![[left, right]],
            width: sizes.arrow,
            head: sizes.arrow_head,
            color: ink.field,
        })),
        Layer::Density => items.push(Item::Rectangle(Rectangle {
            rect: Rect::at(
                [left[0], left[1] - 0.35 * sizes.text],
                [right[0] - left[0], 0.7 * sizes.text],
            ),
            fill: Some(ink.density),
            stroke: None,
            radius: 0.0,
        })),
        Layer::Pairs => {
            items.push(Item::Segments(Segments {
                ends: vec![[left, right]],
                width: sizes.pair,
                color: ink.pair.alpha(255),
            }));
            items.push(dot(left, 0.7 * radius, theme.source));
            items.push(dot(right, 0.7 * radius, theme.target));
        }
    }
}

/// A line in the colours of the trajectories; in a figure with its start and its end.
fn trajectory_mark(
    left: PagePoint,
    right: PagePoint,
    color: TrajectoryColor,
    place: &Place,
) -> Vec<Item> {
    const PIECES: usize = 6;
    let ink = &place.theme().ink;
    let step = (right[0] - left[0]) / PIECES as f32;
    let mut items: Vec<Item> = (0..PIECES)
        .map(|k| {
            let x = left[0] + k as f32 * step;
            let share = (k as f32 + 0.5) / PIECES as f32;
            let color = match color {
                TrajectoryColor::ChordRatio => place.theme().chord_ratio(0.4 + 0.6 * share),
                TrajectoryColor::Identity => hue(share, ink.hue_lightness),
            };
            Item::Segments(Segments {
                ends: vec![[[x, left[1]], [x + step, left[1]]]],
                width: 1.5 * place.sizes.trajectory,
                color,
            })
        })
        .collect();
    if place.decorations == super::Decorations::Figure {
        for (center, color) in [(left, ink.trajectory_start), (right, ink.trajectory_end)] {
            items.push(Item::Points(Points {
                centers: vec![center],
                radius: place.sizes.trajectory_end,
                color,
            }));
        }
    }
    items
}

fn fading_line(left: PagePoint, right: PagePoint, width: f32, color: Color) -> Item {
    const PIECES: usize = 12;
    let mut lines = Polylines::with_capacity(width, true, 1, PIECES + 1);
    let step = (right[0] - left[0]) / PIECES as f32;
    let vertices = (0..=PIECES).map(|k| [left[0] + k as f32 * step, left[1]]);
    lines.points.extend(vertices);
    lines.finish_line(color);
    Item::Polylines(lines)
}
