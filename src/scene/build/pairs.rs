//! The coupling's pairs of the current batch: thin lines from source points to target points.

use super::super::item::{Item, Segments};
use super::super::place::Place;
use crate::flow::Point;

pub(super) fn items(pairs: &[(Point, Point)], place: &Place) -> Vec<Item> {
    let ends = pairs
        .iter()
        .filter_map(|&(x_0, x_1)| Some([place.project(x_0)?, place.project(x_1)?]));
    vec![Item::Segments(Segments {
        ends: ends.collect(),
        width: place.sizes.pair,
        color: place.theme().ink.pair,
    })]
}
