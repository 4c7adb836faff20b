//! The two things that are both called OT: the path and the coupling, in words and two pictures each.

use egui::{Painter, Pos2, Rect, RichText, Sense, Shape, Stroke, Ui, Vec2, pos2, vec2};

use crate::scene::theme::Theme;

use super::super::panels::widgets::{card, heading_ui, note_ui};
use super::super::theme::{ink, strong};
use super::Sight;

/// Height of a picture, in points.
const HEIGHT: f32 = 84.0;
/// Source points of the pictures and their target points, in shares of a picture.
const SOURCES: [[f32; 2]; 4] = [[0.14, 0.18], [0.10, 0.42], [0.16, 0.64], [0.11, 0.86]];
const TARGETS: [[f32; 2]; 4] = [[0.88, 0.14], [0.84, 0.40], [0.90, 0.62], [0.85, 0.88]];
/// A pairing that crosses, and the one that does not.
const CROSSED: [usize; 4] = [2, 0, 3, 1];
const STRAIGHT: [usize; 4] = [0, 1, 2, 3];

/// Which of the two is explained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lesson {
    /// The way from a point to its partner.
    #[default]
    Path,
    /// Which points are partners.
    Coupling,
}

/// The lesson.
pub fn lesson_ui(ui: &mut Ui, lesson: &mut Lesson, sight: Sight<'_>) {
    let theme = sight.theme;
    heading_ui(ui, theme, "OT PATH OR OT COUPLING?");
    ui.horizontal(|ui| {
        ui.selectable_value(lesson, Lesson::Path, "OT path");
        ui.selectable_value(lesson, Lesson::Coupling, "OT coupling");
    });
    let (words, pictures) = match lesson {
        Lesson::Path => (
            "The path says how x₀ travels to the partner that it has. Cond-OT takes the straight line at constant speed, the \
             optimal way for that one pair; VP and cosine take the same pairs at other speeds and sizes. Who is paired with \
             whom stays the same, and the marginal flow need not be straight.",
            [
                ("cosine path", CROSSED, BEND),
                ("cond-OT path", CROSSED, 0.0),
            ],
        ),
        Lesson::Coupling => (
            "The coupling says which x₁ is the partner of x₀. Batch-OT re-pairs every block so that the mean squared distance \
             is least; the path stays what it is. Only as the block grows does this tend to the optimal transport of the two \
             densities: a batch is never the optimal transport itself.",
            [("independent", CROSSED, 0.0), ("batch-OT", STRAIGHT, 0.0)],
        ),
    };
    card(theme).show(ui, |ui| {
        let size = Vec2::new(ui.available_width(), HEIGHT + 16.0);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        let width = 0.5 * rect.width();
        for (k, (name, partners, bend)) in pictures.into_iter().enumerate() {
            let corner = rect.min + vec2(k as f32 * width, 0.0);
            let area =
                Rect::from_min_size(corner, Vec2::new(width, HEIGHT)).shrink2(vec2(8.0, 2.0));
            picture(ui.painter(), theme, area, &partners, bend);
            let at = pos2(area.center().x, rect.bottom());
            let text = ink(theme.muted);
            ui.painter()
                .text(at, egui::Align2::CENTER_BOTTOM, name, strong(11.0), text);
        }
        response.accessible_name(match lesson {
            Lesson::Path => "Two paths of the same pairs",
            Lesson::Coupling => "Two couplings of the same points",
        });
    });
    note_ui(ui, theme, words);
    if let Some(sentence) = super::coupling_parts::caution(&sight.frame.experiment) {
        ui.label(RichText::new(sentence).small().color(ink(theme.attention)));
    }
}

/// How far a curved way leaves the straight one, as a share of the height.
const BEND: f32 = 0.16;

fn picture(painter: &Painter, theme: &Theme, area: Rect, partners: &[usize; 4], bend: f32) {
    let at = |[x, y]: [f32; 2]| {
        pos2(
            area.left() + x * area.width(),
            area.top() + y * area.height(),
        )
    };
    for (source, &partner) in SOURCES.iter().zip(partners) {
        let (from, to) = (at(*source), at(TARGETS[partner]));
        let way = way(from, to, bend * area.height());
        painter.add(Shape::line(way, Stroke::new(1.4, ink(theme.accent))));
    }
    for (source, target) in SOURCES.iter().zip(&TARGETS) {
        painter.circle_filled(at(*source), 3.2, ink(theme.source));
        painter.circle_filled(at(*target), 3.2, ink(theme.target));
    }
}

/// A way from one point to the other that leaves the straight one by `bend` in its middle.
fn way(from: Pos2, to: Pos2, bend: f32) -> Vec<Pos2> {
    const PIECES: u8 = 24;
    let point = |k: u8| {
        let t = f32::from(k) / f32::from(PIECES);
        from + t * (to - from) - vec2(0.0, 4.0 * t * (1.0 - t) * bend)
    };
    (0..=PIECES).map(point).collect()
}
