use super::*;
use crate::experiment::View;
use crate::export::{Format, Ground, Options, png};
use crate::scene::{Color, Page, PagePoint, Polylines, Style, build, fixture};

/// Vertices of a line of these tests.
const EACH: usize = 50;

/// A figure with so many long translucent lines in the place of its trajectories.
fn scene(lines: usize) -> Scene {
    let view = View {
        layers: vec![Layer::Target, Layer::Trajectories],
        ..View::default()
    };
    let mut scene = build(&fixture::frame(), &view, 1.0, &Page::figure(Style::Paper));
    let panel = &mut scene.panels[0];
    let seen = panel.transform.rect();
    // Within the box: at its edge each mark by itself would be cut in the middle of a pixel.
    let (middle, reach) = (seen.center(), 0.4 * seen.width().min(seen.height()));
    let at = |line: usize, k: usize| -> PagePoint {
        let way = k as f32 / EACH as f32;
        let angle = line as f32 + 5.0 * way;
        [
            middle[0] + reach * way * angle.cos(),
            middle[1] + reach * way * angle.sin(),
        ]
    };
    let mut made = Polylines::with_capacity(0.6, false, lines, EACH);
    for line in 0..lines {
        made.points.extend((0..EACH).map(|k| at(line, k)));
        made.finish_line(Color::hex(0x7040a0).alpha(60 + (line % 100) as u8));
    }
    let of = |group: &&mut Group| group.layer == Layer::Trajectories;
    let group = panel.groups.iter_mut().find(of).unwrap();
    group.items = [Item::Polylines(made)].into();
    scene
}

fn options(background: Ground) -> Options {
    Options {
        dpi: 100.0,
        background,
        ..Options::default()
    }
}

fn count(bytes: &[u8], what: &str) -> usize {
    bytes
        .windows(what.len())
        .filter(|w| *w == what.as_bytes())
        .count()
}

#[test]
fn few_marks_stay_vectors_and_very_many_are_one_picture() {
    let most = MAX_VERTICES / EACH;
    let few = scene(most);
    assert!(layers(&few).is_empty());
    assert!(matches!(flatten(&few, 100.0), Ok(Cow::Borrowed(_))));
    let many = scene(most + 1);
    assert_eq!(layers(&many), [Layer::Trajectories]);
    let svg = |scene: &Scene| Format::Svg.encode(scene, &options(Ground::Scene)).unwrap();
    let (few, many) = (svg(&few), svg(&many));
    assert_eq!(count(&few, "<polyline"), most);
    assert_eq!(
        (count(&many, "<polyline"), count(&many, "<image")),
        (0, count(&few, "<image") + 1)
    );
    assert!(
        many.len() < few.len() / 2,
        "{} and {} bytes",
        many.len(),
        few.len()
    );
    // The other layers stay what they are.
    assert_eq!(count(&few, "<circle"), count(&many, "<circle"));
    assert_eq!(count(&many, "id=\"panel1-Trajectories\""), 1);
}

#[test]
fn the_picture_is_what_the_marks_would_have_been_pixel_by_pixel() {
    let vectors = scene(MAX_VERTICES / EACH + 1);
    let pictures = flatten(&vectors, 100.0).unwrap();
    for ground in [
        Ground::Scene,
        Ground::Transparent,
        Ground::Color(Color::hex(0x102030)),
    ] {
        let [with, without] =
            [&pictures, &vectors].map(|scene| png::pixels(scene, &options(ground)).unwrap());
        assert_eq!(with.size, without.size);
        let pixels = with.rgba.chunks_exact(4).zip(without.rgba.chunks_exact(4));
        let off = |(a, b): (&[u8], &[u8])| {
            let over_black = |p: &[u8], k: usize| i32::from(p[k]) * i32::from(p[3]) / 255;
            let opacity = (i32::from(a[3]) - i32::from(b[3])).abs();
            (0..3)
                .map(|k| (over_black(a, k) - over_black(b, k)).abs())
                .fold(opacity, i32::max)
        };
        let worst = pixels.map(off).max();
        assert!(
            worst.is_some_and(|worst| worst <= 8),
            "{ground:?}: {worst:?} of 255"
        );
    }
    let shifted = {
        let mut scene = pictures.into_owned();
        for group in &mut scene.panels[0].groups {
            let mut items = group.items.to_vec();
            if let [Item::Image(image)] = &mut items[..] {
                image.rect.min[0] += 0.36;
                image.rect.max[0] += 0.36;
            }
            group.items = items.into();
        }
        scene
    };
    let [with, without] =
        [&shifted, &vectors].map(|scene| png::pixels(scene, &options(Ground::Scene)).unwrap());
    let far = with
        .rgba
        .iter()
        .zip(&without.rgba)
        .filter(|(a, b)| a.abs_diff(**b) > 3)
        .count();
    assert!(far > 1000, "half a pixel aside shows: {far}");
}

#[test]
fn transparent_pixels_have_the_colour_of_what_they_border_on() {
    let scene = scene(MAX_VERTICES / EACH + 1);
    let pictures = flatten(&scene, 100.0).unwrap();
    let mut items = pictures.panels[0]
        .groups
        .iter()
        .flat_map(|group| group.items.iter());
    let image = items.find_map(|item| match item {
        Item::Image(image) => Some(image),
        _ => None,
    });
    let Image {
        size: [columns, rows],
        rgba,
        ..
    } = image.unwrap();
    let at = |x: usize, y: usize| &rgba[4 * (y * columns + x)..][..4];
    let mut borders = 0;
    for (x, y) in (1..rows - 1).flat_map(|y| (1..columns - 1).map(move |x| (x, y))) {
        let strong = [at(x - 1, y), at(x + 1, y)].into_iter().any(|p| p[3] > 30);
        if at(x, y)[3] == 0 && strong {
            borders += 1;
            let near = at(x, y)
                .iter()
                .zip([0x70, 0x40, 0xa0])
                .all(|(a, b)| a.abs_diff(b) < 20);
            assert!(near, "{:?}", at(x, y));
        }
    }
    assert!(borders > 0);
}
