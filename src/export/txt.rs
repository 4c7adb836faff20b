//! The words of a scene, a line each, in the order in which they are painted.

use super::ExportError;
use crate::scene::{Item, Scene};

/// A figure: what is written around its data.
///
/// # Errors
/// None: any text can be written.
pub fn figure(scene: &Scene) -> Result<Vec<u8>, ExportError> {
    let texts = scene.furniture.iter().filter_map(|item| match item {
        Item::Text(text) => Some(text.text.as_str()),
        _ => None,
    });
    let lines: Vec<&str> = texts.collect();
    Ok((lines.join("\n") + "\n").into_bytes())
}
