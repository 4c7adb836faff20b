//! Source and target: a picture of each, its family, and the numbers of the one that is picked.

use std::mem::discriminant;
use std::sync::Arc;

use egui::{Align2, FontId, Rect, RichText, Sense, Stroke, Ui, Vec2, pos2};

use crate::experiment::Experiment;
use crate::flow::Point;
use crate::flow::distribution::{Class, Distribution};
use crate::scene::theme::Theme;
use crate::snapshot::Frame;

use super::super::actions;
use super::super::command::{Command, Side, Tool};
use super::super::editor::Group;
use super::super::lab::Lab;
use super::super::theme::{RADIUS, ink};
use super::buttons::button_ui;
use super::links::Head;
use super::scatter::{Samples, Scatter};
use super::shapes;
use super::widgets::link;

/// Height of a picture, in points.
const HEIGHT: f32 = 92.0;

/// The two pictures.
#[derive(Default)]
pub struct Cards {
    source: Card,
    target: Card,
}

#[derive(Default)]
struct Card {
    scatter: Scatter,
    /// Samples of a density that is not the one being trained, such as an illegal choice.
    own: Option<(Distribution, Samples)>,
}

impl Card {
    /// The samples that the session shows if they are of this density, else samples that are drawn here, once.
    fn samples(
        &mut self,
        density: &Distribution,
        trained: &Distribution,
        (points, classes): (&Arc<[Point]>, &Arc<[Class]>),
    ) -> Samples {
        if discriminant(&density.shape) == discriminant(&trained.shape) {
            self.own = None;
            return Samples {
                points: Arc::clone(points),
                classes: Arc::clone(classes),
            };
        }
        match &self.own {
            Some((of, samples)) if of == density => samples.clone(),
            _ => {
                let samples = Samples::of(density);
                self.own = Some((density.clone(), samples.clone()));
                samples
            }
        }
    }
}

/// Both densities. `side` is the one whose numbers are shown.
pub fn densities_ui(
    ui: &mut Ui,
    theme: &Theme,
    cards: &mut Cards,
    side: &mut Side,
    frame: &Frame,
    draft: &mut Experiment,
    head: &mut Head<'_>,
) {
    head.heading_ui(ui, theme, "DENSITIES", Group::Densities);
    let (lab, commands) = (head.lab, &mut *head.commands);
    let wants_brush = ui.columns_const(|[left, right]| {
        let trained = &frame.experiment.problem.source;
        let shown = (&frame.source, &frame.classes.source);
        let samples = cards.source.samples(&draft.problem.source, trained, shown);
        let paint = (&mut cards.source.scatter, &samples);
        card_ui(left, theme, Side::Source, side, lab, paint, commands);
        let trained = &frame.experiment.problem.target;
        let shown = (&frame.target, &frame.classes.target);
        let samples = cards.target.samples(&draft.problem.target, trained, shown);
        let paint = (&mut cards.target.scatter, &samples);
        card_ui(right, theme, Side::Target, side, lab, paint, commands);
        [
            (
                Side::Source,
                shapes::family_ui(left, "Source family", &mut draft.problem.source),
            ),
            (
                Side::Target,
                shapes::family_ui(right, "Target family", &mut draft.problem.target),
            ),
        ]
    });
    for (this, _) in wants_brush.into_iter().filter(|(_, wants)| *wants) {
        *side = this;
        commands.push(Command::DrawTarget(this));
    }
    let (name, color, density) = match side {
        Side::Source => ("source p", theme.source, &mut draft.problem.source),
        Side::Target => ("target q", theme.target, &mut draft.problem.target),
    };
    ui.label(
        RichText::new(format!("Numbers of the {name}"))
            .small()
            .color(ink(color)),
    );
    shapes::numbers_ui(ui, theme, density);
}

/// One picture; a click shows its numbers, Draw takes the brush.
fn card_ui(
    ui: &mut Ui,
    theme: &Theme,
    this: Side,
    side: &mut Side,
    lab: &Lab,
    (scatter, samples): (&mut Scatter, &Samples),
    commands: &mut Vec<Command>,
) {
    let size = Vec2::new(ui.available_width(), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let (name, color, action) = match this {
        Side::Source => ("source", theme.source, &actions::DRAW_SOURCE),
        Side::Target => ("target", theme.target, &actions::DRAW),
    };
    if response.clicked() {
        *side = this;
    }
    let drawing = lab.tool == Tool::Brush && lab.drawing_side == this;
    let border = match (drawing, *side == this) {
        (true, _) => Stroke::new(1.5, ink(theme.accent)),
        (false, true) => Stroke::new(1.0, ink(color)),
        (false, false) => Stroke::new(1.0, ink(theme.line)),
    };
    let painter = ui.painter();
    painter.rect(
        rect,
        RADIUS,
        ink(theme.card),
        border,
        egui::StrokeKind::Inside,
    );
    let picture = Rect::from_min_max(rect.min + Vec2::splat(8.0), rect.max - Vec2::new(8.0, 22.0));
    let color_of_others = ink(color).gamma_multiply(0.85);
    scatter.paint(painter, picture, samples, color_of_others, lab.dark);
    if samples.points.is_empty() {
        let font = FontId::proportional(11.0);
        painter.text(
            picture.center(),
            Align2::CENTER_CENTER,
            "nothing drawn yet",
            font,
            ink(theme.muted),
        );
    }
    let place = pos2(rect.left() + 8.0, rect.bottom() - 11.0);
    painter.text(
        place,
        Align2::LEFT_CENTER,
        name,
        FontId::proportional(12.0),
        ink(color),
    );
    response
        .on_hover_text(format!(
            "Samples of the {name}. Click to see its numbers below."
        ))
        .accessible_name(format!("Show the numbers of the {name}"));
    let corner = Rect::from_min_max(
        rect.max - Vec2::new(46.0, 22.0),
        rect.max - Vec2::new(6.0, 2.0),
    );
    let text = if drawing { "Done" } else { "Draw" };
    ui.scope_builder(egui::UiBuilder::new().max_rect(corner), |ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            button_ui(ui, lab, action, link(theme, text), true, commands);
        });
    });
}
