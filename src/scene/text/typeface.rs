//! Typefaces: Inter and STIX Two Text, each in two weights, and a font file of one's own for what they lack.

use std::ops::Mul;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use skrifa::{FontRef, GlyphId, MetadataProvider};

/// Inter Regular, the typeface of the window.
pub const REGULAR: &[u8] = include_bytes!("../../../assets/Inter-Regular.otf");
/// Inter SemiBold, for titles.
pub const SEMI_BOLD: &[u8] = include_bytes!("../../../assets/Inter-SemiBold.otf");
/// STIX Two Text Regular, Latin, Greek and mathematical signs.
pub const SERIF_REGULAR: &[u8] = include_bytes!("../../../assets/STIXTwoText-Regular.ttf");
/// STIX Two Text Bold, the same characters.
pub const SERIF_BOLD: &[u8] = include_bytes!("../../../assets/STIXTwoText-Bold.ttf");

/// Weight of the typeface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// For everything that is read.
    Regular,
    /// For titles.
    SemiBold,
}

/// A family of letters that the program has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Family {
    /// Inter.
    #[default]
    Sans,
    /// STIX Two Text.
    Serif,
}

impl Family {
    /// Its font file.
    pub fn bytes(self, weight: Weight) -> &'static [u8] {
        match (self, weight) {
            (Self::Sans, Weight::Regular) => REGULAR,
            (Self::Sans, Weight::SemiBold) => SEMI_BOLD,
            (Self::Serif, Weight::Regular) => SERIF_REGULAR,
            (Self::Serif, Weight::SemiBold) => SERIF_BOLD,
        }
    }

    /// Its name, as other programs know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sans => "Inter",
            Self::Serif => "STIX Two Text",
        }
    }
}

/// What text is set in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Typeface {
    /// The letters.
    pub family: Family,
    /// Where glyphs come from that the family lacks.
    own: Option<&'static [u8]>,
}

impl Typeface {
    /// A family alone.
    pub const fn of(family: Family) -> Self {
        Self { family, own: None }
    }

    /// The family with a font file of one's own (TrueType or OpenType) for glyphs that it lacks.
    ///
    /// # Errors
    /// The bytes are no font.
    pub fn with_own(family: Family, bytes: &[u8]) -> Result<Self, String> {
        if FontRef::from_index(bytes, 0).is_err() {
            return Err("it is no TrueType or OpenType font".to_owned());
        }
        Ok(Self {
            family,
            own: Some(kept(bytes)),
        })
    }

    /// The font files, in the order in which a glyph is looked for.
    pub fn files(self, weight: Weight) -> impl Iterator<Item = &'static [u8]> {
        std::iter::once(self.family.bytes(weight)).chain(self.own)
    }

    /// The fonts, in the order in which a glyph is looked for.
    pub(super) fn fonts(self, weight: Weight) -> Fonts {
        let mut fonts = self
            .files(weight)
            .map(|file| FontRef::from_index(file, 0).ok());
        Fonts([fonts.next().flatten(), fonts.next().flatten()])
    }

    /// Whether it has a glyph for the character.
    pub fn has(self, character: char, weight: Weight) -> bool {
        self.fonts(weight)
            .glyph(character)
            .is_some_and(|(_, glyph)| glyph != GlyphId::NOTDEF)
    }
}

/// The same bytes for the rest of the program's life: a typeface is copied into every text. One file is kept once.
fn kept(bytes: &[u8]) -> &'static [u8] {
    static FILES: Mutex<Vec<&'static [u8]>> = Mutex::new(Vec::new());
    let mut files = FILES
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(&known) = files.iter().find(|&&known| known == bytes) {
        return known;
    }
    let file: &'static [u8] = Box::leak(bytes.to_vec().into_boxed_slice());
    files.push(file);
    file
}

/// The fonts of a typeface, the family's first.
pub(super) struct Fonts([Option<FontRef<'static>>; 2]);

impl Fonts {
    /// The font that has the character and its glyph; the sign for a missing one if none has it.
    pub fn glyph(&self, character: char) -> Option<(&FontRef<'static>, GlyphId)> {
        let glyph = |font: &'_ FontRef<'static>| font.charmap().map(character);
        let mut fonts = self.0.iter().flatten();
        let found = fonts.find_map(|font| Some((font, glyph(font)?)));
        found.or_else(|| Some((self.0.iter().flatten().next()?, GlyphId::NOTDEF)))
    }
}

/// A typeface at a size. A number times it is so many ems, in points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Font {
    /// The typeface.
    pub typeface: Typeface,
    /// Size of the em square, in points.
    pub size: f32,
}

impl Font {
    /// The sans serif at this size, in points.
    pub const fn sans(size: f32) -> Self {
        let typeface = Typeface::of(Family::Sans);
        Self { typeface, size }
    }

    /// The same typeface at `zoom` times the size.
    pub fn scaled(self, zoom: f32) -> Self {
        Self {
            size: zoom * self.size,
            ..self
        }
    }
}

impl From<f32> for Font {
    fn from(size: f32) -> Self {
        Self::sans(size)
    }
}

impl Mul<Font> for f32 {
    type Output = f32;

    fn mul(self, font: Font) -> f32 {
        self * font.size
    }
}
