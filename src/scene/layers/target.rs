//! Samples of the target q: dots, of a distribution with classes in their colours.

use super::{DOT, Look, Marks, Moment, Same, class_dots, samples_swatch};
use crate::flow::Point;
use crate::flow::distribution::Class;
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

    type Needs = (Same<[Point]>, Same<[Class]>);

    fn needs(moment: &Moment) -> Option<Self::Needs> {
        let classes = Same::of(&moment.frame.classes.target);
        Some((Same::of(&moment.frame.target), classes))
    }

    fn items((samples, classes): &Self::Needs, place: &Place) -> Vec<Item> {
        let color = place.theme().ink.target_sample;
        class_dots(samples, classes, color, place)
    }

    fn table((samples, _): &Self::Needs) -> Option<Table> {
        Some(Table::points("target", samples))
    }
}
