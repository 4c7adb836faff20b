//! The page of straightness: which lane is straighter, and by how much.

use egui::Ui;

use crate::scene::metrics::Measured;
use crate::scene::metrics::table::STRAIGHTNESS;

use super::super::command::Command;
use super::super::panels::widgets::heading_ui;
use super::row::number_row;
use super::{Sight, histogram};

/// What the page remembers from frame to frame.
#[derive(Default)]
pub struct Memory {
    histogram: histogram::Histogram,
}

/// The page.
pub fn page_ui(ui: &mut Ui, memory: &mut Memory, sight: Sight<'_>, _: &mut Vec<Command>) {
    heading_ui(ui, sight.theme, "LANES");
    for (i, frame) in sight.frames.iter().enumerate() {
        let name = sight.lab.editor.document().lane_label(i);
        let (value, aside) = STRAIGHTNESS.line(&Measured::of(frame));
        let hint = STRAIGHTNESS.definition();
        number_row(ui, sight.theme, &name, &hint, &value, &aside);
    }
    heading_ui(ui, sight.theme, "TRAJECTORIES ON THE CANVAS");
    let trajectories = sight.frame.products.trajectories.get();
    histogram::histogram_ui(ui, sight.theme, &mut memory.histogram, trajectories);
}
