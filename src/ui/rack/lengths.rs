//! The lengths of a block's pairs: a histogram in the colours of the canvas.

use egui::{Align2, FontId, Sense, Ui, Vec2, pos2};

use crate::flow::coupling::squared_distance;
use crate::products::CouplingBlock;
use crate::scene::metrics::three_digits;
use crate::scene::theme::Theme;

use super::super::panels::widgets::card;
use super::super::theme::ink;
use super::histogram::bars;

/// Height of the highest bar, in points.
const HEIGHT: f32 = 56.0;
/// Bins from 0 to the longest pair of all couplings.
const BINS: usize = 28;

/// The histogram.
pub fn lengths_ui(ui: &mut Ui, theme: &Theme, block: &CouplingBlock) {
    let Some(own) = block.own() else {
        return;
    };
    let mut counts = [0_u32; BINS];
    for (x_0, x_1) in own.pairs.iter() {
        let share = squared_distance(x_0, x_1).sqrt() / block.longest;
        counts[((share * BINS as f64) as usize).min(BINS - 1)] += 1;
    }
    card(theme).show(ui, |ui| {
        let size = Vec2::new(ui.available_width(), HEIGHT + 18.0);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        bars(ui, &counts, rect.with_max_y(rect.top() + HEIGHT), |share| theme.shade(share));
        let font = FontId::proportional(11.0);
        let words = [
            (rect.left(), Align2::LEFT_BOTTOM, "0".to_owned()),
            (
                rect.center().x,
                Align2::CENTER_BOTTOM,
                format!("|x₁ − x₀| of {} pairs", block.size),
            ),
            (rect.right(), Align2::RIGHT_BOTTOM, three_digits(block.longest)),
        ];
        for (x, align, text) in words {
            let at = pos2(x, rect.bottom());
            ui.painter().text(at, align, text, font.clone(), ink(theme.muted));
        }
        let hint = "How long the pairs of the block are; the scale ends at the longest pair of all couplings of these points.";
        response.on_hover_text(hint).accessible_name("Histogram of the lengths of the pairs");
    });
}
