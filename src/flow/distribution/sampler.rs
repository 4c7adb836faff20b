//! A distribution made ready for drawing points.
//!
//! Every random number comes from the generator that the caller hands over: the same generator, the same
//! points. It refuses to know files and ranges; what reaches it has been validated.

use std::f64::consts::{FRAC_PI_4, TAU};
use std::sync::Arc;

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::alias::AliasTable;
use super::cell_sampler::CellSampler;
use super::class::Class;
use super::range::DistributionError;
use super::shape::{Component, Shape};
use super::skeleton::Skeleton;
use crate::flow::Point;

/// Draws points of a [`Distribution`](super::Distribution). Clones share their tables.
#[derive(Clone, Debug)]
pub struct Sampler {
    recipe: Arc<Recipe>,
    scale: f64,
    shift: Point,
    centre: Point,
    /// A sampler for each class, by its number; none of a distribution without classes.
    parts: Arc<[Option<Self>]>,
}

/// What has to be drawn for one point, before scale and shift.
#[derive(Debug)]
enum Recipe {
    Mixture {
        components: Vec<Component>,
        choice: AliasTable,
    },
    NoisyCurve {
        curve: Skeleton,
        noise: f64,
    },
    Checkerboard,
    Pinwheel {
        arms: u32,
        radial_std: f64,
        tangential_std: f64,
        rate: f64,
    },
    Box {
        width: f64,
        height: f64,
    },
    Cells(CellSampler),
}

impl Sampler {
    /// Compiles a shape whose numbers are all in their ranges, with where it lies and the point about which it is symmetric.
    pub(super) fn new(
        shape: &Shape,
        scale: f64,
        shift: Point,
        centre: Point,
    ) -> Result<Self, DistributionError> {
        Ok(Self {
            recipe: Arc::new(Recipe::new(shape)?),
            scale,
            shift,
            centre,
            parts: Arc::default(),
        })
    }

    /// The same with a sampler for each class, by its number from 0.
    pub(super) fn with_parts(self, parts: Arc<[Option<Self>]>) -> Self {
        Self { parts, ..self }
    }

    /// The point about which it is symmetric, if it is: see [`Distribution::centre`](super::Distribution::centre).
    pub fn centre(&self) -> Point {
        self.centre
    }

    /// Whether points have classes.
    pub fn is_coloured(&self) -> bool {
        !self.parts.is_empty()
    }

    /// One point of a class; of any where there is none of that.
    pub fn sample_of_class(&self, class: Class, rng: &mut (impl Rng + ?Sized)) -> Point {
        let part = self.parts.get(usize::from(class)).and_then(Option::as_ref);
        part.unwrap_or(self).sample(rng)
    }

    /// One point.
    pub fn sample(&self, rng: &mut (impl Rng + ?Sized)) -> Point {
        self.sample_with_class(rng).0
    }

    /// One point, the one that [`Self::sample`] draws, and its class.
    pub fn sample_with_class(&self, rng: &mut (impl Rng + ?Sized)) -> (Point, Class) {
        let (z, class) = self.recipe.sample(rng);
        let point = [
            self.scale * z[0] + self.shift[0],
            self.scale * z[1] + self.shift[1],
        ];
        (point, class)
    }

    /// n independent points, those of [`Self::sample_n`], and their classes.
    pub fn sample_n_with_classes(
        &self,
        n: usize,
        rng: &mut (impl Rng + ?Sized),
    ) -> (Vec<Point>, Vec<Class>) {
        (0..n).map(|_| self.sample_with_class(rng)).unzip()
    }

    /// n independent points.
    pub fn sample_n(&self, n: usize, rng: &mut (impl Rng + ?Sized)) -> Vec<Point> {
        (0..n).map(|_| self.sample(rng)).collect()
    }
}

impl Recipe {
    fn new(shape: &Shape) -> Result<Self, DistributionError> {
        let noisy = |curve, noise| Self::NoisyCurve { curve, noise };
        Ok(match *shape {
            Shape::Gaussian { std } => Self::mixture(vec![centered(std)]),
            Shape::EightGaussians { radius, std } => Self::mixture(on_a_circle(radius, std)),
            Shape::Mixture { ref components } => Self::mixture(components.clone()),
            Shape::Moons { noise } => noisy(Skeleton::Moons, noise),
            Shape::SCurve { noise } => noisy(Skeleton::SCurve, noise),
            Shape::SwissRoll { noise } => noisy(Skeleton::SwissRoll, noise),
            Shape::Rings { ref radii, noise } => {
                let radii = radii.clone();
                noisy(Skeleton::Rings { radii }, noise)
            }
            Shape::Spirals { turns, noise } => noisy(Skeleton::Spirals { turns }, noise),
            Shape::Checkerboard => Self::Checkerboard,
            Shape::Pinwheel {
                arms,
                radial_std,
                tangential_std,
                rate,
            } => Self::Pinwheel {
                arms,
                radial_std,
                tangential_std,
                rate,
            },
            Shape::Uniform { width, height } => Self::Box { width, height },
            Shape::Drawn(ref drawing) => {
                let cells = CellSampler::new(drawing);
                Self::Cells(cells.ok_or(DistributionError::EmptyDrawing)?)
            }
        })
    }

    fn mixture(components: Vec<Component>) -> Self {
        let weights: Vec<f64> = components.iter().map(|c| c.weight).collect();
        Self::Mixture {
            choice: AliasTable::new(&weights),
            components,
        }
    }

    fn sample(&self, rng: &mut (impl Rng + ?Sized)) -> (Point, Class) {
        let point = match *self {
            Self::Mixture {
                ref components,
                ref choice,
            } => {
                let component = components[choice.sample(rng)];
                let mean = [component.mean.0, component.mean.1];
                return (noisy(mean, component.std, rng), component.class);
            }
            Self::NoisyCurve { ref curve, noise } => noisy(curve.sample(rng), noise, rng),
            Self::Checkerboard => checkerboard(rng),
            Self::Pinwheel {
                arms,
                radial_std,
                tangential_std,
                rate,
            } => {
                let blade = TAU * f64::from(rng.random_range(0..arms)) / f64::from(arms);
                let [f, g] = noisy([0.0, 0.0], 1.0, rng);
                let (f, g) = (1.0 + radial_std * f, tangential_std * g);
                let (sin, cos) = (blade + rate * f.exp()).sin_cos();
                [f * cos + g * sin, g * cos - f * sin]
            }
            Self::Box { width, height } => [
                width * (rng.random::<f64>() - 0.5),
                height * (rng.random::<f64>() - 0.5),
            ],
            Self::Cells(ref cells) => return cells.sample(rng),
        };
        (point, 0)
    }
}

/// The point with Gaussian noise of the given standard deviation on both coordinates.
fn noisy(point: Point, std: f64, rng: &mut (impl Rng + ?Sized)) -> Point {
    point.map(|x| x + std * rng.sample::<f64, _>(StandardNormal))
}

/// Squares of side 1 become squares of side 1 / 0.45.
pub(in crate::flow) const CHECKERBOARD_SHRINK: f64 = 0.45;

fn checkerboard(rng: &mut (impl Rng + ?Sized)) -> Point {
    let x_1 = 4.0 * rng.random::<f64>() - 2.0;
    let lower = if rng.random() { 2.0 } else { 0.0 };
    let x_2 = rng.random::<f64>() - lower + x_1.floor().rem_euclid(2.0);
    [x_1 / CHECKERBOARD_SHRINK, x_2 / CHECKERBOARD_SHRINK]
}

fn centered(std: f64) -> Component {
    Component {
        weight: 1.0,
        mean: (0.0, 0.0),
        std,
        class: 0,
    }
}

fn on_a_circle(radius: f64, std: f64) -> Vec<Component> {
    let at = |k: u8| {
        let (sin, cos) = (f64::from(k) * FRAC_PI_4).sin_cos();
        Component {
            weight: 1.0,
            mean: (radius * cos, radius * sin),
            std,
            class: 0,
        }
    };
    (0..8).map(at).collect()
}

impl Shape {
    /// The curve at its heart and the noise about it; `None` for a shape that is no noisy curve.
    pub(in crate::flow) fn curve(&self) -> Option<(Skeleton, f64)> {
        match Recipe::new(self) {
            Ok(Recipe::NoisyCurve { curve, noise }) => Some((curve, noise)),
            _ => None,
        }
    }

    /// The Gaussians it is made of, with weights that need not sum to 1; `None` if it is not.
    pub(super) fn components(&self) -> Option<Vec<Component>> {
        match self {
            Self::Gaussian { std } => Some(vec![centered(*std)]),
            Self::EightGaussians { radius, std } => Some(on_a_circle(*radius, *std)),
            Self::Mixture { components } => Some(components.clone()),
            _ => None,
        }
    }
}
