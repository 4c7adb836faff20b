//! Whole trajectories, coloured by how straight they are, by their speed or by particle.

use std::f64::consts::TAU;

use super::{Look, Marks, Moment, Same, Span, Swatch, swatch_line};
use crate::experiment::TrajectoryColor;
use crate::flow::Point;
use crate::products::{Followed, Made, Measures};
use crate::scene::color::Color;
use crate::scene::colormap::{hue, viridis};
use crate::scene::item::{Item, Points, Polylines, Segments};
use crate::scene::numbers::{Column, Table};
use crate::scene::place::Place;
use crate::scene::theme::Theme;
use crate::scene::thin::push_thinned;
use crate::scene::{Decorations, Ramp};

pub(super) struct Trajectories;

/// The first `n` trajectories, and what their colour means.
#[derive(PartialEq)]
pub(super) struct Shown {
    ways: Ways,
    n: usize,
    ramp: Option<Ramp>,
}

/// Trajectories with what is known of them.
#[derive(PartialEq)]
pub(super) enum Ways {
    /// Nothing but themselves.
    Plain(Same<Made<Followed>>),
    /// What the colour asks for.
    Measured(Same<Made<Measures>>),
}

impl Ways {
    /// The newest trajectories, or those that have been measured if the colour asks for a measure.
    pub fn of(moment: &Moment) -> Option<Self> {
        let color = moment.view.color;
        let measured = moment.product::<Measures>();
        let measured = measured.filter(|measures| color.is_stepwise() && measures.measure == color);
        match measured {
            Some(measures) => Some(Self::Measured(measures)),
            None => Some(Self::Plain(moment.product()?)),
        }
    }

    pub fn followed(&self) -> &Made<Followed> {
        match self {
            Self::Plain(followed) => followed,
            Self::Measured(measures) => &measures.followed,
        }
    }

    /// The number of each trajectory, whether straight ones have the larger, and what it is a number of.
    pub fn values(&self) -> (&[f64], bool, TrajectoryColor) {
        match self {
            Self::Plain(followed) => (&followed.chord_ratios, true, TrajectoryColor::ChordRatio),
            Self::Measured(measures) => (&measures.values, false, measures.measure),
        }
    }

    /// The numbers of a trajectory's steps, if it has not one colour as a whole.
    fn steps_of(&self, particle: usize) -> &[f32] {
        match self {
            Self::Plain(_) => &[],
            Self::Measured(measures) => measures.steps_of(particle),
        }
    }
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
            ways: Ways::of(moment)?,
            n: moment.view.trajectories,
            ramp: Ramp::of(moment.view, moment.frame, &moment.scales),
        })
    }

    /// The trajectories; in a figure also their starts and ends.
    fn items(shown: &Shown, place: &Place) -> Vec<Item> {
        let trajectories = &shown.ways.followed().trajectories;
        let n = shown.n.min(trajectories.n_particles);
        let (starts, ends) = (&trajectories.first()[..n], &trajectories.last()[..n]);
        let mut items = vec![Item::Polylines(shown.lines(n, place))];
        if place.decorations == Decorations::Figure {
            let ink = &place.theme().ink;
            for (points, color) in [(starts, ink.trajectory_start), (ends, ink.trajectory_end)] {
                let points = points.iter().copied();
                items.push(place.dots(points, n, place.sizes.trajectory_end, color));
            }
        }
        items
    }

    fn table(shown: &Shown) -> Option<Table> {
        let trajectories = &shown.ways.followed().trajectories;
        let n = shown.n.min(trajectories.n_particles);
        let ways: Vec<Vec<Point>> = (0..n).map(|k| trajectories.of(k).collect()).collect();
        let mut table = Table::lines("trajectories", "path", ways.iter().map(Vec::as_slice));
        let times = (0..n).flat_map(|_| trajectories.times.iter().copied());
        table.columns.insert(1, Column::numbers("t", times));
        Some(table)
    }
}

impl Shown {
    fn lines(&self, n: usize, place: &Place) -> Polylines {
        let trajectories = &self.ways.followed().trajectories;
        let starts = &trajectories.first()[..n];
        let (middle, theme) = (mean(starts), place.theme());
        let mut lines =
            Polylines::with_capacity(place.sizes.trajectory, false, n, trajectories.n_nodes());
        for (particle, &start) in starts.iter().enumerate() {
            let steps = self.ways.steps_of(particle);
            if let (Some(ramp), [_, ..]) = (&self.ramp, steps) {
                push_shaded(&mut lines, trajectories.of(particle), steps, ramp, place);
                continue;
            }
            let color = match &self.ramp {
                Some(ramp) => {
                    let (values, _, measure) = self.ways.values();
                    let value = values.get(particle).filter(|_| measure == ramp.color);
                    by_number(value, ramp, theme)
                }
                None => by_start(start, middle, theme),
            };
            place.push_line(&mut lines, trajectories.of(particle), color);
        }
        lines
    }
}

/// Colours along one trajectory: enough for the eye not to see where one ends.
const SHADES: f32 = 24.0;

/// A trajectory in pieces, each in the colour of its steps' numbers.
fn push_shaded(
    lines: &mut Polylines,
    way: impl Iterator<Item = Point>,
    steps: &[f32],
    ramp: &Ramp,
    place: &Place,
) {
    let theme = place.theme();
    let shade = |step: f32| (ramp.share(f64::from(step)) * (SHADES - 1.0)).round();
    let points: Vec<_> = way.filter_map(|p| place.project(p)).collect();
    let mut first = 0;
    for alike in steps.chunk_by(|a, b| shade(*a) == shade(*b)) {
        let last = first + alike.len();
        let piece = points.get(first..=last).unwrap_or_default();
        push_thinned(&mut lines.points, piece.iter().copied(), place.tolerance());
        let share = alike
            .first()
            .map_or(0.0, |step| shade(*step) / (SHADES - 1.0));
        // Pieces share their ends: what is opaque shows no beads there.
        lines.finish_line(theme.shade(share));
        first = last;
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
                TrajectoryColor::Identity => hue(share, ink.hue_lightness),
                _ => place.theme().shade(0.4 + 0.6 * share),
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

fn by_number(value: Option<&f64>, ramp: &Ramp, theme: &Theme) -> Color {
    let known = value.map_or(theme.muted, |&value| theme.shade(ramp.share(value)));
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
