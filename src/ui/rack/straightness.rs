//! The page of straightness: which lane is straighter, and by how much.

use egui::{Button, Label, ProgressBar, RichText, Ui, Vec2};

use crate::session::repeats::Known;

use super::super::actions;
use super::super::command::Command;
use super::super::panels::buttons::button_ui;
use super::super::panels::widgets::{card, heading_ui, heading_with_ui, link, note_ui};
use super::super::theme::{ink, strong};
use super::lanes_table::{LanesTable, is_of, table_ui};
use super::{Sight, histogram, profile};

/// Seeds with which lanes are repeated.
const SEEDS: usize = 3;
/// Sentences about measures that disagree that are shown; those of the selected lane come first.
const MAX_SENTENCES: usize = 3;

/// What the page remembers from frame to frame.
#[derive(Default)]
pub struct Memory {
    table: LanesTable,
    histogram: histogram::Histogram,
    profile: profile::Measure,
}

/// The page.
pub fn page_ui(ui: &mut Ui, memory: &mut Memory, sight: Sight<'_>, commands: &mut Vec<Command>) {
    let known = sight.lab.repeats.as_ref().map(|repeats| repeats.known());
    heading_with_ui(ui, sight.theme, "LANES", |ui| {
        let button = link(sight.theme, "definitions ?");
        button_ui(ui, sight.lab, &actions::DEFINITIONS, button, true, commands);
    });
    table_ui(ui, &mut memory.table, sight, known.as_ref(), commands);
    repeats_ui(ui, sight, known.as_ref(), commands);
    disagreements_ui(ui, memory, sight, known.as_ref());
    profile::profile_ui(ui, &mut memory.profile, sight);
    heading_ui(ui, sight.theme, "TRAJECTORIES ON THE CANVAS");
    histogram::histogram_ui(ui, &mut memory.histogram, sight);
}

/// The button that repeats all lanes with other seeds, and how far that is.
fn repeats_ui(ui: &mut Ui, sight: Sight<'_>, known: Option<&Known>, commands: &mut Vec<Command>) {
    ui.add_space(4.0);
    let wide = Vec2::new(ui.available_width(), 28.0);
    let accent = |text: &str| RichText::new(text.to_owned()).color(ink(sight.theme.accent));
    match known {
        Some(known) if !known.ended => {
            let left = match known.secs_left {
                Some(secs) => format!(", {secs:.0} s left"),
                None => String::new(),
            };
            let text = format!("{} seeds: {:.0} %{left}", known.seeds, 100.0 * known.share);
            ui.add(ProgressBar::new(known.share as f32).text(text))
                .accessible_name("Progress of the repeats");
            let hint = "Stop, and show the numbers of the networks on the canvas again.";
            let stop = Button::new(accent("Stop the repeats")).min_size(wide);
            if ui.add(stop).on_hover_text(hint).clicked() {
                commands.push(Command::StopRepeats);
            }
        }
        _ => {
            let hint = "Train every lane from nothing with its seed and the two that follow, in the background, for as \
                        many steps as Training says: the errors are those of the seeds then.";
            let text = format!("Repeat with {SEEDS} seeds");
            let start = Button::new(accent(&text)).min_size(wide);
            if ui.add(start).on_hover_text(hint).clicked() {
                commands.push(Command::Repeat(SEEDS));
            }
        }
    }
    if let Some(known) = known {
        if !is_of(known, sight) {
            let text = "The lanes have changed since they were repeated: the numbers are those of the networks on the \
                        canvas.";
            note_ui(ui, sight.theme, text);
        }
        for failure in &known.failures {
            note_ui(ui, sight.theme, failure);
        }
    }
}

/// Where two measures order two lanes differently, and why.
fn disagreements_ui(ui: &mut Ui, memory: &mut Memory, sight: Sight<'_>, known: Option<&Known>) {
    let selected = sight.lab.editor.selected();
    let mut found = memory.table.comparison(sight, known).disagreements();
    if found.is_empty() {
        return;
    }
    found.sort_by_key(|found| !found.lanes.contains(&selected));
    ui.add_space(6.0);
    card(sight.theme).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        let heading = RichText::new("Why do the measures disagree?");
        ui.label(heading.font(strong(12.5)).color(ink(sight.theme.accent)));
        for found in found.iter().take(MAX_SENTENCES) {
            ui.add(Label::new(RichText::new(&found.sentence).small()).wrap());
        }
        let more = found.len().saturating_sub(MAX_SENTENCES);
        if more > 0 {
            let text = format!("And {more} more pairs; those of the selected lane come first.");
            note_ui(ui, sight.theme, &text);
        }
    });
}
