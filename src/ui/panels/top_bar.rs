//! The top bar: what is studied, in which file, and the actions on it.

use egui::{Align, Button, Layout, RichText, Ui, Vec2};

use crate::experiment::MAX_LANES;
use crate::snapshot::Frame;

use super::super::actions::{self, ALL, Action, Section};
use super::super::command::Command;
use super::super::lab::Lab;
use super::super::theme::{self, ink, strong};
use super::buttons::{action_ui, button_ui};

/// Room that the widest of the buttons on the right takes, with its space.
const BUTTON_WIDTH: f32 = 84.0;

/// Width of what the menu of comparisons explains, in points.
const COMPARE_WIDTH: f32 = 280.0;

/// Width of the search where there is room for its keys, in points.
const SEARCH_WIDTH: f32 = 190.0;

/// The top bar.
pub fn top_bar_ui(ui: &mut Ui, lab: &Lab, _frame: &Frame, commands: &mut Vec<Command>) {
    ui.horizontal_centered(|ui| {
        title_ui(ui, lab);
        ui.add_space(12.0);
        menu_ui(ui, lab, commands);
        action_ui(ui, lab, &actions::PRESETS, "Presets", true, commands);
        action_ui(ui, lab, &actions::OPEN, "Open", true, commands);
        action_ui(ui, lab, &actions::SAVE, "Save", true, commands);
        compare_ui(ui, lab, commands);
        action_ui(ui, lab, &actions::EXPORT, "Studio", true, commands);
        ui.add_space(8.0);
        let (undo, redo) = (lab.editor.can_undo(), lab.editor.can_redo());
        action_ui(ui, lab, &actions::UNDO, "Undo", undo, commands);
        action_ui(ui, lab, &actions::REDO, "Redo", redo, commands);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            right_ui(ui, lab, commands);
        });
    });
}

/// Program, title and file, with a dot while there is work that is in no file.
fn title_ui(ui: &mut Ui, lab: &Lab) {
    let theme = theme::palette(lab.dark);
    ui.label(RichText::new("Pushforward").font(strong(15.0)));
    ui.add_space(6.0);
    let experiment = lab.editor.experiment();
    let file = match lab.editor.path().and_then(|path| path.file_name()) {
        Some(name) => name.to_string_lossy().into_owned(),
        None => experiment.words.name.clone(),
    };
    let place = lab.editor.path().map_or_else(
        || "This experiment is in no file yet.".to_owned(),
        |path| path.display().to_string(),
    );
    let about = format!(
        "{}\n{}\n{place}",
        experiment.words.title, experiment.words.about
    );
    ui.label(RichText::new(file).color(ink(theme.muted)))
        .on_hover_text(about);
    if lab.editor.dirty() {
        let (rect, response) = ui.allocate_exact_size(Vec2::splat(10.0), egui::Sense::hover());
        ui.painter()
            .circle_filled(rect.center(), 3.5, ink(theme.attention));
        response
            .on_hover_text("There are changes that are in no file. Ctrl+S saves them.")
            .accessible_name("Unsaved changes");
    }
}

/// Everything that can be done, by section.
fn menu_ui(ui: &mut Ui, lab: &Lab, commands: &mut Vec<Command>) {
    ui.menu_button("Menu", |ui| {
        for section in Section::ALL {
            ui.menu_button(section.name(), |ui| {
                for action in ALL.iter().filter(|action| action.section == section) {
                    let keys = action.keys_text(ui.ctx());
                    let item = Button::new(action.name).shortcut_text(keys);
                    if ui.add(item).on_hover_text(action.tooltip).clicked() {
                        commands.push((action.command)(lab));
                    }
                }
            });
        }
    })
    .response
    .on_hover_text("Everything that can be done, with its keys.");
}

/// The classic grids, and what can be done with lanes.
fn compare_ui(ui: &mut Ui, lab: &Lab, commands: &mut Vec<Command>) {
    ui.menu_button("Compare", |ui| {
        let source = &lab.editor.experiment().problem.source;
        if !source.is_standard_gaussian() {
            let words = "VP, VE and linear VP are diffusion paths: they need the standard Gaussian source. The cosine path takes this one.";
            let theme = theme::palette(lab.dark);
            ui.set_max_width(COMPARE_WIDTH);
            ui.label(RichText::new(words).small().color(ink(theme.attention)));
        }
        let in_section = |action: &&&Action| action.section == Section::Lanes;
        for action in ALL.iter().filter(in_section) {
            let command = (action.command)(lab);
            let can = match &command {
                Command::Compare(comparison) => comparison.experiments(lab.editor.experiment()).is_ok(),
                Command::AddLane(_) | Command::Straighten | Command::Distil => lab.editor.lanes().len() < MAX_LANES,
                _ => lab.editor.lanes().len() > 1,
            };
            let item = Button::new(action.name).shortcut_text(action.keys_text(ui.ctx()));
            let item = ui.add_enabled(can, item).on_hover_text(action.tooltip);
            let item = item.on_disabled_hover_text(action.tooltip);
            if item.accessible_name(action.name).clicked() {
                commands.push(command);
            }
            if action.name == actions::COMPARE_SOLVERS.name {
                ui.separator();
            }
        }
    })
    .response
    .on_hover_text("Flows side by side on these densities, trained together.");
}

/// The search, and as many of the other buttons as there is room for: all of them are in the menu, too.
fn right_ui(ui: &mut Ui, lab: &Lab, commands: &mut Vec<Command>) {
    let theme = theme::palette(lab.dark);
    let quiet = |words: &str| RichText::new(words).color(ink(theme.muted));
    let search = if ui.available_width() > SEARCH_WIDTH {
        Button::new(quiet("Search commands"))
            .shortcut_text(quiet(&actions::PALETTE.keys_text(ui.ctx())))
            .min_size(Vec2::new(SEARCH_WIDTH, 28.0))
    } else {
        Button::new(quiet("Search"))
    };
    button_ui(ui, lab, &actions::PALETTE, search, true, commands);
    let mode = if lab.dark { "Light" } else { "Dark" };
    for (action, name) in [
        (&actions::HELP, "Keys"),
        (&actions::LECTURE, "Lecture"),
        (&actions::THEME, mode),
    ] {
        if ui.available_width() > BUTTON_WIDTH {
            action_ui(ui, lab, action, name, true, commands);
        }
    }
}
