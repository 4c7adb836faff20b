//! A grid of numbers as NumPy reads it: `numpy.load("density.npy")`.
//!
//! Format: numpy.lib.format, version 1.0.

use crate::products::LogDensityMap;

/// The header's length with everything before it is a multiple of this.
const ALIGNMENT: usize = 64;

/// The density of a map, not its logarithm: an array of doubles `[iy][ix]` in C order, the lowest row first; none for an
/// empty map.
pub fn density(map: &LogDensityMap) -> Option<Vec<u8>> {
    let [columns, rows] = map.n;
    if map.values.is_empty() {
        return None;
    }
    let values = map.values.iter().map(|log| log.exp());
    let mut bytes = header("<f8", &format!("({rows}, {columns})"));
    bytes.extend(values.flat_map(f64::to_le_bytes));
    Some(bytes)
}

/// Numbers in single precision as an array of these lengths, in C order.
pub fn numbers(numbers: &[f32], shape: &[usize]) -> Vec<u8> {
    let mut bytes = header("<f4", &tuple(shape));
    bytes.extend(numbers.iter().flat_map(|x| x.to_le_bytes()));
    bytes
}

/// Words as an array of these lengths, each with as much room as the longest: four bytes a character.
pub fn words(words: &[String], shape: &[usize]) -> Vec<u8> {
    let longest = words.iter().map(|word| word.chars().count()).max();
    let room = longest.unwrap_or(0).max(1);
    let mut bytes = header(&format!("<U{room}"), &tuple(shape));
    for word in words {
        let empty = std::iter::repeat('\0');
        let characters = word.chars().chain(empty).take(room);
        bytes.extend(characters.flat_map(|c| u32::from(c).to_le_bytes()));
    }
    bytes
}

/// Lengths as Python writes them.
fn tuple(shape: &[usize]) -> String {
    match shape {
        [n] => format!("({n},)"),
        _ => {
            let lengths: Vec<String> = shape.iter().map(usize::to_string).collect();
            format!("({})", lengths.join(", "))
        }
    }
}

/// What stands before the numbers of an array of this type and shape.
fn header(kind: &str, shape: &str) -> Vec<u8> {
    let magic = b"\x93NUMPY\x01\x00";
    let mut words = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    let before = magic.len() + size_of::<u16>();
    let whole = (before + words.len() + 1).next_multiple_of(ALIGNMENT);
    words.extend(std::iter::repeat_n(' ', whole - before - words.len() - 1));
    words.push('\n');
    let mut bytes = magic.to_vec();
    bytes.extend((words.len() as u16).to_le_bytes());
    bytes.extend(words.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Bounds;

    #[test]
    fn a_file_has_the_header_and_the_rows_in_order() {
        let map = LogDensityMap {
            bounds: Bounds::square(1.0),
            n: [3, 2],
            values: [1.0_f64, 2.0, 3.0, 4.0, 5.0, 6.0].map(f64::ln).to_vec(),
        };
        let bytes = density(&map).unwrap();
        let (header, numbers) = bytes.split_at(128);
        assert!(header.starts_with(b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f8'"));
        assert!(String::from_utf8_lossy(header).contains("'shape': (2, 3), }"));
        assert!(header.ends_with(b" \n"));
        let numbers: Vec<f64> = numbers
            .chunks_exact(8)
            .map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap()).round())
            .collect();
        assert_eq!(numbers, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let empty = LogDensityMap {
            n: [0, 0],
            values: Vec::new(),
            ..map
        };
        assert_eq!(density(&empty), None);
    }
}
