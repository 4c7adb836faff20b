//! What can be open on top of the window: palette, keys, definitions, presets, files, the questions about unsaved work.
//!
//! A dialog holds what is typed and picked in it; what it decides leaves as a command. Dialogs refuse to know the
//! trainer and the canvas.

mod choices;
mod dialog;
mod file;
mod help;
pub mod native;
mod palette;
mod presets;
mod rename;
mod title;
mod unsaved;

use egui::{Align2, Context, Frame, Id, Modal, RichText, ScrollArea, Ui, Vec2};

use crate::scene::metrics;
use crate::scene::theme::Theme;

use super::command::Command;
use super::lab::Lab;
use super::panels::widgets::card;
use super::theme::{self, ink, strong};

use title::title_ui;

pub use dialog::{Dialog, Palette};
pub use file::FileDialog;
pub use presets::Gallery;

/// The open dialog.
pub fn dialog_ui(ctx: &Context, dialog: &mut Dialog, lab: &Lab, commands: &mut Vec<Command>) {
    let theme = theme::palette(lab.dark);
    let room = ctx.content_rect().size() - Vec2::splat(80.0);
    let id = Id::unique("dialog");
    let mut modal = Modal::new(id).frame(Frame::window(&ctx.global_style()));
    if matches!(dialog, Dialog::Palette(_)) {
        // Its list shrinks while one types: the field stays where it is.
        let area = Modal::default_area(id).anchor(Align2::CENTER_TOP, Vec2::new(0.0, 90.0));
        modal = modal.area(area);
    }
    let response = modal.show(ctx, |ui| {
        ui.set_width(dialog.width().min(room.x));
        ui.set_max_height(room.y);
        match dialog {
            Dialog::Palette(palette) => palette::palette_ui(ui, palette, theme, lab, commands),
            Dialog::Help => help::help_ui(ui, theme, commands),
            Dialog::Definitions => definitions_ui(ui, theme, commands),
            Dialog::Presets(gallery) => gallery.ui(ui, theme, commands),
            Dialog::File(file) => file.ui(ui, theme, lab.messages.last(), commands),
            Dialog::Unsaved(next) => unsaved::unsaved_ui(ui, theme, lab, next, commands),
            Dialog::Restore => unsaved::restore_ui(ui, theme, lab, commands),
            Dialog::Rename(rename) => rename::rename_ui(ui, rename, theme, lab, commands),
        }
    });
    if response.should_close() {
        commands.push(Command::DismissDialogs);
    }
}

fn definitions_ui(ui: &mut Ui, theme: &Theme, commands: &mut Vec<Command>) {
    title_ui(ui, "What the numbers mean", commands);
    let intro = "Measured on the trajectories Z_t of the learned field from t = 0 to t = 1, with the solver that is chosen, on points as they stand on the canvas.";
    ui.label(RichText::new(intro).color(ink(theme.muted)));
    ScrollArea::vertical().show(ui, |ui| {
        for metric in metrics::ALL
            .iter()
            .filter(|metric| !metric.title.is_empty())
        {
            card(theme).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.horizontal_wrapped(|ui| {
                    ui.label(RichText::new(metric.title).font(strong(13.0)));
                    ui.label(RichText::new(metric.formula).color(ink(theme.accent)));
                });
                ui.label(RichText::new(metric.meaning).color(ink(theme.muted)));
            });
        }
        choices::choices_ui(ui, theme);
    });
}
