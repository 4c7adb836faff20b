//! What the plots over the flow's time share: the axis, the play head, and what stands under the pointer.

use egui::Rangef;
use egui_plot::{AxisHints, HoverPosition, Plot, VLine};

use crate::scene::metrics::significant;
use crate::scene::theme::Theme;

use super::super::theme::ink;
use super::log_plot::{log_plot, near};

/// What is smaller than this is drawn there: a logarithm has no zero.
pub const SMALLEST: f64 = 1e-6;

/// A plot over t from 0 to 1; upwards the logarithm of base ten.
pub fn time_plot<'a>(name: &'static str, height: f32, theme: &Theme) -> Plot<'a> {
    let x_axis = AxisHints::new_x().label_spacing(Rangef::new(24.0, 36.0));
    log_plot(name, height, x_axis, theme)
        .include_x(0.0)
        .include_x(1.0)
}

/// The play head.
pub fn head(theme: &Theme, t: f64) -> VLine {
    let line = VLine::new("", t).color(ink(theme.muted)).width(1.0);
    line.allow_hover(false)
}

/// The lane and the number under the pointer.
pub fn hover_text(position: &HoverPosition<'_>) -> Option<String> {
    near(position, |lane, at| {
        let value = significant(10_f64.powf(at.y));
        format!("{lane}, t = {:.2}: {value}", at.x)
    })
}
