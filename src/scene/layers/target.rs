//! Samples of the target q: dots.

use super::{DOT, Look, Marks, Moment, Same, samples_swatch};
use crate::flow::Point;
use crate::scene::item::Item;
use crate::scene::numbers::Table;
use crate::scene::place::Place;

pub(super) struct Target;

impl Marks for Target {
    const LOOK: Look = Look {
        label: "target",
        level: |_| 20,
        mark_ems: DOT,
        mark: |span| vec![span.dot(span.middle(), 1.0, span.place.theme().target)],
        swatch: |theme| samples_swatch(theme.target),
        ..Look::PLAIN
    };

    type Needs = Same<[Point]>;

    fn needs(moment: &Moment) -> Option<Self::Needs> {
        Some(Same::of(&moment.frame.target))
    }

    fn items(samples: &Self::Needs, place: &Place) -> Vec<Item> {
        let color = place.theme().ink.target_sample;
        let points = samples.iter().copied();
        vec![place.dots(points, samples.len(), place.sizes.sample, color)]
    }

    fn table(samples: &Self::Needs) -> Option<Table> {
        Some(Table::points("target", samples))
    }
}
