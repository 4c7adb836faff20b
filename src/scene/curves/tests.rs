use super::*;
use crate::scene::Around;
use crate::scene::item::Polylines;
use crate::scene::theme::lane_color;

/// Two lanes over three batches.
fn figure(n_plots: usize) -> CurvesFigure {
    let point = |x: f64, y| CurvePoint {
        x,
        y,
        error: Some(0.1),
    };
    let curve = |lane: usize| {
        let points = [16.0, 64.0, 1024.0].map(|x| point(x, x / 100.0 + lane as f64));
        Curve::measured(lane, points.to_vec())
    };
    let plot = |i: usize| Plot {
        title: format!("number {i}"),
        curves: vec![curve(0), curve(1)],
        scale: Scale::Linear,
        orders: &[],
    };
    CurvesFigure {
        title: "Two moons".to_owned(),
        recipe: "3 seeds".to_owned(),
        x_name: "batch".to_owned(),
        lanes: vec!["cond-OT".to_owned(), "VP".to_owned()],
        plots: (0..n_plots).map(plot).collect(),
        columns: COLUMNS,
        x: XAxis::Values,
        dashed: Vec::new(),
        around: Around::default(),
    }
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

#[test]
fn nothing_of_the_curves_is_clipped_or_overlaps() {
    for n in [1, 2, 3, 4, 9, 17] {
        let scene = figure(n).scene(Style::Paper);
        let page = Rect::at([0.0, 0.0], scene.size);
        let texts = texts(&scene);
        for (i, a) in texts.iter().enumerate() {
            let bounds = a.bounds();
            assert!(
                page.contains(bounds.min) && page.contains(bounds.max),
                "{n}: {}",
                a.text
            );
            for b in &texts[..i] {
                let (a_box, b_box) = (bounds.grown(-0.8), b.bounds().grown(-0.8));
                assert!(
                    !a_box.touches(&b_box),
                    "{n}: {} and {} overlap",
                    a.text,
                    b.text
                );
            }
        }
        for item in &scene.furniture {
            if let Item::Points(points) = item {
                assert!(points.centers.iter().all(|&center| page.contains(center)));
            }
        }
    }
}

#[test]
fn every_plot_has_every_lane_with_its_colour_and_error_bars() {
    let scene = figure(4).scene(Style::Paper);
    let lines: Vec<&Polylines> = scene
        .furniture
        .iter()
        .filter_map(|item| match item {
            Item::Polylines(lines) => Some(lines),
            _ => None,
        })
        .collect();
    assert_eq!(lines.len(), 8);
    let colors = [lane_color(0, false), lane_color(1, false)];
    assert!(
        lines
            .iter()
            .enumerate()
            .all(|(i, line)| line.colors == [colors[i % 2]])
    );
    // Ratios of 4 and 16 are twice as far apart.
    let x: Vec<f32> = lines[0].points.iter().map(|p| p[0]).collect();
    assert!(((x[2] - x[1]) / (x[1] - x[0]) - 2.0).abs() < 1e-3, "{x:?}");
    let bars = scene.furniture.iter().filter(|item| match item {
        Item::Segments(bars) => bars.ends.len() == 9,
        _ => false,
    });
    assert_eq!(bars.count(), 8);
    let words: Vec<&str> = texts(&scene)
        .iter()
        .map(|text| text.text.as_str())
        .collect();
    assert_eq!(words.iter().filter(|word| **word == "batch").count(), 3);
    assert_eq!(words.iter().filter(|word| **word == "VP").count(), 1);
}

#[test]
fn what_never_changes_and_what_is_not_there_are_drawn_too() {
    let mut figure = figure(2);
    for curve in &mut figure.plots[0].curves {
        curve
            .points
            .iter_mut()
            .for_each(|point| (point.y, point.error) = (200.0, None));
    }
    figure.plots[1].curves.clear();
    figure.lanes.clear();
    let scene = figure.scene(Style::Dark);
    assert!(scene.size.iter().all(|side| side.is_finite()));
    assert!(texts(&scene).iter().any(|text| text.text == "200"));
}
