//! The divergence of the field at time t: where it pushes particles apart, and where together.

use super::heat::{BAR, Heat, Map, compared_map, field_map};
use super::{Bar, Look, Marks, Moment, Notes};
use crate::flow::maps::{Against, FieldSlice};
use crate::scene::item::Item;
use crate::scene::place::Place;
use crate::scene::scale_end::end;

pub(super) struct Divergence;

/// The field, and the densities by which it fades if they are known.
#[derive(PartialEq)]
pub(super) struct Needs {
    map: Map<FieldSlice>,
    compared: Option<Map<Against>>,
}

impl Marks for Divergence {
    const LOOK: Look = Look {
        label: "div v",
        moves: true,
        follows_camera: true,
        level: |_| 5,
        mark_ems: BAR,
        mark: |span| Heat::Signed.bar(span),
        swatch: |theme| Heat::Signed.swatch(theme),
        notes: Notes {
            widest: &["−0000 to 0000 (1 / t)"],
            words: |moment, _| {
                let top = Divergence::needs(moment).map(|needs| end(needs.map.top));
                let words = top.map(|top| format!("−{top} to {top} (1 / t)"));
                words.into_iter().collect()
            },
        },
        bar: Some(Bar {
            name: r"$\nabla\cdot v$",
            unit: "1 / t",
            heat: Heat::Signed,
            ends: |moment| Divergence::needs(moment).map(|needs| [-needs.map.top, needs.map.top]),
            explained: false,
            notes: 1,
        }),
        ..Look::PLAIN
    };

    type Needs = Needs;

    fn needs(moment: &Moment) -> Option<Needs> {
        Some(Needs {
            map: field_map(moment, moment.scales.divergence)?,
            compared: compared_map(moment, moment.scales.divergence),
        })
    }

    fn items(Needs { map, compared }: &Needs, place: &Place) -> Vec<Item> {
        let divergence = map.between.cells(|slice| &slice.divergence);
        match compared {
            Some(compared) => compared.faded(divergence, Heat::Signed, place),
            None => map.picture(divergence.map(|div| (div, 1.0)), Heat::Signed, place),
        }
    }
}
