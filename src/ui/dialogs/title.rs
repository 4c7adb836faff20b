//! The line on top of a dialog.

use egui::{Align, Layout, Ui};

use super::super::command::Command;

/// The heading of a dialog, with the button that closes it.
pub fn title_ui(ui: &mut Ui, text: &str, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.heading(text);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let close = ui.button("Close").on_hover_text("Close this.  [Esc]");
            if close.clicked() {
                commands.push(Command::DismissDialogs);
            }
        });
    });
    ui.add_space(6.0);
}
