//! `log p_1` as a heat map: what the flow says of every point of the plane, whatever the play head.

use super::{Bar, LINE, Look, Marks, Moment, Notes, Same, Swatch, swatch_dot};
use crate::flow::contours::contours;
use crate::products::{LikelihoodMap, LikelihoodSketch, LogDensityMap, Made};
use crate::scene::geometry::Rect;
use crate::scene::heat::{Heat, NATS};
use crate::scene::image::Image;
use crate::scene::item::{Item, Polylines};
use crate::scene::numbers::Table;
use crate::scene::place::Place;

pub(super) struct Likelihood;

/// Nats from one contour to the next, the first one so far below the highest log-density.
const APART: f64 = 2.0;
/// How opaque a contour is.
const LINE_OPACITY: f32 = 0.55;

impl Marks for Likelihood {
    const LOOK: Look = Look {
        label: "log p₁",
        follows_camera: true,
        level: |_| 8,
        mark_ems: 2.0 * LINE,
        mark: |span| Heat::Nats.bar(span),
        swatch: |theme| {
            let rings = [(6.0, 0.15), (4.3, 0.5), (2.4, 1.0)];
            let ring = |(radius, share): (f32, f32)| {
                swatch_dot(0.5, radius, theme.shade(share).faded(0.3 + 0.7 * share))
            };
            Swatch {
                lines: Vec::new(),
                dots: rings.map(ring).to_vec(),
            }
        },
        notes: Notes {
            widest: &["from −000.0 to −000.0 nats", "a line every 2 nats"],
            words: |moment, _| {
                let top = Likelihood::needs(moment).and_then(|map| top(map.map()));
                let words = |top: f64| {
                    let ends = format!("from {:.1} to {top:.1} nats", top - NATS);
                    [ends.replace('-', "−"), format!("a line every {APART} nats")]
                };
                top.map(words).into_iter().flatten().collect()
            },
        },
        bar: Some(Bar {
            name: r"$\log p_1$",
            unit: "nats",
            heat: Heat::Nats,
            ends: |moment| {
                let top = Likelihood::needs(moment).and_then(|map| top(map.map()))?;
                Some([top - NATS, top])
            },
            explained: false,
            notes: 1,
        }),
        ..Look::PLAIN
    };

    type Needs = Map;

    fn needs(moment: &Moment) -> Option<Map> {
        let fine = moment.product::<LikelihoodMap>();
        let Some(sketch) = moment.product::<LikelihoodSketch>() else {
            return fine.map(Map::Fine);
        };
        // The fine one lags behind while training runs or the camera moves.
        let fine = fine.filter(|fine| fine.of == sketch.of && fine.request == sketch.request);
        Some(fine.map_or(Map::Coarse(sketch), Map::Fine))
    }

    fn items(needs: &Map, place: &Place) -> Vec<Item> {
        let image = image(needs.map(), place).map(Item::Image);
        image.into_iter().chain(lines(needs.map(), place)).collect()
    }

    fn table(needs: &Map) -> Option<Table> {
        let map = needs.map();
        let values = map.values.iter().copied();
        Some(Table::cells(
            "log_density",
            (map.bounds, map.n),
            "log_density",
            values,
        ))
    }
}

/// The best map that there is.
#[derive(PartialEq)]
pub(super) enum Map {
    Coarse(Same<Made<LikelihoodSketch>>),
    Fine(Same<Made<LikelihoodMap>>),
}

impl Map {
    pub fn map(&self) -> &LogDensityMap {
        match self {
            Self::Coarse(sketch) => &sketch.0.output.0,
            Self::Fine(map) => &map.0.output.0,
        }
    }
}

/// The highest log-density.
fn top(map: &LogDensityMap) -> Option<f64> {
    let finite = map.values.iter().copied().filter(|value| value.is_finite());
    finite.reduce(f64::max)
}

/// Contours of the log-density.
fn lines(map: &LogDensityMap, place: &Place) -> Option<Item> {
    let top = top(map)?;
    let values: Vec<f32> = map.values.iter().map(|&value| value as f32).collect();
    let cell = [0, 1].map(|i| (map.bounds.max[i] - map.bounds.min[i]) / map.n[i] as f64);
    let at =
        |grid: [f32; 2]| [0, 1].map(|i| map.bounds.min[i] + (f64::from(grid[i]) + 0.5) * cell[i]);
    let color = place.theme().text.faded(LINE_OPACITY);
    let mut lines = Polylines::with_capacity(0.8 * place.sizes.trajectory, false, 16, 64);
    let levels = (1..).map(|k| top - APART * f64::from(k));
    for level in levels.take_while(|level| *level > top - NATS) {
        for line in contours(&values, map.n, level as f32) {
            place.push_line(&mut lines, line.into_iter().map(at), color);
        }
    }
    Some(Item::Polylines(lines))
}

fn image(map: &LogDensityMap, place: &Place) -> Option<Image> {
    let top = top(map)?;
    let lower_left = place.project(map.bounds.min)?;
    let upper_right = place.project(map.bounds.max)?;
    let mut rgba = Vec::with_capacity(4 * map.values.len());
    // Rows go up in the data and down on the page.
    for row in map.values.chunks_exact(map.n[0]).rev() {
        for &value in row {
            let share = 1.0 - (top - value) / NATS;
            let share = if share > 0.0 { share as f32 } else { 0.0 };
            rgba.extend(Heat::Nats.color(share, place.theme()).to_array());
        }
    }
    Some(Image {
        rect: Rect {
            min: [lower_left[0], upper_right[1]],
            max: [upper_right[0], lower_left[1]],
        },
        size: map.n,
        rgba,
    })
}
