//! Curves that become densities by noise: where along them a point lies, and where that is in the plane.
//!
//! The definitions and their sources stand with the variants of [`Shape`](super::Shape).

use std::f64::consts::{PI, TAU};

use rand::{Rng, RngExt};

use crate::flow::Point;

/// Outer radius of the spirals.
const SPIRAL_RADIUS: f64 = 3.0;

/// The curve, or several, at the heart of a shape.
#[derive(Clone, Debug)]
pub enum Skeleton {
    Moons,
    SCurve,
    SwissRoll,
    Rings { radii: Vec<f64> },
    Spirals { turns: f64 },
}

impl Skeleton {
    /// A random point of the curve.
    pub fn sample(&self, rng: &mut (impl Rng + ?Sized)) -> Point {
        match self {
            Self::Moons => moon(rng.random(), PI * rng.random::<f64>()),
            Self::SCurve => s_curve(3.0 * PI * (rng.random::<f64>() - 0.5)),
            Self::SwissRoll => {
                let t = 1.5 * PI * (1.0 + 2.0 * rng.random::<f64>());
                polar(t, t)
            }
            Self::Rings { radii } => {
                let radius = radii[rng.random_range(0..radii.len())];
                polar(radius, TAU * rng.random::<f64>())
            }
            Self::Spirals { turns } => {
                let out = rng.random::<f64>().sqrt();
                let side = if rng.random() {
                    SPIRAL_RADIUS
                } else {
                    -SPIRAL_RADIUS
                };
                polar(side * out, TAU * turns * out)
            }
        }
    }
}

fn polar(radius: f64, angle: f64) -> Point {
    [radius * angle.cos(), radius * angle.sin()]
}

fn moon(outer: bool, a: f64) -> Point {
    if outer {
        [a.cos(), a.sin()]
    } else {
        [1.0 - a.cos(), 0.5 - a.sin()]
    }
}

fn s_curve(t: f64) -> Point {
    [t.sin(), t.signum() * (t.cos() - 1.0)]
}
