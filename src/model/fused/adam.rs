//! Adam (Kingma & Ba 1412.6980), AdamW (Loshchilov & Hutter 1711.05101) and the running average of the weights,
//! in one pass over a block. Bias correction and epsilon as in Burn 0.22.

use pulp::{Simd, WithSimd};

use crate::experiment::Optimizer;

use super::kernel::{vectors, vectors_mut};

/// The constants of one optimizer step.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rule {
    /// What is left of the weights after weight decay: 1 for Adam.
    keep: f32,
    /// Learning rate with both bias corrections.
    rate: f32,
    beta_1: f32,
    beta_2: f32,
    /// Added to the root of the second moment; corrected for the same bias.
    epsilon: f32,
    /// Decay of the average.
    decay: f32,
    /// 1 - decay, rounded once.
    fresh: f32,
}

impl Rule {
    /// The `time`-th step of the optimizer, counted from 1, with the given decay of the average.
    pub fn new(optimizer: Optimizer, learning_rate: f64, time: u64, decay: f64) -> Self {
        let (beta_1, beta_2, epsilon, weight_decay) = match optimizer {
            Optimizer::Adam {
                beta_1,
                beta_2,
                epsilon,
                ..
            } => (beta_1, beta_2, epsilon, 0.0),
            Optimizer::AdamW {
                beta_1,
                beta_2,
                epsilon,
                weight_decay,
                ..
            } => (beta_1, beta_2, epsilon, weight_decay),
        };
        let (beta_1, beta_2) = (beta_1 as f32, beta_2 as f32);
        let time = i32::try_from(time).unwrap_or(i32::MAX);
        let root = (1.0 - beta_2.powi(time)).sqrt();
        Self {
            keep: (1.0 - learning_rate * f64::from(weight_decay as f32)) as f32,
            rate: learning_rate as f32 * (root / (1.0 - beta_1.powi(time))),
            beta_1,
            beta_2,
            epsilon: epsilon as f32 * root,
            decay: decay as f32,
            fresh: (1.0 - decay) as f32,
        }
    }
}

/// One block's weights and what follows them, all of the same length.
#[derive(Clone, Debug)]
pub struct State<T> {
    /// The weights.
    pub weights: T,
    /// Decaying mean of the gradients.
    pub moment_1: T,
    /// Decaying mean of their squares.
    pub moment_2: T,
    /// Decaying mean of the weights.
    pub average: T,
}

/// One step of a block.
pub struct Step<'a> {
    /// Its constants.
    pub rule: Rule,
    /// Changed by the step.
    pub state: State<&'a mut [f32]>,
    /// The parts whose sum is the gradient, added in this order.
    pub gradients: &'a [&'a [f32]],
}

impl WithSimd for Step<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let rule = self.rule;
        let keep = simd.splat_f32s(rule.keep);
        let minus_rate = simd.splat_f32s(-rule.rate);
        let epsilon = simd.splat_f32s(rule.epsilon);
        let (beta_1, fresh_1) = (
            simd.splat_f32s(rule.beta_1),
            simd.splat_f32s(1.0 - rule.beta_1),
        );
        let (beta_2, fresh_2) = (
            simd.splat_f32s(rule.beta_2),
            simd.splat_f32s(1.0 - rule.beta_2),
        );
        let (decay, fresh) = (simd.splat_f32s(rule.decay), simd.splat_f32s(rule.fresh));
        let weights = vectors_mut::<S, 1>(self.state.weights).iter_mut();
        let moments_1 = vectors_mut::<S, 1>(self.state.moment_1);
        let moments_2 = vectors_mut::<S, 1>(self.state.moment_2);
        let averages = vectors_mut::<S, 1>(self.state.average);
        let state = weights.zip(moments_1).zip(moments_2).zip(averages);
        for (i, ((([w], [m]), [v]), [average])) in state.enumerate() {
            let mut g = simd.splat_f32s(0.0);
            for part in self.gradients {
                g = simd.add_f32s(g, vectors::<S, 1>(part)[i][0]);
            }
            *m = simd.mul_add_e_f32s(*m, beta_1, simd.mul_f32s(g, fresh_1));
            *v = simd.mul_add_e_f32s(*v, beta_2, simd.mul_f32s(simd.mul_f32s(g, g), fresh_2));
            let root = simd.add_f32s(simd.sqrt_f32s(*v), epsilon);
            let change = simd.div_f32s(simd.mul_f32s(*m, minus_rate), root);
            *w = simd.mul_add_e_f32s(*w, keep, change);
            *average = simd.mul_add_e_f32s(*average, decay, simd.mul_f32s(*w, fresh));
        }
    }
}
