//! The problem that a marginal field is the field of, and why there may be none.

use thiserror::Error;

use super::ExactError;
use crate::flow::coupling::assignment::AssignmentError;
use crate::flow::coupling::{Coupling, GivenPairs};
use crate::flow::distribution::{Distribution, DistributionError};
use crate::flow::path::Path;

/// What a marginal field is the field of.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The conditional paths.
    pub path: Path,
    /// The distribution at t = 0, as it is drawn: see [`Path::source_scale`].
    pub source: &'a Distribution,
    /// The distribution at t = 1.
    pub target: &'a Distribution,
    /// How they are paired.
    pub coupling: Coupling,
    /// The pairs of a coupling that needs them given.
    pub given: Option<&'a GivenPairs>,
    /// Standard deviation of extra noise on `x_t`, in canvas units.
    pub noise: f64,
    /// Seed of the pairs that an estimate draws.
    pub seed: u64,
}

/// Why a problem has no marginal field.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum MarginalError {
    /// What is compared is a map of one step, which has no velocity on the way.
    #[error("one step has no velocity on the way that an exact one could stand beside")]
    OneStep,
    /// A distribution that cannot be drawn from.
    #[error(transparent)]
    Distribution(#[from] DistributionError),
    /// A mixture that is none.
    #[error(transparent)]
    Exact(#[from] ExactError),
    /// A third part of `x_t` whose velocity is not that of the path.
    #[error("the noise of the coupling's bridge is not part of any exact field")]
    Bridge,
    /// Points that cannot be paired.
    #[error(transparent)]
    Assignment(#[from] AssignmentError),
}
