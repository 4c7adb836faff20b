//! Singles and doubles, where a computation is done in either.

use std::ops::{Add, Div, Mul};

use super::vectors::WIDTH;

/// A floating-point number.
pub trait Real:
    Copy + Send + Sync + Add<Output = Self> + Mul<Output = Self> + Div<Output = Self> + 'static
{
    /// 0
    const ZERO: Self;
    /// 1
    const ONE: Self;

    /// `exp(x)` of each, zero where it is below the smallest normal number.
    fn exp_all(exponents: [f64; WIDTH]) -> [Self; WIDTH];

    /// The same number.
    fn into_f64(self) -> f64;
}

impl Real for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;

    #[inline(always)]
    fn exp_all(exponents: [f64; WIDTH]) -> [Self; WIDTH] {
        exponents.map(f64::exp)
    }

    #[inline(always)]
    fn into_f64(self) -> f64 {
        self
    }
}

/// The least exponent of which the exponential is a normal single.
const LEAST: f32 = -87.0;
/// Its bits are the nearest integer to what has been added to it, and `1.5 x 2^23`.
const INTEGER: f32 = 12_582_912.0;
/// `ln 2`, as a number of few digits and the rest of it.
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
/// Taylor's series of `(exp(x) - 1 - x) / x^2` over `|x| <= ln 2 / 2`, its last coefficients fitted (Moshier, Cephes, `expf`).
const SERIES: [f32; 6] = [
    1.987_569_1e-4,
    1.398_199_9e-3,
    8.333_452e-3,
    4.166_579_6e-2,
    1.666_666_5e-1,
    0.5,
];

impl Real for f32 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;

    /// Good to two units in the last place.
    #[inline(always)]
    fn exp_all(exponents: [f64; WIDTH]) -> [Self; WIDTH] {
        let mut values = [0.0; WIDTH];
        for k in 0..WIDTH {
            let given = exponents[k] as f32;
            let x = if given > LEAST { given } else { LEAST };
            let shifted = x * std::f32::consts::LOG2_E + INTEGER;
            let power = shifted - INTEGER;
            let x = x - power * LN_2[0] - power * LN_2[1];
            let mut series = SERIES[0];
            for c in &SERIES[1..] {
                series = series * x + c;
            }
            let value = series * x * x + x + 1.0;
            let bits = shifted.to_bits().wrapping_sub(INTEGER.to_bits());
            let scale = f32::from_bits(bits.wrapping_add(127) << 23);
            values[k] = if given > LEAST { value * scale } else { 0.0 };
        }
        values
    }

    #[inline(always)]
    fn into_f64(self) -> f64 {
        f64::from(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_of_singles_are_right_to_two_units() {
        let mut worst = 0.0_f64;
        for i in 0..200_000 {
            let x = f64::from(-86.9 + 1e-3 * i as f32).min(80.0);
            let value = f64::from(f32::exp_all([x; WIDTH])[0]);
            let exact = f64::from(x as f32).exp();
            worst = worst.max((value / exact - 1.0).abs());
        }
        assert!(worst < 2.4e-7, "{worst:e}");
        for (x, value) in [(0.0, 1.0), (-88.0, 0.0), (f64::NEG_INFINITY, 0.0)] {
            assert_eq!(f32::exp_all([x; WIDTH]), [value; WIDTH]);
        }
    }
}
