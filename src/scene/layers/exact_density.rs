//! The exact density p_t: one hue, the denser the more opaque.

use super::heat::{BAR, Heat, Map, exact_map};
use super::{Bar, Look, Marks, Moment, Notes};
use crate::flow::maps::ExactSlice;
use crate::scene::item::Item;
use crate::scene::numbers::Table;
use crate::scene::place::Place;
use crate::scene::scale_end::end;

pub(super) struct ExactDensity;

impl Marks for ExactDensity {
    const LOOK: Look = Look {
        label: "exact p_t",
        moves: true,
        follows_camera: true,
        level: |_| 3,
        mark_ems: BAR,
        mark: |span| Heat::Density.bar(span),
        swatch: |theme| Heat::Density.swatch(theme),
        notes: Notes {
            widest: &["0 to 0000 (1 / area)"],
            words: |moment, _| {
                let map = ExactDensity::needs(moment);
                let words = map.map(|map| format!("0 to {} (1 / area)", end(map.top)));
                words.into_iter().collect()
            },
        },
        bar: Some(Bar {
            name: r"exact $p_t$",
            unit: "1 / area",
            heat: Heat::Density,
            ends: |moment| Some([0.0, ExactDensity::needs(moment)?.top]),
            explained: false,
            notes: 1,
        }),
        ..Look::PLAIN
    };

    type Needs = Map<ExactSlice>;

    fn needs(moment: &Moment) -> Option<Self::Needs> {
        exact_map(moment, moment.scales.density)
    }

    fn items(map: &Self::Needs, place: &Place) -> Vec<Item> {
        let density = map.log_density().map(|log_p| (log_p.exp(), 1.0));
        map.picture(density, Heat::Density, place)
    }

    fn table(map: &Self::Needs) -> Option<Table> {
        let density = map.log_density().map(|log_p| f64::from(log_p.exp()));
        let grid = (map.raster.bounds, map.raster.n);
        Some(Table::cells("exact_density", grid, "density", density))
    }
}
