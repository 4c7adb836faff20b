//! The two questions about work that is in no file: before it would be lost, and after a crash.

use std::time::Duration;

use egui::{Button, RichText, Ui};

use crate::scene::theme::Theme;

use super::super::command::Command;
use super::super::lab::Lab;
use super::super::panels::grouped;
use super::super::panels::widgets::primary;
use super::super::theme::ink;
use super::title::title_ui;

/// Save, discard or cancel before `next`, which would take the work away.
pub fn unsaved_ui(
    ui: &mut Ui,
    theme: &Theme,
    lab: &Lab,
    next: &Command,
    commands: &mut Vec<Command>,
) {
    title_ui(ui, "Unsaved changes", commands);
    let name = &lab.editor.experiment().words.name;
    let before = match next {
        Command::Quit => "before the window closes",
        _ => "before another experiment takes its place",
    };
    ui.label(format!(
        "There are changes to {name} that are in no file. Save them {before}?"
    ));
    let step = lab.frame().step;
    if step > 0 {
        let weights = format!(
            "The weights that were learned in {} steps are lost either way: a file holds the experiment alone. Cancel, \
             and \"Save run\" keeps them, too.",
            grouped(step)
        );
        ui.label(RichText::new(weights).color(ink(theme.muted)));
    }
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        let save = ui.add(primary(theme, "Save"));
        let tip = "Save the experiment, drawings included, and go on.";
        if save.on_hover_text(tip).clicked() {
            commands.push(Command::SaveFirst);
        }
        let discard = ui.add(Button::new("Discard"));
        if discard.on_hover_text("The changes are lost.").clicked() {
            commands.push(Command::DiscardChanges);
        }
        let cancel = ui.add(Button::new("Cancel"));
        let tip = "Keep everything as it is.  [Esc]";
        if cancel.on_hover_text(tip).clicked() {
            commands.push(Command::DismissDialogs);
        }
    });
}

/// Restore or discard what a window left that did not end as it should.
pub fn restore_ui(ui: &mut Ui, theme: &Theme, lab: &Lab, commands: &mut Vec<Command>) {
    let Some(leftover) = lab.unsaved.offered() else {
        return commands.push(Command::DismissDialogs);
    };
    title_ui(ui, "Restore unsaved work?", commands);
    let experiment = &leftover.experiment;
    ui.label(format!(
        "A window did not end as it should. It left unsaved work on {} from {}.",
        experiment.words.name,
        ago(leftover.age)
    ));
    let note = "Close leaves it where it is; it is offered again next time.";
    ui.label(RichText::new(note).color(ink(theme.muted)));
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        let restore = ui.add(primary(theme, "Restore"));
        let tip = "Go on with this work. Its network is trained anew.";
        if restore.on_hover_text(tip).clicked() {
            commands.push(Command::RestoreUnsaved);
        }
        let discard = ui.add(Button::new("Discard"));
        if discard
            .on_hover_text("This work is lost for good.")
            .clicked()
        {
            commands.push(Command::DiscardUnsaved);
        }
    });
}

/// How long ago, in the largest unit that fits.
fn ago(age: Duration) -> String {
    let minutes = age.as_secs() / 60;
    let (n, unit) = match minutes {
        0 => return "less than a minute ago".to_owned(),
        1..60 => (minutes, "minute"),
        60..1440 => (minutes / 60, "hour"),
        _ => (minutes / 1440, "day"),
    };
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {unit}{plural} ago")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_the_largest_unit_that_fits() {
        let told = |secs| ago(Duration::from_secs(secs));
        assert_eq!(told(59), "less than a minute ago");
        assert_eq!(told(60), "1 minute ago");
        assert_eq!(told(3599), "59 minutes ago");
        assert_eq!(told(7200), "2 hours ago");
        assert_eq!(told(86_400), "1 day ago");
    }
}
