//! The density that the flow gives its samples less the exact one, both at t = 1: where there is too much, and where too
//! little.

use super::heat::{BAR, Heat, picture};
use super::{Bar, Look, Marks, Moment, Notes, Same};
use crate::flow::maps::Raster;
use crate::products::{self, Made};
use crate::scene::item::Item;
use crate::scene::numbers::Table;
use crate::scene::place::Place;
use crate::scene::ramp::end;
use crate::scene::scales::round;

pub(super) struct DensityDifference;

impl Marks for DensityDifference {
    const LOOK: Look = Look {
        label: "p₁ of the flow − exact",
        follows_camera: true,
        level: |_| 9,
        mark_ems: BAR,
        mark: |span| Heat::Signed.bar(span),
        swatch: |theme| Heat::Signed.swatch(theme),
        notes: Notes {
            widest: &["−0000 to 0000 (1 / area)"],
            words: |moment, _| {
                let difference = DensityDifference::needs(moment);
                let words = difference.map(|difference| {
                    let top = end(round(difference.largest));
                    format!("−{top} to {top} (1 / area)")
                });
                words.into_iter().collect()
            },
        },
        bar: Some(Bar {
            name: r"flow − exact",
            unit: "1 / area",
            heat: Heat::Signed,
            ends: |moment| {
                let top = round(DensityDifference::needs(moment)?.largest);
                Some([-top, top])
            },
            explained: true,
            notes: 1,
        }),
        ..Look::PLAIN
    };

    type Needs = Same<Made<products::DensityDifference>>;

    fn needs(moment: &Moment) -> Option<Self::Needs> {
        moment.product()
    }

    fn items(difference: &Self::Needs, place: &Place) -> Vec<Item> {
        let raster = Raster {
            bounds: difference.bounds,
            n: difference.n,
        };
        let numbers = difference.values.iter().map(|&value| (value, 1.0));
        let top = round(difference.largest);
        picture(&raster, top, numbers, Heat::Signed, place)
    }

    fn table(difference: &Self::Needs) -> Option<Table> {
        let (place, values) = ((difference.bounds, difference.n), difference.values.iter());
        let values = values.map(|&value| f64::from(value));
        Some(Table::cells(
            "density_difference",
            place,
            "difference",
            values,
        ))
    }
}
