//! The row of training under the canvas: play, the slider over the checkpoints, and how fast training goes.
//!
//! It refuses to know what a checkpoint is made of, and sends commands.

use egui::{
    Align, Align2, FontId, Layout, Painter, Rect, Response, RichText, Stroke, Ui, UiBuilder, Vec2,
    WidgetInfo, accesskit::Role, pos2, vec2,
};

use crate::scene::theme::Theme;
use crate::session::Speed;
use crate::snapshot::{Frame, Frames};

use super::super::actions;
use super::super::command::Command;
use super::super::lab::Lab;
use super::super::panels::grouped;
use super::super::theme::{ink, palette, strong};
use super::bar::{NARROW_BAR, round_button_ui, slider_without_paint};
use super::training_head::Steps;

/// Height of the row with everything beside each other, in points.
const HEIGHT: f32 = 46.0;
/// Height of the row with the speeds below the slider, in points.
const HIGH: f32 = 72.0;
/// Width of the speeds, in points.
const SPEEDS: f32 = 214.0;
/// Marks of checkpoints are at least so far apart, in points.
const APART: f32 = 6.0;

impl Steps {
    /// Those of the lane that is ahead.
    pub fn of(frames: &Frames) -> Self {
        let of = |number: fn(&Frame) -> u64| frames.iter().map(|f| number(f)).max();
        Self {
            taken: of(|frame| frame.step).unwrap_or(0),
            end: of(|frame| frame.planned_end).unwrap_or(0),
        }
    }
}

/// Height of a row of this width, in points.
pub fn height(width: f32) -> f32 {
    if width < NARROW_BAR { HIGH } else { HEIGHT }
}

/// The row in `area`.
pub fn training_ui(
    ui: &mut Ui,
    area: Rect,
    (lab, frames): (&Lab, &Frames),
    commands: &mut Vec<Command>,
) {
    let theme = palette(lab.dark);
    let (rail, speeds) = if area.width() < NARROW_BAR {
        area.split_top_bottom_at_y(area.bottom() - 26.0)
    } else {
        let (rail, speeds) = area.split_left_right_at_x(area.right() - SPEEDS);
        (rail.with_max_x(rail.right() - 22.0), speeds)
    };
    let center = pos2(area.left() + 19.0, rail.top() + 18.0);
    let playing = lab.training.playing;
    let name = if playing {
        "Hold training"
    } else {
        "Replay training"
    };
    let hover = actions::REPLAY.hover_text(ui.ctx());
    if round_button_ui(ui, (center, 12.0), (playing, name, &hover), theme).clicked() {
        commands.push(Command::ToggleReplay);
    }
    let rail = rail.with_min_x(center.x + 37.0);
    step_ui(ui, rail, (lab, frames), commands);
    let builder = UiBuilder::new()
        .max_rect(speeds.with_max_y(speeds.top() + 26.0))
        .layout(Layout::right_to_left(Align::Center));
    ui.scope_builder(builder, |ui| speeds_ui(ui, lab.speed, theme, commands));
    if speeds.height() > 40.0 {
        let words = if frames.iter().nth(1).is_some() {
            "steps a second, all lanes in step"
        } else {
            "steps a second"
        };
        let at = pos2(speeds.right(), speeds.top() + 35.0);
        let font = FontId::proportional(11.0);
        ui.painter()
            .text(at, Align2::RIGHT_CENTER, words, font, ink(theme.muted));
    }
}

/// The slider over the checkpoints; where the training is, it follows that.
fn step_ui(ui: &mut Ui, area: Rect, (lab, frames): (&Lab, &Frames), commands: &mut Vec<Command>) {
    let (steps, frame) = (Steps::of(frames), frames.of(lab.lane()));
    let shown = lab.training.step().unwrap_or(steps.taken);
    let size = vec2(area.width().max(40.0), 18.0);
    let rect = Rect::from_min_size(pos2(area.left(), area.top() + 9.0), size);
    let mut position = steps.position(shown as f64);
    let response = ui
        .scope_builder(UiBuilder::new().max_rect(rect), |ui| {
            slider_without_paint(ui, rect.size(), &mut position)
        })
        .inner
        .on_hover_text(
            "The step of training that is shown: drag it back to see field and trajectories as they were. At the right \
             end it follows the training, which goes on meanwhile.",
        )
        .accessible_name("Training step");
    if response.changed() {
        let step = steps.nearest(&frame.checkpoints, position);
        commands.push(Command::ShowStep(step));
    }
    let theme = palette(lab.dark);
    paint_marks(ui.painter(), &response, frame, steps, theme);
    paint_slider(ui.painter(), &response, (lab.training.step(), steps), theme);
}

/// Where the handle's centre travels.
fn travel(response: &Response) -> egui::Rangef {
    let rect = response.rect;
    // egui keeps a round handle inside the slider.
    rect.x_range().shrink(rect.height() / 2.5)
}

/// A mark below the rail for the checkpoints, where there is room.
fn paint_marks(painter: &Painter, response: &Response, frame: &Frame, steps: Steps, theme: &Theme) {
    let (travel, y) = (travel(response), response.rect.center().y);
    let stroke = Stroke::new(1.0, ink(theme.muted).gamma_multiply(0.7));
    let mut last = f32::NEG_INFINITY;
    for &step in frame.checkpoints.iter() {
        let x = travel.min + steps.position(step as f64) as f32 * travel.span();
        if x - last >= APART {
            painter.vline(x, y + 6.0..=y + 10.0, stroke);
            last = x;
        }
    }
}

fn paint_slider(
    painter: &Painter,
    response: &Response,
    (shown, steps): (Option<u64>, Steps),
    theme: &Theme,
) {
    let (rect, travel) = (response.rect, travel(response));
    let x_of = |step: u64| travel.min + steps.position(step as f64) as f32 * travel.span();
    let handle = pos2(x_of(shown.unwrap_or(steps.taken)), rect.center().y);
    let rail = Rect::from_x_y_ranges(rect.x_range(), handle.y - 2.0..=handle.y + 2.0);
    painter.rect_filled(rail, 2.0, ink(theme.line));
    let taken = rail.with_max_x(x_of(steps.taken));
    painter.rect_filled(taken, 2.0, ink(theme.muted));
    let color = if shown.is_some() {
        theme.attention
    } else {
        theme.accent
    };
    painter.rect_filled(rail.with_max_x(handle.x), 2.0, ink(color));
    let lively = response.hovered() || response.dragged();
    let radius = if lively { 7.0 } else { 6.0 };
    painter.circle_filled(handle, radius, egui::Color32::WHITE);
    let rim = if response.has_focus() { 2.0 } else { 1.0 };
    painter.circle_stroke(handle, radius, Stroke::new(rim, ink(color)));
    let words = match shown {
        Some(step) => format!("step {} of {}", grouped(step), grouped(steps.end)),
        None => format!("step {}", grouped(steps.taken)),
    };
    let galley = painter.layout_no_wrap(words, strong(11.5), ink(theme.text));
    let half = 0.5 * galley.size().x;
    let x = handle.x.clamp(
        rect.left() + half,
        (rect.right() - half).max(rect.left() + half),
    );
    painter.galley(
        pos2(x - half, rect.top() - galley.size().y + 2.0),
        galley,
        ink(theme.text),
    );
    let below = pos2(rect.left(), rect.bottom() + 7.0);
    let font = FontId::proportional(11.0);
    painter.text(
        below,
        Align2::LEFT_CENTER,
        "training",
        font,
        ink(theme.muted),
    );
}

/// The speeds on offer, slowest at the left.
fn speeds_ui(ui: &mut Ui, speed: Speed, theme: &Theme, commands: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing.x = 2.0;
    ui.spacing_mut().button_padding = Vec2::new(6.0, 2.0);
    for offered in Speed::OFFERED.into_iter().rev() {
        let (words, name) = match offered.per_second() {
            Some(rate) => {
                let rate = grouped(u64::from(rate));
                (rate.clone(), format!("{rate} steps a second"))
            }
            None => ("full".to_owned(), "Full speed".to_owned()),
        };
        let color = if speed == offered {
            theme.text
        } else {
            theme.muted
        };
        let text = RichText::new(words).size(12.0).color(ink(color));
        let response = ui
            .selectable_label(speed == offered, text)
            .on_hover_text(hover(offered, ui.ctx()));
        response
            .widget_info(|| WidgetInfo::selected(Role::RadioButton, true, speed == offered, &name));
        if response.clicked() {
            commands.push(Command::SetTrainingSpeed(offered));
        }
    }
}

/// What a speed means, with its keys.
fn hover(speed: Speed, ctx: &egui::Context) -> String {
    let keys = |action: &actions::Action| action.keys_text(ctx);
    let words = match speed.per_second() {
        Some(_) => "Train so many steps a second, if the machine can.",
        None => "Train as fast as the machine can.",
    };
    let full = match speed {
        Speed::Full => format!("{} for this one, ", keys(&actions::FULL_SPEED)),
        Speed::PerSecond(_) => String::new(),
    };
    let (slower, faster) = (keys(&actions::SLOWER), keys(&actions::FASTER));
    format!("{words}  [{full}{slower} slower, {faster} faster]")
}
