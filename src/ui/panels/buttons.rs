//! Buttons that stand for an action of the one table.

use egui::{Button, Response, Ui, WidgetText};

use super::super::actions::Action;
use super::super::command::Command;
use super::super::lab::Lab;

/// The button of an action: its name, its tooltip, its command.
pub fn action_ui(
    ui: &mut Ui,
    lab: &Lab,
    action: &Action,
    text: impl Into<WidgetText>,
    enabled: bool,
    commands: &mut Vec<Command>,
) -> Response {
    button_ui(ui, lab, action, Button::new(text.into()), enabled, commands)
}

/// The button of an action, with a look of its own.
pub fn button_ui(
    ui: &mut Ui,
    lab: &Lab,
    action: &Action,
    button: Button<'_>,
    enabled: bool,
    commands: &mut Vec<Command>,
) -> Response {
    let tooltip = action.hover_text(ui.ctx());
    let response = ui
        .add_enabled(enabled, button)
        .on_hover_text(&tooltip)
        .on_disabled_hover_text(tooltip)
        .accessible_name(action.name);
    if response.clicked() {
        commands.push((action.command)(lab));
    }
    response
}
