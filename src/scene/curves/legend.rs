//! What the lines of the plots are, in rows that the page has room for.

use super::data::Stroke;
use super::marks::{color_of, dashes, width_of};
use crate::scene::Page;
use crate::scene::figure::margin;
use crate::scene::item::{Align, Item, Segments, Text};
use crate::scene::legend;
use crate::scene::text::{self, Weight};

/// The entries from `top` down, and how high all of them are.
pub(super) fn lines<'a>(
    entries: impl Iterator<Item = (usize, Stroke, &'a String)>,
    top: f32,
    page: &Page,
) -> (Vec<Item>, f32) {
    let (sizes, theme) = (page.sizes(), page.theme());
    let (left, right) = (margin(&sizes) + sizes.gap, page.size[0] - margin(&sizes));
    let (mark, gap) = (1.8 * sizes.text, 1.3 * sizes.gap);
    let line_height = legend::line_height(&sizes);
    let (mut x, mut baseline) = (left, top + line_height);
    let mut items = Vec::new();
    for (lane, stroke, name) in entries {
        let room = right - left - mark - gap;
        let name = text::fitted(name, sizes.text, Weight::Regular, room);
        let width = mark + gap + text::width(&name, sizes.text, Weight::Regular);
        if x > left && x + width > right {
            (x, baseline) = (left, baseline + line_height);
        }
        let y = baseline - 0.5 * text::cap_height(sizes.text);
        let ends = [[x, y], [x + mark, y]];
        let width_of_line = 1.25 * width_of(stroke, page);
        items.push(Item::Segments(Segments {
            ends: match stroke {
                Stroke::Dashed | Stroke::Reference => dashes(&ends, width_of_line),
                Stroke::Dots | Stroke::Line | Stroke::Faint => vec![ends],
            },
            width: width_of_line,
            color: match stroke {
                // In every lane's colour: here in that of words.
                Stroke::Dashed => theme.text,
                _ => color_of(lane, stroke, page),
            },
        }));
        items.push(Item::Text(Text {
            text: name,
            at: [x + mark + gap, baseline],
            align: Align::Left,
            size: sizes.text,
            weight: Weight::Regular,
            color: theme.text,
        }));
        x += width + 2.8 * sizes.gap;
    }
    let height = match items.is_empty() {
        true => 0.0,
        false => baseline - top + text::descent(sizes.text),
    };
    (items, height)
}
