//! The ten trajectories that are the least straight, by what the colour of trajectories means, over the others.

use super::trajectories::Ways;
use super::{LINE, Look, Marks, Moment, Notes, Swatch, swatch_line};
use crate::experiment::TrajectoryColor;
use crate::scene::item::{Item, Polylines, Segments};
use crate::scene::metrics::three_digits;
use crate::scene::place::Place;

/// So many.
const PICKED: usize = 10;
/// How much wider they are than others.
const WIDTH: f32 = 2.2;

pub(super) struct Worst;

/// Trajectories of which the first `n` are looked at.
#[derive(PartialEq)]
pub(super) struct Shown {
    ways: Ways,
    n: usize,
}

impl Shown {
    /// The least straight trajectories with their numbers, the worst first.
    fn picked(&self) -> Vec<(usize, f64)> {
        let (values, large_is_straight, _) = self.ways.values();
        let numbers = values.iter().copied().enumerate().take(self.n);
        let mut numbers: Vec<(usize, f64)> = numbers.filter(|(_, x)| x.is_finite()).collect();
        numbers.sort_by(|(_, a), (_, b)| match large_is_straight {
            true => a.total_cmp(b),
            false => b.total_cmp(a),
        });
        numbers.truncate(PICKED);
        numbers
    }

    /// What their numbers are called, and the range of them.
    fn words(&self) -> Option<String> {
        let picked = self.picked();
        let (worst, best) = (picked.first()?.1, picked.last()?.1);
        let name = match self.ways.values().2 {
            TrajectoryColor::LocalS => "S",
            TrajectoryColor::Speed => "sd of speed",
            other => other.name(),
        };
        let [from, to] = [worst.min(best), worst.max(best)].map(three_digits);
        Some(format!("{name} {from} to {to}"))
    }
}

impl Marks for Worst {
    const LOOK: Look = Look {
        label: "worst ten",
        level: |t| if t >= 1.0 { 91 } else { 62 },
        mark_ems: LINE,
        mark: |span| {
            vec![Item::Segments(Segments {
                ends: vec![[span.left, span.right]],
                width: WIDTH * span.place.sizes.trajectory,
                color: span.place.theme().attention,
            })]
        },
        swatch: |theme| Swatch {
            lines: swatch_line(1, 2.6, |_| theme.attention),
            dots: Vec::new(),
        },
        notes: Notes {
            widest: &["sd of speed 0000.00 to 0000.00"],
            words: |moment, _| {
                Self::needs(moment)
                    .and_then(|shown| shown.words())
                    .into_iter()
                    .collect()
            },
        },
        ..Look::PLAIN
    };

    type Needs = Shown;

    fn needs(moment: &Moment) -> Option<Shown> {
        Some(Shown {
            ways: Ways::of(moment)?,
            n: moment.view.trajectories,
        })
    }

    fn items(shown: &Shown, place: &Place) -> Vec<Item> {
        let (trajectories, theme) = (&shown.ways.followed().trajectories, place.theme());
        let width = WIDTH * place.sizes.trajectory;
        let mut lines = Polylines::with_capacity(width, false, PICKED, trajectories.n_nodes());
        let mut starts = Vec::new();
        // The worst one lies on top.
        for (particle, _) in shown.picked().into_iter().rev() {
            place.push_line(&mut lines, trajectories.of(particle), theme.attention);
            starts.push(trajectories.first()[particle]);
        }
        let n = starts.len();
        let radius = 1.5 * place.sizes.trajectory_end;
        vec![
            Item::Polylines(lines),
            place.dots(starts.into_iter(), n, radius, theme.attention),
        ]
    }
}
