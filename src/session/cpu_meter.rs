//! CPU time that several threads have spent on one thing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::clock::thread_time;

/// The sum over all threads.
#[derive(Clone, Debug, Default)]
pub struct CpuClock(Arc<AtomicU64>);

impl CpuClock {
    /// What has been spent so far.
    pub fn total(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }

    /// Does some work and adds the CPU time that the calling thread has spent on it; none where the system does not
    /// tell.
    pub fn time<T>(&self, work: impl FnOnce() -> T) -> T {
        let start = thread_time();
        let result = work();
        if let (Ok(start), Ok(end)) = (start, thread_time()) {
            let nanos = u64::try_from((end - start).as_nanos()).unwrap_or(u64::MAX);
            self.0.fetch_add(nanos, Ordering::Relaxed);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_all_threads_is_summed_and_sleep_is_none() {
        let clock = CpuClock::default();
        let busy = || {
            clock.time(|| {
                let spent = || thread_time().unwrap();
                let start = spent();
                while spent() - start < Duration::from_millis(5) {}
                std::thread::sleep(Duration::from_millis(50));
            });
        };
        std::thread::scope(|scope| {
            scope.spawn(busy);
            scope.spawn(busy);
        });
        let total = clock.total().as_secs_f64();
        assert!((0.0095..0.05).contains(&total), "{total}");
    }
}
