//! The play head: which time the canvas shows, how it moves, and the bar with which one holds it.
//!
//! [`PlayHead`] is plain state and takes the passing of time as an argument. The bar refuses to know what is
//! shown at a time; it sends commands.

use egui::{
    Align, Align2, Color32, CursorIcon, FontId, Layout, Painter, Pos2, Rect, Response, Sense, Shape, Slider,
    Stroke, Ui, UiBuilder, Vec2, WidgetInfo, accesskit::Role, pos2, vec2,
};

use crate::scene::theme::Theme;
use crate::snapshot::Frame;

use super::command::{Command, Direction};
use super::lab::Lab;
use super::panels::widgets;
use super::theme::{ink, palette, strong};

/// Height of the bar, in points.
pub const HEIGHT: f32 = 84.0;
/// Speeds on offer, in multiples of [`PASS_SECS`].
pub const SPEEDS: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];

/// A pass between source and target takes this long at speed 1, in seconds.
const PASS_SECS: f64 = 4.0;
/// A looping play head rests this long at each end, so that the eye can take in where the flow arrived.
const REST_SECS: f64 = 0.6;
/// After a longer gap between frames (the window was hidden) the play head goes on as if it had been this one.
const MAX_GAP_SECS: f64 = 0.1;

/// The time that is shown, and how it moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlayHead {
    /// The time shown, 0 (source) to 1 (target).
    pub t: f64,
    /// Whether it moves by itself.
    pub playing: bool,
    /// Factor on the speed; at 1 a pass from source to target takes four seconds.
    pub speed: f64,
    /// Whether it starts again at the end.
    pub looping: bool,
    /// Which way it runs.
    pub direction: Direction,
    /// There and back: whether it is on its way back.
    pub returning: bool,
    /// How long it has rested at the end of its way, in seconds.
    pub rested_secs: f64,
}

impl Default for PlayHead {
    fn default() -> Self {
        Self {
            t: 0.0,
            playing: true,
            speed: 1.0,
            looping: true,
            direction: Direction::Forward,
            returning: false,
            rested_secs: 0.0,
        }
    }
}

impl PlayHead {
    /// Moves on by `dt_secs` of real time, if it plays. At the end of its way it rests and starts again
    /// (looping) or stops; set playing there, it starts again at once.
    pub fn advance(&mut self, dt_secs: f64) {
        if !self.playing {
            self.rested_secs = 0.0;
            return;
        }
        let dt_secs = dt_secs.clamp(0.0, MAX_GAP_SECS);
        if self.t == self.end() {
            self.rested_secs += dt_secs;
            if !self.looping || self.rested_secs >= REST_SECS {
                self.turn();
            }
            return;
        }
        let heading = if self.goes_back() { -1.0 } else { 1.0 };
        let next = self.t + heading * self.speed * dt_secs / PASS_SECS;
        self.t = next.clamp(0.0, 1.0);
        let half_way = self.direction == Direction::PingPong && !self.returning;
        if self.t == self.end() && !self.looping && !half_way {
            self.playing = false;
        }
    }

    fn goes_back(&self) -> bool {
        match self.direction {
            Direction::Forward => false,
            Direction::Backward => true,
            Direction::PingPong => self.returning,
        }
    }

    /// Where it is heading.
    fn end(&self) -> f64 {
        if self.goes_back() { 0.0 } else { 1.0 }
    }

    /// Starts the next pass.
    fn turn(&mut self) {
        self.rested_secs = 0.0;
        match self.direction {
            Direction::Forward => self.t = 0.0,
            Direction::Backward => self.t = 1.0,
            Direction::PingPong => self.returning = !self.returning,
        }
    }
}

/// The bar under the canvas: play, time, speed, loop, direction; solver and NFE.
pub fn timeline_ui(ui: &mut Ui, lab: &Lab, frame: &Frame, commands: &mut Vec<Command>) {
    let theme = palette(lab.dark);
    let (bar, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    ui.painter().rect_filled(bar, 0.0, ink(theme.panel));
    ui.painter()
        .hline(bar.x_range(), bar.top(), Stroke::new(1.0, ink(theme.line)));
    let inner = bar.shrink2(vec2(18.0, 8.0));
    let right = Rect::from_min_max(pos2(inner.right() - 196.0, inner.top()), inner.max);
    let radius = 19.0;
    let center = pos2(inner.left() + radius, inner.center().y);
    if play_button_ui(ui, center, radius, lab.play.playing, theme).clicked() {
        commands.push(Command::TogglePlay);
    }
    let rail = Rect::from_min_max(
        pos2(center.x + radius + 18.0, inner.top()),
        pos2(right.left() - 22.0, inner.bottom()),
    );
    time_ui(ui, rail, lab.play.t, theme, commands);
    let [upper, lower] = [
        Rect::from_min_size(right.min + vec2(0.0, 3.0), vec2(right.width(), 28.0)),
        Rect::from_min_size(right.min + vec2(0.0, 37.0), vec2(right.width(), 20.0)),
    ];
    ui.scope_builder(row(upper), |ui| playing_ui(ui, &lab.play, theme, commands));
    ui.scope_builder(row(lower), |ui| solver_ui(ui, frame, theme));
}

fn row(rect: Rect) -> UiBuilder {
    UiBuilder::new()
        .max_rect(rect)
        .layout(Layout::right_to_left(Align::Center))
}

/// The round button that sets the play head moving or holds it.
fn play_button_ui(ui: &mut Ui, center: Pos2, radius: f32, playing: bool, theme: &Theme) -> Response {
    let rect = Rect::from_center_size(center, Vec2::splat(2.0 * radius));
    let name = if playing { "Hold time" } else { "Play time" };
    let response = ui
        .allocate_rect(rect, Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text("Let t run from source to target, or hold it.  [Space]");
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
    let sign = ink(theme.on_accent);
    if playing {
        for x in [-4.0, 4.0] {
            let bar = Rect::from_center_size(center + vec2(x, 0.0), vec2(4.0, 13.0));
            painter.rect_filled(bar, 1.0, sign);
        }
    } else {
        let corners = [vec2(-4.5, -7.0), vec2(7.5, 0.0), vec2(-4.5, 7.0)];
        let corners = corners.map(|corner| center + corner).to_vec();
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
    let ends = [
        (response.rect.left(), Align2::LEFT_CENTER, "source  t = 0", theme.source),
        (response.rect.right(), Align2::RIGHT_CENTER, "target  t = 1", theme.target),
    ];
    for (x, align, words, color) in ends {
        let font = FontId::proportional(12.0);
        ui.painter().text(pos2(x, below), align, words, font, ink(color));
    }
}

/// egui's slider for pointer, keyboard and screen reader; what it looks like is [`paint_slider`]'s part.
fn slider_without_paint(ui: &mut Ui, size: Vec2, value: &mut f64) -> Response {
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
    let offered: Vec<(f64, String)> = SPEEDS.iter().map(|&s| (s, format!("{s}×"))).collect();
    let offered: Vec<(f64, &str, &str)> = offered
        .iter()
        .map(|(s, text)| (*s, text.as_str(), "Passes per four seconds."))
        .collect();
    let chosen = ui
        .scope(|ui| {
            ui.set_width(70.0);
            widgets::combo_ui(ui, "Speed", "How fast t runs.", &mut speed, &offered)
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
    let solver = frame.experiment.solver;
    let words = format!("{}, {} NFE", solver.name(), solver.nfe());
    ui.label(egui::RichText::new(words).color(ink(theme.muted)))
        .on_hover_text("Solver of the trajectories and its velocity evaluations (NFE) for each of them.");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays for so many seconds in frames of a sixtieth.
    fn play(head: &mut PlayHead, secs: f64) {
        for _ in 0..(60.0 * secs).round() as usize {
            head.advance(1.0 / 60.0);
        }
    }

    #[test]
    fn a_pass_takes_four_seconds_at_speed_one() {
        let mut head = PlayHead::default();
        play(&mut head, 2.0);
        assert!((head.t - 0.5).abs() < 1e-9, "{}", head.t);
        head.speed = 2.0;
        play(&mut head, 0.5);
        assert!((head.t - 0.75).abs() < 1e-9, "{}", head.t);
    }

    #[test]
    fn a_loop_rests_at_the_end_and_starts_again() {
        let mut head = PlayHead::default();
        play(&mut head, 4.2);
        assert_eq!((head.t, head.playing), (1.0, true));
        play(&mut head, REST_SECS + 1.0);
        assert!(head.t > 0.1 && head.t < 0.4, "{}", head.t);
        head.direction = Direction::Backward;
        play(&mut head, 2.0 + REST_SECS);
        assert!(head.t > 0.5, "starts again at 1: {}", head.t);
    }

    #[test]
    fn without_a_loop_it_stops_at_the_end_and_play_starts_again() {
        let mut head = PlayHead {
            looping: false,
            ..PlayHead::default()
        };
        play(&mut head, 5.0);
        assert_eq!((head.t, head.playing), (1.0, false));
        head.playing = true;
        play(&mut head, 1.0);
        assert!(head.t > 0.2 && head.t < 0.3, "{}", head.t);
    }

    #[test]
    fn there_and_back_turns_round_at_both_ends() {
        let mut head = PlayHead {
            direction: Direction::PingPong,
            looping: false,
            ..PlayHead::default()
        };
        play(&mut head, 5.0);
        assert!(head.t < 0.9 && head.returning, "{head:?}");
        play(&mut head, 5.0);
        assert_eq!((head.t, head.playing), (0.0, false));
        head.looping = true;
        head.playing = true;
        play(&mut head, 2.0);
        assert!(head.t > 0.2 && !head.returning, "{head:?}");
    }

    #[test]
    fn a_long_gap_does_not_make_it_jump() {
        let mut head = PlayHead::default();
        head.advance(3600.0);
        assert!((head.t - MAX_GAP_SECS / PASS_SECS).abs() < 1e-12);
        head.playing = false;
        head.advance(0.1);
        assert!((head.t - MAX_GAP_SECS / PASS_SECS).abs() < 1e-12);
    }
}
