//! What is read around a grid of panels: title and recipe above, letters, titles and numbers at each, the legend below.

use super::PanelGrid;
use super::layout::{Layout, between};
use crate::scene::around::wrapped;
use crate::scene::figure::margin;
use crate::scene::geometry::Rect;
use crate::scene::item::{Align, Item, Text};
use crate::scene::layers::look;
use crate::scene::legend::{self, Meaning};
use crate::scene::metrics::grouped;
use crate::scene::place::Place;
use crate::scene::text::{self, Weight};
use crate::scene::theme::Sizes;
use crate::scene::transform::Transform;
use crate::scene::{Color, Page, color_bar};

/// Distance between two numbers under a panel.
pub(super) const BETWEEN_NUMBERS: &str = "   ";
/// Between the parts of the recipe.
const BETWEEN_PARTS: &str = "  ·  ";
/// As wide as a time gets.
const WIDEST_TIME: &str = "t = 0.00";
/// A colour bar is at least so high, in ems: its numbers have to stand one above the other.
const MIN_BAR_EMS: f32 = 5.0;
/// A colour bar is at most so many boxes high.
const BAR_BOXES: f32 = 2.0;

/// Title and recipe, in lines that the page has room for.
pub(super) struct Header {
    title: Vec<String>,
    recipe: Vec<String>,
}

impl Header {
    pub fn of(grid: &PanelGrid, page: &Page) -> Self {
        let sizes = page.sizes();
        let room = page.size[0] - 2.0 * margin(&sizes);
        let own = grid.panels.first();
        let own = own.map_or("", |panel| panel.frame.experiment.words.heading());
        let title = grid.around.heading(own);
        let recipe = grid.recipe().join(BETWEEN_PARTS);
        Self {
            title: wrapped(title, " ", sizes.title, Weight::SemiBold, room),
            recipe: wrapped(&recipe, BETWEEN_PARTS, sizes.small, Weight::Regular, room),
        }
    }

    /// Height of the lines with the room under them, in points.
    pub fn height(&self, sizes: &Sizes) -> f32 {
        let lines = self
            .lines(sizes)
            .map(|(_, _, _, advance)| advance)
            .sum::<f32>();
        match lines {
            0.0 => 0.0,
            lines => lines + 0.5 * sizes.gap,
        }
    }

    /// Every line with its size, its weight and how far its baseline is below the last one.
    fn lines(&self, sizes: &Sizes) -> impl Iterator<Item = (&String, f32, Weight, f32)> {
        let advance = |k: usize, size: f32, gap: f32| match k {
            0 => text::cap_height(size) + gap,
            _ => 1.3 * size,
        };
        let (title, small, gap) = (sizes.title, sizes.small, sizes.gap);
        let above = if self.title.is_empty() {
            0.0
        } else {
            1.6 * gap
        };
        let titles = self.title.iter().enumerate();
        let recipes = self.recipe.iter().enumerate();
        titles
            .map(move |(k, line)| (line, title, Weight::SemiBold, advance(k, title, 0.0)))
            .chain(
                recipes
                    .map(move |(k, line)| (line, small, Weight::Regular, advance(k, small, above))),
            )
    }
}

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

    /// What all panels have in common: path, coupling, solver, step, and the time if something moves.
    fn recipe(&self) -> Vec<String> {
        if !self.around.show.recipe {
            return Vec::new();
        }
        let of = |panel: &super::PanelOf| {
            let experiment = &panel.frame.experiment;
            let step = match experiment.problem.velocity.is_learned() {
                true => format!("step {}", grouped(panel.frame.step)),
                false => "exact velocity".to_owned(),
            };
            [
                experiment.problem.path.legend(),
                experiment.problem.coupling.legend(),
                experiment.readout.legend(),
                step,
            ]
        };
        let all: Vec<_> = self.panels.iter().map(of).collect();
        let mut parts: Vec<String> = Vec::new();
        if let Some(first) = all.first() {
            let same = |k: &usize| all.iter().all(|other| other[*k] == first[*k]);
            parts.extend((0..first.len()).filter(same).map(|k| first[k].clone()));
        }
        parts.extend(self.time().map(|_| WIDEST_TIME.to_owned()));
        parts
    }

    /// The time, if all panels show the same one and something of them moves with it.
    fn time(&self) -> Option<String> {
        let first = self.panels.first()?;
        let same = self.panels.iter().all(|panel| panel.t == first.t);
        let moves = self.panels.iter().any(|panel| {
            let moves = panel.view.layers.iter().any(|&layer| look(layer).moves);
            moves || panel.view.ask.is_some()
        });
        // With a title of its own each panel of a strip says its time.
        (same && moves).then(|| format!("t = {:.2}", first.t))
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
        let at = [rect.min[0], rect.min[1] - 1.2 * sizes.gap];
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

    /// The legend below the panels and the colour bar at their right.
    pub(super) fn legend(&self, common: &Meaning, layout: &Layout, page: &Page) -> Vec<Item> {
        let (Some(first), Some(last)) = (layout.boxes.first(), layout.boxes.last()) else {
            return Vec::new();
        };
        let place = Place::new(Transform::new(self.camera(), *first), page);
        let sizes = &place.sizes;
        let right = layout.columns.min(layout.boxes.len()) - 1;
        let right = layout.boxes.get(right).unwrap_or(first).max[0];
        let middle = 0.5 * (first.min[0] + right);
        let mut items = Vec::new();
        let mut baseline = layout.legend_top;
        for line in self.legend_lines(page) {
            baseline += legend::line_height(sizes);
            let width = legend::line_width(&line, sizes);
            let rightmost = (page.size[0] - margin(sizes) - width).max(margin(sizes));
            let x = (middle - 0.5 * width).clamp(margin(sizes), rightmost);
            items.extend(legend::line_items(&line, common, [x, baseline], &place));
        }
        if let Some(ramp) = self.ramp() {
            let left = right + 2.5 * sizes.gap;
            let lowest = first.min[1] + BAR_BOXES * first.height();
            let shortest = first.min[1] + MIN_BAR_EMS * sizes.small;
            let above = match self.title_of(0).is_empty() {
                true => 0.0,
                false => text::cap_height(sizes.text) + 2.0 * sizes.gap,
            };
            let bar = Rect {
                min: [left, first.min[1] - above],
                max: [
                    left + color_bar::vertical_width(&ramp, sizes),
                    last.max[1].min(lowest).max(shortest),
                ],
            };
            items.extend(color_bar::vertical(&ramp, bar, &place));
        }
        items
    }
}

fn words(
    text: String,
    (at, align): ([f32; 2], Align),
    size: f32,
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

/// Distance between the lines under a panel, in points.
pub(super) fn line_height(sizes: &Sizes) -> f32 {
    1.4 * sizes.small
}

/// `a` to `z`, then numbers.
pub(super) fn letter(i: usize) -> String {
    match u8::try_from(i) {
        Ok(i @ 0..26) => char::from(b'a' + i).to_string(),
        _ => (i + 1).to_string(),
    }
}
