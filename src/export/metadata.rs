//! What figures say of themselves, read back: the experiment with which one was made.

use std::io::Cursor;

use super::{Metadata, SOFTWARE};

/// The keyword of the experiment in a PNG file.
pub const EXPERIMENT: &str = "Experiment";
/// How the experiment's element of an SVG file begins and ends.
pub const SVG_EXPERIMENT: [&str; 2] = ["<metadata id=\"experiment\">", "</metadata>"];
/// Most bytes that a decoder may ask for.
const LIMIT: usize = 64 << 20;

/// The keywords and texts of a PNG or APNG file; what is empty is left out.
pub fn png_texts(metadata: &Metadata) -> impl Iterator<Item = (&'static str, &str)> {
    let Metadata { title, experiment } = metadata;
    let texts = [
        ("Software", SOFTWARE),
        ("Title", title),
        (EXPERIMENT, experiment),
    ];
    texts.into_iter().filter(|(_, text)| !text.is_empty())
}

/// The experiment as RON that a PNG or SVG figure carries; nothing if it carries none.
pub fn experiment_of(bytes: &[u8]) -> Option<String> {
    if bytes.starts_with(b"\x89PNG") {
        return of_png(bytes);
    }
    of_svg(std::str::from_utf8(bytes).ok()?)
}

fn of_png(bytes: &[u8]) -> Option<String> {
    let limits = ::png::Limits { bytes: LIMIT };
    let decoder = ::png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    let reader = decoder.read_info().ok()?;
    let mut texts = reader.info().utf8_text.iter();
    let text = texts.find(|text| text.keyword == EXPERIMENT)?;
    text.get_text().ok()
}

fn of_svg(text: &str) -> Option<String> {
    let [open, close] = SVG_EXPERIMENT;
    let (_, rest) = text.split_once(open)?;
    let (escaped, _) = rest.split_once(close)?;
    let plain = escaped
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    Some(plain.replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::View;
    use crate::export::{Format, Metadata, Options};
    use crate::scene::{Page, Style, build, fixture};

    fn file(format: Format, experiment: &str) -> Vec<u8> {
        let page = Page::figure(Style::Paper);
        let scene = build(&fixture::frame(), &View::default(), 1.0, &page);
        let options = Options {
            dpi: 20.0,
            metadata: Metadata {
                title: "a < b".to_owned(),
                experiment: experiment.to_owned(),
            },
            ..Options::default()
        };
        format.encode(&scene, &options).expect("a figure")
    }

    #[test]
    fn the_experiment_comes_back_letter_by_letter() {
        let experiment = "(\n    title: \"<&amp;> ü 流れ\",\n)";
        for format in [Format::Png, Format::Svg] {
            let bytes = file(format, experiment);
            assert_eq!(
                experiment_of(&bytes).as_deref(),
                Some(experiment),
                "{format:?}"
            );
            assert_eq!(experiment_of(&file(format, "")), None, "{format:?}");
        }
    }

    #[test]
    fn damaged_files_have_no_experiment_and_do_no_harm() {
        for format in [Format::Png, Format::Svg] {
            let bytes = file(format, "(a: 1)");
            for end in (0..bytes.len().min(600)).step_by(7) {
                let found = experiment_of(&bytes[..end]);
                assert!(found.is_none_or(|found| found == "(a: 1)"), "{end}");
            }
            for k in 0..200 {
                let mut bytes = bytes.clone();
                bytes[k] ^= 0x55;
                let _ = experiment_of(&bytes);
            }
        }
        assert_eq!(experiment_of(b""), None);
        assert_eq!(experiment_of(b"\xff\xfe"), None);
    }
}
