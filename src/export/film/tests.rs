use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use super::apng::Apng;
use super::gif::Gif;
use super::mp4::{RawVideo, arguments};
use super::palette::{Palette, inks};
use super::*;
use crate::experiment::{Layer, View};
use crate::export::png::pixels;
use crate::export::{Metadata, Options};
use crate::scene::{Page, Style, build, fixture};

/// A file in memory, which is full after so many bytes.
#[derive(Clone)]
struct Memory(Arc<Mutex<Vec<u8>>>, usize);

impl Memory {
    fn new(limit: usize) -> Self {
        Self(Arc::default(), limit)
    }

    fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut file = self.0.lock().unwrap();
        if file.len() + bytes.len() > self.1 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        file.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const PICTURES: usize = 9;

fn timing(rate: f64) -> Timing {
    Timing {
        pictures: PICTURES,
        rate,
        pause: 0.5,
        repeat: true,
    }
}

fn metadata() -> Metadata {
    Metadata {
        title: "Moons".to_owned(),
        experiment: "(version: 1, title: \"π\")".repeat(30),
    }
}

/// Particles on their way over a density, on the dark ground.
fn pictures() -> (Vec<Pixels>, Vec<crate::scene::Color>) {
    let view = View {
        layers: vec![Layer::Density, Layer::Particles, Layer::Trails],
        ..View::default()
    };
    let page = Page::figure(Style::Dark);
    let options = Options {
        dpi: 60.0,
        ..Options::default()
    };
    let shot = |k: usize| {
        let t = k as f64 / (PICTURES - 1) as f64;
        build(&fixture::frame(), &view, t, &page)
    };
    let scenes: Vec<_> = (0..PICTURES).map(shot).collect();
    let pictures = scenes.iter().map(|scene| pixels(scene, &options).unwrap());
    (pictures.collect(), inks(&scenes[0]))
}

fn gif(pictures: &[Pixels], inks: &[crate::scene::Color], out: Memory) -> Result<(), FilmError> {
    let palette = Palette::of(pictures, inks);
    let mut film = Box::new(Gif::new(
        out,
        pictures[0].size,
        palette,
        timing(30.0),
        &metadata(),
    )?);
    pictures.iter().try_for_each(|picture| film.push(picture))?;
    film.finish()
}

fn apng(pictures: &[Pixels], out: Memory) -> Result<(), FilmError> {
    let mut film = Box::new(Apng::new(out, pictures[0].size, timing(30.0), &metadata())?);
    pictures.iter().try_for_each(|picture| film.push(picture))?;
    film.finish()
}

#[test]
fn a_gif_shows_the_pictures_within_the_error_of_its_colours() {
    let (pictures, inks) = pictures();
    let out = Memory::new(usize::MAX);
    gif(&pictures, &inks, out.clone()).unwrap();
    let bytes = out.bytes();
    let mut options = ::gif::DecodeOptions::new();
    options.set_color_output(::gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(bytes.as_slice()).unwrap();
    assert_eq!(decoder.repeat(), ::gif::Repeat::Infinite);
    let [width, height] = pictures[0].size;
    assert_eq!(
        [usize::from(decoder.width()), usize::from(decoder.height())],
        [width, height]
    );
    let mut canvas = vec![0; 4 * width * height];
    let (mut delays, mut k) = (Vec::new(), 0);
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        let [left, top, w, h] = [frame.left, frame.top, frame.width, frame.height].map(usize::from);
        for (i, pixel) in frame
            .buffer
            .chunks_exact(4)
            .enumerate()
            .filter(|(_, p)| p[3] > 0)
        {
            let at = 4 * ((top + i / w) * width + left + i % w);
            canvas[at..at + 4].copy_from_slice(pixel);
        }
        assert!(left + w <= width && top + h <= height);
        let errors = canvas
            .iter()
            .zip(&pictures[k].rgba)
            .map(|(a, b)| a.abs_diff(*b));
        let (worst, sum) = errors.fold((0, 0_u64), |(w, s), e| (w.max(e), s + u64::from(e)));
        let mean = sum as f64 / canvas.len() as f64;
        assert!(worst <= 40 && mean < 0.6, "picture {k}: {worst}, {mean}");
        delays.push(frame.delay);
        k += 1;
    }
    assert_eq!(k, PICTURES);
    // 53.3, then 56.7, 60, 63.3 ..: a thirtieth of a second as 3, 3, 4 hundredths.
    assert_eq!(delays, [53, 4, 3, 3, 4, 3, 3, 4, 53]);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    assert!(text.contains("Moons\nPushforward "));
}

#[test]
fn the_dark_theme_has_no_bands() {
    let (pictures, inks) = pictures();
    let mut palette = Palette::of(&pictures, &inks);
    let dark = |p: &&[u8]| p.iter().take(3).all(|c| *c < 110);
    let mut worst = 0;
    let mut kept = std::collections::BTreeSet::new();
    for p in pictures[0].rgba.chunks_exact(4).filter(dark) {
        let at = palette.nearest([p[0], p[1], p[2]]);
        kept.insert(at);
        let color = palette.colors()[usize::from(at)];
        worst = worst.max((0..3).map(|k| color[k].abs_diff(p[k])).max().unwrap());
    }
    assert!(kept.len() >= 40, "{} shades", kept.len());
    assert!(worst <= 12, "{worst}");
    let ground = Style::Dark.theme().background;
    let at = palette.nearest([ground.r, ground.g, ground.b]);
    assert_eq!(
        palette.colors()[usize::from(at)],
        [ground.r, ground.g, ground.b]
    );
}

#[test]
fn an_apng_shows_the_pictures_exactly_with_and_without_opacity() {
    let (opaque, _) = pictures();
    let mut faint = opaque.clone();
    for (k, picture) in faint.iter_mut().enumerate() {
        let fade = |(i, p): (usize, &mut [u8])| p[3] = ((i + k) % 7 * 40) as u8;
        picture.rgba.chunks_exact_mut(4).enumerate().for_each(fade);
    }
    for pictures in [opaque, faint] {
        let out = Memory::new(usize::MAX);
        apng(&pictures, out.clone()).unwrap();
        let mut reader = ::png::Decoder::new(io::Cursor::new(out.bytes()))
            .read_info()
            .unwrap();
        let control = *reader.info().animation_control().unwrap();
        assert_eq!(
            (control.num_frames, control.num_plays),
            (PICTURES as u32, 0)
        );
        let width = pictures[0].size[0];
        let mut canvas = vec![0; pictures[0].rgba.len()];
        let mut millis = 0;
        for picture in &pictures {
            let mut data = vec![0; canvas.len()];
            reader.next_frame(&mut data).unwrap();
            let frame = *reader.info().frame_control().unwrap();
            millis += u32::from(frame.delay_num);
            assert_eq!(frame.delay_den, 1000);
            let w = frame.width as usize;
            let (left, top) = (frame.x_offset as usize, frame.y_offset as usize);
            let n = w * frame.height as usize;
            for (i, pixel) in data.chunks_exact(4).take(n).enumerate() {
                let at = 4 * ((top + i / w) * width + left + i % w);
                if frame.blend_op == ::png::BlendOp::Source || pixel[3] == 255 {
                    canvas[at..at + 4].copy_from_slice(pixel);
                } else {
                    assert_eq!(pixel[3], 0, "no picture is mixed with the one before");
                }
            }
            assert!(canvas == picture.rgba);
        }
        // Nine thirtieths of a second and two pauses.
        assert_eq!(millis, 1300);
    }
}

#[test]
fn a_film_that_does_not_fit_on_the_disk_says_so_at_any_picture() {
    let (pictures, inks) = pictures();
    for share in [0.001, 0.3, 0.7, 0.999] {
        let whole = Memory::new(usize::MAX);
        gif(&pictures, &inks, whole.clone()).unwrap();
        let full = Memory::new((share * whole.bytes().len() as f64) as usize);
        let error = gif(&pictures, &inks, full).unwrap_err();
        assert!(matches!(&error, FilmError::Io(e) if e.kind() == io::ErrorKind::StorageFull));
        let whole = Memory::new(usize::MAX);
        apng(&pictures, whole.clone()).unwrap();
        let full = Memory::new((share * whole.bytes().len() as f64) as usize);
        let error = apng(&pictures, full).unwrap_err();
        assert!(matches!(&error, FilmError::Io(e) if e.kind() == io::ErrorKind::StorageFull));
    }
}

#[test]
fn raw_video_has_the_pauses_as_pictures_and_even_sides() {
    let picture = |size: [usize; 2], c: u8| Pixels {
        size,
        rgba: [c, c, c, 255].repeat(size[0] * size[1]),
    };
    let out = Memory::new(usize::MAX);
    let mut film = Box::new(RawVideo::new(out.clone(), [4, 2], timing(10.0)).unwrap());
    for k in 0..PICTURES {
        film.push(&picture([4, 2], k as u8)).unwrap();
    }
    let wrong = film.push(&picture([2, 2], 0));
    assert!(matches!(wrong, Err(FilmError::Size { .. })));
    film.finish().unwrap();
    let bytes = out.bytes();
    assert_eq!(bytes.len(), 3 * 8 * (PICTURES + 10));
    let of = |c: u8| bytes.iter().filter(|b| **b == c).count() / 24;
    assert_eq!([of(0), of(1), of(8)], [6, 1, 6]);
    assert!(RawVideo::new(out, [5, 2], timing(10.0)).is_err());
    let words = arguments([4, 2], &timing(29.97), &metadata());
    assert!(words.windows(2).any(|w| w == ["-framerate", "29.97"]));
    assert!(words.iter().any(|w| w == "title=Moons"));
}

#[test]
fn rounding_of_delays_does_not_add_up() {
    for rate in [1.0, 12.5, 24.0, 29.97, 50.0] {
        let timing = Timing {
            pictures: 300,
            ..timing(rate)
        };
        let sum: f64 = (0..300).map(|k| f64::from(timing.delay(k, 100.0, 2))).sum();
        assert!(
            (sum / 100.0 - 300.0 / rate - 1.0).abs() <= 0.01,
            "{rate}: {sum}"
        );
    }
    assert_eq!(timing(60.0).delay(3, 100.0, 2), 2);
}
