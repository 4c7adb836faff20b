//! How often the window paints while something moves: as often as a screen shows pictures, or half as often where that
//! would take too much of the processor from training. Refuses to know what is painted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Between two frames on most screens.
const OFTEN: Duration = Duration::from_millis(16);
/// Every second frame of such a screen, 33 ms, and a little less so that it is not the third.
const SELDOM: Duration = Duration::from_millis(30);
/// Share of the processor that frames may take from training.
const SHARE: f64 = 0.05;
/// Frames come often again below this part of [`SHARE`], so that the pace does not flicker.
const RELIEF: f64 = 0.75;

/// The pace, which the window and whoever wakes it share.
#[derive(Clone, Debug, Default)]
pub struct FramePace {
    seldom: Arc<AtomicBool>,
}

impl FramePace {
    /// Time from one frame to the next.
    pub fn interval(&self) -> Duration {
        if self.seldom.load(Ordering::Relaxed) {
            SELDOM
        } else {
            OFTEN
        }
    }

    /// Chooses the pace for frames of so much CPU time, in seconds, on so many cores.
    pub fn choose(&self, frame_secs: f64, cores: usize, trains: bool) {
        let share = frame_secs / (OFTEN.as_secs_f64() * cores as f64);
        let limit = match self.seldom.load(Ordering::Relaxed) {
            true => RELIEF * SHARE,
            false => SHARE,
        };
        self.seldom
            .store(trains && share > limit, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dear_frames_come_half_as_often_while_training_runs() {
        let pace = FramePace::default();
        let after = |frame_ms: f64, cores, trains| {
            pace.choose(1e-3 * frame_ms, cores, trains);
            pace.interval()
        };
        assert_eq!(after(1.5, 2, true), OFTEN);
        assert_eq!(after(1.7, 2, true), SELDOM);
        assert_eq!(after(1.5, 2, true), SELDOM, "no flicker");
        assert_eq!(after(1.1, 2, true), OFTEN);
        assert_eq!(
            after(3.0, 2, false),
            OFTEN,
            "nobody else wants the processor"
        );
        assert_eq!(after(3.0, 8, true), OFTEN, "a small part of eight cores");
    }
}
