//! Layers of so many marks that no viewer draws them in time, as pictures in a vector file.
//!
//! A layer with more than [`MAX_VERTICES`] vertices becomes one picture of the figure's dots per inch, whose pixels are those
//! of the page's own grid: a viewer that draws the page with as many dots per inch has nothing to interpolate, and the
//! picture is what the marks would have been. Axes, legend and all other layers stay vectors.

use std::borrow::Cow;
use std::sync::Arc;

use super::ExportError;
use super::png::{MAX_PIXELS, Pixels, excerpt};
use crate::experiment::Layer;
use crate::scene::{Group, Image, Item, Rect, Scene};

/// The most vertices of a layer in one panel that stays vectors: two megabytes of SVG as lines, as many as the
/// picture would be, and four as dots (BENCHMARKS.md, "Figures").
pub const MAX_VERTICES: usize = 100_000;
/// Points per inch.
const POINTS: f32 = 72.0;

/// The layers that become pictures in vector formats, each once, bottom first.
pub fn layers(scene: &Scene) -> Vec<Layer> {
    let mut found = Vec::new();
    for group in scene.panels.iter().flat_map(|panel| &panel.groups) {
        if is_heavy(group) && !found.contains(&group.layer) {
            found.push(group.layer);
        }
    }
    found
}

/// The scene with pictures, `dpi` pixels an inch, in the place of the layers that [`layers`] names; of fewer pixels an inch
/// where there would be more than [`MAX_PIXELS`].
///
/// # Errors
/// There is no room for a picture in memory.
pub fn flatten(scene: &Scene, dpi: f32) -> Result<Cow<'_, Scene>, ExportError> {
    if layers(scene).is_empty() {
        return Ok(Cow::Borrowed(scene));
    }
    let area: f32 = scene.size.iter().product();
    let scale = (dpi / POINTS).min((0.99 * MAX_PIXELS as f32 / area).sqrt());
    let mut scene = scene.clone();
    for panel in &mut scene.panels {
        let seen = panel.transform.rect();
        for group in panel.groups.iter_mut().filter(|group| is_heavy(group)) {
            let picture = picture(&group.items, seen, scene.size, scale)?;
            group.items = picture.into_iter().collect::<Arc<[Item]>>();
        }
    }
    Ok(Cow::Owned(scene))
}

fn is_heavy(group: &Group) -> bool {
    vertices(&group.items) > MAX_VERTICES
}

/// The points that a vector format writes down for these marks.
pub fn vertices(items: &[Item]) -> usize {
    items.iter().map(vertices_of).sum()
}

fn vertices_of(item: &Item) -> usize {
    match item {
        Item::Points(points) => points.centers.len(),
        Item::Polylines(lines) => lines.points.len(),
        Item::Segments(segments) => 2 * segments.ends.len(),
        Item::Arrows(arrows) => 7 * arrows.arrows.len(),
        Item::Rectangle(_) => 4,
        Item::Cloud(_) | Item::Image(_) | Item::Text(_) => 0,
    }
}

/// The marks as one picture of what is seen of them; none if nothing is.
fn picture(
    items: &[Item],
    seen: Rect,
    page: [f32; 2],
    scale: f32,
) -> Result<Option<Item>, ExportError> {
    let low = [0, 1].map(|k| (seen.min[k].max(0.0) * scale).floor() as u32);
    let high = [0, 1].map(|k| (seen.max[k].min(page[k]) * scale).ceil() as u32);
    let size = [0, 1].map(|k| high[k].saturating_sub(low[k]));
    if size.contains(&0) {
        return Ok(None);
    }
    let mut pixels = excerpt(items, scale, low, size)?;
    spread(&mut pixels);
    let page_point = |at: [u32; 2]| at.map(|n| n as f32 / scale);
    Ok(Some(Item::Image(Image {
        rect: Rect {
            min: page_point(low),
            max: page_point(high),
        },
        size: pixels.size,
        rgba: pixels.rgba,
    })))
}

/// Gives what is transparent the colour of its neighbours: a viewer that interpolates colours and opacities apart, as PDF
/// has them, would else mix black into every edge.
fn spread(pixels: &mut Pixels) {
    let [columns, rows] = pixels.size;
    let visible = pixels.rgba.clone();
    let of = |x: usize, y: usize| {
        let at = 4 * (y * columns + x);
        visible.get(at..at + 4).filter(|rgba| rgba[3] > 0)
    };
    for (i, rgba) in pixels.rgba.chunks_exact_mut(4).enumerate() {
        if rgba[3] > 0 {
            continue;
        }
        let (x, y) = (i % columns, i / columns);
        let (mut sum, mut weight) = ([0_u32; 3], 0_u32);
        for y in y.saturating_sub(1)..(y + 2).min(rows) {
            for x in x.saturating_sub(1)..(x + 2).min(columns) {
                if let Some(&[r, g, b, a]) = of(x, y).and_then(|rgba| rgba.first_chunk()) {
                    let a = u32::from(a);
                    weight += a;
                    for (sum, color) in sum.iter_mut().zip([r, g, b]) {
                        *sum += a * u32::from(color);
                    }
                }
            }
        }
        for (color, sum) in rgba.iter_mut().zip(sum) {
            if let Some(mean) = (sum + weight / 2).checked_div(weight) {
                *color = mean as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests;
