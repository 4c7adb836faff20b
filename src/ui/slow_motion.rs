//! A training step in slow motion: which stage of which step the canvas shows, and how it moves.
//!
//! [`SlowMotion`] is plain state, like the play head: it takes frames and the passing of time as arguments. What the
//! stages say in words is in `words`; what the session is asked for, in `ui/lab/slow_motion.rs`.

mod words;

use crate::experiment::{Stage, StepView};
use crate::products::RunId;
use crate::snapshot::{Frame, LaneId, RunState};

pub use words::{numbers, sentence};

/// What a stage adds moves into its place in this time at speed 1, in seconds.
const MOVE_SECS: f64 = 0.8;
/// While it plays, a stage that is complete rests this long at speed 1, so that it can be read, in seconds.
const REST_SECS: f64 = 1.6;
/// After a longer gap between frames (the window was hidden) it goes on as if it had been this one.
const MAX_GAP_SECS: f64 = 0.1;
/// Pairs that are shown at first.
const PAIRS: usize = 8;

/// What can be done with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Move {
    /// Opens or closes it.
    Toggle,
    /// The next stage; after the last one, the next step. The optimizer's step is taken when its stage is reached.
    On,
    /// The stage before; before the first one, the step that was taken before.
    Back,
    /// This stage of the step.
    GoTo(Stage),
    /// Lets it go on by itself, or holds it.
    Play,
    /// How fast it goes.
    Speed(f64),
    /// How many pairs are shown.
    Pairs(usize),
    /// Which pair stands out.
    Mark(usize),
}

/// What goes on when it is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Lanes that were training.
    pub lanes: Vec<LaneId>,
    /// Whether flow time was running.
    pub time: bool,
}

/// The stage that is shown, and how it moves.
#[derive(Clone, Debug, PartialEq)]
pub struct SlowMotion {
    /// What the canvas shows of which step.
    pub view: StepView,
    /// Whether it goes on by itself.
    pub playing: bool,
    /// Factor on the speed.
    pub speed: f64,
    /// How long the stage has been complete, in seconds.
    rested_secs: f64,
    /// The lane whose steps are shown.
    pub(super) lane: LaneId,
    /// What it holds.
    pub(super) held: Held,
    /// The run that the step belongs to.
    run: RunId,
    /// The step that the session was asked to take.
    asked: Option<u64>,
}

impl SlowMotion {
    /// The next step of a lane, at its first stage.
    pub fn new(frame: &Frame, held: Held) -> Self {
        Self {
            view: StepView {
                step: frame.step,
                stage: Stage::default(),
                progress: 0.0,
                pairs: PAIRS,
                marked: 0,
            },
            playing: false,
            speed: 1.0,
            rested_secs: 0.0,
            lane: frame.lane,
            held,
            run: frame.run,
            asked: None,
        }
    }

    /// The same of another lane.
    pub fn of_lane(&self, frame: &Frame) -> Self {
        let mut other = Self::new(frame, self.held.clone());
        other.view.pairs = self.view.pairs;
        (other.playing, other.speed) = (self.playing, self.speed);
        other
    }

    /// Takes in what the session has laid out by now. A step that is not there any more, because training has started
    /// anew or was rolled back, gives way to the next one.
    pub fn follow(&mut self, frame: &Frame) {
        let Some(newest) = frame.steps.last() else {
            return;
        };
        if self.run != frame.run || frame.laid_out(self.view.step).is_none() {
            self.run = frame.run;
            self.asked = None;
            self.view.step = newest.step;
            self.show(Stage::default(), 0.0);
        }
        if matches!(
            frame.state,
            RunState::Failed { .. } | RunState::Waiting { .. } | RunState::Exact { .. }
        ) {
            self.playing = false;
            self.asked = None;
            if self.waits(frame) {
                self.show(Stage::Residual, 1.0);
            }
        }
    }

    /// Goes on by a stage; `true` if the step is to be taken now.
    pub fn on(&mut self, frame: &Frame) -> bool {
        if let Some(next) = self.view.stage.next() {
            return self.go_to(next, frame);
        }
        if frame.laid_out(self.view.step + 1).is_some() {
            self.view.step += 1;
            self.show(Stage::default(), 0.0);
        }
        false
    }

    /// Goes back by a stage; a step that was taken is shown from what was kept.
    pub fn back(&mut self, frame: &Frame) {
        self.playing = false;
        if let Some(before) = self.view.stage.previous() {
            self.show(before, 1.0);
        } else if let Some(step) = self.view.step.checked_sub(1)
            && frame.laid_out(step).is_some()
        {
            self.view.step = step;
            self.show(Stage::Update, 1.0);
        }
    }

    /// Shows a stage of the step; `true` if the step is to be taken now.
    pub fn go_to(&mut self, stage: Stage, frame: &Frame) -> bool {
        let progress = if stage > self.view.stage { 0.0 } else { 1.0 };
        self.show(stage, progress);
        let step = self.view.step;
        let next = frame
            .laid_out(step)
            .filter(|laid_out| laid_out.taken.is_none());
        let takes = stage == Stage::Update && next.is_some() && self.asked != Some(step);
        if takes {
            self.asked = Some(step);
        }
        takes
    }

    /// Shows what the next step does; `true` if it is to be taken now.
    pub fn take(&mut self, frame: &Frame) -> bool {
        if let Some(next) = frame.steps.last() {
            self.view.step = next.step;
        }
        self.go_to(Stage::Update, frame)
    }

    /// Moves on by `secs` of real time; `true` if the step is to be taken now.
    pub fn advance(&mut self, secs: f64, frame: &Frame) -> bool {
        let dt = self.speed * secs.clamp(0.0, MAX_GAP_SECS);
        if self.waits(frame) {
            return false;
        }
        if self.view.progress < 1.0 {
            self.view.progress = (self.view.progress + dt / MOVE_SECS).min(1.0);
            return false;
        }
        if !self.playing {
            return false;
        }
        self.rested_secs += dt;
        self.rested_secs >= REST_SECS && self.on(frame)
    }

    /// Whether something moves by itself.
    pub fn moves(&self) -> bool {
        self.playing || self.view.progress < 1.0
    }

    /// Whether the step has been reached and is not taken yet.
    fn waits(&self, frame: &Frame) -> bool {
        let step = frame.laid_out(self.view.step);
        let taken = step.is_some_and(|step| step.taken.is_some());
        self.view.stage == Stage::Update && !taken
    }

    fn show(&mut self, stage: Stage, progress: f64) {
        (self.view.stage, self.view.progress) = (stage, progress);
        self.rested_secs = 0.0;
    }

    /// Shows so many pairs, within [`StepView::PAIRS`].
    pub fn set_pairs(&mut self, pairs: usize) {
        self.view.pairs = pairs.clamp(*StepView::PAIRS.start(), *StepView::PAIRS.end());
        self.mark(self.view.marked);
    }

    /// Lets a pair that is shown stand out.
    pub fn mark(&mut self, pair: usize) {
        self.view.marked = pair.min(self.view.pairs.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests;
