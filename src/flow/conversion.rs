//! Velocity, denoiser, noise and score: the conversions between them.
//!
//! At a point `x` of the path, `x = alpha E[x_1|x] + sigma E[x_0|x]` and `u = alpha' E[x_1|x] + sigma' E[x_0|x]`:
//! two equations, so any one of the quantities gives the others, for any source and coupling. The score joins
//! them only for a Gaussian source `N(0, s_0^2 I)` **independent of the target**. Refuses to know where the
//! given quantity came from.
//!
//! Source: Lipman et al., Flow Matching Guide and Code, arXiv 2412.06264 (table of conversions). Some divide by alpha (0 at t = 0) or
//! sigma (0 at t = 1): those divisors are clamped at [`DIVISOR_FLOOR`], so that the result is finite there but
//! only meaningful further inside.

use super::Point;
use super::path::{Schedule, velocity};

/// The smallest divisor; smaller ones count as this.
pub const DIVISOR_FLOOR: f64 = 1e-6;

/// What is expected of the two ends of the conditional paths through one point `x` at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Posterior {
    /// The denoiser `E[x_1 | x_t = x]`.
    pub denoiser: Point,
    /// The noise `E[x_0 | x_t = x]`, in canvas units.
    pub noise: Point,
}

impl Posterior {
    /// From the marginal velocity `u` at `x`:
    /// `E[x_1|x] = (sigma u - sigma' x) / (alpha' sigma - alpha sigma')`, and likewise the noise.
    pub fn from_velocity(schedule: Schedule, x: Point, u: Point) -> Self {
        let Schedule {
            alpha,
            sigma,
            d_alpha,
            d_sigma,
        } = schedule;
        let determinant = (d_alpha * sigma - alpha * d_sigma).max(DIVISOR_FLOOR);
        Self {
            denoiser: [0, 1].map(|i| (sigma * u[i] - d_sigma * x[i]) / determinant),
            noise: [0, 1].map(|i| (d_alpha * x[i] - alpha * u[i]) / determinant),
        }
    }

    /// From the denoiser: `E[x_0|x] = (x - alpha E[x_1|x]) / sigma`, inaccurate near t = 1.
    pub fn from_denoiser(schedule: Schedule, x: Point, denoiser: Point) -> Self {
        let Schedule { alpha, sigma, .. } = schedule;
        let noise = [0, 1].map(|i| (x[i] - alpha * denoiser[i]) / sigma.max(DIVISOR_FLOOR));
        Self { denoiser, noise }
    }

    /// From the noise: `E[x_1|x] = (x - sigma E[x_0|x]) / alpha`, inaccurate near t = 0.
    pub fn from_noise(schedule: Schedule, x: Point, noise: Point) -> Self {
        let Schedule { alpha, sigma, .. } = schedule;
        let denoiser = [0, 1].map(|i| (x[i] - sigma * noise[i]) / alpha.max(DIVISOR_FLOOR));
        Self { denoiser, noise }
    }

    /// From the score of `p_t` at `x` (Tweedie), for a source `N(0, s_0^2 I)` independent of the target:
    /// `E[x_0|x] = -sigma s_0^2 score`; the denoiser is inaccurate near t = 0.
    pub fn from_score(schedule: Schedule, s_0: f64, x: Point, score: Point) -> Self {
        let noise = score.map(|s| -schedule.sigma * s_0 * s_0 * s);
        Self::from_noise(schedule, x, noise)
    }

    /// The marginal velocity `u = alpha' E[x_1|x] + sigma' E[x_0|x]`.
    pub fn velocity(&self, schedule: Schedule) -> Point {
        velocity(schedule, self.noise, self.denoiser)
    }

    /// The score `grad log p_t(x) = -E[x_0|x] / (sigma s_0^2)`, for a source `N(0, s_0^2 I)` independent of the
    /// target; inaccurate near t = 1.
    pub fn score(&self, schedule: Schedule, s_0: f64) -> Point {
        let divisor = schedule.sigma.max(DIVISOR_FLOOR) * s_0 * s_0;
        self.noise.map(|noise| -noise / divisor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::path::Path;
    use proptest::prelude::*;
    use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};

    const COND_OT: Path = Path::CondOt { sigma_min: 0.1 };

    fn assert_close(a: Point, b: Point, relative: f64) {
        for i in 0..2 {
            let limit = relative * (1.0 + b[0].abs() + b[1].abs());
            assert!((a[i] - b[i]).abs() < limit, "{a:?} is not {b:?}");
        }
    }

    proptest! {
        #[test]
        fn there_and_back(
            t in 1e-3..(1.0 - 1e-3), which in 0usize..6,
            x in prop::array::uniform2(-4.0..4.0), u in prop::array::uniform2(-4.0..4.0),
        ) {
            let (path, s_0) = [
                (COND_OT, 1.3),
                (Path::Vp { beta_min: 0.1, beta_max: 20.0 }, 1.0),
                (Path::Ve { sigma_min: 0.01, sigma_max: 10.0 }, 10.0),
                (Path::Cosine, 0.7),
                (Path::LinearVp, 1.0),
                (Path::Polynomial { n: 1.5 }, 1.2),
            ][which];
            let s = path.at(t);
            let posterior = Posterior::from_velocity(s, x, u);
            let forms = [
                posterior,
                Posterior::from_denoiser(s, x, posterior.denoiser),
                Posterior::from_noise(s, x, posterior.noise),
                Posterior::from_score(s, s_0, x, posterior.score(s, s_0)),
            ];
            for form in forms {
                assert_close(form.velocity(s), u, 1e-5);
            }
        }
    }

    /// cond-OT with k = 1 - sigma_min: `E[x_1|x] = (1 - k t) u + k x`, `E[x_0|x] = x - t u`,
    /// `score = (t u - x) / ((1 - k t) s_0^2)`.
    #[test]
    fn cond_ot_in_closed_form() {
        let (t, k, s_0, x, u) = (0.3, 0.9, 1.5, [0.4, -2.0], [1.1, 0.6]);
        let s = COND_OT.at(t);
        let posterior = Posterior::from_velocity(s, x, u);
        let denoiser = [0, 1].map(|i| (1.0 - k * t) * u[i] + k * x[i]);
        let score = [0, 1].map(|i| (t * u[i] - x[i]) / ((1.0 - k * t) * s_0 * s_0));
        assert_close(posterior.denoiser, denoiser, 1e-14);
        assert_close(posterior.noise, [0, 1].map(|i| x[i] - t * u[i]), 1e-14);
        assert_close(posterior.score(s, s_0), score, 1e-14);
    }

    /// Trigonometric path: `score = (-x + (2 / pi) tan(pi t / 2) u) / s_0^2`, often quoted with the wrong sign.
    #[test]
    fn cosine_score_in_closed_form() {
        let (t, s_0, x, u) = (0.6, 1.5, [0.4, -2.0], [1.1, 0.6]);
        let s = Path::Cosine.at(t);
        let tan = (FRAC_PI_2 * t).tan();
        let score = [0, 1].map(|i| (-x[i] + FRAC_2_PI * tan * u[i]) / (s_0 * s_0));
        assert_close(
            Posterior::from_velocity(s, x, u).score(s, s_0),
            score,
            1e-14,
        );
    }

    #[test]
    fn both_ends_are_finite() {
        for t in [0.0, 1.0] {
            let s = Path::CondOt { sigma_min: 0.0 }.at(t);
            let posterior = Posterior::from_velocity(s, [1.0, 2.0], [0.5, -0.5]);
            let values = [
                posterior.score(s, 1.0),
                Posterior::from_denoiser(s, [1.0, 2.0], [0.0; 2]).noise,
                Posterior::from_noise(s, [1.0, 2.0], [0.0; 2]).denoiser,
            ];
            assert!(values.iter().flatten().all(|value| value.is_finite()));
        }
    }
}
