//! Sentences that stay in the window until they are dismissed.

use egui::{Align, Button, Frame, Label, Layout, Margin, RichText, Ui, Vec2};

use super::command::Command;
use super::lab::Lab;
use super::theme::{self, ink, mix};

/// Room for the button that takes a message away, in points.
const BUTTON_WIDTH: f32 = 80.0;

/// One bar per message, above the canvas; nothing while there is none.
pub fn messages_ui(ui: &mut Ui, lab: &Lab, commands: &mut Vec<Command>) {
    let theme = theme::palette(lab.dark);
    ui.spacing_mut().item_spacing.y = 0.0;
    for (index, sentence) in lab.messages.iter().enumerate() {
        let bar = Frame::new()
            .fill(mix(theme.panel, theme.error, 0.14))
            .inner_margin(Margin::symmetric(14, 7));
        bar.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                let text = RichText::new(sentence).color(ink(theme.error));
                let room = Vec2::new(ui.available_width() - BUTTON_WIDTH, 0.0);
                ui.allocate_ui_with_layout(room, Layout::top_down(Align::LEFT), |ui| {
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
