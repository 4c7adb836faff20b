//! The page of training: loss, S and W2 over the steps, and how fast they are taken.

use egui::Ui;

use super::super::command::Command;
use super::super::panels::widgets::note_ui;
use super::super::panels::{NOTHING_TRAINED, goal_text, grouped};
use super::row::number_row;
use super::{Sight, curves, field_error, gradients, loss, step};

/// What the page remembers from frame to frame.
#[derive(Default)]
pub struct Memory {
    loss: loss::LossPlot,
}

/// The page.
pub fn page_ui(ui: &mut Ui, memory: &mut Memory, sight: Sight<'_>, commands: &mut Vec<Command>) {
    loss::loss_ui(ui, &mut memory.loss, sight, commands);
    speed_ui(ui, sight);
    field_error::field_error_ui(ui, sight);
    curves::curves_ui(ui, sight, commands);
    step::step_ui(ui, sight, commands);
    gradients::gradients_ui(ui, sight, commands);
}

/// How fast training goes, and how far it has come.
pub fn speed_ui(ui: &mut Ui, Sight { theme, frame, .. }: Sight<'_>) {
    if frame.state.is_exact() {
        return drop(note_ui(ui, theme, NOTHING_TRAINED));
    }
    let speed = match frame.steps_per_sec {
        speed if speed > 0.0 => grouped(speed.round() as u64),
        _ => "–".to_owned(),
    };
    let hint = "Training steps per second of late.";
    number_row(ui, theme, "steps per second", hint, &speed, "");
    let hint = "Optimizer steps taken, of the number that Training asks for.";
    let (step, goal) = (grouped(frame.step), goal_text(frame));
    number_row(ui, theme, "step", hint, &step, &goal);
}
