//! The last stretch of every particle's way, fading towards its past.

use super::super::geometry::PagePoint;
use super::super::item::{Item, Polylines};
use super::super::place::Place;
use crate::flow::trajectory::Trajectories;

/// Straight pieces of one trail: enough to look curved at the lengths that trails have.
const PIECES: usize = 8;

/// The way of the first `n` particles from `t - trail` (not before the start) to `t`.
pub(super) fn items(
    trajectories: &Trajectories,
    t: f64,
    trail: f64,
    n: usize,
    place: &Place,
) -> Vec<Item> {
    let n = n.min(trajectories.n_particles);
    let start = trajectories.times.first().copied().unwrap_or(0.0);
    let since = (t - trail).max(start);
    let mut lines = Polylines::with_capacity(place.sizes.trail, true, n, PIECES + 1);
    if n > 0 && since < t {
        let positions: Vec<Vec<Option<PagePoint>>> = (0..=PIECES)
            .map(|k| since + (t - since) * k as f64 / PIECES as f64)
            .map(|s| {
                trajectories
                    .positions(s)
                    .take(n)
                    .map(|p| place.project(p))
                    .collect()
            })
            .collect();
        for particle in 0..n {
            let way = positions.iter().filter_map(|at_time| at_time[particle]);
            lines.points.extend(way);
            lines.finish_line(place.theme().ink.trail);
        }
    }
    vec![Item::Polylines(lines)]
}
