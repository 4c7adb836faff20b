//! How fast lanes train: as fast as they can, or so many steps a second.
//!
//! The speed is that of the lane that is ahead; one that is behind, because it has just been opened, catches up at full
//! speed, and from then on all keep step. Refuses to know lanes and clocks: steps and moments are arguments.

use std::time::Duration;

use crate::clock::Instant;

/// How fast lanes train.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speed {
    /// So many steps a second, at least one, if the machine can take them.
    PerSecond(u32),
    /// As fast as the machine can.
    #[default]
    Full,
}

impl Speed {
    /// The speeds on offer, slowest first.
    pub const OFFERED: [Self; 5] = [
        Self::PerSecond(1),
        Self::PerSecond(10),
        Self::PerSecond(100),
        Self::WATCHED,
        Self::Full,
    ];
    /// Fast enough not to wait, slow enough to be watched: twenty seconds for 20,000 steps. Windows open with it.
    pub const WATCHED: Self = Self::PerSecond(1000);

    /// The next faster one on offer; the fastest has none.
    pub fn faster(self) -> Self {
        let found = Self::OFFERED.into_iter().find(|other| other.is_above(self));
        found.unwrap_or(Self::Full)
    }

    /// The next slower one on offer; the slowest has none.
    pub fn slower(self) -> Self {
        let slower = |other: &Self| self.is_above(*other);
        let found = Self::OFFERED.into_iter().rev().find(slower);
        found.unwrap_or(Self::OFFERED[0])
    }

    fn is_above(self, other: Self) -> bool {
        self.per_second().unwrap_or(u32::MAX) > other.per_second().unwrap_or(u32::MAX)
    }

    /// Steps a second; nothing if there is no limit.
    pub fn per_second(self) -> Option<u32> {
        match self {
            Self::PerSecond(rate) => Some(rate.max(1)),
            Self::Full => None,
        }
    }
}

/// At more than a hundred steps a second those of so long are taken in a row, so that nobody wakes up for each of them.
const ROW: Duration = Duration::from_millis(10);
/// What a machine is behind by more than so long is not made up for.
const PATIENCE: Duration = Duration::from_secs(1);

/// Says which steps may be taken by now. Over time they are exactly as many as asked for.
#[derive(Debug, Default)]
pub struct Throttle {
    speed: Speed,
    counted: Option<Counted>,
}

/// Where steps are counted from.
#[derive(Clone, Copy, Debug)]
struct Counted {
    since: Instant,
    from: u64,
    /// Where the lane that is ahead was when it was asked about last.
    front: u64,
}

impl Throttle {
    /// Another speed, from now on.
    pub fn set(&mut self, speed: Speed) {
        if self.speed != speed {
            self.speed = speed;
            self.counted = None;
        }
    }

    /// Nothing trains: the time that passes does not count.
    pub fn pause(&mut self) {
        self.counted = None;
    }

    /// The number of steps that lanes may have taken by now, where the one that is ahead has taken `front`.
    pub fn limit(&mut self, front: u64, now: Instant) -> u64 {
        let Some(rate) = self.speed.per_second() else {
            return u64::MAX;
        };
        let room = in_time(rate, PATIENCE);
        // A lane that starts again has fewer steps than before.
        let goes_on = |c: &Counted| front >= c.front && c.due(rate, now) <= front + 1 + room;
        let counted = self.counted.filter(goes_on).unwrap_or(Counted {
            since: now,
            from: front,
            front,
        });
        self.counted = Some(Counted { front, ..counted });
        counted.due(rate, now)
    }

    /// How long there is nothing to do for lanes that have taken all the steps they may; nothing if that is not known.
    pub fn next_in(&self, now: Instant) -> Option<Duration> {
        let (rate, counted) = (self.speed.per_second()?, self.counted?);
        let passed = now.saturating_duration_since(counted.since);
        let next = in_time(rate, passed) + 1;
        let due = Duration::from_secs_f64(next as f64 / f64::from(rate));
        let row = if rate > 100 { ROW } else { Duration::ZERO };
        Some(due.saturating_sub(passed).max(row))
    }
}

impl Counted {
    /// The steps that may have been taken; the first one at once.
    fn due(&self, rate: u32, now: Instant) -> u64 {
        self.from + 1 + in_time(rate, now.saturating_duration_since(self.since))
    }
}

/// Whole steps in so much time.
fn in_time(rate: u32, time: Duration) -> u64 {
    let steps = u128::from(rate) * time.as_nanos() / 1_000_000_000;
    u64::try_from(steps).unwrap_or(u64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps of a lane that takes all it may, in looks at the clock so many milliseconds apart.
    fn taken(throttle: &mut Throttle, start: Instant, from: u64, looks: &[u64]) -> u64 {
        looks.iter().fold(from, |front, ms| {
            let limit = throttle.limit(front, start + Duration::from_millis(*ms));
            front.max(limit)
        })
    }

    #[test]
    fn over_time_there_are_exactly_as_many_steps_as_asked_for() {
        let start = Instant::now();
        for (rate, steps) in [(1, 61), (10, 601), (100, 6001), (1000, 60_001)] {
            let mut throttle = Throttle::default();
            throttle.set(Speed::PerSecond(rate));
            // Irregular looks, none more than 0.9 s after the last one.
            let looks: Vec<u64> = (0..=600)
                .map(|i| (100 * i + (i * i) % 83).min(60_000))
                .collect();
            assert_eq!(taken(&mut throttle, start, 0, &looks), steps, "{rate}");
        }
    }

    #[test]
    fn full_speed_has_no_limit_and_nothing_to_wait_for() {
        let mut throttle = Throttle::default();
        assert_eq!(throttle.limit(7, Instant::now()), u64::MAX);
        assert_eq!(throttle.next_in(Instant::now()), None);
    }

    #[test]
    fn neither_a_pause_nor_a_reset_nor_a_slow_machine_leaves_steps_to_be_made_up_for() {
        let start = Instant::now();
        let at = |secs| start + Duration::from_secs(secs);
        let mut throttle = Throttle::default();
        throttle.set(Speed::PerSecond(10));
        assert_eq!(throttle.limit(0, at(0)), 1);
        throttle.pause();
        assert_eq!(throttle.limit(1, at(60)), 2, "a pause");
        assert_eq!(throttle.limit(2, at(61)), 12);
        assert_eq!(throttle.limit(12, at(61)), 12);
        assert_eq!(throttle.limit(0, at(61)), 1, "a reset");
        assert_eq!(throttle.limit(1, at(100)), 2, "a machine that was asleep");
    }

    #[test]
    fn what_is_waited_for_is_the_next_step_or_a_row_of_them() {
        let start = Instant::now();
        let next_in = |rate, ms| {
            let mut throttle = Throttle::default();
            throttle.set(Speed::PerSecond(rate));
            throttle.limit(0, start);
            throttle.next_in(start + Duration::from_millis(ms))
        };
        assert_eq!(next_in(1, 400), Some(Duration::from_millis(600)));
        assert_eq!(next_in(100, 4), Some(Duration::from_millis(6)));
        assert_eq!(next_in(1000, 4), Some(ROW));
    }

    #[test]
    fn faster_and_slower_go_through_what_is_on_offer() {
        let [slowest, .., full] = Speed::OFFERED;
        assert_eq!(slowest.slower(), slowest);
        assert_eq!(full.faster(), full);
        for pair in Speed::OFFERED.windows(2) {
            assert_eq!((pair[0].faster(), pair[1].slower()), (pair[1], pair[0]));
        }
        assert_eq!(Speed::PerSecond(40).faster(), Speed::PerSecond(100));
        assert_eq!(Speed::PerSecond(40).slower(), Speed::PerSecond(10));
    }
}
