//! The fused engine: the whole training step in vector kernels of this crate, on a team of threads.
//!
//! From below: [`kernel`] multiplies, [`nonlinearity`] activates, [`tape`] takes one tile of rows through the
//! network and back over weights cut as [`layout`] says, [`adam`] updates, [`shared`] holds what a [`team`]
//! works on, and [`FusedEngine`] is the [`super::Engine`]; [`FrozenField`] evaluates finished weights with
//! the same kernels. No unsafe code, and no thread is started here.

mod adam;
mod aligned;
mod engine;
mod field;
mod kernel;
mod layout;
mod nonlinearity;
mod shared;
mod tape;
mod team;
mod transpose;

pub(super) use nonlinearity::Activate;

pub use engine::FusedEngine;
pub use field::FrozenField;
pub use team::{Alone, Job, Team, TeamError};

#[cfg(test)]
mod tests;
