//! Samples of the source p: dots, of a distribution with classes in their colours.

use super::{DOT, Look, Marks, Moment, Same, class_dots, samples_swatch};
use crate::flow::Point;
use crate::flow::distribution::Class;
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

    type Needs = (Same<[Point]>, Same<[Class]>);

    fn needs(moment: &Moment) -> Option<Self::Needs> {
        let classes = Same::of(&moment.frame.classes.source);
        Some((Same::of(&moment.frame.source), classes))
    }

    fn items((samples, classes): &Self::Needs, place: &Place) -> Vec<Item> {
        let color = place.theme().ink.source_sample;
        class_dots(samples, classes, color, place)
    }

    fn table((samples, _): &Self::Needs) -> Option<Table> {
        Some(Table::points("source", samples))
    }
}
