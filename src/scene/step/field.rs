//! What one optimizer step does to the field: its arrows before, faint, and after, with the change drawn larger.

use super::scale::magnification;
use crate::flow::Point;
use crate::scene::geometry::PagePoint;
use crate::scene::item::{Arrows, Item};
use crate::scene::layers::ArrowScale;
use crate::scene::place::Place;
use crate::snapshot::StepPreview;

/// Length of the arrow of the fastest place, as a share of a grid cell.
const LONGEST: f32 = 0.9;
/// A head is at most this share of a grid cell.
const MAX_HEAD: f32 = 0.22;

/// The arrows at time `t`, of which the change is drawn to the share `moved`.
pub(super) fn items(step: &StepPreview, moved: f64, t: f64, place: &Place) -> Vec<Item> {
    let Some(taken) = &step.taken else {
        return Vec::new();
    };
    let before: Vec<(Point, Point)> = step.field.at(t).collect();
    let speeds = before.iter().map(|(_, v)| v[0].hypot(v[1]));
    let Some(scale) = ArrowScale::of_speeds(speeds.collect()) else {
        return Vec::new();
    };
    let bounds = step.field.bounds;
    let [columns, rows] = step.field.n;
    let cell = (bounds.width() / columns.max(1) as f64).min(bounds.height() / rows.max(1) as f64);
    let cell = (cell * place.transform.scale()) as f32;
    let times = moved * magnification(step);
    let after = before
        .iter()
        .zip(taken.field.at(t))
        .map(|((x, v), (_, w))| {
            let change = [0, 1].map(|i| v[i] + times * (w[i] - v[i]));
            (*x, change)
        });
    let theme = place.theme();
    let after: Vec<(Point, Point)> = after.collect();
    let arrows = [
        (before, theme.muted.faded(0.45)),
        (after, theme.accent.faded(0.85)),
    ];
    let arrows = arrows.map(|(field, color)| {
        let arrow = |(x, v): (Point, Point)| arrow(place.project(x)?, v, &scale, cell);
        Item::Arrows(Arrows {
            arrows: field.into_iter().filter_map(arrow).collect(),
            width: place.sizes.arrow,
            head: place.sizes.arrow_head.min(MAX_HEAD * cell),
            color,
        })
    });
    arrows.into()
}

/// An arrow from a place on; none where nothing moves.
fn arrow(from: PagePoint, v: Point, scale: &ArrowScale, cell: f32) -> Option<[PagePoint; 2]> {
    let speed = v[0].hypot(v[1]);
    let length = LONGEST * cell * scale.share(speed);
    // Up in the data is down on the page.
    let along = [v[0] / speed, -v[1] / speed].map(|side| length * side as f32);
    let to = [from[0] + along[0], from[1] + along[1]];
    (speed > 0.0 && to.iter().all(|x| x.is_finite())).then_some([from, to])
}
