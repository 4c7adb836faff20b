//! The covariance `C I` that all pairs of equal round components have at one time, and what follows from it alone.

use crate::flow::path::Schedule;

/// Equal round components at both ends.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    /// Variance of each component of the source, `s_0^2`.
    pub source: f64,
    /// Variance of each component of the target, `h^2`.
    pub target: f64,
    /// Standard deviation of noise on `x_t`.
    pub noise: f64,
}

/// What a pair of them is about its mean at one time.
#[derive(Clone, Copy, Debug)]
pub struct Kernel {
    /// `1 / C` with `C = alpha^2 h^2 + sigma^2 s_0^2 + noise^2`.
    pub precision: f64,
    /// `-log(2 pi C)`.
    pub log_norm: f64,
    /// `g = (alpha alpha' h^2 + sigma sigma' s_0^2) / C`.
    pub pull: f64,
    /// `alpha h^2 / C`.
    pub inward: f64,
}

impl Round {
    /// At the time of the schedule.
    pub fn at(&self, schedule: Schedule) -> Kernel {
        let Schedule {
            alpha,
            sigma,
            d_alpha,
            d_sigma,
        } = schedule;
        let variance =
            alpha * alpha * self.target + sigma * sigma * self.source + self.noise * self.noise;
        let precision = 1.0 / variance;
        let drift = alpha * d_alpha * self.target + sigma * d_sigma * self.source;
        Kernel {
            precision,
            log_norm: -(std::f64::consts::TAU * variance).ln(),
            pull: drift * precision,
            inward: alpha * self.target * precision,
        }
    }
}
