//! The theorem watched: cost, straightness and floor of the lanes against the size of their blocks, with the squared
//! Wasserstein distance that they tend to (Pooladian et al., arXiv 2304.14772, theorem 4.2).

use egui::{Color32, RichText, Ui};
use egui_plot::{HLine, Line, LineStyle, PlotPoints, Points};

use crate::scene::metrics::table::{
    CFM_FLOOR, COUPLING_COST, PATH_ENERGY, STRAIGHTNESS, TRANSPORT_COST, W2_SOURCE_TARGET_SQUARED,
};
use crate::scene::metrics::{Measured, Metric, three_digits};
use crate::scene::theme::lane_color;

use super::super::actions;
use super::super::command::Command;
use super::super::panels::buttons::button_ui;
use super::super::panels::widgets::{card, heading_ui, note_ui};
use super::super::theme::ink;
use super::Sight;
use super::coupling_parts::{block_of_sweep, caution, wide_button};
use super::log_plot::{log_marks, log_plot, log_x_axis, near};

/// Height of the plot, in points.
const HEIGHT: f32 = 220.0;
/// What is drawn against the size.
const DRAWN: [&Metric; 5] = [
    &COUPLING_COST,
    &TRANSPORT_COST,
    &PATH_ENERGY,
    &STRAIGHTNESS,
    &CFM_FLOOR,
];

/// A number of every lane of the sweep.
struct Curve {
    metric: &'static Metric,
    color: Color32,
    /// Logarithms of base ten of size and number.
    points: Vec<[f64; 2]>,
}

/// The button that opens the lanes, and their curves once there are two sizes.
pub fn sweep_ui(ui: &mut Ui, sight: Sight<'_>, commands: &mut Vec<Command>) {
    let theme = sight.theme;
    heading_ui(ui, theme, "LARGER BLOCKS");
    let button = wide_button(theme, "Sweep the block size", ui.available_width());
    button_ui(
        ui,
        sight.lab,
        &actions::COMPARE_BLOCKS,
        button,
        true,
        commands,
    );
    let lanes = lanes(sight);
    if lanes.len() < 2 {
        return drop(note_ui(ui, theme, INVITATION));
    }
    let curves = curves(sight, &lanes);
    if curves.is_empty() {
        return drop(note_ui(ui, theme, WAITING));
    }
    let asymptote = lanes
        .iter()
        .rev()
        .find_map(|(_, measured)| number(&W2_SOURCE_TARGET_SQUARED, measured));
    card(theme).inner_margin(4).show(ui, |ui| {
        plot_ui(ui, sight, &curves, asymptote);
        for curve in &curves {
            legend_ui(ui, curve);
        }
        if let Some(w2) = asymptote {
            let n = sight.frame.experiment.readout.evaluation.w2_samples;
            let text = format!("– –  W₂² = {} between {n} samples each", three_digits(w2));
            ui.label(RichText::new(text).small().color(ink(theme.muted)))
                .on_hover_text(ASYMPTOTE);
        }
    });
    note_ui(ui, theme, CHAIN);
    if let Some(sentence) = caution(&sight.frame.experiment) {
        ui.label(RichText::new(sentence).small().color(ink(theme.attention)));
    }
}

const INVITATION: &str = "Six lanes from the same weights, k = 1 (independent) to 1,024: watch coupling cost, transport cost \
                          and path energy come down to W₂², and S and the floor to 0, while they train.";
const WAITING: &str = "Measured in the background; the first points come soon.";
const ASYMPTOTE: &str = "Between samples of source and target of the size that Measure says. A sample's W₂² lies \
                         above that of the densities, the more so the smaller it is.";
const CHAIN: &str = "W₂² ≤ transport cost ≤ path energy ≤ path energy + V, where V is the floor, for the exact field; with \
                     cond-OT and sigma_min = 0, coupling cost = path energy + V. A learned field has the first two.";

/// The lanes that differ in the size of their blocks alone, with their sizes, from small to large.
fn lanes(sight: Sight<'_>) -> Vec<(usize, Measured)> {
    let frames = sight
        .lab
        .editor
        .lanes()
        .iter()
        .map(|lane| sight.frames.of(lane.id()));
    let mut lanes: Vec<(usize, Measured)> = frames
        .filter_map(|frame| {
            let size = block_of_sweep(&frame.experiment.problem.coupling)?;
            Some((size, Measured::of(frame)))
        })
        .collect();
    lanes.sort_by_key(|(size, _)| *size);
    lanes.dedup_by_key(|(size, _)| *size);
    lanes
}

fn number(metric: &Metric, measured: &Measured) -> Option<f64> {
    (metric.value)(measured)?.number()
}

fn curves(sight: Sight<'_>, lanes: &[(usize, Measured)]) -> Vec<Curve> {
    let curve = |(place, metric): (usize, &&'static Metric)| {
        let point = |(size, measured): &(usize, Measured)| {
            let value = number(metric, measured).filter(|value| *value > 0.0)?;
            Some([(*size as f64).log10(), value.log10()])
        };
        Curve {
            metric,
            color: ink(lane_color(place, sight.lab.dark)),
            points: lanes.iter().filter_map(point).collect(),
        }
    };
    let curves = DRAWN.iter().enumerate().map(curve);
    curves.filter(|curve| !curve.points.is_empty()).collect()
}

fn plot_ui(ui: &mut Ui, sight: Sight<'_>, curves: &[Curve], asymptote: Option<f64>) {
    let says = |name: &str, point: &egui_plot::PlotPoint| {
        let [k, value] = [point.x, point.y].map(|x| 10_f64.powf(x));
        format!("{name}\nk = {k:.0}: {}", three_digits(value))
    };
    log_plot(
        "against the size of blocks",
        HEIGHT,
        log_x_axis(),
        sight.theme,
    )
    .x_grid_spacer(log_marks)
    .label_formatter(move |position| near(position, says))
    .show(ui, |ui| {
        if let Some(w2) = asymptote.filter(|w2| *w2 > 0.0) {
            let line = HLine::new("W₂²", w2.log10());
            let color = ink(sight.theme.muted);
            ui.hline(
                line.color(color)
                    .style(LineStyle::dashed_loose())
                    .allow_hover(false),
            );
        }
        for curve in curves {
            let points = || PlotPoints::from(curve.points.clone());
            let name = curve.metric.name;
            ui.line(Line::new(name, points()).color(curve.color).width(1.8));
            ui.points(Points::new(name, points()).color(curve.color).radius(2.6));
        }
    })
    .response
    .accessible_name("Numbers of the lanes against the size of their blocks");
}

fn legend_ui(ui: &mut Ui, curve: &Curve) {
    let last = curve
        .points
        .last()
        .map_or(f64::NAN, |point| 10_f64.powf(point[1]));
    let text = format!(
        "–  {}: {} at the largest k",
        curve.metric.name,
        three_digits(last)
    );
    ui.label(RichText::new(text).small().color(curve.color))
        .on_hover_text(curve.metric.definition());
}
