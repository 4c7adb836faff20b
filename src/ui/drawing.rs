//! Strokes on a density: where the paper lies, which is the box of a drawing, and how a brush on the canvas becomes one
//! on the paper.
//!
//! It refuses to know pointers and pixels.

use crate::flow::distribution::{Brush, Distribution, Drawing, Shape};
use crate::flow::{Bounds, Point};
use crate::snapshot::Frame;

use super::command::BrushSettings;

/// A new sheet reaches at least this far from its middle, in data units.
const MIN_HALF: f64 = 3.0;
/// A new sheet is this much larger than what was there before.
const MARGIN: f64 = 1.4;

/// Paints (or erases) along a piece of a stroke, given in data units. A density that was not drawn becomes an
/// empty drawing first.
pub fn paint(
    density: &mut Distribution,
    frame: &Frame,
    brush: &BrushSettings,
    (from, to): (Point, Point),
    erase: bool,
) {
    lay_paper(density, frame);
    let (scale, shift) = (density.scale, density.shift);
    let on_paper = |p: Point| [(p[0] - shift.0) / scale, (p[1] - shift.1) / scale];
    let tip = Brush {
        radius: brush.radius / scale.abs(),
        strength: brush.strength,
        class: brush.class,
    };
    if let Shape::Drawn(drawing) = &mut density.shape {
        drawing.stroke(on_paper(from), on_paper(to), &tip, erase, brush.symmetry);
    }
}

/// Wipes the drawing; a density that was not drawn becomes an empty one.
pub fn clear(density: &mut Distribution, frame: &Frame) {
    lay_paper(density, frame);
    if let Shape::Drawn(drawing) = &mut density.shape {
        drawing.clear();
    }
}

/// The box, in data units, that the brush can reach: the drawing's own, or that of the sheet it would get.
pub fn paper(density: &Distribution, frame: &Frame) -> Bounds {
    let Shape::Drawn(drawing) = &density.shape else {
        return new_sheet(frame);
    };
    let bounds = drawing.bounds();
    let (scale, shift) = (density.scale, density.shift);
    let corner = |p: Point| [scale * p[0] + shift.0, scale * p[1] + shift.1];
    let corners = [corner(bounds.min), corner(bounds.max)];
    Bounds::of_points(&corners).unwrap_or(bounds)
}

fn lay_paper(density: &mut Distribution, frame: &Frame) {
    if !matches!(density.shape, Shape::Drawn(_)) {
        *density = Distribution {
            shape: Shape::Drawn(Drawing::blank(new_sheet(frame))),
            scale: 1.0,
            shift: (0.0, 0.0),
        };
    }
}

/// A square around the origin that the present target fits into.
fn new_sheet(frame: &Frame) -> Bounds {
    let reach = Bounds::of_points(&frame.target).map_or(0.0, |b| {
        let far = [b.min[0], b.min[1], b.max[0], b.max[1]];
        far.into_iter()
            .fold(0.0, |reach: f64, x| reach.max(x.abs()))
    });
    Bounds::square((MARGIN * reach).max(MIN_HALF))
}
