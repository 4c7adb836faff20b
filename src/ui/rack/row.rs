//! A line of a page: name, number, and what belongs to the number.

use egui::{Align, Layout, RichText, Ui, Vec2};

use crate::scene::theme::Theme;

use super::super::theme::{ink, strong};

/// Room for what stands behind the number, in points.
const ASIDE_WIDTH: f32 = 76.0;

/// The line; `formula` is the tooltip of name and number.
pub fn number_row(ui: &mut Ui, theme: &Theme, name: &str, formula: &str, value: &str, aside: &str) {
    ui.horizontal(|ui| {
        let muted = |text: &str| RichText::new(text.to_owned()).color(ink(theme.muted));
        ui.label(muted(name)).on_hover_text(formula);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let size = Vec2::new(ASIDE_WIDTH, ui.spacing().interact_size.y);
            ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
                ui.set_min_width(ASIDE_WIDTH);
                ui.label(muted(aside));
            });
            ui.label(RichText::new(value.to_owned()).font(strong(14.0)))
                .on_hover_text(formula);
        });
    });
}
