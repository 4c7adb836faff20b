//! What every layer's file has to say.

use crate::experiment::View;
use crate::products::EndErrors;
use crate::snapshot::Frame;
use std::collections::BTreeSet;

use super::super::layers::{SWATCH, Span, look, order};
use super::super::place::Place;
use super::super::*;
use super::{CANVAS, N, frame, is_finite, show, texts, trajectories, view};

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

/// The frame with all that flows half a unit higher up at the end, through a field that is faster by one along x.
fn other_frame() -> Frame {
    let mut other = frame();
    let mut higher = trajectories(&other).clone();
    for (k, point) in higher.points.iter_mut().enumerate() {
        point[1] += 0.5 * (k / N) as f64 / 10.0;
    }
    show(&mut other, higher);
    let mut field = other.products.field.get().unwrap().output.clone();
    for v in &mut field.velocities {
        v[0] += 1.0;
    }
    other.products.put(other.flow(), field);
    other
}

#[test]
fn two_lanes_lie_over_each_other_and_say_how_far_apart_they_end_and_their_fields_are() {
    let (this, other) = (frame(), other_frame());
    let view = view(&[Layer::Difference, Layer::FieldDifference]);
    let page = Page::canvas(CANVAS, Style::Dark);
    let beside = Beside {
        frame: &other,
        lanes: [1, 0],
    };
    let company = Company {
        beside: Some(beside),
        scales: Scales::of([&this, &other]),
    };
    let scene = Builder::default().build_beside(&this, company, &view, 1.0, &page);
    let groups = &scene.panels[0].groups;
    let items = |layer| {
        let group = groups.iter().find(|group| group.layer == layer);
        Arc::clone(&group.unwrap().items)
    };
    let [
        Item::Polylines(below),
        Item::Polylines(above),
        Item::Segments(apart),
    ] = &items(Layer::Difference)[..]
    else {
        panic!("two sets of trajectories and the segments between their ends");
    };
    assert_eq!((below.colors.len(), above.colors.len()), (N, N));
    assert_ne!(below.colors[0], above.colors[0]);
    let half = 0.5 * scene.panels[0].transform.scale() as f32;
    assert_eq!(apart.ends.len(), N);
    for [a, b] in &apart.ends {
        assert!(
            (a[1] - b[1] - half).abs() < 1e-3 && a[0] == b[0],
            "{a:?} {b:?}"
        );
    }
    let [Item::Arrows(arrows)] = &items(Layer::FieldDifference)[..] else {
        panic!("arrows");
    };
    assert!(!arrows.arrows.is_empty());
    // This lane's field is the slower one, so the difference points to the left everywhere.
    assert!(
        arrows
            .arrows
            .iter()
            .all(|[from, to]| to[0] < from[0] && to[1] == from[1])
    );
    let words: Vec<&str> = texts(&scene.furniture)
        .iter()
        .map(|text| text.text.as_str())
        .collect();
    for said in ["ends apart by 0.500 (rms)", "longest difference 1.00"] {
        assert!(words.contains(&said), "{said} of {words:?}");
    }
}

#[test]
fn a_lane_alone_has_no_difference() {
    let scene = super::canvas(&frame(), &[Layer::Difference, Layer::FieldDifference], 1.0);
    assert!(
        scene.panels[0]
            .groups
            .iter()
            .all(|group| group.items.is_empty())
    );
}

/// Red segments from where the solver ends to where the flow does, of as many particles as trajectories are drawn, and how
/// long they are.
#[test]
fn errors_are_segments_of_their_length() {
    let mut frame = frame();
    let view = View {
        trajectories: 3,
        ..view(&[Layer::Errors])
    };
    let ends: Vec<[f64; 2]> = (0..5).map(|k| [f64::from(k) * 0.2, 0.5]).collect();
    let fine = ends.iter().map(|[x, y]| [x + 0.03, y - 0.04]).collect();
    let of = frame.flow();
    frame.products.put(of, EndErrors { ends, fine });
    let scene = build(&frame, &view, 1.0, &Page::canvas(CANVAS, Style::Dark));
    let [Item::Segments(segments)] = &scene.panels[0].groups[0].items[..] else {
        panic!("segments");
    };
    assert_eq!(segments.color, Style::Dark.theme().error);
    assert_eq!(segments.ends.len(), 3);
    let said = "solver off by 0.0500 (rms)";
    assert!(texts(&scene.furniture).iter().any(|text| text.text == said));
}
