//! Characters of a scene that cannot be drawn.

use std::collections::BTreeSet;

use super::{Item, Scene, Text};

/// The characters of the scene that its typefaces have no glyph for, in the order of their numbers.
pub fn missing(scene: &Scene) -> Vec<char> {
    let panels = scene.panels.iter().flat_map(|panel| {
        let layers = panel.groups.iter().flat_map(|group| group.items.iter());
        panel.backdrop.iter().chain(layers).chain(&panel.overlay)
    });
    let texts = panels
        .chain(&scene.furniture)
        .filter_map(|item| match item {
            Item::Text(text) => Some(text),
            _ => None,
        });
    let lacks = |text: &'_ Text, c: &char| !text.size.typeface.has(*c, text.weight);
    let missing: BTreeSet<char> = texts
        .flat_map(|text| {
            let shown = text.text.chars().filter(|c| !c.is_control());
            shown.filter(move |c| lacks(text, c))
        })
        .collect();
    missing.into_iter().collect()
}
