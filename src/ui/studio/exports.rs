//! Where the figure goes: its file, the clipboard, the experiment; and what is under way.

use egui::{Button, Color32, ProgressBar, RichText, TextEdit, Ui, Vec2};

use crate::experiment::Figure;
use crate::session::documents;
use crate::session::export::suffixes;
use crate::session::studio::{Under, Way};

use super::super::command::{Command, Purpose};
use super::super::lab::Lab;
use super::super::panels::grouped;
use super::super::panels::widgets::{card, heading_ui, link, note_ui, primary};
use super::super::theme::{self, ink};
use super::Move;
use super::desk::Desk;

/// All of it.
pub fn exports_ui(ui: &mut Ui, lab: &Lab, desk: &Desk, commands: &mut Vec<Command>) {
    let theme = theme::palette(lab.dark);
    heading_ui(ui, theme, "FILE");
    let mut figure = desk.figure().clone();
    let field = TextEdit::singleline(&mut figure.file).desired_width(f32::INFINITY);
    let hint =
        "Beside the experiment's file, unless it is a whole path; the suffix says in which format.";
    ui.add(field)
        .on_hover_text(hint)
        .accessible_name("File of the figure");
    formats_ui(ui, desk, &mut figure);
    let path = documents::typed(&documents::folder_of(lab.editor.path()), figure.file.trim());
    ui.horizontal_wrapped(|ui| {
        let export = primary(theme, "Export").min_size(Vec2::new(86.0, 28.0));
        let ready = path.is_ok() && !figure.file.trim().is_empty();
        let export = ui
            .add_enabled(ready, export)
            .accessible_name("Export the figure");
        if let (true, Ok(path)) = (export.clicked(), &path) {
            commands.push(Command::Export(path.clone()));
        }
        if ui
            .button("Browse")
            .on_hover_text("Choose folder and name.")
            .clicked()
        {
            commands.push(Command::AskPath(Purpose::Export));
        }
        let hint = "The figure as pixels on the clipboard.  [Ctrl+C]";
        if ui.button("Copy picture").on_hover_text(hint).clicked() {
            commands.push(Command::Studio(Move::CopyPicture));
        }
        let hint = "Save the run, and copy the line that writes this figure of it, byte for byte.";
        if ui.button("Copy command").on_hover_text(hint).clicked() {
            commands.push(Command::Studio(Move::CopyCommand));
        }
    });
    let mut keeps = desk.keeps_run;
    let hint = "Weights that are in no folder yet are saved beside the figure, so that it can be made again from them.";
    let kept = ui.checkbox(&mut keeps, "Save the run with it");
    if kept.on_hover_text(hint).changed() {
        commands.push(Command::Studio(Move::KeepRun(keeps)));
    }
    if let Err(sentence) = &path {
        ui.colored_label(ink(theme.error), sentence);
    }
    for under in desk.threads.under_way() {
        under_ui(ui, lab, &under, commands);
    }
    written_ui(ui, lab, desk, commands);
    own_ui(ui, lab, commands);
    if figure != *desk.figure() {
        commands.push(Command::Studio(Move::Set(Box::new(figure))));
    }
}

/// A button for each format that the kind has; it changes the suffix.
fn formats_ui(ui: &mut Ui, desk: &Desk, figure: &mut Figure) {
    ui.horizontal_wrapped(|ui| {
        for suffix in suffixes(&figure.kind) {
            let refused = match (*suffix, desk.threads.mp4()) {
                ("mp4", Some(Err(reason))) => Some(reason),
                ("mp4", None) => Some("Looking for ffmpeg.".to_owned()),
                _ => None,
            };
            let stem = figure
                .file
                .rsplit_once('.')
                .map_or(figure.file.as_str(), |(stem, _)| stem);
            let chosen = figure.file.to_lowercase().ends_with(&format!(".{suffix}"));
            let button = Button::selectable(chosen, suffix.to_uppercase());
            let button = ui.add_enabled(refused.is_none(), button);
            let button = match &refused {
                Some(reason) => button.on_disabled_hover_text(reason),
                None => button,
            };
            if button.clicked() {
                figure.file = format!("{stem}.{suffix}");
            }
        }
    });
}

fn under_ui(ui: &mut Ui, lab: &Lab, under: &Under, commands: &mut Vec<Command>) {
    let theme = theme::palette(lab.dark);
    let name = match &under.way {
        Way::File(path) => path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        Way::Clipboard => "the clipboard".to_owned(),
        Way::Command { .. } => "the run for the command".to_owned(),
    };
    ui.horizontal(|ui| {
        let left = under
            .secs_left
            .map_or(String::new(), |secs| format!(", {secs:.0} s left"));
        let text = match under.share {
            Some(share) => format!("{name}: {:.0} %{left}", 100.0 * share),
            None => name,
        };
        let bar = ProgressBar::new(under.share.unwrap_or(0.0) as f32).text(text);
        ui.add(bar.desired_width(ui.available_width() - 70.0))
            .accessible_name("Progress of the export");
        let cancel = ui
            .add(link(theme, "Cancel"))
            .accessible_name("Cancel the export");
        if cancel.clicked() {
            commands.push(Command::Studio(Move::Cancel(under.number)));
        }
    });
}

/// What was written, with a way to its folder.
fn written_ui(ui: &mut Ui, lab: &Lab, desk: &Desk, commands: &mut Vec<Command>) {
    for number in (0..desk.written.len()).rev() {
        toast_ui(ui, lab, desk, number, commands);
    }
}

/// The word of the file of this number.
pub fn toast_ui(ui: &mut Ui, lab: &Lab, desk: &Desk, number: usize, commands: &mut Vec<Command>) {
    let theme = theme::palette(lab.dark);
    let Some((path, bytes)) = desk.written.get(number) else {
        return;
    };
    card(theme).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let text = format!("Wrote {name}, {} bytes", grouped(*bytes));
            ui.label(text).on_hover_text(path.display().to_string());
            if ui.add(link(theme, "Show in folder")).clicked() {
                commands.push(Command::Studio(Move::Reveal(path.clone())));
            }
            let dismiss = Button::new(RichText::new("×").color(ink(theme.muted)));
            let dismiss = ui.add(dismiss.fill(Color32::TRANSPARENT));
            if dismiss
                .accessible_name("Dismiss the written file")
                .clicked()
            {
                commands.push(Command::Studio(Move::Dismiss(number)));
            }
        });
    });
}

/// The experiment's own figures.
fn own_ui(ui: &mut Ui, lab: &Lab, commands: &mut Vec<Command>) {
    let theme = theme::palette(lab.dark);
    let figures = &lab.editor.document().figures;
    ui.horizontal_wrapped(|ui| {
        let hint =
            "The experiment's file has its figures: `pushforward export` writes all of them.";
        if ui
            .button("Add to the experiment")
            .on_hover_text(hint)
            .clicked()
        {
            commands.push(Command::Studio(Move::Keep));
        }
        if figures.is_empty() {
            note_ui(ui, theme, "The experiment has no figures of its own.");
        }
    });
    for (number, figure) in figures.iter().enumerate() {
        ui.horizontal(|ui| {
            let name = ui
                .add(link(theme, &figure.file))
                .on_hover_text("Show this figure here.");
            if name.clicked() {
                commands.push(Command::Studio(Move::Take(number)));
            }
            note_ui(ui, theme, figure.kind.name());
            let remove = ui.add(link(theme, "Remove"));
            if remove
                .accessible_name(format!("Remove {}", figure.file))
                .clicked()
            {
                commands.push(Command::Studio(Move::Drop(number)));
            }
        });
    }
}
