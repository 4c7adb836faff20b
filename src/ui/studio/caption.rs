//! What stands under the figure in a paper, to be read and copied.

use egui::{CollapsingHeader, Ui};

use crate::experiment::Figure;

use super::super::command::Command;
use super::super::lab::Lab;
use super::super::panels::widgets::note_ui;
use super::super::theme;
use super::desk::Desk;
use super::{Clip, Move};

/// Whether there is a caption, and its words.
pub fn caption_ui(
    ui: &mut Ui,
    lab: &Lab,
    desk: &Desk,
    figure: &mut Figure,
    commands: &mut Vec<Command>,
) {
    let hint = "Writes the caption beside a picture, as plain text and as LaTeX.";
    ui.checkbox(&mut figure.caption, "Caption beside it")
        .on_hover_text(hint);
    let newest = desk.threads.newest();
    let picture = newest
        .as_ref()
        .and_then(|newest| newest.picture.as_ref().ok());
    let Some(picture) = picture.filter(|_| figure.caption) else {
        return;
    };
    CollapsingHeader::new("Words of the caption").show(ui, |ui| {
        note_ui(ui, theme::palette(lab.dark), picture.caption.text.trim());
        ui.horizontal(|ui| {
            for (name, words) in [
                ("Copy caption", &picture.caption.text),
                ("Copy LaTeX", &picture.caption.latex),
            ] {
                if ui.button(name).clicked() {
                    let clip = Clip::Text(words.clone());
                    commands.push(Command::Studio(Move::Copy(Box::new(clip))));
                }
            }
        });
    });
}
