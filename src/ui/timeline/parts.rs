//! What both rows of the bar are made of: a round button that plays and holds, and a slider without its paint.

use egui::{
    Color32, CursorIcon, Pos2, Rect, Response, Sense, Shape, Slider, Stroke, Ui, Vec2, WidgetInfo,
    accesskit::Role, vec2,
};

use crate::scene::theme::Theme;

use super::super::theme::ink;

/// A narrower bar has speed, loop and direction below the slider, in points.
pub const NARROW_BAR: f32 = 560.0;

/// A round button that sets a play head moving or holds it, with its name and what it does.
pub fn round_button_ui(
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

/// egui's slider for pointer, keyboard and screen reader; what it looks like is the row's part.
pub fn slider_without_paint(ui: &mut Ui, size: Vec2, value: &mut f64) -> Response {
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
