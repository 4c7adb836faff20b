//! What every layer's file has to say.

use crate::experiment::View;
use std::collections::BTreeSet;

use super::super::layers::{SWATCH, Span, look, order};
use super::super::place::Place;
use super::super::*;
use super::{CANVAS, frame, is_finite};

#[test]
fn every_layer_has_a_name_and_a_sample_in_the_legend_and_on_its_toggle() {
    let (page, view) = (Page::canvas(CANVAS, Style::Dark), View::default());
    let place = Place::new(canvas::transform(&frame(), &view, &page), &page);
    let mut labels = BTreeSet::new();
    for layer in Layer::ALL {
        assert!(labels.insert(look(layer).label), "{layer:?}");
        let mark = (look(layer).mark)(&Span {
            left: [10.0, 10.0],
            right: [30.0, 10.0],
            view: &view,
            place: &place,
        });
        assert!(!mark.is_empty() && mark.iter().all(is_finite), "{layer:?}");
        for style in [Style::Dark, Style::Light] {
            let swatch = (look(layer).swatch)(style.theme());
            let ends = swatch
                .lines
                .iter()
                .flat_map(|line| line.ends.as_flattened());
            let spots: Vec<&PagePoint> = ends
                .chain(swatch.dots.iter().flat_map(|dots| &dots.centers))
                .collect();
            assert!(!spots.is_empty(), "{layer:?}");
            for [x, y] in spots {
                let inside = (0.0..=SWATCH[0]).contains(x) && (0.0..=SWATCH[1]).contains(y);
                assert!(inside, "{layer:?} {x} {y}");
            }
        }
    }
}

#[test]
fn no_two_layers_lie_at_the_same_level() {
    for t in [0.0, 1.0] {
        let levels = order(t).map(|layer| (look(layer).level)(t));
        assert!(levels.is_sorted_by(|a, b| a < b), "{levels:?}");
    }
}
