//! The activations and their derivatives in plain, branch-free `f32`, written so that the compiler turns a
//! loop over them into vector instructions. Absolute error against the exact functions below 1e-6.

use pulp::{Arch, Simd, WithSimd};

use crate::experiment::Activation;

/// SELU's constants (Klambauer et al. 1706.02515, section 2).
const SELU_SCALE: f32 = 1.050_701;
const SELU_ALPHA: f32 = 1.673_263_2;

/// Values and derivatives at `z`, computed with the widest vector instructions of this machine.
pub fn values_and_slopes(activation: Activation, z: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let (mut values, mut slopes) = (z.to_vec(), vec![0.0; z.len()]);
    Arch::new().dispatch(Pass {
        activation,
        z: &mut values,
        derivative: &mut slopes,
    });
    (values, slopes)
}

struct Pass<'a> {
    activation: Activation,
    z: &'a mut [f32],
    derivative: &'a mut [f32],
}

impl WithSimd for Pass<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        apply_with_derivative(self.activation, self.z, self.derivative);
    }
}

/// Applies the activation in place.
#[inline(always)]
pub fn apply(activation: Activation, z: &mut [f32]) {
    match activation {
        Activation::Silu => map(z, |x| silu(x).0),
        Activation::Selu => map(z, |x| selu(x).0),
        Activation::Gelu => map(z, |x| gelu(x).0),
        Activation::Elu => map(z, |x| elu(x).0),
        Activation::Relu => map(z, |x| relu(x).0),
        Activation::Tanh => map(z, |x| tanh(x).0),
    }
}

/// Applies the activation in place and writes its derivative.
#[inline(always)]
pub fn apply_with_derivative(activation: Activation, z: &mut [f32], derivative: &mut [f32]) {
    match activation {
        Activation::Silu => map_2(z, derivative, silu),
        Activation::Selu => map_2(z, derivative, selu),
        Activation::Gelu => map_2(z, derivative, gelu),
        Activation::Elu => map_2(z, derivative, elu),
        Activation::Relu => map_2(z, derivative, relu),
        Activation::Tanh => map_2(z, derivative, tanh),
    }
}

#[inline(always)]
fn map(z: &mut [f32], f: impl Fn(f32) -> f32) {
    z.iter_mut().for_each(|x| *x = f(*x));
}

#[inline(always)]
fn map_2(z: &mut [f32], derivative: &mut [f32], f: impl Fn(f32) -> (f32, f32)) {
    for (x, d) in z.iter_mut().zip(derivative) {
        (*x, *d) = f(*x);
    }
}

/// `exp(x)` by Cody-Waite reduction and a polynomial of degree 6; relative error about 2e-7, clamped to the
/// range in which the result is a normal number.
#[inline(always)]
fn exp(x: f32) -> f32 {
    /// 1.5 * 2^23: adding it rounds to an integer that then stands in the low bits.
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    let p = 1.0 / 720.0;
    let p = p * r + 1.0 / 120.0;
    let p = p * r + 1.0 / 24.0;
    let p = p * r + 1.0 / 6.0;
    let p = p * r + 0.5;
    let p = p * r + 1.0;
    let p = p * r + 1.0;
    let two_to_n = f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000));
    p * two_to_n
}

#[inline(always)]
fn select(condition: bool, a: f32, b: f32) -> f32 {
    if condition { a } else { b }
}

#[inline(always)]
fn silu(x: f32) -> (f32, f32) {
    let s = 1.0 / (1.0 + exp(-x));
    (x * s, s * (1.0 + x * (1.0 - s)))
}

#[inline(always)]
fn elu(x: f32) -> (f32, f32) {
    let e = exp(x.min(0.0));
    (select(x > 0.0, x, e - 1.0), select(x > 0.0, 1.0, e))
}

#[inline(always)]
fn selu(x: f32) -> (f32, f32) {
    let e = SELU_ALPHA * exp(x.min(0.0));
    (
        SELU_SCALE * select(x > 0.0, x, e - SELU_ALPHA),
        SELU_SCALE * select(x > 0.0, 1.0, e),
    )
}

#[inline(always)]
fn relu(x: f32) -> (f32, f32) {
    (x.max(0.0), select(x > 0.0, 1.0, 0.0))
}

#[inline(always)]
fn tanh(x: f32) -> (f32, f32) {
    let y = 1.0 - 2.0 / (exp(2.0 * x) + 1.0);
    (y, 1.0 - y * y)
}

/// `x Phi(x)`; the error function after Abramowitz & Stegun 7.1.26 (absolute error 1.5e-7).
#[inline(always)]
fn gelu(x: f32) -> (f32, f32) {
    let a = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let s = 1.0 / (1.0 + 0.327_591_1 * a);
    let gauss = exp(-a * a);
    let p = 1.061_405_4 * s - 1.453_152;
    let p = p * s + 1.421_413_8;
    let p = p * s - 0.284_496_74;
    let p = p * s + 0.254_829_6;
    let tail = 0.5 * p * s * gauss;
    let phi = select(x > 0.0, 1.0 - tail, tail);
    let density = gauss * 0.398_942_3;
    (x * phi, phi + x * density)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Exact values in f64, from the definitions.
    fn exact(activation: Activation, x: f64) -> f64 {
        let (scale, alpha) = (1.050_700_987_355_480_5, 1.673_263_242_354_377_2);
        match activation {
            Activation::Silu => x / (1.0 + (-x).exp()),
            Activation::Selu if x > 0.0 => scale * x,
            Activation::Selu => scale * alpha * x.exp_m1(),
            Activation::Gelu => x * normal_cdf(x),
            Activation::Elu if x > 0.0 => x,
            Activation::Elu => x.exp_m1(),
            Activation::Relu => x.max(0.0),
            Activation::Tanh => x.tanh(),
        }
    }

    /// The normal distribution function by its Taylor series about 0, exact to rounding for |x| < 6.
    fn normal_cdf(x: f64) -> f64 {
        let mut term = x;
        let mut sum = x;
        for k in 1..200 {
            term *= x * x / (2 * k + 1) as f64;
            sum += term;
        }
        0.5 + sum * (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt()
    }

    #[test]
    fn values_and_derivatives_agree_with_the_definitions() {
        for activation in Activation::ALL {
            for i in -550..550 {
                // Never at 0, where ReLU and ELU have a kink.
                let x = f64::from(i) * 0.01 + 0.005;
                let (mut y, mut d) = ([x as f32], [0.0f32]);
                apply_with_derivative(activation, &mut y, &mut d);
                let mut alone = [x as f32];
                apply(activation, &mut alone);
                assert_eq!(alone, y);
                let h = 1e-4;
                let slope = (exact(activation, x + h) - exact(activation, x - h)) / (2.0 * h);
                let value = exact(activation, x);
                assert!((f64::from(y[0]) - value).abs() < 1e-6, "{activation:?} {x}");
                assert!(
                    (f64::from(d[0]) - slope).abs() < 2e-6,
                    "{activation:?}' {x}"
                );
            }
        }
    }

    #[test]
    fn far_out_everything_stays_finite() {
        for activation in Activation::ALL {
            for x in [-1e30f32, -200.0, 200.0, 1e30] {
                let (mut y, mut d) = ([x], [0.0]);
                apply_with_derivative(activation, &mut y, &mut d);
                assert!(y[0].is_finite() && d[0].is_finite(), "{activation:?} {x}");
            }
        }
    }
}
