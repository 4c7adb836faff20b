//! What is known of a problem without training: its marginal field, or why there is none.

use std::sync::Arc;

use crate::experiment::Experiment;
use crate::flow::coupling::Pairs;
use crate::flow::exact::{MarginalError, MarginalField};
use crate::products::{have_same_marginal, marginal_field};

use super::coupler::pairs_of;

/// The marginal field of a problem, which factor and rotation do not change.
pub struct Known {
    of: Arc<Experiment>,
    /// The field.
    pub field: Result<MarginalField, MarginalError>,
    /// Pairs that a training would begin with.
    pub pairs: Pairs,
}

impl Known {
    /// That of an experiment's problem.
    pub fn of(experiment: &Arc<Experiment>) -> Self {
        Self {
            of: Arc::clone(experiment),
            field: marginal_field(experiment),
            pairs: pairs_of(&experiment.learned(), 0).unwrap_or_default(),
        }
    }

    /// Whether it is that of this experiment's problem, too.
    pub fn is_of(&self, experiment: &Experiment) -> bool {
        have_same_marginal(&self.of, experiment)
    }
}

/// What a problem without a marginal field can do, after the reason.
pub fn without_field(reason: &MarginalError) -> String {
    format!(
        "{reason}, so that there is no exact field to show; a source and a target with points to draw have one, and velocity: \
         Learned trains as ever"
    )
}
