//! S and W2 against the step of training, a line for each lane, as they were measured on the way or of the checkpoints
//! afterwards.

use egui::{Label, RichText, Ui, Vec2};
use egui_plot::{HoverPosition, Line, PlotPoint, PlotPoints, Points};

use crate::products::CurvePoint;
use crate::scene::metrics::{Metric, table};
use crate::snapshot::Frame;

use super::super::command::Command;
use super::super::panels::grouped;
use super::super::panels::widgets::{card, heading_with_ui};
use super::super::theme::ink;
use super::super::timeline::{along, step_at};
use super::Sight;
use super::steps_plot::{color_of, head_in, steps_plot, take_hold};

/// Height of a plot, in points.
const HEIGHT: f32 = 120.0;

/// A number over the steps.
struct Curve {
    heading: &'static str,
    name: &'static str,
    metric: &'static Metric,
    value: fn(&CurvePoint) -> Option<f64>,
}

const CURVES: [Curve; 2] = [
    Curve {
        heading: "STRAIGHTNESS S",
        name: "S over the steps",
        metric: &table::STRAIGHTNESS,
        value: |point| Some(point.straightness).filter(|s| s.is_finite()),
    },
    Curve {
        heading: "W₂ TO THE TARGET",
        name: "W2 over the steps",
        metric: &table::W2,
        value: |point| point.w2,
    },
];

/// The curves of all lanes.
pub fn curves_ui(ui: &mut Ui, sight: Sight<'_>, commands: &mut Vec<Command>) {
    for curve in &CURVES {
        curve_ui(ui, curve, sight, commands);
    }
}

fn curve_ui(ui: &mut Ui, curve: &Curve, sight: Sight<'_>, commands: &mut Vec<Command>) {
    let theme = sight.theme;
    let frames = sight.lab.lane_frames(sight.frames);
    let lines: Vec<_> = frames.iter().map(|frame| points(frame, curve)).collect();
    let n: usize = lines.iter().map(Vec::len).sum();
    heading_with_ui(ui, theme, curve.heading, |ui| {
        ui.label(RichText::new(format!("{n} measured")).color(ink(theme.muted)))
            .on_hover_text(format!(
                "{}  Measured while training goes on, and of the checkpoints when it rests.",
                curve.metric.definition()
            ));
    });
    card(theme).inner_margin(4).show(ui, |ui| {
        if n == 0 {
            let size = Vec2::new(ui.available_width(), HEIGHT);
            let text = RichText::new("Nothing has been measured yet.").color(ink(theme.muted));
            ui.add_sized(size, Label::new(text));
            return;
        }
        let measured = points(sight.frame, curve);
        let shown = steps_plot(curve.name, HEIGHT, theme)
            .label_formatter(move |position| hover_text(&measured, position))
            .show(ui, |ui| {
                for (i, line) in lines.iter().enumerate() {
                    let color = color_of(i, lines.len(), sight);
                    let dots = Points::new("", PlotPoints::Borrowed(line))
                        .color(color)
                        .radius(2.0);
                    ui.line(
                        Line::new("", PlotPoints::Borrowed(line))
                            .color(color)
                            .width(1.5)
                            .allow_hover(false),
                    );
                    ui.points(dots.allow_hover(false));
                }
                head_in(ui, sight);
            });
        take_hold(&shown, curve.name, sight, commands);
    });
}

/// The points of a lane on the axes; what is not above zero cannot stand there.
fn points(frame: &Frame, curve: &Curve) -> Vec<PlotPoint> {
    let known = frame.products.learning_curve.get();
    let known = known.filter(|known| known.is_of(&frame.experiment));
    let points = known.map(|known| &*known.points).unwrap_or_default();
    let on_axes = |point: &CurvePoint| {
        let value = (curve.value)(point).filter(|value| *value > 0.0 && value.is_finite())?;
        Some(PlotPoint::new(along(point.step as f64), value.log10()))
    };
    points.iter().filter_map(on_axes).collect()
}

/// The measurement that is nearest to the pointer.
fn hover_text(points: &[PlotPoint], position: &HoverPosition<'_>) -> Option<String> {
    let (HoverPosition::NearDataPoint { position, .. } | HoverPosition::Elsewhere { position }) =
        position;
    let distance = |point: &&PlotPoint| (point.x - position.x).abs();
    let nearest = points
        .iter()
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    let step = grouped(step_at(nearest.x).round() as u64);
    Some(format!("step {step}: {:.4}", 10_f64.powf(nearest.y)))
}
