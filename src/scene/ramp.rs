//! What a colour of the ramp means where colour is a number of trajectories: its name and where its scale ends.
//!
//! Scales begin at 0 and do not follow the flow, so that a colour stays what it is while training runs. Lanes side by side
//! have one scale, which ends for the densities that are farthest apart, so that a colour is the same number in all of them.
//! What lies beyond the end has the colour of the end.

use std::f64::consts::PI;

use super::Scales;
use super::scale_end::{end, round};
use crate::experiment::{TrajectoryColor, View};
use crate::snapshot::Frame;

/// The meaning of colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ramp {
    /// What the colours are about.
    pub color: TrajectoryColor,
    /// The number at the end of the scale, above 0.
    pub top: f64,
}

impl Ramp {
    /// What the view's colours mean for a frame among others; none if they are no number.
    ///
    /// The chord ratio ends at 1 and turning at pi, half a turn. The local S ends near the mean squared distance `U^2` of
    /// independent points of source and target, and the speed near `2 U`: at the next of 1, 2, 5 times a power of ten.
    /// The ways of an SDE have none of these numbers and are told apart by colour alone.
    pub fn of(view: &View, frame: &Frame, scales: &Scales) -> Option<Self> {
        if !frame.experiment.readout.sampler.is_ode() {
            return None;
        }
        let unit = scales.unit;
        let top = match view.color {
            TrajectoryColor::Identity => return None,
            TrajectoryColor::ChordRatio => 1.0,
            TrajectoryColor::Curvature => PI,
            TrajectoryColor::LocalS => round(unit * unit),
            TrajectoryColor::Speed => round(2.0 * unit),
        };
        let color = view.color;
        Some(Self { color, top })
    }

    /// What the colours are about.
    pub fn label(&self) -> &'static str {
        self.color.name()
    }

    /// Where a number stands on the scale, 0 to 1; not-a-number stands at its start.
    pub fn share(&self, value: f64) -> f32 {
        (value / self.top).clamp(0.0, 1.0) as f32
    }

    /// The number at the end of the scale.
    pub fn end(&self) -> String {
        match self.color {
            TrajectoryColor::Curvature => "π".to_owned(),
            _ => end(self.top),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_written_short() {
        let end = |top| {
            Ramp {
                color: TrajectoryColor::Speed,
                top,
            }
            .end()
        };
        assert_eq!([0.02, 5.0, 1e5].map(end), ["0.02", "5", "1e5"]);
    }

    #[test]
    fn numbers_beyond_the_end_stand_at_the_end() {
        let ramp = Ramp {
            color: TrajectoryColor::LocalS,
            top: 4.0,
        };
        assert_eq!(
            [-1.0, 1.0, 9.0, f64::NAN].map(|x| ramp.share(x).max(0.0)),
            [0.0, 0.25, 1.0, 0.0]
        );
    }
}
