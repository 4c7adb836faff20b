//! Sixteen numbers at a time, in the widest vectors that the machine has.
//!
//! It refuses to know what the numbers mean. Sixteen divide into vectors of every width that `pulp` offers, so
//! the data structures do not depend on the instruction set, only the loops over them do. Everything that takes
//! a [`Simd`] within a loop must be inlined into the one function that `pulp` compiles for each instruction set
//! ([`vectorized`]); so it stands in plain loops, because the compiler does not always inline a closure that is handed
//! to an iterator.

use pulp::{Simd, WithSimd, bytemuck};

/// Numbers in a block: those that are handled at a time.
pub const WIDTH: usize = 16;

/// Compiles a loop for the instruction set; the closure is to be `#[inline(always)]`. (`pulp` takes closures as well, but
/// calls them through a function that the compiler does not always inline.)
#[inline(always)]
pub fn vectorized<S: Simd, R>(simd: S, work: impl FnMut() -> R) -> R {
    simd.vectorize(Loop(work))
}

struct Loop<F>(F);

impl<R, F: FnMut() -> R> WithSimd for Loop<F> {
    type Output = R;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _simd: S) -> R {
        (self.0)()
    }
}

/// The vectors that sixteen doubles fill.
#[inline(always)]
pub fn doubles<S: Simd>(numbers: &[f64; WIDTH]) -> &[S::f64s] {
    bytemuck::cast_slice(numbers)
}

/// As [`doubles`], to write to.
#[inline(always)]
pub fn doubles_mut<S: Simd>(numbers: &mut [f64; WIDTH]) -> &mut [S::f64s] {
    bytemuck::cast_slice_mut(numbers)
}

/// The vectors that sixteen singles fill.
#[inline(always)]
pub fn singles<S: Simd>(numbers: &[f32; WIDTH]) -> &[S::f32s] {
    bytemuck::cast_slice(numbers)
}

/// Bit k says whether element k of the `v`-th vector of doubles is true, where k counts all sixteen.
#[inline(always)]
pub fn bits_of_doubles<S: Simd>(mask: S::m64s, v: usize) -> u32 {
    bits(bytemuck::bytes_of(&mask), S::F64_LANES) << (v * S::F64_LANES)
}

/// As [`bits_of_doubles`], of singles.
#[inline(always)]
pub fn bits_of_singles<S: Simd>(mask: S::m32s, v: usize) -> u32 {
    bits(bytemuck::bytes_of(&mask), S::F32_LANES) << (v * S::F32_LANES)
}

/// AVX-512 keeps a bit an element, all other instruction sets an element of ones or zeros (one byte if there is one).
#[inline(always)]
fn bits(mask: &[u8], n: usize) -> u32 {
    match *mask {
        [bits] => u32::from(bits),
        [low, high] => u32::from(u16::from_ne_bytes([low, high])),
        _ => {
            let width = mask.len() / n;
            let mut bits = 0;
            for k in 0..n {
                bits |= u32::from(mask[k * width] & 1) << k;
            }
            bits
        }
    }
}

/// The places of the ones in a word, the lowest first.
pub struct Ones(pub u64);

impl Iterator for Ones {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let place = self.0.trailing_zeros() as usize;
        self.0 &= self.0 - 1;
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulp::Arch;

    struct Negative([f64; WIDTH]);

    impl WithSimd for Negative {
        type Output = (u32, u32);

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
            let single = self.0.map(|x| x as f32);
            let zero = simd.splat_f64s(0.0);
            let of_doubles = doubles::<S>(&self.0).iter().enumerate();
            let of_singles = singles::<S>(&single).iter().enumerate();
            (
                of_doubles.fold(0, |bits, (v, &x)| {
                    bits | bits_of_doubles::<S>(simd.less_than_f64s(x, zero), v)
                }),
                of_singles.fold(0, |bits, (v, &x)| {
                    let negative = simd.less_than_f32s(x, simd.splat_f32s(0.0));
                    bits | bits_of_singles::<S>(negative, v)
                }),
            )
        }
    }

    #[test]
    fn bits_are_in_the_order_of_the_elements_on_every_instruction_set() {
        for pattern in [0, 1, 0x8000, 0x1234, 0xfffe, 0xffff] {
            let numbers = std::array::from_fn(|k| if pattern >> k & 1 == 1 { -1.0 } else { 1.0 });
            let both = (pattern, pattern);
            assert_eq!(Arch::new().dispatch(Negative(numbers)), both);
            assert_eq!(Negative(numbers).with_simd(pulp::Scalar), both);
        }
    }

    #[test]
    fn ones_are_listed_once_each() {
        assert_eq!(Ones(1 << 63 | 0b1010).collect::<Vec<_>>(), [1, 3, 63]);
        assert_eq!(Ones(0).count(), 0);
    }
}
