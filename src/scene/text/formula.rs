//! Formulas in a line of text: `$..$` is LaTeX mathematics, laid out by `latex-rust` in STIX Two Math and drawn as outlines.
//!
//! A dollar sign opens a formula if no space follows it, and the next one closes it if no space precedes and no digit
//! follows it, so that prices stay prices; `\$` is a dollar sign. A formula has the colour of its line.

use std::ops::Range;
use std::sync::OnceLock;

use latex_rust::{BoxContent, Dim, MathBox, MathFont, MathStyle, ParseOptions};
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::DrawSettings;
use skrifa::{FontRef, GlyphId, MetadataProvider};

use super::pen::{Pen, Placed};
use super::typeface::{Family, Font};
use crate::scene::geometry::PagePoint;

/// Most bytes of a formula.
const LONGEST: usize = 500;
/// Deepest nesting of a formula.
const DEEPEST: usize = 16;
/// Widest and highest that a formula may get, in ems.
const WIDEST_EMS: f32 = 200.0;
/// The capitals of STIX Two Math are this much lower than Inter's: with it they are as high.
const BESIDE_INTER: f32 = 1.11;

/// The font of formulas. It is kept, for to open it every glyph is asked for its alternates.
fn math() -> Option<&'static MathFont> {
    static FONT: OnceLock<Option<MathFont>> = OnceLock::new();
    FONT.get_or_init(|| MathFont::stix_two_math().ok()).as_ref()
}

/// A part of a line, in the order in which it is read.
pub(super) enum Part {
    /// What stands in letters, by its bytes in the line.
    Words(Range<usize>),
    /// What stands in dollar signs, by its bytes with them.
    Formula(Range<usize>),
}

/// The parts of a line; the backslash of `\$` is in none.
pub(super) fn parts(line: &str) -> Vec<Part> {
    let (mut parts, mut words) = (Vec::new(), 0);
    let mut rest = 0;
    while let Some(found) = line.get(rest..).and_then(|rest| rest.find('$')) {
        let dollar = rest + found;
        let escaped = line[..dollar].ends_with('\\');
        let end = (!escaped).then(|| closing(line, dollar)).flatten();
        let (until, next, from) = match end {
            Some(end) => (dollar, end, end),
            None if escaped => (dollar - 1, dollar + 1, dollar),
            None => {
                rest = dollar + 1;
                continue;
            }
        };
        if words < until {
            parts.push(Part::Words(words..until));
        }
        if end.is_some() {
            parts.push(Part::Formula(dollar..next));
        }
        (rest, words) = (next, from);
    }
    if words < line.len() {
        parts.push(Part::Words(words..line.len()));
    }
    parts
}

/// One past the dollar sign that closes what the one at `open` opens.
fn closing(line: &str, open: usize) -> Option<usize> {
    let inner = line.get(open + 1..)?;
    if inner.starts_with(|c: char| c.is_whitespace() || c == '$') {
        return None;
    }
    let closes = |&(at, _): &(usize, &str)| {
        let (before, after) = (&inner[..at], &inner[at + 1..]);
        let spaced = before.ends_with(char::is_whitespace);
        let price = after.starts_with(|c: char| c.is_ascii_digit());
        !spaced && !price && !before.ends_with('\\')
    };
    let (at, _) = inner.match_indices('$').find(closes)?;
    Some(open + 1 + at + 1)
}

/// Where formulas stand in a line, dollar signs included.
pub fn formulas(line: &str) -> Vec<Range<usize>> {
    let of = |part| match part {
        Part::Formula(range) => Some(range),
        Part::Words(_) => None,
    };
    parts(line).into_iter().filter_map(of).collect()
}

/// Why a formula, dollar signs included, cannot be set; nothing if it can be.
pub fn refusal(formula: &str) -> Option<String> {
    Formula::of(formula, Font::sans(10.0)).err()
}

/// A formula that is laid out.
pub struct Formula {
    tree: MathBox,
    /// Size of the em square, in points.
    em: f32,
}

impl Formula {
    /// The formula, dollar signs included, in a line that is set in `font`.
    ///
    /// # Errors
    /// What of it cannot be set.
    pub(super) fn of(formula: &str, font: Font) -> Result<Self, String> {
        let source = formula.strip_prefix('$').unwrap_or(formula);
        let source = source.strip_suffix('$').unwrap_or(source);
        if source.len() > LONGEST {
            return Err(format!("it is longer than {LONGEST} bytes"));
        }
        let math = math().ok_or("the font of formulas cannot be read")?;
        let options = ParseOptions::default().with_max_depth(DEEPEST);
        let (tree, _) = latex_rust::parse_with_options(source, &options).map_err(said)?;
        let tree = latex_rust::layout(&tree, math, MathStyle::Text).map_err(said)?;
        let sides = [&tree.width, &tree.height, &tree.depth].map(number);
        if !sides.iter().all(|side| side.abs() <= WIDEST_EMS) {
            return Err(format!("it is larger than {WIDEST_EMS} ems"));
        }
        if has_ground(&tree) {
            return Err("it has a ground of its own".to_owned());
        }
        let beside = match font.typeface.family {
            Family::Sans => BESIDE_INTER,
            Family::Serif => 1.0,
        };
        let em = beside * font.size;
        Ok(Self { tree, em })
    }

    /// Its advance, in points.
    pub fn width(&self) -> f32 {
        self.em * number(&self.tree.width)
    }

    /// How far it reaches above and below the baseline, in points.
    pub fn reach(&self) -> [f32; 2] {
        [&self.tree.height, &self.tree.depth].map(|side| self.em * number(side))
    }

    /// Draws its outlines from the point of the baseline where it starts.
    pub fn outline(&self, start: PagePoint, pen: &mut impl Pen) {
        if let Some(font) = math().and_then(|math| FontRef::from_index(math.bytes(), 0).ok()) {
            let em = self.em;
            Drawing { font, em, pen }.draw(&self.tree, start);
        }
    }
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn number(dim: &Dim) -> f32 {
    f32::from_bits(dim.to_ieee32_bits())
}

/// Whether a part has a colour behind it, which outlines of one colour cannot have.
fn has_ground(tree: &MathBox) -> bool {
    match &tree.content {
        BoxContent::BackColor(..) => true,
        BoxContent::HList(parts) | BoxContent::VList(parts) | BoxContent::Overlap(parts) => {
            parts.iter().any(has_ground)
        }
        BoxContent::Color(_, inner) | BoxContent::Frame { inner, .. } => has_ground(inner),
        _ => false,
    }
}

/// Boxes on their way to outlines.
struct Drawing<'a, P: Pen> {
    font: FontRef<'static>,
    em: f32,
    pen: &'a mut P,
}

impl<P: Pen> Drawing<'_, P> {
    /// Draws a box whose left end is at `x` and whose parent has its baseline at `y`.
    fn draw(&mut self, part: &MathBox, [x, y]: PagePoint) {
        let at = [x, y - self.points(&part.shift)];
        match &part.content {
            BoxContent::Glyph {
                glyph_id, scale, ..
            } => self.glyph(*glyph_id, number(scale), at),
            BoxContent::Rule => self.rule(part, at),
            BoxContent::HList(parts) => {
                let mut x = at[0];
                for part in parts {
                    self.draw(part, [x, at[1]]);
                    x += self.points(&part.width);
                }
            }
            BoxContent::VList(parts) => {
                let mut lowest = at[1];
                for (k, part) in parts.iter().enumerate() {
                    if k > 0 {
                        lowest += self.points(&part.height);
                    }
                    self.draw(part, [at[0], lowest]);
                    lowest += self.points(&part.depth);
                }
            }
            BoxContent::Overlap(parts) => {
                for part in parts {
                    self.draw(part, at);
                }
            }
            BoxContent::Color(_, inner) | BoxContent::BackColor(_, inner) => self.draw(inner, at),
            BoxContent::Line {
                x1,
                y1,
                x2,
                y2,
                thickness,
            } => {
                let end = |x: &Dim, y: &Dim| [at[0] + self.points(x), at[1] - self.points(y)];
                let (from, to) = (end(x1, y1), end(x2, y2));
                self.stroke(from, to, self.points(thickness));
            }
            BoxContent::Frame {
                thickness, inner, ..
            } => {
                self.frame(part, at, self.points(thickness));
                self.draw(inner, at);
            }
            BoxContent::Empty | BoxContent::Kern(_) => {}
        }
    }

    fn points(&self, dim: &Dim) -> f32 {
        self.em * number(dim)
    }

    fn glyph(&mut self, glyph: u16, scale: f32, origin: PagePoint) {
        let size = Size::new(scale * self.em);
        let settings = DrawSettings::unhinted(size, LocationRef::default());
        let outlines = self.font.outline_glyphs();
        let mut placed = Placed {
            pen: &mut *self.pen,
            origin,
        };
        if let Some(outline) = outlines.get(GlyphId::new(u32::from(glyph))) {
            // A space has no outline, and the layout has refused what the font lacks.
            let _ = outline.draw(settings, &mut placed);
        }
    }

    /// A filled box from its height to its depth.
    fn rule(&mut self, part: &MathBox, [x, y]: PagePoint) {
        let (top, bottom) = (y - self.points(&part.height), y + self.points(&part.depth));
        self.filled([x, top], [x + self.points(&part.width), bottom]);
    }

    /// The four sides of a box, within it.
    fn frame(&mut self, part: &MathBox, [x, y]: PagePoint, thick: f32) {
        let (top, bottom) = (y - self.points(&part.height), y + self.points(&part.depth));
        let (left, right) = (x, x + self.points(&part.width));
        self.filled([left, top], [right, top + thick]);
        self.filled([left, bottom - thick], [right, bottom]);
        self.filled([left, top], [left + thick, bottom]);
        self.filled([right - thick, top], [right, bottom]);
    }

    fn filled(&mut self, [left, top]: PagePoint, [right, bottom]: PagePoint) {
        self.polygon([[left, bottom], [right, bottom], [right, top], [left, top]]);
    }

    fn stroke(&mut self, from: PagePoint, to: PagePoint, thick: f32) {
        let along = [to[0] - from[0], to[1] - from[1]];
        let length = along[0].hypot(along[1]).max(f32::MIN_POSITIVE);
        let across = [-along[1], along[0]].map(|side| 0.5 * thick * side / length);
        let beside = |p: PagePoint, side: f32| [p[0] + side * across[0], p[1] + side * across[1]];
        let corners = [
            beside(from, 1.0),
            beside(to, 1.0),
            beside(to, -1.0),
            beside(from, -1.0),
        ];
        self.polygon(corners);
    }

    /// Goes round as the outlines of the font do, so that what overlaps is filled.
    fn polygon(&mut self, corners: [PagePoint; 4]) {
        let [first, rest @ ..] = corners;
        self.pen.move_to(first);
        for corner in rest {
            self.pen.line_to(corner);
        }
        self.pen.close();
    }
}

#[cfg(test)]
mod tests;
