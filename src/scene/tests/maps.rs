//! Maps of the exact field, and of a field against it.

use super::super::fixture::{exact_field, frame, map};
use super::super::*;
use super::{CANVAS, only, texts, view};
use crate::flow::maps::LEVELS;

/// A field that is too fast by a tenth, against that from `N(0, I)` to `N(0, 2^2 I)`.
fn mapped(scale: f64) -> crate::snapshot::Frame {
    let mut frame = frame();
    map(&mut frame, scale);
    frame
}

fn scene(frame: &crate::snapshot::Frame, layer: Layer, t: f64, style: Style) -> Scene {
    build(frame, &view(&[layer]), t, &Page::canvas(CANVAS, style))
}

fn image(scene: &Scene) -> &Image {
    match only(scene) {
        [Item::Image(image)] => image,
        other => panic!("an image, not {other:?}"),
    }
}

/// Opacity of the cell at a point.
fn alpha(scene: &Scene, at: [f64; 2]) -> u8 {
    let (image, page) = (image(scene), scene.panels[0].transform.page_from_data(at));
    let share = |k: usize, extent: f32| (page[k] - image.rect.min[k]) / extent;
    let column = (share(0, image.rect.width()) * image.size[0] as f32) as usize;
    let row = (share(1, image.rect.height()) * image.size[1] as f32) as usize;
    image.rgba[4 * (row * image.size[0] + column) + 3]
}

fn said(scene: &Scene, beginning: &str) -> String {
    let texts = texts(&scene.furniture);
    let found = texts.iter().find(|text| text.text.starts_with(beginning));
    found
        .unwrap_or_else(|| panic!("{beginning} of {texts:?}"))
        .text
        .clone()
}

#[test]
fn every_map_is_a_picture_with_a_bar_a_scale_and_its_number() {
    let frame = mapped(1.1);
    for (layer, scale, number) in [
        (Layer::FieldError, "0 to ", "RMS over p_t "),
        (Layer::ExactDensity, "0 to ", ""),
        (Layer::Divergence, "−", ""),
        (Layer::Continuity, "0 to ", "integral "),
        (Layer::PpdResidual, "0 to ", "RMS over p_t "),
    ] {
        for style in [Style::Dark, Style::Light, Style::Paper] {
            let scene = scene(&frame, layer, 0.4, style);
            let image = image(&scene);
            assert_eq!(image.rgba.len(), 4 * image.size[0] * image.size[1]);
            assert!(image.rgba.chunks(4).any(|cell| cell[3] > 60), "{layer:?}");
            let is_step =
                |item: &&Item| matches!(item, Item::Rectangle(step) if step.stroke.is_none());
            assert!(
                scene.furniture.iter().filter(is_step).count() >= 32,
                "{layer:?}"
            );
            said(&scene, scale);
            said(&scene, number);
            assert_eq!(
                said(&scene, "Exact, in closed form"),
                "Exact, in closed form."
            );
        }
    }
}

/// `u_t(x) = c x`, so that the error of a field that is faster by a tenth grows from the middle.
#[test]
fn the_error_is_where_the_field_is_wrong_and_fades_where_nothing_ever_comes() {
    let scene = scene(&mapped(1.1), Layer::FieldError, 0.5, Style::Dark);
    let [middle, side, outside] = [[0.0, 0.0], [1.2, 0.0], [5.9, 5.9]].map(|at| alpha(&scene, at));
    assert!(side > 100 && middle < side / 2, "{middle} {side}");
    assert!(outside < side / 2, "{outside}");
    // E |0.1 u|^2 over p_t: variance v = 1 - 2 t + 5 t^2 = 1.25, u = v' x / (2 v) = 1.5 x / 1.25, E |x|^2 = 2.5.
    let rms: f64 = 0.1 * 1.2 * 2.5_f64.sqrt();
    let said = said(&scene, "RMS over p_t ");
    assert!(
        said.starts_with(&format!("RMS over p_t {rms:.3}, all t ")),
        "{said} {rms}"
    );
}

#[test]
fn residuals_say_how_large_those_of_the_exact_field_are() {
    for layer in [Layer::Continuity, Layer::PpdResidual] {
        let number = |scale: f64| {
            let frame = mapped(scale);
            let against = frame
                .products
                .field_maps
                .get()
                .unwrap()
                .maps
                .get(2)
                .unwrap()
                .against
                .clone();
            let residual = against.unwrap().residual;
            let scene = scene(&frame, layer, 0.5, Style::Light);
            let words = said(
                &scene,
                if layer == Layer::Continuity {
                    "integral"
                } else {
                    "RMS"
                },
            );
            assert!(words.contains(", exact field "), "{words}");
            (residual.continuity, words)
        };
        let ((wrong, _), (right, _)) = (number(1.1), number(1.0));
        assert!(wrong > 0.1 && right < 1e-5, "{wrong} {right}");
    }
}

/// Two lanes, of which one is wrong: its scale is that of both.
#[test]
fn lanes_have_one_scale_that_stays_while_time_moves() {
    let (wrong, right) = (mapped(1.1), mapped(1.0));
    let (page, view) = (
        Page::canvas(CANVAS, Style::Dark),
        view(&[Layer::FieldError]),
    );
    let company = Company {
        beside: None,
        scales: Scales::of([&right, &wrong]),
    };
    let ends = |frame, t| {
        let scene = Builder::default().build_beside(frame, company, &view, t, &page);
        said(&scene, "0 to ")
    };
    let end = ends(&wrong, 0.2);
    assert_eq!(end, ends(&right, 0.2));
    assert_eq!(end, ends(&wrong, 0.9));
    let scene = Builder::default().build_beside(&right, company, &view, 0.2, &page);
    let Item::Image(image) = &only(&scene)[0] else {
        panic!("an image")
    };
    assert!(image.rgba.chunks(4).all(|cell| cell[3] < 3));
}

#[test]
fn contours_are_circles_about_a_gaussian() {
    let frame = mapped(1.0);
    let scene = scene(&frame, Layer::Contours, 0.5, Style::Paper);
    let [Item::Polylines(lines)] = only(&scene) else {
        panic!("lines");
    };
    assert_eq!(lines.colors.len(), LEVELS.len());
    let center = scene.panels[0].transform.page_from_data([0.0, 0.0]);
    let scale = scene.panels[0].transform.scale() as f32;
    for ((points, _), share) in lines.lines().zip(LEVELS) {
        let radius = (-2.0 * (1.0 - share).ln() * 1.25).sqrt() as f32;
        for point in points {
            let found = super::distance(*point, center) / scale;
            assert!(
                (found / radius - 1.0).abs() < 0.05,
                "{share}: {found} {radius}"
            );
        }
    }
}

#[test]
fn exact_arrows_are_in_the_scale_of_the_learned_ones_where_those_are_shown() {
    let mut frame = mapped(1.0);
    exact_field(&mut frame, 0.5);
    let page = Page::canvas(CANVAS, Style::Dark);
    let lengths = |layers: &[Layer]| {
        let scene = build(&frame, &view(layers), 0.5, &page);
        let group = scene.panels[0]
            .groups
            .iter()
            .find(|g| g.layer == Layer::ExactField);
        let [Item::Arrows(arrows)] = &group.unwrap().items[..] else {
            panic!("arrows");
        };
        assert_eq!(arrows.color, Style::Dark.theme().ink.exact);
        let length = |[from, to]: &[PagePoint; 2]| super::distance(*from, *to);
        let longest = arrows.arrows.iter().map(length).fold(0.0, f32::max);
        let words: Vec<String> = texts(&scene.furniture)
            .iter()
            .map(|t| t.text.clone())
            .collect();
        (longest, words)
    };
    let (alone, words) = lengths(&[Layer::ExactField]);
    assert!(
        words.iter().any(|w| w.starts_with("u: longest arrow ")),
        "{words:?}"
    );
    let (beside, words) = lengths(&[Layer::Field, Layer::ExactField]);
    assert!(words.iter().any(|w| w == "in the scale of v"), "{words:?}");
    assert!((beside / alone - 0.5).abs() < 0.05, "{beside} {alone}");
}

#[test]
fn a_problem_without_an_exact_field_says_why() {
    use crate::flow::distribution::DistributionError;
    use crate::flow::exact::MarginalError;
    use crate::products::Exact;
    let mut frame = frame();
    let empty = MarginalError::Distribution(DistributionError::EmptyDrawing);
    let of = frame.flow();
    frame.products.put(of, Exact { field: Err(empty) });
    let scene = scene(&frame, Layer::Continuity, 0.5, Style::Dark);
    assert!(only(&scene).is_empty());
    said(&scene, "No exact field: ");
}

#[test]
fn an_earlier_step_is_shown_without_what_is_of_other_steps() {
    let mut frame = mapped(1.1);
    frame.past = Some(frame.step);
    assert!(!only(&scene(&frame, Layer::FieldError, 0.5, Style::Dark)).is_empty());
    frame.past = Some(frame.step - 1);
    assert!(only(&scene(&frame, Layer::FieldError, 0.5, Style::Dark)).is_empty());
}

/// Where lanes have no room to name all layers, the maps' bars stay.
#[test]
fn a_strip_without_names_has_the_bars_of_maps() {
    let frame = mapped(1.1);
    let company = Company {
        beside: None,
        scales: Scales::of([&frame]),
    };
    let layers = [
        Layer::Source,
        Layer::Target,
        Layer::Particles,
        Layer::Continuity,
    ];
    let page = Page::lane([300.0, 300.0], Style::Dark);
    let strip = legend_strip(&frame, company, &view(&layers), 0.5, (&page, 330.0));
    let words: Vec<&str> = texts(&strip.furniture)
        .iter()
        .map(|t| t.text.as_str())
        .collect();
    assert!(
        words.contains(&"|∂p/∂t + div(p v)|") && !words.contains(&"source"),
        "{words:?}"
    );
    assert!(
        strip
            .furniture
            .iter()
            .any(|item| matches!(item, Item::Rectangle(_)))
    );
}
