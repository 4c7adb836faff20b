//! How the time enters the network, as numbers.

use std::f64::consts::PI;

use crate::experiment::TimeEmbedding;

/// Number of time features.
pub fn width(time: TimeEmbedding) -> usize {
    match time {
        TimeEmbedding::Raw => 1,
        TimeEmbedding::Fourier { frequencies } => 2 * frequencies,
    }
}

/// Appends the features of `t`: itself, or `cos(pi k t), sin(pi k t)` for k = 1 to the number of
/// frequencies (half periods on `[0, 1]`, so that t = 0 and t = 1 differ).
pub fn push_features(time: TimeEmbedding, t: f64, features: &mut Vec<f32>) {
    match time {
        TimeEmbedding::Raw => features.push(t as f32),
        TimeEmbedding::Fourier { frequencies } => {
            for k in 1..=frequencies {
                let (sin, cos) = (PI * k as f64 * t).sin_cos();
                features.extend([cos as f32, sin as f32]);
            }
        }
    }
}

/// Adds the time features' share of a first layer's products to its bias: it is the same for a whole batch. `weights`
/// has one row of the bias's width for each feature.
pub fn fold(features: &[f32], weights: &[f32], bias: &mut [f32]) {
    for (feature, row) in features.iter().zip(weights.chunks_exact(bias.len())) {
        bias.iter_mut()
            .zip(row)
            .for_each(|(b, w)| *b += feature * w);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_have_the_announced_width_and_tell_the_ends_apart() {
        for time in [
            TimeEmbedding::Raw,
            TimeEmbedding::Fourier { frequencies: 3 },
        ] {
            let at = |t| {
                let mut features = Vec::new();
                push_features(time, t, &mut features);
                features
            };
            assert_eq!(at(0.3).len(), width(time));
            assert_ne!(at(0.0), at(1.0));
        }
    }
}
