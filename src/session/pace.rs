//! The processor's policy: what training leaves to what is derived from it.
//!
//! A product is worth most when training has just begun or changed its task, or when somebody waits for it; later it may
//! take a fiftieth of a core, so that a window costs training little (BENCHMARKS.md, "Speed"). The rests are those of all
//! lanes together: however many there are, they take no more.

use std::time::Duration;

use crate::products::Cost;

/// What a result is worth while the trainer wants the processor too; what is more urgent is greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pace {
    /// Training goes on and on: a fiftieth of a core.
    #[default]
    Steady,
    /// Training has just begun or changed its task, or somebody has asked for the result: a fifth of a core.
    Eager,
    /// Training is held to a speed, so that it can be watched: a fifth of a core, numbers included.
    Watched,
    /// No training runs: as much as there is.
    Free,
}

/// The longest piece of work between two looks at what else there is to do.
pub const TURN: Duration = Duration::from_millis(5);

impl Pace {
    /// How long to rest after a product that took so long. With several lanes each has its turn sooner.
    pub fn rest(self, cost: Cost, spent: Duration, lanes: usize) -> Duration {
        let times = match self {
            Self::Free => return Duration::ZERO,
            Self::Eager | Self::Watched => 4.0,
            Self::Steady => 49.0,
        };
        // Nothing is to look frozen; numbers are read, not watched.
        let (least, most) = match cost {
            Cost::Measurement if self == Self::Watched => (Duration::ZERO, Duration::from_secs(4)),
            Cost::Picture => (Duration::ZERO, Duration::from_millis(2500)),
            Cost::Cloud => (Duration::ZERO, Duration::from_millis(1500)),
            Cost::Measurement => (Duration::from_secs(4), Duration::from_secs(20)),
        };
        let lanes = lanes.max(1) as u32;
        spent.mul_f64(times).clamp(least / lanes, most / lanes)
    }

    /// Whether it ends a rest after work at another pace. Numbers are not taken more often because training has changed
    /// its task.
    pub fn ends_rest(self, cost: Cost, after: Self) -> bool {
        match cost {
            Cost::Picture | Cost::Cloud => self > after,
            Cost::Measurement => self == Self::Free,
        }
    }

    /// How long to rest after a piece of a product that is watched while it grows.
    pub fn rest_between_pieces(self, cost: Cost, spent: Duration) -> Duration {
        match (self, cost) {
            (Self::Free, _) | (_, Cost::Picture | Cost::Measurement) => Duration::ZERO,
            (_, Cost::Cloud) => spent.mul_f64(3.0).min(Duration::from_millis(500)),
        }
    }

    /// Threads that may work on products at the same time, of a crew of so many.
    pub fn threads(trains: bool, crew: usize) -> usize {
        if trains { 1 } else { crew }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_beside_steady_training_takes_a_fiftieth_and_never_rests_for_long() {
        let rest = |cost, ms| Pace::Steady.rest(cost, Duration::from_millis(ms), 1);
        assert_eq!(rest(Cost::Picture, 10), Duration::from_millis(490));
        assert_eq!(rest(Cost::Picture, 1000), Duration::from_millis(2500));
        assert_eq!(rest(Cost::Measurement, 10), Duration::from_secs(4));
        assert_eq!(Pace::Free.rest(Cost::Picture, TURN, 1), Duration::ZERO);
        let six = Pace::Steady.rest(Cost::Measurement, Duration::from_secs(1), 6);
        assert!(six < Duration::from_secs(4));
    }

    #[test]
    fn numbers_are_taken_often_where_training_is_watched() {
        let rest = Pace::Watched.rest(Cost::Measurement, Duration::from_millis(100), 1);
        assert_eq!(rest, Duration::from_millis(400));
    }
}
