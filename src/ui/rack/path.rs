//! The page of the path: alpha and sigma over t with their derivatives, and the signal to noise ratio, at the play head.

use egui::{Rangef, RichText, Ui};
use egui_plot::{AxisHints, Line, Plot, PlotPoints};

use crate::flow::path::{Path, Schedule};
use crate::scene::Color;
use crate::scene::metrics::three_digits;
use crate::scene::theme::Theme;

use super::super::command::Command;
use super::super::panels::widgets::{card, heading_ui, note_ui};
use super::super::theme::{ink, strong};
use super::Sight;
use super::log_plot::still;
use super::row::number_row;
use super::time_plot::{head, time_plot};

/// What the page remembers from frame to frame: nothing.
#[derive(Default)]
pub struct Memory;

/// Height of a plot, in points.
const HEIGHT: f32 = 150.0;
/// Times at which a curve is drawn.
const POINTS: usize = 201;
/// Derivatives beyond this multiple of their middle size are not drawn: VP's is infinite at t = 1.
const TALLEST: f64 = 8.0;
/// Decades of the signal to noise ratio that are drawn, at either side of 1.
const DECADES: f64 = 6.0;

/// A coefficient over t.
struct Curve {
    name: &'static str,
    formula: &'static str,
    value: fn(&Schedule) -> f64,
    color: fn(&Theme) -> Color,
}

const COEFFICIENTS: [Curve; 2] = [
    Curve {
        name: "α",
        formula: "What x₁ is multiplied by in x_t = α x₁ + σ x₀.",
        value: |s| s.alpha,
        color: |theme| theme.target,
    },
    Curve {
        name: "σ",
        formula: "What x₀ is multiplied by in x_t = α x₁ + σ x₀, x₀ as it stands on the canvas.",
        value: |s| s.sigma,
        color: |theme| theme.source,
    },
];

const DERIVATIVES: [Curve; 2] = [
    Curve {
        name: "α′",
        formula: "dα/dt: what x₁ is multiplied by in the velocity α′ x₁ + σ′ x₀.",
        value: |s| s.d_alpha,
        color: |theme| theme.target,
    },
    Curve {
        name: "σ′",
        formula: "dσ/dt: what x₀ is multiplied by in the velocity α′ x₁ + σ′ x₀.",
        value: |s| s.d_sigma,
        color: |theme| theme.source,
    },
];

/// The page.
pub fn page_ui(ui: &mut Ui, _: &mut Memory, sight: Sight<'_>, _: &mut Vec<Command>) {
    let theme = sight.theme;
    let (path, t) = (sight.frame.experiment.problem.path, sight.lab.play.t);
    heading_ui(ui, theme, "COEFFICIENTS OF THE PATH");
    note_ui(ui, theme, &path.legend());
    curves_ui(ui, theme, "coefficients", &COEFFICIENTS, (path, t));
    heading_ui(ui, theme, "THEIR DERIVATIVES");
    curves_ui(ui, theme, "derivatives", &DERIVATIVES, (path, t));
    heading_ui(ui, theme, "SIGNAL TO NOISE");
    let formula = "α²/σ²: x₁ is the signal and x₀ the noise; above 1 the target shows through.";
    snr_ui(ui, theme, (path, t));
    let here = snr(&path.at(t));
    number_row(ui, theme, "α²/σ²", formula, &in_words(here), "at t");
    if let Some(caution) = path.caution() {
        note_ui(ui, theme, &caution);
    }
}

/// The curves, and their numbers at the play head.
fn curves_ui(
    ui: &mut Ui,
    theme: &Theme,
    name: &'static str,
    curves: &[Curve],
    (path, t): (Path, f64),
) {
    card(theme).inner_margin(4).show(ui, |ui| {
        plot(name, theme).show(ui, |ui| {
            ui.vline(head(theme, t));
            for curve in curves {
                ui.line(line(curve, theme, path));
            }
        });
    });
    for curve in curves {
        let value = in_words((curve.value)(&path.at(t)));
        let name = RichText::new(curve.name).color(ink((curve.color)(theme)));
        ui.horizontal(|ui| {
            ui.label(name.font(strong(13.0)))
                .on_hover_text(curve.formula);
            ui.label(format!("= {value} at t = {t:.2}"));
        });
    }
}

/// A coefficient over t; what is out of all proportion ends the line.
fn line(curve: &Curve, theme: &Theme, path: Path) -> Line<'static> {
    let values: Vec<f64> = times(path).map(|t| (curve.value)(&path.at(t))).collect();
    let mut sizes: Vec<f64> = values.iter().map(|v| v.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let most = TALLEST
        * sizes[POINTS / 2]
            .max(sizes[POINTS * 3 / 4] / TALLEST)
            .max(1e-3);
    let points = times(path).zip(&values).filter(|(_, v)| v.abs() <= most);
    let points: PlotPoints<'_> = points.map(|(t, v)| [t, *v]).collect();
    Line::new(curve.name, points)
        .color(ink((curve.color)(theme)))
        .width(2.0)
}

fn snr_ui(ui: &mut Ui, theme: &Theme, (path, t): (Path, f64)) {
    card(theme).inner_margin(4).show(ui, |ui| {
        time_plot("signal to noise", HEIGHT, theme).show(ui, |ui| {
            ui.vline(head(theme, t));
            let points = times(path).map(|t| (t, snr(&path.at(t)).log10()));
            let points = points.filter(|(_, y)| y.abs() <= DECADES);
            let points: PlotPoints<'_> = points.map(|(t, y)| [t, y]).collect();
            let line = Line::new("α²/σ²", points);
            ui.line(line.color(ink(theme.accent)).width(2.0));
        });
    });
}

fn snr(schedule: &Schedule) -> f64 {
    (schedule.alpha / schedule.sigma).powi(2)
}

fn times(path: Path) -> impl Iterator<Item = f64> {
    let (start, end) = path.time_range();
    (0..POINTS).map(move |k| start + (end - start) * k as f64 / (POINTS - 1) as f64)
}

fn in_words(x: f64) -> String {
    match x {
        x if x == f64::INFINITY => "∞".to_owned(),
        x if x.abs() < 1e-12 => "0".to_owned(),
        x if (1e-3..1e4).contains(&x.abs()) => three_digits(x),
        x => format!("{x:.1e}").replace('-', "−"),
    }
}

/// A plot with a linear axis that holds still.
fn plot<'a>(name: &'static str, theme: &Theme) -> Plot<'a> {
    let font = egui::FontId::proportional(10.0);
    let axis = |axis: AxisHints<'a>| {
        axis.tick_label_font(font.clone())
            .tick_label_color(ink(theme.muted))
            .label_spacing(Rangef::new(14.0, 28.0))
    };
    let plot = Plot::new(name)
        .height(HEIGHT)
        .custom_x_axes(vec![axis(AxisHints::new_x())])
        .custom_y_axes(vec![axis(AxisHints::new_y()).min_thickness(30.0)])
        .include_x(0.0)
        .include_x(1.0)
        .include_y(0.0);
    still(plot, theme)
}
