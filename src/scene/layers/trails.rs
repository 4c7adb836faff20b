//! The last stretch of every particle's way, fading towards its past.

use super::{Look, Marks, Moment, Same, Span, Swatch, swatch_dot, swatch_line};
use crate::products::{Followed, Made};
use crate::scene::geometry::PagePoint;
use crate::scene::item::{Item, Polylines};
use crate::scene::place::Place;

/// Straight pieces of one trail: enough to look curved at the lengths that trails have.
const PIECES: usize = 8;

pub(super) struct Trails;

/// The trails of the first `n` particles at time `t`, as long as `length` in units of t.
#[derive(PartialEq)]
pub(super) struct Shown {
    followed: Same<Made<Followed>>,
    t: f64,
    length: f64,
    n: usize,
}

impl Marks for Trails {
    const LOOK: Look = Look {
        label: "trails",
        moves: true,
        level: |_| 70,
        mark: |span| vec![fading_line(span)],
        swatch: |theme| Swatch {
            lines: swatch_line(8, 1.8, |share| theme.ink.trail.alpha(255).faded(share)),
            dots: vec![swatch_dot(1.0, 2.4, theme.ink.particle.alpha(255))],
        },
        ..Look::PLAIN
    };

    type Needs = Shown;

    fn needs(moment: &Moment) -> Option<Shown> {
        Some(Shown {
            followed: moment.product()?,
            t: moment.t,
            length: moment.view.trail,
            n: moment.view.particles,
        })
    }

    /// The ways from `t - length` (not before the start) to `t`.
    fn items(shown: &Shown, place: &Place) -> Vec<Item> {
        let (trajectories, t) = (&shown.followed.trajectories, shown.t);
        let n = shown.n.min(trajectories.n_particles);
        let start = trajectories.times.first().copied().unwrap_or(0.0);
        let since = (t - shown.length).max(start);
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
}

fn fading_line(span: &Span) -> Item {
    const PIECES: usize = 12;
    let (place, left) = (span.place, span.left);
    let mut lines = Polylines::with_capacity(1.5 * place.sizes.trail, true, 1, PIECES + 1);
    let step = (span.right[0] - left[0]) / PIECES as f32;
    let vertices = (0..=PIECES).map(|k| [left[0] + k as f32 * step, left[1]]);
    lines.points.extend(vertices);
    lines.finish_line(place.theme().ink.trail);
    Item::Polylines(lines)
}
