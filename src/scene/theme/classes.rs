//! The colours of the classes that points may have: eight that stay theirs in every picture.
//!
//! Like the lanes' they differ in hue and in lightness, and were chosen by search for the largest least distance (OKLab) of any
//! two, as they are seen with and without each kind of colour blindness.

use super::Color;
use crate::flow::distribution::{CLASSES, Class};

/// On the dark ground.
const DARK: [Color; CLASSES as usize] = [DARKCOLORS];

/// On the light ground and on paper.
const LIGHT: [Color; CLASSES as usize] = [LIGHTCOLORS];

/// The colour of a class, for a dark ground or for a light one; none for no class.
pub fn class_color(class: Class, dark: bool) -> Option<Color> {
    let colors = if dark { &DARK } else { &LIGHT };
    let index = usize::from(class).checked_sub(1)?;
    colors.get(index).copied()
}
