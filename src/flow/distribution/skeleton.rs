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

/// A smooth stretch of a curve, for sums over it: its points by a parameter.
pub struct Stretch<'a> {
    /// The point at a parameter within [`Self::range`].
    pub at: Box<dyn Fn(f64) -> Point + 'a>,
    /// Relative density of the parameter.
    pub density: Box<dyn Fn(f64) -> f64 + 'a>,
    /// The values of the parameter.
    pub range: (f64, f64),
    /// Most length per parameter.
    pub speed: f64,
    /// Share of all points that lie on it.
    pub share: f64,
    /// Whether it ends where it begins.
    pub is_closed: bool,
}

impl Skeleton {
    /// The curves' smooth stretches.
    pub fn stretches(&self) -> Vec<Stretch<'_>> {
        let even = || Box::new(|_| 1.0);
        match self {
            Self::Moons => [true, false]
                .map(|outer| Stretch {
                    at: Box::new(move |a| moon(outer, a)),
                    density: even(),
                    range: (0.0, PI),
                    speed: 1.0,
                    share: 0.5,
                    is_closed: false,
                })
                .into(),
            // Its curvature jumps in the middle.
            Self::SCurve => [(-1.5 * PI, 0.0), (0.0, 1.5 * PI)]
                .map(|range| Stretch {
                    at: Box::new(s_curve),
                    density: even(),
                    range,
                    speed: 1.0,
                    share: 0.5,
                    is_closed: false,
                })
                .into(),
            Self::SwissRoll => vec![Stretch {
                at: Box::new(|t| polar(t, t)),
                density: even(),
                range: (1.5 * PI, 4.5 * PI),
                speed: (1.0 + (4.5 * PI).powi(2)).sqrt(),
                share: 1.0,
                is_closed: false,
            }],
            Self::Rings { radii } => {
                let ring = |&radius: &f64| Stretch {
                    at: Box::new(move |a| polar(radius, a)),
                    density: even(),
                    range: (0.0, TAU),
                    speed: radius,
                    share: 1.0 / radii.len() as f64,
                    is_closed: true,
                };
                radii.iter().map(ring).collect()
            }
            Self::Spirals { turns } => {
                let twist = TAU * turns;
                [SPIRAL_RADIUS, -SPIRAL_RADIUS]
                    .map(|side| Stretch {
                        at: Box::new(move |out| polar(side * out, twist * out)),
                        // The share of the radius is the root of a uniform number.
                        density: Box::new(|out| out),
                        range: (0.0, 1.0),
                        speed: SPIRAL_RADIUS * (1.0 + twist * twist).sqrt(),
                        share: 0.5,
                        is_closed: false,
                    })
                    .into()
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
