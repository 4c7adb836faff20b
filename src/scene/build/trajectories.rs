//! Whole trajectories, coloured by how straight their shape is or by whose they are.

use std::f64::consts::TAU;

use super::super::Decorations;
use super::super::color::Color;
use super::super::colormap::hue;
use super::super::item::{Item, Points, Polylines};
use super::super::place::Place;
use super::super::theme::Theme;
use super::thin::push_thinned;
use crate::experiment::TrajectoryColor;
use crate::flow::Point;
use crate::products::Followed;

/// The first `n` trajectories; in a figure also their starts and ends.
pub(super) fn items(
    followed: &Followed,
    n: usize,
    color: TrajectoryColor,
    place: &Place,
) -> Vec<Item> {
    let trajectories = &followed.trajectories;
    let n = n.min(trajectories.n_particles);
    let tolerance = tolerance(place);
    let middle = mean(&trajectories.first()[..n]);
    let theme = place.theme();
    let mut lines =
        Polylines::with_capacity(place.sizes.trajectory, false, n, trajectories.n_nodes());
    for (particle, &start) in trajectories.first()[..n].iter().enumerate() {
        let way = trajectories.of(particle).filter_map(|p| place.project(p));
        push_thinned(&mut lines.points, way, tolerance);
        lines.finish_line(match color {
            TrajectoryColor::ChordRatio => {
                by_chord_ratio(followed.chord_ratios.get(particle), theme)
            }
            TrajectoryColor::Identity => by_start(start, middle, theme),
        });
    }
    let mut items = vec![Item::Polylines(lines)];
    if place.decorations == Decorations::Figure {
        let ink = &theme.ink;
        items.push(ends(
            &trajectories.first()[..n],
            ink.trajectory_start,
            place,
        ));
        items.push(ends(&trajectories.last()[..n], ink.trajectory_end, place));
    }
    items
}

/// How far a vertex that is left out may be from the line, in points: below what can be seen, on a screen as in a
/// figure at 300 dots per inch.
fn tolerance(place: &Place) -> f32 {
    match place.decorations {
        Decorations::Canvas => 0.1,
        Decorations::Figure => 0.025,
    }
}

fn by_chord_ratio(ratio: Option<&f64>, theme: &Theme) -> Color {
    let known = ratio.map_or(theme.muted, |&ratio| theme.chord_ratio(ratio as f32));
    known.alpha(theme.ink.trajectory_alpha)
}

/// Which particle it is: the hue is the direction in which it starts, seen from the middle of all starts, so that
/// neighbours look alike and it shows where each part of the source goes.
fn by_start(start: Point, middle: Point, theme: &Theme) -> Color {
    let angle = (start[1] - middle[1]).atan2(start[0] - middle[0]);
    hue((angle / TAU) as f32, theme.ink.hue_lightness).alpha(theme.ink.trajectory_alpha)
}

fn ends(points: &[Point], color: Color, place: &Place) -> Item {
    let radius = place.dot(place.sizes.trajectory_end, points.len());
    Item::Points(Points {
        centers: points
            .iter()
            .filter_map(|&p| place.project(p))
            .filter(|&c| place.shows(c, radius))
            .collect(),
        radius,
        color,
    })
}

fn mean(points: &[Point]) -> Point {
    let n = points.len().max(1) as f64;
    let sum = points
        .iter()
        .filter(|p| p[0].is_finite() && p[1].is_finite())
        .fold([0.0, 0.0], |s, p| [s[0] + p[0], s[1] + p[1]]);
    [sum[0] / n, sum[1] / n]
}
