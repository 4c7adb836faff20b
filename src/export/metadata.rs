//! What figures say of themselves, read back: the experiment with which one was made.

mod read;

pub use read::{EXPERIMENT, SVG_EXPERIMENT};

use super::{Metadata, SOFTWARE};

/// What the comment of a GIF says: title, program with version, and from the third line on the experiment.
pub fn gif_comment(metadata: &Metadata) -> String {
    let title = metadata.title.replace('\n', " ");
    format!("{title}\n{SOFTWARE}\n{}", metadata.experiment)
}

/// The keys and texts of an MP4; what is empty is left out.
pub fn mp4_texts(metadata: &Metadata) -> impl Iterator<Item = (&'static str, &str)> {
    let Metadata { title, experiment } = metadata;
    let texts = [
        ("title", title.as_str()),
        ("description", SOFTWARE),
        ("comment", experiment),
    ];
    texts.into_iter().filter(|(_, text)| !text.is_empty())
}

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

/// The experiment as RON that a figure or a film carries; nothing if it carries none.
pub fn experiment_of(bytes: &[u8]) -> Option<String> {
    let found = match bytes {
        [0x89, b'P', b'N', b'G', ..] => read::of_png(bytes),
        [b'G', b'I', b'F', b'8', ..] => read::of_gif(bytes),
        [b'%', b'P', b'D', b'F', b'-', ..] => read::of_pdf(bytes),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => read::of_mp4(bytes),
        _ => read::of_svg(bytes),
    };
    found.filter(|experiment| !experiment.is_empty())
}

#[cfg(test)]
mod tests;
