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
use super::vocabulary::{Entry, vocabulary};

/// The smallest divisor; smaller ones count as this.
pub const DIVISOR_FLOOR: f64 = 1e-6;

/// The smallest `alpha` and `sigma` that what a network predicts is divided by, and the smallest divisor of a reading that
/// is drawn: with [`DIVISOR_FLOOR`] the error of a trained noise, divided by `alpha` near t = 0, throws samples off the
/// canvas.
pub const PREDICTION_FLOOR: f64 = 1e-2;

vocabulary! {
    /// One object in four forms: what a network predicts, and what a field is read as.
    #[derive(Eq)]
    pub enum Quantity, complete {
        Velocity = Entry::plain("velocity", "u_t(x) = E[α' x₁ + σ' x₀ | x_t = x]", "what a flow follows."),
        X1 = Entry::plain(
            "denoiser",
            "x̂₁ = E[x₁ | x_t = x] = (σ u − σ' x) / (α' σ − α σ')",
            "where the particle will come to, on average.",
        ),
        Eps = Entry::plain(
            "noise",
            "ε = E[x₀ | x_t = x] = (α u − α' x) / (σ' α − σ α')",
            "where it comes from, on average.",
        ),
        Score = Entry::plain(
            "score",
            "grad log p_t(x) = −ε / (σ s₀²)",
            "for a Gaussian source N(0, s₀² I) that is independent of the target.",
        ),
    }
}

impl Quantity {
    /// Whether it is the velocity itself.
    pub fn is_velocity(&self) -> bool {
        *self == Self::Velocity
    }

    /// Its name with a short formula, as a legend has it.
    pub fn symbol(&self) -> &'static str {
        match self {
            Self::Velocity => "velocity u",
            Self::X1 => "denoiser (σu − σ′x)/(α′σ − ασ′)",
            Self::Eps => "noise (αu − α′x)/(σ′α − σα′)",
            Self::Score => "score −ε/(σ s₀²)",
        }
    }

    /// The velocity that belongs to a value of this quantity at `x`: `of_x x + of_value value`. `alpha` and `sigma` count as
    /// `floor` at least where they divide; so does the `sigma` of the score, that of its definition included.
    ///
    /// With `x_0 = (x - alpha x_1) / sigma` or `x_1 = (x - sigma x_0) / alpha` in `u = alpha' x_1 + sigma' x_0`.
    pub fn to_velocity(self, schedule: Schedule, s_0: f64, floor: f64) -> Affine {
        let Schedule {
            alpha,
            sigma,
            d_alpha,
            d_sigma,
        } = schedule;
        let (by_alpha, by_sigma) = (d_alpha / alpha.max(floor), d_sigma / sigma.max(floor));
        let of_noise = d_sigma - sigma * by_alpha;
        let (of_x, of_value) = match self {
            Self::Velocity => (0.0, 1.0),
            Self::X1 => (by_sigma, d_alpha - alpha * by_sigma),
            Self::Eps => (by_alpha, of_noise),
            Self::Score => (by_alpha, -of_noise * sigma.max(floor) * s_0 * s_0),
        };
        Affine { of_x, of_value }
    }

    /// The value of this quantity at `x` that belongs to the velocity there: `of_x x + of_value u`. The determinant
    /// `alpha' sigma - alpha sigma'` and the score's `sigma` count as `floor` at least.
    pub fn of_velocity(self, schedule: Schedule, s_0: f64, floor: f64) -> Affine {
        let Schedule {
            alpha,
            sigma,
            d_alpha,
            d_sigma,
        } = schedule;
        let determinant = (d_alpha * sigma - alpha * d_sigma).max(floor);
        let noise = [d_alpha, -alpha].map(|part| part / determinant);
        let [of_x, of_value] = match self {
            Self::Velocity => [0.0, 1.0],
            Self::X1 => [-d_sigma, sigma].map(|part| part / determinant),
            Self::Eps => noise,
            Self::Score => noise.map(|part| -part / (sigma.max(floor) * s_0 * s_0)),
        };
        Affine { of_x, of_value }
    }

    /// The quantity of a single pair `(x_0, x_1)`, whose mean over the pairs through a point is that of the field there:
    /// what a network regresses on. The score's is `-x_0 / (sigma s_0^2)` with `sigma` at least `floor`.
    pub fn of_pair(
        self,
        schedule: Schedule,
        s_0: f64,
        floor: f64,
        x_0: Point,
        x_1: Point,
    ) -> Point {
        match self {
            Self::Velocity => velocity(schedule, x_0, x_1),
            Self::X1 => x_1,
            Self::Eps => x_0,
            Self::Score => x_0.map(|x| -x / (schedule.sigma.max(floor) * s_0 * s_0)),
        }
    }
}

/// `of_x x + of_value value`: every conversion at one time is one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    /// What the point is multiplied by.
    pub of_x: f64,
    /// What the value is multiplied by.
    pub of_value: f64,
}

impl Affine {
    /// At a point and a value there.
    pub fn at(self, x: Point, value: Point) -> Point {
        [0, 1].map(|i| self.of_x * x[i] + self.of_value * value[i])
    }
}

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

    /// What a network predicts becomes a velocity and comes back, and nothing is divided by less than the floor.
    #[test]
    fn predictions_are_converted_with_a_clamp() {
        let (x, u, s_0) = ([1.0, -2.0], [0.5, 3.0], 1.3);
        for quantity in Quantity::ALL {
            let s = COND_OT.at(0.4);
            let value = quantity.of_velocity(s, s_0, PREDICTION_FLOOR).at(x, u);
            let back = quantity.to_velocity(s, s_0, PREDICTION_FLOOR).at(x, value);
            assert_close(back, u, 1e-12);
        }
        let path = Path::CondOt { sigma_min: 0.0 };
        let at = |quantity: Quantity, t| quantity.to_velocity(path.at(t), s_0, PREDICTION_FLOOR);
        let form = |of_x, of_value| Affine { of_x, of_value };
        assert_eq!(at(Quantity::X1, 1.0), form(-100.0, 101.0));
        assert_eq!(at(Quantity::Eps, 0.0), form(100.0, -101.0));
        assert_eq!(at(Quantity::Velocity, 0.0), form(0.0, 1.0));
        assert_close(
            [at(Quantity::Score, 1.0).of_value, 0.0],
            [0.01 * s_0 * s_0, 0.0],
            1e-12,
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
