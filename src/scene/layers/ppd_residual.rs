//! The residual of the continuity equation of the logarithm, `|d/dt log p_t + grad log p_t . v + div v|`.
//!
//! Source: Ben-Hamu et al. 2022 ("probability path divergence"). It weighs places by how fast their probability changes in
//! proportion, so that it shows errors where `p_t` is low.

use super::heat::{BAR, Heat, Map, compared_map};
use super::{Bar, Look, Marks, Moment, Notes};
use crate::flow::maps::Against;
use crate::scene::item::Item;
use crate::scene::metrics::number;
use crate::scene::place::Place;
use crate::scene::scale_end::end;

pub(super) struct PpdResidual;

impl Marks for PpdResidual {
    const LOOK: Look = Look {
        label: "|∂log p/∂t + grad log p · v + div v|",
        moves: true,
        follows_camera: true,
        level: |_| 7,
        mark_ems: BAR,
        mark: |span| Heat::Size.bar(span),
        swatch: |theme| Heat::Size.swatch(theme),
        notes: Notes {
            widest: &[
                "0 to 0000 (1 / t)",
                "RMS over p_t 0.0000, exact field 0.0e−00",
            ],
            words: |moment, _| PpdResidual::needs(moment).map_or_else(Vec::new, |map| words(&map)),
        },
        bar: Some(Bar {
            name: r"residual",
            unit: "1 / t",
            heat: Heat::Size,
            ends: |moment| Some([0.0, PpdResidual::needs(moment)?.top]),
            explained: true,
            notes: 1,
        }),
        ..Look::PLAIN
    };

    type Needs = Map<Against>;

    fn needs(moment: &Moment) -> Option<Self::Needs> {
        compared_map(moment, moment.scales.ppd)
    }

    fn items(map: &Self::Needs, place: &Place) -> Vec<Item> {
        let residual = map.between.cells(|against| &against.ppd).map(f32::abs);
        map.faded(residual, Heat::Size, place)
    }
}

fn words(map: &Map<Against>) -> Vec<String> {
    let field = map.between.lerp(|against| against.residual.ppd);
    let exact = map.between.lerp(|against| against.exact.own.ppd);
    vec![
        format!("0 to {} (1 / t)", end(map.top)),
        format!(
            "RMS over p_t {}, exact field {}",
            number(field),
            number(exact)
        ),
    ]
}
