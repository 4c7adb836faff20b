//! The canvas of a window: the data fills the page, numbers at the edges, a small legend in a corner.

use super::Page;
use super::axes::Axes;
use super::camera::camera_of;
use super::geometry::Rect;
use super::item::{Item, Rectangle};
use super::layers::look;
use super::legend::{self, Entry, Meaning};
use super::place::Place;
use super::text;
use super::transform::Transform;
use crate::experiment::View;
use crate::snapshot::Frame;

/// The legend takes at most this share of the canvas' width.
const LEGEND_SHARE: f32 = 0.8;
/// A narrower canvas has no room to name the layers; the toggles of the window do. In points.
const NARROW: f32 = 560.0;
/// A lower canvas has no room for what is said of the layers, in points.
const LOW: f32 = 340.0;
/// Least distance between grid lines, as a multiple of the size of their labels.
pub(super) const TICK_SPACING: f32 = 8.0;

/// Where the data lies: all over the page.
pub(super) fn transform(frame: &Frame, view: &View, page: &Page) -> Transform {
    let rect = Rect::at([0.0, 0.0], page.size);
    let aspect = f64::from(page.size[0].max(1.0) / page.size[1].max(1.0));
    Transform::new(camera_of(frame, view, aspect), rect)
}

/// Numbers at the edges and the legend in the lower left corner.
pub(super) fn furniture(axes: &Axes, meaning: &Meaning, place: &Place) -> Vec<Item> {
    let (corner, mut legend) = legend_box(meaning, place);
    let theme = place.theme();
    let mut items = axes.inner_labels(&place.transform, &place.sizes, theme, corner);
    items.append(&mut legend);
    items
}

/// The legend as a strip of this width, and its size. The layers are named only where a line has room for all of it: the
/// toggles of the window name them, too.
pub(super) fn strip(meaning: &Meaning, place: &Place, width: f32) -> ([f32; 2], Vec<Item>) {
    let sizes = &place.sizes;
    let (margin, pad) = (2.0 * sizes.gap, 1.2 * sizes.gap);
    let room = width - 2.0 * margin;
    let mut entries = legend::entries(meaning.view, meaning.classes);
    entries.extend(meaning.ramp.map(Entry::ColorBar));
    if legend::lines(&entries, room, sizes).len() > 1 {
        // Without its bar a map cannot be read.
        entries.retain(|entry| match entry {
            Entry::Layer(layer) => look(*layer).has_bar(),
            _ => true,
        });
    }
    let lines = legend::lines(&entries, room, sizes);
    let Some(last) = lines.len().checked_sub(1) else {
        return ([width, 0.0], Vec::new());
    };
    let first = pad + text::cap_height(sizes.text);
    let baseline = |line: usize| first + line as f32 * legend::line_height(sizes);
    let height = baseline(last) + pad;
    let items = lines
        .iter()
        .enumerate()
        .flat_map(|(k, line)| legend::line_items(line, meaning, [margin, baseline(k)], place));
    ([width, height], items.collect())
}

/// The legend on a card, and the room that it takes.
fn legend_box(meaning: &Meaning, place: &Place) -> (Option<Rect>, Vec<Item>) {
    let (sizes, theme, page) = (&place.sizes, place.theme(), place.transform.rect());
    let mut entries = legend::entries(meaning.view, meaning.classes);
    if page.width() < NARROW {
        entries.retain(|entry| match entry {
            Entry::Layer(layer) => look(*layer).has_bar(),
            Entry::Step(_) => false,
            _ => true,
        });
    }
    if page.height() < LOW {
        entries.retain(|entry| {
            !matches!(
                entry,
                Entry::Note { .. } | Entry::StepNote { .. } | Entry::Basis
            )
        });
    }
    entries.extend(meaning.ramp.map(Entry::ColorBar));
    let lines = legend::lines(&entries, LEGEND_SHARE * page.width(), sizes);
    if lines.is_empty() {
        return (None, Vec::new());
    }
    let widths = lines.iter().map(|line| legend::line_width(line, sizes));
    let pad = 1.5 * sizes.gap;
    let ink_height =
        (lines.len() - 1) as f32 * legend::line_height(sizes) + text::cap_height(sizes.text);
    let size = [
        widths.fold(0.0, f32::max) + 2.0 * pad,
        ink_height + 2.0 * pad,
    ];
    let margin = 2.0 * sizes.gap;
    let card = Rect::at([margin, page.max[1] - margin - size[1]], size);
    let mut items = vec![Item::Rectangle(Rectangle {
        rect: card,
        fill: Some(theme.panel),
        stroke: Some((sizes.axis, theme.line)),
        radius: sizes.gap,
    })];
    let first = card.min[1] + pad + text::cap_height(sizes.text);
    for (k, line) in lines.iter().enumerate() {
        let baseline = first + k as f32 * legend::line_height(sizes);
        items.extend(legend::line_items(
            line,
            meaning,
            [card.min[0] + pad, baseline],
            place,
        ));
    }
    (Some(card), items)
}
