use super::*;
use crate::experiment::{Camera, Layer, View};
use crate::scene::fixture::{N, exact_field, frame, map};
use crate::scene::{Page, Style, build};

fn with(text: TextAs) -> Options {
    Options {
        text,
        ..Options::default()
    }
}

fn file(layers: &[Layer], text_as: TextAs) -> String {
    let view = View {
        layers: layers.to_vec(),
        // All of the fixture, however much room the legend leaves.
        camera: Some(Camera {
            center: (0.0, 0.0),
            height: 20.0,
        }),
        ..View::default()
    };
    let scene = build(&frame(), &view, 0.4, &Page::figure(Style::Paper));
    let bytes = encode(&scene, &with(text_as)).expect("the scene is encoded");
    String::from_utf8(bytes).expect("the file is UTF-8")
}

/// Walks over the tags: every one is closed, every attribute quoted, no stray `&` or `<`. Returns their names.
fn tags(xml: &str) -> Vec<String> {
    let mut rest = xml
        .strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        .expect("a prologue");
    let (mut open, mut seen) = (Vec::new(), Vec::new());
    while let Some(start) = rest.find('<') {
        assert!(
            !rest[..start].contains('>'),
            "stray > in {:?}",
            &rest[..start]
        );
        let end = rest.find('>').expect("a closed tag");
        let tag = &rest[start + 1..end];
        assert!(
            !tag.contains('<') && tag.matches('"').count().is_multiple_of(2),
            "{tag}"
        );
        let name = tag
            .trim_start_matches('/')
            .split([' ', '/'])
            .next()
            .expect("a name");
        match (tag.starts_with('/'), tag.ends_with('/')) {
            (true, _) => assert_eq!(open.pop().as_deref(), Some(name)),
            (_, true) => seen.push(name.to_owned()),
            _ => {
                seen.push(name.to_owned());
                open.push(name.to_owned());
            }
        }
        rest = &rest[end + 1..];
    }
    assert!(
        open.is_empty() && rest.trim().is_empty(),
        "{open:?} {rest:?}"
    );
    let entities = xml.matches('&').count();
    let known = ["&amp;", "&lt;", "&gt;", "&quot;"];
    assert_eq!(
        entities,
        known.iter().map(|e| xml.matches(e).count()).sum::<usize>()
    );
    seen
}

#[test]
fn every_mark_is_an_element_of_a_well_formed_file() {
    for text_as in [TextAs::Outlines, TextAs::Text] {
        let svg = file(&Layer::ALL, text_as);
        let tags = tags(&svg);
        let count = |name: &str| tags.iter().filter(|tag| *tag == name).count();
        assert_eq!(
            count("polyline"),
            N + 10,
            "trajectories, ten of them marked"
        );
        assert_eq!(count("image"), 1, "the density: colour bars are vectors");
        // Source, target, particles, starts and ends of the trajectories; those that are marked; seven dots in the legend.
        assert_eq!(count("circle"), 5 * N + 10 + 7);
        assert_eq!(count("clipPath"), 1);
        assert_eq!(count("text") > 0, text_as == TextAs::Text);
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
        assert!(svg.contains("A &lt;test&gt; &amp; more"));
    }
}

#[test]
fn the_bytes_are_reproducible() {
    let once = file(&Layer::ALL, TextAs::Outlines);
    assert_eq!(once, file(&Layer::ALL, TextAs::Outlines));
    assert!(once.contains("width=\"486pt\" height=\"388.8pt\""));
}

#[test]
fn numbers_are_rounded_to_hundredths() {
    let cases = [
        (0.0, "0"),
        (-0.001, "0"),
        (1.5, "1.5"),
        (-2.256, "-2.26"),
        (0.05, "0.05"),
        (1e5, "100000"),
    ];
    for (x, expected) in cases {
        assert_eq!(Number(x).to_string(), expected);
    }
}

#[test]
fn base64_matches_the_vectors_of_its_standard() {
    let cases = [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foobar", "Zm9vYmFy"),
    ];
    for (text, expected) in cases {
        assert_eq!(base64(text.as_bytes()), expected);
    }
}

#[test]
fn contours_and_arrows_of_the_exact_field_are_paths_and_maps_are_images() {
    let mut frame = frame();
    map(&mut frame, 1.1);
    exact_field(&mut frame, 1.0);
    let count = |layer: Layer, what: &str| {
        let view = View {
            layers: vec![layer],
            ..View::default()
        };
        let scene = build(&frame, &view, 0.5, &Page::figure(Style::Paper));
        let svg = String::from_utf8(encode(&scene, &with(TextAs::Text)).unwrap()).unwrap();
        svg.matches(what).count()
    };
    let lines = ["<path", "<polyline"];
    let drawn = |layer| lines.map(|what| count(layer, what)).iter().sum::<usize>();
    assert!(drawn(Layer::Contours) >= 5 && drawn(Layer::ExactField) >= 1);
    assert_eq!(count(Layer::Contours, "<image"), 0);
    for layer in [
        Layer::FieldError,
        Layer::ExactDensity,
        Layer::Divergence,
        Layer::Continuity,
        Layer::PpdResidual,
    ] {
        // The map: its bar is vectors.
        assert_eq!(count(layer, "<image"), 1, "{layer:?}");
    }
}
