//! A figure as the flags of a command line.

use super::{Background, Figure, FigureKind, Show, TextAs};

impl Figure {
    /// The flags of `pushforward export` that make this figure, but for where it goes: those that are not at their default.
    pub fn flags(&self) -> Vec<String> {
        let plain = Self::default();
        let mut flags = Vec::new();
        // In one word with its flag a value may begin with a minus.
        let mut flag = |name: &str, value: String| flags.push(format!("--{name}={value}"));
        flag("figure", kind(&self.kind));
        if self.style != plain.style {
            flag("style", self.style.clone());
        }
        if let Some(width) = self.width {
            flag("width", width.to_string());
        }
        if let Some(height) = self.height {
            flag("height", height.to_string());
        }
        if self.dpi != plain.dpi {
            flag("dpi", self.dpi.to_string());
        }
        match &self.background {
            Background::Style => {}
            Background::None => flag("background", "none".to_owned()),
            Background::Color(color) => flag("background", color.clone()),
        }
        if self.text == TextAs::Text {
            flag("text", "text".to_owned());
        }
        if !self.times.is_empty() {
            flag("t", joined(self.times.iter().map(f64::to_string)));
        }
        if let Some(layers) = &self.layers {
            let names = joined(layers.iter().map(|layer| layer.name().to_owned()));
            flag(
                "layers",
                if layers.is_empty() {
                    "none".to_owned()
                } else {
                    names
                },
            );
        }
        if let Some(paths) = self.paths {
            flag("paths", paths.to_string());
        }
        if let Some(columns) = self.columns {
            flag("columns", columns.to_string());
        }
        let mut show = self.show;
        let mut hidden = Show::PARTS.to_vec();
        hidden.retain(|name| show.part(name).is_some_and(|shown| !*shown));
        if !hidden.is_empty() {
            flag("hide", hidden.join(","));
        }
        if let Some(title) = &self.title {
            flag("title", title.clone());
        }
        if !self.caption {
            flags.push("--no-caption".to_owned());
        }
        let mut flag = |name: &str, value: String| flags.push(format!("--{name}={value}"));
        for (name, limits) in [("xlim", self.x_limits), ("ylim", self.y_limits)] {
            if let Some((low, high)) = limits {
                flag(name, format!("{low},{high}"));
            }
        }
        flags
    }
}

/// The name of a kind, or what a file says of one with options of its own.
fn kind(kind: &FigureKind) -> String {
    match FigureKind::named(kind.name()) {
        Some(plain) if plain == *kind => kind.name().to_owned(),
        _ => ron::to_string(kind).unwrap_or_else(|_| kind.name().to_owned()),
    }
}

fn joined(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(",")
}
