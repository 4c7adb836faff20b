//! Which velocity carries the particles: the network's, or the exact one with its factor and rotation.

use egui::{Label, RichText, Ui};

use crate::experiment::{Experiment, Velocity};
use crate::flow::vocabulary::Vocabulary;
use crate::scene::theme::Theme;
use crate::snapshot::{Frame, RunState};

use super::super::editor::Group;
use super::super::theme::ink;
use super::links::Head;
use super::vocabulary::{constants_ui, member_ui};
use super::widgets::{attention_card, note_ui};

/// What stands in the place of training.
pub const NOTHING_TRAINED: &str = "Nothing is trained in this lane: its velocity is the exact field. What was learned before waits for velocity: learned.";

/// The switch, and what the chosen field is.
pub fn velocity_ui(
    ui: &mut Ui,
    theme: &Theme,
    draft: &mut Experiment,
    frame: &Frame,
    head: &mut Head<'_>,
) {
    head.heading_ui(ui, theme, "VELOCITY", Group::Velocity);
    let formula = "Which field carries the particles: what the network has learned, or u_t(x) = E[dx_t/dt | x_t = x].";
    let velocity = &mut draft.problem.velocity;
    member_ui(ui, theme, "Velocity", formula, velocity);
    constants_ui(ui, theme, velocity.entry().constants, velocity);
    if let (Velocity::Exact { .. }, RunState::Exact { field }) = (&*velocity, &frame.state) {
        match field {
            Ok(basis) => drop(note_ui(ui, theme, basis)),
            Err(reason) => {
                attention_card(theme, theme.attention).show(ui, |ui| {
                    let text = RichText::new(reason).color(ink(theme.attention));
                    ui.add(Label::new(text).wrap());
                });
            }
        }
    }
    for remark in velocity.remarks() {
        note_ui(ui, theme, &remark);
    }
}
