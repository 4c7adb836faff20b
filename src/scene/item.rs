//! What a scene is made of: marks in page space (points, 1/72 inch, y down). It refuses to know what they mean.
//!
//! One rule of opacity holds for all that paint them: a mark has its opacity once, wherever it covers itself, and marks
//! that lie over each other add up, in the order of the scene, whether they are of one layer or of two. A disc, a line as a
//! whole, a stroke, an arrow with its head, a box and a line of text are a mark each; so is each piece of a fading line,
//! since every piece has another opacity.

use super::cloud::CloudMarks;
use super::color::Color;
use super::geometry::{PagePoint, Rect};
use super::image::Image;
use super::text::{Font, Weight};

/// One mark or many alike.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// Filled discs.
    Points(Points),
    /// More discs than should be painted one by one.
    Cloud(CloudMarks),
    /// Polygonal lines with round joins and caps.
    Polylines(Polylines),
    /// Straight strokes with butt caps.
    Segments(Segments),
    /// Arrows with filled heads.
    Arrows(Arrows),
    /// A picture stretched over a box.
    Image(Image),
    /// A box.
    Rectangle(Rectangle),
    /// One line of text.
    Text(Text),
}

/// Filled discs of one size and colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Points {
    /// Centres.
    pub centers: Vec<PagePoint>,
    /// Radius, in points.
    pub radius: f32,
    /// Fill.
    pub color: Color,
}

/// Polygonal lines, stored back to back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Polylines {
    /// The vertices of all lines.
    pub points: Vec<PagePoint>,
    /// For every line, the index one past its last vertex.
    pub ends: Vec<u32>,
    /// For every line, its colour.
    pub colors: Vec<Color>,
    /// Stroke width, in points.
    pub width: f32,
    /// Whether opacity rises linearly (by vertex) from 0 at the first vertex to full at the last.
    pub fade: bool,
}

impl Polylines {
    /// Lines of the given stroke, none yet, with room for `lines` of `vertices` each.
    pub fn with_capacity(width: f32, fade: bool, lines: usize, vertices: usize) -> Self {
        Self {
            points: Vec::with_capacity(lines * vertices),
            ends: Vec::with_capacity(lines),
            colors: Vec::with_capacity(lines),
            width,
            fade,
        }
    }

    /// Ends the line that consists of the vertices pushed since the last call; fewer than two are taken back.
    pub fn finish_line(&mut self, color: Color) {
        let first = self.ends.last().map_or(0, |&end| end as usize);
        if self.points.len() >= first + 2 {
            self.ends.push(self.points.len() as u32);
            self.colors.push(color);
        } else {
            self.points.truncate(first);
        }
    }

    /// Both ends and the colour of every piece of fading lines, in the order in which they are painted: the first pieces
    /// of all lines, which are the faintest, then the second ones.
    pub fn pieces(&self) -> impl Iterator<Item = ([PagePoint; 2], Color)> {
        let longest = self.lines().map(|(points, _)| points.len() - 1).max();
        (0..longest.unwrap_or(0)).flat_map(move |k| {
            self.lines().filter_map(move |(points, color)| {
                let ends = points.get(k..)?.first_chunk()?;
                Some((*ends, color.faded(fade(k, points.len() - 1))))
            })
        })
    }

    /// Every line's vertices and colour.
    pub fn lines(&self) -> impl Iterator<Item = (&[PagePoint], Color)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .zip(&self.colors)
            .map(|((start, &end), &color)| (&self.points[start as usize..end as usize], color))
    }
}

/// The opacity, 0 to 1, of the `k`-th of `n` segments of a fading line.
pub fn fade(k: usize, n: usize) -> f32 {
    (k as f32 + 0.5) / n.max(1) as f32
}

/// Straight strokes of one width and colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Segments {
    /// Both ends of every stroke.
    pub ends: Vec<[PagePoint; 2]>,
    /// Stroke width, in points.
    pub width: f32,
    /// Stroke.
    pub color: Color,
}

/// Arrows of one width and colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrows {
    /// Tail and tip of every arrow.
    pub arrows: Vec<[PagePoint; 2]>,
    /// Width of the shaft, in points.
    pub width: f32,
    /// Length of the head of a long arrow, in points; see [`Arrows::shape`].
    pub head: f32,
    /// Shaft and head.
    pub color: Color,
}

impl Arrows {
    /// A head is at most this share of its arrow, so that short arrows still have a direction.
    const MAX_HEAD_SHARE: f32 = 0.6;
    /// Half the width of a head over its length.
    const HEAD_SLOPE: f32 = 0.42;

    /// The shaft (from the tail to the base of the head) and the triangle of the head, tip first.
    pub fn shape(&self, [tail, tip]: [PagePoint; 2]) -> ([PagePoint; 2], [PagePoint; 3]) {
        let along = [tip[0] - tail[0], tip[1] - tail[1]];
        let length = along[0].hypot(along[1]).max(f32::MIN_POSITIVE);
        let unit = [along[0] / length, along[1] / length];
        let head = self.head.min(Self::MAX_HEAD_SHARE * length);
        let half = Self::HEAD_SLOPE * head;
        let base = [tip[0] - head * unit[0], tip[1] - head * unit[1]];
        let left = [base[0] + half * unit[1], base[1] - half * unit[0]];
        let right = [base[0] - half * unit[1], base[1] + half * unit[0]];
        ([tail, base], [tip, left, right])
    }

    /// Shaft and head in one outline, clockwise on the page: it covers no point twice.
    pub fn outline(&self, arrow: [PagePoint; 2]) -> [PagePoint; 7] {
        let ([tail, base], [tip, left, right]) = self.shape(arrow);
        let along = [tip[0] - tail[0], tip[1] - tail[1]];
        let length = along[0].hypot(along[1]).max(f32::MIN_POSITIVE);
        let half = 0.5 * self.width / length;
        let aside = [half * along[1], -half * along[0]];
        let plus = |p: PagePoint| [p[0] + aside[0], p[1] + aside[1]];
        let minus = |p: PagePoint| [p[0] - aside[0], p[1] - aside[1]];
        [
            plus(tail),
            plus(base),
            left,
            tip,
            right,
            minus(base),
            minus(tail),
        ]
    }
}

/// A box with or without fill and outline.
#[derive(Clone, Debug, PartialEq)]
pub struct Rectangle {
    /// Where it goes; the outline is centred on its edge.
    pub rect: Rect,
    /// Fill.
    pub fill: Option<Color>,
    /// Width and colour of the outline.
    pub stroke: Option<(f32, Color)>,
    /// Radius of the corners, in points.
    pub radius: f32,
}

/// One line of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// The line; what stands in dollar signs is a formula.
    pub text: String,
    /// The point of the baseline that `align` speaks of.
    pub at: PagePoint,
    /// Where the text lies relative to `at`.
    pub align: Align,
    /// Typeface and size.
    pub size: Font,
    /// Weight of the typeface.
    pub weight: Weight,
    /// Fill.
    pub color: Color,
}

/// Where a text lies relative to its anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// It starts there.
    Left,
    /// Its middle is there.
    Center,
    /// It ends there.
    Right,
}

impl Text {
    /// The point of the baseline where the first glyph starts.
    pub fn start(&self) -> PagePoint {
        let share = match self.align {
            Align::Left => 0.0,
            Align::Center => 0.5,
            Align::Right => 1.0,
        };
        let width = super::text::width(&self.text, self.size, self.weight);
        [self.at[0] - share * width, self.at[1]]
    }

    /// A box around the text, from the ascender to the descender, and around its formulas.
    pub fn bounds(&self) -> Rect {
        let start = self.start();
        let width = super::text::width(&self.text, self.size, self.weight);
        let [above, below] = super::text::reach(&self.text, self.size);
        Rect::at([start[0], start[1] - above], [width, above + below])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_as_they_were_pushed() {
        let mut lines = Polylines::with_capacity(1.0, false, 3, 2);
        let (red, blue) = (Color::hex(0xff0000), Color::hex(0x0000ff));
        lines.points.extend([[0.0, 0.0], [1.0, 0.0]]);
        lines.finish_line(red);
        lines.points.push([9.0, 9.0]);
        lines.finish_line(red);
        lines.points.extend([[2.0, 0.0], [3.0, 0.0], [4.0, 0.0]]);
        lines.finish_line(blue);
        let seen: Vec<_> = lines.lines().map(|(p, c)| (p.len(), p[0], c)).collect();
        assert_eq!(seen, [(2, [0.0, 0.0], red), (3, [2.0, 0.0], blue)]);
    }

    #[test]
    fn arrow_heads_point_along_the_arrow_and_shrink_with_it() {
        let arrows = Arrows {
            arrows: Vec::new(),
            width: 1.0,
            head: 5.0,
            color: Color::hex(0),
        };
        let (shaft, head) = arrows.shape([[0.0, 0.0], [20.0, 0.0]]);
        assert_eq!(shaft, [[0.0, 0.0], [15.0, 0.0]]);
        assert_eq!(head[0], [20.0, 0.0]);
        assert!((head[1][1] + head[2][1]).abs() < 1e-6);
        let (shaft, _) = arrows.shape([[0.0, 0.0], [0.0, 5.0]]);
        assert!((shaft[1][1] - 2.0).abs() < 1e-6, "{shaft:?}");
        let (_, flat) = arrows.shape([[1.0, 1.0], [1.0, 1.0]]);
        assert!(flat.iter().flatten().all(|c| c.is_finite()));
    }
}
