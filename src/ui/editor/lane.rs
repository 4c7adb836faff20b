//! One lane as it is edited: its draft, and the last legal one.

use std::sync::Arc;

use crate::experiment::{Experiment, Illegal};
use crate::snapshot::LaneId;

/// A lane as it is edited.
#[derive(Clone)]
pub struct LaneDraft {
    pub(super) id: LaneId,
    pub(super) draft: Experiment,
    legal: Arc<Experiment>,
    illegal: Option<Illegal>,
    valid: bool,
}

impl LaneDraft {
    /// A lane on a valid experiment; if that is illegal, the nearest legal one trains.
    pub(super) fn new(id: LaneId, draft: Experiment) -> Self {
        let fix = draft.legality().err().map(|illegal| *illegal.fix);
        let legal = Arc::new(fix.unwrap_or_else(|| draft.clone()));
        Self::on(id, draft, legal)
    }

    /// A lane on a draft; `legal` was legal last.
    pub(super) fn on(id: LaneId, draft: Experiment, legal: Arc<Experiment>) -> Self {
        let mut lane = Self {
            id,
            draft,
            legal,
            illegal: None,
            valid: true,
        };
        lane.judge();
        lane
    }

    /// The same lane under another name.
    pub(super) fn copy(&self, id: LaneId) -> Self {
        Self { id, ..self.clone() }
    }

    /// The name of the lane that it keeps when others come and go.
    pub fn id(&self) -> LaneId {
        self.id
    }

    /// What the panels show of it; it may be illegal.
    pub fn experiment(&self) -> &Experiment {
        &self.draft
    }

    /// What trains: its newest legal state, the same one as long as its work is the same.
    pub fn legal(&self) -> &Arc<Experiment> {
        &self.legal
    }

    /// Why its draft does not train, with the way out.
    pub fn illegal(&self) -> Option<&Illegal> {
        self.illegal.as_ref()
    }

    /// Whether every value of the draft is in its range.
    pub(super) fn valid(&self) -> bool {
        self.valid
    }

    /// What can be read back of it: the draft, or what trains while a value of the draft is out of its range.
    pub(super) fn readable(&self) -> &Experiment {
        if self.valid { &self.draft } else { &self.legal }
    }

    /// Decides what of the draft is legal.
    pub(super) fn judge(&mut self) {
        let validated = self.draft.validate();
        self.valid = validated.is_ok();
        self.illegal = match validated {
            Err(error) => Some(Illegal {
                message: error.to_string(),
                fix: Box::new((*self.legal).clone()),
            }),
            Ok(()) => self.draft.legality().err(),
        };
        if self.illegal.is_none() && !self.draft.is_same_work(&self.legal) {
            self.legal = Arc::new(self.draft.clone());
        }
    }
}
