//! The page of numbers: what was measured of the selected lane, each number with its error and its definition one click
//! away.

use egui::{Button, Label, RichText, Ui, Vec2};

use crate::experiment::Experiment;
use crate::flow::coupling::Coupling;
use crate::flow::path::Path;
use crate::flow::vocabulary::Vocabulary;
use crate::products::{Made, Metrics, ReferenceSolver};
use crate::scene::metrics::{self, Group, Measured, significant};
use crate::scene::theme::Theme;
use crate::snapshot::Frame;

use super::super::actions;
use super::super::command::Command;
use super::super::lab::Lab;
use super::super::panels::buttons::button_ui;
use super::super::panels::grouped;
use super::super::panels::widgets::{attention_card, heading_ui, heading_with_ui, link, note_ui};
use super::super::theme::ink;
use super::row::number_row;
use super::training::speed_ui;
use super::{Sight, histogram, loss};

/// What the page remembers from frame to frame: caches.
#[derive(Default)]
pub struct Memory {
    histogram: histogram::Histogram,
    loss: loss::LossPlot,
}

/// The page.
pub fn page_ui(ui: &mut Ui, memory: &mut Memory, sight: Sight<'_>, commands: &mut Vec<Command>) {
    let Sight {
        theme, lab, frame, ..
    } = sight;
    loss::loss_ui(ui, &mut memory.loss, sight, commands);
    speed_ui(ui, sight);
    learned_ui(ui, theme, frame);
    straightness_ui(ui, theme, lab, frame, commands);
    histogram::histogram_ui(ui, &mut memory.histogram, sight);
    samples_ui(ui, theme, frame);
    buttons_ui(ui, theme, lab, commands);
}

/// That the network has learned nothing, if it has not: no number below means much then.
fn learned_ui(ui: &mut Ui, theme: &Theme, frame: &Frame) {
    let metrics = frame.products.metrics.get();
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
    let metrics = frame.products.metrics.get();
    if let Some(reason) = metrics.and_then(|m| m.npe_reason.as_deref()) {
        note_ui(ui, theme, reason);
    }
    let smooth = metrics.filter(|metrics| metrics.straightness_reason.is_none());
    if let Some(metrics) = smooth {
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
    let note = match frame.products.metrics.get() {
        Some(metrics) => age(metrics, frame),
        None => "Measured in the background; the first numbers come soon.".to_owned(),
    };
    note_ui(ui, theme, &note);
}

/// Which weights were measured, on how many trajectories.
fn age(metrics: &Made<Metrics>, frame: &Frame) -> String {
    let samples = grouped(metrics.n_samples as u64);
    let step = metrics.of.step;
    let behind = frame.step.saturating_sub(step);
    let text = format!("{samples} trajectories at step {}", grouped(step));
    match behind {
        _ if !frame.is_current(metrics) => format!("{text}, before the last change"),
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
        let export = accent("Figure studio", half);
        button_ui(ui, lab, &actions::EXPORT, export, true, commands);
        let measure = accent("Measure now", half);
        button_ui(ui, lab, &actions::MEASURE, measure, true, commands);
    });
    heading_ui(ui, theme, "TRY NEXT");
    for (text, experiment) in suggestions(lab.editor.experiment()) {
        let button = accent(&text, ui.available_width());
        let tooltip = "Changes the running experiment; Undo brings it back.";
        if ui.add(button).on_hover_text(tooltip).clicked() {
            commands.push(Command::Edit(Box::new(experiment)));
        }
    }
}

/// The same densities with another coupling, and along another path.
fn suggestions(now: &Experiment) -> [(String, Experiment); 2] {
    let mut coupled = now.clone();
    let mut couplings = Coupling::ALL.into_iter();
    let other = couplings.find(|other| other.key() != now.problem.coupling.key());
    coupled.problem.coupling = other.unwrap_or_default();
    let coupling = match coupled.problem.coupling.block() {
        Some(_) => format!("The same, paired by {}", coupled.problem.coupling.name()),
        None => "The same, paired independently".to_owned(),
    };
    let mut along = now.clone();
    along.problem.path = match now.problem.path {
        Path::CondOt { .. } => Path::Cosine,
        _ => Path::default(),
    };
    let path = match along.problem.path {
        Path::Cosine => "The same along the cosine path",
        _ => "The same along cond-OT",
    };
    [(coupling, coupled), (path.to_owned(), along)]
}
