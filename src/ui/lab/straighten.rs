//! Reflow in the window: a lane that trains on the pairs of the selected lane's flow, a flow again or one step.

use std::sync::Arc;

use crate::experiment::MAX_LANES;
use crate::flow::coupling::{Coupling, GivenPairs};
use crate::session::straighten::Straightening;

use super::round::Round;
use super::state::State;

pub use super::round::Made;

/// Pairs of a flow that is straightened.
const PAIRS: usize = 10_000;

/// The coupling of the round after an experiment's own.
fn next(own: Coupling) -> Coupling {
    match own {
        Coupling::Reflow {
            rounds,
            pairs,
            batch,
            fresh,
        } => Coupling::Reflow {
            rounds: rounds + 1,
            pairs,
            batch,
            fresh,
        },
        other => Coupling::Reflow {
            rounds: 1,
            pairs: PAIRS,
            batch: match other {
                Coupling::BatchOt { batch } => batch,
                _ => 1,
            },
            fresh: 0,
        },
    }
}

/// What papers call the flow of a coupling: round r is the (r + 1)-rectified flow.
pub fn rectified(coupling: Coupling) -> usize {
    match coupling {
        Coupling::Reflow { rounds, .. } => rounds + 1,
        _ => 1,
    }
}

impl State {
    /// Whether pairs are being made for another round.
    pub fn straightens(&self) -> bool {
        self.round.is_some()
    }

    /// Begins to make the pairs of the selected lane's flow.
    pub(super) fn straighten(&mut self, made: Made) {
        if self.editor.lanes().len() >= MAX_LANES {
            return self.complain("There are six lanes at most: take one away first.");
        }
        let lane = self.lane();
        let frame = self.session.frame(lane);
        let Some(flow) = frame.flow.clone() else {
            return self.complain("There is no flow to straighten yet: train first.");
        };
        if flow.is_one_step() {
            return self.complain("This is one step and no flow: its pairs are those of the lane it was distilled from.");
        }
        let Some(n) = next(flow.id.experiment.problem.coupling).needs_given() else {
            return;
        };
        let of = Arc::clone(&flow.id.experiment);
        match Straightening::spawn(flow, n, Arc::clone(&self.wake)) {
            Ok(work) => {
                self.notice = format!("Makes {n} pairs of the flow.");
                self.round = Some(Round {
                    lane,
                    of,
                    made,
                    work,
                });
            }
            Err(error) => self.complain(error),
        }
    }

    /// Opens the lane of the next round when its pairs are there.
    pub(super) fn follow_straightening(&mut self) {
        let Some(made) = self.round.as_ref().and_then(|round| round.work.take()) else {
            return;
        };
        let Some(round) = self.round.take() else {
            return;
        };
        match made {
            Err(sentence) => self.complain(sentence),
            Ok(pairs) => self.open_round(&round, pairs),
        }
    }

    fn open_round(&mut self, round: &Round, pairs: GivenPairs) {
        let Round { lane, of, made, .. } = round;
        let place = self
            .editor
            .lanes()
            .iter()
            .position(|known| known.id() == *lane);
        let Some(place) = place.filter(|place| self.editor.select(*place)) else {
            return self.complain("The lane whose flow was to be straightened is gone.");
        };
        let (own, coupling) = (of.problem.coupling, next(of.problem.coupling));
        if !self.editor.add_lane() {
            return self.complain("There are six lanes at most: take one away first.");
        }
        let mut experiment = self.editor.experiment().clone();
        experiment.problem.coupling = coupling;
        experiment.problem.pairs = Some(pairs);
        let [before, after] = [own, coupling].map(rectified);
        let (title, notice) = match made {
            Made::Flow => (
                format!("{after}-RF"),
                format!("Trains the {after}-rectified flow on pairs of the flow before."),
            ),
            Made::OneStep => (
                format!("{before}-RF distilled"),
                format!("Distils the {before}-rectified flow to one step."),
            ),
        };
        if *made == Made::OneStep {
            experiment = experiment.distilled();
        }
        self.editor.edit_lane(experiment);
        self.editor.settle();
        let names = [
            (place, format!("{before}-RF")),
            (self.editor.selected(), title),
        ];
        for (lane, title) in names {
            let known = self.editor.document().lanes.get(lane);
            if known.is_some_and(|known| known.title.is_empty()) {
                self.editor.rename_lane(lane, &title);
            }
        }
        self.publish();
        self.notice = notice;
    }
}
