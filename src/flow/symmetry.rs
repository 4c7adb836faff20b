//! Groups of symmetries of the plane about a point: `C_n`, the rotations by multiples of a full turn over n, and `D_n`,
//! those and n reflections.
//!
//! They act on points; which laws stay what they are is not known here.

use std::f64::consts::{PI, TAU};

use super::Point;

/// The axis through the centre that is one of a group's mirrors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mirror {
    /// None: rotations alone, `C_n`.
    None,
    /// The axis along x: `(x, y)` goes to `(x, -y)`.
    AlongX,
    /// The axis along y: `(x, y)` goes to `(-x, y)`.
    AlongY,
}

/// `C_n` or, with a mirror, `D_n`, about a centre.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    /// Rotations, itself included; at least 1.
    pub n: usize,
    /// One of the n mirrors.
    pub mirror: Mirror,
    /// The point that stays where it is.
    pub centre: Point,
}

impl Group {
    /// What the literature calls it.
    pub fn name(&self) -> String {
        let letter = if self.mirror == Mirror::None {
            'C'
        } else {
            'D'
        };
        format!("{letter}_{}", self.n)
    }

    /// Whether it leaves every point where it is.
    pub fn is_trivial(&self) -> bool {
        self.n == 1 && self.mirror == Mirror::None
    }

    /// What the generators make of a point: a law that they keep is kept by the whole group.
    pub fn generated(&self, x: Point) -> Vec<Point> {
        let turned = (self.n > 1).then(|| self.turned(x, 1.0));
        turned.into_iter().chain(self.reflected(x)).collect()
    }

    /// All images of a point, itself first.
    pub fn images(&self, x: Point) -> Vec<Point> {
        let sides = [Some(x), self.reflected(x)].into_iter().flatten();
        let turns = |x| (0..self.n).map(move |k| self.turned(x, k as f64));
        sides.flat_map(turns).collect()
    }

    /// The image of x that is nearest to a point.
    pub fn nearest_image(&self, x: Point, to: Point) -> Point {
        let toward = self.angle(to);
        let nearest = |x: Point| {
            let k = ((toward - self.angle(x)) * self.n as f64 / TAU).round();
            self.turned(x, k)
        };
        let own = nearest(x);
        let other = self.reflected(x).map(nearest);
        other
            .filter(|other| squared(*other, to) < squared(own, to))
            .unwrap_or(own)
    }

    /// The image in the wedge of angle `pi / n` between two mirrors; none without mirrors.
    ///
    /// Of two points there the distance is the least of all of their images': reflections generate the group, and a wedge
    /// between mirrors is convex (Humphreys, Reflection Groups and Coxeter Groups, section 1.12).
    pub fn folded(&self, x: Point) -> Option<Point> {
        let first = match self.mirror {
            Mirror::None => return None,
            Mirror::AlongX => 0.0,
            Mirror::AlongY => 0.5 * PI,
        };
        let turn = TAU / self.n as f64;
        let [dx, dy] = [0, 1].map(|i| x[i] - self.centre[i]);
        let angle = (self.angle(x) - first).rem_euclid(turn);
        let angle = angle.min(turn - angle) + first;
        let (radius, (sin, cos)) = (dx.hypot(dy), angle.sin_cos());
        Some([self.centre[0] + radius * cos, self.centre[1] + radius * sin])
    }

    /// `min_g |x - g y|^2` over the rotations, of points by their distance and angle from the centre.
    pub fn rotated_distance(&self, (r_x, angle_x): (f64, f64), (r_y, angle_y): (f64, f64)) -> f64 {
        let turn = TAU / self.n as f64;
        let off = angle_x - angle_y;
        let off = off - turn * (off / turn).round();
        // |a - b|^2 without the cancellation of r_x^2 + r_y^2 - 2 r_x r_y cos.
        (r_x - r_y).powi(2) + 4.0 * r_x * r_y * (0.5 * off).sin().powi(2)
    }

    /// Distance and angle from the centre.
    pub fn polar(&self, x: Point) -> (f64, f64) {
        let [dx, dy] = [0, 1].map(|i| x[i] - self.centre[i]);
        (dx.hypot(dy), dy.atan2(dx))
    }

    fn angle(&self, x: Point) -> f64 {
        self.polar(x).1
    }

    /// Turned by k steps; x itself for none.
    fn turned(&self, x: Point, k: f64) -> Point {
        if k == 0.0 {
            return x;
        }
        let (sin, cos) = (TAU * k / self.n as f64).sin_cos();
        let [dx, dy] = [0, 1].map(|i| x[i] - self.centre[i]);
        [
            self.centre[0] + cos * dx - sin * dy,
            self.centre[1] + sin * dx + cos * dy,
        ]
    }

    fn reflected(&self, [x, y]: Point) -> Option<Point> {
        match self.mirror {
            Mirror::None => None,
            Mirror::AlongX => Some([x, 2.0 * self.centre[1] - y]),
            Mirror::AlongY => Some([2.0 * self.centre[0] - x, y]),
        }
    }
}

fn squared(a: Point, b: Point) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn point() -> impl Strategy<Value = Point> {
        (-5.0..5.0, -5.0..5.0).prop_map(|(x, y)| [x, y])
    }

    fn group() -> impl Strategy<Value = Group> {
        let mirrors = [Mirror::None, Mirror::AlongX, Mirror::AlongY];
        (1usize..10, 0usize..3, point()).prop_map(move |(n, mirror, centre)| Group {
            n,
            mirror: mirrors[mirror],
            centre,
        })
    }

    proptest! {
        /// By the definition, image by image.
        #[test]
        fn the_nearest_image_is_the_nearest_of_all(group in group(), x in point(), to in point()) {
            let least = |x| group.images(x).into_iter().map(|x| squared(x, to)).fold(f64::INFINITY, f64::min);
            let nearest = group.nearest_image(x, to);
            prop_assert!((squared(nearest, to) - least(x)).abs() < 1e-9);
            let is_image = group.images(x).into_iter().any(|image| squared(image, nearest) < 1e-18);
            prop_assert!(is_image, "{:?}", nearest);
            prop_assert_eq!(group.images(x).len(), if group.mirror == Mirror::None { group.n } else { 2 * group.n });
            let by_definition = match (group.folded(x), group.folded(to)) {
                (Some(x), Some(to)) => squared(x, to),
                _ => group.rotated_distance(group.polar(x), group.polar(to)),
            };
            prop_assert!((by_definition - least(x)).abs() < 1e-9);
        }

        /// Whatever image of a point is taken, the images and the fold are the same.
        #[test]
        fn images_of_images_are_images(group in group(), x in point(), k in 0usize..20) {
            let images = group.images(x);
            let other = images[k % images.len()];
            for image in group.images(other).into_iter().chain(group.generated(other)) {
                prop_assert!(images.iter().any(|x| squared(*x, image) < 1e-18));
            }
            if let (Some(a), Some(b)) = (group.folded(x), group.folded(other)) {
                prop_assert!(squared(a, b) < 1e-18);
            }
        }
    }

    #[test]
    fn nothing_is_moved_by_nobody() {
        let trivial = Group {
            n: 1,
            mirror: Mirror::None,
            centre: [0.1, 0.7],
        };
        assert!(trivial.is_trivial() && trivial.generated([1.0, 2.0]).is_empty());
        assert_eq!(trivial.nearest_image([1.3, 2.1], [-9.0, 0.0]), [1.3, 2.1]);
        assert_eq!(trivial.name(), "C_1");
    }
}
