//! The path: which schedule, its constants, and alpha and sigma drawn over t with the play head on them.

use egui::{Align2, FontId, Painter, Pos2, Rect, Sense, Shape, Stroke, Ui, Vec2, pos2};

use crate::experiment::Experiment;
use crate::flow::path::Path;
use crate::flow::vocabulary::Vocabulary;
use crate::scene::theme::Theme;

use super::super::editor::Group;
use super::super::theme::ink;
use super::links::Head;
use super::vocabulary::{constants_ui, member_ui};
use super::widgets::{card, note_ui};

/// Points of a drawn curve.
const N_POINTS: usize = 64;
/// Height of the drawn curves, in points.
const HEIGHT: f32 = 62.0;
/// Room for the values beside the curves, in points.
const VALUES_WIDTH: f32 = 76.0;

/// The curves of one path, drawn anew only when it changes.
#[derive(Default)]
pub struct Curves {
    path: Option<Path>,
    /// `(alpha, sigma)` over t, each divided by its largest value.
    points: Vec<(f32, f32)>,
}

impl Curves {
    fn update(&mut self, path: Path) {
        if self.path == Some(path) {
            return;
        }
        let schedules = (0..N_POINTS).map(|i| path.at(i as f64 / (N_POINTS - 1) as f64));
        self.points = schedules
            .map(|s| (s.alpha as f32, s.sigma as f32))
            .collect();
        self.path = Some(path);
    }
}

/// Path and its constants.
pub fn path_ui(
    ui: &mut Ui,
    theme: &Theme,
    curves: &mut Curves,
    draft: &mut Experiment,
    head: &mut Head<'_>,
) {
    head.heading_ui(ui, theme, "PATH", Group::Path);
    let path = &mut draft.problem.path;
    let formula = format!("x_t = α x₁ + σ x₀ with {}", path.formula());
    member_ui(ui, theme, "Path", &formula, path);
    constants_ui(ui, theme, path.entry().constants, path);
    curves.update(draft.problem.path);
    curves_ui(ui, theme, curves, draft.problem.path, head.lab.play.t);
}

/// Which pairs the path connects, and what is to be said about the numbers that come of path and pairs.
pub fn coupling_ui(
    ui: &mut Ui,
    theme: &Theme,
    draft: &mut Experiment,
    cautions: &[String],
    head: &mut Head<'_>,
) {
    head.heading_ui(ui, theme, "COUPLING", Group::Coupling);
    let formula = "Which x₀ and x₁ make a pair: (x₀, x₁) ~ π(x₀, x₁).";
    let coupling = &mut draft.problem.coupling;
    member_ui(ui, theme, "Coupling", formula, coupling);
    constants_ui(ui, theme, coupling.entry().constants, coupling);
    let remarks = draft.problem.velocity.remarks();
    for caution in cautions.iter().filter(|caution| !remarks.contains(caution)) {
        note_ui(ui, theme, caution);
    }
}

fn curves_ui(ui: &mut Ui, theme: &Theme, curves: &Curves, path: Path, t: f64) {
    card(theme).show(ui, |ui| {
        let size = Vec2::new(ui.available_width(), HEIGHT);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        let plot = Rect::from_min_max(rect.min, pos2(rect.max.x - VALUES_WIDTH, rect.max.y));
        let painter = ui.painter();
        let at = |x: f32, y: f32| {
            pos2(
                plot.left() + x * plot.width(),
                plot.bottom() - y * plot.height(),
            )
        };
        curve(
            painter,
            curves,
            at,
            |p| p.0,
            Stroke::new(1.8, ink(theme.target)),
        );
        curve(
            painter,
            curves,
            at,
            |p| p.1,
            Stroke::new(1.8, ink(theme.source)),
        );
        let now = at(t as f32, 0.0).x;
        let line = [pos2(now, plot.top()), pos2(now, plot.bottom())];
        let dashes = Shape::dashed_line(&line, Stroke::new(1.0, ink(theme.muted)), 2.0, 2.0);
        painter.extend(dashes);
        let here = path.at(t);
        for (y, color) in [(here.alpha, theme.target), (here.sigma, theme.source)] {
            painter.circle_filled(at(t as f32, y as f32), 3.0, ink(color));
        }
        values(painter, theme, rect, path, t);
        let here = format!(
            "{}\nAt t = {t:.3}: α′ = {:.3}, σ′ = {:.3}",
            path.formula(),
            here.d_alpha,
            here.d_sigma * path.source_scale()
        );
        response.on_hover_text(here).accessible_name("Schedule");
    });
}

fn curve(
    painter: &Painter,
    curves: &Curves,
    at: impl Fn(f32, f32) -> Pos2,
    y: impl Fn(&(f32, f32)) -> f32,
    stroke: Stroke,
) {
    let last = (N_POINTS - 1) as f32;
    let points = curves.points.iter().enumerate();
    let line = points.map(|(i, p)| at(i as f32 / last, y(p))).collect();
    painter.add(Shape::line(line, stroke));
}

/// The values at the play head. VE's sigma is that of standard normal noise, as its formula has it.
fn values(painter: &Painter, theme: &Theme, rect: Rect, path: Path, t: f64) {
    let here = path.at(t);
    let sigma = here.sigma * path.source_scale();
    let font = FontId::proportional(12.0);
    let middle = rect.center().y;
    for (dy, name, value, color) in [
        (-10.0, "α", here.alpha, theme.target),
        (10.0, "σ", sigma, theme.source),
    ] {
        let text = format!("{name} = {value:.3}");
        let place = pos2(rect.right(), middle + dy);
        painter.text(place, Align2::RIGHT_CENTER, text, font.clone(), ink(color));
    }
}
