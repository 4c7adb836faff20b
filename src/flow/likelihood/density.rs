//! The density of a distribution, where it has a formula.
//!
//! Refuses to know which end of a flow it is.

use std::f64::consts::TAU;

use thiserror::Error;

use crate::flow::distribution::{Distribution, DistributionError, Shape};
use crate::flow::exact::{Component, Kind, Nodes};
use crate::flow::{Bounds, Point};

/// Most nodes of the quadrature along a noisy curve.
const NODES: usize = 4096;

/// Why a distribution has no density that can be used.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum NoDensity {
    /// Its numbers are out of range, or it is empty.
    #[error(transparent)]
    Distribution(#[from] DistributionError),
    /// There is no formula: it is drawn, or a curve with so little noise that there is no density to speak of.
    #[error("the density of {shape} has no formula, or is on a curve with too little noise")]
    NoFormula {
        /// The name of the shape.
        shape: &'static str,
    },
    /// What carries it is a map of one step, which may fold and has no way back.
    #[error("one step is a map that may fold: it has no change of variables")]
    OneStep,
    /// A density that is 0 somewhere, where it must be positive.
    #[error("the density of {shape} is 0 outside of its support, where log p is −∞")]
    NotPositive {
        /// The name of the shape.
        shape: &'static str,
    },
}

/// `log p(x)` of a distribution.
#[derive(Clone, Debug, PartialEq)]
pub struct LogDensity {
    shape: &'static str,
    form: Form,
}

#[derive(Clone, Debug, PartialEq)]
enum Form {
    /// Gaussians.
    Mixture(Vec<Peak>),
    /// The same value in some boxes, 0 elsewhere.
    Boxes { boxes: Vec<Bounds>, value: f64 },
}

/// A Gaussian with its weight.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Peak {
    mean: Point,
    /// Log of its weight times its density at the mean.
    log_top: f64,
    /// Inverse covariance `[xx, xy, yy]`.
    precision: [f64; 3],
}

impl LogDensity {
    /// That of `factor` times a point of the distribution.
    ///
    /// # Errors
    /// [`NoDensity`] unless there is a formula.
    pub fn of(distribution: &Distribution, factor: f64) -> Result<Self, NoDensity> {
        distribution.validate()?;
        let shape = distribution.shape.name();
        let form = match (distribution.as_mixture(), &distribution.shape) {
            (Some(mixture), _) => Form::Mixture(
                mixture
                    .into_iter()
                    .map(|c| peak(c.scaled(factor)))
                    .collect(),
            ),
            (None, Shape::Uniform { width, height }) => boxes(
                distribution,
                factor,
                &[[[-0.5 * width, 0.5 * width], [-0.5 * height, 0.5 * height]]],
            ),
            (None, Shape::Checkerboard) => boxes(distribution, factor, &board()),
            _ => match Nodes::new(distribution, NODES)? {
                // As wide as the noise of the shape: the density itself, to the error of the quadrature.
                Nodes {
                    components,
                    kind: Kind::Quadrature { kernel: None },
                } => Form::Mixture(
                    components
                        .into_iter()
                        .map(|c| peak(c.scaled(factor)))
                        .collect(),
                ),
                _ => return Err(NoDensity::NoFormula { shape }),
            },
        };
        Ok(Self { shape, form })
    }

    /// The same, which must be positive everywhere: a flow may take any point of its end back to any point of its start.
    ///
    /// # Errors
    /// [`NoDensity::NotPositive`] if it is 0 somewhere.
    pub fn positive(self) -> Result<Self, NoDensity> {
        match self.form {
            Form::Mixture(_) => Ok(self),
            Form::Boxes { .. } => Err(NoDensity::NotPositive { shape: self.shape }),
        }
    }

    /// `log p(x)`, natural; minus infinity where p is 0.
    pub fn at(&self, x: Point) -> f64 {
        match &self.form {
            Form::Mixture(peaks) => {
                let most = peaks
                    .iter()
                    .map(|peak| peak.at(x))
                    .fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = peaks.iter().map(|peak| (peak.at(x) - most).exp()).sum();
                most + sum.ln()
            }
            Form::Boxes { boxes, value } => match boxes.iter().any(|inside| inside.contains(x)) {
                true => value.ln(),
                false => f64::NEG_INFINITY,
            },
        }
    }

    /// The entropy `-E log p(x)` in nats, where it has a formula: for one Gaussian, and for boxes.
    pub fn entropy(&self) -> Option<f64> {
        match &self.form {
            Form::Mixture(peaks) => match peaks.as_slice() {
                [only] => Some(1.0 - only.log_top),
                _ => None,
            },
            Form::Boxes { value, .. } => Some(-value.ln()),
        }
    }
}

impl Peak {
    fn at(&self, x: Point) -> f64 {
        let d = [x[0] - self.mean[0], x[1] - self.mean[1]];
        let [xx, xy, yy] = self.precision;
        self.log_top - 0.5 * (xx * d[0] * d[0] + 2.0 * xy * d[0] * d[1] + yy * d[1] * d[1])
    }
}

fn peak(component: Component) -> Peak {
    let [xx, xy, yy] = component.cov;
    let det = xx * yy - xy * xy;
    Peak {
        mean: component.mean,
        log_top: component.weight.ln() - (TAU * det.sqrt()).ln(),
        precision: [yy / det, -xy / det, xx / det],
    }
}

/// A box of a shape, an interval for each coordinate.
type Box = [[f64; 2]; 2];

/// The squares of [`Shape::Checkerboard`].
fn board() -> Vec<Box> {
    const UNIT: f64 = 0.45;
    let squares = [-2, -1, 0, 1].into_iter().flat_map(|column: i32| {
        [0, -2].map(|below| {
            let row = below + column.rem_euclid(2);
            [column, row].map(|least| [least, least + 1].map(|end| f64::from(end) / UNIT))
        })
    });
    squares.collect()
}

/// The uniform density on boxes of a shape, where they stand on the canvas.
fn boxes(distribution: &Distribution, factor: f64, boxes: &[Box]) -> Form {
    let Distribution { scale, shift, .. } = distribution;
    let on_canvas = |x: f64, shift: f64| factor * (scale * x + shift);
    let corner = |of: &Box, end: usize| {
        let [x, y] = of;
        [on_canvas(x[end], shift.0), on_canvas(y[end], shift.1)]
    };
    let boxes: Vec<Bounds> = boxes
        .iter()
        .map(|of| Bounds {
            min: corner(of, 0),
            max: corner(of, 1),
        })
        .collect();
    let area: f64 = boxes.iter().map(|b| b.width() * b.height()).sum();
    Form::Boxes {
        boxes,
        value: 1.0 / area,
    }
}
