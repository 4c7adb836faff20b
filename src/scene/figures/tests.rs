//! What every kind of figure promises, on a frame that is fixed.

use super::*;
use crate::scene::fixture::{exact_field, frame, map, trajectories};
use crate::scene::{Item, Panel};
use crate::snapshot::Frame;

/// A frame with maps of an exact field and its arrows.
fn full() -> Frame {
    let mut frame = frame();
    map(&mut frame, 1.1);
    exact_field(&mut frame, 0.9);
    frame
}

fn named(name: &str) -> Figure {
    Figure::new(FigureKind::named(name).expect("a kind"))
}

fn drawn(figure: &Figure, n_lanes: usize) -> Result<Scene, FigureError> {
    let frame = full();
    let lanes: Vec<LanePanel> = (0..n_lanes)
        .map(|i| LanePanel::measured(&frame, format!("lane {i}")))
        .collect();
    let view = View {
        trajectories: 50,
        ..View::default()
    };
    let material = Material {
        lanes: &lanes,
        view: &view,
    };
    let page = page(figure, &material, Style::Paper)?;
    scene(figure, &material, &page)
}

fn texts(scene: &Scene) -> Vec<&str> {
    let items = scene.furniture.iter();
    let texts = items.filter_map(|item| match item {
        Item::Text(text) => Some(text.text.as_str()),
        _ => None,
    });
    texts.collect()
}

fn shown(panel: &Panel) -> Vec<Layer> {
    let groups = panel.groups.iter();
    let groups = groups.filter(|group| !group.items.is_empty());
    groups.map(|group| group.layer).collect()
}

#[test]
fn every_kind_has_its_panels_and_layers() {
    for (name, panels, layer) in [
        ("trajectories", 1, Layer::Trajectories),
        ("strip", 5, Layer::Particles),
        ("field", 1, Layer::Field),
        ("lanes", 3, Layer::Trajectories),
        ("pairs", 3, Layer::Pairs),
    ] {
        let scene = drawn(&named(name), 3).expect(name);
        assert_eq!(scene.panels.len(), panels, "{name}");
        for panel in &scene.panels {
            assert!(shown(panel).contains(&layer), "{name}");
            assert_eq!(panel.transform.camera(), scene.panels[0].transform.camera());
            let rect = panel.transform.rect();
            let on_page = rect.min.iter().all(|&c| c >= 0.0)
                && rect.max[0] <= scene.size[0]
                && rect.max[1] <= scene.size[1];
            assert!(on_page, "{name} {rect:?}");
        }
    }
    let three = drawn(&named("triptych"), 1).expect("a triptych");
    let layers: Vec<_> = three.panels.iter().map(shown).collect();
    assert_eq!(
        layers,
        [[Layer::Source], [Layer::Trajectories], [Layer::Target]]
    );
}

#[test]
fn a_density_and_a_field_are_the_ones_that_are_asked_for() {
    use crate::experiment::figure::{DensityOf, FieldOf};
    for (kind, layer) in [
        (FigureKind::Field { of: FieldOf::Exact }, Layer::ExactField),
        (
            FigureKind::Field {
                of: FieldOf::Difference,
            },
            Layer::FieldError,
        ),
        (
            FigureKind::Density {
                of: DensityOf::Exact,
            },
            Layer::ExactDensity,
        ),
    ] {
        let figure = Figure {
            times: vec![0.5],
            ..Figure::new(kind)
        };
        let scene = drawn(&figure, 1).expect("a figure");
        assert!(shown(&scene.panels[0]).contains(&layer), "{layer:?}");
    }
}

#[test]
fn moments_move_particles_and_are_named() {
    let scene = drawn(&named("strip"), 1).expect("a strip");
    let frame = full();
    let followed = trajectories(&frame);
    // The times of nodes: between them particles are interpolated.
    for (panel, t) in scene.panels.iter().step_by(2).zip([0.0, 0.5, 1.0]) {
        let group = panel.groups.iter().find(|g| g.layer == Layer::Particles);
        let Some([Item::Points(points), ..]) = group.map(|g| &g.items[..]) else {
            panic!("particles");
        };
        let node = (t * (followed.times.len() - 1) as f64).round() as usize;
        let first = followed.points[node * followed.n_particles];
        let at = panel.transform.page_from_data(first);
        let near = points
            .centers
            .iter()
            .any(|c| (c[0] - at[0]).hypot(c[1] - at[1]) < 0.01);
        assert!(near, "t = {t}");
    }
    let words = texts(&scene);
    for said in ["(a) t = 0", "(b) t = 0.25", "(e) t = 1"] {
        assert!(words.contains(&said), "{said} of {words:?}");
    }
}

#[test]
fn what_stands_around_the_data_can_be_left_out() {
    let all = drawn(&named("strip"), 1).expect("a strip");
    let mut figure = named("strip");
    figure.show.ticks = false;
    figure.show.letters = false;
    figure.show.recipe = false;
    figure.show.numbers = false;
    figure.show.legend = false;
    figure.title = Some(String::new());
    let bare = drawn(&figure, 1).expect("a strip");
    assert_eq!(
        texts(&bare),
        ["t = 0", "t = 0.25", "t = 0.5", "t = 0.75", "t = 1"]
    );
    assert!(bare.size[1] < all.size[1]);
    let boxes = |scene: &Scene| {
        let is_box = |item: &&Item| matches!(item, Item::Rectangle(_));
        scene.furniture.iter().filter(is_box).count()
    };
    assert_eq!(boxes(&bare), 5);
    figure.show.frame = false;
    assert_eq!(boxes(&drawn(&figure, 1).expect("a strip")), 0);
    figure.title = Some("My own".to_owned());
    assert!(texts(&drawn(&figure, 1).expect("a strip")).contains(&"My own"));
}

#[test]
fn limits_sizes_and_numbers_of_paths_are_kept() {
    let figure = Figure {
        x_limits: Some((-3.0, 5.0)),
        y_limits: Some((-1.0, 3.0)),
        width: Some(Length::Inches(3.25)),
        paths: Some(7),
        ..named("trajectories")
    };
    let scene = drawn(&figure, 1).expect("a figure");
    assert!((scene.size[0] - 234.0).abs() < 1e-3);
    let seen = scene.panels[0].transform.visible();
    for (found, asked) in seen.min.iter().chain(&seen.max).zip([-3.0, -1.0, 5.0, 3.0]) {
        assert!((found - asked).abs() < 0.02, "{seen:?}");
    }
    let lines = scene.panels[0].groups.iter().flat_map(|g| g.items.iter());
    let lines = lines.filter_map(|item| match item {
        Item::Polylines(lines) => Some(lines.ends.len()),
        _ => None,
    });
    assert_eq!(lines.sum::<usize>(), 7);
}

#[test]
fn what_cannot_be_drawn_says_what_works() {
    for (name, said) in [
        ("posterior", "--set 'view.ask="),
        ("conditional", "--set 'view.given="),
        ("samples", "kind samples"),
    ] {
        let error = drawn(&named(name), 1).expect_err(name).to_string();
        assert!(error.contains(said), "{error}");
    }
    let figure = Figure {
        height: Some(Length::Points(60.0)),
        ..named("strip")
    };
    let error = drawn(&figure, 1).expect_err("too small");
    let FigureError::TooSmall { needed, .. } = error else {
        panic!("{error}");
    };
    let higher = Figure {
        height: Some(Length::Points(f64::from(needed.ceil()))),
        ..named("strip")
    };
    assert!(drawn(&higher, 1).is_ok());
}
