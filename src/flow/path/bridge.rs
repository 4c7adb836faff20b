//! The noise of a Brownian bridge about the line of a pair (Tong et al., arXiv 2307.03672, equation 8).

/// The times at which it is trained: its velocity diverges at both ends.
pub const BRIDGE_TIMES: (f64, f64) = (1e-3, 1.0 - 1e-3);

/// What a bridge adds to a coordinate of `x_t = (1 - t) x_0 + t x_1` and of its velocity `x_1 - x_0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BridgeNoise {
    /// `sigma sqrt(t (1 - t)) z`
    pub position: f64,
    /// Its velocity as the paths of one z, `sigma (1 - 2t) / (2 sqrt(t (1 - t))) z`: that of the probability flow.
    pub velocity: f64,
}

/// For the standard normal number z, with t within (0, 1).
pub fn bridge_noise(sigma: f64, t: f64, z: f64) -> BridgeNoise {
    let spread = (t * (1.0 - t)).sqrt();
    BridgeNoise {
        position: sigma * spread * z,
        velocity: sigma * (1.0 - 2.0 * t) / (2.0 * spread) * z,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_velocity_is_the_derivative_of_the_position() {
        for t in [1e-3, 0.2, 0.5, 0.9] {
            let step = 1e-6;
            let at = |t: f64| bridge_noise(0.7, t, -1.3).position;
            let slope = (at(t + step) - at(t - step)) / (2.0 * step);
            let velocity = bridge_noise(0.7, t, -1.3).velocity;
            assert!(
                (velocity - slope).abs() < 1e-4 * (1.0 + slope.abs()),
                "{t}: {velocity} {slope}"
            );
        }
        // The variance of a bridge with sigma = 2 at its middle is 1.
        assert_eq!(bridge_noise(2.0, 0.5, 1.0).position, 1.0);
    }
}
