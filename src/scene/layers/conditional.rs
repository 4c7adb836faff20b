//! What is given some target points: the density of `x_t`, its Gaussians, its velocity and some conditional paths.

use std::f64::consts::TAU;

use super::field::ArrowScale;
use super::{Look, Marks, Moment, Notes, SWATCH, Same, Swatch, swatch_dot};
use crate::flow::Point;
use crate::products::{Conditional as Given, Made};
use crate::scene::Color;
use crate::scene::image::Image;
use crate::scene::item::{Arrows, Item, Polylines, Segments};
use crate::scene::numbers::Table;
use crate::scene::place::Place;

/// Given points whose Gaussians are drawn one by one.
const RINGED: usize = 32;
/// Vertices of an ellipse.
const SIDES: usize = 48;
/// Length of the longest arrow, as a share of a cell.
const LONGEST: f64 = 0.9;

pub(super) struct Conditional;

impl Marks for Conditional {
    const LOOK: Look = Look {
        label: "given x₁",
        moves: true,
        follows_camera: true,
        level: |_| 44,
        mark: |span| {
            vec![Item::Segments(Segments {
                ends: vec![[span.left, span.right]],
                width: 1.5 * span.place.sizes.trajectory,
                color: span.place.theme().attention,
            })]
        },
        swatch: |theme| Swatch {
            lines: vec![Segments {
                ends: vec![[[0.0, SWATCH[1]], [0.8 * SWATCH[0], 0.5 * SWATCH[1]]]],
                width: 1.3,
                color: theme.attention,
            }],
            dots: vec![swatch_dot(0.8, 2.6, theme.target)],
        },
        notes: Notes {
            widest: &["2,000 of 2,000 points"],
            words: |moment, _| {
                let found = Conditional::needs(moment);
                found.map_or_else(Vec::new, |found| {
                    let n = crate::scene::metrics::grouped(found.points.len() as u64);
                    vec![format!("{n} of 2,000 points")]
                })
            },
        },
        ..Look::PLAIN
    };

    type Needs = Same<Made<Given>>;

    fn needs(moment: &Moment) -> Option<Self::Needs> {
        moment.product()
    }

    fn items(found: &Self::Needs, place: &Place) -> Vec<Item> {
        let found: &Given = &found.output;
        let (theme, sizes) = (place.theme(), &place.sizes);
        let mut items: Vec<Item> = image(found, place).map(Item::Image).into_iter().collect();
        let mut ways = Polylines::with_capacity(sizes.trajectory, false, found.ways.len(), 25);
        for way in &found.ways {
            let color = theme.attention.faded(0.45);
            place.push_line(&mut ways, way.iter().copied(), color);
        }
        items.push(Item::Polylines(ways));
        items.push(arrows(found, place));
        let n = found.moved.len();
        let moved = found.moved.iter().copied();
        items.push(place.dots(
            moved,
            n,
            0.7 * sizes.particle,
            theme.ink.particle.faded(0.6),
        ));
        items.push(rings(found, place));
        let few = found.points.len();
        let points = found.points.iter().copied();
        items.push(place.dots(points, few, 1.3 * sizes.particle, theme.target));
        items
    }

    fn table(found: &Self::Needs) -> Option<Table> {
        let found: &Given = &found.output;
        Some(Table::vectors("conditional_field", &found.arrows))
    }
}

/// One and two standard deviations of the Gaussians that move to the first of the points.
fn rings(found: &Given, place: &Place) -> Item {
    let color = place.theme().attention;
    let width = 1.3 * place.sizes.trajectory;
    let mut lines = Polylines::with_capacity(width, false, 2 * RINGED, SIDES);
    let (alpha, sigma) = (found.schedule.alpha, found.schedule.sigma);
    let gaussians = found.source.iter().flatten();
    for component in gaussians.filter(|_| found.points.len() <= RINGED) {
        for x_1 in &found.points {
            let mean = [0, 1].map(|i| alpha * x_1[i] + sigma * component.mean[i]);
            for radius in [1.0, 2.0] {
                let ring = (0..=SIDES).map(|k| {
                    let (sine, cosine) = (TAU * k as f64 / SIDES as f64).sin_cos();
                    let step = root(component.cov, [radius * cosine, radius * sine]);
                    [0, 1].map(|i| mean[i] + sigma * step[i])
                });
                place.push_line(&mut lines, ring, color.faded(1.2 - 0.4 * radius as f32));
            }
        }
    }
    Item::Polylines(lines)
}

/// The Cholesky factor of a covariance times a vector.
fn root([xx, xy, yy]: [f64; 3], v: Point) -> Point {
    let a = xx.sqrt();
    let b = xy / a;
    [a * v[0], b * v[0] + (yy - b * b).max(0.0).sqrt() * v[1]]
}

/// The velocity on a grid, in the color of conditional velocities.
fn arrows(found: &Given, place: &Place) -> Item {
    let speed = |v: Point| v[0].hypot(v[1]);
    let speeds = found.arrows.iter().map(|(_, v)| speed(*v));
    let scale = ArrowScale::of_speeds(speeds.filter(|s| s.is_finite()).collect());
    let arrow = |(x, v): &(Point, Point)| {
        let fast = speed(*v);
        let share = f64::from(scale.as_ref()?.share(fast));
        let length = 0.5 * LONGEST * found.cell * share / fast;
        let ends = [-1.0, 1.0].map(|side| [0, 1].map(|i| x[i] + side * length * v[i]));
        let [tail, tip] = ends.map(|end| place.project(end));
        Some([tail?, tip?])
    };
    Item::Arrows(Arrows {
        arrows: found.arrows.iter().filter_map(arrow).collect(),
        width: place.sizes.arrow,
        head: place.sizes.arrow_head,
        color: place.theme().target.faded(0.75),
    })
}

/// The density, opaque in proportion to its square root up to its peak.
fn image(found: &Given, place: &Place) -> Option<Image> {
    let rect = place.page_rect(found.bounds)?;
    let peak = found.density.iter().copied().fold(0.0, f64::max);
    let [columns, rows] = found.n;
    if !(peak > 0.0 && peak.is_finite()) || found.density.len() != columns * rows {
        return None;
    }
    let ink: Color = place.theme().ink.density;
    let mut rgba = Vec::with_capacity(4 * found.density.len());
    // Rows go up in the data and down on the page.
    for row in found.density.chunks_exact(columns).rev() {
        for value in row {
            let share = (value / peak).clamp(0.0, 1.0).sqrt();
            rgba.extend(ink.faded(share as f32).to_array());
        }
    }
    Some(Image {
        rect,
        size: found.n,
        rgba,
    })
}
