//! The activations and their derivatives on vectors of units.
//!
//! Every activation maps 0 to 0, which keeps the padding of a row at 0, and not-a-number to itself, so that a
//! network gone bad shows in its loss.

use pulp::{Simd, WithSimd};

use crate::experiment::Activation;

use super::kernel::vectors_mut;

/// SELU's constants (Klambauer et al. 1706.02515, section 2).
const SELU_SCALE: f32 = 1.050_701;
const SELU_ALPHA: f32 = 1.673_263_2;

/// Replaces `z` by the activation; where `slope` is not empty, writes the derivative there.
pub struct Activate<'a> {
    /// Which one.
    pub activation: Activation,
    /// Whole vectors of units.
    pub z: &'a mut [f32],
    /// As long as `z`, or empty.
    pub slope: &'a mut [f32],
}

impl WithSimd for Activate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.activation {
            Activation::Silu => self.map::<S, Silu>(simd),
            Activation::Selu => self.map::<S, Selu>(simd),
            Activation::Gelu => self.map::<S, Gelu>(simd),
            Activation::Elu => self.map::<S, Elu>(simd),
            Activation::Relu => self.map::<S, Relu>(simd),
            Activation::Tanh => self.map::<S, Tanh>(simd),
        }
    }
}

impl Activate<'_> {
    #[inline(always)]
    fn map<S: Simd, F: Nonlinearity>(self, simd: S) {
        let z = vectors_mut::<S, 1>(self.z);
        if self.slope.is_empty() {
            for [z] in z {
                *z = F::at(simd, *z)[0];
            }
            return;
        }
        for ([z], [slope]) in z.iter_mut().zip(vectors_mut::<S, 1>(self.slope)) {
            [*z, *slope] = F::at(simd, *z);
        }
    }
}

/// One activation. A type and not a function value: only what is inlined runs on the vector instructions.
trait Nonlinearity {
    /// Value and derivative.
    fn at<S: Simd>(simd: S, x: S::f32s) -> [S::f32s; 2];
}

/// `exp(x)`: Cody-Waite reduction to `|r| <= ln 2 / 2`, then the polynomial `1 + r + ..` of degree 5 with the
/// smallest relative error (1.1e-7, found by weighted least squares). Clamped to the range in which the result
/// is a normal number.
#[inline(always)]
fn exp<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    /// 1.5 * 2^23: adding it rounds to an integer that then stands in the low bits.
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    const COEFFICIENTS: [f32; 5] = [0.041_890_55, 0.166_671_16, 0.499_992_3, 1.0, 1.0];
    // In this order x86 returns not-a-number for not-a-number.
    let x = simd.min_f32s(
        simd.splat_f32s(88.0),
        simd.max_f32s(simd.splat_f32s(-87.0), x),
    );
    let shifted = simd.mul_add_e_f32s(
        x,
        simd.splat_f32s(std::f32::consts::LOG2_E),
        simd.splat_f32s(ROUND),
    );
    let n = simd.sub_f32s(shifted, simd.splat_f32s(ROUND));
    let r = simd.mul_add_e_f32s(n, simd.splat_f32s(-LN_2_HIGH), x);
    let r = simd.mul_add_e_f32s(n, simd.splat_f32s(-LN_2_LOW), r);
    let mut p = simd.splat_f32s(0.008_312_478);
    for coefficient in COEFFICIENTS {
        p = simd.mul_add_e_f32s(p, r, simd.splat_f32s(coefficient));
    }
    // n is added to the exponent of p.
    let bits = simd.transmute_u32s_f32s(shifted);
    let exponent = simd.wrapping_dyn_shl_u32s(bits, simd.splat_u32s(23));
    simd.transmute_f32s_u32s(simd.add_u32s(simd.transmute_u32s_f32s(p), exponent))
}

struct Silu;

impl Nonlinearity for Silu {
    #[inline(always)]
    fn at<S: Simd>(simd: S, x: S::f32s) -> [S::f32s; 2] {
        let one = simd.splat_f32s(1.0);
        let e = exp(simd, simd.neg_f32s(x));
        let s = simd.div_f32s(one, simd.add_f32s(one, e));
        let y = simd.mul_f32s(x, s);
        [y, simd.mul_add_e_f32s(y, simd.sub_f32s(one, s), s)]
    }
}

struct Elu;

impl Nonlinearity for Elu {
    #[inline(always)]
    fn at<S: Simd>(simd: S, x: S::f32s) -> [S::f32s; 2] {
        let (zero, one) = (simd.splat_f32s(0.0), simd.splat_f32s(1.0));
        let e = exp(simd, simd.min_f32s(zero, x));
        let positive = simd.greater_than_f32s(x, zero);
        [
            simd.select_f32s(positive, x, simd.sub_f32s(e, one)),
            simd.select_f32s(positive, one, e),
        ]
    }
}

struct Selu;

impl Nonlinearity for Selu {
    #[inline(always)]
    fn at<S: Simd>(simd: S, x: S::f32s) -> [S::f32s; 2] {
        const NEGATIVE: f32 = SELU_SCALE * SELU_ALPHA;
        let e = simd.mul_f32s(
            simd.splat_f32s(NEGATIVE),
            exp(simd, simd.min_f32s(simd.splat_f32s(0.0), x)),
        );
        let positive = simd.greater_than_f32s(x, simd.splat_f32s(0.0));
        let linear = simd.mul_f32s(simd.splat_f32s(SELU_SCALE), x);
        [
            simd.select_f32s(
                positive,
                linear,
                simd.sub_f32s(e, simd.splat_f32s(NEGATIVE)),
            ),
            simd.select_f32s(positive, simd.splat_f32s(SELU_SCALE), e),
        ]
    }
}

struct Relu;

impl Nonlinearity for Relu {
    #[inline(always)]
    fn at<S: Simd>(simd: S, x: S::f32s) -> [S::f32s; 2] {
        let (zero, one) = (simd.splat_f32s(0.0), simd.splat_f32s(1.0));
        let positive = simd.greater_than_f32s(x, zero);
        [
            simd.max_f32s(zero, x),
            simd.select_f32s(positive, one, zero),
        ]
    }
}

struct Tanh;

impl Nonlinearity for Tanh {
    #[inline(always)]
    fn at<S: Simd>(simd: S, x: S::f32s) -> [S::f32s; 2] {
        let one = simd.splat_f32s(1.0);
        let e = exp(simd, simd.add_f32s(x, x));
        let q = simd.div_f32s(simd.splat_f32s(2.0), simd.add_f32s(e, one));
        let y = simd.sub_f32s(one, q);
        [y, simd.mul_add_e_f32s(simd.neg_f32s(y), y, one)]
    }
}

/// `x Phi(x)`; the error function after Abramowitz & Stegun 7.1.26 (absolute error 1.5e-7).
struct Gelu;

impl Nonlinearity for Gelu {
    #[inline(always)]
    fn at<S: Simd>(simd: S, x: S::f32s) -> [S::f32s; 2] {
        const COEFFICIENTS: [f32; 4] = [-1.453_152, 1.421_413_8, -0.284_496_74, 0.254_829_6];
        let a = simd.mul_f32s(
            simd.abs_f32s(x),
            simd.splat_f32s(std::f32::consts::FRAC_1_SQRT_2),
        );
        let s = simd.div_f32s(
            simd.splat_f32s(1.0),
            simd.mul_add_e_f32s(a, simd.splat_f32s(0.327_591_1), simd.splat_f32s(1.0)),
        );
        let gauss = exp(simd, simd.mul_f32s(simd.neg_f32s(a), a));
        let mut p = simd.splat_f32s(1.061_405_4);
        for coefficient in COEFFICIENTS {
            p = simd.mul_add_e_f32s(p, s, simd.splat_f32s(coefficient));
        }
        let tail = simd.mul_f32s(
            simd.mul_f32s(p, s),
            simd.mul_f32s(gauss, simd.splat_f32s(0.5)),
        );
        let positive = simd.greater_than_f32s(x, simd.splat_f32s(0.0));
        let phi = simd.select_f32s(positive, simd.sub_f32s(simd.splat_f32s(1.0), tail), tail);
        let density = simd.mul_f32s(gauss, simd.splat_f32s(0.398_942_3));
        [simd.mul_f32s(x, phi), simd.mul_add_e_f32s(x, density, phi)]
    }
}

#[cfg(test)]
mod tests {
    use pulp::Arch;
    use rand::RngExt;

    use super::super::kernel::vectors;
    use super::super::tests::reference::activate;
    use super::*;
    use crate::flow::instruction_sets;
    use crate::flow::rng::{Stream, stream};

    fn both(activation: Activation, x: f32) -> [f32; 2] {
        // A multiple of every machine's vector.
        let (mut z, mut slope) = ([x; 64], [0.0; 64]);
        let (z_ref, slope_ref) = (&mut z, &mut slope);
        Arch::new().dispatch(Activate {
            activation,
            z: z_ref,
            slope: slope_ref,
        });
        let mut alone = [x; 64];
        Arch::new().dispatch(Activate {
            activation,
            z: &mut alone,
            slope: &mut [],
        });
        assert!(alone[0].to_bits() == z[0].to_bits() || x.is_nan());
        [z[0], slope[0]]
    }

    #[test]
    fn values_and_derivatives_agree_with_the_definitions() {
        for activation in Activation::ALL {
            for i in -550..550 {
                // Never at 0, where ReLU and ELU have a kink.
                let x = f64::from(i) * 0.01 + 0.005;
                let [y, slope] = both(activation, x as f32);
                let (value, derivative) = activate(activation, x);
                let h = 1e-4;
                let [before, after] = [x - h, x + h].map(|x| activate(activation, x).0);
                let difference = (after - before) / (2.0 * h);
                assert!(
                    (derivative - difference).abs() < 1e-7,
                    "{activation:?}' {x}"
                );
                assert!((f64::from(y) - value).abs() < 1e-6, "{activation:?} {x}");
                assert!(
                    (f64::from(slope) - derivative).abs() < 2e-6,
                    "{activation:?}' {x}"
                );
            }
        }
    }

    #[test]
    fn zero_stays_zero_far_out_is_finite_and_not_a_number_shows() {
        for activation in Activation::ALL {
            assert_eq!(both(activation, 0.0)[0].abs(), 0.0, "{activation:?}");
            for x in [-1e30f32, -200.0, 200.0, 1e30] {
                assert!(
                    both(activation, x).iter().all(|v| v.is_finite()),
                    "{activation:?} {x}"
                );
            }
            assert!(both(activation, f32::NAN)[0].is_nan(), "{activation:?}");
        }
    }

    /// `a b + c`, rounded once and as the machine likes best.
    struct MulAdd<'a> {
        factors: [&'a [f32]; 3],
        once: &'a mut [f32],
        best: &'a mut [f32],
    }

    impl WithSimd for MulAdd<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let [a, b, c] = self.factors.map(|numbers| vectors::<S, 1>(numbers));
            let results = vectors_mut::<S, 1>(self.once)
                .iter_mut()
                .zip(vectors_mut::<S, 1>(self.best));
            for ((([a], [b]), [c]), ([once], [best])) in a.iter().zip(b).zip(c).zip(results) {
                *once = simd.mul_add_f32s(*a, *b, *c);
                *best = simd.mul_add_e_f32s(*a, *b, *c);
            }
        }
    }

    /// The kernels leave the rounding to the machine (`mul_add_e_f32s`). With vectors that have the instruction this is
    /// the same number; without, one rounding would be computed in software, which is fifty times slower.
    #[test]
    fn with_vectors_the_machines_own_product_is_the_one_that_rounds_once() {
        const N: usize = 1 << 16;
        let mut rng = stream(0, Stream::Display, 0);
        // All bit patterns: numbers of every size, subnormal ones, infinity and not-a-number; then sizes that meet.
        let mut any = || -> Vec<f32> { (0..N).map(|_| f32::from_bits(rng.random())).collect() };
        let near = |x: &f32| f32::from_bits(x.to_bits() & 0x83ff_ffff | 0x3c00_0000);
        let wide = [any(), any(), any()];
        let close = [0, 1, 2].map(|k| wide[k].iter().map(near).collect());
        let sets = instruction_sets();
        for name in ["V3", "V4", "Neon"] {
            let is_here = |set: &Arch| format!("{set:?}").starts_with(name);
            if !sets.iter().any(is_here) {
                println!("not compared, as this machine does not have it: {name}");
            }
        }
        for set in sets {
            let mut differ = 0;
            for factors in [&wide, &close] {
                let (mut once, mut best) = (vec![0.0f32; N], vec![0.0; N]);
                set.dispatch(MulAdd {
                    factors: [&factors[0], &factors[1], &factors[2]],
                    once: &mut once,
                    best: &mut best,
                });
                let pairs = once.iter().zip(&best);
                differ += pairs.filter(|(a, b)| a.to_bits() != b.to_bits()).count();
            }
            assert_eq!(differ > 0, matches!(set, Arch::Scalar), "{set:?}: {differ}");
        }
    }
}
