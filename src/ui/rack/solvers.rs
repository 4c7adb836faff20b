//! The page of solvers: what the chosen one has done, whether it finds the way back, and how few evaluations each method
//! needs.

use egui::{DragValue, Label, RichText, Ui};

use crate::experiment::Evaluation;
use crate::flow::solver::TOLERANCE;
use crate::products::{Made, SEARCHED, SolverComparison};
use crate::scene::metrics::table::{
    END_ERROR_BOUND, NFE, NFE_DORMAND_PRINCE, NFE_EULER, NFE_HEUN, NFE_MIDPOINT, NFE_RK4,
    ROUND_TRIP_ERROR, ROUND_TRIP_ERROR_FROM_TARGET, SOLVER_ERROR,
};
use crate::scene::metrics::{Measured, Metric, significant};
use crate::scene::theme::{Theme, lane_color};
use crate::snapshot::Frame;

use super::super::command::Command;
use super::super::panels::grouped;
use super::super::panels::widgets::{attention_card, grid_ui, heading_ui, note_ui, number_ui};
use super::super::theme::{ink, strong};
use super::Sight;
use super::convergence;
use super::lanes_table::LanesTable;
use super::row::number_row;

/// What the page remembers from frame to frame.
#[derive(Default)]
pub struct Memory {
    method: convergence::Method,
    table: LanesTable,
}

/// The page.
pub fn page_ui(ui: &mut Ui, memory: &mut Memory, sight: Sight<'_>, commands: &mut Vec<Command>) {
    let Sight {
        theme, lab, frame, ..
    } = sight;
    let measured = Measured::of(frame);
    chosen_ui(ui, theme, frame, &measured);
    heading_ui(ui, theme, "THERE AND BACK");
    for metric in [&ROUND_TRIP_ERROR, &ROUND_TRIP_ERROR_FROM_TARGET] {
        metric_ui(ui, theme, metric, &measured);
    }
    heading_ui(ui, theme, "ERROR OVER EVALUATIONS");
    convergence::convergence_ui(ui, &mut memory.method, sight);
    heading_ui(ui, theme, "FEWEST EVALUATIONS");
    let mut draft = lab.editor.experiment().clone();
    asked_ui(ui, theme, &mut draft.readout.evaluation);
    metric_ui(ui, theme, &END_ERROR_BOUND, &measured);
    methods_ui(ui, theme, &measured);
    let compared = frame.products.solvers.get();
    let note = compared.map_or_else(|| WAITING.to_owned(), |compared| age(compared, frame));
    note_ui(ui, theme, &note);
    note_ui(ui, theme, &searched());
    savings_ui(ui, &mut memory.table, sight);
    if draft != *lab.editor.experiment() {
        commands.push(Command::Edit(Box::new(draft)));
    }
}

const WAITING: &str = "Compared in the background; the first numbers come soon.";

/// The steps and the evaluations of the solver that is chosen.
fn chosen_ui(ui: &mut Ui, theme: &Theme, frame: &Frame, measured: &Measured) {
    heading_ui(ui, theme, "CHOSEN SOLVER");
    note_ui(ui, theme, &frame.solver_legend());
    let followed = frame.products.trajectories.get();
    if let Some(followed) = followed {
        let steps = &followed.steps;
        let (taken, rejected) = (
            grouped(steps.accepted() as u64),
            grouped(steps.rejected as u64),
        );
        let hint = "Of the trajectories on the canvas: steps that were taken, and that were tried and not taken.";
        number_row(ui, theme, "accepted steps", hint, &taken, "");
        number_row(ui, theme, "rejected steps", hint, &rejected, "");
        let nfe = grouped(steps.nfe as u64);
        number_row(ui, theme, "evaluations", &NFE.definition(), &nfe, "NFE");
        if let Some(sentence) = steps.complaint() {
            attention_card(theme, theme.attention).show(ui, |ui| {
                let text = RichText::new(sentence).color(ink(theme.attention));
                ui.add(Label::new(text).wrap());
            });
        }
    }
    metric_ui(ui, theme, &SOLVER_ERROR, measured);
}

/// A number of the chosen solver, which the page has named.
fn metric_ui(ui: &mut Ui, theme: &Theme, metric: &Metric, measured: &Measured) {
    let (value, _) = metric.line(measured);
    number_row(ui, theme, metric.label, &metric.definition(), &value, "");
}

/// What is asked of the methods; both are part of the experiment.
fn asked_ui(ui: &mut Ui, theme: &Theme, evaluation: &mut Evaluation) {
    let formula =
        "How far end points may be off, root mean square, as a share of the target's spread.";
    let speed = (0.01 * evaluation.error).max(1e-5);
    let error = DragValue::new(&mut evaluation.error)
        .range(Evaluation::ERRORS)
        .speed(speed)
        .max_decimals(4);
    number_ui(ui, theme, "Error ε", formula, error);
    let formula = "The tolerance of Dormand-Prince 5(4) in this table, whichever solver is chosen.";
    let speed = (0.01 * evaluation.tolerance).max(1e-9);
    let tolerance = DragValue::new(&mut evaluation.tolerance)
        .range(TOLERANCE.range.part(f64::NEG_INFINITY, f64::INFINITY))
        .speed(speed)
        .custom_formatter(|n, _| format!("{n:e}"))
        .custom_parser(|text| text.trim().parse().ok());
    number_ui(ui, theme, "At tolerance", formula, tolerance);
}

/// A row for each method: evaluations, steps, and how far it is off with them.
fn methods_ui(ui: &mut Ui, theme: &Theme, measured: &Measured) {
    let muted = |text: &str| RichText::new(text.to_owned()).color(ink(theme.muted));
    let rows = [
        &NFE_EULER,
        &NFE_MIDPOINT,
        &NFE_HEUN,
        &NFE_RK4,
        &NFE_DORMAND_PRINCE,
    ];
    grid_ui(ui, "fewest evaluations", 4, |ui| {
        for heading in ["method", "NFE", "steps", "error"] {
            ui.label(muted(heading).small());
        }
        ui.end_row();
        for (place, metric) in rows.into_iter().enumerate() {
            let (value, aside) = metric.line(measured);
            let nfe = match (value.as_str(), aside.as_str()) {
                ("–", aside) if aside.starts_with('>') => aside.to_owned(),
                _ => value,
            };
            let (steps, error) = details(measured.solvers.as_deref(), place);
            ui.label(muted(metric.label))
                .on_hover_text(metric.definition());
            ui.label(RichText::new(nfe).font(strong(14.0)))
                .on_hover_text(metric.definition());
            ui.label(steps);
            ui.label(error);
            ui.end_row();
        }
    });
}

/// How many evaluations each lane needs fewer than the first.
fn savings_ui(ui: &mut Ui, table: &mut LanesTable, sight: Sight<'_>) {
    let repeats = sight.lab.repeats.as_ref().map(|repeats| repeats.known());
    let savings = table.comparison(sight, repeats.as_ref()).savings();
    if savings.is_empty() {
        return;
    }
    heading_ui(ui, sight.theme, "WHAT IS SAVED");
    for (lane, sentence) in savings {
        let color = ink(lane_color(lane, sight.lab.dark));
        ui.horizontal_top(|ui| {
            ui.label(RichText::new("●").color(color));
            ui.add(Label::new(RichText::new(sentence).small()).wrap());
        });
    }
}

/// Steps and error of the method in this row of the table.
fn details(solvers: Option<&SolverComparison>, place: usize) -> (String, String) {
    let Some(solvers) = solvers else {
        return Default::default();
    };
    match solvers.methods.get(place) {
        Some(method) => (
            method
                .solver
                .steps()
                .map_or_else(String::new, |n| n.to_string()),
            significant(method.error),
        ),
        None => {
            let steps = &solvers.controlled.steps;
            let taken = format!("{} + {}", steps.accepted(), steps.rejected);
            (taken, significant(solvers.controlled.error))
        }
    }
}

/// Which weights were compared, on how many particles.
fn age(compared: &Made<SolverComparison>, frame: &Frame) -> String {
    let step = compared.of.step;
    let behind = frame.step.saturating_sub(step);
    let text = format!(
        "{} particles at step {}; the fine solver is good to {}",
        grouped(compared.n_samples as u64),
        grouped(step),
        significant(compared.reference_error)
    );
    match behind {
        _ if !frame.is_current(compared) => format!("{text}. Before the last change."),
        0 => format!("{text}."),
        n => format!("{text}. {} steps ago.", grouped(n)),
    }
}

/// How the numbers were found.
fn searched() -> String {
    format!(
        "Steps are doubled until the error is small enough, then the gap is halved; up to {} evaluations. Steps of \
         Dormand-Prince: taken + rejected. Errors are distances from a fine solver, root mean square.",
        grouped(SEARCHED as u64)
    )
}
