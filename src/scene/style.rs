//! Looks of figures: colours, type and strokes by name, and templates of one's own as RON.

mod template;

use super::text::{Family, Font, Typeface};
use super::theme::{Sizes, Style, Theme};
use super::{Decorations, Page};

/// Points of an inch.
const INCH: f32 = 72.0;
/// Of a page that is narrower than the style's own, type, strokes and dots shrink with this power of its width: from a
/// page's 6.75 inches to a column's 3.25, 8.5 points become 7.3.
const SHRINKING: f32 = 0.2;

/// How figures look.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureStyle {
    /// What it is called.
    pub name: String,
    /// Its colours.
    pub theme: Theme,
    /// Strokes, radii and type on a page of the style's own width.
    pub sizes: Sizes,
    /// The letters.
    pub family: Family,
    /// The file of a font for characters that the letters lack, as the template names it. Whoever reads it hands its
    /// bytes to [`Self::with_font`].
    pub font: Option<String>,
    /// Width of a page, in points.
    width: f32,
}

/// What a style that the program has is made of.
struct Row {
    name: &'static str,
    theme: Style,
    family: Family,
    inches: f32,
    /// Type, as a multiple of that of paper.
    type_scale: f32,
    /// Strokes and dots, as a multiple of those of paper.
    mark_scale: f32,
}

const ROWS: [Row; 5] = [
    Row {
        name: "paper",
        theme: Style::Paper,
        family: Family::Sans,
        inches: 6.75,
        type_scale: 1.0,
        mark_scale: 1.0,
    },
    Row {
        name: "paper-serif",
        theme: Style::Paper,
        family: Family::Serif,
        inches: 6.75,
        // Its small letters are lower than Inter's.
        type_scale: 1.12,
        mark_scale: 1.0,
    },
    Row {
        name: "slide",
        theme: Style::Dark,
        family: Family::Sans,
        inches: 13.333,
        type_scale: 2.4,
        mark_scale: 2.0,
    },
    Row {
        name: "slide-light",
        theme: Style::Light,
        family: Family::Sans,
        inches: 13.333,
        type_scale: 2.4,
        mark_scale: 2.0,
    },
    Row {
        name: "poster",
        theme: Style::Paper,
        family: Family::Sans,
        inches: 24.0,
        type_scale: 3.6,
        mark_scale: 3.2,
    },
];

impl Row {
    fn style(&self) -> FigureStyle {
        let type_of = |font: Font| font.scaled(self.type_scale);
        let typed = Sizes {
            text: type_of(Sizes::PRINT.text),
            small: type_of(Sizes::PRINT.small),
            title: type_of(Sizes::PRINT.title),
            gap: self.type_scale * Sizes::PRINT.gap,
            ..Sizes::PRINT.scaled(self.mark_scale)
        };
        FigureStyle {
            name: self.name.to_owned(),
            theme: *self.theme.theme(),
            sizes: typed.set_in(Typeface::of(self.family)),
            family: self.family,
            font: None,
            width: self.inches * INCH,
        }
    }
}

impl FigureStyle {
    /// The names of the styles that the program has.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ROWS.iter().map(|row| row.name)
    }

    /// The style of this name.
    pub fn named(name: &str) -> Option<Self> {
        ROWS.iter().find(|row| row.name == name).map(Row::style)
    }

    /// For a page in a paper, sans serif.
    pub fn paper() -> Self {
        ROWS[0].style()
    }

    /// Width of its page, in points, where no other one is asked for.
    pub fn width(&self) -> f32 {
        self.width
    }

    /// The same with a font file of one's own for characters that the letters lack.
    ///
    /// # Errors
    /// The bytes are no font.
    pub fn with_font(self, bytes: &[u8]) -> Result<Self, String> {
        let typeface = Typeface::with_own(self.family, bytes)?;
        Ok(Self {
            sizes: self.sizes.set_in(typeface),
            ..self
        })
    }

    /// A figure's page of this size, in points.
    pub fn page(&self, size: [f32; 2]) -> Page {
        let share = (size[0] / self.width).clamp(0.01, 1.0);
        Page {
            size,
            theme: self.theme,
            base: self.sizes,
            decorations: Decorations::Figure,
            zoom: share.powf(SHRINKING),
        }
    }
}

#[cfg(test)]
mod tests;
