//! The law `p_t` of a problem and its velocity `u_t`, without a network.
//!
//! [`ExactField`] is the closed form between Gaussian mixtures, and the definition of all that is faster. [`Nodes`] makes a
//! mixture of any distribution. [`MarginalField`] is the field of a problem: it says on what it rests ([`Basis`]).
//! [`AlteredField`] is another field made of it: a wrong one, or another one with the same `p_t`.

mod altered;
mod basis;
mod columns;
mod energies;
mod entropy;
mod fan;
mod general;
mod lattice;
mod marginal_field;
mod mixture;
mod nodes;
mod pool;
mod posterior;
mod round;
mod setting;
mod simd;
mod swarm;

pub use altered::AlteredField;
pub use basis::Basis;
pub use energies::{Energies, energies};
pub use entropy::entropy;
pub use fan::{Fan, Ray};
pub use marginal_field::MarginalField;
pub use mixture::{Component, ExactError, ExactField, ExactPoint, Marginal};
pub use nodes::{Kind, Nodes};
pub use setting::{MarginalError, Setting};
pub use swarm::{Spread, Swarm};
