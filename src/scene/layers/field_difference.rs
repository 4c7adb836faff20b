//! The velocity of this lane minus that of the lane it is compared with, at time t, as arrows.

use super::field::Seen;
use super::{Look, Marks, Moment, Notes, Same, Swatch, swatch_line};
use crate::flow::Point;
use crate::flow::grid::FieldGrid;
use crate::products::Made;
use crate::scene::item::{Arrows, Item};
use crate::scene::place::Place;

pub(super) struct FieldDifference;

impl Marks for FieldDifference {
    const LOOK: Look = Look {
        label: "v − v of the first lane",
        compares: true,
        moves: true,
        follows_camera: true,
        level: |_| 45,
        mark: |span| {
            let sizes = &span.place.sizes;
            vec![Item::Arrows(Arrows {
                arrows: vec![[span.left, span.right]],
                width: sizes.arrow,
                head: sizes.arrow_head,
                color: span.place.theme().attention,
            })]
        },
        swatch: |theme| Swatch {
            lines: swatch_line(1, 1.4, |_| theme.attention),
            dots: Vec::new(),
        },
        notes: Notes {
            widest: &["longest difference 00.00", "compressed: |v|^0.00"],
            words: |moment, place| {
                let needs = FieldDifference::needs(moment);
                let scale = needs.and_then(|needs| needs.seen(place).scale());
                scale.map_or_else(Vec::new, |scale| {
                    let [longest, length] = scale.words();
                    vec![longest.replace("arrow", "difference"), length]
                })
            },
        },
        ..Look::PLAIN
    };

    type Needs = Fields;

    fn needs(moment: &Moment) -> Option<Fields> {
        let fields = moment.both::<FieldGrid>()?;
        let [this, other] = &fields;
        let same_places = this.bounds == other.bounds && this.n == other.n;
        same_places.then_some(Fields {
            fields,
            t: moment.t,
        })
    }

    fn items(needs: &Fields, place: &Place) -> Vec<Item> {
        let color = place.theme().attention;
        vec![Item::Arrows(needs.seen(place).arrows(place, color))]
    }
}

/// The fields of both lanes at the same places, this one's first, and the time.
#[derive(PartialEq)]
pub(super) struct Fields {
    fields: [Same<Made<FieldGrid>>; 2],
    t: f64,
}

impl Fields {
    fn seen(&self, place: &Place) -> Seen {
        let [this, other] = &self.fields;
        let pairs = this.at(self.t).zip(other.at(self.t));
        let difference =
            |((x, v), (_, w)): ((Point, Point), (Point, Point))| (x, [v[0] - w[0], v[1] - w[1]]);
        Seen::of(this, pairs.map(difference), place)
    }
}
