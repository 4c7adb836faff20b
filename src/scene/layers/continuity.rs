//! How far the field is from carrying p_t at time t: the residual of the continuity equation, `|dp/dt + div(p v)|`.

use super::heat::{BAR, Heat, Map, compared_map};
use super::{Bar, Look, Marks, Moment, Notes};
use crate::flow::maps::Against;
use crate::scene::item::Item;
use crate::scene::metrics::number;
use crate::scene::place::Place;
use crate::scene::scale_end::end;

pub(super) struct Continuity;

impl Marks for Continuity {
    const LOOK: Look = Look {
        label: "|∂p/∂t + div(p v)|",
        moves: true,
        follows_camera: true,
        level: |_| 6,
        mark_ems: BAR,
        mark: |span| Heat::Size.bar(span),
        swatch: |theme| Heat::Size.swatch(theme),
        notes: Notes {
            widest: &[
                "0 to 0000 (1 / area / t)",
                "integral 0.0000, exact field 0.0e−00",
            ],
            words: |moment, _| Continuity::needs(moment).map_or_else(Vec::new, |map| words(&map)),
        },
        bar: Some(Bar {
            name: r"residual",
            unit: "1 / area / t",
            heat: Heat::Size,
            ends: |moment| Some([0.0, Continuity::needs(moment)?.top]),
            explained: true,
            notes: 1,
        }),
        ..Look::PLAIN
    };

    type Needs = Map<Against>;

    fn needs(moment: &Moment) -> Option<Self::Needs> {
        compared_map(moment, moment.scales.continuity)
    }

    fn items(map: &Self::Needs, place: &Place) -> Vec<Item> {
        let residual = map.between.cells(|against| &against.ppd).zip(map.density());
        let residual = residual.map(|(ppd, p)| ((p * ppd).abs(), 1.0));
        map.picture(residual, Heat::Size, place)
    }
}

fn words(map: &Map<Against>) -> Vec<String> {
    let field = map.between.lerp(|against| against.residual.continuity);
    let exact = map.between.lerp(|against| against.exact.own.continuity);
    vec![
        format!("0 to {} (1 / area / t)", end(map.top)),
        format!("integral {}, exact field {}", number(field), number(exact)),
    ]
}
