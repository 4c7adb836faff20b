//! Which symmetries a distribution has: whether it stays what it is under a group of rotations and reflections.
//!
//! Of Gaussians and of the known shapes it is told exactly, up to rounding. Of a drawing, whose cells no rotation but a
//! quarter turn maps to cells, it is told up to a share of its mass.

use super::drawing::Drawing;
use super::{Distribution, Shape};
use crate::flow::Point;
use crate::flow::exact::Component;
use crate::flow::symmetry::{Group, Mirror};

/// Lengths and weights that differ by this share of the whole are equal.
const ROUNDING: f64 = 1e-6;
/// Mass that may lie elsewhere in a drawing's image under a symmetry: what rounding to cells and to 255 levels leaves of a
/// stroke that was repeated by the brush.
pub const DRAWN_MASS: f64 = 0.03;

/// The symmetries of a shape about its own centre.
struct Own {
    /// Rotations by multiples of a full turn over this; none if all.
    turns: Option<usize>,
    /// Whether the axes along x and y are mirrors.
    mirrors: [bool; 2],
}

impl Own {
    const fn turns(n: usize) -> Self {
        Self {
            turns: Some(n),
            mirrors: [false; 2],
        }
    }

    fn has(&self, group: &Group) -> bool {
        let turns = self.turns.is_none_or(|turns| turns.is_multiple_of(group.n));
        turns
            && match group.mirror {
                Mirror::None => true,
                Mirror::AlongX => self.mirrors[0],
                Mirror::AlongY => self.mirrors[1],
            }
    }
}

impl Distribution {
    /// The point about which it is symmetric if it has a rotation for a symmetry: the mean, and of a drawing the middle of
    /// the paper, where the brush's symmetries are, too.
    pub fn centre(&self) -> Point {
        if let Some(components) = self.as_mixture() {
            let mean = |i: usize| components.iter().map(|c| c.weight * c.mean[i]).sum();
            return [mean(0), mean(1)];
        }
        self.on_canvas(match &self.shape {
            Shape::Moons { .. } => [0.5, 0.25],
            Shape::Drawn(drawing) => drawing.bounds().center(),
            _ => [0.0; 2],
        })
    }

    /// The largest share of its mass that one of the group's generators puts elsewhere: half of the integral of
    /// `|q(x) - q(g x)|`. It is 0 for a distribution with the symmetry, 1 for one of which it is known to be without,
    /// and measured for a drawing.
    pub fn asymmetry(&self, group: &Group) -> f64 {
        if group.is_trivial() {
            return 0.0;
        }
        let has = match &self.shape {
            Shape::Drawn(drawing) => return self.drawn_asymmetry(drawing, group),
            shape => match self.as_mixture() {
                Some(components) => mixture_has(&components, group),
                None => self.is_fixed(group) && own(shape).has(group),
            },
        };
        if has { 0.0 } else { 1.0 }
    }

    /// Whether it stays what it is under the group, up to [`DRAWN_MASS`] of a drawing.
    pub fn is_symmetric(&self, group: &Group) -> bool {
        self.asymmetry(group) <= DRAWN_MASS
    }

    /// Whether the group leaves the centre where it is.
    fn is_fixed(&self, group: &Group) -> bool {
        let centre = self.centre();
        let moved = group.generated(centre).into_iter();
        moved
            .map(|image| distance(image, centre))
            .all(|far| far <= ROUNDING * self.scale)
    }

    fn drawn_asymmetry(&self, drawing: &Drawing, group: &Group) -> f64 {
        let shift = [self.shift.0, self.shift.1];
        let on_paper = [0, 1].map(|i| (group.centre[i] - shift[i]) / self.scale);
        let group = Group {
            centre: on_paper,
            ..*group
        };
        let total: f64 = drawing
            .cells()
            .iter()
            .map(|&weight| f64::from(weight))
            .sum();
        if total == 0.0 {
            return 0.0;
        }
        let n_generators = group.generated(on_paper).len();
        let moved = |k: usize| {
            let cells = (0..drawing.cells().len()).map(|cell| {
                let image = group.generated(drawing.middle_of(cell))[k];
                (f64::from(drawing.cells()[cell]) - drawing.weight_at(image)).abs()
            });
            0.5 * cells.sum::<f64>() / total
        };
        (0..n_generators).map(moved).fold(0.0, f64::max)
    }
}

/// The symmetries of the shapes that are neither mixtures nor drawn.
fn own(shape: &Shape) -> Own {
    match *shape {
        Shape::Rings { .. } => Own {
            turns: None,
            mirrors: [true; 2],
        },
        Shape::Moons { .. }
        | Shape::SCurve { .. }
        | Shape::Spirals { .. }
        | Shape::Checkerboard => Own::turns(2),
        Shape::Pinwheel { arms, rate, .. } => Own {
            turns: Some(arms as usize),
            mirrors: [rate == 0.0, rate == 0.0 && arms.is_multiple_of(2)],
        },
        Shape::Uniform { width, height } => Own {
            turns: Some(if width == height { 4 } else { 2 }),
            mirrors: [true; 2],
        },
        Shape::SwissRoll { .. }
        | Shape::Gaussian { .. }
        | Shape::Mixture { .. }
        | Shape::EightGaussians { .. }
        | Shape::Drawn(_) => Own::turns(1),
    }
}

/// Whether as much weight of Gaussians of the same width stands at the image of each of them.
fn mixture_has(components: &[Component], group: &Group) -> bool {
    let reach = |c: &Component| distance(c.mean, group.centre) + c.cov[0].sqrt();
    let near = ROUNDING * components.iter().map(reach).fold(0.0, f64::max);
    let weight_at = |mean: Point, variance: f64| -> f64 {
        let there = components.iter().filter(|c| {
            distance(c.mean, mean) <= near && (c.cov[0].sqrt() - variance.sqrt()).abs() <= near
        });
        there.map(|c| c.weight).sum()
    };
    components.iter().all(|c| {
        let own = weight_at(c.mean, c.cov[0]);
        let mut images = group.generated(c.mean).into_iter();
        images.all(|image| (weight_at(image, c.cov[0]) - own).abs() <= ROUNDING)
    })
}

fn distance(a: Point, b: Point) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[cfg(test)]
#[path = "invariance_tests.rs"]
mod tests;
