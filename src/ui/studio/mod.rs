//! The figure studio beside the canvas: a figure as it will be in its file, what can be said of it, and where it goes.
//!
//! The panel edits a [`Figure`]; the session draws it ([`crate::session::studio`]). Nothing here draws what is in a figure.

mod desk;
mod exports;
mod kinds;
mod moves;
mod page;
mod preview;
mod settings;

use egui::{Layout, RichText, ScrollArea, Ui};

use crate::experiment::Figure;

use super::actions;
use super::command::Command;
use super::lab::Lab;
use super::panels::buttons::button_ui;
use super::panels::widgets::{card, link};
use super::theme::{self, ink, strong};

pub use desk::{Clip, Desk, Zoom};
pub use moves::Move;

/// What the panel remembers from frame to frame.
#[derive(Default)]
pub struct Memory {
    preview: preview::Memory,
    settings: settings::Memory,
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
            settings::settings_ui(ui, &mut memory.settings, lab, &mut figure, commands);
            if figure != *desk.figure() {
                commands.push(Command::Studio(Move::Set(Box::new(figure))));
            }
            ui.label(RichText::new(" ").color(ink(theme.muted)));
        });
}
