//! The step of training that is shown, and how fast training goes.

use crate::experiment::Experiment;
use crate::session::Speed;

use super::super::timeline::Steps;
use super::state::State;

impl State {
    pub(super) fn set_training_speed(&mut self, speed: Speed) {
        self.speed = speed;
        self.session.set_speed(speed);
    }

    /// Shows this step, or follows the training; taking hold of the play head stops it.
    pub(super) fn show_step(&mut self, step: Option<u64>) {
        self.training.go_to(step);
        self.send_step();
    }

    /// Shows the checkpoint of the selected lane that is so many after the one that is shown; after the last one it
    /// follows the training.
    pub(super) fn step_checkpoint(&mut self, n: isize) {
        let frame = self.frame();
        let kept = &frame.checkpoints;
        let past = kept.partition_point(|&step| step < frame.step);
        let now = match self.training.step() {
            Some(step) => kept.partition_point(|&kept| kept < step).min(past),
            None => past,
        };
        let next = now.saturating_add_signed(n);
        self.show_step(kept[..past].get(next).copied());
    }

    /// So much time has passed.
    pub(super) fn advance_training(&mut self, secs: f64) {
        if self.training.playing {
            let steps = Steps::of(&self.frames());
            self.training.advance(secs, steps);
            self.send_step();
        }
    }

    /// Has the session show the checkpoint at the play head, if it does not yet.
    fn send_step(&mut self) {
        let kept = &self.frame().checkpoints;
        let at_or_before = |step: u64| {
            let n = kept.partition_point(|&kept| kept <= step);
            n.checked_sub(1).map_or(step, |i| kept[i])
        };
        let step = self.training.step().map(at_or_before);
        if self.shown_step != step {
            self.shown_step = step;
            self.session.show_step(step);
        }
    }
}

/// Whether the steps so far say nothing of what is learned from here on.
pub(super) fn learns_anew(old: &Experiment, new: &Experiment) -> bool {
    // Which field is shown changes nothing of what is learned.
    let another_task = || old.learned().problem != new.learned().problem;
    (old.problem != new.problem && another_task()) || old.needs_new_model(new)
}
