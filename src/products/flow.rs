//! A flow: a velocity field with what it answers and where it comes from.

use std::sync::Arc;

use crate::experiment::{Experiment, Problem, Velocity};
use crate::flow::exact::{AlteredField, MarginalField};
use crate::flow::{Provenance, VelocityField};
use crate::model::FrozenField;

/// Counts the starts of a lane: a result for another run than the current one is dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(pub u64);

/// Which flow it is. Two are equal if they answer the same problem in the same run after as many steps.
#[derive(Clone, Debug)]
pub struct FlowId {
    /// What the field answers; right after a change it is not yet what the lane studies.
    pub experiment: Arc<Experiment>,
    /// The run that it belongs to.
    pub run: RunId,
    /// Training steps behind the weights; 0 for a closed form.
    pub step: u64,
}

impl FlowId {
    /// Whether it answers the problem.
    pub fn answers(&self, problem: &Problem) -> bool {
        std::ptr::eq(&raw const self.experiment.problem, problem)
            || self.experiment.problem == *problem
    }
}

impl PartialEq for FlowId {
    fn eq(&self, other: &Self) -> bool {
        (self.run, self.step) == (other.run, other.step) && self.answers(&other.experiment.problem)
    }
}

/// A velocity field that products can be derived from, learned or exact.
#[derive(Clone)]
pub struct Flow {
    /// Which one it is.
    pub id: FlowId,
    /// The velocity.
    pub field: Arc<dyn VelocityField>,
    network: Option<FrozenField>,
    /// Multiply-adds of an evaluation at one point, about.
    effort: usize,
}

/// Multiply-adds of one evaluation that a piece of work consists of: about a millisecond on one core.
const PIECE: usize = 10_000_000;
/// Multiply-adds of a Gaussian kernel of an exact field, about.
const KERNEL: usize = 8;
/// Points that are evaluated at once, at least and at most.
const ROWS: (usize, usize) = (16, 1024);

impl Flow {
    /// The flow of a field that answers the experiment's problem.
    pub fn new(field: Arc<dyn VelocityField>, experiment: Arc<Experiment>, run: RunId) -> Self {
        let step = match field.provenance() {
            Provenance::Learned { step } => step,
            Provenance::Exact => 0,
        };
        Self {
            id: FlowId {
                experiment,
                run,
                step,
            },
            field,
            network: None,
            effort: 1,
        }
    }

    /// The flow of a network, which a GPU can follow, too.
    pub fn learned(network: FrozenField, experiment: Arc<Experiment>, run: RunId) -> Self {
        Self {
            network: Some(network.clone()),
            effort: network.params().values().len(),
            ..Self::new(Arc::new(network), experiment, run)
        }
    }

    /// The flow of the marginal field of the experiment's problem, with the factor and the rotation that are asked for.
    pub fn exact(field: MarginalField, experiment: Arc<Experiment>, run: RunId) -> Self {
        let (scale, rotation) = match experiment.problem.velocity {
            Velocity::Learned | Velocity::Distil => (1.0, 0.0),
            Velocity::Exact { scale, rotation } => (scale, rotation),
        };
        let effort = KERNEL * field.basis().kernels();
        let field = AlteredField {
            field,
            scale,
            rotation,
        };
        Self {
            effort,
            ..Self::new(Arc::new(field), experiment, run)
        }
    }

    /// Whether it is a map of one step, which has no way but the straight line and no way back.
    pub fn is_one_step(&self) -> bool {
        self.id.experiment.problem.velocity.is_one_step()
    }

    /// The network, if it is one.
    pub fn network(&self) -> Option<&FrozenField> {
        self.network.as_ref()
    }

    /// Points whose evaluation is one piece of work: fewer for a large network, and for an exact field of many kernels.
    pub fn rows(&self) -> usize {
        let (least, most) = ROWS;
        (PIECE / self.effort.max(1)).clamp(least, most)
    }
}
