//! One block of the coupling: a segment from each source point to its partner, coloured by its length.

use super::{Look, Marks, Moment, Notes, Same, Swatch, swatch_dot, swatch_line};
use crate::flow::coupling::squared_distance;
use crate::products::{CouplingBlock, Made};
use crate::scene::colormap::viridis;
use crate::scene::item::{Item, Polylines, Segments};
use crate::scene::metrics::three_digits;
use crate::scene::numbers::Table;
use crate::scene::place::Place;

pub(super) struct Block;

impl Marks for Block {
    const LOOK: Look = Look {
        label: "block of the coupling",
        level: |_| 52,
        mark: |span| {
            const PIECES: usize = 6;
            let step = (span.right[0] - span.left[0]) / PIECES as f32;
            let theme = span.place.theme();
            let piece = |k: usize| {
                let x = span.left[0] + k as f32 * step;
                Item::Segments(Segments {
                    ends: vec![[[x, span.left[1]], [x + step, span.left[1]]]],
                    width: 1.5 * span.place.sizes.trajectory,
                    color: theme.shade((k as f32 + 0.5) / PIECES as f32),
                })
            };
            (0..PIECES).map(piece).collect()
        },
        swatch: |theme| Swatch {
            lines: swatch_line(8, 1.6, viridis),
            dots: vec![
                swatch_dot(0.0, 2.2, theme.source),
                swatch_dot(1.0, 2.2, theme.target),
            ],
        },
        notes: Notes {
            widest: &["0000 pairs, 0 to 0000.00 long, mean square 0000.00"],
            words: |moment, _| {
                let block = moment.product::<CouplingBlock>();
                let words = |block: &CouplingBlock| {
                    let cost = block.own().map_or(f64::NAN, |own| own.cost);
                    format!(
                        "{} pairs, 0 to {} long, mean square {}",
                        block.size,
                        three_digits(block.longest),
                        three_digits(cost)
                    )
                };
                block.map(|block| words(&block)).into_iter().collect()
            },
        },
        ..Look::PLAIN
    };

    type Needs = Same<Made<CouplingBlock>>;

    fn needs(moment: &Moment) -> Option<Self::Needs> {
        moment.product()
    }

    fn items(block: &Self::Needs, place: &Place) -> Vec<Item> {
        let Some(own) = block.own() else {
            return Vec::new();
        };
        let theme = place.theme();
        let n = own.pairs.x_0.len();
        let mut lines = Polylines::with_capacity(1.2 * place.sizes.pair, false, n, 2);
        let mut pairs: Vec<_> = own
            .pairs
            .iter()
            .map(|(a, b)| (squared_distance(a, b).sqrt(), a, b))
            .collect();
        // Long ones lie below: there are few short ones where they are, and they are what is looked for.
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (length, x_0, x_1) in pairs {
            let color = theme.shade((length / block.longest) as f32);
            place.push_line(&mut lines, [x_0, x_1].into_iter(), color);
        }
        let radius = 1.1 * place.sizes.trajectory_end;
        let ends = [
            (&own.pairs.x_0, theme.source),
            (&own.pairs.x_1, theme.target),
        ];
        let dots = ends.map(|(points, color)| place.dots(points.iter().copied(), n, radius, color));
        [Item::Polylines(lines)].into_iter().chain(dots).collect()
    }

    fn table(block: &Self::Needs) -> Option<Table> {
        let pairs: Vec<_> = block.own()?.pairs.iter().collect();
        Some(Table::pairs("block", &pairs))
    }
}
