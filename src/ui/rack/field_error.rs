//! How far the learned field is from the exact one over t, a line a lane.

use egui::Ui;
use egui_plot::{Line, PlotPoints};

use crate::scene::metrics::table::FM_ERROR;

use super::super::editor::LaneDraft;
use super::super::panels::widgets::{card, heading_ui, note_ui};
use super::Sight;
use super::steps_plot::color_of;
use super::time_plot::{SMALLEST, head, hover_text, time_plot};

/// Height of the plot, in points.
const HEIGHT: f32 = 120.0;

/// The lines of all lanes whose field was compared.
pub fn field_error_ui(ui: &mut Ui, sight: Sight<'_>) {
    heading_ui(ui, sight.theme, "E |v − u|² OVER t").on_hover_text(FM_ERROR.definition());
    card(sight.theme).inner_margin(4).show(ui, |ui| {
        let lines = lines(sight);
        match lines.is_empty() {
            true => drop(note_ui(ui, sight.theme, WAITING)),
            false => plot_ui(ui, sight, lines),
        }
    });
}

const WAITING: &str = "Compared in the background where the problem has an exact field.";

fn lines(sight: Sight<'_>) -> Vec<Line<'static>> {
    let lanes = sight.lab.editor.lanes().iter().enumerate();
    let n = sight.lab.editor.lanes().len();
    let line = |(i, lane): (usize, &LaneDraft)| {
        let error = sight.frames.of(lane.id()).products.fm_error.get()?;
        let points: PlotPoints<'_> = error
            .bins
            .iter()
            .map(|bin| [bin.t, bin.mean.value.max(SMALLEST).log10()])
            .collect();
        let name = sight.lab.editor.label(i).to_owned();
        Some(
            Line::new(name, points)
                .color(color_of(i, n, sight))
                .width(1.6),
        )
    };
    lanes.filter_map(line).collect()
}

fn plot_ui(ui: &mut Ui, sight: Sight<'_>, lines: Vec<Line<'static>>) {
    time_plot("error of the field", HEIGHT, sight.theme)
        .label_formatter(hover_text)
        .show(ui, |ui| {
            ui.vline(head(sight.theme, sight.lab.play.t));
            lines.into_iter().for_each(|line| ui.line(line));
        });
}
