//! What all curves over the steps of training share: the axes, the colours of the lanes, and the play head of training,
//! which a click or a drag moves.

use egui::{Color32, Rangef};
use egui_plot::{AxisHints, GridInput, GridMark, Plot, PlotResponse, PlotUi, VLine};

use crate::scene::theme::{Theme, lane_color};

use super::super::command::Command;
use super::super::theme::ink;
use super::super::timeline::{Steps, along, step_at};
use super::Sight;
use super::log_plot::{log_plot, round, short};

/// A plot over the steps, on the scale of the slider over the checkpoints; upwards the logarithm of base ten.
pub fn steps_plot<'a>(name: &'static str, height: f32, theme: &Theme) -> Plot<'a> {
    let x_axis = AxisHints::new_x()
        .label_spacing(Rangef::new(16.0, 24.0))
        .formatter(|mark, _| short(round(step_at(mark.value))));
    log_plot(name, height, x_axis, theme).x_grid_spacer(step_marks)
}

/// The colour of a lane's curve; one that is alone has none of its own.
pub fn color_of(lane: usize, lanes: usize, sight: Sight<'_>) -> Color32 {
    ink(match lanes {
        1 => sight.theme.accent,
        _ => lane_color(lane, sight.lab.dark),
    })
}

/// The play head of training.
pub fn head_in(ui: &mut PlotUi<'_>, sight: Sight<'_>) {
    let past = sight.lab.training.step();
    let step = past.unwrap_or(Steps::of(sight.frames).taken);
    let color = match past {
        Some(_) => sight.theme.attention,
        None => sight.theme.muted,
    };
    let line = VLine::new("", along(step as f64))
        .color(ink(color))
        .width(1.5)
        .allow_hover(false);
    ui.vline(line);
}

/// A click or a drag on a plot moves the play head there.
pub fn take_hold<R>(
    shown: &PlotResponse<R>,
    name: &'static str,
    sight: Sight<'_>,
    commands: &mut Vec<Command>,
) {
    let response = shown.response.clone().accessible_name(name);
    let held = response.clicked() || response.dragged();
    let Some(at) = response.interact_pointer_pos().filter(|_| held) else {
        return;
    };
    let steps = Steps::of(sight.frames);
    let step = step_at(shown.transform.value_from_position(at).x).max(0.0);
    let step = steps.nearest(&sight.frame.checkpoints, steps.position(step));
    if step != sight.lab.training.step() {
        commands.push(Command::ShowStep(step));
    }
}

/// Marks of the axis of steps: a few round numbers.
fn step_marks(input: GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    if !(high - low).is_normal() {
        return Vec::new();
    }
    let decades = (2..9).flat_map(|k| [1.0, 5.0].map(|digit| digit * 10_f64.powi(k)));
    let steps = std::iter::once(0.0).chain(decades);
    let mark = |step| GridMark {
        value: along(step),
        step_size: 1.0,
    };
    // A label at the very edge would hang over it.
    let end = high - 0.03 * (high - low);
    steps
        .map(mark)
        .filter(|mark| (low..=end).contains(&mark.value))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_steps_are_round_and_within_the_axis() {
        let input = GridInput {
            bounds: (0.0, along(20_000.0)),
            base_step_size: 0.01,
        };
        let marks = step_marks(input);
        let labels = marks.iter().map(|mark| short(round(step_at(mark.value))));
        let labels: Vec<String> = labels.collect();
        assert_eq!(labels, ["0", "100", "500", "1k", "5k", "10k"]);
    }
}
