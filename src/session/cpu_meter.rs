//! CPU time that several threads have spent on one thing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::clock;

/// The sum over all threads.
#[derive(Clone, Debug, Default)]
pub struct CpuClock(Arc<AtomicU64>);

impl CpuClock {
    /// What has been read so far.
    pub fn total(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}

/// Reads the calling thread's time; it stays on its thread.
pub struct CpuMeter {
    clock: CpuClock,
    last: Duration,
}

impl CpuMeter {
    /// Counts from now on.
    pub fn start(clock: CpuClock) -> Self {
        let last = thread_time();
        Self { clock, last }
    }

    /// Adds what the thread has used since the last time.
    pub fn read(&mut self) {
        let now = thread_time();
        let used = now.saturating_sub(self.last).as_nanos();
        let nanos = u64::try_from(used).unwrap_or(u64::MAX);
        self.clock.0.fetch_add(nanos, Ordering::Relaxed);
        self.last = now;
    }
}

/// The calling thread's CPU time; zero where the system does not tell.
fn thread_time() -> Duration {
    clock::thread_time().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_all_threads_is_summed_and_sleep_is_none() {
        let clock = CpuClock::default();
        let busy = || {
            let mut meter = CpuMeter::start(clock.clone());
            let start = thread_time();
            while thread_time() - start < Duration::from_millis(5) {
                meter.read();
            }
            std::thread::sleep(Duration::from_millis(50));
            meter.read();
        };
        std::thread::scope(|scope| {
            scope.spawn(busy);
            scope.spawn(busy);
        });
        let total = clock.total().as_secs_f64();
        assert!((0.0095..0.05).contains(&total), "{total}");
    }
}
