//! How fast training goes of late.

use std::time::Duration;

use crate::clock::Instant;

use super::learner::Learner;

/// Steps per second and the couplings' share, over the last interval of about half a second.
pub struct Rate {
    threads: usize,
    since: Instant,
    step: u64,
    coupling: Duration,
    /// Training steps per second.
    pub steps_per_sec: f64,
    /// Share of the threads' time that couplings take, 0 to 1.
    pub coupling_share: f64,
}

impl Rate {
    /// Long enough to be steady, short enough to follow.
    const INTERVAL: Duration = Duration::from_millis(500);
    /// Long enough to say anything.
    const LEAST: Duration = Duration::from_millis(10);

    /// Starts counting now, from where the learner is, on so many threads.
    pub fn new(learner: Option<&Learner>, threads: usize) -> Self {
        Self {
            threads,
            since: Instant::now(),
            step: learner.map_or(0, Learner::steps_taken),
            coupling: learner.map_or(Duration::ZERO, Learner::coupling_time),
            steps_per_sec: 0.0,
            coupling_share: 0.0,
        }
    }

    /// Takes in what has happened since.
    pub fn update(&mut self, learner: &Learner) {
        let elapsed = self.since.elapsed();
        let least = if self.steps_per_sec > 0.0 {
            Self::INTERVAL
        } else {
            Self::LEAST
        };
        if elapsed < least {
            return;
        }
        let secs = elapsed.as_secs_f64().max(1e-9);
        let (step, coupling) = (learner.steps_taken(), learner.coupling_time());
        let busy = coupling.saturating_sub(self.coupling).as_secs_f64();
        self.steps_per_sec = step.saturating_sub(self.step) as f64 / secs;
        self.coupling_share = (busy / (secs * self.threads as f64)).min(1.0);
        if elapsed >= Self::INTERVAL {
            self.since = Instant::now();
            self.step = step;
            self.coupling = coupling;
        }
    }
}
