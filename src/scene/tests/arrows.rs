//! The arrows of the velocity field: their lengths, and what the legend says of them.

use super::super::*;
use super::{CANVAS, distance, frame, only, texts, view};
use crate::flow::grid::FieldGrid;
use crate::snapshot::Frame;

/// The fixture's frame with speeds `speed(k)` to the right in its 24 cells, at every time.
fn frame_with_speeds(speed: impl Fn(usize) -> f64) -> Frame {
    let mut frame = frame();
    let mut field = FieldGrid::clone(frame.products.field.get().expect("a field"));
    let velocities = field.velocities.iter_mut().enumerate();
    velocities.for_each(|(k, v)| *v = [speed(k % 24), 0.0]);
    frame.products.put(frame.flow(), field);
    frame
}

/// The lengths of the arrows in the order of their cells, and what the page says about them.
fn arrow_lengths(frame: &Frame, page: &Page) -> (Vec<f32>, Vec<String>) {
    let scene = build(frame, &view(&[Layer::Field]), 0.5, page);
    let Item::Arrows(arrows) = &only(&scene)[0] else {
        panic!("arrows");
    };
    let lengths = arrows.arrows.iter().map(|&[a, b]| distance(a, b));
    let written = texts(&scene.furniture);
    let words = written.iter().map(|text| text.text.clone());
    (lengths.collect(), words.collect())
}

#[test]
fn one_place_a_hundred_times_faster_leaves_the_other_arrows_readable_and_in_order() {
    let speed = |k: usize| match k {
        9 => 100.0,
        k => 0.8 + 0.02 * k as f64,
    };
    for page in [
        Page::canvas(CANVAS, Style::Dark),
        Page::figure(Style::Paper),
    ] {
        let frame = frame_with_speeds(speed);
        let (lengths, words) = arrow_lengths(&frame, &page);
        assert_eq!(lengths.len(), 24);
        let longest = lengths[9];
        for (k, length) in lengths.iter().enumerate().filter(|(k, _)| *k != 9) {
            assert!(*length > 0.22 * longest, "{length} of {longest}");
            assert!(*length > 12.0, "{length} points");
            assert!(
                k == 0 || k == 10 || *length > lengths[k - 1],
                "the order of speeds"
            );
        }
        assert!(lengths[8] < lengths[10]);
        let compressed = words
            .iter()
            .find(|words| words.starts_with("compressed: |v|^0."));
        assert!(compressed.is_some(), "{words:?}");
        assert!(
            words.iter().any(|words| words == "longest arrow 100"),
            "{words:?}"
        );
    }
}

#[test]
fn arrows_of_speeds_that_differ_little_are_proportional_to_them() {
    let speed = |k: usize| 1.0 + 2.5 * k as f64 / 23.0;
    for page in [
        Page::canvas(CANVAS, Style::Dark),
        Page::figure(Style::Paper),
    ] {
        let (lengths, words) = arrow_lengths(&frame_with_speeds(speed), &page);
        for (k, length) in lengths.iter().enumerate() {
            let share = (length / lengths[23]) as f64;
            assert!((share - speed(k) / 3.5).abs() < 1e-4, "{share} {k}");
        }
        assert!(
            words.iter().any(|words| words == "length ~ |v|"),
            "{words:?}"
        );
        assert!(
            words.iter().any(|words| words == "longest arrow 3.50"),
            "{words:?}"
        );
    }
}

#[test]
fn compression_sets_in_without_a_jump() {
    // The median is 1, so 4 is where lengths stop being proportional.
    let shortest = |fast: f64| {
        let frame = frame_with_speeds(|k| if k == 5 { fast } else { 1.0 });
        let (lengths, _) = arrow_lengths(&frame, &Page::canvas(CANVAS, Style::Dark));
        lengths[0]
    };
    let (before, after) = (shortest(3.99), shortest(4.01));
    assert!((before - after).abs() < 0.01 * before, "{before} {after}");
    assert!(
        (shortest(1e6) - after).abs() < 0.01 * after,
        "a quarter of the longest, however fast"
    );
}
