//! How much the canvas shows: trajectories, particles, arrows, trails, and what the colour of a trajectory means.

use egui::{CollapsingHeader, DragValue, TextEdit, Ui};

use crate::experiment::{Experiment, MAX_FOLLOWED, MAX_PARTICLES, TrajectoryColor};
use crate::scene::theme::Theme;

use super::widgets::{choice_ui, heading_ui, number_ui, row_ui, slider_ui};

/// Characters of a title: what fits above a figure.
const MAX_TITLE: usize = 50;

/// The numbers behind the layers, and the title of the figure.
pub fn view_ui(ui: &mut Ui, theme: &Theme, draft: &mut Experiment) {
    heading_ui(ui, theme, "CANVAS");
    title_ui(ui, theme, &mut draft.words.title);
    let view = &mut draft.view;
    let formula = "Whole trajectories Z_t, t from 0 to 1, that are drawn.";
    let trajectories = DragValue::new(&mut view.trajectories)
        .range(0..=MAX_FOLLOWED)
        .speed(2.0);
    number_ui(ui, theme, "Paths", formula, trajectories);
    let formula = "Particles Z_t that move with the play head, up to a million. More than 10,000 are carried as a cloud: \
                   on the GPU if there is one, slowly on the CPU.";
    // A drag across the panel must reach a million and still tell hundreds apart.
    let speed = (0.01 * view.particles as f64).max(5.0);
    let particles = DragValue::new(&mut view.particles)
        .range(0..=MAX_PARTICLES)
        .speed(speed);
    number_ui(ui, theme, "Particles", formula, particles);
    CollapsingHeader::new("More")
        .id_salt("more canvas")
        .show_unindented(ui, |ui| {
            let formula =
                "Arrows v(x, t) of the velocity field along the longer side of the canvas.";
            let arrows = DragValue::new(&mut view.field).range(0..=100).speed(0.2);
            number_ui(ui, theme, "Arrows", formula, arrows);
            let formula = "Length of a trail in units of t: from Z_(t − length) to Z_t.";
            slider_ui(ui, theme, "Trail", formula, &mut view.trail, 0.0..=1.0);
            let offered = [
                (
                    TrajectoryColor::ChordRatio,
                    "chord / arc",
                    "How straight its shape is: |Z₁ − Z₀| / arc length, by viridis.",
                ),
                (
                    TrajectoryColor::Identity,
                    "identity",
                    "Which particle it is.",
                ),
            ];
            let formula = "What the colour of a trajectory means.";
            choice_ui(ui, theme, "Colour", formula, &mut view.color, &offered);
        });
}

fn title_ui(ui: &mut Ui, theme: &Theme, title: &mut String) {
    let formula = "The heading of an exported figure.";
    row_ui(ui, theme, "Title", formula, |ui| {
        let field = TextEdit::singleline(title)
            .char_limit(MAX_TITLE)
            .desired_width(f32::INFINITY);
        ui.add(field)
            .on_hover_text(formula)
            .accessible_name("Title");
    });
}
