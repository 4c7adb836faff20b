//! What is read around a grid of panels: title and recipe above, letters, titles and numbers at each, the legend below.

use super::grid::PanelGrid;
use super::header::{Header, WIDEST_TIME};
use super::layout::{Layout, bar_gap, between, line_height};
use crate::scene::figure::margin;
use crate::scene::geometry::Rect;
use crate::scene::item::{Align, Item, Text};
use crate::scene::legend::{self, Meaning};
use crate::scene::place::Place;
use crate::scene::text::{self, Font, Weight};
use crate::scene::transform::Transform;
use crate::scene::{Color, Page};

/// A colour bar is at most so many boxes high.
const BAR_BOXES: f32 = 2.0;

impl PanelGrid<'_> {
    /// The experiment's title and, under it, what all panels were made with.
    pub(super) fn header(&self, layout: &Layout, page: &Page) -> Vec<Item> {
        let (sizes, theme, header) = (page.sizes(), page.theme(), Header::of(self, page));
        let left = layout.boxes.first().map_or(0.0, |rect| rect.min[0]);
        let widths = header.lines(&sizes);
        let widest = widths
            .map(|(line, size, weight, _)| text::width(line, size, weight))
            .fold(0.0, f32::max);
        let margin = margin(&sizes);
        let x = left.min(page.size[0] - margin - widest).max(margin);
        let (mut items, mut y) = (Vec::new(), layout.top);
        for (line, size, weight, advance) in header.lines(&sizes) {
            y += advance;
            let color = match weight {
                Weight::SemiBold => theme.text,
                Weight::Regular => theme.muted,
            };
            let line = line.replace(WIDEST_TIME, &self.time().unwrap_or_default());
            let room = page.size[0] - margin - x;
            let line = text::fitted(&line, size, weight, room);
            items.push(words(line, ([x, y], Align::Left), size, weight, color));
        }
        items
    }

    /// The letter and the title of a panel.
    pub(super) fn title_of(&self, i: usize) -> String {
        let title = self.panels.get(i).map_or("", |panel| &panel.title);
        match self.panels.len() > 1 && self.around.show.letters {
            true => format!("({}) {title}", letter(i)).trim_end().to_owned(),
            false => title.to_owned(),
        }
    }

    pub(super) fn title(&self, i: usize, rect: Rect, place: &Place) -> Option<Item> {
        let (sizes, title) = (&place.sizes, self.title_of(i));
        let fitted = text::fitted(&title, sizes.text, Weight::SemiBold, rect.width());
        let [_, below] = text::excess(&fitted, sizes.text);
        let at = [rect.min[0], rect.min[1] - 1.2 * sizes.gap - below];
        let color = place.theme().text;
        let item = words(
            fitted,
            (at, Align::Left),
            sizes.text,
            Weight::SemiBold,
            color,
        );
        (!title.is_empty()).then_some(item)
    }

    /// Lines centred under a panel, past the numbers of its x axis.
    pub(super) fn words_below(
        &self,
        lines: &[String],
        layout: &Layout,
        i: usize,
        place: &Place,
    ) -> Vec<Item> {
        let (sizes, theme, rect) = (&place.sizes, place.theme(), place.transform.rect());
        let ticks = match layout.sides(i).below {
            true => self.lower_margin(sizes),
            false => 0.0,
        };
        let first = rect.max[1] + ticks + sizes.gap + text::cap_height(sizes.small);
        let room = rect.width() + between(sizes);
        let line = |(k, line): (usize, &String)| {
            let line = text::fitted(line, sizes.small, Weight::Regular, room);
            let at = [rect.center()[0], first + k as f32 * line_height(sizes)];
            words(
                line,
                (at, Align::Center),
                sizes.small,
                Weight::Regular,
                theme.text,
            )
        };
        lines.iter().enumerate().map(line).collect()
    }

    /// The legend below the panels.
    pub(super) fn legend(&self, common: &Meaning, layout: &Layout, page: &Page) -> Vec<Item> {
        let Some(first) = layout.boxes.first() else {
            return Vec::new();
        };
        let place = Place::new(Transform::new(self.camera(), *first), page);
        let sizes = &place.sizes;
        let middle = 0.5 * (first.min[0] + layout.right());
        let mut items = Vec::new();
        let mut baseline = layout.legend_top;
        for line in self.legend_lines(page) {
            baseline += legend::line_height(sizes);
            let width = legend::line_width(&line, sizes);
            let rightmost = (page.size[0] - margin(sizes) - width).max(margin(sizes));
            let x = (middle - 0.5 * width).clamp(margin(sizes), rightmost);
            items.extend(legend::line_items(&line, common, [x, baseline], &place));
        }
        items
    }

    /// The colour bars at the right of the panels.
    pub(super) fn color_bars(&self, layout: &Layout, page: &Page) -> Vec<Vec<Item>> {
        let (Some(first), Some(last)) = (layout.boxes.first(), layout.boxes.last()) else {
            return Vec::new();
        };
        let place = Place::new(Transform::new(self.camera(), *first), page);
        let sizes = &place.sizes;
        let lowest = first.min[1] + BAR_BOXES * first.height();
        let above = match self.title_of(0).is_empty() {
            true => 0.0,
            false => text::cap_height(sizes.text) + 2.0 * sizes.gap,
        };
        let (top, bottom) = (first.min[1] - above, last.max[1].min(lowest));
        let mut right = layout.right();
        let bars = self.numbered_bars().into_iter().map(|bar| {
            let left = right + bar_gap(sizes);
            right = left + bar.width(sizes);
            let rect = Rect {
                min: [left, top],
                max: [right, bottom],
            };
            bar.items(rect, &place)
        });
        bars.collect()
    }
}

fn words(
    text: String,
    (at, align): ([f32; 2], Align),
    size: Font,
    weight: Weight,
    color: Color,
) -> Item {
    Item::Text(Text {
        text,
        at,
        align,
        size,
        weight,
        color,
    })
}

/// `a` to `z`, then numbers.
pub(super) fn letter(i: usize) -> String {
    match u8::try_from(i) {
        Ok(i @ 0..26) => char::from(b'a' + i).to_string(),
        _ => (i + 1).to_string(),
    }
}
