//! Floor 0: the mathematics of flow matching in two dimensions.
//!
//! One convention everywhere: **t = 0 is the source p, t = 1 is the target q**, and a conditional path is
//! `x_t = alpha_t x_1 + sigma_t x_0`. Points are canvas coordinates; sums of squares run over both of them.
//!
//! This floor refuses to know windows, networks, threads, files, clocks and global randomness: whatever is
//! random takes its generator as an argument (see [`rng`]).

pub mod bounds;
pub mod constant;
pub mod contours;
pub mod convergence;
pub mod conversion;
pub mod coupling;
pub mod course;
pub mod crossings;
pub mod distribution;
pub mod dormand_prince;
pub mod exact;
pub mod fewest;
pub mod grid;
pub mod likelihood;
pub mod maps;
mod march;
pub mod metrics;
pub mod moments;
pub mod path;
pub mod reading;
pub mod reference;
pub mod rng;
pub mod sde;
pub mod solver;
pub mod symmetry;
pub mod tableau;
pub mod trajectory;
pub mod velocity;
pub mod vocabulary;
pub mod work;

pub use bounds::Bounds;
pub use velocity::{Jacobian, Provenance, VelocityField};

/// A point (or a vector) of the plane, in canvas coordinates.
pub type Point = [f64; 2];

/// Every instruction set that this machine has: a processor with AVX-512 also stands for those without.
#[cfg(test)]
pub(crate) fn instruction_sets() -> Vec<pulp::Arch> {
    let mut sets = vec![pulp::Arch::Scalar];
    #[cfg(target_arch = "x86_64")]
    {
        sets.extend(pulp::x86::V3::try_new().map(pulp::Arch::V3));
        sets.extend(pulp::x86::V4::try_new().map(pulp::Arch::V4));
    }
    #[cfg(target_arch = "aarch64")]
    sets.extend(pulp::aarch64::Neon::try_new().map(pulp::Arch::Neon));
    sets
}
