//! How far the field is from the exact one at time t, `|v - u|`, and its RMS over p_t.

use super::heat::{BAR, Heat, Map, compared_map};
use super::{Bar, Look, Marks, Moment, Notes};
use crate::flow::maps::Against;
use crate::scene::item::Item;
use crate::scene::metrics::number;
use crate::scene::numbers::Table;
use crate::scene::place::Place;
use crate::scene::scale_end::end;

pub(super) struct FieldError;

impl Marks for FieldError {
    const LOOK: Look = Look {
        label: "|v − u|",
        moves: true,
        follows_camera: true,
        level: |_| 4,
        mark_ems: BAR,
        mark: |span| Heat::Size.bar(span),
        swatch: |theme| Heat::Size.swatch(theme),
        notes: Notes {
            widest: &[
                "0 to 0000 (length / t)",
                "RMS over p_t 0.0000, all t 0.0000",
            ],
            words: |moment, _| {
                FieldError::needs(moment).map_or_else(Vec::new, |map| words(&map, moment))
            },
        },
        bar: Some(Bar {
            name: r"$|v - u|$",
            unit: "length / t",
            heat: Heat::Size,
            ends: |moment| Some([0.0, FieldError::needs(moment)?.top]),
            explained: false,
            notes: 1,
        }),
        ..Look::PLAIN
    };

    type Needs = Map<Against>;

    fn needs(moment: &Moment) -> Option<Self::Needs> {
        compared_map(moment, moment.scales.error)
    }

    fn items(map: &Self::Needs, place: &Place) -> Vec<Item> {
        let error = map.between.cells(|against| &against.error);
        map.faded(error, Heat::Size, place)
    }

    fn table(map: &Self::Needs) -> Option<Table> {
        let error = map.between.cells(|against| &against.error).map(f64::from);
        let grid = (map.raster.bounds, map.raster.n);
        Some(Table::cells("field_error", grid, "error", error))
    }
}

fn words(map: &Map<Against>, moment: &Moment) -> Vec<String> {
    let now = map
        .between
        .lerp(|against| against.mean_squared_error)
        .sqrt();
    let maps = moment.frame.products.field_maps.get();
    let square = |against: &Against| against.mean_squared_error;
    let mean = maps.and_then(|maps| {
        maps.maps
            .mean(|slice| slice.against.as_deref().map_or(f64::NAN, square))
    });
    let rms = format!("RMS over p_t {}", number(now));
    vec![
        format!("0 to {} (length / t)", end(map.top)),
        match mean.filter(|mean| mean.is_finite()) {
            Some(mean) => format!("{rms}, all t {}", number(mean.sqrt())),
            None => rms,
        },
    ]
}
