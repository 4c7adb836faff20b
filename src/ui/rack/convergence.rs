//! The end-point error of the methods against what they cost, both axes logarithmic: the lines of one lane are its
//! methods, the lines of several are those of one method.

use egui::{Color32, RichText, Shape, Stroke, Ui, Vec2};
use egui_plot::{HLine, HoverPosition, Line, LineStyle, PlotPoints};

use crate::flow::convergence::ErrorCurve;
use crate::flow::solver::Solver;
use crate::products::ErrorCurves;
use crate::scene::metrics::significant;
use crate::scene::theme::lane_color;
use crate::snapshot::Frame;

use super::super::panels::grouped;
use super::super::panels::widgets::{card, combo_ui, note_ui};
use super::super::theme::ink;
use super::Sight;
use super::log_plot::{log_marks, log_plot, log_x_axis, near};

/// Height of the plot, in points.
const HEIGHT: f32 = 210.0;
/// Errors below this many times that of the reference are not told from it.
const BEYOND_REFERENCE: f64 = 10.0;

/// The method whose lines of several lanes are drawn, by its place in [`Solver::EQUAL`].
pub struct Method(usize);

impl Default for Method {
    /// The midpoint method.
    fn default() -> Self {
        Self(1)
    }
}

/// Names and formulas of the methods with equal steps.
fn offered() -> Vec<(usize, &'static str, &'static str)> {
    let methods = Solver::EQUAL.into_iter().enumerate();
    methods
        .map(|(i, method)| (i, method.name(), method.tableau().formula))
        .collect()
}

/// A line of the plot with what its legend says.
struct Drawn {
    name: String,
    color: Color32,
    /// On the exact field.
    is_exact: bool,
    curve: ErrorCurve,
    order: Option<f64>,
}

/// The plot with its legend.
pub fn convergence_ui(ui: &mut Ui, method: &mut Method, sight: Sight<'_>) {
    let several = sight.lab.editor.lanes().len() > 1;
    if several {
        combo_ui(
            ui,
            "Method",
            "The method whose error is drawn for every lane.",
            &mut method.0,
            &offered(),
        );
    }
    let drawn = match several {
        true => of_lanes(method.0, sight),
        false => of_methods(sight),
    };
    card(sight.theme).inner_margin(4).show(ui, |ui| {
        if drawn.is_empty() {
            return drop(note_ui(ui, sight.theme, WAITING));
        }
        plot_ui(ui, sight, &drawn);
        drawn.iter().for_each(|line| legend_ui(ui, sight, line));
    });
    note_ui(ui, sight.theme, &explanation(sight.frame));
}

const WAITING: &str = "Measured in the background; the first lines come soon.";

/// What a line says of a method on a field.
fn line(curves: &ErrorCurves, place: usize, name: String, color: Color32) -> Option<Drawn> {
    let curve = curves.curves.get(place)?.clone();
    let order = curve.order(BEYOND_REFERENCE * curves.reference_error);
    // Where steps are chosen there is no order.
    let order = order.filter(|_| curve.method.steps().is_some());
    Some(Drawn {
        name,
        color,
        is_exact: false,
        curve,
        order,
    })
}

/// The same method on the learned and on the exact field of a lane.
fn both(frame: &Frame, place: usize, name: &str, color: Color32) -> Vec<Drawn> {
    let own = frame.products.error_curves.get();
    let own = own.and_then(|curves| line(curves, place, name.to_owned(), color));
    let exact = frame.products.exact_error_curves.get();
    let exact = exact.and_then(|curves| {
        let curves = curves.output.0.as_ref()?;
        let line = line(curves, place, format!("{name}, exact field"), color)?;
        Some(Drawn {
            is_exact: true,
            ..line
        })
    });
    own.into_iter().chain(exact).collect()
}

/// Every method of the lane that is looked at.
fn of_methods(sight: Sight<'_>) -> Vec<Drawn> {
    let names = Solver::EQUAL.map(|method| method.name());
    let names = names.into_iter().chain(["Dormand-Prince 5(4)"]);
    let lines = names.enumerate().flat_map(|(i, name)| {
        let color = ink(lane_color(i, sight.lab.dark));
        both(sight.frame, i, name, color)
    });
    lines.collect()
}

/// One method in every lane.
fn of_lanes(place: usize, sight: Sight<'_>) -> Vec<Drawn> {
    let lanes = sight.lab.editor.lanes().iter().enumerate();
    let lines = lanes.flat_map(|(i, lane)| {
        let color = ink(lane_color(i, sight.lab.dark));
        let frame = sight.frames.of(lane.id());
        both(frame, place, sight.lab.editor.label(i), color)
    });
    lines.collect()
}

fn plot_ui(ui: &mut Ui, sight: Sight<'_>, drawn: &[Drawn]) {
    let bound = sight.frame.products.solvers.get().map(|made| made.bound);
    log_plot("error over evaluations", HEIGHT, log_x_axis(), sight.theme)
        .x_grid_spacer(log_marks)
        .label_formatter(hover_text)
        .show(ui, |ui| {
            for drawn in drawn {
                let points = drawn.curve.points.iter();
                let points = points.filter(|(nfe, error)| *nfe > 0 && *error > 0.0);
                let points: PlotPoints<'_> = points
                    .map(|&(nfe, error)| [(nfe as f64).log10(), error.log10()])
                    .collect();
                let style = match drawn.is_exact {
                    true => LineStyle::dashed_loose(),
                    false => LineStyle::Solid,
                };
                ui.line(
                    Line::new(drawn.name.clone(), points)
                        .color(drawn.color)
                        .width(1.6)
                        .style(style),
                );
            }
            if let Some(bound) = bound {
                let color = ink(sight.theme.muted);
                let line = HLine::new("", bound.log10()).color(color).width(1.0);
                ui.hline(line.allow_hover(false));
            }
        });
}

/// What a line is, and by which order its error falls.
fn legend_ui(ui: &mut Ui, sight: Sight<'_>, drawn: &Drawn) {
    ui.horizontal(|ui| {
        let (_, rect) = ui.allocate_space(Vec2::new(24.0, 12.0));
        let ends = [rect.left_center(), rect.right_center()];
        let stroke = Stroke::new(1.6, drawn.color);
        match drawn.is_exact {
            true => ui
                .painter()
                .extend(Shape::dashed_line(&ends, stroke, 5.0, 4.0)),
            false => drop(ui.painter().line_segment(ends, stroke)),
        }
        let order = drawn.order.map(|order| format!(": order {order:.2}"));
        let text = [drawn.name.as_str(), &order.unwrap_or_default()].concat();
        ui.label(RichText::new(text).small().color(ink(sight.theme.text)));
    });
}

fn hover_text(position: &HoverPosition<'_>) -> Option<String> {
    near(position, |line, at| {
        let nfe = grouped(10_f64.powf(at.x).round() as u64);
        let error = significant(10_f64.powf(at.y));
        format!("{line}, {nfe} NFE: off by {error}")
    })
}

/// What the lines are made of.
fn explanation(frame: &Frame) -> String {
    let curves = frame.products.error_curves.get();
    let reference = curves.map_or_else(String::new, |curves| {
        format!(
            " {} particles at step {}; the reference (Dormand-Prince 5(4) at 1e-8) is good to {}.",
            curves.n_samples,
            grouped(curves.of.step),
            significant(curves.reference_error)
        )
    });
    format!(
        "Root mean square distance of end points from a reference, over velocity evaluations per particle. Solid: the \
         flow of the lane; dashed: the exact field. The order is the slope of the last three points that are well above \
         the reference's own error. The level line is the allowed error ε of the table below.{reference}"
    )
}
