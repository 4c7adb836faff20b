//! The coupling's pairs of the current batch: thin lines from source points to target points.

use super::{LINE, Look, Marks, Moment, Same, Swatch, swatch_dot, swatch_line};
use crate::flow::Point;
use crate::scene::item::{Item, Segments};
use crate::scene::numbers::Table;
use crate::scene::place::Place;

pub(super) struct Pairs;

impl Marks for Pairs {
    const LOOK: Look = Look {
        label: "pairs",
        level: |_| 50,
        mark_ems: LINE,
        mark: |span| {
            let (sizes, theme) = (&span.place.sizes, span.place.theme());
            let line = Segments {
                ends: vec![[span.left, span.right]],
                width: sizes.pair,
                color: theme.ink.pair.alpha(255),
            };
            vec![
                Item::Segments(line),
                span.dot(span.left, 0.7, theme.source),
                span.dot(span.right, 0.7, theme.target),
            ]
        },
        swatch: |theme| Swatch {
            lines: swatch_line(1, 1.2, |_| theme.ink.pair.alpha(255)),
            dots: vec![
                swatch_dot(0.0, 2.2, theme.source),
                swatch_dot(1.0, 2.2, theme.target),
            ],
        },
        ..Look::PLAIN
    };

    type Needs = Same<[(Point, Point)]>;

    fn needs(moment: &Moment) -> Option<Self::Needs> {
        // The current batch is not that of an earlier step.
        let is_newest = moment.frame.past.is_none();
        is_newest.then(|| Same::of(&moment.frame.pairs))
    }

    fn items(pairs: &Self::Needs, place: &Place) -> Vec<Item> {
        let color = place.theme().ink.pair;
        vec![place.segments(pairs.iter().copied(), place.sizes.pair, color)]
    }

    fn table(pairs: &Self::Needs) -> Option<Table> {
        Some(Table::pairs("pairs", pairs))
    }
}
