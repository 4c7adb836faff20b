use super::*;
use crate::experiment::{Layer, View};
use crate::scene::fixture::{empty_frame, frame};
use crate::scene::{Page, Style, build};

fn at(dpi: f32) -> Options {
    Options {
        dpi,
        ..Options::default()
    }
}

fn figure(layers: &[Layer]) -> Scene {
    let view = View {
        layers: layers.to_vec(),
        ..View::default()
    };
    build(&frame(), &view, 0.4, &Page::figure(Style::Paper))
}

fn decode(bytes: &[u8]) -> (::png::OutputInfo, Vec<u8>) {
    let decoder = ::png::Decoder::new(std::io::Cursor::new(bytes));
    let mut reader = decoder.read_info().expect("a header");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut pixels).expect("pixels");
    (info, pixels)
}

#[test]
fn a_figure_is_1350_pixels_wide_with_purple_and_green_where_they_belong() {
    let scene = figure(&[Layer::Source, Layer::Target, Layer::Trajectories]);
    let (info, pixels) = decode(&encode(&scene, &Options::default()).expect("bytes"));
    assert_eq!((info.width, info.height), (1350, 1080));
    let at = |x: [f64; 2]| {
        let page = scene.panels[0].transform.page_from_data(x);
        let [x, y] = page.map(|c| (c * Options::default().dpi / POINTS) as usize);
        let offset = 3 * (y * 1350 + x);
        [pixels[offset], pixels[offset + 1], pixels[offset + 2]]
    };
    let (source, target) = (frame().source[5], frame().target[5]);
    let ink = &Style::Paper.theme().ink;
    let near = |got: [u8; 3], color: Color| {
        let [r, g, b, _] = color.to_array();
        got.iter().zip([r, g, b]).all(|(a, b)| a.abs_diff(b) < 40)
    };
    assert!(near(at(source), ink.trajectory_start), "{:?}", at(source));
    assert!(near(at(target), ink.trajectory_end), "{:?}", at(target));
    assert_eq!(pixels[..3], [255, 255, 255]);
}

#[test]
fn marks_stay_inside_their_panel() {
    let view = View {
        camera: Some(crate::experiment::Camera {
            center: (0.0, 0.0),
            height: 0.5,
        }),
        ..View::default()
    };
    let page = Page::figure(Style::Paper);
    let scene = |frame| build(&frame, &view, 0.4, &page);
    let full = render(&scene(frame()), 1.0, Some(Color::hex(0xffffff))).expect("pixels");
    let mut bare = frame();
    let empty = empty_frame().products;
    bare.products.trajectories = empty.trajectories;
    (bare.products.field, bare.products.density) = (empty.field, empty.density);
    (bare.source, bare.target) = (empty_frame().source, empty_frame().target);
    let bare = render(&scene(bare), 1.0, Some(Color::hex(0xffffff))).expect("pixels");
    let rect = scene(frame()).panels[0].transform.rect();
    let mut inside = 0;
    for (k, (a, b)) in full.pixels().iter().zip(bare.pixels()).enumerate() {
        let p = [(k % 486) as f32 + 0.5, (k / 486) as f32 + 0.5];
        // Above the axes the line that names the step differs.
        if p[1] < rect.min[1] - 2.0 {
            continue;
        }
        if rect.grown(1.0).contains(p) {
            inside += usize::from(a != b);
        } else {
            assert_eq!(a, b, "at {p:?}");
        }
    }
    assert!(inside > 1000, "{inside}");
}

#[test]
fn the_bytes_are_reproducible() {
    let scene = figure(&Layer::ALL);
    assert_eq!(
        encode(&scene, &at(72.0)).ok(),
        encode(&figure(&Layer::ALL), &at(72.0)).ok()
    );
}

#[test]
fn sizes_that_cannot_be_drawn_are_refused() {
    let scene = figure(&[]);
    for dpi in [0.0, -72.0, 1e6, f32::NAN] {
        let error = encode(&scene, &at(dpi)).expect_err("no picture");
        assert!(matches!(error, ExportError::Size { .. }), "{error}");
    }
}
