//! What is known of a problem without training.

use std::sync::Arc;

use crate::experiment::Experiment;
use crate::flow::Point;
use crate::flow::exact::{MarginalError, MarginalField};
use crate::products::marginal_field;
use crate::snapshot::DISPLAY_PAIRS;

use super::super::coupler::pairs_of;

/// The marginal field of a problem, which factor and rotation do not change.
pub struct Known {
    /// The experiment whose problem it is.
    pub of: Arc<Experiment>,
    /// The field, or why there is none.
    pub field: Result<MarginalField, MarginalError>,
    /// Pairs that a training would begin with.
    pub pairs: Arc<[(Point, Point)]>,
}

impl Known {
    /// That of the experiment's problem.
    pub fn of(experiment: &Arc<Experiment>) -> Self {
        let pairs = pairs_of(&experiment.learned(), 0).unwrap_or_default();
        Self {
            of: Arc::clone(experiment),
            field: marginal_field(experiment),
            pairs: pairs.iter().take(DISPLAY_PAIRS).collect(),
        }
    }
}
