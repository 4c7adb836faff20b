//! Fields made of the exact one: a wrong one, and another one with the same densities.

use super::{ExactPoint, MarginalField};
use crate::flow::{Point, Provenance, VelocityField};

/// `scale * u_t(x) + rotation * sigma_t^2 J grad log p_t(x)`, J being a quarter turn to the left.
///
/// With scale 1 it carries `p_0` through the same `p_t` whatever the rotation, because `div(p_t J grad log p_t) = 0`: the
/// continuity equation has many solutions. With another scale it does not.
#[derive(Clone, Debug)]
pub struct AlteredField {
    /// `p_t` and `u_t`.
    pub field: MarginalField,
    /// The factor of `u_t`, 1 for the exact field.
    pub scale: f64,
    /// How much of the field that turns about the densities is added, 0 for the exact field.
    pub rotation: f64,
}

impl AlteredField {
    fn velocity(&self, t: f64, here: &ExactPoint) -> Point {
        let sigma = self.field.path().at(t).sigma;
        let turn = self.rotation * sigma * sigma;
        let [u, s] = [here.velocity, here.score];
        [
            self.scale * u[0] - turn * s[1],
            self.scale * u[1] + turn * s[0],
        ]
    }

    fn evaluate(&self, t: f64, xs: &[Point]) -> Vec<ExactPoint> {
        let mut found = vec![ExactPoint::default(); xs.len()];
        self.field.evaluate(t, xs, &mut found);
        found
    }
}

impl VelocityField for AlteredField {
    fn eval(&self, t: f64, xs: &[Point], out: &mut [Point]) {
        for (here, v) in self.evaluate(t, xs).iter().zip(out) {
            *v = self.velocity(t, here);
        }
    }

    /// `div(J grad f) = 0`.
    fn eval_div(&self, t: f64, xs: &[Point], out: &mut [Point], div: &mut [f64]) {
        for ((here, v), div) in self.evaluate(t, xs).iter().zip(out).zip(div) {
            *v = self.velocity(t, here);
            *div = self.scale * here.divergence;
        }
    }

    fn eval_score(&self, t: f64, xs: &[Point], out: &mut [Point], score: &mut [Point]) -> bool {
        for ((here, v), score) in self.evaluate(t, xs).iter().zip(out).zip(score) {
            (*v, *score) = (self.velocity(t, here), here.score);
        }
        true
    }

    fn provenance(&self) -> Provenance {
        Provenance::Exact
    }
}
