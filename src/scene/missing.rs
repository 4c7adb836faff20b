//! What of a scene's text cannot be drawn.

use std::collections::BTreeSet;

use super::text::{self, Run};
use super::{Item, Scene, Text};

/// The characters of the scene that its typefaces have no glyph for, in the order of their numbers.
pub fn missing(scene: &Scene) -> Vec<char> {
    let lacks = |text: &Text, c: &char| !text.size.typeface.has(*c, text.weight);
    let missing: BTreeSet<char> = texts(scene)
        .flat_map(|text| {
            let runs = text::runs(&text.text, text.size, text.weight).into_iter();
            let words = runs.filter_map(|(_, run)| match run {
                Run::Words(words) => Some(words),
                Run::Formula(_) => None,
            });
            let shown = words.flat_map(str::chars).filter(|c| !c.is_control());
            shown.filter(move |c| lacks(text, c))
        })
        .collect();
    missing.into_iter().collect()
}

/// The formulas of the scene that cannot be set and stand there as they are written, each with why.
pub fn unset_formulas(scene: &Scene) -> Vec<String> {
    let unset: BTreeSet<String> = texts(scene)
        .flat_map(|text| {
            let formulas = text::formulas(&text.text).into_iter();
            formulas.filter_map(|range| {
                let formula = &text.text[range];
                let why = text::refusal(formula)?;
                Some(format!("{formula} is no formula that can be set: {why}"))
            })
        })
        .collect();
    unset.into_iter().collect()
}

fn texts(scene: &Scene) -> impl Iterator<Item = &Text> {
    let panels = scene.panels.iter().flat_map(|panel| {
        let layers = panel.groups.iter().flat_map(|group| group.items.iter());
        panel.backdrop.iter().chain(layers).chain(&panel.overlay)
    });
    panels.chain(scene.around()).filter_map(|item| match item {
        Item::Text(text) => Some(text),
        _ => None,
    })
}
