//! The list of keys, from the one table, and what the mouse does.

use egui::{Align, Layout, RichText, ScrollArea, Ui};

use crate::scene::theme::Theme;

use super::super::actions::{ALL, Section, key_text};
use super::super::command::Command;
use super::super::theme::{ink, strong};
use super::title::title_ui;

const MOUSE: &[(&str, &str)] = &[
    ("Drag", "move the view; with the brush, paint"),
    ("Wheel", "zoom at the pointer"),
    ("Double click", "fit the view"),
    ("Click on a particle", "mark it in every lane"),
    ("Click on a lane", "show it in the panels"),
    ("Right or Shift drag", "with the brush, erase"),
    ("Drop a file", "open an experiment or a finished run"),
];

/// Keys by section, in two columns.
pub fn help_ui(ui: &mut Ui, theme: &Theme, commands: &mut Vec<Command>) {
    title_ui(ui, "Keys and mouse", commands);
    ScrollArea::vertical().show(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 40.0;
        ui.columns_const(|[left, right]| {
            left.spacing_mut().item_spacing.y = 2.0;
            right.spacing_mut().item_spacing.y = 2.0;
            for section in [Section::File, Section::Edit, Section::Run, Section::Help] {
                section_ui(left, theme, section);
            }
            for section in [Section::Time, Section::View, Section::Lanes] {
                section_ui(right, theme, section);
            }
            heading_ui(right, theme, "Mouse");
            for (gesture, effect) in MOUSE {
                line_ui(right, theme, effect, gesture);
            }
        });
    });
}

fn section_ui(ui: &mut Ui, theme: &Theme, section: Section) {
    heading_ui(ui, theme, section.name());
    for action in ALL.iter().filter(|action| action.section == section) {
        let keys: Vec<String> = action
            .keys
            .iter()
            .map(|keys| key_text(ui.ctx(), keys))
            .collect();
        if !keys.is_empty() {
            line_ui(ui, theme, action.name, &keys.join("  or  "));
        }
    }
}

fn heading_ui(ui: &mut Ui, theme: &Theme, text: &str) {
    ui.add_space(8.0);
    let text = RichText::new(text.to_uppercase());
    ui.label(text.font(strong(11.0)).color(ink(theme.muted)));
}

fn line_ui(ui: &mut Ui, theme: &Theme, effect: &str, keys: &str) {
    ui.horizontal(|ui| {
        ui.label(effect);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(RichText::new(keys).color(ink(theme.accent)));
        });
    });
}
