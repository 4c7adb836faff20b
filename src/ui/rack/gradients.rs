//! The gradient of a batch beside that of the flow matching loss: why training on conditional targets works at all, and
//! why its direction is nearly random at the end.

use egui::{Button, Color32, RichText, Ui, Vec2};
use egui_plot::{HoverPosition, Line, LineStyle, PlotPoints, Points};

use crate::products::{BATCHES, FM_POINTS, GradientNoise, Gradients, Made};
use crate::scene::metrics::significant;

use super::super::actions;
use super::super::command::Command;
use super::super::panels::buttons::button_ui;
use super::super::panels::grouped;
use super::super::panels::widgets::{card, grid_ui, heading_ui, note_ui};
use super::super::theme::{ink, strong};
use super::Sight;
use super::log_plot::{log_marks, log_plot, log_x_axis, near};

/// Height of the plot, in points.
const HEIGHT: f32 = 150.0;

/// The button, and what came of it.
pub fn gradients_ui(ui: &mut Ui, sight: Sight<'_>, commands: &mut Vec<Command>) {
    let slot = &sight.frame.products.gradients;
    heading_ui(ui, sight.theme, "GRADIENT OF A BATCH");
    let exact = sight.frame.state.is_exact();
    let text = match slot.get() {
        _ if slot.under_way => "Being computed in the background",
        Some(_) => "Compare the gradients again",
        None => actions::GRADIENTS.name,
    };
    let text = RichText::new(text).color(ink(sight.theme.accent));
    let button = Button::new(text).min_size(Vec2::new(ui.available_width(), 30.0));
    let can = !exact && !slot.under_way;
    button_ui(ui, sight.lab, &actions::GRADIENTS, button, can, commands);
    let Some(made) = slot.get() else {
        return drop(note_ui(ui, sight.theme, QUESTION));
    };
    card(sight.theme).inner_margin(4).show(ui, |ui| {
        plot_ui(ui, sight, made);
        table_ui(ui, sight, made);
    });
    note_ui(ui, sight.theme, &explanation(made));
}

const QUESTION: &str = "Both losses have the same gradient in expectation. How far is that of a batch of conditional targets \
                        from it, and how far is its direction?";

/// Solid at the initial weights, dashed at the present ones.
fn styles(sight: Sight<'_>) -> [(Color32, LineStyle); 2] {
    [
        (ink(sight.theme.source), LineStyle::Solid),
        (ink(sight.theme.target), LineStyle::dashed_loose()),
    ]
}

fn plot_ui(ui: &mut Ui, sight: Sight<'_>, made: &Gradients) {
    log_plot("gradient difference", HEIGHT, log_x_axis(), sight.theme)
        .x_grid_spacer(log_marks)
        .label_formatter(hover_text)
        .show(ui, |ui| {
            for ((noise, name), (color, style)) in both(made).into_iter().zip(styles(sight)) {
                let points = || -> Vec<[f64; 2]> {
                    let batches = noise.batches.iter();
                    let point = batches.map(|b| [(b.batch as f64).log10(), b.difference.log10()]);
                    point.collect()
                };
                let line = Line::new(name.clone(), PlotPoints::from(points()));
                ui.line(line.color(color).width(1.6).style(style));
                let dots = Points::new(name, PlotPoints::from(points()));
                ui.points(dots.color(color).radius(2.5));
            }
        });
}

/// Both weights with their names.
fn both(made: &Gradients) -> [(&GradientNoise, String); 2] {
    [
        (&made.initial, "initial weights".to_owned()),
        (&made.present, format!("step {}", grouped(made.step))),
    ]
}

fn table_ui(ui: &mut Ui, sight: Sight<'_>, made: &Gradients) {
    let muted = |text: &str| {
        RichText::new(text.to_owned())
            .small()
            .color(ink(sight.theme.muted))
    };
    let both = both(made);
    grid_ui(ui, "gradients of batches", 5, |ui| {
        for heading in ["batch", "|Δ| initial", "angle", "|Δ| present", "angle"] {
            ui.label(muted(heading));
        }
        ui.end_row();
        for (i, batch) in BATCHES.into_iter().enumerate() {
            ui.label(muted(&grouped(batch as u64)));
            for (noise, _) in &both {
                let Some(of) = noise.batches.get(i) else {
                    continue;
                };
                ui.label(significant(of.difference));
                ui.label(RichText::new(format!("{:.0}°", of.angle)).font(strong(13.0)));
            }
            ui.end_row();
        }
    });
}

fn hover_text(position: &HoverPosition<'_>) -> Option<String> {
    near(position, |line, at| {
        let batch = grouped(10_f64.powf(at.x).round() as u64);
        let difference = significant(10_f64.powf(at.y));
        format!("{line}, batch {batch}: {difference}")
    })
}

/// What the numbers say.
fn explanation(made: &Made<Gradients>) -> String {
    let of = |noise: &GradientNoise| {
        format!(
            "|g_FM| = {}, difference ~ batch^{:.2}, angle ~ batch^{:.2}, direction from batch {}",
            significant(noise.size),
            noise.slope(),
            noise.angle_slope(),
            grouped(noise.batch_of_the_direction().ceil() as u64)
        )
    };
    format!(
        "Initial weights (solid): {}. Step {} (dashed): {}. |Δ| = |g_CFM − g_FM|, root mean square over batches; g_FM from {} \
         points with the exact field as target. The difference is that of a mean and falls as 1/√batch at any weights. The \
         angle is arctan of the noise over |g_FM|: it only falls once the batch exceeds (noise / |g_FM|)². Trained weights are \
         near a minimum, where g_FM is next to nothing and the noise of the conditional targets stays: there nearly every \
         direction of a batch is noise, and what training averages over many steps is left.",
        of(&made.initial),
        grouped(made.step),
        of(&made.present),
        grouped(FM_POINTS as u64),
    )
}
