//! Reflow: the button that straightens a flow, and the rounds side by side in numbers.

use egui::{RichText, Ui};

use crate::experiment::Problem;
use crate::scene::metrics::table::{
    COUPLING_COST, ONE_STEP_ERROR, STRAIGHTNESS, TRANSPORT_COST, W2, W2_FLOOR,
};
use crate::scene::metrics::{Measured, Metric, three_digits};
use crate::scene::theme::lane_color;

use super::super::actions;
use super::super::command::Command;
use super::super::lab::rectified;
use super::super::panels::buttons::button_ui;
use super::super::panels::widgets::{grid_ui, heading_ui, note_ui};
use super::super::theme::{ink, strong};
use super::Sight;
use super::coupling_parts::wide_button;

/// The numbers of a round, with what stands above each.
const COLUMNS: [(&str, &Metric); 6] = [
    ("S", &STRAIGHTNESS),
    ("cost", &TRANSPORT_COST),
    ("paired", &COUPLING_COST),
    ("1 step", &ONE_STEP_ERROR),
    ("W₂", &W2),
    ("floor", &W2_FLOOR),
];

/// The button and the table.
pub fn reflow_ui(ui: &mut Ui, sight: Sight<'_>, commands: &mut Vec<Command>) {
    let theme = sight.theme;
    heading_ui(ui, theme, "REFLOW");
    let words = match sight.lab.straightens() {
        true => "Makes the pairs of this flow",
        false => "Straighten this flow",
    };
    let button = wide_button(theme, words, ui.available_width());
    let ready = !sight.lab.straightens();
    button_ui(ui, sight.lab, &actions::STRAIGHTEN, button, ready, commands);
    let button = wide_button(theme, "Distil to one step", ui.available_width());
    button_ui(ui, sight.lab, &actions::DISTIL, button, ready, commands);
    let lanes = sight.lab.editor.lanes().iter().enumerate();
    let rounds: Vec<(usize, String, Measured)> = lanes
        .map(|(place, lane)| {
            let frame = sight.frames.of(lane.id());
            (
                place,
                name_of(&frame.experiment.problem),
                Measured::of(frame),
            )
        })
        .collect();
    if rounds.iter().all(|(_, name, _)| name == "1-RF") {
        return drop(note_ui(ui, theme, INVITATION));
    }
    let muted = |text: &str| {
        RichText::new(text.to_owned())
            .small()
            .color(ink(theme.muted))
    };
    grid_ui(ui, "rounds of reflow", COLUMNS.len() + 1, |ui| {
        ui.label(muted("flow"));
        for (name, metric) in COLUMNS {
            ui.label(muted(name)).on_hover_text(metric.definition());
        }
        ui.end_row();
        for (place, name, measured) in &rounds {
            let color = ink(lane_color(*place, sight.lab.dark));
            let name = RichText::new(name).font(strong(12.5)).color(color);
            ui.label(name).on_hover_text(sight.lab.editor.label(*place));
            for (_, metric) in COLUMNS {
                let value = (metric.value)(measured).and_then(|value| value.number());
                ui.label(value.map_or_else(|| "–".to_owned(), three_digits));
            }
            ui.end_row();
        }
    });
    note_ui(ui, theme, EXPLANATION);
}

/// What papers call a flow: round r is the (r + 1)-rectified flow. One step is told by the flow that its pairs are of.
fn name_of(problem: &Problem) -> String {
    let rectified = rectified(problem.coupling);
    match problem.velocity.is_one_step() {
        true => format!("{}-RF, 1 step", rectified.saturating_sub(1).max(1)),
        false => format!("{rectified}-RF"),
    }
}

const INVITATION: &str = "A new lane trains on the pairs (Z₀, Z₁) that this flow makes, held fixed: the 2-rectified flow. Its \
                          paths are straighter, its transport cost is not larger, and the target drifts a little.";
const EXPLANATION: &str = "The pairs of a round are the ends of the flow before: what is paired costs there what is carried \
                           here. W₂ against its floor says how far the marginal has drifted. A distilled network is one \
                           straight step, whatever it has learned: it has W₂ and no S.";
