//! Whole trajectories, coloured by how straight their shape is or by particle.

use std::f64::consts::TAU;

use super::{Look, Marks, Moment, Same, Span, Swatch, swatch_line};
use crate::experiment::TrajectoryColor;
use crate::flow::Point;
use crate::products::{Followed, Made};
use crate::scene::Decorations;
use crate::scene::color::Color;
use crate::scene::colormap::{hue, viridis};
use crate::scene::item::{Item, Points, Polylines, Segments};
use crate::scene::place::Place;
use crate::scene::theme::Theme;
use crate::scene::thin::push_thinned;

pub(super) struct Trajectories;

/// The first `n` trajectories.
#[derive(PartialEq)]
pub(super) struct Shown {
    followed: Same<Made<Followed>>,
    n: usize,
    color: TrajectoryColor,
}

impl Marks for Trajectories {
    const LOOK: Look = Look {
        label: "trajectories",
        // Particles that have arrived must not hide the ends of the trajectories.
        level: |t| if t >= 1.0 { 90 } else { 60 },
        mark: sample,
        swatch: |_| Swatch {
            lines: swatch_line(8, 1.8, |share| viridis(0.3 + 0.7 * share)),
            dots: Vec::new(),
        },
        ..Look::PLAIN
    };

    type Needs = Shown;

    fn needs(moment: &Moment) -> Option<Shown> {
        Some(Shown {
            followed: moment.product()?,
            n: moment.view.trajectories,
            color: moment.view.color,
        })
    }

    /// The trajectories; in a figure also their starts and ends.
    fn items(shown: &Shown, place: &Place) -> Vec<Item> {
        let followed = &shown.followed;
        let trajectories = &followed.trajectories;
        let n = shown.n.min(trajectories.n_particles);
        let tolerance = tolerance(place);
        let (starts, ends) = (&trajectories.first()[..n], &trajectories.last()[..n]);
        let middle = mean(starts);
        let theme = place.theme();
        let mut lines =
            Polylines::with_capacity(place.sizes.trajectory, false, n, trajectories.n_nodes());
        for (particle, &start) in starts.iter().enumerate() {
            let way = trajectories.of(particle).filter_map(|p| place.project(p));
            push_thinned(&mut lines.points, way, tolerance);
            lines.finish_line(match shown.color {
                TrajectoryColor::ChordRatio => {
                    by_chord_ratio(followed.chord_ratios.get(particle), theme)
                }
                TrajectoryColor::Identity => by_start(start, middle, theme),
            });
        }
        let mut items = vec![Item::Polylines(lines)];
        if place.decorations == Decorations::Figure {
            let ink = &theme.ink;
            for (points, color) in [(starts, ink.trajectory_start), (ends, ink.trajectory_end)] {
                let points = points.iter().copied();
                items.push(place.dots(points, n, place.sizes.trajectory_end, color));
            }
        }
        items
    }
}

/// A line in the colours of the trajectories; in a figure with its start and its end.
fn sample(span: &Span) -> Vec<Item> {
    const PIECES: usize = 6;
    let (place, [left, right]) = (span.place, [span.left, span.right]);
    let ink = &place.theme().ink;
    let step = (right[0] - left[0]) / PIECES as f32;
    let mut items: Vec<Item> = (0..PIECES)
        .map(|k| {
            let x = left[0] + k as f32 * step;
            let share = (k as f32 + 0.5) / PIECES as f32;
            let color = match span.view.color {
                TrajectoryColor::ChordRatio => place.theme().chord_ratio(0.4 + 0.6 * share),
                TrajectoryColor::Identity => hue(share, ink.hue_lightness),
            };
            Item::Segments(Segments {
                ends: vec![[[x, left[1]], [x + step, left[1]]]],
                width: 1.5 * place.sizes.trajectory,
                color,
            })
        })
        .collect();
    if place.decorations == Decorations::Figure {
        for (center, color) in [(left, ink.trajectory_start), (right, ink.trajectory_end)] {
            items.push(Item::Points(Points {
                centers: vec![center],
                radius: place.sizes.trajectory_end,
                color,
            }));
        }
    }
    items
}

/// How far a vertex that is left out may be from the line, in points: below what can be seen, on a screen as in a
/// figure at 300 dots per inch.
pub(super) fn tolerance(place: &Place) -> f32 {
    match place.decorations {
        Decorations::Canvas | Decorations::Lane => 0.1,
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

fn mean(points: &[Point]) -> Point {
    let n = points.len().max(1) as f64;
    let sum = points
        .iter()
        .filter(|p| p[0].is_finite() && p[1].is_finite())
        .fold([0.0, 0.0], |s, p| [s[0] + p[0], s[1] + p[1]]);
    [sum[0] / n, sum[1] / n]
}
