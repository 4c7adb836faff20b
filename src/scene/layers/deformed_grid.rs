//! A mesh over the source, as the flow has carried it to time t: compressed, sheared, folded.

use super::{Look, Marks, Moment, Notes, SWATCH, Same, Swatch};
use crate::flow::Point;
use crate::products::{Made, Mesh};
use crate::scene::Color;
use crate::scene::item::{Item, Polylines, Segments};
use crate::scene::numbers::Table;
use crate::scene::place::Place;
use crate::scene::theme::Theme;

/// Opacity of the mesh.
const ALPHA: u8 = 170;
/// How much wider the outline of a cell is that has turned over.
const TURNED: f32 = 1.8;

pub(super) struct DeformedGrid;

impl Marks for DeformedGrid {
    const LOOK: Look = Look {
        label: "deformed grid",
        moves: true,
        level: |_| 35,
        mark: |span| {
            let middle = 0.5 * (span.left[0] + span.right[0]);
            let half = 0.3 * span.place.sizes.text;
            let y = span.left[1];
            let across = [[middle, y - half], [middle, y + half]];
            vec![Item::Segments(Segments {
                ends: vec![[span.left, span.right], across],
                width: span.place.sizes.trajectory,
                color: ink(span.place.theme()),
            })]
        },
        swatch: net,
        notes: Notes {
            widest: &["000 cells turned over"],
            words: |moment, _| {
                let mesh = moment.product::<Mesh>();
                let turned = mesh.map_or(0, |mesh| mesh.at(moment.t).turned().count());
                let words = match turned {
                    0 => None,
                    1 => Some("1 cell turned over".to_owned()),
                    n => Some(format!("{n} cells turned over")),
                };
                words.into_iter().collect()
            },
        },
        ..Look::PLAIN
    };

    type Needs = (Same<Made<Mesh>>, f64);

    fn needs(moment: &Moment) -> Option<Self::Needs> {
        Some((moment.product()?, moment.t))
    }

    fn items((mesh, t): &Self::Needs, place: &Place) -> Vec<Item> {
        let (shape, theme) = (mesh.at(*t), place.theme());
        let width = 0.8 * place.sizes.trajectory;
        let turned: Vec<Vec<Point>> = shape.turned().collect();
        let turned = turned.iter().map(Vec::as_slice);
        vec![
            Item::Polylines(lines(shape.lines(), width, ink(theme), place)),
            Item::Polylines(lines(turned, TURNED * width, theme.error, place)),
        ]
    }

    fn table((mesh, t): &Self::Needs) -> Option<Table> {
        Some(Table::lines("grid", "line", mesh.at(*t).lines()))
    }
}

fn ink(theme: &Theme) -> Color {
    theme.accent.alpha(ALPHA)
}

fn lines<'a>(
    ways: impl Iterator<Item = &'a [Point]>,
    width: f32,
    color: Color,
    place: &Place,
) -> Polylines {
    let mut lines = Polylines {
        width,
        ..Polylines::default()
    };
    for way in ways {
        place.push_line(&mut lines, way.iter().copied(), color);
    }
    lines
}

/// A bent net on the toggle.
fn net(theme: &Theme) -> Swatch {
    let [width, height] = SWATCH;
    let across = [0.2, 0.5, 0.8].map(|x| [[x * width, 0.0], [(0.3 + 0.4 * x) * width, height]]);
    let along = [0.15, 0.5, 0.85].map(|y| [[0.0, y * height], [width, y * height]]);
    Swatch {
        lines: vec![Segments {
            ends: [across, along].concat(),
            width: 1.1,
            color: theme.accent,
        }],
        dots: Vec::new(),
    }
}
