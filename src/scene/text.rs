//! Text as outlines: a typeface in two weights, measured and drawn through skrifa, with formulas between the words. It
//! refuses to know shaping: one line, left to right, no kerning, which is enough for titles, labels and numbers.

use std::ops::Range;

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::DrawSettings;
use skrifa::{FontRef, GlyphId, MetadataProvider};

use super::geometry::PagePoint;
use formula::Part;
use pen::Placed;

mod formula;
mod pen;
mod typeface;

pub use formula::{Formula, formulas, refusal};
pub use pen::Pen;
pub use typeface::{Family, Font, REGULAR, SEMI_BOLD, SERIF_BOLD, SERIF_REGULAR, Typeface, Weight};

/// A part of a line.
#[allow(
    clippy::large_enum_variant,
    reason = "there are few of them, and none is kept"
)]
pub enum Run<'a> {
    /// Letters, left to right.
    Words(&'a str),
    /// A formula.
    Formula(Formula),
}

impl Run<'_> {
    /// Its advance, in points.
    fn width(&self, font: Font, weight: Weight) -> f32 {
        match self {
            Self::Formula(formula) => formula.width(),
            Self::Words(words) => {
                let mut total = 0.0;
                each_glyph(words, font, weight, |_, _, _, advance| total += advance);
                total
            }
        }
    }
}

/// The parts of a line, each with the first byte after it. A formula that cannot be set is words, dollar signs and all.
fn parts(text: &str, font: Font) -> Vec<(usize, Run<'_>)> {
    if !text.contains('$') {
        return vec![(text.len(), Run::Words(text))];
    }
    let run = |part| match part {
        Part::Words(range) => (range.end, Run::Words(&text[range])),
        Part::Formula(range) => {
            let (end, source) = (range.end, &text[range]);
            let formula = Formula::of(source, font);
            (end, formula.map_or(Run::Words(source), Run::Formula))
        }
    };
    formula::parts(text).into_iter().map(run).collect()
}

/// The line of a text without formulas as it is read: `\\$` is a dollar sign.
pub fn unescaped(text: &str) -> String {
    text.replace("\\$", "$")
}

/// The parts of a line, each with how far from the start of the line it begins, in points.
pub fn runs(text: &str, font: Font, weight: Weight) -> Vec<(f32, Run<'_>)> {
    let mut x = 0.0;
    let placed = parts(text, font).into_iter().map(|(_, run)| {
        let at = x;
        x += run.width(font, weight);
        (at, run)
    });
    placed.collect()
}

/// The advance width of the line, in points.
pub fn width(text: &str, font: impl Into<Font>, weight: Weight) -> f32 {
    let font = font.into();
    let parts = parts(text, font).into_iter();
    parts.map(|(_, run)| run.width(font, weight)).sum()
}

/// How far the line reaches above and below its baseline, in points: its letters have room for every letter.
pub fn reach(text: &str, font: impl Into<Font>) -> [f32; 2] {
    let font = font.into();
    let letters = [ascent(font), descent(font)];
    parts(text, font)
        .iter()
        .fold(letters, |[above, below], (_, run)| match run {
            Run::Words(_) => [above, below],
            Run::Formula(formula) => {
                let reach = formula.reach();
                [above.max(reach[0]), below.max(reach[1])]
            }
        })
}

/// How much more room above and below than that of letters the formulas of a line need, in points.
pub fn excess(text: &str, font: impl Into<Font>) -> [f32; 2] {
    let font = font.into();
    let [above, below] = reach(text, font);
    [above - ascent(font), below - descent(font)]
}

/// Height of the ascenders above the baseline, in points (Inter's hhea table: 0.97 em; STIX Two Text is lower).
pub fn ascent(font: impl Into<Font>) -> f32 {
    0.97 * font.into()
}

/// Depth of the descenders below the baseline, in points (0.24 em).
pub fn descent(font: impl Into<Font>) -> f32 {
    0.24 * font.into()
}

/// Height of the digits and capitals above the baseline, in points (Inter 0.73 em, STIX Two Text 0.66 em).
pub fn cap_height(font: impl Into<Font>) -> f32 {
    let font = font.into();
    match font.typeface.family {
        Family::Sans => 0.73 * font,
        Family::Serif => 0.66 * font,
    }
}

/// The glyphs of a line in the first font of its typeface, each with the bytes of the text that it stands for, its number
/// and its advance in points; nothing if that font lacks one of them.
pub fn glyphs(text: &str, font: Font, weight: Weight) -> Option<Vec<(Range<usize>, u32, f32)>> {
    let file = font.typeface.files(weight).next()?;
    let face = FontRef::from_index(file, 0).ok()?;
    let (charmap, size) = (face.charmap(), Size::new(font.size));
    let metrics = face.glyph_metrics(size, LocationRef::default());
    let shown = text.char_indices().filter(|(_, c)| !c.is_control());
    let glyph = |(at, character): (usize, char)| {
        let glyph = charmap.map(character)?;
        let advance = metrics.advance_width(glyph)?;
        Some((at..at + character.len_utf8(), glyph.to_u32(), advance))
    };
    shown.map(glyph).collect()
}

/// Draws the outlines of the line whose baseline starts at `start`.
pub fn outline(
    text: &str,
    start: PagePoint,
    font: impl Into<Font>,
    weight: Weight,
    pen: &mut impl Pen,
) {
    let font = font.into();
    for (along, run) in runs(text, font, weight) {
        let start = [start[0] + along, start[1]];
        match run {
            Run::Words(words) => outline_words(words, start, font, weight, pen),
            Run::Formula(formula) => formula.outline(start, pen),
        }
    }
}

/// Draws letters.
fn outline_words(words: &str, start: PagePoint, font: Font, weight: Weight, pen: &mut impl Pen) {
    let mut x = start[0];
    each_glyph(words, font, weight, |file, glyph, _, advance| {
        let settings = DrawSettings::unhinted(Size::new(font.size), LocationRef::default());
        let mut placed = Placed {
            pen: &mut *pen,
            origin: [x, start[1]],
        };
        if let Some(outline) = file.outline_glyphs().get(glyph) {
            // A glyph that cannot be drawn leaves its gap; the bundled fonts have none (tested below).
            let _ = outline.draw(settings, &mut placed);
        }
        x += advance;
    });
}

/// The longest beginning of `text`, with an ellipsis if it had to be cut, that is at most `max_width` wide. A formula is
/// kept or cut as a whole.
pub fn fitted(text: &str, font: impl Into<Font>, weight: Weight, max_width: f32) -> String {
    let font = font.into();
    if width(text, font, weight) <= max_width {
        return text.to_owned();
    }
    let room = max_width - width("…", font, weight);
    let fonts = font.typeface.fonts(weight, font.size);
    let (mut used, mut kept) = (0.0, 0);
    for (end, run) in parts(text, font) {
        match run {
            Run::Formula(formula) => {
                used += formula.width();
                kept = if used <= room { end } else { kept };
            }
            Run::Words(words) => {
                let mut at = end - words.len();
                for character in words.chars() {
                    let glyph = fonts.glyph(character).filter(|_| !character.is_control());
                    used += glyph.map_or(0.0, |(_, _, advance)| advance);
                    at += character.len_utf8();
                    kept = if used <= room { at } else { kept };
                }
            }
        }
    }
    format!("{}…", text[..kept].trim_end())
}

/// Calls `visit(font, glyph, character, advance)` for every character that is not a control character.
fn each_glyph(
    text: &str,
    font: Font,
    weight: Weight,
    mut visit: impl FnMut(&FontRef<'static>, GlyphId, char, f32),
) {
    let fonts = font.typeface.fonts(weight, font.size);
    for character in text.chars().filter(|c| !c.is_control()) {
        if let Some((file, glyph, advance)) = fonts.glyph(character) {
            visit(file, glyph, character, advance);
        }
    }
}

#[cfg(test)]
mod ink;

#[cfg(test)]
mod tests {
    use super::ink::Ink;
    use super::*;
    use crate::scene::geometry::Rect;

    fn extent(text: &str, size: f32, weight: Weight) -> Rect {
        Ink::of(text, [100.0, 50.0], size, weight).0
    }

    #[test]
    fn outlines_stand_on_the_baseline_and_fill_their_width() {
        for weight in [Weight::Regular, Weight::SemiBold] {
            let ink = extent("HEH", 100.0, weight);
            assert!((ink.max[1] - 50.0).abs() < 0.5, "{ink:?}");
            assert!((ink.height() - cap_height(100.0)).abs() < 1.0, "{ink:?}");
            let advance = width("HEH", 100.0, weight);
            assert!(ink.width() < advance && ink.width() > 0.9 * advance);
        }
    }

    #[test]
    fn metrics_agree_with_the_fonts() {
        for weight in [Weight::Regular, Weight::SemiBold] {
            let font = FontRef::new(Family::Sans.bytes(weight)).expect("the bundled font parses");
            let metrics = font.metrics(Size::new(1.0), LocationRef::default());
            assert!((metrics.ascent - ascent(1.0)).abs() < 0.01, "{metrics:?}");
            assert!((metrics.descent + descent(1.0)).abs() < 0.01, "{metrics:?}");
        }
    }

    #[test]
    fn widths_scale_with_size_and_add_up() {
        let regular = |text, size| width(text, size, Weight::Regular);
        // Advances are rounded to 1/64 of a point.
        assert!((regular("chord", 20.0) - 2.0 * regular("chord", 10.0)).abs() < 0.2);
        let sum = regular("a", 9.0) + regular("b", 9.0);
        assert!((regular("ab", 9.0) - sum).abs() < 1e-4);
        assert_eq!(regular("", 9.0), 0.0);
    }

    #[test]
    fn every_character_that_scenes_use_has_a_glyph() {
        for weight in [Weight::Regular, Weight::SemiBold] {
            each_glyph(
                "−0123456789.,=()/|·…₂ ασ× wtSW",
                Font::sans(9.0),
                weight,
                |_, glyph, c, advance| {
                    assert_ne!(glyph, GlyphId::NOTDEF, "{c:?}");
                    assert!(advance > 0.0, "{c:?}");
                },
            );
        }
    }

    #[test]
    fn long_text_is_cut_to_its_width() {
        let text = "A title that is far too long for the figure it heads";
        let cut = fitted(text, 12.0, Weight::SemiBold, 120.0);
        assert!(cut.ends_with('…') && text.starts_with(cut.trim_end_matches('…')));
        let used = width(&cut, 12.0, Weight::SemiBold);
        assert!(used <= 120.0 && used > 100.0, "{used}");
        assert_eq!(fitted("short", 12.0, Weight::Regular, 120.0), "short");
    }
}
