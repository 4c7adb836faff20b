use super::*;
use crate::experiment::View;
use crate::export::film::Timing;
use crate::export::film::apng::Apng;
use crate::export::film::gif::Gif;
use crate::export::film::palette::Palette;
use crate::export::png::Pixels;
use crate::export::{Format, Metadata, Options};
use crate::scene::{Page, Style, build, fixture};

const EXPERIMENT_TEXT: &str = "(\n    title: \"<&amp;> 'ü' 流れ\",\n)";

fn metadata(experiment: &str) -> Metadata {
    Metadata {
        title: "a < b".to_owned(),
        experiment: experiment.to_owned(),
    }
}

fn figure(format: Format, experiment: &str) -> Vec<u8> {
    let page = Page::figure(Style::Paper);
    let scene = build(&fixture::frame(), &View::default(), 1.0, &page);
    let options = Options {
        dpi: 20.0,
        metadata: metadata(experiment),
        ..Options::default()
    };
    format.encode(&scene, &options).expect("a figure")
}

fn films(experiment: &str) -> [Vec<u8>; 2] {
    let picture = Pixels {
        size: [4, 2],
        rgba: [9, 200, 40, 255].repeat(8),
    };
    let timing = Timing {
        pictures: 1,
        rate: 10.0,
        pause: 0.0,
        repeat: true,
    };
    let mut files = [Vec::new(), Vec::new()];
    let [gif, apng] = &mut files;
    let palette = Palette::of(std::slice::from_ref(&picture), &[]);
    let said = metadata(experiment);
    let gif = Gif::new(gif, picture.size, palette, timing, &said).expect("a film");
    let apng = Apng::new(apng, picture.size, timing, &said).expect("a film");
    let films: [Box<dyn crate::export::film::FilmWriter>; 2] = [Box::new(gif), Box::new(apng)];
    for mut film in films {
        film.push(&picture).expect("a picture");
        film.finish().expect("a file");
    }
    files
}

/// A box of an MP4.
fn boxed(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = (8 + content.len()) as u32;
    [&size.to_be_bytes(), &name[..], content].concat()
}

/// The boxes that ffmpeg writes around a comment.
fn mp4(experiment: &str) -> Vec<u8> {
    let data = boxed(
        b"data",
        &[&[0, 0, 0, 1, 0, 0, 0, 0], experiment.as_bytes()].concat(),
    );
    let title = boxed(b"\xa9nam", &boxed(b"data", b"\0\0\0\x01\0\0\0\0Moons"));
    let tags = boxed(b"ilst", &[title, boxed(b"\xa9cmt", &data)].concat());
    let meta = boxed(
        b"meta",
        &[&[0; 4], &boxed(b"hdlr", &[0; 25])[..], &tags].concat(),
    );
    let movie = boxed(
        b"moov",
        &[boxed(b"mvhd", &[0; 100]), boxed(b"udta", &meta)].concat(),
    );
    let large = [
        &1_u32.to_be_bytes(),
        &b"mdat"[..],
        &20_u64.to_be_bytes(),
        &[7; 4],
    ]
    .concat();
    [boxed(b"ftyp", b"isom\0\0\x02\0"), large, movie].concat()
}

fn all(experiment: &str) -> Vec<Vec<u8>> {
    let figures = Format::ALL.map(|format| figure(format, experiment));
    let films = films(experiment);
    figures
        .into_iter()
        .chain(films)
        .chain([mp4(experiment)])
        .collect()
}

#[test]
fn the_experiment_comes_back_letter_by_letter() {
    for (k, (with, without)) in all(EXPERIMENT_TEXT).iter().zip(all("")).enumerate() {
        assert_eq!(
            experiment_of(with).as_deref(),
            Some(EXPERIMENT_TEXT),
            "file {k}"
        );
        assert_eq!(experiment_of(&without), None, "file {k}");
    }
}

#[test]
fn every_file_says_its_title_and_the_version() {
    let said = |bytes: &[u8], what: &str| bytes.windows(what.len()).any(|w| w == what.as_bytes());
    for (k, bytes) in all(EXPERIMENT_TEXT).iter().enumerate().take(5) {
        let title = said(bytes, "a < b") || said(bytes, "a &lt; b");
        assert!(title && said(bytes, SOFTWARE), "file {k}");
    }
    let said = metadata("x");
    let texts: Vec<_> = mp4_texts(&said).collect();
    let expected = [
        ("title", "a < b"),
        ("description", SOFTWARE),
        ("comment", "x"),
    ];
    assert_eq!(texts, expected);
}

#[test]
fn damaged_files_have_no_experiment_and_do_no_harm() {
    for bytes in all("(a: 1)") {
        for end in (0..bytes.len().min(600)).step_by(7) {
            let found = experiment_of(&bytes[..end]);
            assert!(found.is_none_or(|found| found == "(a: 1)"), "{end}");
        }
        for k in 0..bytes.len().min(400) {
            let mut bytes = bytes.clone();
            bytes[k] ^= 0x55;
            let _ = experiment_of(&bytes);
        }
    }
    assert_eq!(experiment_of(b""), None);
    assert_eq!(experiment_of(b"\xff\xfe"), None);
}
