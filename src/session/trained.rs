//! What a lane has learned, as it goes from one owner to another.

use std::fmt;
use std::sync::Arc;

use crate::model::{Checkpoints, TrainingState};

/// What a lane goes on from.
#[derive(Clone)]
pub struct Trained {
    /// All that the next step depends on.
    pub state: Arc<TrainingState>,
    /// Checkpoints of the steps before, if there are any.
    pub history: Option<Arc<Checkpoints>>,
}

impl fmt::Debug for Trained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trained(step {})", self.state.step())
    }
}
