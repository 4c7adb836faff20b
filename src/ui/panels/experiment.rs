//! The left panel: what is studied, and the buttons that run it.

use egui::{Button, Frame as Boxed, Label, Margin, Panel, RichText, Ui, Vec2};

use crate::scene::theme::Theme;
use crate::snapshot::{Frame, RunState};

use super::super::actions;
use super::super::command::{Command, Side};
use super::super::lab::Lab;
use super::super::theme::{self, ink};
use super::buttons::button_ui;
use super::links::{self, Head};
use super::widgets::{attention_card, note_ui, primary, side_scroll};
use super::{densities, network, path, training, velocity, view};

/// What the panel remembers from frame to frame: caches, and which density's numbers are shown.
pub struct Memory {
    densities: densities::Cards,
    path: path::Curves,
    network: network::HiddenField,
    side: Side,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            densities: densities::Cards::default(),
            path: path::Curves::default(),
            network: network::HiddenField::default(),
            side: Side::Target,
        }
    }
}

/// The left panel.
pub fn experiment_ui(
    ui: &mut Ui,
    memory: &mut Memory,
    lab: &Lab,
    frame: &Frame,
    commands: &mut Vec<Command>,
) {
    let theme = theme::palette(lab.dark);
    let bar = Boxed::new().fill(ink(theme.panel));
    Panel::bottom("run buttons")
        .resizable(false)
        .frame(bar.inner_margin(Margin::symmetric(14, 10)))
        .show(ui, |ui| run_ui(ui, theme, lab, frame, commands));
    let mut draft = lab.editor.experiment().clone();
    side_scroll().show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        links::lane_ui(ui, theme, lab);
        let head = &mut Head { lab, commands };
        densities::densities_ui(
            ui,
            theme,
            &mut memory.densities,
            &mut memory.side,
            frame,
            &mut draft,
            head,
        );
        path::path_ui(ui, theme, &mut memory.path, &mut draft, head);
        illegal_ui(ui, theme, lab, head.commands);
        velocity::velocity_ui(ui, theme, &mut draft, frame, head);
        path::coupling_ui(ui, theme, &mut draft, &frame.cautions, head);
        network::network_ui(ui, theme, &mut memory.network, &mut draft, head);
        training::training_ui(ui, theme, &mut draft, head);
        training::solver_ui(ui, theme, &mut draft, head);
        view::view_ui(ui, theme, &mut draft);
    });
    if draft != *lab.editor.experiment() {
        commands.push(Command::Edit(Box::new(draft)));
    }
}

/// Why the draft does not train, and the way out.
fn illegal_ui(ui: &mut Ui, theme: &Theme, lab: &Lab, commands: &mut Vec<Command>) {
    let Some(illegal) = lab.editor.illegal() else {
        return;
    };
    attention_card(theme, theme.attention).show(ui, |ui| {
        let color = ink(theme.attention);
        ui.add(Label::new(RichText::new(&illegal.message).color(color)).wrap());
        let rest = "The last legal experiment goes on training.";
        ui.add(Label::new(RichText::new(rest).small().color(ink(theme.muted))).wrap());
        let fix = Button::new(RichText::new("Fix").color(ink(theme.on_accent))).fill(color);
        let response = ui
            .add_sized(Vec2::new(ui.available_width(), 26.0), fix)
            .on_hover_text("Make the one change that makes this choice legal.")
            .accessible_name("Fix");
        if response.clicked() {
            commands.push(Command::ApplyFix);
        }
    });
}

/// Train or Pause, Step, Reset; above them why training failed, if it did.
fn run_ui(ui: &mut Ui, theme: &Theme, lab: &Lab, frame: &Frame, commands: &mut Vec<Command>) {
    if let RunState::Failed { message } = &frame.state {
        attention_card(theme, theme.error).show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.add(Label::new(RichText::new(message).color(ink(theme.error))).wrap());
        });
    }
    if frame.state.is_exact() {
        note_ui(ui, theme, velocity::NOTHING_TRAINED);
    }
    let can = lab.learns();
    ui.horizontal(|ui| {
        let text = match frame.state {
            _ if lab.trains() => "Pause",
            RunState::Finished => "Train on",
            _ => "Train",
        };
        let wide = primary(theme, text).min_size(Vec2::new(108.0, 32.0));
        button_ui(ui, lab, &actions::TRAIN, wide, can, commands);
        let half = Vec2::new(
            (ui.available_width() - ui.spacing().item_spacing.x) / 2.0,
            32.0,
        );
        for (action, text) in [(&actions::STEP, "Step"), (&actions::RESET, "Reset")] {
            let button = Button::new(text).min_size(half);
            button_ui(ui, lab, action, button, can, commands);
        }
    });
}
