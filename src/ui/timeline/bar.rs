//! The bar under the canvas: play, the slider over t, speed, loop, direction; solver and NFE.
//!
//! It refuses to know what is shown at a time, and sends commands.

use egui::{
    Align, Align2, Color32, CursorIcon, FontId, Layout, Painter, Pos2, Rect, Response, Sense,
    Shape, Slider, Stroke, Ui, UiBuilder, Vec2, WidgetInfo, accesskit::Role, pos2, vec2,
};

use crate::scene::theme::Theme;
use crate::snapshot::{Frame, Frames};

use super::super::command::{Command, Direction};
use super::super::lab::Lab;
use super::super::panels::widgets;
use super::super::theme::{ink, palette, strong};
use super::{PlayHead, training};

/// Height of a bar with everything beside each other, in points.
const HEIGHT: f32 = 84.0;
/// Height of a bar with speed, loop and direction below the slider, in points.
const HIGH: f32 = 112.0;
/// A narrower bar has speed, loop and direction below the slider, in points.
pub(super) const NARROW_BAR: f32 = 560.0;
/// A shorter slider has no room for words at its ends, in points.
const NARROW: f32 = 200.0;
/// Speeds on offer.
const SPEEDS: [(f64, &str, &str); 5] = [
    (0.25, "0.25×", "A pass takes sixteen seconds."),
    (0.5, "0.5×", "A pass takes eight seconds."),
    (1.0, "1×", "A pass takes four seconds."),
    (2.0, "2×", "A pass takes two seconds."),
    (4.0, "4×", "A pass takes a second."),
];

/// Height of a bar of this width, in points.
pub fn height(width: f32) -> f32 {
    time_height(width) + training::height(width)
}

fn time_height(width: f32) -> f32 {
    if width < NARROW_BAR { HIGH } else { HEIGHT }
}

/// The bar under the canvas: time, and below it training.
pub fn timeline_ui(ui: &mut Ui, lab: &Lab, frames: &Frames, commands: &mut Vec<Command>) {
    let theme = palette(lab.dark);
    let width = ui.available_width();
    let (bar, _) = ui.allocate_exact_size(vec2(width, height(width)), Sense::hover());
    ui.painter().rect_filled(bar, 0.0, ink(theme.panel));
    ui.painter()
        .hline(bar.x_range(), bar.top(), Stroke::new(1.0, ink(theme.line)));
    let (time, training) = bar.split_top_bottom_at_y(bar.top() + time_height(width));
    let frame = frames.of(lab.lane());
    time_row_ui(ui, time.shrink2(vec2(18.0, 8.0)), (lab, frame), commands);
    let training = training.shrink2(vec2(18.0, 0.0));
    training::training_ui(ui, training, (lab, frames), commands);
}

/// The row of time: play, slider, speed, loop, direction; solver and NFE.
fn time_row_ui(
    ui: &mut Ui,
    inner: Rect,
    (lab, frame): (&Lab, &Frame),
    commands: &mut Vec<Command>,
) {
    let theme = palette(lab.dark);
    let (upper, lower) = (inner.top() + 3.0, inner.top() + 37.0);
    let radius = 19.0;
    // What stands at the right end of the slider, or else below it.
    let is_narrow = inner.width() + 36.0 < NARROW_BAR;
    let (rail, controls) = if is_narrow {
        let (rail, below) = inner.split_top_bottom_at_y(inner.bottom() - 28.0);
        (rail, [below, Rect::NOTHING])
    } else {
        let (rail, right) = inner.split_left_right_at_x(inner.right() - 196.0);
        let rows = [(upper, 28.0), (lower, 20.0)];
        let rows = rows.map(|(y, height)| right.with_min_y(y).with_max_y(y + height));
        (rail.with_max_x(rail.right() - 22.0), rows)
    };
    let center = pos2(inner.left() + radius, rail.center().y);
    let playing = lab.play.playing;
    let name = if playing { "Hold time" } else { "Play time" };
    let hover = "Let t run from source to target, or hold it.  [Space]";
    if round_button_ui(ui, (center, radius), (playing, name, hover), theme).clicked() {
        commands.push(Command::TogglePlay);
    }
    let rail = rail.with_min_x(center.x + radius + 18.0);
    time_ui(ui, rail, lab.play.t, theme, commands);
    let [looping, solver] = controls;
    ui.scope_builder(row(looping), |ui| {
        playing_ui(ui, &lab.play, theme, commands);
    });
    if solver.is_positive() {
        ui.scope_builder(row(solver), |ui| solver_ui(ui, frame, theme));
    }
}

fn row(rect: Rect) -> UiBuilder {
    UiBuilder::new()
        .max_rect(rect)
        .layout(Layout::right_to_left(Align::Center))
}

/// A round button that sets a play head moving or holds it, with its name and what it does.
pub(super) fn round_button_ui(
    ui: &mut Ui,
    (center, radius): (Pos2, f32),
    (playing, name, hover): (bool, &str, &str),
    theme: &Theme,
) -> Response {
    let rect = Rect::from_center_size(center, Vec2::splat(2.0 * radius));
    let response = ui
        .allocate_rect(rect, Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text(hover);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let fill = match (response.is_pointer_button_down_on(), response.hovered()) {
        (true, _) => ink(theme.accent).gamma_multiply(0.75),
        (_, true) => ink(theme.accent).gamma_multiply(0.9),
        _ => ink(theme.accent),
    };
    let painter = ui.painter();
    painter.circle_filled(center, radius, fill);
    if response.has_focus() {
        painter.circle_stroke(center, radius + 2.5, Stroke::new(1.5, ink(theme.text)));
    }
    let (sign, scale) = (ink(theme.on_accent), radius / 19.0);
    if playing {
        for x in [-4.0, 4.0] {
            let size = scale * vec2(4.0, 13.0);
            let bar = Rect::from_center_size(center + vec2(scale * x, 0.0), size);
            painter.rect_filled(bar, 1.0, sign);
        }
    } else {
        let corners = [vec2(-4.5, -7.0), vec2(7.5, 0.0), vec2(-4.5, 7.0)];
        let corners = corners.map(|corner| center + scale * corner).to_vec();
        painter.add(Shape::convex_polygon(corners, sign, Stroke::NONE));
    }
    response
}

/// The slider over t: purple end, green end, the value above the handle.
fn time_ui(ui: &mut Ui, area: Rect, t: f64, theme: &Theme, commands: &mut Vec<Command>) {
    let height = 24.0;
    let rect = Rect::from_min_size(
        pos2(area.left(), area.center().y - 0.5 * height),
        vec2(area.width().max(40.0), height),
    );
    let mut value = t;
    let response = ui
        .scope_builder(UiBuilder::new().max_rect(rect), |ui| {
            slider_without_paint(ui, rect.size(), &mut value)
        })
        .inner
        .on_hover_and_drag_cursor(CursorIcon::ResizeHorizontal)
        .accessible_name("Time t");
    if response.changed() {
        commands.push(Command::SetTime(value));
    }
    paint_slider(ui.painter(), &response, value, theme);
    let below = response.rect.bottom() + 9.0;
    let words = if rect.width() < NARROW {
        ["t = 0", "t = 1"]
    } else {
        ["source  t = 0", "target  t = 1"]
    };
    let ends = [
        (rect.left(), Align2::LEFT_CENTER, words[0], theme.source),
        (rect.right(), Align2::RIGHT_CENTER, words[1], theme.target),
    ];
    for (x, align, words, color) in ends {
        let font = FontId::proportional(12.0);
        ui.painter()
            .text(pos2(x, below), align, words, font, ink(color));
    }
}

/// egui's slider for pointer, keyboard and screen reader; what it looks like is [`paint_slider`]'s part.
pub(super) fn slider_without_paint(ui: &mut Ui, size: Vec2, value: &mut f64) -> Response {
    ui.spacing_mut().slider_width = size.x;
    ui.spacing_mut().interact_size.y = size.y;
    let visuals = ui.visuals_mut();
    visuals.selection.bg_fill = Color32::TRANSPARENT;
    let widgets = &mut visuals.widgets;
    for state in [
        &mut widgets.inactive,
        &mut widgets.hovered,
        &mut widgets.active,
        &mut widgets.noninteractive,
    ] {
        state.bg_fill = Color32::TRANSPARENT;
        state.fg_stroke = Stroke::NONE;
        state.bg_stroke = Stroke::NONE;
    }
    let slider = Slider::new(value, 0.0..=1.0)
        .show_value(false)
        .smart_aim(false)
        .handle_shape(egui::style::HandleShape::Circle);
    ui.add(slider)
}

fn paint_slider(painter: &Painter, response: &Response, t: f64, theme: &Theme) {
    let rect = response.rect;
    // egui keeps a round handle inside the slider: it travels between these ends.
    let travel = rect.x_range().shrink(rect.height() / 2.5);
    let handle = pos2(travel.min + t as f32 * travel.span(), rect.center().y);
    let rail = Rect::from_min_max(
        pos2(rect.left(), handle.y - 2.5),
        pos2(rect.right(), handle.y + 2.5),
    );
    painter.rect_filled(rail, 2.5, ink(theme.line));
    let passed = Rect::from_min_max(rail.min, pos2(handle.x, rail.bottom()));
    painter.rect_filled(passed, 2.5, ink(theme.accent));
    let lively = response.hovered() || response.dragged();
    let radius = if lively { 9.0 } else { 8.0 };
    painter.circle_filled(handle, radius, Color32::WHITE);
    let rim = if response.has_focus() { 2.0 } else { 1.0 };
    painter.circle_stroke(handle, radius, Stroke::new(rim, ink(theme.accent)));
    let above = pos2(handle.x.max(rect.left() + 26.0), rect.top() - 1.0);
    painter.text(
        above,
        Align2::CENTER_BOTTOM,
        format!("t = {t:.2}"),
        strong(13.0),
        ink(theme.text),
    );
}

/// Speed, loop and direction.
fn playing_ui(ui: &mut Ui, play: &PlayHead, theme: &Theme, commands: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing.x = 6.0;
    if direction_ui(ui, play.direction, theme).clicked() {
        commands.push(Command::SetDirection(match play.direction {
            Direction::Forward => Direction::Backward,
            Direction::Backward => Direction::PingPong,
            Direction::PingPong => Direction::Forward,
        }));
    }
    let looping = ui
        .selectable_label(play.looping, "loop")
        .on_hover_text("Start again at the end.  [L]");
    if looping.clicked() {
        commands.push(Command::ToggleLoop);
    }
    let mut speed = play.speed;
    let chosen = ui
        .scope(|ui| {
            ui.set_width(70.0);
            widgets::combo_ui(ui, "Speed", "How fast t runs.", &mut speed, &SPEEDS)
        })
        .inner;
    if chosen {
        commands.push(Command::SetSpeed(speed));
    }
}

/// A button that shows which way time runs, as arrows.
fn direction_ui(ui: &mut Ui, direction: Direction, theme: &Theme) -> Response {
    let (name, left, right) = match direction {
        Direction::Forward => ("Direction: forward", false, true),
        Direction::Backward => ("Direction: backward", true, false),
        Direction::PingPong => ("Direction: there and back", true, true),
    };
    let (rect, response) = ui.allocate_exact_size(vec2(34.0, 24.0), Sense::click());
    let response = response.on_hover_text(format!(
        "{name}. Press for the next of: forward, backward, there and back."
    ));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let visuals = ui.style().interact(&response);
    let painter = ui.painter();
    painter.rect(
        rect,
        visuals.corner_radius,
        visuals.weak_bg_fill,
        visuals.bg_stroke,
        egui::StrokeKind::Inside,
    );
    let stroke = Stroke::new(1.5, ink(theme.text));
    let (y, tips) = (rect.center().y, [rect.left() + 9.0, rect.right() - 9.0]);
    painter.hline(tips[0]..=tips[1], y, stroke);
    for (shown, tip, back) in [(left, tips[0], 4.5), (right, tips[1], -4.5)] {
        if shown {
            let wings = [-4.0, 4.0].map(|dy| pos2(tip + back, y + dy));
            painter.line(vec![wings[0], pos2(tip, y), wings[1]], stroke);
        }
    }
    response
}

/// The solver of the trajectories and what it costs.
fn solver_ui(ui: &mut Ui, frame: &Frame, theme: &Theme) {
    let words = egui::RichText::new(frame.solver_legend()).color(ink(theme.muted));
    ui.add(egui::Label::new(words).truncate()).on_hover_text(
        "Solver of the trajectories and its velocity evaluations (NFE) for each of them.",
    );
}
