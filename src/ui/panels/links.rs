//! Which lane the left panel shows, and beside the heading of each group which lanes its changes reach.
//!
//! With one lane there is nothing to say.

use egui::{Align, Button, Color32, Label, Layout, RichText, Ui};

use crate::scene::theme::{Theme, lane_color};

use super::super::command::Command;
use super::super::editor::{Group, LaneDraft, Scope};
use super::super::lab::Lab;
use super::super::theme::{ink, strong};
use super::widgets::{heading_ui, heading_with_ui};

/// What the headings of the groups read, and where their clicks go.
pub struct Head<'a> {
    pub lab: &'a Lab,
    pub commands: &'a mut Vec<Command>,
}

impl Head<'_> {
    /// The heading of a group, with its link mark if there are several lanes.
    pub fn heading_ui(&mut self, ui: &mut Ui, theme: &Theme, text: &str, group: Group) {
        if self.lab.editor.lanes().len() == 1 {
            heading_ui(ui, theme, text);
        } else {
            heading_with_ui(ui, theme, text, |ui| self.mark_ui(ui, theme, group));
        }
    }

    /// "all lanes" or "this lane"; a click chooses the other.
    fn mark_ui(&mut self, ui: &mut Ui, theme: &Theme, group: Group) {
        let others = others(self.lab, group);
        let scope = self.lab.editor.scope(group);
        let (text, color, other) = match scope {
            Scope::All if others.is_empty() => ("all lanes", theme.accent, Scope::Lane),
            Scope::All => ("all lanes, which differ", theme.attention, Scope::Lane),
            Scope::Lane => ("this lane", theme.muted, Scope::All),
        };
        let mut words = match scope {
            Scope::All => {
                "A change here is made in all lanes. Click to change the selected lane alone."
            }
            Scope::Lane => "A change here is the selected lane's own. Click to change all lanes.",
        }
        .to_owned();
        if !others.is_empty() {
            let names = others.join("; ");
            words.push_str(&format!("\nOther values here: {names}."));
            if scope == Scope::All {
                words.push_str(" What is changed becomes the same in all lanes.");
            }
        }
        let mark = RichText::new(text).small().color(ink(color));
        let mark = ui
            .add(Button::new(mark).fill(Color32::TRANSPARENT).frame(false))
            .on_hover_text(words)
            .accessible_name(format!("{}: {text}", group.name()));
        if mark.clicked() {
            self.commands.push(Command::SetScope(group, other));
        }
    }
}

/// The lanes that have something else of the group than the selected one.
fn others(lab: &Lab, group: Group) -> Vec<String> {
    let own = lab.editor.experiment();
    let lanes = lab.editor.lanes().iter().enumerate();
    let differs = |(_, lane): &(usize, &LaneDraft)| !group.is_same(lane.experiment(), own);
    let name = |(i, _): (usize, &LaneDraft)| format!("lane {}, {}", i + 1, lab.editor.label(i));
    lanes.filter(differs).map(name).collect()
}

/// The number of the selected lane and how it differs from the first; nothing if it is the only one.
pub fn lane_ui(ui: &mut Ui, theme: &Theme, lab: &Lab) {
    let (lanes, selected) = (lab.editor.lanes(), lab.editor.selected());
    if lanes.len() == 1 {
        return;
    }
    let (first, own) = (lanes[0].experiment(), lab.editor.experiment());
    let differs = |group: &Group| !group.is_same(first, own);
    let names: Vec<&str> = Group::ALL
        .into_iter()
        .filter(differs)
        .map(Group::name)
        .collect();
    let words = match names.is_empty() {
        true if selected == 0 => "the first lane".to_owned(),
        true => "the same as the first".to_owned(),
        false => format!("differs in: {}", names.join(", ")),
    };
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        let number = format!("LANE {} OF {}", selected + 1, lanes.len());
        let color = ink(lane_color(selected, lab.dark));
        let (mark, _) = ui.allocate_exact_size(egui::Vec2::splat(9.0), egui::Sense::hover());
        ui.painter().rect_filled(mark, 2.0, color);
        ui.label(RichText::new(number).font(strong(11.0)))
            .on_hover_text(lab.editor.label(selected));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let text = RichText::new(&words).small().color(ink(theme.attention));
            ui.add(Label::new(text).truncate()).on_hover_text(&words);
        });
    });
}
