//! A figure as flags of `pushforward export`: those that differ from the defaults, so that a command says no more than
//! it must.

use super::{Background, Figure, FigureKind, TextAs};

impl Figure {
    /// The flags of `pushforward export` that ask for this figure, one an entry and not quoted for a shell, without
    /// `--out`; none if a part of it has no flag: what stands around the data ([`Figure::show`]), or no layer at all.
    pub fn flags(&self) -> Option<Vec<String>> {
        let default = Self::new(self.kind.clone());
        let nothing = self.layers.as_ref().is_some_and(Vec::is_empty);
        if self.show != default.show || nothing {
            return None;
        }
        let pair = |limits: Option<(f64, f64)>| limits.map(|(a, b)| format!("{a},{b}"));
        let times: Vec<String> = self.times.iter().map(f64::to_string).collect();
        let layers = self.layers.as_ref().map(|layers| {
            let names: Vec<&str> = layers.iter().map(|layer| layer.name()).collect();
            names.join(",")
        });
        let background = match &self.background {
            Background::Style => None,
            Background::None => Some("none".to_owned()),
            Background::Color(color) => Some(color.clone()),
        };
        let flags = [
            ("figure", Some(kind_flag(&self.kind)?)),
            (
                "style",
                (self.style != default.style).then(|| self.style.clone()),
            ),
            ("width", self.width.map(|length| length.to_string())),
            ("height", self.height.map(|length| length.to_string())),
            (
                "dpi",
                (self.dpi != default.dpi).then(|| self.dpi.to_string()),
            ),
            ("background", background),
            (
                "text",
                (self.text == TextAs::Text).then(|| "text".to_owned()),
            ),
            ("t", (!times.is_empty()).then(|| times.join(","))),
            ("xlim", pair(self.x_limits)),
            ("ylim", pair(self.y_limits)),
            ("layers", layers),
            ("paths", self.paths.map(|n| n.to_string())),
            ("title", self.title.clone()),
        ];
        let given = flags.into_iter();
        Some(
            given
                .filter_map(|(name, value)| Some(format!("--{name}={}", value?)))
                .collect(),
        )
    }
}

/// The name of a kind, with its options as in a file where they differ from the defaults.
fn kind_flag(kind: &FigureKind) -> Option<String> {
    match FigureKind::named(kind.name()).as_ref() == Some(kind) {
        true => Some(kind.name().to_owned()),
        false => ron::to_string(kind).ok(),
    }
}
