//! What can be open on top of the window: palette, keys, definitions, presets, files, the questions about unsaved work.
//!
//! A dialog holds what is typed and picked in it; what it decides leaves as a command. Dialogs refuse to know the
//! trainer and the canvas.

mod file;
mod help;
pub mod native;
mod palette;
mod presets;
mod unsaved;

use egui::{Align2, Context, Frame, Id, Modal, RichText, ScrollArea, Ui, Vec2};

use crate::scene::metrics;
use crate::scene::theme::Theme;

use super::command::Command;
use super::lab::Lab;
use super::panels::widgets::card;
use super::theme::{self, ink, strong};

pub use file::{FileDialog, Purpose};
pub use palette::Palette;
pub use presets::Gallery;

/// What is open on top of the window.
pub enum Dialog {
    /// Commands to search in.
    Palette(Palette),
    /// The list of keys.
    Help,
    /// What the metrics mean.
    Definitions,
    /// The presets as pictures.
    Presets(Gallery),
    /// A path to open, save or export to.
    File(FileDialog),
    /// There is unsaved work, which this command would take away.
    Unsaved(Box<Command>),
    /// An earlier window left unsaved work.
    Restore,
}

impl Dialog {
    /// The palette, empty.
    pub fn palette() -> Self {
        Self::Palette(Palette::default())
    }

    /// The presets, their pictures drawn now.
    pub fn presets() -> Self {
        Self::Presets(Gallery::draw())
    }

    /// Width of its contents, in points.
    fn width(&self) -> f32 {
        match self {
            Self::Palette(_) | Self::File(_) => 560.0,
            Self::Help => 760.0,
            Self::Definitions => 640.0,
            Self::Presets(_) => 880.0,
            Self::Unsaved(_) | Self::Restore => 440.0,
        }
    }
}

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
            Dialog::Palette(palette) => palette.ui(ui, theme, lab, commands),
            Dialog::Help => help::help_ui(ui, theme, commands),
            Dialog::Definitions => definitions_ui(ui, theme, commands),
            Dialog::Presets(gallery) => gallery.ui(ui, theme, commands),
            Dialog::File(file) => file.ui(ui, theme, lab, commands),
            Dialog::Unsaved(next) => unsaved::unsaved_ui(ui, theme, lab, next, commands),
            Dialog::Restore => unsaved::restore_ui(ui, theme, lab, commands),
        }
    });
    if response.should_close() {
        commands.push(Command::DismissDialogs);
    }
}

/// The heading of a dialog, with the button that closes it.
fn title_ui(ui: &mut Ui, text: &str, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.heading(text);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let close = ui.button("Close").on_hover_text("Close this.  [Esc]");
            if close.clicked() {
                commands.push(Command::DismissDialogs);
            }
        });
    });
    ui.add_space(6.0);
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
    });
}
