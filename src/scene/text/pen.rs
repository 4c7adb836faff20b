//! What outlines are drawn with, and a font's outline on its way to the page.

use skrifa::outline::OutlinePen;

use crate::scene::geometry::PagePoint;

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

/// Turns a font's y-up outline about an origin on the page.
pub(super) struct Placed<'a, P: Pen> {
    pub pen: &'a mut P,
    pub origin: PagePoint,
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
