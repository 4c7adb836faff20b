//! The density of the particles at time t: one hue, the denser the more opaque.

use super::{Bar, Look, Marks, Moment, Same, Swatch, swatch_dot};
use crate::flow::grid::DensityStack;
use crate::products::Made;
use crate::scene::geometry::Rect;
use crate::scene::heat::Heat;
use crate::scene::image::Image;
use crate::scene::item::{Item, Rectangle};
use crate::scene::numbers::Table;
use crate::scene::place::Place;

pub(super) struct Density;

impl Marks for Density {
    const LOOK: Look = Look {
        label: "density",
        moves: true,
        follows_camera: true,
        level: |_| 10,
        mark: |span| {
            let [left, right] = [span.left, span.right];
            let text = span.place.sizes.text;
            vec![Item::Rectangle(Rectangle {
                rect: Rect::at(
                    [left[0], left[1] - 0.35 * text],
                    [right[0] - left[0], 0.7 * text],
                ),
                fill: Some(span.place.theme().ink.density),
                stroke: None,
                radius: 0.0,
            })]
        },
        swatch: |theme| {
            let rings = [(6.0, 0.25), (4.3, 0.4), (2.4, 0.9)];
            let color = theme.ink.density.alpha(255);
            let ring = |(radius, share)| swatch_dot(0.5, radius, color.faded(share));
            Swatch {
                lines: Vec::new(),
                dots: rings.map(ring).to_vec(),
            }
        },
        bar: Some(Bar {
            name: r"density",
            unit: "of its peak",
            heat: Heat::Particles,
            ends: |moment| Density::needs(moment).map(|_| [0.0, 1.0]),
            explained: false,
            notes: 0,
        }),
        ..Look::PLAIN
    };

    type Needs = (Same<Made<DensityStack>>, f64);

    fn needs(moment: &Moment) -> Option<Self::Needs> {
        Some((moment.product()?, moment.t))
    }

    fn items((stack, t): &Self::Needs, place: &Place) -> Vec<Item> {
        image(stack, *t, place)
            .map(Item::Image)
            .into_iter()
            .collect()
    }

    fn table((stack, t): &Self::Needs) -> Option<Table> {
        let values = stack.at(*t).into_iter().map(f64::from);
        Some(Table::cells(
            "density",
            (stack.bounds, stack.n),
            "density",
            values,
        ))
    }
}

/// The density at time `t`, opaque in proportion to its square root (so that tails show) up to its peak.
fn image(stack: &DensityStack, t: f64, place: &Place) -> Option<Image> {
    let rect = place.page_rect(stack.bounds)?;
    let values = stack.at(t);
    let peak = values
        .iter()
        .copied()
        .filter(|v| v.is_finite())
        .fold(0.0, f32::max);
    let [columns, rows] = stack.n;
    if peak <= 0.0 || columns == 0 || values.len() != columns * rows {
        return None;
    }
    let mut rgba = Vec::with_capacity(4 * values.len());
    // Rows go up in the data and down on the page.
    for row in values.chunks_exact(columns).rev() {
        for &value in row {
            rgba.extend(
                Heat::Particles
                    .color(value / peak, place.theme())
                    .to_array(),
            );
        }
    }
    Some(Image {
        rect,
        size: [columns, rows],
        rgba,
    })
}
