//! Title and recipe above the plots, and how much room everything around them takes.

use super::data::CurvesFigure;
use crate::scene::Page;
use crate::scene::around::wrapped;
use crate::scene::figure::margin;
use crate::scene::item::{Align, Item, Text};
use crate::scene::text::{self, Weight};

/// Between the parts of a recipe.
const BETWEEN: &str = "  ·  ";

/// Title and recipe in lines that the page has room for.
pub(super) struct Header {
    pub items: Vec<Item>,
    /// Where they end, from the top of the page.
    pub bottom: f32,
}

/// The room that things take, in points.
pub(super) struct Parts {
    /// Where the first row of plots begins.
    pub top: f32,
    /// Width of a box.
    pub width: f32,
    /// Left of a box.
    pub left: f32,
    /// Between a box and what is left of the next one.
    pub between: f32,
    /// Above a box.
    pub above: f32,
    /// Below a box.
    pub below: f32,
    /// Numbers and name of the x axis.
    pub x_labels: f32,
    /// The legend.
    pub legend: f32,
}

impl CurvesFigure {
    pub(super) fn header(&self, page: &Page) -> Header {
        let (sizes, theme) = (page.sizes(), page.theme());
        let left = margin(&sizes) + sizes.gap;
        let room = page.size[0] - margin(&sizes) - left;
        let mut baseline = margin(&sizes);
        let mut items = Vec::new();
        let title = self.around.heading(&self.title);
        let recipe = if self.around.show.recipe {
            self.recipe.as_str()
        } else {
            ""
        };
        let parts = [
            (title, " ", sizes.title, Weight::SemiBold, theme.text),
            (recipe, BETWEEN, sizes.small, Weight::Regular, theme.muted),
        ];
        for (words, between, size, weight, color) in parts {
            let lines = wrapped(words, between, size, weight, room);
            for (k, line) in lines.into_iter().enumerate() {
                let gap = if items.is_empty() {
                    0.0
                } else {
                    2.0 * sizes.gap
                };
                baseline += match k {
                    0 => text::cap_height(size) + gap,
                    _ => 1.3 * size,
                };
                items.push(Item::Text(Text {
                    text: text::fitted(&line, size, weight, room),
                    at: [left, baseline],
                    align: Align::Left,
                    size,
                    weight,
                    color,
                }));
            }
        }
        let below = if items.is_empty() {
            0.0
        } else {
            1.5 * sizes.gap
        };
        Header {
            items,
            bottom: baseline + below,
        }
    }
}

impl Parts {
    pub fn of(figure: &CurvesFigure, page: &Page, header: &Header) -> Self {
        let sizes = page.sizes();
        let columns = figure.columns();
        // How wide the numbers are depends on how many there are, which depends on the height: the guess is for the
        // widest that three digits can be.
        let label = text::width("−0.000", sizes.small, Weight::Regular);
        let (left, x_labels) = match figure.around.show.ticks {
            true => (
                label + sizes.tick + sizes.gap,
                sizes.tick + 2.0 * text::cap_height(sizes.small) + 2.5 * sizes.gap,
            ),
            false => (0.0, sizes.gap),
        };
        let between = 2.0 * sizes.gap;
        let room = page.size[0] - 2.0 * margin(&sizes) - (columns - 1) as f32 * between;
        let in_a_row = figure.columns.max(columns) as f32;
        let (_, legend) = figure.legend(0.0, page);
        Self {
            top: header.bottom,
            width: room / in_a_row - left,
            left,
            between,
            above: text::cap_height(sizes.text) + 2.5 * sizes.gap,
            below: 1.5 * sizes.gap,
            x_labels,
            legend,
        }
    }
}
