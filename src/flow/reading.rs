//! A velocity field read as denoiser, noise or score: one object, four readings.
//!
//! Refuses to know where the field comes from, and whether the source is one for which the score exists: the caller has
//! asked.

use super::conversion::{PREDICTION_FLOOR, Quantity};
use super::path::Path;
use super::{Point, VelocityField};

/// What a field is read as.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// The quantity.
    pub quantity: Quantity,
    /// The path whose coefficients convert.
    pub path: Path,
    /// `s_0` of the source `N(0, s_0^2 I)`; of no matter but for the score.
    pub source_std: f64,
}

impl Reading {
    /// Writes the reading at every point of `xs` into `out`: `alpha' sigma - alpha sigma'`, and the score's `sigma`, count as
    /// [`PREDICTION_FLOOR`] at least where they divide. A field that knows its score tells it.
    pub fn eval(&self, field: &dyn VelocityField, t: f64, xs: &[Point], out: &mut [Point]) {
        if self.quantity == Quantity::Score {
            let mut velocities = vec![[0.0; 2]; xs.len()];
            if field.eval_score(t, xs, &mut velocities, out) {
                return;
            }
        }
        field.eval(t, xs, out);
        let schedule = self.path.at(t);
        let of_velocity = self
            .quantity
            .of_velocity(schedule, self.source_std, PREDICTION_FLOOR);
        for (value, &x) in out.iter_mut().zip(xs) {
            *value = of_velocity.at(x, *value);
        }
    }
}
