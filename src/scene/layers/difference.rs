//! Two lanes over each other: the trajectories of both, and how far apart their particles end.

use super::{LINE, Look, Marks, Moment, Notes, Same, Span, Swatch, swatch_line};
use crate::flow::reference::rms_distance;
use crate::products::{Followed, Made};
use crate::scene::color::Color;
use crate::scene::item::{Item, Polylines, Segments};
use crate::scene::place::Place;
use crate::scene::theme::lane_color;

pub(super) struct Difference;

/// The first `n` trajectories of both lanes, this one's first.
#[derive(PartialEq)]
pub(super) struct Pair {
    followed: [Same<Made<Followed>>; 2],
    lanes: [usize; 2],
    n: usize,
}

impl Pair {
    /// The ends of the particles that both lanes have, a pair of equal lists.
    fn ends(&self) -> [&[[f64; 2]]; 2] {
        let [these, those] = [0, 1].map(|k| self.followed[k].trajectories.last());
        let n = self.n.min(these.len()).min(those.len());
        [&these[..n], &those[..n]]
    }
}

impl Marks for Difference {
    const LOOK: Look = Look {
        label: "ends apart",
        compares: true,
        level: |_| 92,
        mark_ems: LINE,
        mark: |span| vec![Item::Segments(sample(span))],
        swatch: |theme| Swatch {
            lines: swatch_line(1, 2.0, |_| theme.error),
            dots: Vec::new(),
        },
        notes: Notes {
            widest: &["ends apart by 00.000 (rms)"],
            words: |moment, _| {
                let ends = Difference::needs(moment).map(|pair| {
                    let [these, those] = pair.ends();
                    rms_distance(these, those)
                });
                ends.map(|rms| format!("ends apart by {rms:.3} (rms)"))
                    .into_iter()
                    .collect()
            },
        },
        ..Look::PLAIN
    };

    type Needs = Pair;

    fn needs(moment: &Moment) -> Option<Pair> {
        Some(Pair {
            followed: moment.both()?,
            lanes: moment.beside?.lanes,
            n: moment.view.trajectories,
        })
    }

    fn items(pair: &Pair, place: &Place) -> Vec<Item> {
        let dark = place.theme.is_dark();
        let [this, other] = pair.lanes.map(|lane| lane_color(lane, dark));
        let [these, those] = pair.ends().map(|ends| ends.iter().copied());
        let width = 1.4 * place.sizes.trajectory;
        vec![
            Item::Polylines(lines(pair, 1, other, place)),
            Item::Polylines(lines(pair, 0, this, place)),
            place.segments(these.zip(those), width, place.theme().error),
        ]
    }
}

fn sample(span: &Span) -> Segments {
    Segments {
        ends: vec![[span.left, span.right]],
        width: 1.4 * span.place.sizes.trajectory,
        color: span.place.theme().error,
    }
}

/// The trajectories of one of the two lanes, in its colour.
fn lines(pair: &Pair, which: usize, color: Color, place: &Place) -> Polylines {
    let trajectories = &pair.followed[which].trajectories;
    let n = pair.n.min(trajectories.n_particles);
    let width = place.sizes.trajectory;
    let mut lines = Polylines::with_capacity(width, false, n, trajectories.n_nodes());
    let color = color.alpha(place.theme().ink.trajectory_alpha);
    for particle in 0..n {
        place.push_line(&mut lines, trajectories.of(particle), color);
    }
    lines
}
