//! A training step in slow motion, as the laboratory carries it out: what is asked of the session, and what is held.

use crate::experiment::StepView;
use crate::session;
use crate::snapshot::RunState;

use super::super::page::Page;
use super::super::slow_motion::{Held, Move, SlowMotion};
use super::state::State;

impl State {
    /// What the canvas shows of a training step, if it is open.
    pub fn step_view(&self) -> Option<StepView> {
        self.slow_motion.as_ref().map(|slow| slow.view)
    }

    pub(super) fn move_slowly(&mut self, movement: Move) {
        let frame = self.frame();
        let Some(slow) = &mut self.slow_motion else {
            return match movement {
                Move::Toggle | Move::On | Move::Play => self.open_slow_motion(),
                _ => {}
            };
        };
        let takes = match movement {
            Move::Toggle => return self.close_slow_motion(),
            Move::On => slow.on(&frame),
            Move::GoTo(stage) => slow.go_to(stage, &frame),
            Move::Back => {
                slow.back(&frame);
                false
            }
            Move::Play => {
                slow.playing = !slow.playing;
                false
            }
            Move::Speed(speed) => {
                slow.speed = speed;
                false
            }
            Move::Pairs(pairs) => {
                slow.set_pairs(pairs);
                false
            }
            Move::Mark(pair) => {
                slow.mark(pair);
                false
            }
        };
        self.take_if(takes);
    }

    /// Training and time rest while it is open.
    fn open_slow_motion(&mut self) {
        // The next step is one of the newest weights.
        self.show_step(None);
        let frames = self.frames();
        let trains =
            |state: &RunState| matches!(state, RunState::Running | RunState::Waiting { .. });
        let lanes = frames.iter().filter(|frame| trains(&frame.state));
        let held = Held {
            lanes: lanes.map(|frame| frame.lane).collect(),
            time: std::mem::take(&mut self.play.playing),
        };
        self.send(&session::Command::Pause);
        self.slow_motion = Some(SlowMotion::new(&self.frame(), held));
        self.session
            .send(self.lane(), session::Command::SlowMotion(true));
        self.page = Page::Training;
    }

    /// What it has held goes on.
    pub(super) fn close_slow_motion(&mut self) {
        if let Some(Held { lanes, time }) = self.leave_slow_motion() {
            self.play.playing |= time;
            for lane in lanes {
                self.session.send(lane, session::Command::Train);
            }
        }
    }

    /// Closes it; what it has held stays as it is.
    pub(super) fn leave_slow_motion(&mut self) -> Option<Held> {
        let slow = self.slow_motion.take()?;
        self.session
            .send(slow.lane, session::Command::SlowMotion(false));
        Some(slow.held)
    }

    /// Takes in what has been laid out, of the lane that is selected.
    pub(super) fn follow_slow_motion(&mut self) {
        let (lane, frame) = (self.lane(), self.frame());
        let Some(slow) = &mut self.slow_motion else {
            return;
        };
        if slow.lane != lane {
            let left = slow.lane;
            *slow = slow.of_lane(&frame);
            self.session.send(left, session::Command::SlowMotion(false));
            self.session.send(lane, session::Command::SlowMotion(true));
        } else {
            slow.follow(&frame);
        }
    }

    pub(super) fn advance_slow_motion(&mut self, secs: f64) {
        if self.slow_motion.is_none() {
            return;
        }
        let frame = self.frame();
        let takes = self
            .slow_motion
            .as_mut()
            .is_some_and(|slow| slow.advance(secs, &frame));
        self.take_if(takes);
    }

    /// One step: in slow motion, the one that is shown.
    pub(super) fn step_once(&mut self) {
        let frame = self.frame();
        match &mut self.slow_motion {
            Some(slow) => {
                let takes = slow.take(&frame);
                self.take_if(takes);
            }
            None => self.train(session::Command::StepOnce),
        }
    }

    /// All lanes take a step, so that they stay at the same one.
    fn take_if(&mut self, takes: bool) {
        if takes {
            self.train(session::Command::StepOnce);
        }
    }
}
