//! What the processor could do at best: the yardstick of the benches.

use std::hint::black_box;

use pulp::{Arch, Simd, WithSimd};

use crate::clock::Instant;
use crate::experiment::Activation;

use super::fused::Activate;

/// Rounds of the loop, and how often it is timed; the fastest counts.
const ROUNDS: usize = 50_000;
const REPEATS: usize = 50;
/// Values of an activation that fit the nearest cache, and passes over them per timing.
const VALUES: usize = 4096;
const PASSES: usize = 200;
/// Fused multiplications and additions of `f32` in registers on one core, in 10^9 operations a second: no matrix
/// product can be faster.
pub fn peak_gflops() -> f64 {
    let arch = Arch::new();
    let rates = (0..REPEATS).map(|_| {
        let start = Instant::now();
        let (_, operations) = black_box(arch.dispatch(Peak {
            factors: black_box([1e-3; 2]),
        }));
        operations as f64 / start.elapsed().as_secs_f64()
    });
    rates.fold(0.0, f64::max) / 1e9
}

/// Seconds that one value of the activation takes on one core, from and to the nearest cache.
pub fn activation_secs(activation: Activation) -> f64 {
    let arch = Arch::new();
    let mut values = vec![0.5f32; VALUES];
    let times = (0..REPEATS).map(|_| {
        let start = Instant::now();
        for _ in 0..PASSES {
            arch.dispatch(Activate {
                activation,
                z: black_box(&mut values),
                slope: &mut [],
            });
        }
        start.elapsed().as_secs_f64()
    });
    times.fold(f64::INFINITY, f64::min) / (VALUES * PASSES) as f64
}

/// The vector instructions that the kernels use on this machine.
pub fn instruction_set() -> &'static str {
    match Arch::new().dispatch(VectorWidth) {
        16 => "AVX-512",
        8 => "AVX2",
        4 => "NEON",
        _ => "portable",
    }
}

struct VectorWidth;

impl WithSimd for VectorWidth {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) -> usize {
        S::F32_LANES
    }
}

struct Peak {
    factors: [f32; 2],
}

impl WithSimd for Peak {
    /// The sum, so that it is not left out, and how many operations it took.
    type Output = (f32, usize);

    /// More independent sums than two units of four cycles of latency have under way, and no more than there are
    /// registers for, two being the factors'.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> (f32, usize) {
        if S::REGISTER_COUNT >= 32 {
            self.rounds::<S, 24>(simd)
        } else {
            self.rounds::<S, 12>(simd)
        }
    }
}

impl Peak {
    #[inline(always)]
    fn rounds<S: Simd, const SUMS: usize>(self, simd: S) -> (f32, usize) {
        let [a, b] = self.factors.map(|x| simd.splat_f32s(x));
        let mut sums = [simd.splat_f32s(0.0); SUMS];
        for _ in 0..ROUNDS {
            for sum in &mut sums {
                *sum = simd.mul_add_e_f32s(a, b, *sum);
            }
        }
        let sum = sums.iter().map(|sum| simd.reduce_sum_f32s(*sum)).sum();
        (sum, 2 * ROUNDS * SUMS * S::F32_LANES)
    }
}
