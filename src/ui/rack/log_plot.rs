//! A plot with a logarithmic axis upwards that holds still: what all plots of the rack share, and their labels.

use egui::{FontId, Rangef};
use egui_plot::{AxisHints, GridInput, GridMark, HoverPosition, Plot, PlotPoint};

use crate::scene::theme::Theme;

use super::super::theme::ink;

/// The plot; upwards the logarithm of base ten.
pub fn log_plot<'a>(
    name: &'static str,
    height: f32,
    x_axis: AxisHints<'a>,
    theme: &Theme,
) -> Plot<'a> {
    let font = FontId::proportional(10.0);
    let x_axis = x_axis
        .tick_label_font(font.clone())
        .tick_label_color(ink(theme.muted));
    let y_axis = AxisHints::new_y()
        .tick_label_font(font)
        .tick_label_color(ink(theme.muted))
        .min_thickness(30.0)
        .label_spacing(Rangef::new(11.0, 16.0))
        .formatter(|mark, _| short(round(10_f64.powf(mark.value))));
    let plot = Plot::new(name)
        .height(height)
        .custom_x_axes(vec![x_axis])
        .custom_y_axes(vec![y_axis])
        .y_grid_spacer(log_marks);
    still(plot, theme)
}

/// The same plot in the colours of the theme, which neither moves nor zooms.
pub fn still<'a>(plot: Plot<'a>, theme: &Theme) -> Plot<'a> {
    plot.show_background(false)
        .grid_color(ink(theme.line))
        .cursor_color(ink(theme.muted))
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
}

/// A logarithmic axis to the right, of numbers whose logarithms of base ten are drawn; its marks are [`log_marks`].
pub fn log_x_axis<'a>() -> AxisHints<'a> {
    AxisHints::new_x()
        .label_spacing(Rangef::new(16.0, 24.0))
        .formatter(|mark, _| short(round(10_f64.powf(mark.value))))
}

/// What is said of the point of a line that is nearest to the pointer, by the name of the line; nothing elsewhere.
pub fn near(
    position: &HoverPosition<'_>,
    says: impl Fn(&str, &PlotPoint) -> String,
) -> Option<String> {
    match position {
        HoverPosition::NearDataPoint {
            plot_name,
            position,
            ..
        } => Some(says(plot_name, position)),
        HoverPosition::Elsewhere { .. } => None,
    }
}

/// Marks of a logarithmic axis: 1, 2, 5 of each decade over a wide range, round numbers over a narrow one.
pub fn log_marks(input: GridInput) -> Vec<GridMark> {
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
pub fn round(x: f64) -> f64 {
    let decade = 10_f64.powf(x.abs().max(1e-12).log10().floor() - 3.0);
    (x / decade).round() * decade
}

/// A tick label: `0.05`, `1.2`, `300`, `20k`, `1e-6`.
pub fn short(x: f64) -> String {
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
