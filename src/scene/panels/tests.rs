use crate::scene::around::Around;
use crate::snapshot::Frame;
use proptest::prelude::*;

use super::words::letter;
use super::*;
use crate::experiment::{Camera, TrajectoryColor};
use crate::scene::fixture::{empty_frame, frame, measure_in};
use crate::scene::lanes::{LanePanel, columns, grid};
use crate::scene::{Color, Rect, Style, Text};

/// The grid of some lanes at a time.
fn of_lanes<'a>(lanes: &'a [LanePanel<'a>], view: &View, t: f64, columns: usize) -> PanelGrid<'a> {
    grid(lanes, view, t, columns, Around::default())
}

/// The page of a paper, as high as the grid needs.
fn natural(grid: &PanelGrid, style: Style) -> Page {
    grid.page(Page::figure(style))
}

/// The same lane so many times.
fn panels(n: usize, frame: &Frame) -> Vec<LanePanel<'_>> {
    let title = |i| format!("lane number {i}");
    (0..n)
        .map(|i| LanePanel::measured(frame, title(i)))
        .collect()
}

fn texts(scene: &Scene) -> Vec<&Text> {
    let mut texts = Vec::new();
    for item in &scene.furniture {
        if let Item::Text(text) = item {
            texts.push(text);
        }
    }
    texts
}

fn inside(scene: &Scene, rect: &Rect) -> bool {
    let page = Rect::at([0.0, 0.0], scene.size).grown(0.01);
    page.contains(rect.min) && page.contains(rect.max)
}

proptest! {
    #[test]
    fn nothing_is_clipped_or_overlaps(
        layers in proptest::sample::subsequence(Layer::ALL.to_vec(), 0..=8),
        n in 1..=13usize,
        wider in 0.8..1.6f32,
        higher in 0.95..1.6f32,
    ) {
        let frame = frame();
        let lanes = panels(n, &frame);
        let view = View { layers, ..View::default() };
        let figure = of_lanes(&lanes, &view, 0.5, columns(n));
        let natural = natural(&figure, Style::Paper);
        // A smaller page is refused. The least height is that of the page's width: a narrower one has more rows.
        let roomy = |size: [f32; 2]| {
            let least = figure.least(&Page { size, ..natural });
            [0, 1].map(|k| size[k].max(least[k]))
        };
        let natural = Page { size: roomy(natural.size), ..natural };
        let size = roomy([wider * natural.size[0], higher * natural.size[1]]);
        for page in [natural, Page { size, ..natural }] {
            let scene = figure.scene(&page);
            let texts = texts(&scene);
            for (i, a) in texts.iter().enumerate() {
                prop_assert!(inside(&scene, &a.bounds()), "{} leaves the page", a.text);
                for b in &texts[..i] {
                    let (a_box, b_box) = (a.bounds().grown(-0.8), b.bounds().grown(-0.8));
                    prop_assert!(!a_box.touches(&b_box), "{} and {} overlap", a.text, b.text);
                }
                for panel in &scene.panels {
                    let rect = panel.transform.rect().grown(-0.5);
                    prop_assert!(!rect.touches(&a.bounds()), "{} lies on a panel", a.text);
                }
            }
        }
    }
}

#[test]
fn panels_share_scale_camera_and_ticks() {
    let (near, mut far) = (frame(), frame());
    far.target = far.target.iter().map(|p| [2.0 * p[0], p[1]]).collect();
    let lanes =
        [&near, &far, &near, &near].map(|frame| LanePanel::measured(frame, "lane".to_owned()));
    let view = View::default();
    let figure = of_lanes(&lanes, &view, 1.0, 3);
    let page = natural(&figure, Style::Paper);
    let scene = figure.scene(&page);
    assert_eq!(scene.panels.len(), 4);
    let seen = scene.panels[0].transform.visible();
    assert!(seen.min[0] < -2.0 && seen.max[0] > 4.0, "{seen:?}");
    assert_eq!(figure.visible(&page), Some(seen));
    for panel in &scene.panels {
        let visible = panel.transform.visible();
        assert!((visible.width() - seen.width()).abs() < 1e-3, "{visible:?}");
        assert!((visible.min[1] - seen.min[1]).abs() < 1e-3, "{visible:?}");
    }
    let count = |words: &str| {
        texts(&scene)
            .iter()
            .filter(|text| text.text == words)
            .count()
    };
    assert_eq!(count("y"), 2, "the first panel of each row has a y axis");
    assert_eq!(count("x"), 3, "the last panel of each column has an x axis");
    for letter in ["(a) lane", "(b) lane", "(c) lane", "(d) lane"] {
        assert_eq!(count(letter), 1, "{letter}");
    }
    assert_eq!(scene.color_bars.len(), 1, "one colour bar");
    let labels = texts(&scene);
    let legends = labels.iter().filter(|text| text.text == "target samples");
    assert!(legends.count() <= 1, "one legend");
}

#[test]
fn a_camera_of_the_view_is_that_of_every_panel() {
    let frame = frame();
    let lanes = panels(2, &frame);
    let camera = Camera {
        center: (1.0, -1.0),
        height: 2.0,
    };
    let view = View {
        camera: Some(camera),
        ..View::default()
    };
    let figure = of_lanes(&lanes, &view, 0.0, 2);
    let scene = figure.scene(&natural(&figure, Style::Paper));
    for panel in &scene.panels {
        let seen = panel.transform.camera();
        assert!((seen.height - 2.0).abs() < 1e-3 && (seen.center.0 - 1.0).abs() < 1e-6);
    }
}

#[test]
fn what_differs_from_lane_to_lane_stands_under_its_panel() {
    let (slow, mut fast) = (frame(), frame());
    let field = fast.products.field.get().unwrap();
    let mut quick = field.output.clone();
    quick.velocities = quick
        .velocities
        .iter()
        .map(|v| v.map(|x| 3.0 * x))
        .collect();
    let of = field.of.clone();
    fast.products.put(of, quick);
    let view = View {
        layers: vec![Layer::Field],
        ..View::default()
    };
    let words = |frames: [&Frame; 2]| {
        let lanes = frames.map(|frame| LanePanel::measured(frame, "lane".to_owned()));
        let figure = of_lanes(&lanes, &view, 1.0, 2);
        let scene = figure.scene(&natural(&figure, Style::Paper));
        let texts: Vec<String> = texts(&scene).iter().map(|text| text.text.clone()).collect();
        let notes = texts.into_iter().filter(|text| text.contains("longest"));
        notes.collect::<Vec<String>>()
    };
    assert_eq!(words([&slow, &slow]).len(), 1);
    let notes = words([&slow, &fast]);
    assert!(notes.len() == 2 && notes[0] != notes[1], "{notes:?}");
}

/// The colours of the trajectories in a panel, one after the other.
fn colors(scene: &Scene, panel: usize) -> Vec<Color> {
    let items = scene.panels[panel]
        .groups
        .iter()
        .flat_map(|group| &*group.items);
    let lines = items.filter_map(|item| match item {
        Item::Polylines(lines) => Some(lines.colors.clone()),
        _ => None,
    });
    lines.flatten().collect()
}

/// The number at the upper end of the one colour bar.
fn end_of_bar(scene: &Scene) -> f64 {
    let [bar] = &scene.color_bars[..] else {
        panic!("{} bars", scene.color_bars.len());
    };
    let numbers = bar.iter().filter_map(|item| match item {
        Item::Text(text) => text.text.parse().ok(),
        _ => None,
    });
    numbers.fold(0.0, f64::max)
}

#[test]
fn a_colour_of_trajectories_is_one_number_in_all_lanes() {
    // The same speeds between densities that are ten times as far from each other.
    let [near, far] = [2.0, 20.0].map(|unit| {
        let mut frame = frame();
        measure_in(&mut frame, TrajectoryColor::Speed, unit);
        frame
    });
    let view = View {
        layers: vec![Layer::Trajectories],
        color: TrajectoryColor::Speed,
        ..View::default()
    };
    let drawn = |frames: &[&Frame]| {
        let frames = frames.iter().copied();
        let lanes = frames.map(|frame| LanePanel::measured(frame, "lane".to_owned()));
        let lanes: Vec<LanePanel> = lanes.collect();
        let figure = of_lanes(&lanes, &view, 1.0, 2);
        figure.scene(&natural(&figure, Style::Paper))
    };
    let [alone, wide] = [&near, &far].map(|frame| drawn(&[frame]));
    assert!(end_of_bar(&wide) > 5.0 * end_of_bar(&alone));
    assert_ne!(colors(&alone, 0), colors(&wide, 0), "the scales differ");
    for lanes in [[&near, &far], [&far, &near]] {
        let both = drawn(&lanes);
        assert!(colors(&both, 0).len() > 30);
        assert_eq!(colors(&both, 0), colors(&both, 1));
        assert_eq!(end_of_bar(&both), end_of_bar(&wide));
        assert_eq!(colors(&both, 0), colors(&wide, 0), "those of the one bar");
    }
}

#[test]
fn lanes_without_anything_are_a_figure_too() {
    let frame = empty_frame();
    let lanes = panels(6, &frame);
    let view = View::default();
    let figure = of_lanes(&lanes, &view, 0.5, columns(6));
    let scene = figure.scene(&natural(&figure, Style::Dark));
    assert_eq!(scene.panels.len(), 6);
    assert!(
        scene
            .size
            .iter()
            .all(|side| side.is_finite() && *side > 100.0)
    );
    assert_eq!(letter(25), "z");
    assert_eq!(letter(26), "27");
}
