//! The velocity field at time t as arrows on a grid, their lengths such that every one of them can be read.

use std::f32::consts::TAU;

use super::{Look, Marks, Moment, Notes, SWATCH, Same, Swatch};
use crate::flow::Point;
use crate::flow::conversion::{PREDICTION_FLOOR, Quantity};
use crate::flow::grid::FieldGrid;
use crate::products::Made;
use crate::scene::color::Color;
use crate::scene::geometry::PagePoint;
use crate::scene::item::{Arrows, Item, Segments};
use crate::scene::metrics::number;
use crate::scene::numbers::Table;
use crate::scene::place::Place;
use crate::scene::theme::Theme;

/// Length of the arrow of the fastest place, as a share of a grid cell.
const LONGEST: f32 = 0.9;
/// Length of the shortest arrow, as a share of a grid cell: below this a direction cannot be seen.
const SHORTEST: f32 = 0.16;
/// In the scale of another field no arrow is longer than so many of the longest ones of that.
const BEYOND: f32 = 2.0;
/// The arrow of the median speed is at least this share of the longest one.
const MEDIAN_SHARE: f64 = 0.25;
/// Slower than this share of the median speed, a place counts as still and gets no arrow.
const STILL: f64 = 1e-4;
/// A head is at most this share of a grid cell.
const MAX_HEAD: f32 = 0.3;
/// Angle between the shaft and the head of the arrow on the toggle, in radians.
const HEAD_ANGLE: f32 = TAU / 10.0;

pub(super) struct Field;

impl Marks for Field {
    const LOOK: Look = Look {
        label: "velocity",
        moves: true,
        follows_camera: true,
        level: |_| 40,
        mark: |span| {
            let sizes = &span.place.sizes;
            vec![Item::Arrows(Arrows {
                arrows: vec![[span.left, span.right]],
                width: sizes.arrow,
                head: sizes.arrow_head,
                color: span.place.theme().ink.field,
            })]
        },
        swatch: arrow,
        notes: Notes {
            widest: &["longest arrow 00.00", "compressed: |v|^0.00"],
            words: |moment, place| {
                let Some(field) = moment.product::<FieldGrid>() else {
                    return Vec::new();
                };
                let mut words = read_as(&field);
                let scale = Seen::of(&field, field.at(moment.t), place).scale();
                words.extend(scale.into_iter().flat_map(|scale| scale.words()));
                words
            },
        },
        ..Look::PLAIN
    };

    type Needs = (Same<Made<FieldGrid>>, f64);

    fn needs(moment: &Moment) -> Option<Self::Needs> {
        Some((moment.product()?, moment.t))
    }

    fn items((field, t): &Self::Needs, place: &Place) -> Vec<Item> {
        let seen = Seen::of(field, field.at(*t), place);
        vec![Item::Arrows(seen.arrows(place, place.theme().ink.field))]
    }

    fn table((field, t): &Self::Needs) -> Option<Table> {
        let vectors: Vec<_> = field.at(*t).collect();
        Some(Table::vectors("field", &vectors).on_grid(field.n))
    }
}

/// What the arrows stand for, if that is not the velocity: its formula, and what is clamped.
fn read_as(field: &Made<FieldGrid>) -> Vec<String> {
    let request = field.request.as_ref();
    let quantity = request.map_or(Quantity::Velocity, |request| request.reading);
    let problem = &field.of.experiment.problem;
    if quantity.is_velocity() || problem.reads_as(quantity).is_err() {
        return Vec::new();
    }
    let clamped = match quantity {
        Quantity::Score => "σ",
        _ => "α′σ − ασ′",
    };
    vec![
        format!("read as {}", quantity.symbol()),
        format!("{clamped} ≥ {PREDICTION_FLOOR} below"),
    ]
}

/// An arrow over the toggle.
fn arrow(theme: &Theme) -> Swatch {
    let (tail, tip) = ([0.0, 0.5 * SWATCH[1]], [SWATCH[0], 0.5 * SWATCH[1]]);
    let (sine, cosine) = HEAD_ANGLE.sin_cos();
    let head = 0.25 * SWATCH[0];
    let end = |side: f32| [tip[0] - head * cosine, tip[1] + side * head * sine];
    Swatch {
        lines: vec![Segments {
            ends: vec![[tail, tip], [tip, end(-1.0)], [tip, end(1.0)]],
            width: 1.4,
            color: theme.ink.field.alpha(255),
        }],
        dots: Vec::new(),
    }
}

/// How speeds become lengths: an arrow is `(speed / fastest)^exponent` of the longest one.
///
/// Where the median speed is at least [`MEDIAN_SHARE`] of the fastest one, the exponent is 1 and lengths are
/// proportional to speeds. Where few places are much faster than the rest, it is the smaller number that gives the
/// median speed an arrow of that share, so the slower arrows stay readable and a longer arrow is still a faster place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::scene) struct ArrowScale {
    /// The speed of the longest arrow, in data units per unit of t, above 0.
    fastest: f64,
    /// Above 0, at most 1; below 1 the lengths are compressed.
    exponent: f64,
    /// Places that are not faster have no arrow.
    still: f64,
}

impl ArrowScale {
    /// The scale for these speeds; none if nothing moves.
    pub(in crate::scene) fn of_speeds(mut speeds: Vec<f64>) -> Option<Self> {
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
    pub(in crate::scene) fn share(&self, speed: f64) -> f32 {
        (speed / self.fastest).powf(self.exponent) as f32
    }

    /// The scale in words: the speed of the longest arrow, and how the length follows from the speed.
    pub(super) fn words(&self) -> [String; 2] {
        let length = match self.exponent {
            exponent if exponent < 1.0 => format!("compressed: |v|^{exponent:.2}"),
            _ => "length ~ |v|".to_owned(),
        };
        [format!("longest arrow {}", number(self.fastest)), length]
    }
}

/// What is seen of a field on a grid at one time.
pub(super) struct Seen {
    /// Where on the page, the velocity and its speed.
    places: Vec<(PagePoint, Point, f64)>,
    /// The shorter side of a cell, in points.
    cell: f32,
}

impl Seen {
    /// What is seen of positions and velocities at the cells of the grid.
    pub fn of(
        grid: &FieldGrid,
        field: impl Iterator<Item = (Point, Point)>,
        place: &Place,
    ) -> Self {
        let cell = cell_side(grid, place);
        let places = field.filter_map(|(x, v)| {
            let speed = v[0].hypot(v[1]);
            let center = place.project(x)?;
            (speed.is_finite() && place.shows(center, cell)).then_some((center, v, speed))
        });
        Self {
            places: places.collect(),
            cell,
        }
    }

    /// How speeds become lengths; none if nothing moves.
    pub fn scale(&self) -> Option<ArrowScale> {
        ArrowScale::of_speeds(self.places.iter().map(|&(_, _, speed)| speed).collect())
    }

    /// Arrows centred on the grid's points.
    pub fn arrows(&self, place: &Place, color: Color) -> Arrows {
        self.arrows_in(self.scale(), place, color)
    }

    /// The same in a scale that may be that of another field: of what is much faster arrows are cut off.
    pub fn arrows_in(&self, scale: Option<ArrowScale>, place: &Place, color: Color) -> Arrows {
        let arrow = |scale: ArrowScale, (center, v, speed): (PagePoint, Point, f64)| {
            let share = scale.share(speed).min(BEYOND);
            let length = self.cell * (LONGEST * share).max(SHORTEST);
            // Up in the data is down on the page.
            let unit = [(v[0] / speed) as f32, (-v[1] / speed) as f32];
            let step = unit.map(|side| 0.5 * length * side);
            [
                [center[0] - step[0], center[1] - step[1]],
                [center[0] + step[0], center[1] + step[1]],
            ]
        };
        let arrows = scale.map_or_else(Vec::new, |scale| {
            let moving = self
                .places
                .iter()
                .filter(|(_, _, speed)| *speed > scale.still);
            moving.map(|&seen| arrow(scale, seen)).collect()
        });
        Arrows {
            arrows,
            width: place.sizes.arrow,
            head: place.sizes.arrow_head.min(MAX_HEAD * self.cell),
            color,
        }
    }
}

/// The shorter side of a grid cell, in points.
fn cell_side(grid: &FieldGrid, place: &Place) -> f32 {
    let side = |extent: f64, n: usize| extent / n.max(1) as f64;
    let x = side(grid.bounds.width(), grid.n[0]);
    let y = side(grid.bounds.height(), grid.n[1]);
    (x.min(y) * place.transform.scale()) as f32
}
