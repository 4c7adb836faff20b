//! Named layers in a PDF file: optional content, which viewers list and hide, and editors keep apart.
//!
//! krilla writes no optional content. It marks content, so each group is an artifact in its file first, and afterwards the marks
//! are renamed: the file is taken apart at its table of objects, the page's stream, its resources and the catalogue are
//! changed, and an object for each layer is added.

use std::io::Write;
use std::ops::Range;

use flate2::Compression;
use flate2::write::ZlibEncoder;

/// What krilla begins a group with.
const MARK: &[u8] = b"/Artifact BMC";
/// Length of a line of the table of objects.
const ENTRY: usize = 20;

/// The file with its marks as layers of these names, ASCII letters, digits and dashes, and with the stream of its page compressed;
/// nothing if it is not as krilla writes it: one page whose stream is not compressed, with as many marks as there are names.
pub(super) fn named(file: &[u8], names: &[String]) -> Option<Vec<u8>> {
    let mut objects = Objects::of(file)?;
    let page = objects.with(b"<</Type/Page/")?;
    let contents = objects.reference(page, b"/Contents ")?;
    let resources = objects.reference(page, b"/Resources ")?;
    let catalogue = objects.with(b"<</Type/Catalog/")?;
    objects.change(contents, |object| renamed(object, names.len()))?;
    let first = objects.all.len() + 1;
    let layers: Vec<usize> = (first..first + names.len()).collect();
    let properties: String = layers
        .iter()
        .map(|id| format!("/L{} {id} 0 R", id - first))
        .collect();
    objects.change(resources, |object| {
        with_key(object, &format!("/Properties<<{properties}>>"))
    })?;
    let all: Vec<String> = layers.iter().map(|id| format!("{id} 0 R")).collect();
    let all = all.join(" ");
    let optional = format!("/OCProperties<</OCGs[{all}]/D<</Order[{all}]/ON[{all}]>>>>");
    objects.change(catalogue, |object| with_key(object, &optional))?;
    for (id, name) in layers.iter().zip(names) {
        let object = format!("{id} 0 obj\n<</Type/OCG/Name({name})>>\nendobj\n");
        objects.all.push(object.into_bytes());
    }
    objects.file()
}

/// What a file consists of.
struct Objects<'a> {
    header: &'a [u8],
    /// By their numbers, the first is 1.
    all: Vec<Vec<u8>>,
    trailer: &'a str,
}

impl<'a> Objects<'a> {
    fn of(file: &'a [u8]) -> Option<Self> {
        let end = last(file, b"startxref\n")?;
        let table: usize = number(file.get(end..)?.strip_prefix(b"startxref\n")?)?;
        let entries = file.get(table..end)?.strip_prefix(b"xref\n0 ")?;
        let n: usize = number(entries)?;
        let entries = entries.get(first(entries, b"\n")? + 1..)?;
        // The entry of number 0 stands for no object.
        let lines = entries.chunks_exact(ENTRY).take(n).skip(1);
        let starts: Option<Vec<usize>> = lines
            .map(|line| number(line).filter(|_| line.get(17) == Some(&b'n')))
            .collect();
        let starts = starts.filter(|starts| starts.is_sorted() && starts.len() + 1 == n)?;
        let ends = starts.iter().skip(1).copied().chain([table]);
        let all: Option<Vec<Vec<u8>>> = starts
            .iter()
            .zip(ends)
            .map(|(&start, end)| file.get(start..end).map(<[u8]>::to_vec))
            .collect();
        Some(Self {
            header: file.get(..*starts.first()?)?,
            all: all?,
            trailer: std::str::from_utf8(entries.get(ENTRY * n..)?).ok()?,
        })
    }

    /// The number of the one object whose dictionary begins like this.
    fn with(&self, beginning: &[u8]) -> Option<usize> {
        let begins = |object: &Vec<u8>| {
            let body = first(object, b"\n").and_then(|line| object.get(line + 1..));
            body.is_some_and(|body| body.starts_with(beginning))
        };
        Some(self.all.iter().position(begins)? + 1)
    }

    /// The number of the object that another one names under a key.
    fn reference(&self, object: usize, key: &[u8]) -> Option<usize> {
        let object = self.all.get(object - 1)?;
        number(object.get(first(object, key)? + key.len()..)?)
    }

    fn change(&mut self, id: usize, to: impl FnOnce(&[u8]) -> Option<Vec<u8>>) -> Option<()> {
        let object = self.all.get_mut(id - 1)?;
        *object = to(object)?;
        Some(())
    }

    /// The file of these objects.
    fn file(&self) -> Option<Vec<u8>> {
        let n = self.all.len() + 1;
        let mut file = self.header.to_vec();
        let mut table = format!("xref\n0 {n}\n0000000000 65535 f\r\n");
        for object in &self.all {
            table += &format!("{:010} 00000 n\r\n", file.len());
            file.extend_from_slice(object);
        }
        let start = file.len();
        let (before, rest) = self.trailer.split_once("/Size ")?;
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        file.extend_from_slice(format!("{table}{before}/Size {n}{rest}").as_bytes());
        file.extend_from_slice(format!("startxref\n{start}\n%%EOF").as_bytes());
        Some(file)
    }
}

/// The object of the page's stream with its marks renamed, and compressed.
fn renamed(object: &[u8], marks: usize) -> Option<Vec<u8>> {
    let head = object.get(..first(object, b"\n")? + 1)?;
    let body = body(object)?;
    let (mut stream, mut rest, mut mark) = (Vec::with_capacity(body.len()), body, 0);
    while let Some(at) = first(rest, MARK) {
        stream.extend_from_slice(rest.get(..at)?);
        stream.extend_from_slice(format!("/OC /L{mark} BDC").as_bytes());
        rest = rest.get(at + MARK.len()..)?;
        mark += 1;
    }
    stream.extend_from_slice(rest);
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&stream).ok()?;
    let packed = encoder.finish().ok()?;
    let mut renamed = head.to_vec();
    let dictionary = format!("<</Length {}/Filter/FlateDecode>>\nstream\n", packed.len());
    renamed.extend_from_slice(dictionary.as_bytes());
    renamed.extend_from_slice(&packed);
    renamed.extend_from_slice(b"\nendstream\nendobj\n");
    (mark == marks).then_some(renamed)
}

/// The bytes of a stream that is not compressed.
fn body(object: &[u8]) -> Option<&[u8]> {
    let start = first(object, b"\nstream\n")?;
    let dictionary = object.get(..start)?;
    let is_packed = first(dictionary, b"/Filter").is_some();
    let range: Range<usize> = start + b"\nstream\n".len()..last(object, b"\nendstream")?;
    object.get(range).filter(|_| !is_packed)
}

/// The object, a dictionary, with another key at its end.
fn with_key(object: &[u8], key: &str) -> Option<Vec<u8>> {
    let end = last(object, b">>\nendobj")?;
    let (before, after) = object.split_at_checked(end)?;
    Some([before, key.as_bytes(), after].concat())
}

/// The number at the beginning.
fn number(bytes: &[u8]) -> Option<usize> {
    let digits = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    std::str::from_utf8(bytes.get(..digits)?).ok()?.parse().ok()
}

fn first(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn last(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).rposition(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_such_a_file_is_not_taken_for_one() {
        assert_eq!(named(b"", &[]), None);
        assert_eq!(named(b"%PDF-1.7\nstartxref\n999999\n%%EOF", &[]), None);
        let table = "xref\n0 1\n0000000000 65535 f\r\ntrailer\n<</Size 1>>\nstartxref\n9\n%%EOF";
        assert_eq!(named(format!("%PDF-1.7\n{table}").as_bytes(), &[]), None);
    }

    #[test]
    fn marks_are_renamed_in_their_order_and_have_to_be_as_many_as_the_names() {
        let object = b"6 0 obj\n<</Length 44>>\nstream\nq\n/Artifact BMC\nEMC\n/Artifact BMC\nEMC\nQ\nendstream\nendobj\n";
        assert_eq!(renamed(object, 1), None);
        let renamed = renamed(object, 2).unwrap();
        let start = first(&renamed, b"\nstream\n").unwrap() + 8;
        let packed = renamed.get(start..).unwrap();
        let mut stream = String::new();
        std::io::Read::read_to_string(&mut flate2::read::ZlibDecoder::new(packed), &mut stream)
            .unwrap();
        assert_eq!(stream, "q\n/OC /L0 BDC\nEMC\n/OC /L1 BDC\nEMC\nQ");
    }
}
