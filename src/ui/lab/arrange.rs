//! The commands that concern lanes: which there are, what the session is told of them, and their frames.

use std::sync::Arc;

use crate::experiment::Experiment;
use crate::model::DeviceChoice;
use crate::session;
use crate::snapshot::{Frame, Frames, LaneId, RunState};

use super::super::comparison::Comparison;
use super::super::dialogs::Dialog;
use super::super::editor::{LaneDraft, Scope};
use super::lanes::lanes;
use super::state::State;
use super::training::learns_anew;

impl State {
    /// The frame of every lane, in the order of the canvas; of one that is not open yet, an empty one.
    pub fn lane_frames(&self, frames: &Frames) -> Vec<Arc<Frame>> {
        let frame = |lane: &LaneDraft| match frames.get(lane.id()) {
            Some(frame) => Arc::clone(frame),
            None => Arc::new(Frame::blank(lane.id(), Arc::clone(lane.legal()))),
        };
        self.editor.lanes().iter().map(frame).collect()
    }

    /// Whether any lane trains, or would if it could.
    pub fn trains(&self) -> bool {
        let active = |frame: &Arc<Frame>| {
            matches!(frame.state, RunState::Running | RunState::Waiting { .. })
        };
        self.frames().iter().any(active)
    }

    /// Whether there is a lane whose field is learned.
    pub fn learns(&self) -> bool {
        let lanes = self.editor.lanes().iter();
        let velocities = lanes.map(|lane| lane.legal().problem.velocity);
        velocities.into_iter().any(|velocity| velocity.is_learned())
    }

    /// Sends the newest legal experiments that the session has not got; opens lanes that are new, to train as the others
    /// do, and closes those that are gone.
    pub(super) fn publish(&mut self) {
        let newest = lanes(&self.editor);
        let begun = |frame: &Arc<Frame>| !matches!(frame.state, RunState::Idle | RunState::Paused);
        let trains = self.frames().iter().any(begun);
        let mut anew = false;
        for (id, experiment) in &newest {
            let sent = self.sent.iter().find(|(sent, _)| sent == id);
            match sent {
                Some((_, sent)) if Arc::ptr_eq(sent, experiment) => {}
                Some((_, sent)) => {
                    anew |= learns_anew(sent, experiment);
                    let command = session::Command::SetExperiment(Arc::clone(experiment));
                    self.session.send(*id, command);
                }
                None => self.open_lane(*id, experiment, trains),
            }
        }
        for (gone, _) in &self.sent {
            if newest.iter().all(|(id, _)| id != gone) {
                self.session.send(*gone, session::Command::Close);
            }
        }
        self.sent = newest;
        if anew {
            self.show_step(None);
        }
    }

    fn open_lane(&self, id: LaneId, experiment: &Arc<Experiment>, trains: bool) {
        let send = |command| self.session.send(id, command);
        send(session::Command::Open(Arc::clone(experiment)));
        if self.device != DeviceChoice::Cpu {
            send(session::Command::SetDevice(self.device));
        }
        if trains {
            send(session::Command::Train);
        }
    }

    pub(super) fn add_lane(&mut self, lane: usize) {
        let selected = self.editor.selected();
        if self.editor.select(lane) && self.editor.add_lane() {
            self.publish();
        } else {
            self.editor.select(selected);
            self.notice = "There are six lanes at most: take one away first.".to_owned();
        }
    }

    pub(super) fn remove_lane(&mut self, lane: usize) {
        let name = self.editor.label(lane).to_owned();
        if self.editor.remove_lane(lane) {
            self.publish();
            self.notice =
                format!("{name} is gone with its weights; Undo brings it back untrained.");
        }
    }

    pub(super) fn ask_title(&mut self, lane: usize) {
        let titles = &self.editor.document().lanes;
        self.dialog = titles
            .get(lane)
            .map(|known| Dialog::rename(lane, &known.title));
    }

    pub(super) fn rename_lane(&mut self, lane: usize, title: &str) {
        self.dialog = None;
        self.editor.rename_lane(lane, title.trim());
    }

    /// The lanes of a comparison on the selected lane's experiment. What they differ in is each lane's own from now on.
    pub(super) fn compare(&mut self, comparison: Comparison) {
        let at_hand = Experiment {
            view: self.editor.experiment().view.clone(),
            ..Experiment::clone(self.editor.legal())
        };
        let experiments = match comparison.experiments(&at_hand) {
            Ok(experiments) => experiments,
            Err(sentence) => return self.complain(sentence),
        };
        let known: Vec<LaneId> = self.editor.lanes().iter().map(LaneDraft::id).collect();
        if !self.editor.compare(&experiments) {
            return;
        }
        for group in comparison.groups() {
            self.editor.set_scope(*group, Scope::Lane);
        }
        self.publish();
        let n = experiments.len();
        let frames = self.frames();
        let lanes = self.editor.lanes().iter().map(LaneDraft::id);
        let ahead = lanes
            .filter(|id| known.contains(id))
            .map(|id| frames.of(id).step)
            .max();
        self.notice = match ahead.unwrap_or(0) {
            0 => format!("{n} lanes train from the same weights; Undo brings back what was there."),
            step => format!(
                "One lane goes on from step {step}, the others catch up; Reset starts all anew."
            ),
        };
    }

    /// Says that lanes which an undo has brought back begin anew: their weights are gone.
    pub(super) fn say_who_came_back(&mut self, before: &[LaneId]) {
        let lanes = self.editor.lanes().iter().enumerate();
        let back = lanes.filter(|(_, lane)| !before.contains(&lane.id()));
        let names: Vec<&str> = back.map(|(i, _)| self.editor.label(i)).collect();
        self.notice = match names[..] {
            [] => return,
            [name] => format!("{name} is back; its training starts anew."),
            _ => format!(
                "{} lanes are back; their training starts anew.",
                names.len()
            ),
        };
    }
}
