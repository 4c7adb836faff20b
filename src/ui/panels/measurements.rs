//! The right panel: what was measured, each number with its error and its definition one click away.

use egui::{Align, Button, Frame as Boxed, Label, Layout, Margin, RichText, ScrollArea, Ui, Vec2};

use crate::experiment::Experiment;
use crate::flow::coupling::Coupling;
use crate::flow::path::Path;
use crate::scene::metrics::{self, Group, Measured, significant};
use crate::scene::theme::Theme;
use crate::snapshot::{Frame, Metrics, ReferenceSolver};

use super::super::actions;
use super::super::command::Command;
use super::super::lab::Lab;
use super::super::theme::{self, ink, strong};
use super::status::{goal_text, grouped};
use super::widgets::{attention_card, button_ui, heading_ui, heading_with_ui, link, note_ui};
use super::{Panels, histogram, loss};

/// Room for the number behind the value, in points.
const ERROR_WIDTH: f32 = 76.0;

/// The right panel.
pub fn measurements_ui(
    ui: &mut Ui,
    panels: &mut Panels,
    lab: &Lab,
    frame: &Frame,
    commands: &mut Vec<Command>,
) {
    let theme = theme::palette(lab.dark);
    Boxed::new().show(ui, |ui| {
        ScrollArea::vertical()
            .auto_shrink(false)
            .content_margin(Margin {
                left: 14,
                right: 14,
                top: 2,
                bottom: 14,
            })
            .show(ui, |ui| {
                loss::loss_ui(ui, theme, &mut panels.loss, frame);
                speed_ui(ui, theme, frame);
                learned_ui(ui, theme, frame);
                straightness_ui(ui, theme, lab, frame, commands);
                histogram::histogram_ui(ui, theme, &mut panels.histogram, frame.picture.as_ref());
                samples_ui(ui, theme, frame);
                buttons_ui(ui, theme, lab, commands);
            });
    });
}

fn speed_ui(ui: &mut Ui, theme: &Theme, frame: &Frame) {
    let speed = if frame.steps_per_sec > 0.0 {
        grouped(frame.steps_per_sec.round() as u64)
    } else {
        "–".to_owned()
    };
    let progress = goal_text(frame);
    number_row(
        ui,
        theme,
        "steps per second",
        "Training steps per second of late.",
        &speed,
        "",
    );
    let formula = "Optimizer steps taken, of the number that Training asks for.";
    number_row(ui, theme, "step", formula, &grouped(frame.step), &progress);
}

/// That the network has learned nothing, if it has not: no number below means much then.
fn learned_ui(ui: &mut Ui, theme: &Theme, frame: &Frame) {
    let metrics = frame.metrics.as_deref();
    if let Some(sentence) = metrics.and_then(|m| m.learned_reason.as_deref()) {
        attention_card(theme, theme.attention).show(ui, |ui| {
            let text = RichText::new(sentence).color(ink(theme.attention));
            ui.add(Label::new(text).wrap());
        });
    }
}

fn straightness_ui(
    ui: &mut Ui,
    theme: &Theme,
    lab: &Lab,
    frame: &Frame,
    commands: &mut Vec<Command>,
) {
    heading_with_ui(ui, theme, "STRAIGHTNESS", |ui| {
        let button = link(theme, "definitions ?");
        button_ui(ui, lab, &actions::DEFINITIONS, button, true, commands);
    });
    group_ui(ui, theme, Group::Straightness, frame);
    let metrics = frame.metrics.as_deref();
    if let Some(reason) = metrics.and_then(|m| m.npe_reason.as_deref()) {
        note_ui(ui, theme, reason);
    }
    if let Some(metrics) = metrics {
        note_ui(ui, theme, &reference_text(metrics));
    }
}

/// Which solver the numbers of straightness are measured with, and how good it is.
fn reference_text(metrics: &Metrics) -> String {
    let ReferenceSolver { steps, error } = metrics.reference;
    let beyond = match error.within_tolerance {
        true => "",
        false => ", more than it should",
    };
    format!(
        "Of the flow itself, by RK4 in {steps} steps; halving them moved the end points by {}, S by {}{beyond}.",
        significant(error.end_points),
        significant(error.straightness)
    )
}

/// The numbers of a group, a line each.
fn group_ui(ui: &mut Ui, theme: &Theme, group: Group, frame: &Frame) {
    let measured = Measured::of(frame);
    let shown = metrics::ALL.iter();
    for metric in shown.filter(|metric| metric.group == Some(group)) {
        let (value, aside) = metric.line(&measured);
        number_row(
            ui,
            theme,
            metric.label,
            &metric.definition(),
            &value,
            &aside,
        );
    }
}

fn samples_ui(ui: &mut Ui, theme: &Theme, frame: &Frame) {
    heading_ui(ui, theme, "SAMPLES");
    group_ui(ui, theme, Group::Samples, frame);
    let note = match frame.metrics.as_deref() {
        Some(metrics) => age(metrics, frame),
        None => "Measured in the background; the first numbers come soon.".to_owned(),
    };
    note_ui(ui, theme, &note);
}

/// Which weights were measured, on how many trajectories.
fn age(metrics: &Metrics, frame: &Frame) -> String {
    let samples = grouped(metrics.n_samples as u64);
    let behind = frame.step.saturating_sub(metrics.step);
    let text = format!("{samples} trajectories at step {}", grouped(metrics.step));
    match behind {
        _ if !frame.studies(&metrics.experiment) => format!("{text}, before the last change"),
        0 => text,
        n => format!("{text}, {} steps ago", grouped(n)),
    }
}

fn buttons_ui(ui: &mut Ui, theme: &Theme, lab: &Lab, commands: &mut Vec<Command>) {
    ui.add_space(8.0);
    let half = (ui.available_width() - ui.spacing().item_spacing.x) / 2.0;
    let accent = |text: &str, width| {
        let text = RichText::new(text.to_owned()).color(ink(theme.accent));
        Button::new(text).min_size(Vec2::new(width, 30.0))
    };
    ui.horizontal(|ui| {
        let export = accent("Export figure", half);
        button_ui(ui, lab, &actions::EXPORT, export, true, commands);
        let measure = accent("Measure now", half);
        button_ui(ui, lab, &actions::MEASURE, measure, true, commands);
    });
    heading_ui(ui, theme, "TRY NEXT");
    for (text, experiment) in suggestions(lab.editor.experiment()) {
        let button = accent(text, ui.available_width());
        let tooltip = "Changes the running experiment; Undo brings it back.";
        if ui.add(button).on_hover_text(tooltip).clicked() {
            commands.push(Command::Edit(Box::new(experiment)));
        }
    }
}

/// The same densities with another coupling, and along another path.
fn suggestions(now: &Experiment) -> [(&'static str, Experiment); 2] {
    let mut coupled = now.clone();
    let coupling = match now.problem.coupling {
        Coupling::Independent => {
            coupled.problem.coupling = Coupling::BatchOt { batch: 256 };
            "The same, paired by batch-OT"
        }
        Coupling::BatchOt { .. } => {
            coupled.problem.coupling = Coupling::Independent;
            "The same, paired independently"
        }
    };
    let mut other = now.clone();
    let path = match now.problem.path {
        Path::CondOt { .. } => {
            other.problem.path = Path::Cosine;
            "The same along the cosine path"
        }
        _ => {
            other.problem.path = Path::CondOt { sigma_min: 0.0 };
            "The same along cond-OT"
        }
    };
    [(coupling, coupled), (path, other)]
}

/// A line: name, number, and what belongs to the number.
fn number_row(ui: &mut Ui, theme: &Theme, name: &str, formula: &str, value: &str, error: &str) {
    ui.horizontal(|ui| {
        let muted = |text: &str| RichText::new(text.to_owned()).color(ink(theme.muted));
        ui.label(muted(name)).on_hover_text(formula);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let size = Vec2::new(ERROR_WIDTH, ui.spacing().interact_size.y);
            ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
                ui.set_min_width(ERROR_WIDTH);
                ui.label(muted(error));
            });
            ui.label(RichText::new(value.to_owned()).font(strong(14.0)))
                .on_hover_text(formula);
        });
    });
}
