//! The velocity field at time t as arrows on a grid, their lengths such that every one of them can be read.

use super::super::geometry::PagePoint;
use super::super::item::{Arrows, Item};
use super::super::place::Place;
use crate::flow::Point;
use crate::flow::grid::FieldGrid;

/// Length of the arrow of the fastest place, as a share of a grid cell.
const LONGEST: f32 = 0.9;
/// Length of the shortest arrow, as a share of a grid cell: below this a direction cannot be seen.
const SHORTEST: f32 = 0.16;
/// The arrow of the median speed is at least this share of the longest one.
const MEDIAN_SHARE: f64 = 0.25;
/// Slower than this share of the median speed, a place counts as still and gets no arrow.
const STILL: f64 = 1e-4;
/// A head is at most this share of a grid cell.
const MAX_HEAD: f32 = 0.3;

/// How speeds become lengths: an arrow is `(speed / fastest)^exponent` of the longest one.
///
/// Where the median speed is at least [`MEDIAN_SHARE`] of the fastest one, the exponent is 1 and lengths are
/// proportional to speeds. Where few places are much faster than the rest, it is the smaller number that gives the
/// median speed an arrow of that share, so the slower arrows stay readable and a longer arrow is still a faster place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArrowScale {
    /// The speed of the longest arrow, in data units per unit of t, above 0.
    pub fastest: f64,
    /// Above 0, at most 1; below 1 the lengths are compressed.
    pub exponent: f64,
    /// Places that are not faster have no arrow.
    still: f64,
}

impl ArrowScale {
    /// The scale of the arrows that are shown at time `t`; none if nothing moves.
    pub fn of(grid: &FieldGrid, t: f64, place: &Place) -> Option<Self> {
        Self::of_speeds(flow(grid, t, place).map(|(_, _, speed)| speed).collect())
    }

    fn of_speeds(mut speeds: Vec<f64>) -> Option<Self> {
        let fastest = speeds.iter().copied().fold(0.0, f64::max);
        speeds.retain(|speed| *speed > 0.0);
        let middle = speeds.len().checked_sub(1)? / 2;
        let median = *speeds.select_nth_unstable_by(middle, f64::total_cmp).1;
        let exponent = match median / fastest {
            share if share < MEDIAN_SHARE => MEDIAN_SHARE.ln() / share.ln(),
            _ => 1.0,
        };
        Some(Self {
            fastest,
            exponent,
            still: STILL * median,
        })
    }

    /// The length of an arrow as a share of the longest one, 0 to 1.
    fn share(&self, speed: f64) -> f32 {
        (speed / self.fastest).powf(self.exponent) as f32
    }
}

/// Arrows centred on the grid's points.
pub(super) fn items(grid: &FieldGrid, t: f64, place: &Place) -> Vec<Item> {
    let cell = cell_side(grid, place);
    let arrow = |scale: ArrowScale, (center, v, speed): (PagePoint, Point, f64)| {
        let length = cell * (LONGEST * scale.share(speed)).max(SHORTEST);
        // Up in the data is down on the page.
        let unit = [(v[0] / speed) as f32, (-v[1] / speed) as f32];
        let step = unit.map(|side| 0.5 * length * side);
        [
            [center[0] - step[0], center[1] - step[1]],
            [center[0] + step[0], center[1] + step[1]],
        ]
    };
    let arrows = ArrowScale::of(grid, t, place).map_or_else(Vec::new, |scale| {
        let moving = flow(grid, t, place).filter(|(_, _, speed)| *speed > scale.still);
        moving.map(|seen| arrow(scale, seen)).collect()
    });
    vec![Item::Arrows(Arrows {
        arrows,
        width: place.sizes.arrow,
        head: place.sizes.arrow_head.min(MAX_HEAD * cell),
        color: place.theme().ink.field,
    })]
}

/// What is seen of the field: where on the page, the velocity and its speed.
fn flow<'a>(
    grid: &'a FieldGrid,
    t: f64,
    place: &'a Place,
) -> impl Iterator<Item = (PagePoint, Point, f64)> + 'a {
    let cell = cell_side(grid, place);
    grid.at(t).filter_map(move |(x, v)| {
        let speed = v[0].hypot(v[1]);
        let center = place.project(x)?;
        (speed.is_finite() && place.shows(center, cell)).then_some((center, v, speed))
    })
}

/// The shorter side of a grid cell, in points.
fn cell_side(grid: &FieldGrid, place: &Place) -> f32 {
    let side = |extent: f64, n: usize| extent / n.max(1) as f64;
    let x = side(grid.bounds.width(), grid.n[0]);
    let y = side(grid.bounds.height(), grid.n[1]);
    (x.min(y) * place.transform.scale()) as f32
}
