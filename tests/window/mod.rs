//! The window as a test drives it: the whole application, without a display or a GPU.

use egui::{Vec2, vec2};
use egui_kittest::Harness;
use pushforward::ui::{App, Lab};

/// The window.
pub type Window = Harness<'static, App>;

/// The size that it opens with, in points.
pub const SIZE: Vec2 = vec2(1600.0, 1000.0);

/// A window on the laboratory, of this size in points, on a screen with so many pixels a point.
pub fn window_on(lab: Lab, size: Vec2, pixels_per_point: f32) -> Window {
    Harness::builder()
        .with_size(size)
        .with_pixels_per_point(pixels_per_point)
        .with_step_dt(1.0 / 60.0)
        .with_max_steps(16)
        .build_ui_state(
            |ui, app: &mut App| {
                app.logic(ui.ctx());
                app.show(ui);
            },
            App::around(lab),
        )
}
