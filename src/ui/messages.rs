//! Sentences that stay in the window until they are dismissed.

use egui::{Align, Button, Frame, Label, Layout, Margin, Panel, RichText, Ui};

use super::command::Command;
use super::lab::Lab;
use super::theme::{self, ink, mix};

/// One bar per message, above the canvas; nothing while there is none.
pub fn messages_ui(ui: &mut Ui, lab: &Lab, commands: &mut Vec<Command>) {
    let theme = theme::palette(lab.dark);
    for (index, sentence) in lab.messages.iter().enumerate() {
        let bar = Frame::new()
            .fill(mix(theme.panel, theme.error, 0.14))
            .inner_margin(Margin::symmetric(14, 8));
        Panel::top(("message", index))
            .resizable(false)
            .frame(bar)
            .show(ui, |ui| {
                ui.horizontal(|ui| {
                    let text = RichText::new(sentence).color(ink(theme.error));
                    let room = ui.available_width() - 90.0;
                    ui.scope(|ui| {
                        ui.set_max_width(room);
                        ui.add(Label::new(text).wrap());
                    });
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        let button = ui.add(Button::new("Dismiss"));
                        let button = button.on_hover_text("Take this message off the window.");
                        if button.accessible_name("Dismiss the message").clicked() {
                            commands.push(Command::DismissMessage(index));
                        }
                    });
                });
            });
    }
}
