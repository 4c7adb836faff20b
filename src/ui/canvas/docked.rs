//! A bar over the whole width above the canvas, which is what is left below it.

use egui::{Frame as Boxed, Margin, Stroke, Ui};

use crate::scene::theme::Theme;
use crate::ui::theme::ink;

/// The bar; `spacing` is the distance between its lines, in points.
pub fn docked_ui(ui: &mut Ui, theme: &Theme, spacing: f32, contents: impl FnOnce(&mut Ui)) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let bar = Boxed::new()
        .fill(ink(theme.panel))
        .inner_margin(Margin::symmetric(14, 6))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = spacing;
            contents(ui);
        });
    let edge = bar.response.rect;
    ui.painter().hline(
        edge.x_range(),
        edge.bottom(),
        Stroke::new(1.0, ink(theme.line)),
    );
}
