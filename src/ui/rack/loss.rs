//! The loss over the steps, on a logarithmic axis: smallest to largest of each stretch, the running mean on top.

use std::sync::Arc;

use egui::{RichText, Ui};
use egui_plot::{FilledArea, HLine, HoverPosition, Line, LineStyle, PlotPoint, PlotPoints};

use crate::flow::metrics::Mean;
use crate::products::RunId;
use crate::scene::metrics::Measured;
use crate::scene::metrics::table::{CFM_FLOOR, FM_ERROR, FM_LOSS, INNER_LOSS, LOSS, OWN_LOSS};
use crate::snapshot::{Frame, LossHistory, LossPoint};

use super::super::command::Command;
use super::super::panels::grouped;
use super::super::panels::widgets::{card, heading_with_ui, note_ui};
use super::super::theme::{ink, strong};
use super::super::timeline::{along, step_at};
use super::Sight;
use super::row::number_row;
use super::steps_plot::{color_of, head_in, steps_plot, take_hold};

/// Stretches that are drawn: about one per pixel.
const MAX_STRETCHES: usize = 256;
/// Steps behind the loss that the floor is taken from.
const RECENT: usize = 1000;
/// Height of the plot, in points.
const HEIGHT: f32 = 160.0;

/// What is drawn of all lanes.
#[derive(Default)]
pub struct LossPlot {
    lanes: Vec<Losses>,
}

/// What is drawn of a lane, made anew only when there are new losses.
#[derive(Default)]
struct Losses {
    drawn: Option<(RunId, usize)>,
    steps: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
    smoothed: Vec<PlotPoint>,
    /// The mean of the last steps, as a run has it.
    recent: Option<Mean>,
}

impl LossPlot {
    fn update(&mut self, frames: &[Arc<Frame>]) {
        self.lanes.resize_with(frames.len(), Losses::default);
        for (lane, frame) in self.lanes.iter_mut().zip(frames) {
            lane.update(frame.run, &frame.loss);
        }
    }
}

impl Losses {
    fn update(&mut self, run: RunId, loss: &LossHistory) {
        let now = (run, loss.len());
        if self.drawn == Some(now) {
            return;
        }
        self.drawn = Some(now);
        self.recent = loss.mean_of_last(RECENT);
        self.steps.clear();
        self.low.clear();
        self.high.clear();
        self.smoothed.clear();
        // The curve is even in steps, and the axis is not: many points at its beginning, few later.
        let curve = loss.curve();
        let last = curve.last().map_or(1.0, |point| along(point.step as f64));
        let mut rest = curve;
        for k in 1..=MAX_STRETCHES {
            let end = last * k as f64 / MAX_STRETCHES as f64;
            let n = rest.partition_point(|point| along(point.step as f64) <= end);
            let (stretch, later) = rest.split_at(n);
            self.push(stretch);
            rest = later;
        }
    }

    fn push(&mut self, stretch: &[LossPoint]) {
        let (Some(first), Some(last)) = (stretch.first(), stretch.last()) else {
            return;
        };
        let step = along(first.step as f64);
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

/// The curves of all lanes, with the newest value of the selected one.
pub fn loss_ui(ui: &mut Ui, plot: &mut LossPlot, sight: Sight<'_>, commands: &mut Vec<Command>) {
    let theme = sight.theme;
    let smoothed = sight.frame.loss.smoothed();
    let predicted = sight.frame.experiment.model.parametrisation;
    heading_with_ui(ui, theme, "LOSS", |ui| {
        if let Some(value) = smoothed {
            let text = format!("CFM {value:.4}");
            let within = match predicted.is_velocity() {
                true => "",
                false => ", over t in [0.01, 0.99]",
            };
            ui.label(RichText::new(text).font(strong(13.0)))
                .on_hover_text(format!(
                    "{}{within}, running mean over about 200 steps.",
                    LOSS.formula
                ));
        }
    });
    own_loss_ui(ui, sight);
    plot.update(&sight.lab.lane_frames(sight.frames));
    card(theme).inner_margin(4).show(ui, |ui| {
        if plot.lanes.iter().all(|lane| lane.steps.is_empty()) {
            let size = egui::Vec2::new(ui.available_width(), HEIGHT);
            let words = match sight.lab.learns() {
                true => "No step has been taken yet.",
                false => "Nothing is trained: the velocity is the exact field.",
            };
            let text = RichText::new(words).color(ink(theme.muted));
            ui.add_sized(size, egui::Label::new(text));
        } else {
            curve_ui(ui, plot, sight, commands);
        }
    });
    floor_ui(ui, plot, sight);
}

/// The floor of the selected lane's loss, and what is above it.
fn floor_ui(ui: &mut Ui, plot: &LossPlot, sight: Sight<'_>) {
    let recent = plot.lanes.get(sight.lab.editor.selected());
    let measured = Measured {
        loss: recent.and_then(|lane| lane.recent),
        ..Measured::of(sight.frame)
    };
    for metric in [&CFM_FLOOR, &FM_LOSS, &FM_ERROR] {
        let (value, aside) = metric.line(&measured);
        let definition = metric.definition();
        number_row(ui, sight.theme, metric.label, &definition, &value, &aside);
    }
    if let Some(floor) = &measured.floor {
        let known = floor.value.map_or("There is no floor: ", |_| "Floor: ");
        note_ui(
            ui,
            sight.theme,
            &format!("{known}{}.", floor.basis.trim_end_matches('.')),
        );
    }
}

/// The floor of a lane's loss, if it is known.
fn floor_of(frame: &Frame) -> Option<f64> {
    let floor = frame.products.floor.get()?;
    let metrics = frame.products.metrics.get();
    let path_energy = metrics.map(|metrics| metrics.path_energy());
    let floor = floor.beside(path_energy).value?;
    (floor.value > 0.0).then_some(floor.value)
}

/// What is predicted has a loss of its own, which stands beside that of the velocity; where lanes predict different things,
/// the velocity's lanes show theirs over the times of the others, too.
fn own_loss_ui(ui: &mut Ui, sight: Sight<'_>) {
    let predicted = |frame: &Arc<Frame>| frame.experiment.model.parametrisation;
    let here = sight.frame.experiment.model.parametrisation;
    let lanes = sight.lab.lane_frames(sight.frames);
    let is_compared = lanes.iter().any(|frame| predicted(frame) != here);
    let Some(losses) = sight.frame.mean_losses else {
        return;
    };
    if !here.is_velocity() {
        let text = format!("own loss ({}) {:.4}", here.name(), losses.own);
        note_ui(ui, sight.theme, &text).on_hover_text(OWN_LOSS.definition());
    } else if is_compared {
        let text = format!("CFM over t in [0.01, 0.99]: {:.4}", losses.cfm);
        note_ui(ui, sight.theme, &text).on_hover_text(INNER_LOSS.definition());
    }
}

fn curve_ui(ui: &mut Ui, plot: &LossPlot, sight: Sight<'_>, commands: &mut Vec<Command>) {
    let history = sight.frame.loss.clone();
    let frames = sight.lab.lane_frames(sight.frames);
    let floors: Vec<Option<f64>> = frames.iter().map(|frame| floor_of(frame)).collect();
    let alone = plot.lanes.len() == 1;
    let shown = steps_plot("loss", HEIGHT, sight.theme)
        .label_formatter(move |position| hover_text(&history, position))
        .show(ui, |ui| {
            for (i, lane) in plot.lanes.iter().enumerate() {
                let color = color_of(i, plot.lanes.len(), sight);
                if alone {
                    let band = FilledArea::new("", &lane.steps, &lane.low, &lane.high)
                        .fill_color(color.gamma_multiply(0.25))
                        .allow_hover(false);
                    ui.add(band);
                }
                let line = Line::new("", PlotPoints::Borrowed(&lane.smoothed))
                    .color(color)
                    .width(1.8)
                    .allow_hover(false);
                ui.line(line);
                if let Some(floor) = floors.get(i).copied().flatten() {
                    let floor = HLine::new("", floor.log10())
                        .color(color)
                        .width(1.2)
                        .style(LineStyle::dashed_dense())
                        .allow_hover(false);
                    ui.hline(floor);
                }
            }
            head_in(ui, sight);
        });
    take_hold(&shown, "Loss over the steps", sight, commands);
}

/// The exact loss of the step under the pointer.
fn hover_text(loss: &LossHistory, position: &HoverPosition<'_>) -> Option<String> {
    let (HoverPosition::NearDataPoint { position, .. } | HoverPosition::Elsewhere { position }) =
        position;
    let last = (loss.len() as u64).checked_sub(1)?;
    let step = (step_at(position.x).round().max(0.0) as u64).min(last);
    let value = loss.value(step)?;
    Some(format!("step {}: {value:.4}", grouped(step)))
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
        let text = |step| hover_text(&recorder.history(), &at(along(step)));
        assert_eq!(text(811.7).as_deref(), Some("step 812: 0.8120"));
        assert_eq!(text(1e9).as_deref(), Some("step 4,999: 4.9990"));
        assert_eq!(hover_text(&LossHistory::default(), &at(1.0)), None);
    }

    #[test]
    fn the_band_holds_every_loss_and_stays_short() {
        let mut recorder = LossRecorder::default();
        (0..100_000).for_each(|i| recorder.push(1.0 + (i % 7) as f32));
        let mut plot = Losses::default();
        plot.update(RunId(0), &recorder.history());
        assert!((100..=MAX_STRETCHES).contains(&plot.steps.len()));
        assert!(plot.low.iter().all(|y| *y == 0.0));
        assert!(plot.high.iter().all(|y| (*y - 7_f64.log10()).abs() < 1e-6));
    }
}
