//! The bar of the conditional view: how many target points are given, from the one that was clicked to all of them.

use egui::{Button, Label, RichText, Slider, Ui};

use crate::experiment::{Given, Layer};
use crate::products::POINTS;

use super::super::actions;
use super::super::command::{Command, Tool};
use super::super::lab::Lab;
use super::super::panels::buttons;
use super::super::theme::{ink, palette, strong};
use super::docked::docked_ui;

/// Doublings of one point: the last one is cut to all of them.
const DOUBLINGS: u32 = 11;

/// The bar, over the whole width; the canvas is what is left below it.
pub fn bar_ui(ui: &mut Ui, lab: &Lab, commands: &mut Vec<Command>) {
    let view = &lab.editor.experiment().view;
    if lab.tool != Tool::Given || !view.layers.contains(&Layer::Conditional) {
        return;
    }
    let theme = palette(lab.dark);
    docked_ui(ui, theme, 4.0, |ui| {
        ui.horizontal(|ui| {
            ui.label(RichText::new("Given x₁").font(strong(13.0)).color(ink(theme.text)));
            let given = view.given.unwrap_or_default();
            let mut doublings = (given.points as f64).log2().ceil() as u32;
            let tip = "Target points that are given, each as likely as the others. Their sum is the marginal once there are enough of them.";
            ui.label(RichText::new("Points").color(ink(theme.muted))).on_hover_text(tip);
            let slider = Slider::new(&mut doublings, 0..=DOUBLINGS).show_value(false);
            let slider = ui.add(slider).on_hover_text(tip).accessible_name("Points given");
            if slider.changed() {
                let points = (1_usize << doublings).min(POINTS);
                commands.push(Command::SetGiven(Given { points, ..given }));
            }
            ui.label(match given.points {
                1 => "one".to_owned(),
                n if n >= POINTS => format!("all {POINTS}"),
                n => n.to_string(),
            });
            let done = RichText::new("Done").color(ink(theme.on_accent));
            let done = Button::new(done).fill(ink(theme.accent));
            buttons::button_ui(ui, lab, &actions::GIVEN, done, true, commands);
        });
        let is_independent = lab.editor.experiment().problem.coupling.is_independent();
        let words = match (is_independent, view.given) {
            (_, None) => "Click a target point.",
            (true, Some(Given { points: 1, .. })) => {
                "p_t(x|x₁) and u_t(x|x₁): straight for everyone who goes to x₁. Add points and watch the paths cross."
            }
            (true, Some(_)) => {
                "The mean of the conditional velocities, weighted with the conditional densities, is the marginal velocity."
            }
            (false, Some(_)) => {
                "Shown as for independent pairs: this coupling gives x₁ to few of the source points."
            }
        };
        ui.add(Label::new(RichText::new(words).color(ink(theme.muted))).truncate());
    });
}
