//! The experiment in a file, format by format. A damaged file has none, and reading it does no harm.

use std::io::Cursor;

/// The keyword of the experiment in a PNG file.
pub const EXPERIMENT: &str = "Experiment";
/// How the experiment's element of an SVG file begins and ends.
pub const SVG_EXPERIMENT: [&str; 2] = ["<metadata id=\"experiment\">", "</metadata>"];
/// The lines of a GIF's comment before the experiment: title, and program with version.
const GIF_LINES: usize = 2;

/// Most bytes that a decoder may ask for.
const LIMIT: usize = 64 << 20;

/// A text chunk of a PNG or an APNG.
pub(super) fn of_png(bytes: &[u8]) -> Option<String> {
    let limits = ::png::Limits { bytes: LIMIT };
    let decoder = ::png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    let reader = decoder.read_info().ok()?;
    let mut texts = reader.info().utf8_text.iter();
    let text = texts.find(|text| text.keyword == EXPERIMENT)?;
    text.get_text().ok()
}

/// The element of an SVG.
pub(super) fn of_svg(bytes: &[u8]) -> Option<String> {
    let [open, close] = SVG_EXPERIMENT;
    let (_, rest) = std::str::from_utf8(bytes).ok()?.split_once(open)?;
    Some(plain(rest.split_once(close)?.0))
}

/// The description in the XMP packet of a PDF, which is never compressed (ISO 32000, 14.3.2).
pub(super) fn of_pdf(bytes: &[u8]) -> Option<String> {
    let packet = &bytes[find(bytes, b"<x:xmpmeta")?..];
    let packet = &packet[..find(packet, b"</x:xmpmeta>")?];
    let packet = std::str::from_utf8(packet).ok()?;
    let (_, rest) = packet.split_once("<dc:description>")?;
    let (description, _) = rest.split_once("</dc:description>")?;
    let (_, rest) = description.split_once("<rdf:li")?;
    let (_, rest) = rest.split_once('>')?;
    Some(plain(rest.split_once("</rdf:li>")?.0))
}

/// The comment of a GIF, whose third line begins the experiment; it stands before the first picture.
pub(super) fn of_gif(bytes: &[u8]) -> Option<String> {
    const COMMENT: [u8; 2] = [0x21, 0xfe];
    let flags = *bytes.get(10)?;
    let colors = match flags & 0x80 {
        0 => 0,
        _ => 3 << (1 + (flags & 0x07)),
    };
    let mut rest = bytes.get(13 + colors..)?;
    while let Some((&[0x21, label], blocks)) = rest.split_first_chunk() {
        let (text, after) = blocks_of(blocks)?;
        if [0x21, label] == COMMENT {
            let text = String::from_utf8(text).ok()?;
            return text
                .splitn(GIF_LINES + 1, '\n')
                .nth(GIF_LINES)
                .map(str::to_owned);
        }
        rest = after;
    }
    None
}

/// The bytes of blocks, each after its length, up to one without any; and what comes after them.
fn blocks_of(mut bytes: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut data = Vec::new();
    loop {
        let (&length, rest) = bytes.split_first()?;
        if length == 0 {
            return Some((data, rest));
        }
        let (block, rest) = rest.split_at_checked(usize::from(length))?;
        data.extend_from_slice(block);
        bytes = rest;
    }
}

/// The comment in the list of an MP4's tags, as ffmpeg writes it.
pub(super) fn of_mp4(bytes: &[u8]) -> Option<String> {
    let user = inside(inside(bytes, b"moov")?, b"udta")?;
    // Four bytes with a version stand before the boxes within.
    let tags = inside(inside(user, b"meta")?.get(4..)?, b"ilst")?;
    let data = inside(inside(tags, b"\xa9cmt")?, b"data")?;
    // Four bytes say that it is text, four in which country.
    String::from_utf8(data.get(8..)?.to_vec()).ok()
}

/// What the first box of this name holds.
fn inside<'a>(mut boxes: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    loop {
        let (size, rest) = boxes.split_first_chunk::<4>()?;
        let (found, _) = rest.split_first_chunk::<4>()?;
        let (head, size) = match u32::from_be_bytes(*size) {
            0 => (8, boxes.len()),
            // The size of a large one stands after its name.
            1 => {
                let large = boxes.get(8..16)?.first_chunk()?;
                (16, usize::try_from(u64::from_be_bytes(*large)).ok()?)
            }
            size => (8, usize::try_from(size).ok()?),
        };
        let whole = boxes.get(..size)?;
        let content = whole.get(head..)?;
        if found == name {
            return Some(content);
        }
        boxes = boxes.get(size..)?;
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Text without the escapes of XML.
fn plain(escaped: &str) -> String {
    let plain = escaped
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'");
    plain.replace("&amp;", "&")
}
