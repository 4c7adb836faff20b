//! Text as outlines: a typeface in two weights, measured and drawn through skrifa. It refuses to know shaping: one
//! line, left to right, no kerning, which is enough for titles, labels and numbers.

use std::ops::Range;

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, GlyphId, MetadataProvider};

use super::geometry::PagePoint;

mod typeface;

pub use typeface::{Family, Font, REGULAR, SEMI_BOLD, SERIF_BOLD, SERIF_REGULAR, Typeface, Weight};

/// What an outline is drawn with; y points down, units are points.
pub trait Pen {
    /// Begins a contour.
    fn move_to(&mut self, p: PagePoint);
    /// A straight line.
    fn line_to(&mut self, p: PagePoint);
    /// A quadratic Bézier curve with control point `c`.
    fn quad_to(&mut self, c: PagePoint, p: PagePoint);
    /// A cubic Bézier curve with control points `c` and `d`.
    fn cubic_to(&mut self, c: PagePoint, d: PagePoint, p: PagePoint);
    /// Closes the contour.
    fn close(&mut self);
}

/// The advance width of the line, in points.
pub fn width(text: &str, font: impl Into<Font>, weight: Weight) -> f32 {
    let mut total = 0.0;
    each_glyph(text, font.into(), weight, |_, _, _, advance| {
        total += advance
    });
    total
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
    let mut x = start[0];
    each_glyph(text, font, weight, |file, glyph, _, advance| {
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

/// The longest beginning of `text`, with an ellipsis if it had to be cut, that is at most `max_width` wide.
pub fn fitted(text: &str, font: impl Into<Font>, weight: Weight, max_width: f32) -> String {
    let font = font.into();
    if width(text, font, weight) <= max_width {
        return text.to_owned();
    }
    let room = max_width - width("…", font, weight);
    let mut used = 0.0;
    let mut kept = String::new();
    each_glyph(text, font, weight, |_, _, character, advance| {
        used += advance;
        if used <= room {
            kept.push(character);
        }
    });
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
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

/// Turns a font's y-up outline about an origin on the page.
struct Placed<'a, P: Pen> {
    pen: &'a mut P,
    origin: PagePoint,
}

impl<P: Pen> Placed<'_, P> {
    fn at(&self, x: f32, y: f32) -> PagePoint {
        [self.origin[0] + x, self.origin[1] - y]
    }
}

impl<P: Pen> OutlinePen for Placed<'_, P> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.pen.move_to(self.at(x, y));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.pen.line_to(self.at(x, y));
    }

    fn quad_to(&mut self, cx0: f32, cy0: f32, x: f32, y: f32) {
        self.pen.quad_to(self.at(cx0, cy0), self.at(x, y));
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        self.pen
            .cubic_to(self.at(cx0, cy0), self.at(cx1, cy1), self.at(x, y));
    }

    fn close(&mut self) {
        self.pen.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::geometry::Rect;

    /// The box around all the points that a pen saw.
    struct Extent(Rect);

    impl Pen for Extent {
        fn move_to(&mut self, p: PagePoint) {
            self.0.min = [0, 1].map(|k| self.0.min[k].min(p[k]));
            self.0.max = [0, 1].map(|k| self.0.max[k].max(p[k]));
        }
        fn line_to(&mut self, p: PagePoint) {
            self.move_to(p);
        }
        fn quad_to(&mut self, _: PagePoint, p: PagePoint) {
            self.move_to(p);
        }
        fn cubic_to(&mut self, _: PagePoint, _: PagePoint, p: PagePoint) {
            self.move_to(p);
        }
        fn close(&mut self) {}
    }

    fn extent(text: &str, size: f32, weight: Weight) -> Rect {
        let mut pen = Extent(Rect {
            min: [f32::MAX; 2],
            max: [f32::MIN; 2],
        });
        outline(text, [100.0, 50.0], size, weight, &mut pen);
        pen.0
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
