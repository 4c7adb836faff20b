//! A training step in slow motion, in numbers: those of the pair that stands out, and the losses of the batch. While it is
//! closed, the button that opens it.

use egui::{Button, RichText, Ui, Vec2};

use crate::experiment::Stage;

use super::super::actions;
use super::super::command::Command;
use super::super::panels::buttons::button_ui;
use super::super::panels::grouped;
use super::super::panels::widgets::{heading_ui, note_ui};
use super::super::slow_motion::numbers;
use super::super::theme::ink;
use super::Sight;
use super::row::number_row;

/// The numbers, or the button.
pub fn step_ui(ui: &mut Ui, sight: Sight<'_>, commands: &mut Vec<Command>) {
    let Sight {
        theme, lab, frame, ..
    } = sight;
    let Some(view) = lab.step_view() else {
        ui.add_space(8.0);
        let text = RichText::new(actions::SLOW_MOTION.name).color(ink(theme.accent));
        let button = Button::new(text).min_size(Vec2::new(ui.available_width(), 30.0));
        button_ui(ui, lab, &actions::SLOW_MOTION, button, true, commands);
        return;
    };
    heading_ui(ui, theme, "ONE STEP IN SLOW MOTION");
    let Some(step) = frame.laid_out(view.step) else {
        return;
    };
    let pair = format!(
        "Pair {} of {} shown; point at another one.",
        view.marked + 1,
        view.pairs
    );
    note_ui(ui, theme, &pair);
    for (name, formula, value) in numbers(view.stage, step, view.marked) {
        number_row(ui, theme, name, formula, &value, "");
    }
    let batch = format!("of {} pairs", grouped(step.batch as u64));
    let hint = "The mean of |v − u|² over the whole batch, before the step.";
    if view.has(Stage::Residual) {
        number_row(
            ui,
            theme,
            "loss",
            hint,
            &format!("{:.4}", step.loss),
            &batch,
        );
    }
    if let Some(taken) = step.taken.as_ref().filter(|_| view.has(Stage::Update)) {
        let hint = "The same mean over the same batch, with the weights after the step.";
        number_row(
            ui,
            theme,
            "loss after",
            hint,
            &format!("{:.4}", taken.loss),
            "",
        );
    }
}
