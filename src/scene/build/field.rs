//! The velocity field at time t as arrows on a grid, scaled to stay readable at every time.

use super::super::item::{Arrows, Item, PagePoint};
use super::Place;
use crate::flow::grid::FieldGrid;

/// Length of the arrow of a fast place (the 95th percentile of speeds), as a share of a grid cell. Faster
/// ones are drawn at the same length.
const LONGEST: f32 = 0.9;
/// Length of the shortest arrow, as a share of a grid cell: below this a direction cannot be seen.
const SHORTEST: f32 = 0.16;
/// Slower than this share of a fast place, a place counts as still and gets no arrow.
const STILL: f64 = 1e-4;
/// A head is at most this share of a grid cell.
const MAX_HEAD: f32 = 0.3;

/// Arrows centred on the grid's points.
pub(super) fn items(grid: &FieldGrid, t: f64, place: &Place) -> Vec<Item> {
    let flow: Vec<(PagePoint, [f64; 2], f64)> = grid
        .at(t)
        .filter_map(|(x, v)| {
            let speed = v[0].hypot(v[1]);
            Some((place.project(x)?, v, speed)).filter(|_| speed.is_finite())
        })
        .collect();
    let fast = fast_speed(flow.iter().map(|(_, _, speed)| *speed).collect());
    let cell = cell_side(grid, place);
    let arrows = flow
        .iter()
        .filter(|(center, _, speed)| *speed > STILL * fast && place.shows(*center, cell))
        .map(|&(center, v, speed)| {
            let length = cell * ((speed / fast) as f32 * LONGEST).clamp(SHORTEST, LONGEST);
            let half = 0.5 * length / speed as f32;
            // Up in the data is down on the page.
            let step = [half * v[0] as f32, -half * v[1] as f32];
            [
                [center[0] - step[0], center[1] - step[1]],
                [center[0] + step[0], center[1] + step[1]],
            ]
        });
    vec![Item::Arrows(Arrows {
        arrows: arrows.collect(),
        width: place.sizes.arrow,
        head: place.sizes.arrow_head.min(MAX_HEAD * cell),
        color: place.theme().ink.field,
    })]
}

/// The 95th percentile of the speeds; 0 if there are none.
fn fast_speed(mut speeds: Vec<f64>) -> f64 {
    if speeds.is_empty() {
        return 0.0;
    }
    let rank = (speeds.len() - 1) * 95 / 100;
    *speeds.select_nth_unstable_by(rank, f64::total_cmp).1
}

/// The shorter side of a grid cell, in points.
fn cell_side(grid: &FieldGrid, place: &Place) -> f32 {
    let side = |extent: f64, n: usize| extent / n.max(1) as f64;
    let x = side(grid.bounds.width(), grid.n[0]);
    let y = side(grid.bounds.height(), grid.n[1]);
    (x.min(y) * place.transform.scale()) as f32
}
