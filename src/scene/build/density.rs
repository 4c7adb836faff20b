//! The density of the particles at time t: one hue, the denser the more opaque.

use super::super::geometry::Rect;
use super::super::image::Image;
use super::super::item::Item;
use super::super::place::Place;
use crate::flow::grid::DensityStack;

/// The density at time `t`, opaque in proportion to its square root (so that tails show) up to its peak.
pub(super) fn items(density: Option<&DensityStack>, t: f64, place: &Place) -> Vec<Item> {
    let Some((stack, rect)) = density.and_then(|stack| Some((stack, page_rect(stack, place)?)))
    else {
        return Vec::new();
    };
    let values = stack.at(t);
    let peak = values
        .iter()
        .copied()
        .filter(|v| v.is_finite())
        .fold(0.0, f32::max);
    let [columns, rows] = stack.n;
    if peak <= 0.0 || columns == 0 || values.len() != columns * rows {
        return Vec::new();
    }
    let ink = place.theme().ink.density;
    let mut rgba = Vec::with_capacity(4 * values.len());
    // Rows go up in the data and down on the page.
    for row in values.chunks_exact(columns).rev() {
        for &value in row {
            let share = (value / peak).clamp(0.0, 1.0).sqrt();
            rgba.extend(ink.faded(share).to_array());
        }
    }
    vec![Item::Image(Image {
        rect,
        size: [columns, rows],
        rgba,
    })]
}

fn page_rect(stack: &DensityStack, place: &Place) -> Option<Rect> {
    let lower_left = place.project(stack.bounds.min)?;
    let upper_right = place.project(stack.bounds.max)?;
    Some(Rect {
        min: [lower_left[0], upper_right[1]],
        max: [upper_right[0], lower_left[1]],
    })
}
