//! Samples of the source p: dots.

use super::{DOT, Look, Marks, Moment, Same, samples_swatch};
use crate::flow::Point;
use crate::scene::item::Item;
use crate::scene::numbers::Table;
use crate::scene::place::Place;

pub(super) struct Source;

impl Marks for Source {
    const LOOK: Look = Look {
        label: "source",
        level: |_| 30,
        mark_ems: DOT,
        mark: |span| vec![span.dot(span.middle(), 1.0, span.place.theme().source)],
        swatch: |theme| samples_swatch(theme.source),
        ..Look::PLAIN
    };

    type Needs = Same<[Point]>;

    fn needs(moment: &Moment) -> Option<Self::Needs> {
        Some(Same::of(&moment.frame.source))
    }

    fn items(samples: &Self::Needs, place: &Place) -> Vec<Item> {
        let color = place.theme().ink.source_sample;
        let points = samples.iter().copied();
        vec![place.dots(points, samples.len(), place.sizes.sample, color)]
    }

    fn table(samples: &Self::Needs) -> Option<Table> {
        Some(Table::points("source", samples))
    }
}
