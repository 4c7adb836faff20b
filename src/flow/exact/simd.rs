//! The exponential on vectors of double precision, and sums over vectors.

use pulp::{Simd, bytemuck};

/// Columns are padded to a multiple of this many numbers, at least a vector of any machine.
pub const PAD: usize = 8;

/// `exp(x)`: Cody-Waite reduction to `|r| <= ln 2 / 2`, then the Taylor polynomial of degree 12, whose remainder is 2e-16.
/// Clamped from below to where the result is a normal number, 3e-308; `x` is at most some 700.
#[inline(always)]
pub fn exp<S: Simd>(simd: S, x: S::f64s) -> S::f64s {
    /// 1.5 * 2^52: adding it rounds to an integer that then stands in the low bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const COEFFICIENTS: [f64; 12] = [
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ];
    // In this order x86 returns not-a-number for not-a-number.
    let x = simd.max_f64s(simd.splat_f64s(-708.0), x);
    let shifted = simd.mul_add_e_f64s(
        x,
        simd.splat_f64s(std::f64::consts::LOG2_E),
        simd.splat_f64s(ROUND),
    );
    let n = simd.sub_f64s(shifted, simd.splat_f64s(ROUND));
    let r = simd.mul_add_e_f64s(n, simd.splat_f64s(-LN_2_HIGH), x);
    let r = simd.mul_add_e_f64s(n, simd.splat_f64s(-LN_2_LOW), r);
    let mut p = simd.splat_f64s(1.0 / 479_001_600.0);
    for coefficient in COEFFICIENTS {
        p = simd.mul_add_e_f64s(p, r, simd.splat_f64s(coefficient));
    }
    // n is added to the exponent of p.
    let mut exponent = simd.transmute_u64s_f64s(shifted);
    for bits in lanes_mut::<S>(&mut exponent) {
        *bits <<= 52;
    }
    simd.transmute_f64s_u64s(simd.add_u64s(simd.transmute_u64s_f64s(p), exponent))
}

/// The numbers of a vector.
#[inline(always)]
fn lanes_mut<S: Simd>(vector: &mut S::u64s) -> &mut [u64] {
    bytemuck::cast_slice_mut(std::slice::from_mut(vector))
}

/// A padded column as vectors.
#[inline(always)]
pub fn vectors<S: Simd>(column: &[f64]) -> &[S::f64s] {
    S::as_simd_f64s(column).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::instruction_sets;
    use pulp::WithSimd;

    struct Exp<'a>(&'a mut [f64]);

    impl WithSimd for Exp<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            for x in S::as_mut_simd_f64s(self.0).0 {
                *x = exp(simd, *x);
            }
        }
    }

    #[test]
    fn it_is_the_exponential_to_the_last_digits() {
        for set in instruction_sets() {
            let xs: Vec<f64> = (0..8000).map(|i| -707.0 + 0.1 * f64::from(i)).collect();
            let mut found = xs.clone();
            set.dispatch(Exp(&mut found));
            for (x, found) in xs.iter().zip(found) {
                let error = (found / x.exp() - 1.0).abs();
                assert!(error < 5e-15 || *x > 700.0, "{set:?} {x}: {error:e}");
            }
            let mut odd = [f64::NEG_INFINITY, -1e300, f64::NAN, 0.0, 0.0, 0.0, 0.0, 0.0];
            set.dispatch(Exp(&mut odd));
            assert!(odd[0] < 1e-307 && odd[1] < 1e-307 && odd[3] == 1.0);
        }
    }
}
