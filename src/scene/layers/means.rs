//! The means of source and target: a large dot each.

use super::{Look, Marks, Moment, Same, Swatch, swatch_dot};
use crate::flow::Point;
use crate::scene::item::Item;
use crate::scene::place::Place;

pub(super) struct Means;

impl Marks for Means {
    const LOOK: Look = Look {
        label: "means",
        level: |_| 95,
        mark: |span| {
            let theme = span.place.theme();
            vec![
                span.dot(span.left, 2.0, theme.source),
                span.dot(span.right, 2.0, theme.target),
            ]
        },
        swatch: |theme| Swatch {
            lines: Vec::new(),
            dots: vec![
                swatch_dot(0.2, 3.5, theme.source),
                swatch_dot(0.8, 3.5, theme.target),
            ],
        },
        ..Look::PLAIN
    };

    type Needs = (Same<[Point]>, Same<[Point]>);

    fn needs(moment: &Moment) -> Option<Self::Needs> {
        let frame = moment.frame;
        Some((Same::of(&frame.source), Same::of(&frame.target)))
    }

    fn items((source, target): &Self::Needs, place: &Place) -> Vec<Item> {
        let theme = place.theme();
        let dot = |samples: &[Point], color| {
            let radius = 4.0 * place.sizes.sample;
            place.dots(mean(samples).into_iter(), 1, radius, color)
        };
        vec![dot(source, theme.source), dot(target, theme.target)]
    }
}

/// The mean of those that are finite.
fn mean(samples: &[Point]) -> Option<Point> {
    let finite = samples.iter().filter(|x| x.iter().all(|c| c.is_finite()));
    let n = finite.clone().count() as f64;
    let sum = |k: usize| finite.clone().map(|x| x[k]).sum::<f64>();
    (n > 0.0).then(|| [sum(0) / n, sum(1) / n])
}
