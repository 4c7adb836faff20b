//! The learning rate over the steps.

use crate::experiment::{LearningRate, Optimizer};

/// The optimizer's own rate.
pub fn base_rate(optimizer: Optimizer) -> f64 {
    match optimizer {
        Optimizer::Adam { lr, .. } | Optimizer::AdamW { lr, .. } => lr,
    }
}

/// The factor of a schedule over so many steps for one of them, counted from its start.
pub fn factor(schedule: LearningRate, steps: u64, step: u64) -> f64 {
    match schedule {
        LearningRate::Constant => 1.0,
        LearningRate::Cosine { warmup } if step < warmup => (step + 1) as f64 / warmup as f64,
        LearningRate::Cosine { warmup } => {
            let length = steps.saturating_sub(warmup).max(1) as f64;
            let progress = ((step - warmup) as f64 / length).min(1.0);
            0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cosine_rises_linearly_and_ends_at_zero() {
        let at = |step| factor(LearningRate::Cosine { warmup: 100 }, 1100, step);
        assert_eq!(at(0), 0.01);
        assert_eq!(at(99), 1.0);
        assert_eq!(at(100), 1.0);
        approx::assert_relative_eq!(at(600), 0.5, max_relative = 1e-12);
        assert!(at(1100) < 1e-12 && at(1_000_000) < 1e-12);
        assert!((1..1000).all(|s| at(100 + s) <= at(99 + s)));
    }
}
