//! How far a training step in slow motion is shown: its stages, and which of its pairs.

use std::ops::RangeInclusive;

/// A stage of a training step; each shows what the ones before it do, and one thing more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Points of source and target are drawn.
    #[default]
    Draw,
    /// They are coupled.
    Couple,
    /// A time is drawn for every pair.
    Time,
    /// The point on the conditional path is placed.
    Place,
    /// The velocity of the conditional path there: what the network is to answer.
    Target,
    /// What it answers.
    Predict,
    /// The difference of both, whose square is the loss.
    Residual,
    /// The optimizer's step has been taken: the field has moved.
    Update,
}

impl Stage {
    /// Every stage, first to last.
    pub const ALL: [Self; 8] = [
        Self::Draw,
        Self::Couple,
        Self::Time,
        Self::Place,
        Self::Target,
        Self::Predict,
        Self::Residual,
        Self::Update,
    ];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draw => "Draw",
            Self::Couple => "Couple",
            Self::Time => "Draw t",
            Self::Place => "Place",
            Self::Target => "Target",
            Self::Predict => "Predict",
            Self::Residual => "Residual",
            Self::Update => "Update",
        }
    }

    /// The one after it, unless it is the last.
    pub fn next(self) -> Option<Self> {
        Self::ALL.get(self as usize + 1).copied()
    }

    /// The one before it, unless it is the first.
    pub fn previous(self) -> Option<Self> {
        (self as usize)
            .checked_sub(1)
            .map(|before| Self::ALL[before])
    }
}

/// Which training step is shown, and how far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepView {
    /// Steps that were taken before it.
    pub step: u64,
    /// The stage that is shown.
    pub stage: Stage,
    /// How much of what the stage adds is drawn, 0 to 1: it moves into its place.
    pub progress: f64,
    /// Pairs of the batch that are shown, see [`Self::PAIRS`].
    pub pairs: usize,
    /// The pair that stands out, from 0.
    pub marked: usize,
}

impl StepView {
    /// How many pairs may be shown: enough to see that they differ, few enough to be told apart.
    pub const PAIRS: RangeInclusive<usize> = 6..=12;

    /// How much is drawn of what a stage adds, 0 (nothing) to 1 (all).
    pub fn shown(&self, stage: Stage) -> f64 {
        match stage.cmp(&self.stage) {
            std::cmp::Ordering::Less => 1.0,
            std::cmp::Ordering::Equal => self.progress.clamp(0.0, 1.0),
            std::cmp::Ordering::Greater => 0.0,
        }
    }

    /// Whether the stage has been reached.
    pub fn has(&self, stage: Stage) -> bool {
        self.stage >= stage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_follow_each_other_there_and_back() {
        let mut there = vec![Stage::default()];
        while let Some(next) = there[there.len() - 1].next() {
            assert_eq!(next.previous(), there.last().copied());
            there.push(next);
        }
        assert_eq!(there, Stage::ALL);
        assert_eq!(Stage::Draw.previous(), None);
    }

    #[test]
    fn a_stage_shows_all_of_those_before_it_and_its_own_part_as_it_goes_on() {
        let view = StepView {
            step: 3,
            stage: Stage::Place,
            progress: 0.25,
            pairs: 8,
            marked: 0,
        };
        let shown = Stage::ALL.map(|stage| view.shown(stage));
        assert_eq!(shown, [1.0, 1.0, 1.0, 0.25, 0.0, 0.0, 0.0, 0.0]);
        assert!(view.has(Stage::Place) && !view.has(Stage::Target));
    }
}
