//! The loss over the steps, on a logarithmic axis: smallest to largest of each stretch, the running mean on top.

use egui::{FontId, Rangef, RichText, Ui};
use egui_plot::{
    AxisHints, FilledArea, GridInput, GridMark, HoverPosition, Line, Plot, PlotPoint, PlotPoints,
};

use crate::products::RunId;
use crate::scene::metrics::table::LOSS;
use crate::scene::theme::Theme;
use crate::snapshot::{Frame, LossHistory, LossPoint};

use super::super::panels::grouped;
use super::super::panels::widgets::{card, heading_with_ui};
use super::super::theme::{ink, strong};

/// Stretches that are drawn: about one per pixel.
const MAX_STRETCHES: usize = 256;
/// Height of the plot, in points.
const HEIGHT: f32 = 160.0;

/// What is drawn, made anew only when there are new losses.
#[derive(Default)]
pub struct LossPlot {
    drawn: Option<(RunId, usize)>,
    steps: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
    smoothed: Vec<PlotPoint>,
}

impl LossPlot {
    fn update(&mut self, run: RunId, loss: &LossHistory) {
        let now = (run, loss.len());
        if self.drawn == Some(now) {
            return;
        }
        self.drawn = Some(now);
        self.steps.clear();
        self.low.clear();
        self.high.clear();
        self.smoothed.clear();
        let curve = loss.curve();
        for stretch in curve.chunks(curve.len().div_ceil(MAX_STRETCHES).max(1)) {
            self.push(stretch);
        }
    }

    fn push(&mut self, stretch: &[LossPoint]) {
        let (Some(first), Some(last)) = (stretch.first(), stretch.last()) else {
            return;
        };
        let step = first.step as f64;
        let min = stretch.iter().map(|p| p.min).fold(f32::INFINITY, f32::min);
        let max = stretch
            .iter()
            .map(|p| p.max)
            .fold(f32::NEG_INFINITY, f32::max);
        self.steps.push(step);
        self.low.push(log10(min));
        self.high.push(log10(max));
        self.smoothed
            .push(PlotPoint::new(step, log10(last.smoothed)));
    }
}

/// A loss on the axis; zero and what is not finite cannot stand there.
fn log10(loss: f32) -> f64 {
    f64::from(loss).clamp(1e-12, 1e12).log10()
}

/// The curve with its newest value.
pub fn loss_ui(ui: &mut Ui, theme: &Theme, plot: &mut LossPlot, frame: &Frame) {
    let smoothed = frame.loss.smoothed();
    heading_with_ui(ui, theme, "LOSS", |ui| {
        if let Some(value) = smoothed {
            let text = format!("CFM {value:.4}");
            ui.label(RichText::new(text).font(strong(13.0)))
                .on_hover_text(format!(
                    "{}, running mean over about 200 steps.",
                    LOSS.formula
                ));
        }
    });
    plot.update(frame.run, &frame.loss);
    card(theme).inner_margin(4).show(ui, |ui| {
        if plot.steps.is_empty() {
            let size = egui::Vec2::new(ui.available_width(), HEIGHT);
            let text = RichText::new("No step has been taken yet.").color(ink(theme.muted));
            ui.add_sized(size, egui::Label::new(text));
        } else {
            curve_ui(ui, theme, plot, &frame.loss);
        }
    });
}

fn curve_ui(ui: &mut Ui, theme: &Theme, plot: &LossPlot, loss: &LossHistory) {
    let accent = ink(theme.accent);
    let band = FilledArea::new("", &plot.steps, &plot.low, &plot.high)
        .fill_color(accent.gamma_multiply(0.25))
        .allow_hover(false);
    let line = Line::new("", PlotPoints::Borrowed(&plot.smoothed))
        .color(accent)
        .width(1.8)
        .allow_hover(false);
    let history = loss.clone();
    let font = FontId::proportional(10.0);
    let x_axis = AxisHints::new_x()
        .tick_label_font(font.clone())
        .tick_label_color(ink(theme.muted))
        .label_spacing(Rangef::new(24.0, 36.0))
        .formatter(|mark, _| short(mark.value));
    let y_axis = AxisHints::new_y()
        .tick_label_font(font)
        .tick_label_color(ink(theme.muted))
        .min_thickness(30.0)
        .label_spacing(Rangef::new(11.0, 16.0))
        .formatter(|mark, _| short(round(10_f64.powf(mark.value))));
    Plot::new("loss")
        .height(HEIGHT)
        .custom_x_axes(vec![x_axis])
        .custom_y_axes(vec![y_axis])
        .x_grid_spacer(step_marks)
        .y_grid_spacer(log_marks)
        .show_background(false)
        .grid_color(ink(theme.line))
        .cursor_color(ink(theme.muted))
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .label_formatter(move |position| hover_text(&history, position))
        .show(ui, |ui| {
            ui.add(band);
            ui.line(line);
        });
}

/// The exact loss of the step under the pointer.
fn hover_text(loss: &LossHistory, position: &HoverPosition<'_>) -> Option<String> {
    let (HoverPosition::NearDataPoint { position, .. } | HoverPosition::Elsewhere { position }) =
        position;
    let last = (loss.len() as u64).checked_sub(1)?;
    let step = (position.x.round().max(0.0) as u64).min(last);
    let value = loss.value(step)?;
    Some(format!("step {}: {value:.4}", grouped(step)))
}

/// Marks of a logarithmic axis: 1, 2, 5 of each decade over a wide range, round numbers over a narrow one.
pub(super) fn log_marks(input: GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    if !(high - low).is_normal() || high - low > 40.0 {
        return Vec::new();
    }
    let step_size = (high - low) / 4.0;
    // A label at the very edge would hang over it.
    let (low, high) = (low + 0.03 * (high - low), high - 0.03 * (high - low));
    let mark = |value: f64| GridMark {
        value: value.log10(),
        step_size,
    };
    if high - low > 1.0 {
        let decades = low.floor() as i32..=high.ceil() as i32;
        let factors: &[f64] = if high - low > 3.0 {
            &[1.0]
        } else {
            &[1.0, 2.0, 5.0]
        };
        let values = decades.flat_map(|d| factors.iter().map(move |f| f * 10_f64.powi(d)));
        let marks = values.map(mark).filter(|m| (low..=high).contains(&m.value));
        return marks.collect();
    }
    let (low, high) = (10_f64.powf(low), 10_f64.powf(high));
    let values = round_values(low, high, nice_step((high - low) / 5.0));
    values.filter(|v| *v > 0.0).map(mark).collect()
}

/// Marks of the axis of steps: a few round numbers.
fn step_marks(input: GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    if !(high - low).is_normal() {
        return Vec::new();
    }
    let step_size = nice_step((high - low) / 4.0).max(1.0);
    let values = round_values(low.max(0.0), high, step_size);
    let mark = |value| GridMark { value, step_size };
    values.map(mark).collect()
}

/// The multiples of `step` between `low` and `high`.
fn round_values(low: f64, high: f64, step: f64) -> impl Iterator<Item = f64> {
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (first..=last).map(move |i| i as f64 * step)
}

/// The next of 1, 2, 5 times a power of ten, from `rough` upwards.
fn nice_step(rough: f64) -> f64 {
    let decade = 10_f64.powf(rough.log10().floor());
    let factors = [1.0, 2.0, 5.0, 10.0];
    let found = factors.into_iter().find(|f| f * decade >= rough * 0.999);
    found.unwrap_or(10.0) * decade
}

/// Rounds away what `10^log10(x)` adds.
pub(super) fn round(x: f64) -> f64 {
    let decade = 10_f64.powf(x.abs().max(1e-12).log10().floor() - 3.0);
    (x / decade).round() * decade
}

/// A tick label: `0.05`, `1.2`, `300`, `20k`, `1e-6`.
pub(super) fn short(x: f64) -> String {
    match x.abs() {
        0.0 => "0".to_owned(),
        a if a >= 1e6 => format!("{}M", trimmed(x / 1e6)),
        a if a >= 1e3 => format!("{}k", trimmed(x / 1e3)),
        a if a >= 1e-3 => trimmed(x),
        _ => format!("{:e}", (x * 1e12).round() / 1e12),
    }
}

fn trimmed(x: f64) -> String {
    let text = format!("{x:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::LossRecorder;

    #[test]
    fn the_hover_tells_the_exact_loss_of_the_step() {
        let mut recorder = LossRecorder::default();
        (0..5000).for_each(|i| recorder.push(i as f32 / 1000.0));
        let at = |x| HoverPosition::Elsewhere {
            position: PlotPoint::new(x, 0.0),
        };
        let text = |x| hover_text(&recorder.history(), &at(x));
        assert_eq!(text(811.7).as_deref(), Some("step 812: 0.8120"));
        assert_eq!(text(1e9).as_deref(), Some("step 4,999: 4.9990"));
        assert_eq!(hover_text(&LossHistory::default(), &at(1.0)), None);
    }

    #[test]
    fn the_band_holds_every_loss_and_stays_short() {
        let mut recorder = LossRecorder::default();
        (0..100_000).for_each(|i| recorder.push(1.0 + (i % 7) as f32));
        let mut plot = LossPlot::default();
        plot.update(RunId(0), &recorder.history());
        assert!((100..=MAX_STRETCHES).contains(&plot.steps.len()));
        assert!(plot.low.iter().all(|y| *y == 0.0));
        assert!(plot.high.iter().all(|y| (*y - 7_f64.log10()).abs() < 1e-6));
    }

    #[test]
    fn marks_are_round_losses() {
        let values = |low: f64, high: f64| -> Vec<String> {
            let input = GridInput {
                bounds: (low.log10(), high.log10()),
                base_step_size: 0.01,
            };
            let marks = log_marks(input);
            marks
                .iter()
                .map(|m| short(round(10_f64.powf(m.value))))
                .collect()
        };
        assert_eq!(values(1.2, 3.1), ["1.5", "2", "2.5", "3"]);
        let wide = values(0.04, 40.0);
        for label in ["0.05", "0.1", "1", "2", "20"] {
            assert!(wide.iter().any(|text| text == label), "{label} of {wide:?}");
        }
    }
}
