//! What can be chosen, with the formulas and constants of the vocabularies.

use egui::{RichText, Ui};

use crate::experiment::{Activation, LearningRate, Optimizer, TimeEmbedding};
use crate::flow::constant::Constant;
use crate::flow::coupling::Coupling;
use crate::flow::path::Path;
use crate::flow::solver::Solver;
use crate::flow::vocabulary::{Entry, Vocabulary};
use crate::scene::theme::Theme;

use super::super::panels::widgets::card;
use super::super::theme::{ink, strong};

/// Every member of every vocabulary.
pub fn choices_ui(ui: &mut Ui, theme: &Theme) {
    members_ui::<Path>(ui, theme, "Paths: x_t = α x₁ + σ x₀");
    members_ui::<Coupling>(ui, theme, "Couplings: (x₀, x₁) ~ π(x₀, x₁)");
    heading_ui(ui, "Solvers: dZ/dt = v(Z, t)");
    for solver in Solver::ALL {
        entry_ui(ui, theme, solver.entry(), &solver.hint());
    }
    members_ui::<Activation>(ui, theme, "Activations");
    members_ui::<TimeEmbedding>(ui, theme, "Time in the first layer");
    members_ui::<Optimizer>(ui, theme, "Optimizers");
    members_ui::<LearningRate>(ui, theme, "Learning rate over the steps");
}

fn members_ui<V: Vocabulary>(ui: &mut Ui, theme: &Theme, heading: &str) {
    heading_ui(ui, heading);
    for member in V::MEMBERS {
        let entry = member.entry();
        entry_ui(ui, theme, entry, entry.hint);
    }
}

fn heading_ui(ui: &mut Ui, text: &str) {
    ui.add_space(8.0);
    ui.label(RichText::new(text).font(strong(13.0)));
}

fn entry_ui(ui: &mut Ui, theme: &Theme, entry: &Entry, hint: &str) {
    card(theme).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(entry.name).font(strong(13.0)));
            ui.label(RichText::new(entry.formula).color(ink(theme.accent)));
        });
        let quiet = |text: String| RichText::new(text).color(ink(theme.muted));
        if !hint.is_empty() {
            ui.label(quiet(hint.to_owned()));
        }
        for Constant {
            symbol,
            default,
            range,
            hint,
            ..
        } in entry.constants
        {
            let (default, range) = (number(*default), range.words(number));
            ui.label(quiet(format!("{symbol} = {default}, {range}. {hint}")));
        }
    });
}

fn number(x: f64) -> String {
    match x {
        x if x != 0.0 && x.abs() < 1e-3 => format!("{x:e}"),
        x => x.to_string(),
    }
}
