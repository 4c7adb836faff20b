//! Checkpoints of training: the weights as they were at some of its steps, within a budget of memory.
//!
//! Kept are step 0 and the steps with at most two significant digits: every step up to 100, then 110, 120, .., 1,000,
//! 1,100 and so on, ninety a decade. Where that is more than there is room for, the least round ones are left out over the
//! whole training, see [`roundness`]: thirty a decade stay, then eleven, six, three, one. So what is kept is a function of
//! the steps taken and of the room, whether a run was interrupted or not.

mod file;

use std::sync::Arc;

use crate::experiment::Experiment;

use super::{FrozenField, MlpParams, Scaling};

pub use file::CheckpointsError;

/// The weights at a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Training steps behind them.
    pub step: u64,
    /// The weights that are shown, which are averages over the steps.
    pub weights: Arc<MlpParams>,
}

impl Checkpoint {
    /// Whether it is one of the eleven a decade that stand for all of them.
    pub fn is_landmark(&self) -> bool {
        Self::is_landmark_step(self.step)
    }

    /// The same of a step.
    pub fn is_landmark_step(step: u64) -> bool {
        roundness(step) >= LANDMARK
    }

    /// How round its step is: from 0 to 6, the powers of ten.
    pub fn roundness(&self) -> u8 {
        roundness(self.step)
    }
}

/// The checkpoints of a run, oldest first. A copy shares the weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoints {
    kept: Vec<Checkpoint>,
    /// The scales that all of them are trained with.
    scaling: Scaling,
    /// How many there may be.
    room: usize,
    /// How round a step has to be to be kept.
    level: u8,
}

impl Checkpoints {
    /// None yet, and no room for any.
    pub fn none(scaling: Scaling) -> Self {
        Self {
            kept: Vec::new(),
            scaling,
            room: 0,
            level: 1,
        }
    }

    /// How many fit into so many bytes of weights; with less than two there is no history, and none are kept.
    pub fn fitting(bytes: usize, n_params: usize) -> usize {
        let size = size_of::<f32>() * n_params;
        match bytes / size.max(1) {
            0 | 1 => 0,
            n => n,
        }
    }

    /// There may be so many from now on.
    pub fn set_room(&mut self, room: usize) {
        self.room = room;
        self.thin();
    }

    /// Another history begins, with these scales.
    pub fn begin(&mut self, scaling: Scaling) {
        self.kept.clear();
        (self.scaling, self.level) = (scaling, 1);
    }

    /// Goes on from these, which the file of a run held, in the room there is here.
    pub fn go_on_from(&mut self, other: &Self) {
        self.kept.clone_from(&other.kept);
        self.thin();
    }

    /// The next step whose weights are to be kept; none is if there is no room.
    pub fn due(&self) -> u64 {
        match (self.room, self.kept.last()) {
            (0, _) => u64::MAX,
            (_, None) => 0,
            (_, Some(newest)) => next_kept(newest.step, self.level),
        }
    }

    /// Keeps the weights of a step, unless there are those of a later one.
    pub fn keep(&mut self, step: u64, weights: &Arc<MlpParams>) {
        let is_new = self.kept.last().is_none_or(|newest| newest.step < step);
        if is_new && self.room > 0 {
            let weights = Arc::clone(weights);
            self.kept.push(Checkpoint { step, weights });
            self.thin();
        }
    }

    /// Forgets what is later than the step.
    pub fn cut(&mut self, step: u64) {
        let n = self.kept.partition_point(|kept| kept.step <= step);
        self.kept.truncate(n);
    }

    /// The newest one that is not later than the step.
    pub fn at(&self, step: u64) -> Option<&Checkpoint> {
        let n = self.kept.partition_point(|kept| kept.step <= step);
        self.kept.get(n.checked_sub(1)?)
    }

    /// All of them, oldest first.
    pub fn all(&self) -> &[Checkpoint] {
        &self.kept
    }

    /// The field of one of them under the experiment's path.
    pub fn field(&self, checkpoint: &Checkpoint, experiment: &Experiment) -> FrozenField {
        let weights = Arc::clone(&checkpoint.weights);
        FrozenField::new(weights, experiment, self.scaling, checkpoint.step)
    }

    /// Leaves out what there is no room for.
    fn thin(&mut self) {
        let (Some(first), Some(newest)) = (self.kept.first(), self.kept.last()) else {
            return;
        };
        let (first, newest) = (first.step, newest.step);
        // With the first one.
        let fits = |level: &u8| steps_kept(first, newest, *level) < self.room;
        let level = (1..ROUNDEST).find(fits).unwrap_or(ROUNDEST);
        self.level = level;
        self.kept
            .retain(|kept| kept.step == first || roundness(kept.step) >= level);
        while self.kept.len() > self.room {
            // Of powers of ten the smallest go first.
            self.kept.remove(usize::from(self.room > 1));
        }
    }
}

/// The first step after this one that is at least so round.
fn next_kept(step: u64, level: u8) -> u64 {
    let mut next = step;
    loop {
        let unit = unit(next);
        next = (next / unit + 1).saturating_mul(unit);
        if roundness(next) >= level || next == u64::MAX {
            return next;
        }
    }
}

/// How many steps after the first and up to the newest are at least so round.
fn steps_kept(first: u64, newest: u64, level: u8) -> usize {
    let next = |step: &u64| Some(next_kept(*step, level));
    let steps = std::iter::successors(next(&first), next);
    steps.take_while(|step| *step <= newest).count()
}

/// The power of ten that the second digit of a step counts.
fn unit(step: u64) -> u64 {
    10_u64.pow(step.max(1).ilog10().saturating_sub(1))
}

/// The roundness of a power of ten.
const ROUNDEST: u8 = 6;

/// The roundness of eleven numbers a decade.
const LANDMARK: u8 = 3;

/// How round a number is, by its first two digits; 0 if others than those are not zero. Of each decade, one number is a
/// power of ten (6); 1, 2 and 5 times one are 5; 1.5, 3 and 7 times 4; further multiples and 2.5 times 3; what is even up to
/// 4 times and a multiple of a half beyond is 2.
fn roundness(step: u64) -> u8 {
    let unit = unit(step);
    if !step.is_multiple_of(unit) {
        return 0;
    }
    let digits = step / unit;
    let digits = if digits < 10 { 10 * digits } else { digits };
    match digits {
        0 | 10 => ROUNDEST,
        20 | 50 => 5,
        15 | 30 | 70 => 4,
        25 | 40 | 60 | 80 | 90 => 3,
        12..40 if digits.is_multiple_of(2) => 2,
        _ if digits.is_multiple_of(5) => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests;
