//! The colours of the classes that points may have: eight that stay theirs in every picture.
//!
//! Like the lanes' they differ in hue and in lightness, and were chosen by search for the largest least distance (OKLab) of any
//! two, as they are seen with and without each kind of colour blindness.

use super::Color;
use crate::flow::distribution::{CLASSES, Class};

/// On the dark ground: magenta, yellow, cyan, ochre, teal, pale green, olive, pale blue.
const DARK: [Color; CLASSES as usize] = [
    Color::hex(0xfd1afb),
    Color::hex(0xf1ff69),
    Color::hex(0x68f8ff),
    Color::hex(0xbf840f),
    Color::hex(0x4ca09d),
    Color::hex(0xbedea6),
    Color::hex(0xc0bb17),
    Color::hex(0x75c8d8),
];

/// On the light ground and on paper: blue, orange, purple, rust, deep blue, mauve, dark green, black.
const LIGHT: [Color; CLASSES as usize] = [
    Color::hex(0x3988f4),
    Color::hex(0xd56e13),
    Color::hex(0x6e2790),
    Color::hex(0xaa3313),
    Color::hex(0x0102f8),
    Color::hex(0x917692),
    Color::hex(0x0b2b1a),
    Color::hex(0x0a001a),
];

/// The colour of a class, for a dark ground or for a light one; none for no class.
pub fn class_color(class: Class, dark: bool) -> Option<Color> {
    let colors = if dark { &DARK } else { &LIGHT };
    let index = usize::from(class).checked_sub(1)?;
    colors.get(index).copied()
}
