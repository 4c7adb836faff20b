//! The marked particle in numbers: chord, arc and end point in every lane.

use std::sync::Arc;

use egui::{Align, Layout, RichText, Sense, Ui, Vec2};

use crate::scene::theme::{Theme, lane_color};
use crate::snapshot::{Frame, Frames};

use super::super::command::Command;
use super::super::lab::Lab;
use super::super::theme::{ink, strong};
use super::widgets::{card, heading_with_ui, link};

/// What can be said of one particle of one lane.
struct Way {
    /// `|Z_1 - Z_0|`.
    chord: f64,
    /// Length of the trajectory.
    arc: f64,
    end: [f64; 2],
}

/// The marked particle in every lane, if there is one.
pub fn picked_ui(
    ui: &mut Ui,
    theme: &Theme,
    lab: &Lab,
    frames: &Frames,
    commands: &mut Vec<Command>,
) {
    let Some(particle) = lab.picked else { return };
    heading_with_ui(ui, theme, &format!("PARTICLE {particle}"), |ui| {
        let done = ui.add(link(theme, "forget"));
        if done.on_hover_text("Take the marks away.  [Esc]").clicked() {
            commands.push(Command::PickParticle(None));
        }
    });
    card(theme).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        for (lane, frame) in lab.lane_frames(frames).iter().enumerate() {
            lane_ui(ui, theme, lab, (lane, way(frame, particle)));
        }
    });
}

/// A line for the lane, and one for its numbers.
fn lane_ui(ui: &mut Ui, theme: &Theme, lab: &Lab, (lane, way): (usize, Option<Way>)) {
    let quiet = |text: String| RichText::new(text).small().color(ink(theme.muted));
    let numbers = way.map_or_else(
        || ["not followed here".to_owned(), String::new()],
        |Way { chord, arc, end }| {
            let end = format!("ends at ({:.2}, {:.2})", end[0], end[1]).replace('-', "−");
            [format!("chord {chord:.2}  arc {arc:.2}"), end]
        },
    );
    let [numbers, end] = numbers;
    ui.horizontal(|ui| {
        if lab.editor.lanes().len() > 1 {
            let (mark, _) = ui.allocate_exact_size(Vec2::splat(9.0), Sense::hover());
            let color = ink(lane_color(lane, lab.dark));
            ui.painter().rect_filled(mark, 2.0, color);
            let name = RichText::new(lab.editor.label(lane)).font(strong(12.0));
            ui.add(egui::Label::new(name).truncate());
        }
    });
    ui.horizontal(|ui| {
        ui.label(RichText::new(numbers).small());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(quiet(end));
        });
    });
}

/// The numbers of a particle that is followed; its arc is what its chord ratio makes of its chord.
fn way(frame: &Arc<Frame>, particle: usize) -> Option<Way> {
    let followed = frame.products.trajectories.get()?;
    let start = followed.trajectories.first().get(particle)?;
    let end = followed.trajectories.last().get(particle)?;
    let ratio = followed.chord_ratios.get(particle)?;
    let chord = (end[0] - start[0]).hypot(end[1] - start[1]);
    Some(Way {
        chord,
        arc: if chord > 0.0 { chord / ratio } else { 0.0 },
        end: *end,
    })
}
