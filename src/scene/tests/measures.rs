//! Trajectories in the colours of their numbers, the worst of them, and the mesh that flows with them.

use std::f64::consts::PI;

use super::super::fixture::measure;
use super::super::*;
use super::{CANVAS, frame, texts, trajectories, view};
use crate::experiment::{TrajectoryColor, View};
use crate::flow::Point;
use crate::flow::trajectory::Trajectories;
use crate::snapshot::Frame;

/// The scene of all trajectories in the colours of a measure.
fn colored(frame: &mut Frame, color: TrajectoryColor, layers: &[Layer]) -> Scene {
    measure(frame, color);
    let view = View {
        color,
        ..view(layers)
    };
    build(frame, &view, 1.0, &Page::canvas(CANVAS, Style::Dark))
}

fn polylines(scene: &Scene, layer: Layer) -> Polylines {
    let mut groups = scene.panels[0].groups.iter();
    let group = groups
        .find(|group| group.layer == layer)
        .expect("the layer");
    match &group.items[0] {
        Item::Polylines(lines) => lines.clone(),
        other => panic!("lines: {other:?}"),
    }
}

/// A frame whose first trajectory makes a detour, the second runs straight in unequal steps, and all others are straight
/// at constant speed.
fn detours() -> Frame {
    let mut frame = frame();
    let times: Vec<f64> = (0..=10).map(|k| f64::from(k) / 10.0).collect();
    let at = |t: f64, i: usize| -> Point {
        let y = -1.0 + 0.05 * i as f64;
        match i {
            0 => [-2.0 + 4.0 * t, y - 2.0 * (PI * t).sin()],
            1 => [-2.0 + 4.0 * t * t, y],
            _ => [-2.0 + 4.0 * t, y],
        }
    };
    let points = times
        .iter()
        .flat_map(|&t| (0..super::N).map(move |i| at(t, i)));
    let walked = Trajectories {
        points: points.collect(),
        times,
        n_particles: super::N,
        nfe: 10,
    };
    super::show(&mut frame, walked);
    frame
}

#[test]
fn a_trajectory_is_coloured_along_its_way_by_its_speed_and_local_s() {
    let theme = Style::Dark.theme();
    for (color, top) in [
        (TrajectoryColor::Speed, 5.0),
        (TrajectoryColor::LocalS, 5.0),
    ] {
        let mut frame = detours();
        let scene = colored(&mut frame, color, &[Layer::Trajectories]);
        let lines = polylines(&scene, Layer::Trajectories);
        // Straight at constant speed: one colour, that of the speed 4 and of no local S.
        let share = if color == TrajectoryColor::Speed {
            4.0 / top
        } else {
            0.0
        };
        let steady = theme.shade((share * 23.0_f32).round() / 23.0);
        let alike = lines.colors.iter().filter(|&&c| c == steady).count();
        assert!(alike >= super::N - 2, "{color:?}: {alike}");
        // The other two change colour on their way, without a gap.
        assert!(lines.colors.len() >= super::N + 6, "{color:?}");
        let ends: Vec<_> = lines
            .lines()
            .map(|(points, _)| (points[0], points[points.len() - 1]))
            .collect();
        for pair in ends[..3].windows(2) {
            assert_eq!(pair[0].1, pair[1].0, "{color:?}");
        }
        let words: Vec<String> = texts(&scene.furniture)
            .iter()
            .map(|text| text.text.clone())
            .collect();
        assert!(
            words.contains(&color.name().to_owned()) && words.contains(&"5".to_owned()),
            "{words:?}"
        );
    }
}

#[test]
fn turning_is_one_colour_a_trajectory_and_lines_do_not_turn() {
    let theme = Style::Dark.theme();
    let mut frame = detours();
    let scene = colored(
        &mut frame,
        TrajectoryColor::Curvature,
        &[Layer::Trajectories],
    );
    let lines = polylines(&scene, Layer::Trajectories);
    assert_eq!(lines.colors.len(), super::N);
    let alpha = theme.ink.trajectory_alpha;
    assert!(
        lines.colors[1..]
            .iter()
            .all(|&color| color == theme.shade(0.0).alpha(alpha))
    );
    let angle = trajectories(&frame).turning(0);
    assert!((1.0..PI).contains(&angle), "{angle}");
    assert_eq!(
        lines.colors[0],
        theme.shade((angle / PI) as f32).alpha(alpha)
    );
}

#[test]
fn the_worst_ten_are_picked_by_what_the_colour_means() {
    let first_y = |scene: &Scene| {
        let lines = polylines(scene, Layer::Worst);
        assert_eq!(lines.colors.len(), 10);
        let (points, _) = lines.lines().last().expect("a line");
        scene.panels[0].transform.data_from_page(points[0])[1]
    };
    for (color, worst) in [
        (TrajectoryColor::ChordRatio, -1.0),
        (TrajectoryColor::Curvature, -1.0),
        (TrajectoryColor::LocalS, -1.0),
        (TrajectoryColor::Speed, -0.95),
    ] {
        let mut frame = detours();
        let scene = colored(&mut frame, color, &[Layer::Worst]);
        let y = first_y(&scene);
        assert!((y - worst).abs() < 1e-3, "{color:?}: {y}");
        let texts = texts(&scene.furniture);
        assert!(
            texts.iter().any(|text| text.text.contains(" to ")),
            "{color:?} says its range"
        );
    }
}
