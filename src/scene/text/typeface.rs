//! Typefaces: Inter and STIX Two Text, each in two weights, and a font file of one's own for what they lack.

use std::ops::Mul;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
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

    /// The fonts at a size, in points, in the order in which a glyph is looked for.
    pub(super) fn fonts(self, weight: Weight, size: f32) -> Fonts {
        let mut faces = self.files(weight).map(|file| Face::open(file, size));
        Fonts([faces.next().flatten(), faces.next().flatten()])
    }

    /// Whether it has a glyph for the character.
    pub fn has(self, character: char, weight: Weight) -> bool {
        self.fonts(weight, 1.0)
            .glyph(character)
            .is_some_and(|(_, glyph, _)| glyph != GlyphId::NOTDEF)
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
pub(super) struct Fonts([Option<Face>; 2]);

/// A font with its tables of characters and of advances at a size, which are looked up once for a whole line.
struct Face {
    font: FontRef<'static>,
    charmap: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
}

impl Face {
    fn open(file: &'static [u8], size: f32) -> Option<Self> {
        let font = FontRef::from_index(file, 0).ok()?;
        Some(Self {
            charmap: font.charmap(),
            metrics: font.glyph_metrics(Size::new(size), LocationRef::default()),
            font,
        })
    }
}

impl Fonts {
    /// The font that has the character, its glyph and its advance in points; the sign for a missing one if none has it.
    pub fn glyph(&self, character: char) -> Option<(&FontRef<'static>, GlyphId, f32)> {
        let faces = || self.0.iter().flatten();
        let found = faces().find_map(|face| Some((face, face.charmap.map(character)?)));
        let (face, glyph) = match found {
            Some(found) => found,
            None => (faces().next()?, GlyphId::NOTDEF),
        };
        let advance = face.metrics.advance_width(glyph).unwrap_or(0.0);
        Some((&face.font, glyph, advance))
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
