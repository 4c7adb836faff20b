//! A round of straightening that is under way.

use std::sync::Arc;

use crate::experiment::Experiment;
use crate::session::straighten::Straightening;
use crate::snapshot::LaneId;

/// A lane under way to the next round.
pub struct Round {
    /// The lane whose flow makes the pairs.
    pub(super) lane: LaneId,
    /// Its experiment when that began.
    pub(super) of: Arc<Experiment>,
    pub(super) made: Made,
    pub(super) work: Straightening,
}

/// What is made of the pairs of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// The flow of the next round.
    Flow,
    /// A network of one step.
    OneStep,
}
