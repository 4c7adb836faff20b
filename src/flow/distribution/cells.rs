//! The text form of a drawing's weights: short for painted pictures, and exact.
//!
//! Every weight is foreseen from its neighbours, as `left + below - below_left` (clamped, and 0 outside the
//! grid), and only what differs is written, from the bottom row upwards:
//!
//! - a number: so many cells are as foreseen;
//! - `a` to `z`: one cell lies 1 to 26 above, `A` to `Z`: 1 to 26 below;
//! - `#` and two hexadecimal digits: one cell has this weight.
//!
//! White space means nothing. So an empty drawing is `65536`. Used as a serde `with` module.

use std::fmt::Write;
use std::iter::Peekable;
use std::str::CharIndices;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serializer, de::Error};

use super::raster::SIDE;

/// Cells of a drawing.
const N_CELLS: usize = SIDE * SIDE;
/// The difference that the last letter stands for.
const MAX_STEP: u8 = 26;

/// Text that is no drawing.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CellsError {
    #[error("the drawing is damaged at character {place}: {what}")]
    Damaged { place: usize, what: &'static str },
    #[error("the drawing is cut short: it has {found} of {N_CELLS} cells")]
    TooFew { found: usize },
}

pub fn serialize<S: Serializer>(cells: &Arc<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&encode(cells))
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<[u8]>, D::Error> {
    let text = String::deserialize(deserializer)?;
    decode(&text).map(Arc::from).map_err(D::Error::custom)
}

/// The weight to expect of the next cell, given all before it.
fn foreseen(before: &[u8]) -> u8 {
    let cell = before.len();
    let at = |exists: bool, back: usize| {
        if exists {
            i16::from(before[cell - back])
        } else {
            0
        }
    };
    let (has_left, has_below) = (!cell.is_multiple_of(SIDE), cell >= SIDE);
    let plane = at(has_left, 1) + at(has_below, SIDE) - at(has_left && has_below, SIDE + 1);
    plane.clamp(0, 255) as u8
}

fn encode(cells: &[u8]) -> String {
    let mut text = String::new();
    let mut run = 0;
    for (i, &weight) in cells.iter().enumerate() {
        let expected = foreseen(&cells[..i]);
        if weight == expected {
            run += 1;
            continue;
        }
        push_run(&mut text, &mut run);
        let step = weight.abs_diff(expected);
        if step > MAX_STEP {
            // Writing to a string cannot fail.
            let _ = write!(text, "#{weight:02x}");
        } else {
            let first = if weight > expected { b'a' } else { b'A' };
            text.push(char::from(first + step - 1));
        }
    }
    push_run(&mut text, &mut run);
    text
}

fn push_run(text: &mut String, run: &mut usize) {
    if *run > 0 {
        let _ = write!(text, "{run}");
        *run = 0;
    }
}

fn decode(text: &str) -> Result<Vec<u8>, CellsError> {
    let mut cells = Vec::with_capacity(N_CELLS);
    let mut chars = text.char_indices().peekable();
    while let Some((place, c)) = chars.next() {
        let damaged = |what| CellsError::Damaged { place, what };
        if c.is_ascii_whitespace() {
            continue;
        }
        let (n, weight) = match c {
            '0'..='9' => (run_length(c, &mut chars), None),
            'a'..='z' => (1, foreseen(&cells).checked_add(c as u8 - b'a' + 1)),
            'A'..='Z' => (1, foreseen(&cells).checked_sub(c as u8 - b'A' + 1)),
            '#' => (1, hexadecimal(&mut chars)),
            _ => return Err(damaged("not a character of its alphabet")),
        };
        if n > N_CELLS - cells.len() {
            return Err(damaged("more cells than it can hold"));
        }
        if c.is_ascii_digit() {
            for _ in 0..n {
                cells.push(foreseen(&cells));
            }
        } else {
            cells.push(weight.ok_or_else(|| damaged("a weight outside 0 to 255"))?);
        }
    }
    if cells.len() < N_CELLS {
        return Err(CellsError::TooFew { found: cells.len() });
    }
    Ok(cells)
}

/// The rest of a decimal number; one that is too large stays too large.
fn run_length(first: char, chars: &mut Peekable<CharIndices<'_>>) -> usize {
    let digit = |c: char| c.to_digit(10).map_or(0, |d| d as usize);
    let mut n = digit(first);
    while let Some((_, c)) = chars.next_if(|(_, c)| c.is_ascii_digit()) {
        n = n.saturating_mul(10).saturating_add(digit(c));
    }
    n
}

fn hexadecimal(chars: &mut Peekable<CharIndices<'_>>) -> Option<u8> {
    let mut digit = || chars.next().and_then(|(_, c)| c.to_digit(16));
    u8::try_from(16 * digit()? + digit()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::bounds::Bounds;
    use crate::flow::distribution::{Brush, Drawing, Symmetry};
    use proptest::prelude::*;

    fn painted() -> Drawing {
        let mut drawing = Drawing::blank(Bounds::square(4.0));
        let brush = Brush {
            radius: 0.3,
            strength: 0.8,
            class: 0,
        };
        drawing.stroke([-2.0, -1.0], [2.0, 1.5], &brush, false, Symmetry::Rotate(3));
        drawing.stroke([-1.0, 0.0], [0.0, 0.0], &brush, true, Symmetry::None);
        drawing
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20))]

        #[test]
        fn any_weights_come_back_bit_for_bit(seed in any::<[u8; 32]>(), stride in 1usize..300, smooth in any::<bool>()) {
            let weight = |i: usize| {
                let noise = seed[(i / stride) % 32];
                if smooth { ((i % SIDE) / 2) as u8 ^ (noise & 3) } else { noise }
            };
            let cells: Vec<u8> = (0..N_CELLS).map(weight).collect();
            prop_assert_eq!(decode(&encode(&cells)).unwrap(), cells);
        }

        /// Whatever happens to the text, the answer is a drawing or an error.
        #[test]
        fn damage_never_panics(at in 0.0..1.0, garbage in "\\PC{0,8}", cut in any::<bool>()) {
            let text = encode(painted().cells());
            let at = (at * text.len() as f64) as usize;
            let rest = if cut { "" } else { &text[(at + 1).min(text.len())..] };
            if let Ok(cells) = decode(&format!("{}{garbage}{rest}", &text[..at])) {
                prop_assert_eq!(cells.len(), N_CELLS);
            }
        }
    }

    #[test]
    fn the_form_is_what_the_head_of_this_file_says() {
        let mut cells = vec![0; N_CELLS];
        assert_eq!(encode(&cells), "65536");
        cells[0] = 3;
        // The neighbours foresee 3, right of it and above; the cell above right foresees 3 + 0 - 3.
        assert_eq!(encode(&cells), "cC254C65279");
        cells[0] = 255;
        assert_eq!(encode(&cells), "#ff#00254#0065279");
        assert_eq!(decode(" #fF #00 254\n#00 65279").unwrap(), cells);
    }

    #[test]
    fn a_painted_drawing_is_short() {
        let drawing = painted();
        let text = encode(drawing.cells());
        let n_painted = drawing.cells().iter().filter(|&&w| w > 0).count();
        assert!(n_painted > 5000);
        assert!(
            text.len() < n_painted,
            "{} for {n_painted} cells",
            text.len()
        );
    }

    #[test]
    fn damage_is_named() {
        let message = |text: &str| decode(text).unwrap_err().to_string();
        assert_eq!(
            message("65535"),
            "the drawing is cut short: it has 65535 of 65536 cells"
        );
        assert_eq!(
            message(""),
            "the drawing is cut short: it has 0 of 65536 cells"
        );
        let damaged = "the drawing is damaged at character";
        assert_eq!(
            message("65537"),
            format!("{damaged} 0: more cells than it can hold")
        );
        assert_eq!(
            message("65536 a"),
            format!("{damaged} 6: more cells than it can hold")
        );
        assert_eq!(
            message("99999999999999999999999999"),
            format!("{damaged} 0: more cells than it can hold")
        );
        assert_eq!(
            message("10!"),
            format!("{damaged} 2: not a character of its alphabet")
        );
        assert_eq!(
            message("10A"),
            format!("{damaged} 2: a weight outside 0 to 255")
        );
        assert_eq!(
            message("#f"),
            format!("{damaged} 0: a weight outside 0 to 255")
        );
    }
}
