//! Samples of the source or the target: dots.

use super::super::color::Color;
use super::super::item::{Item, Points};
use super::super::place::Place;
use crate::flow::Point;

pub(super) fn items(samples: &[Point], color: Color, place: &Place) -> Vec<Item> {
    let radius = place.dot(place.sizes.sample, samples.len());
    vec![Item::Points(Points {
        centers: samples
            .iter()
            .filter_map(|&p| place.project(p))
            .filter(|&c| place.shows(c, radius))
            .collect(),
        radius,
        color,
    })]
}
