//! The marks of a question: arrows in the right directions, words of the right numbers, and nothing without a question.

use std::sync::Arc;

use super::*;
use crate::experiment::Experiment;
use crate::flow::Bounds;
use crate::flow::rng::{Stream, stream};
use crate::model::{FrozenField, MlpParams, Scaling, Widths};
use crate::products::{Flow, Look, RunId, Tools, make_all};
use crate::scene::fixture::empty_frame;
use crate::scene::item::Text;
use crate::scene::{Page, Scene, Style, build};

const AT: (f64, f64) = (1.0, 0.5);

/// Eight Gaussians and an untrained network.
fn frame() -> Frame {
    let text = r#"(version: 1, target: (shape: EightGaussians(radius: 5.0, std: 0.5)),
        model: (hidden: [8]), view: (t: 0.3, layers: [], ask: Some((1.0, 0.5))))"#;
    let experiment = Arc::new(Experiment::from_ron(text).unwrap());
    let widths = Widths::of(&experiment.model);
    let params = MlpParams::init(widths, &mut stream(5, Stream::Weights, 0));
    let scaling = Scaling::measure(&experiment).unwrap();
    let network = FrozenField::new(Arc::new(params), &experiment, scaling, 0);
    let flow = Flow::learned(network, Arc::clone(&experiment), RunId(0));
    let look = Look {
        metrics: false,
        field: 0,
        particles: 2,
        ..Look::of(&experiment.view, Bounds::square(6.0))
    };
    let products = make_all(&flow, &look, &Tools::default(), || true).unwrap();
    Frame {
        experiment,
        products,
        look,
        ..empty_frame()
    }
}

fn scene(frame: &Frame, page: &Page) -> Scene {
    let view = &frame.experiment.view;
    build(frame, view, view.t, page)
}

fn arrows(scene: &Scene) -> Vec<&Arrows> {
    let items = scene.panels[0].overlay.iter();
    let arrows = items.filter_map(|item| match item {
        Item::Arrows(arrows) => Some(arrows),
        _ => None,
    });
    arrows.collect()
}

fn texts(scene: &Scene) -> Vec<&Text> {
    let items = scene.panels[0].overlay.iter();
    let texts = items.filter_map(|item| match item {
        Item::Text(text) => Some(text),
        _ => None,
    });
    texts.collect()
}

#[test]
fn the_exact_and_the_learned_arrow_start_at_the_point_and_point_where_they_should() {
    let frame = frame();
    let page = Page::figure(Style::Paper);
    let scene = scene(&frame, &page);
    let transform = scene.panels[0].transform;
    let at = transform.page_from_data([AT.0, AT.1]);
    let answer = frame.products.answer.get().unwrap();
    let fan = answer.posterior.fan.as_ref().unwrap();
    let found = arrows(&scene);
    let n: usize = found.iter().map(|arrows| arrows.arrows.len()).sum();
    assert_eq!(n, fan.rays.len() + 4);
    let theme = page.theme();
    for (color, velocity) in [
        (theme.ink.exact, fan.velocity),
        (theme.accent, answer.velocity),
    ] {
        let arrow = found.iter().find(|arrows| arrows.color == color).unwrap();
        let [tail, tip] = arrow.arrows[0];
        assert!((tail[0] - at[0]).hypot(tail[1] - at[1]) < 1e-3);
        // Up in the data is down on the page.
        let drawn = [f64::from(tip[0] - tail[0]), f64::from(tail[1] - tip[1])];
        let off = difference(velocity, drawn).unwrap();
        assert!(off.angle.abs() < 0.1, "{off:?}");
    }
    // The reference value of the exact velocity, MATHS.md section 10.
    assert!((fan.velocity[0] - 3.832324).abs() < 1e-6);
}

#[test]
fn a_figure_says_the_numbers_and_has_the_trajectory_through_the_point() {
    let frame = frame();
    let scene = scene(&frame, &Page::figure(Style::Paper));
    let words: Vec<&str> = texts(&scene)
        .iter()
        .map(|text| text.text.as_str())
        .collect();
    let said = |part: &str| words.iter().any(|words| words.contains(part));
    assert!(said("x = (1.00, 0.50), t = 0.30"), "{words:?}");
    assert!(said("exact u = (3.83, 1.92)"), "{words:?}");
    assert!(
        said("of 8 pairs of Gaussians matter here. tr Var(x₁|x) = 7.69"),
        "{words:?}"
    );
    let answer = frame.products.answer.get().unwrap();
    assert!(said(&sentence(answer)), "{words:?}");
    assert_eq!(answer.before.last(), Some(&[AT.0, AT.1]));
    assert_eq!(answer.after.first(), Some(&[AT.0, AT.1]));
}

#[test]
fn nothing_is_drawn_without_a_question() {
    let frame = frame();
    let mut view = frame.experiment.view.clone();
    view.ask = None;
    let page = Page::canvas([800.0, 600.0], Style::Dark);
    let scene = build(&frame, &view, 0.3, &page);
    assert_eq!(scene.panels[0].overlay, []);
    view.ask = Some(AT);
    let scene = build(&frame, &view, 0.3, &page);
    assert!(arrows(&scene).len() > 4);
    assert!(
        texts(&scene).is_empty(),
        "the window has a bar for the words"
    );
}

#[test]
fn differences_are_told_in_degrees_and_percent() {
    let told = |v: Point| difference([2.0, 0.0], v);
    let left = told([2.0, 2.0]).unwrap();
    assert!((left.angle - 45.0).abs() < 1e-9);
    assert!((left.length - (2f64.sqrt() - 1.0)).abs() < 1e-12);
    assert!(
        told([2.0, -2.0]).unwrap().angle < 0.0,
        "clockwise is to the right"
    );
    assert_eq!(told([0.0, 0.0]), None);
    assert_eq!(told([f64::NAN, 0.0]), None);
    assert_eq!(difference([0.0, 0.0], [1.0, 0.0]), None);
}
