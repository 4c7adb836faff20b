//! The bar of a question: what the exact velocity at the point is the mean of, and how the flow's differs.

use egui::{Button, Label, RichText, Ui};

use crate::flow::Point;
use crate::products::{Answer, Made};
use crate::scene::Color;
use crate::scene::ask::{here, sentence};
use crate::scene::theme::Theme;

use super::super::actions;
use super::super::command::{Command, Tool};
use super::super::lab::Lab;
use super::super::panels::buttons;
use super::super::theme::{ink, palette, strong};
use super::docked::docked_ui;

/// The bar, over the whole width; the canvas is what is left below it.
pub fn bar_ui(ui: &mut Ui, lab: &Lab, commands: &mut Vec<Command>) {
    if lab.tool != Tool::Ask && lab.pinned.is_none() {
        return;
    }
    let (theme, frame) = (palette(lab.dark), lab.frame());
    let answer = frame
        .products
        .answer
        .get()
        .filter(|_| lab.asked().is_some());
    docked_ui(ui, theme, 4.0, |ui| {
        ui.horizontal(|ui| {
            first_line_ui(ui, lab, answer.map(|a| &**a), theme);
            buttons_ui(ui, lab, theme, commands);
        });
        second_line_ui(ui, answer.map(|a| &**a), theme);
    });
}

/// The point, and what the arrows are.
fn first_line_ui(ui: &mut Ui, lab: &Lab, answer: Option<&Made<Answer>>, theme: &Theme) {
    let title = if lab.pinned.is_some() {
        "Pinned"
    } else {
        "Ask"
    };
    ui.label(
        RichText::new(title)
            .font(strong(13.0))
            .color(ink(theme.text)),
    );
    let words = match answer {
        Some(answer) => {
            let posterior = &answer.posterior;
            format!("x = {}, t = {:.2}", pair(posterior.at), posterior.t)
        }
        None => "Point at the canvas.".to_owned(),
    };
    ui.label(RichText::new(words).color(ink(theme.muted)));
    let keys: [(&str, Color, &str); 3] = [
        (
            "pairs",
            theme.target,
            "The velocities α′ x₁ + σ′ x₀ of pairs (x₀, x₁) whose paths pass here, the more opaque the more probable.",
        ),
        (
            "exact",
            theme.ink.exact,
            "u = E[α′ x₁ + σ′ x₀ | x_t = x], the mean of the pairs' velocities.",
        ),
        (
            "network",
            theme.accent,
            "v, what the flow of the lane answers here.",
        ),
    ];
    for (name, color, hint) in keys {
        let text = RichText::new(format!("▶ {name}"))
            .color(ink(color))
            .size(12.0);
        ui.label(text).on_hover_text(hint);
    }
}

fn buttons_ui(ui: &mut Ui, lab: &Lab, theme: &Theme, commands: &mut Vec<Command>) {
    let pinned = lab.pinned;
    let tip = "Let the point follow the pointer again.  [Esc]";
    let unpin = ui.add_enabled(pinned.is_some(), Button::new("Unpin"));
    if unpin.on_hover_text(tip).clicked() {
        commands.push(Command::Pin(None));
    }
    if lab.tool == Tool::Ask {
        let done = RichText::new("Done").color(ink(theme.on_accent));
        let done = Button::new(done).fill(ink(theme.accent));
        buttons::button_ui(ui, lab, &actions::ASK, done, true, commands);
    }
}

/// What there is to say; on one line, so that the canvas keeps its size.
fn second_line_ui(ui: &mut Ui, answer: Option<&Made<Answer>>, theme: &Theme) {
    ui.horizontal(|ui| {
        let Some(answer) = answer else {
            let words = "The pairs whose paths pass the point at t are shown; a click pins it, and draws its trajectory.";
            ui.add(Label::new(RichText::new(words).color(ink(theme.muted))).truncate());
            return;
        };
        let words = RichText::new(sentence(answer)).color(ink(theme.text));
        ui.label(words);
        let words = RichText::new(here(answer)).color(ink(theme.muted));
        let basis = answer.posterior.basis.as_ref().map(|basis| basis.sentence());
        let label = ui.add(Label::new(words).truncate());
        if let Some(basis) = basis {
            label.on_hover_text(basis);
        }
    });
}

fn pair([x, y]: Point) -> String {
    format!("({x:.2}, {y:.2})").replace('-', "−")
}
