//! A figure as it is asked for: which kind, of what, on which page, into which file. Plain data, the same in an
//! experiment's file, on the command line and in the window.

mod flags;
mod kind;
mod length;

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::Layer;

pub use kind::{DensityOf, FieldOf, FigureKind, FilmOver, MetricsOf, StripOf};
pub use length::{Length, NoLength};

/// A figure; a row of `figures` in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Figure {
    /// Where it is written; the suffix says in which format.
    pub file: String,
    /// What it shows.
    pub kind: FigureKind,
    /// The name of a style, or the file of one that ends in `.ron`.
    pub style: String,
    /// Width of the page; that of the style if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<Length>,
    /// Height of the page; as high as what it shows needs if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<Length>,
    /// Dots per inch, of pixels and of what is embedded as pixels, see [`Self::DPI`].
    pub dpi: f64,
    /// The ground.
    pub background: Background,
    /// What becomes of text in vector formats.
    pub text: TextAs,
    /// The times that are shown, 0 to 1; those of the kind if empty.
    #[serde(rename = "t", skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<f64>,
    /// Ends of the x axis, in data units; fitted if not given.
    #[serde(rename = "xlim", skip_serializing_if = "Option::is_none")]
    pub x_limits: Option<(f64, f64)>,
    /// Ends of the y axis.
    #[serde(rename = "ylim", skip_serializing_if = "Option::is_none")]
    pub y_limits: Option<(f64, f64)>,
    /// What is drawn, in place of what the kind draws.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layers: Option<Vec<Layer>>,
    /// Trajectories, pairs or particles that are drawn, in place of the view's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paths: Option<usize>,
    /// Panels side by side, of lanes; as many as their number suggests if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<usize>,
    /// The heading; none if empty, the experiment's if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What stands around the data.
    pub show: Show,
    /// Whether a caption is written beside a picture, as plain text and as LaTeX.
    pub caption: bool,
}

/// What stands around the data of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Show {
    /// Ticks, their numbers and the names of the axes.
    pub ticks: bool,
    /// The box around each plot.
    pub frame: bool,
    /// (a), (b), (c) where there are several plots.
    pub letters: bool,
    /// What the marks mean, and the colour bar.
    pub legend: bool,
    /// The measured numbers.
    pub numbers: bool,
    /// What the figure was made with, under the title.
    pub recipe: bool,
}

impl Show {
    /// What can be left out, by name.
    pub const PARTS: [&'static str; 6] =
        ["ticks", "frame", "letters", "legend", "numbers", "recipe"];

    /// The part of that name; none if there is no such part.
    pub fn part(&mut self, name: &str) -> Option<&mut bool> {
        Some(match name {
            "ticks" => &mut self.ticks,
            "frame" => &mut self.frame,
            "letters" => &mut self.letters,
            "legend" => &mut self.legend,
            "numbers" => &mut self.numbers,
            "recipe" => &mut self.recipe,
            _ => return None,
        })
    }
}

impl Default for Show {
    fn default() -> Self {
        Self {
            ticks: true,
            frame: true,
            letters: true,
            legend: true,
            numbers: true,
            recipe: true,
        }
    }
}

/// What becomes of text in vector formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextAs {
    /// Outlines: the same everywhere, whatever fonts are installed.
    #[default]
    Outlines,
    /// Text that can be changed, searched and copied.
    Text,
}

/// The ground of a figure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Background {
    /// The style's.
    #[default]
    Style,
    /// None: what lies under the figure shows through.
    None,
    /// A colour, `#rrggbb`.
    Color(String),
}

impl Figure {
    /// Dots per inch.
    pub const DPI: RangeInclusive<f64> = 10.0..=2400.0;
    /// Panels side by side.
    pub const COLUMNS: RangeInclusive<usize> = 1..=12;
    /// The most times that a figure shows.
    pub const MAX_TIMES: usize = 36;
    /// Width and height of a page, in points: half an inch to 200 inches.
    pub const POINTS: RangeInclusive<f64> = 36.0..=14_400.0;

    /// The figure of a kind, everything else at its default.
    pub fn new(kind: FigureKind) -> Self {
        Self {
            kind,
            ..Self::default()
        }
    }
}

impl Default for Figure {
    fn default() -> Self {
        Self {
            file: String::new(),
            kind: FigureKind::Trajectories,
            style: "paper".to_owned(),
            width: None,
            height: None,
            dpi: 300.0,
            background: Background::Style,
            text: TextAs::Outlines,
            times: Vec::new(),
            x_limits: None,
            y_limits: None,
            layers: None,
            paths: None,
            columns: None,
            title: None,
            show: Show::default(),
            caption: true,
        }
    }
}
