//! Scenes of a small frame with known numbers, see [`super::fixture`].

mod arrows;
mod furniture;
mod layers;
mod maps;
mod measures;

use std::sync::Arc;

use proptest::prelude::*;

use super::fixture::{N, empty_frame, frame, show, trajectories};
use super::*;
use crate::experiment::View;
use crate::flow::Point;
use crate::flow::grid::FieldGrid;
use crate::snapshot::Frame;

const CANVAS: [f32; 2] = [800.0, 600.0];

fn view(layers: &[Layer]) -> View {
    View {
        layers: layers.to_vec(),
        ..View::default()
    }
}

fn canvas(frame: &Frame, layers: &[Layer], t: f64) -> Scene {
    build(frame, &view(layers), t, &Page::canvas(CANVAS, Style::Dark))
}

/// The marks of the only visible layer.
fn only(scene: &Scene) -> &[Item] {
    assert_eq!(scene.panels[0].groups.len(), 1);
    &scene.panels[0].groups[0].items
}

fn centers(item: &Item) -> &[PagePoint] {
    match item {
        Item::Points(points) => &points.centers,
        other => panic!("no points: {other:?}"),
    }
}

fn texts(items: &[Item]) -> Vec<&Text> {
    let texts = items.iter().filter_map(|item| match item {
        Item::Text(text) => Some(text),
        _ => None,
    });
    texts.collect()
}

fn distance(a: PagePoint, b: PagePoint) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

fn replace_points(frame: &Frame, change: impl Fn(usize, &mut Point)) -> Frame {
    let mut trajectories = trajectories(frame).clone();
    let points = trajectories.points.iter_mut().enumerate();
    points.for_each(|(k, p)| change(k, p));
    let mut frame = frame.clone();
    show(&mut frame, trajectories);
    frame
}

#[test]
fn particles_are_where_the_trajectories_are() {
    let frame = frame();
    let scene = canvas(&frame, &[Layer::Particles], 0.5);
    let centers = centers(&only(&scene)[0]);
    assert_eq!(centers.len(), N);
    let middle = scene.panels[0].transform.page_from_data([0.0, -0.7]);
    assert!(
        distance(centers[0], middle) < 0.01,
        "{:?} {middle:?}",
        centers[0]
    );
}

#[test]
fn a_view_shows_no_more_than_it_asks_for() {
    let (frame, page) = (frame(), Page::canvas(CANVAS, Style::Dark));
    let few = View {
        particles: 7,
        trajectories: 3,
        ..view(&[Layer::Particles, Layer::Trajectories])
    };
    let scene = build(&frame, &few, 0.3, &page);
    let [trajectories, particles] = &scene.panels[0].groups[..] else {
        panic!("two layers: {:?}", scene.panels[0].groups);
    };
    assert_eq!(centers(&particles.items[0]).len(), 7);
    let Item::Polylines(lines) = &trajectories.items[0] else {
        panic!("lines: {:?}", trajectories.items);
    };
    assert_eq!(lines.lines().count(), 3);
}

#[test]
fn trajectories_run_from_source_to_target_in_the_colour_of_their_chord_ratio() {
    let frame = frame();
    let scene = canvas(&frame, &[Layer::Trajectories], 0.0);
    let Item::Polylines(lines) = &only(&scene)[0] else {
        panic!("lines");
    };
    let transform = scene.panels[0].transform;
    let theme = Style::Dark.theme();
    for ((points, color), i) in lines.lines().zip(0..) {
        let ends = [frame.source[i], frame.target[i]].map(|p| transform.page_from_data(p));
        assert!(distance(points[0], ends[0]) < 0.01);
        assert!(distance(points[points.len() - 1], ends[1]) < 0.01);
        let ratio = trajectories(&frame).chord_ratio(i);
        let expected = theme.shade(ratio as f32).alpha(theme.ink.trajectory_alpha);
        assert_eq!(color, expected);
    }
}

#[test]
fn trails_end_at_the_particle() {
    for t in [0.05, 0.42, 1.0] {
        let scene = canvas(&frame(), &[Layer::Trails, Layer::Particles], t);
        let [trails, particles] = &scene.panels[0].groups[..] else {
            panic!("two layers");
        };
        let Item::Polylines(lines) = &trails.items[0] else {
            panic!("lines");
        };
        let centers = centers(&particles.items[0]);
        assert!(lines.fade);
        assert_eq!(lines.lines().count(), centers.len());
        for ((points, _), &center) in lines.lines().zip(centers) {
            assert!(distance(points[points.len() - 1], center) < 1e-3);
        }
    }
    let scene = canvas(&frame(), &[Layer::Trails], 0.0);
    let Item::Polylines(lines) = &only(&scene)[0] else {
        panic!("lines");
    };
    assert_eq!(lines.lines().count(), 0, "no trail before the start");
}

#[test]
fn pairs_join_source_and_target() {
    let frame = frame();
    let scene = canvas(&frame, &[Layer::Pairs], 0.0);
    let Item::Segments(segments) = &only(&scene)[0] else {
        panic!("segments");
    };
    assert_eq!(segments.ends.len(), N);
    let expected = [frame.pairs[3].0, frame.pairs[3].1];
    let expected = expected.map(|p| scene.panels[0].transform.page_from_data(p));
    assert_eq!(segments.ends[3], expected);
}

proptest! {
    #[test]
    fn arrows_fit_their_cell_and_point_along_the_field(t in 0.0..1.0f64, log_size in -6.0..6.0f64) {
        let mut frame = frame();
        let mut field = FieldGrid::clone(frame.products.field.get().expect("a field"));
        let size = 10f64.powf(log_size);
        field.velocities.iter_mut().flatten().for_each(|v| *v *= size);
        let expected: Vec<(Point, Point)> = field.at(t).collect();
        frame.products.put(frame.flow(), field);
        let scene = canvas(&frame, &[Layer::Field], t);
        let Item::Arrows(arrows) = &only(&scene)[0] else { panic!("arrows") };
        // The one place without flow has no arrow; all others do, however fast the field is.
        prop_assert_eq!(arrows.arrows.len(), 23);
        let transform = scene.panels[0].transform;
        let cell = transform.scale() as f32;
        let longest = arrows.arrows.iter().map(|&[a, b]| distance(a, b)).fold(0.0, f32::max);
        prop_assert!((longest / cell - 0.9).abs() < 1e-3, "{longest} {cell}");
        for (&[tail, tip], (x, v)) in arrows.arrows.iter().zip(&expected[1..]) {
            let length = distance(tail, tip);
            prop_assert!(length > 0.15 * cell && length < 0.91 * cell, "{length} {cell}");
            let middle = [0.5 * (tail[0] + tip[0]), 0.5 * (tail[1] + tip[1])];
            prop_assert!(distance(middle, transform.page_from_data(*x)) < 0.01);
            let along = (tip[0] - tail[0]) * v[0] as f32 - (tip[1] - tail[1]) * v[1] as f32;
            let cosine = along / (length * v[0].hypot(v[1]) as f32);
            prop_assert!(cosine > 0.999, "{cosine}");
        }
    }
}

#[test]
fn what_is_not_finite_is_dropped_and_the_rest_is_drawn() {
    let mut frame = replace_points(&frame(), |k, p| match k % N {
        0 => *p = [f64::NAN, 0.0],
        1 if k / N > 5 => *p = [f64::INFINITY, 1e300],
        _ => {}
    });
    let poisoned = |points: &[Point]| {
        let mut points = points.to_vec();
        points[2] = [0.0, f64::NEG_INFINITY];
        points.into()
    };
    frame.source = poisoned(&frame.source);
    frame.target = poisoned(&frame.target);
    frame.pairs = [([0.0, 0.0], [f64::NAN, 1.0]), ([0.0, 0.0], [1.0, 1.0])].into();
    let scene = canvas(&frame, &Layer::ALL, 1.0);
    for group in &scene.panels[0].groups {
        assert!(group.items.iter().all(is_finite), "{:?}", group.layer);
        // Layers of what this frame does not have, such as another lane, have no marks.
        let count = match group.items.first() {
            Some(Item::Points(points)) => points.centers.len(),
            Some(Item::Polylines(lines)) => lines.lines().count(),
            Some(Item::Segments(segments)) => segments.ends.len(),
            _ => continue,
        };
        let expected = match group.layer {
            Layer::Source | Layer::Target => N - 1,
            // One particle was never finite; the other has a trajectory until it leaves.
            Layer::Trajectories => N - 1,
            Layer::Particles | Layer::Trails => N - 2,
            Layer::Worst => 10,
            _ => 1,
        };
        assert_eq!(count, expected, "{:?}", group.layer);
    }
}

fn is_finite(item: &Item) -> bool {
    let finite = |points: &[PagePoint]| points.iter().flatten().all(|c| c.is_finite());
    match item {
        Item::Points(points) => finite(&points.centers),
        Item::Cloud(cloud) => {
            let blocks = cloud.cloud.blocks.iter();
            blocks
                .flat_map(|b| b.points.as_flattened())
                .all(|c| c.is_finite())
        }
        Item::Polylines(lines) => finite(&lines.points),
        Item::Segments(segments) => finite(segments.ends.as_flattened()),
        Item::Arrows(arrows) => finite(arrows.arrows.as_flattened()),
        Item::Image(image) => finite(&[image.rect.min, image.rect.max]),
        Item::Rectangle(rectangle) => finite(&[rectangle.rect.min, rectangle.rect.max]),
        Item::Text(text) => finite(&[text.at]),
    }
}

#[test]
fn particles_lie_on_the_trajectories_until_they_have_arrived() {
    let order = |t| {
        let scene = canvas(&frame(), &[Layer::Particles, Layer::Trajectories], t);
        let groups = scene.panels[0].groups.iter();
        groups.map(|group| group.layer).collect::<Vec<_>>()
    };
    assert_eq!(order(0.99), [Layer::Trajectories, Layer::Particles]);
    assert_eq!(order(1.0), [Layer::Particles, Layer::Trajectories]);
}

#[test]
fn an_empty_frame_has_an_empty_scene() {
    for page in [
        Page::canvas(CANVAS, Style::Light),
        Page::figure(Style::Dark),
    ] {
        let scene = build(&empty_frame(), &view(&Layer::ALL), 0.5, &page);
        assert_eq!(scene.panels[0].groups.len(), Layer::ALL.len());
        for item in scene.panels[0]
            .groups
            .iter()
            .flat_map(|group| group.items.iter())
        {
            match item {
                Item::Points(points) => assert!(points.centers.is_empty()),
                Item::Segments(segments) => assert!(segments.ends.is_empty()),
                other => panic!("unexpected {other:?}"),
            }
        }
        assert!(!texts(&scene.furniture).is_empty());
    }
}

#[test]
fn the_canvas_is_fitted_to_the_target_when_the_source_is_wide() {
    let mut frame = frame();
    let near = canvas(&frame, &[], 0.0).panels[0].transform.visible();
    assert!(near.contains([-2.0, 0.0]) && near.contains([2.0, 0.0]));
    // The target is 2 high, so a source of 200 would shrink it to a hundredth of the canvas.
    frame.source = frame
        .source
        .iter()
        .map(|p| [100.0 * p[1], 100.0 * p[1]])
        .collect();
    let seen = canvas(&frame, &[], 0.0).panels[0].transform.visible();
    assert!(seen.height() < 3.0, "{seen:?}");
    assert!(seen.contains([2.0, 1.0]) && seen.contains([2.0, -1.0]));
}

#[test]
fn the_density_is_opaque_where_the_particles_are() {
    let scene = canvas(&frame(), &[Layer::Density], 0.0);
    let Item::Image(image) = &only(&scene)[0] else {
        panic!("an image");
    };
    let alpha_at = |x: Point| {
        let page = scene.panels[0].transform.page_from_data(x);
        let share = |k: usize, extent: f32| (page[k] - image.rect.min[k]) / extent;
        let column = (share(0, image.rect.width()) * image.size[0] as f32) as usize;
        let row = (share(1, image.rect.height()) * image.size[1] as f32) as usize;
        image.rgba[4 * (row * image.size[0] + column) + 3]
    };
    // At t = 0 all particles stand between -1 and 1 at x = -2.
    assert!(alpha_at([-2.0, 0.1]) > 120, "{}", alpha_at([-2.0, 0.1]));
    assert_eq!(alpha_at([2.0, 0.1]), 0);
    assert!(alpha_at([-2.0, 1.2]) < alpha_at([-2.0, 0.1]));
}

#[test]
fn a_builder_repeats_what_has_not_changed_and_only_that() {
    let (frame, page) = (frame(), Page::canvas(CANVAS, Style::Dark));
    let view = view(&Layer::ALL);
    let mut builder = Builder::default();
    let first = builder.build(&frame, &view, 0.2, &page);
    let second = builder.build(&frame, &view, 0.3, &page);
    assert_eq!(second, build(&frame, &view, 0.3, &page));
    let kept = |a: &Scene, b: &Scene| -> Vec<Layer> {
        let groups = a.panels[0].groups.iter().zip(&b.panels[0].groups);
        let same = groups.filter(|(a, b)| !a.items.is_empty() && Arc::ptr_eq(&a.items, &b.items));
        same.map(|(a, _)| a.layer).collect()
    };
    let still = [
        Layer::Target,
        Layer::Source,
        Layer::Pairs,
        Layer::Trajectories,
        Layer::Worst,
    ];
    assert_eq!(kept(&first, &second), still);
    let later = replace_points(&frame, |_, p| p[1] += 0.1);
    let third = builder.build(&later, &view, 0.3, &page);
    assert_eq!(
        kept(&second, &third),
        [Layer::Target, Layer::Source, Layer::Pairs]
    );
    assert_eq!(third, build(&later, &view, 0.3, &page));
    let light = Page::canvas(CANVAS, Style::Light);
    let fourth = builder.build(&later, &view, 0.3, &light);
    assert!(kept(&third, &fourth).is_empty());
    let fifth = builder.build(&later, &view, 0.3, &light);
    let groups = &fifth.panels[0].groups;
    let drawn = groups.iter().filter(|group| !group.items.is_empty());
    assert_eq!(kept(&fourth, &fifth).len(), drawn.count());
}
