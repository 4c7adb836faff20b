//! What an outline covers, for tests.

use super::{Font, PagePoint, Pen, Weight, outline};
use crate::scene::geometry::Rect;

/// The box around all the points that a pen saw, and how many contours it has closed.
pub(super) struct Ink(pub Rect, pub usize);

impl Ink {
    /// That of a line whose baseline begins at a point.
    pub fn of(line: &str, at: PagePoint, font: impl Into<Font>, weight: Weight) -> Self {
        let nothing = Rect {
            min: [f32::MAX; 2],
            max: [f32::MIN; 2],
        };
        let mut ink = Self(nothing, 0);
        outline(line, at, font, weight, &mut ink);
        ink
    }
}

impl Pen for Ink {
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
    fn close(&mut self) {
        self.1 += 1;
    }
}
