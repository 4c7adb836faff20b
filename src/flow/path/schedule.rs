//! The coefficients `alpha_t`, `sigma_t` of a path at one time, what they make of two points, and what a path has to tell.

use crate::flow::Point;

/// Smallest size that [`Schedule::input_scale`] and [`Schedule::output_scale`] reckon with: a target concentrated at
/// the origin must not lead to a division by zero, nor to squares that single precision cannot hold.
const SIZE_FLOOR: f64 = 1e-6;

/// What makes a path: one file each, with the [`Entry`](crate::flow::vocabulary::Entry) of its constants.
pub trait Scheduler {
    /// The schedule at a time within [`Self::time_range`].
    fn at(&self, t: f64) -> Schedule;

    /// Spread of the canvas source relative to the drawn one.
    fn source_scale(&self) -> f64 {
        1.0
    }

    /// The times to train on and to solve between.
    fn time_range(&self) -> (f64, f64) {
        (0.0, 1.0)
    }

    /// Whether the path is a diffusion, whose conversions are derived for a standard Gaussian source.
    fn needs_standard_gaussian(&self) -> bool {
        false
    }

    /// What is to be said of every number that comes of the path, in a sentence.
    fn caution(&self) -> Option<String> {
        None
    }
}

/// A path at one time: the coefficients and their derivatives with respect to t.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// Coefficient of the target point `x_1`.
    pub alpha: f64,
    /// Coefficient of the source point `x_0` on the canvas.
    pub sigma: f64,
    /// `d alpha / dt`.
    pub d_alpha: f64,
    /// `d sigma / dt`.
    pub d_sigma: f64,
}

/// The point on the conditional path, `x_t = alpha_t x_1 + sigma_t x_0`.
pub fn interpolate(schedule: Schedule, x_0: Point, x_1: Point) -> Point {
    let Schedule { alpha, sigma, .. } = schedule;
    [0, 1].map(|i| alpha * x_1[i] + sigma * x_0[i])
}

/// The velocity of the conditional path, `dx_t/dt = alpha'_t x_1 + sigma'_t x_0`: what a network regresses on.
pub fn velocity(schedule: Schedule, x_0: Point, x_1: Point) -> Point {
    let Schedule {
        d_alpha, d_sigma, ..
    } = schedule;
    [0, 1].map(|i| d_alpha * x_1[i] + d_sigma * x_0[i])
}

impl Schedule {
    /// `1 / sqrt(alpha^2 s_q^2 + sigma^2 s_0^2)`: what brings the coordinates of `x_t` to unit size.
    ///
    /// `s_0` and `s_q` are the root mean squares per coordinate, `sqrt(E|x|^2 / 2)`, of the canvas source and
    /// of the target.
    pub fn input_scale(&self, s_0: f64, s_q: f64) -> f64 {
        1.0 / norm(self.alpha * s_q, self.sigma * s_0).max(SIZE_FLOOR)
    }

    /// `sqrt(alpha'^2 s_q^2 + sigma'^2 s_0^2)`: the size of the conditional velocity's coordinates, by which
    /// the network's output is multiplied and by whose square the training loss is divided.
    ///
    /// `s_0` and `s_q` as in [`Self::input_scale`].
    pub fn output_scale(&self, s_0: f64, s_q: f64) -> f64 {
        norm(self.d_alpha * s_q, self.d_sigma * s_0).max(SIZE_FLOOR)
    }
}

/// `sqrt(a^2 + b^2)`. Unlike `f64::hypot`, one instruction each; sizes on the canvas neither over- nor underflow.
fn norm(a: f64, b: f64) -> f64 {
    (a * a + b * b).sqrt()
}
