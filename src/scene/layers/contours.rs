//! Contours of the exact density p_t: around the regions where it is highest that have some shares of the probability.

use super::heat::{Map, exact_map};
use super::{Look, Marks, Moment, SWATCH, Swatch};
use crate::flow::contours::contours;
use crate::flow::maps::{ExactSlice, LEVELS};
use crate::scene::color::Color;
use crate::scene::geometry::PagePoint;
use crate::scene::item::{Item, Polylines, Segments};
use crate::scene::place::Place;
use crate::scene::theme::Theme;

/// Opacity, 0 to 1, of the outermost contour; the innermost one has all of its colour.
const FAINTEST: f32 = 0.45;
/// Sides of the rings on the toggle.
const SIDES: u8 = 12;

pub(super) struct Contours;

impl Marks for Contours {
    const LOOK: Look = Look {
        label: "around 90, 70, 50, 30, 10 % of p_t",
        moves: true,
        follows_camera: true,
        level: |_| 38,
        mark: |span| {
            vec![Item::Segments(Segments {
                ends: vec![[span.left, span.right]],
                width: 1.2 * span.place.sizes.trajectory,
                color: span.place.theme().ink.exact,
            })]
        },
        swatch: rings,
        ..Look::PLAIN
    };

    type Needs = Map<ExactSlice>;

    fn needs(moment: &Moment) -> Option<Self::Needs> {
        exact_map(moment, 1.0)
    }

    fn items(map: &Self::Needs, place: &Place) -> Vec<Item> {
        let log_density: Vec<f32> = map.log_density().collect();
        let mut lines = Polylines::with_capacity(1.2 * place.sizes.trajectory, false, 16, 64);
        for k in 0..LEVELS.len() {
            let [before, after] = [0, 1].map(|i| map.between.slices[i].levels[k]);
            let Some((before, after)) = before.zip(after) else {
                continue;
            };
            let level = before + map.between.weight * (after - before);
            let color = color(k, place.theme());
            for line in contours(&log_density, map.raster.n, level) {
                let points = line.into_iter().map(|at| map.raster.place(at));
                place.push_line(&mut lines, points, color);
            }
        }
        vec![Item::Polylines(lines)]
    }
}

/// The colour of a contour, by [`LEVELS`] from the outside.
fn color(k: usize, theme: &Theme) -> Color {
    let inwards = k as f32 / (LEVELS.len() - 1) as f32;
    theme.ink.exact.faded(FAINTEST + (1.0 - FAINTEST) * inwards)
}

/// Two rings about each other.
fn rings(theme: &Theme) -> Swatch {
    let corner = |k: u8, radius: f32| -> PagePoint {
        let (sine, cosine) = (std::f32::consts::TAU * f32::from(k) / f32::from(SIDES)).sin_cos();
        [
            0.5 * SWATCH[0] + 1.2 * radius * cosine,
            0.5 * SWATCH[1] + radius * sine,
        ]
    };
    let ring = |radius: f32, color| Segments {
        ends: (0..SIDES)
            .map(|k| [corner(k, radius), corner(k + 1, radius)])
            .collect(),
        width: 1.3,
        color,
    };
    Swatch {
        lines: vec![
            ring(5.4, color(0, theme)),
            ring(2.6, color(LEVELS.len() - 1, theme)),
        ],
        dots: Vec::new(),
    }
}
