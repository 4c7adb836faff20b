//! How much the canvas shows: trajectories, particles, arrows, trails, and what the colour of a trajectory means.

use egui::{CollapsingHeader, DragValue, TextEdit, Ui};

use crate::experiment::{End, Experiment, MAX_FOLLOWED, TrajectoryColor, View};
use crate::flow::conversion::Quantity;
use crate::scene::theme::Theme;

use super::status::grouped;
use super::vocabulary::offered_ui;
use super::widgets::{choice_ui, heading_ui, number_ui, row_ui, slider_ui};

/// Characters of a title: what fits above a figure.
const MAX_TITLE: usize = 50;

/// The numbers behind the layers, and the title of the figure.
pub fn view_ui(ui: &mut Ui, theme: &Theme, draft: &mut Experiment) {
    heading_ui(ui, theme, "CANVAS");
    title_ui(ui, theme, &mut draft.words.title);
    let (problem, view) = (&draft.problem, &mut draft.view);
    let formula = "Whole trajectories Z_t, t from 0 to 1, that are drawn.";
    let trajectories = DragValue::new(&mut view.trajectories)
        .range(View::TRAJECTORIES)
        .speed(2.0);
    number_ui(ui, theme, "Paths", formula, trajectories);
    let formula = format!(
        "Particles Z_t that move with the play head, up to a million. More than {} are carried as a cloud: on the GPU if \
         there is one, slowly on the CPU.",
        grouped(MAX_FOLLOWED as u64)
    );
    // A drag across the panel must reach a million and still tell hundreds apart.
    let speed = (0.01 * view.particles as f64).max(5.0);
    let particles = DragValue::new(&mut view.particles)
        .range(View::PARTICLES)
        .speed(speed);
    number_ui(ui, theme, "Particles", &formula, particles);
    CollapsingHeader::new("More")
        .id_salt("more canvas")
        .show_unindented(ui, |ui| {
            let formula =
                "Arrows v(x, t) of the velocity field along the longer side of the canvas.";
            let arrows = DragValue::new(&mut view.field)
                .range(View::FIELD)
                .speed(0.2);
            number_ui(ui, theme, "Arrows", formula, arrows);
            let formula = "What the field is read as, velocity, denoiser, noise or score: four forms of one object. What \
                           divides counts as 0.01 at least.";
            let refused = |quantity: &Quantity| problem.reads_as(*quantity).err();
            offered_ui(ui, theme, ("Read as", formula), &mut view.reading, refused);
            let formula = "Length of a trail in units of t: from Z_(t − length) to Z_t.";
            slider_ui(ui, theme, "Trail", formula, &mut view.trail, View::TRAIL);
            let offered = End::ALL.map(|end| (end, end.name(), end.hint()));
            let formula = "Where particles start: from the target they are carried backward, from data to noise.";
            choice_ui(ui, theme, "Start", formula, &mut view.from, &offered);
            let offered = TrajectoryColor::ALL.map(|color| (color, color.name(), color.hint()));
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
