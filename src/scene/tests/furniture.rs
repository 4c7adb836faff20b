//! What stands around the data: legend, axes, title and numbers.

use proptest::prelude::*;

use super::super::class_key::ClassSet;
use super::super::layers::look;
use super::super::legend::{Entry, entries};
use super::super::*;
use super::{CANVAS, frame, texts, view};
use crate::experiment::{Camera, TrajectoryColor, View};

proptest! {
    #[test]
    fn the_legend_names_the_visible_layers_and_nothing_else(
        layers in proptest::sample::subsequence(Layer::ALL.to_vec(), 0..=8),
        figure in any::<bool>(),
        color in proptest::sample::select(TrajectoryColor::ALL.to_vec()),
    ) {
        let view = View { color, ..view(&layers) };
        let page = match figure {
            true => Page::figure(Style::Paper),
            false => Page::canvas(CANVAS, Style::Dark),
        };
        let scene = build(&frame(), &view, 0.4, &page);
        let named = entries(&view, ClassSet::default()).into_iter().filter(|entry| matches!(entry, Entry::Layer(_)));
        prop_assert!(named.eq(layers.iter().copied().map(Entry::Layer)));
        prop_assert_eq!(scene.panels[0].groups.len(), layers.len());
        let written = texts(&scene.furniture);
        for layer in Layer::ALL {
            let count = written.iter().filter(|text| text.text == look(layer).label).count();
            prop_assert_eq!(count, usize::from(layers.contains(&layer)), "{:?}", layer);
        }
        let own = scene.color_bars.iter().flat_map(|bar| texts(bar));
        let bars = written.into_iter().chain(own).filter(|text| text.text == color.name()).count();
        let is_number = color != TrajectoryColor::Identity;
        prop_assert_eq!(bars, usize::from(layers.contains(&Layer::Trajectories) && is_number));
    }

    #[test]
    fn nothing_in_a_figure_is_clipped_or_overlaps(
        layers in proptest::sample::subsequence(Layer::ALL.to_vec(), 0..=8),
        (width, height) in (0.01..100.0f64, 0.01..100.0f64),
        (x, y) in (-1e3..1e3f64, -1e3..1e3f64),
        measured in any::<bool>(),
        camera in any::<bool>(),
    ) {
        let mut frame = frame();
        frame.products.metrics.made = frame.products.metrics.made.filter(|_| measured);
        frame.target = [[x, y], [x + width, y + height]].into();
        let camera = camera.then_some(Camera { center: (x, y), height });
        let view = View { camera, ..view(&layers) };
        let page = Page::figure(Style::Paper);
        let scene = build(&frame, &view, 0.4, &page);
        let everything = Rect::at([0.0, 0.0], page.size);
        let axes = scene.panels[0].transform.rect();
        prop_assert!(axes.width() > 60.0 && axes.height() > 60.0, "{axes:?}");
        let written = texts(&scene.furniture);
        for (k, text) in written.iter().enumerate() {
            let bounds = ink(text);
            prop_assert!(everything.contains(bounds.min) && everything.contains(bounds.max), "{text:?}");
            prop_assert!(!axes.touches(&bounds), "{text:?} in {axes:?}");
            for other in &written[k + 1..] {
                prop_assert!(!bounds.touches(&ink(other)), "{text:?} {other:?}");
            }
        }
    }
}

/// The box of the digits and capitals of a text: ascenders and descenders of neighbours may interlock.
fn ink(text: &Text) -> Rect {
    let bounds = text.bounds();
    Rect {
        min: [bounds.min[0], text.at[1] - text::cap_height(text.size)],
        max: [bounds.max[0], text.at[1]],
    }
}

#[test]
fn a_figure_says_what_it_shows() {
    let scene = build(&frame(), &View::default(), 1.0, &Page::figure(Style::Paper));
    let written: Vec<&str> = texts(&scene.furniture)
        .iter()
        .map(|t| t.text.as_str())
        .collect();
    assert!(written.contains(&"A <test> & more"), "{written:?}");
    assert!(written.contains(&"x") && written.contains(&"y") && written.contains(&"−2.0"));
    let numbers = written
        .iter()
        .find(|text| text.starts_with("S = "))
        .expect("the numbers");
    assert_eq!(
        numbers.split_whitespace().collect::<Vec<_>>().join(" "),
        "S = 1.00 cost = 16.0 chord / arc = 0.987 W₂ = 0.141 (floor 0.135)"
    );
    let recipe = written
        .iter()
        .find(|text| text.contains("coupling"))
        .expect("the recipe");
    assert!(
        recipe.starts_with("cond-OT path") && recipe.ends_with("step 1,234"),
        "{recipe}"
    );
}

#[test]
fn lecture_type_is_larger() {
    let page = Page::canvas(CANVAS, Style::Dark);
    let large = Page { zoom: 2.0, ..page };
    let size = |page: &Page| {
        let scene = build(&frame(), &View::default(), 0.0, page);
        texts(&scene.furniture)
            .iter()
            .map(|t| t.size.size)
            .fold(0.0, f32::max)
    };
    assert_eq!(size(&large), 2.0 * size(&page));
}
