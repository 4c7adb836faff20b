//! The question what a lane is to be called.

use egui::{Key, RichText, TextEdit, Ui};

use crate::scene::theme::Theme;

use super::super::command::Command;
use super::super::lab::Lab;
use super::super::panels::widgets::primary;
use super::super::theme::ink;
use super::dialog::Rename;
use super::title::title_ui;

/// Characters of a title: what fits above a lane.
const MAX_TITLE: usize = 40;

/// A field with the title; Enter takes it.
pub fn rename_ui(
    ui: &mut Ui,
    rename: &mut Rename,
    theme: &Theme,
    lab: &Lab,
    commands: &mut Vec<Command>,
) {
    title_ui(ui, &format!("Title of lane {}", rename.lane + 1), commands);
    let field = TextEdit::singleline(&mut rename.title)
        .char_limit(MAX_TITLE)
        .hint_text(lab.editor.label(rename.lane))
        .desired_width(f32::INFINITY);
    let field = ui.add(field).accessible_name("Title of the lane");
    let enter = ui.input(|input| input.key_pressed(Key::Enter));
    if !enter {
        field.request_focus();
    }
    let note = "Without a title it is called after what it changes.";
    ui.label(RichText::new(note).small().color(ink(theme.muted)));
    if ui.add(primary(theme, "Rename")).clicked() || enter {
        commands.push(Command::RenameLane(rename.lane, rename.title.clone()));
    }
}
