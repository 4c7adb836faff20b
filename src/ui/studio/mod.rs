//! The figure studio beside the canvas: a figure as it will be in its file, what can be said of it, and where it goes.
//!
//! The panel edits a [`Figure`]; the session draws it ([`crate::session::studio`]). Nothing here draws what is in a figure.

mod caption;
mod desk;
mod exports;
mod kinds;
mod moves;
mod page;
mod preview;
mod settings;

use egui::{Align2, Area, Context, Id, Layout, RichText, ScrollArea, Ui, Vec2};

use crate::experiment::Figure;

use super::actions;
use super::command::Command;
use super::lab::Lab;
use super::panels::buttons::button_ui;
use super::panels::widgets::{card, link};
use super::theme::{self, ink, strong};

pub use desk::{Clip, Desk, Zoom};
pub use moves::Move;

/// Where toasts are, from the lower right corner of the window, in points: above the status bar.
const TOAST: Vec2 = Vec2::new(-12.0, -36.0);

/// What the panel remembers from frame to frame.
#[derive(Default)]
pub struct Memory {
    preview: preview::Memory,
    settings: settings::Memory,
}

/// The word of the last file that was written, over the window while the studio is closed.
pub fn toasts_ui(ctx: &Context, lab: &Lab, commands: &mut Vec<Command>) {
    let desk = lab
        .desk()
        .filter(|desk| !desk.is_open && !desk.written.is_empty());
    let Some(desk) = desk else {
        return;
    };
    let place = Area::new(Id::unique("written figures"));
    let place = place.anchor(Align2::RIGHT_BOTTOM, TOAST);
    place.show(ctx, |ui| {
        exports::toast_ui(ui, lab, desk, desk.written.len() - 1, commands);
    });
}

/// The studio.
pub fn studio_ui(ui: &mut Ui, memory: &mut Memory, lab: &Lab, commands: &mut Vec<Command>) {
    let theme = theme::palette(lab.dark);
    let Some(desk) = lab.desk() else {
        return;
    };
    ui.horizontal(|ui| {
        ui.label(RichText::new("Figure").font(strong(15.0)));
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            button_ui(
                ui,
                lab,
                &actions::EXPORT,
                link(theme, "Close"),
                true,
                commands,
            );
        });
    });
    let high = (0.5 * ui.available_height()).max(120.0);
    card(theme).show(ui, |ui| {
        preview::preview_ui(ui, &mut memory.preview, lab, desk, high, commands);
    });
    ScrollArea::vertical()
        .id_salt("settings of the figure")
        .auto_shrink(false)
        .show(ui, |ui| {
            exports::exports_ui(ui, lab, desk, commands);
            let mut figure: Figure = desk.figure().clone();
            caption::caption_ui(ui, lab, desk, &mut figure, commands);
            settings::settings_ui(ui, &mut memory.settings, lab, &mut figure, commands);
            if figure != *desk.figure() {
                commands.push(Command::Studio(Move::Set(Box::new(figure))));
            }
            ui.label(RichText::new(" ").color(ink(theme.muted)));
        });
}
