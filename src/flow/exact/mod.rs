//! The law `p_t` of a problem and its velocity `u_t`, without a network.
//!
//! [`ExactField`] is the closed form between Gaussian mixtures. [`MarginalField`] is that of a problem: it says on what it
//! rests ([`Basis`]). [`AlteredField`] is another field made of it: a wrong one, or another one with the same `p_t`.

mod altered;
mod marginal_field;
mod mixture;

pub use altered::AlteredField;
pub use marginal_field::{Basis, MarginalError, MarginalField, Setting};
pub use mixture::{Component, ExactError, ExactField, ExactPoint, Marginal};
