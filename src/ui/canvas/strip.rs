//! The strip above several lanes: the toggles of the layers in one line, what has no room there in a menu, and a button
//! that adds a lane.

use egui::{Button, Frame as Boxed, Layout, Margin, RichText, Ui, vec2};

use crate::experiment::{Layer, MAX_LANES};
use crate::ui::actions;
use crate::ui::command::{Command, Tool};
use crate::ui::lab::Lab;
use crate::ui::panels::buttons;
use crate::ui::theme::{ink, palette};

use super::chips;

/// Room of the buttons at the right end, in points.
const BUTTONS: f32 = 284.0;
/// Between two toggles, in points.
const GAP: f32 = 6.0;

/// The strip, at the top of what is left in `ui`.
pub fn strip_ui(ui: &mut Ui, lab: &Lab, commands: &mut Vec<Command>) {
    let theme = palette(lab.dark);
    let strip = Boxed::new()
        .fill(ink(theme.background))
        .inner_margin(Margin {
            left: 8,
            right: 8,
            top: 7,
            bottom: 1,
        });
    strip.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing = vec2(GAP, 6.0);
            let rest = in_line(ui, lab, ui.available_width() - BUTTONS, commands);
            ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
                let add = Button::new(RichText::new("+ Add lane").color(ink(theme.accent)));
                let can = lab.editor.lanes().len() < MAX_LANES;
                buttons::button_ui(ui, lab, &actions::ADD_LANE, add, can, commands);
                let picks = lab.tool == Tool::Pick;
                let pick = Button::selectable(picks, "Select");
                buttons::button_ui(ui, lab, &actions::PICK, pick, true, commands);
                let ask = Button::selectable(lab.tool == Tool::Ask, "Ask");
                buttons::button_ui(ui, lab, &actions::ASK, ask, true, commands);
                if !rest.is_empty() {
                    chips::more_ui(ui, lab, &rest, commands);
                }
            });
        });
    });
}

/// The toggles that fit into the room, those of visible layers first; the layers that are left.
fn in_line(ui: &mut Ui, lab: &Lab, room: f32, commands: &mut Vec<Command>) -> Vec<Layer> {
    let shown = |layer: &Layer| lab.editor.experiment().view.layers.contains(layer);
    let widths = Layer::ALL.map(|layer| chips::width(ui, layer) + GAP);
    let mut left = room;
    let mut fits = [false; Layer::ALL.len()];
    for wanted in [true, false] {
        for (k, layer) in Layer::ALL.iter().enumerate() {
            if shown(layer) == wanted && widths[k] <= left {
                (fits[k], left) = (true, left - widths[k]);
            } else if shown(layer) == wanted {
                break;
            }
        }
    }
    let offered = Layer::ALL.into_iter().zip(fits);
    let (in_line, rest): (Vec<_>, Vec<_>) = offered.partition(|(_, fits)| *fits);
    for (layer, _) in in_line {
        chips::layer_ui(ui, layer, lab, commands);
    }
    rest.into_iter().map(|(layer, _)| layer).collect()
}
