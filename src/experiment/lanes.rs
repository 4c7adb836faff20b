//! The experiments that the lanes train, and what is said of changes that do not fit.

use super::error::clipped;
use super::lane::Override;
use super::pieces::value_at;
use super::set::{Refusal, present_change};
use super::{Experiment, ExperimentError};

/// The fields that all lanes share, with what is said to a lane that would change one.
const SHARED: [(&str, &str); 7] = [
    ("version", "the whole file has one version"),
    ("name", "all lanes share the experiment's name"),
    ("title", "a lane is called by its own field `title`"),
    ("about", "all lanes share the experiment's words"),
    ("view", "all lanes are shown alike"),
    ("figures", "figures are of all lanes"),
    ("lanes", "a lane has none of its own"),
];

/// Why an experiment cannot be trained in lanes.
pub(super) struct LaneFault {
    lane: usize,
    /// The change of the lane that does not fit; none where the base is at fault.
    change: Option<usize>,
    refusal: Box<Refusal>,
}

impl LaneFault {
    /// Where the change stands: the dotted paths of the list of changes and of the one in it.
    pub fn places(&self) -> Option<(String, String)> {
        let changes = format!("lanes[{}].set", self.lane);
        let change = format!("{changes}[{}]", self.change?);
        Some((changes, change))
    }

    /// The change that works in place of the one that does not fit.
    pub fn instead(&self) -> Option<&Override> {
        self.refusal.instead.as_ref()
    }
}

impl Experiment {
    /// The number of flows that are trained: 1 without a list of lanes.
    pub fn n_lanes(&self) -> usize {
        self.lanes.len().max(1)
    }

    /// The experiment that lane `i` trains, without lanes of its own; without a list of lanes, the base.
    ///
    /// # Errors
    /// A change of the lane does not fit the base; never after [`Self::validate`].
    pub fn lane(&self, i: usize) -> Result<Self, ExperimentError> {
        self.changed_by(i).map_err(|fault| self.refused(fault))
    }

    /// The experiment to train where one flow is trained at a time.
    ///
    /// # Errors
    /// There are several lanes, or a change of the only one does not fit.
    pub fn only_lane(&self) -> Result<Self, ExperimentError> {
        let ([] | [_]) = self.lanes[..] else {
            let mut first = self.clone();
            first.lanes.truncate(1);
            let refusal = ExperimentError::Range {
                field: "lanes".to_owned(),
                value: format!("a list of {}", self.lanes.len()),
                expected: "one lane, as one flow is trained at a time".to_owned(),
            };
            return Err(refusal.advised(Some(first.lanes_line().advice())));
        };
        self.lane(0)
    }

    /// The lanes that set the field at the dotted path, one around it or one inside it by themselves, by name and with the
    /// change: what the base has there does not reach them.
    pub fn lanes_hiding(&self, key: &str) -> Vec<(String, &Override)> {
        let lanes = self.lanes.iter().enumerate();
        lanes
            .filter_map(|(i, lane)| {
                let change = lane.set.iter().rfind(|change| change.reaches(key))?;
                Some((self.lane_label(i), change))
            })
            .collect()
    }

    /// What the lanes change: the experiment without them.
    pub fn base(&self) -> Self {
        Self {
            lanes: Vec::new(),
            ..self.clone()
        }
    }

    /// The changes of a lane that trains the other experiment: of exactly the fields that differ, and of none that all
    /// lanes share.
    pub fn overrides_to(&self, lane: &Self) -> Vec<Override> {
        let mut changes = self.changes_to(lane);
        changes.retain(|change| hint(change).is_none());
        changes
    }

    /// Checks every lane against the ranges, which the base need not keep where all lanes change it.
    pub(super) fn check_lanes(&self) -> Result<(), LaneFault> {
        for i in 0..self.lanes.len() {
            let lane = self.changed_by(i)?;
            lane.check_ranges()
                .map_err(|error| self.out_of_range(i, &lane, error))?;
        }
        Ok(())
    }

    /// The refusal of a lane as a sentence.
    pub(super) fn refused(&self, fault: LaneFault) -> ExperimentError {
        let changes = self.lanes.get(fault.lane).map(|lane| &lane.set);
        let change = fault.change.and_then(|change| changes?.get(change));
        match (fault.places(), change) {
            (Some((_, key)), Some(change)) => ExperimentError::Value {
                key,
                value: clipped(&format!("{:?}", change.to_string())),
                message: fault.refusal.error.to_string(),
            },
            _ => fault.refusal.error,
        }
    }

    /// The `--set` that makes the lanes those of this experiment with every change that does not fit replaced or taken
    /// out; none if no change is at fault.
    pub(super) fn mended_lanes(&self) -> Option<Override> {
        let mut mended = self.clone();
        let n_changes = self.lanes.iter().map(|lane| lane.set.len()).sum();
        let mut faults = 0;
        for _ in 0..=n_changes {
            let Err(LaneFault {
                lane,
                change: Some(change),
                refusal,
            }) = mended.check_lanes()
            else {
                break;
            };
            faults += 1;
            let changes = &mut mended.lanes.get_mut(lane)?.set;
            match refusal.instead {
                Some(instead) => *changes.get_mut(change)? = instead,
                None => drop(changes.remove(change)),
            }
        }
        (faults > 0).then(|| mended.lanes_line())
    }

    fn changed_by(&self, lane: usize) -> Result<Self, LaneFault> {
        let changes = self.lanes.get(lane).map(|lane| &lane.set);
        let mut changed = self.base();
        for (i, change) in changes.into_iter().flatten().enumerate() {
            let after = match hint(change) {
                Some(hint) => Err(not_in_a_lane(change, hint)),
                None => changed.changed(&change.key, &change.value),
            };
            let change = Some(i);
            changed = after.map_err(|refusal| LaneFault {
                lane,
                change,
                refusal,
            })?;
        }
        Ok(changed)
    }

    /// The fault of the change that leaves lane `i` out of its ranges, or of the base.
    fn out_of_range(&self, i: usize, lane: &Self, error: ExperimentError) -> LaneFault {
        let key = error.settable();
        let changes = self.lanes.get(i).map_or(&[][..], |lane| &lane.set);
        let mut change = changes.iter().rposition(|change| change.reaches(&key));
        // Ranges that depend on two fields speak of one of them.
        if change.is_none() && self.base().check_ranges().is_ok() {
            change = changes.len().checked_sub(1);
        }
        let mended = lane.in_range(&key).map(|lane| lane.to_ron());
        let instead = change.zip(mended).and_then(|(change, mended)| {
            let key = &changes.get(change)?.key;
            let instead = Override::new(key, value_at(mended.trim(), key)?);
            let mut mended = self.clone();
            mended.lanes.get_mut(i)?.set[change] = instead.clone();
            let next = mended.changed_by(i).ok()?.check_ranges();
            next.is_ok().then_some(instead)
        });
        LaneFault {
            lane: i,
            change,
            refusal: Refusal::new(error, instead),
        }
    }

    /// The `--set` that makes the lanes those of this experiment, or leaves none where it would fill the screen.
    fn lanes_line(&self) -> Override {
        present_change(&self.to_ron(), "lanes").unwrap_or(Override::new("lanes", "[]"))
    }
}

/// Why no lane can make the change, if none can.
pub(super) fn hint(change: &Override) -> Option<&'static str> {
    let shared = SHARED.iter().find(|(field, _)| *field == change.field());
    shared.map(|(_, hint)| *hint)
}

/// The refusal of a change that would tell one lane from the others in what they share.
fn not_in_a_lane(change: &Override, hint: &str) -> Box<Refusal> {
    let error = ExperimentError::Value {
        key: clipped(&change.key),
        value: clipped(&change.value),
        message: hint.to_owned(),
    };
    Refusal::new(error, None)
}
