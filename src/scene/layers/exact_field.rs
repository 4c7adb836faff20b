//! The exact field at time t as arrows, over those of the learned one and in their scale if they are shown.

use super::field::{ArrowScale, Seen};
use super::{Look, Marks, Moment, Notes, Same, Swatch, swatch_line};
use crate::experiment::Layer;
use crate::flow::grid::FieldGrid;
use crate::products::{ExactArrows, Made};
use crate::scene::item::{Arrows, Item};
use crate::scene::numbers::Table;
use crate::scene::place::Place;

pub(super) struct ExactField;

impl Marks for ExactField {
    const LOOK: Look = Look {
        label: "exact u",
        moves: true,
        follows_camera: true,
        level: |_| 42,
        mark: |span| {
            let sizes = &span.place.sizes;
            vec![Item::Arrows(Arrows {
                arrows: vec![[span.left, span.right]],
                width: sizes.arrow,
                head: sizes.arrow_head,
                color: span.place.theme().ink.exact,
            })]
        },
        swatch: |theme| Swatch {
            lines: swatch_line(1, 1.4, |_| theme.ink.exact),
            dots: Vec::new(),
        },
        notes: Notes {
            widest: &["u: longest arrow 00.00"],
            words: |moment, place| {
                let needs = ExactField::needs(moment);
                needs.map_or_else(Vec::new, |needs| needs.words(place))
            },
        },
        ..Look::PLAIN
    };

    type Needs = Shown;

    fn needs(moment: &Moment) -> Option<Shown> {
        let beside = moment.product::<FieldGrid>();
        Some(Shown {
            exact: moment.product()?,
            learned: beside.filter(|_| moment.shows(Layer::Field)),
            t: moment.t,
        })
    }

    fn items(shown: &Shown, place: &Place) -> Vec<Item> {
        let color = place.theme().ink.exact;
        let arrows = shown
            .seen(place)
            .arrows_in(shown.scale(place), place, color);
        vec![Item::Arrows(arrows)]
    }

    fn table(shown: &Shown) -> Option<Table> {
        let vectors: Vec<_> = shown.exact.grid.at(shown.t).collect();
        Some(Table::vectors("exact_field", &vectors).on_grid(shown.exact.grid.n))
    }
}

/// The exact field, and the other one if it gives the scale.
#[derive(PartialEq)]
pub(super) struct Shown {
    exact: Same<Made<ExactArrows>>,
    learned: Option<Same<Made<FieldGrid>>>,
    t: f64,
}

impl Shown {
    fn seen(&self, place: &Place) -> Seen {
        let grid = &self.exact.grid;
        Seen::of(grid, grid.at(self.t), place)
    }

    fn scale(&self, place: &Place) -> Option<ArrowScale> {
        let learned = self
            .learned
            .as_ref()
            .map(|grid| Seen::of(grid, grid.at(self.t), place));
        let of_learned = learned.and_then(|seen| seen.scale());
        of_learned.or_else(|| self.seen(place).scale())
    }

    fn words(&self, place: &Place) -> Vec<String> {
        let words = self.scale(place).map(|scale| match self.learned {
            Some(_) => "in the scale of v".to_owned(),
            None => format!("u: {}", scale.words()[0]),
        });
        words.into_iter().collect()
    }
}
