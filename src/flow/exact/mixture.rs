//! The marginal velocity field in closed form, for Gaussian mixtures as source and target.
//!
//! With an independent coupling every pair of a target component `N(m_k, S_k)` and a source component
//! `N(a_l, A_l)` makes a Gaussian that moves along the path, and the marginal field is the mean of the pairs'
//! fields under their posterior weights. An oracle in double precision: it refuses to know learned fields and
//! dependent couplings.
//!
//! Source: Lipman et al., arXiv 2210.02747, theorem 1, for Gaussian pairs. Written without the usual division
//! by sigma, so that it is finite at both ends.

use std::f64::consts::TAU;

use thiserror::Error;

use crate::flow::path::{Path, Schedule};
use crate::flow::{Point, Provenance, VelocityField};

/// A component of a Gaussian mixture on the canvas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Component {
    /// Relative weight, positive; the weights of a mixture are normalised.
    pub weight: f64,
    /// Mean.
    pub mean: Point,
    /// Covariance `[xx, xy, yy]`, positive definite.
    pub cov: [f64; 3],
}

impl Component {
    /// The round component `N(mean, std^2 I)` of weight 1.
    pub fn isotropic(mean: Point, std: f64) -> Self {
        Self {
            weight: 1.0,
            mean,
            cov: [std * std, 0.0, std * std],
        }
    }

    /// The law of `factor * x`, such as the canvas source of a path with `Path::source_scale`.
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            weight: self.weight,
            mean: self.mean.map(|x| factor * x),
            cov: self.cov.map(|c| factor * factor * c),
        }
    }

    fn is_proper(&self) -> bool {
        let [xx, _, yy] = self.cov;
        let finite = self.mean.iter().chain(&self.cov).all(|x| x.is_finite());
        let positive = self.weight > 0.0 && self.weight.is_finite();
        finite && positive && xx > 0.0 && yy > 0.0 && determinant(self.cov) > 0.0
    }
}

/// A mixture that has no closed form.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ExactError {
    /// No component at all.
    #[error("the {end} mixture has no component")]
    Empty {
        /// "source" or "target".
        end: &'static str,
    },
    /// A weight that is not positive, or a covariance that is not positive definite.
    #[error(
        "component {index} of the {end} mixture needs a positive weight, a finite mean and a positive \
         definite covariance, but is {component:?}"
    )]
    Improper {
        /// "source" or "target".
        end: &'static str,
        /// Its place in the list, from 0.
        index: usize,
        /// What it is.
        component: Component,
    },
}

/// The exact field of a path between two independent Gaussian mixtures.
#[derive(Clone, Debug)]
pub struct ExactField {
    path: Path,
    source: Vec<Component>,
    target: Vec<Component>,
    noise: f64,
}

impl ExactField {
    /// The field of `path` from the canvas source (for VE that is `sigma_max` times the drawn one) to the target.
    ///
    /// # Errors
    /// A mixture without components, or a component that is not a proper Gaussian.
    pub fn new(
        path: Path,
        source: Vec<Component>,
        target: Vec<Component>,
    ) -> Result<Self, ExactError> {
        for (end, mixture) in [("source", &source), ("target", &target)] {
            if mixture.is_empty() {
                return Err(ExactError::Empty { end });
            }
            if let Some(index) = mixture.iter().position(|component| !component.is_proper()) {
                let component = mixture[index];
                return Err(ExactError::Improper {
                    end,
                    index,
                    component,
                });
            }
        }
        Ok(Self {
            path,
            source,
            target,
            noise: 0.0,
        })
    }

    /// The field of `x_t + noise z` with `z ~ N(0, I)`, which does not move: densities are wider, `E[dx_t/dt | x_t]` is that of
    /// a point seen through it. `noise` in canvas units.
    pub fn with_noise(self, noise: f64) -> Self {
        Self { noise, ..self }
    }

    /// The components at t = 0, on the canvas.
    pub fn source(&self) -> &[Component] {
        &self.source
    }

    /// The components at t = 1.
    pub fn target(&self) -> &[Component] {
        &self.target
    }

    /// The conditional paths.
    pub fn path(&self) -> Path {
        self.path
    }

    /// Standard deviation of the noise on `x_t`.
    pub fn noise(&self) -> f64 {
        self.noise
    }

    /// The law `p_t` and its field, prepared for evaluation at many points. `t` is clamped to the path's range.
    pub fn at(&self, t: f64) -> Marginal {
        let schedule = self.path.at(t);
        let total = |mixture: &[Component]| mixture.iter().map(|c| c.weight).sum::<f64>();
        let norm = total(&self.source) * total(&self.target);
        let sources = |k| self.source.iter().map(move |l| (k, l));
        let pairs = self.target.iter().flat_map(sources);
        Marginal {
            pairs: pairs
                .map(|(k, l)| MovingGaussian::new(schedule, k, l, norm, self.noise))
                .collect(),
        }
    }
}

impl VelocityField for ExactField {
    fn eval(&self, t: f64, xs: &[Point], out: &mut [Point]) {
        let marginal = self.at(t);
        for (&x, u) in xs.iter().zip(out) {
            *u = marginal.evaluate(x).velocity;
        }
    }

    fn eval_div(&self, t: f64, xs: &[Point], out: &mut [Point], div: &mut [f64]) {
        let marginal = self.at(t);
        for ((&x, u), div) in xs.iter().zip(out).zip(div) {
            let here = marginal.evaluate(x);
            (*u, *div) = (here.velocity, here.divergence);
        }
    }

    fn provenance(&self) -> Provenance {
        Provenance::Exact
    }
}

/// What the exact field knows about one point at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ExactPoint {
    /// `log p_t(x)`, natural.
    pub log_density: f64,
    /// `grad log p_t(x)`.
    pub score: Point,
    /// `u_t(x) = E[dx_t/dt | x_t = x]`.
    pub velocity: Point,
    /// `div u_t(x)`.
    pub divergence: f64,
    /// `E[x_1 | x_t = x]`.
    pub denoiser: Point,
}

/// The law of `x_t` at one time: a mixture of the pairs' moving Gaussians.
#[derive(Clone, Debug)]
pub struct Marginal {
    pub(super) pairs: Vec<MovingGaussian>,
}

impl Marginal {
    /// Density, score, velocity, divergence and denoiser at `x`.
    ///
    /// With the weights `w` of the pairs given `x`, `u = sum w u_kl` and
    /// `div u = sum w div u_kl + sum w (s_kl - s) . u_kl`, `s` being the score.
    pub fn evaluate(&self, x: Point) -> ExactPoint {
        let largest = self
            .pairs
            .iter()
            .map(|pair| pair.log_mass(x))
            .fold(f64::NEG_INFINITY, f64::max);
        let (mut mass, mut divergence, mut score_dot_velocity) = (0.0, 0.0, 0.0);
        let [mut score, mut velocity, mut denoiser] = [[0.0; 2]; 3];
        for pair in &self.pairs {
            // Relative to the largest, so that far away not all of them underflow.
            let w = (pair.log_mass(x) - largest).exp();
            let s = pair.score(x);
            let u = pair.velocity(s);
            let x_1 = pair.denoiser(s);
            mass += w;
            divergence += w * pair.divergence;
            score_dot_velocity += w * (s[0] * u[0] + s[1] * u[1]);
            for i in 0..2 {
                score[i] += w * s[i];
                velocity[i] += w * u[i];
                denoiser[i] += w * x_1[i];
            }
        }
        let [score, velocity, denoiser] = [score, velocity, denoiser].map(|v| v.map(|c| c / mass));
        let covariance =
            score_dot_velocity / mass - (score[0] * velocity[0] + score[1] * velocity[1]);
        ExactPoint {
            log_density: largest + mass.ln(),
            score,
            velocity,
            divergence: divergence / mass + covariance,
            denoiser,
        }
    }
}

/// One pair of components at one time: `x_t ~ N(mean, C)` with `C = alpha^2 S_k + sigma^2 A_l + noise^2 I`.
#[derive(Clone, Debug)]
pub(super) struct MovingGaussian {
    /// `log w_k w_l - log(2 pi sqrt(det C))`.
    pub(super) log_peak: f64,
    /// `alpha m_k + sigma a_l`.
    pub(super) mean: Point,
    /// Its time derivative.
    pub(super) d_mean: Point,
    /// `C^-1`.
    pub(super) precision: Symmetric,
    /// `cov(dx_t/dt, x_t) = alpha alpha' S_k + sigma sigma' A_l`.
    pub(super) drift: Symmetric,
    /// `tr(drift C^-1)`, the same at every point.
    pub(super) divergence: f64,
    /// `m_k`.
    pub(super) target_mean: Point,
    /// `cov(x_1, x_t) = alpha S_k`.
    pub(super) target_cov: Symmetric,
}

/// A symmetric matrix `[xx, xy, yy]`.
pub(super) type Symmetric = [f64; 3];

impl MovingGaussian {
    fn new(
        schedule: Schedule,
        target: &Component,
        source: &Component,
        norm: f64,
        noise: f64,
    ) -> Self {
        let Schedule {
            alpha,
            sigma,
            d_alpha,
            d_sigma,
        } = schedule;
        let mix = |p: f64, q: f64| [0, 1, 2].map(|i| p * target.cov[i] + q * source.cov[i]);
        let [xx, xy, yy] = mix(alpha * alpha, sigma * sigma);
        let cov = [xx + noise * noise, xy, yy + noise * noise];
        let drift = mix(alpha * d_alpha, sigma * d_sigma);
        let det = determinant(cov);
        let precision = [cov[2] / det, -cov[1] / det, cov[0] / det];
        Self {
            log_peak: (target.weight * source.weight / norm).ln() - (TAU * det.sqrt()).ln(),
            mean: [0, 1].map(|i| alpha * target.mean[i] + sigma * source.mean[i]),
            d_mean: [0, 1].map(|i| d_alpha * target.mean[i] + d_sigma * source.mean[i]),
            precision,
            drift,
            divergence: trace_of_product(drift, precision),
            target_mean: target.mean,
            target_cov: target.cov.map(|c| alpha * c),
        }
    }

    /// Log of the pair's weight times its density at `x`.
    fn log_mass(&self, x: Point) -> f64 {
        let d = [x[0] - self.mean[0], x[1] - self.mean[1]];
        let s = times(self.precision, d);
        self.log_peak - 0.5 * (d[0] * s[0] + d[1] * s[1])
    }

    /// `-C^-1 (x - mean)`.
    fn score(&self, x: Point) -> Point {
        times(self.precision, [self.mean[0] - x[0], self.mean[1] - x[1]])
    }

    /// `d_mean + drift C^-1 (x - mean)`, from the score at x.
    fn velocity(&self, score: Point) -> Point {
        let pull = times(self.drift, score);
        [self.d_mean[0] - pull[0], self.d_mean[1] - pull[1]]
    }

    /// `m_k + alpha S_k C^-1 (x - mean)`, from the score at x.
    fn denoiser(&self, score: Point) -> Point {
        let pull = times(self.target_cov, score);
        [self.target_mean[0] - pull[0], self.target_mean[1] - pull[1]]
    }
}

pub(super) fn determinant([xx, xy, yy]: Symmetric) -> f64 {
    xx * yy - xy * xy
}

pub(super) fn trace_of_product(a: Symmetric, b: Symmetric) -> f64 {
    a[0] * b[0] + 2.0 * a[1] * b[1] + a[2] * b[2]
}

pub(super) fn times([xx, xy, yy]: Symmetric, v: Point) -> Point {
    [xx * v[0] + xy * v[1], xy * v[0] + yy * v[1]]
}

#[cfg(test)]
mod tests;
