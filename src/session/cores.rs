//! The cores that training uses, and who needs one of them for a moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use crate::clock::Instant;

/// How often, and how long each time, a borrower waits for a training thread to step back: about as long as a step of
/// a small network. Who needs the core for a large one does not wait for its step.
const PATIENCE: (usize, Duration) = (3, Duration::from_micros(50));

/// A number of threads to train with, some of which step back while a frame, a picture or a measurement is made:
/// two threads that train and a third one on two cores would wait for each other.
#[derive(Clone, Debug)]
pub struct Cores {
    threads: usize,
    /// When [`InUse::lent_until`] counts from.
    start: Instant,
    in_use: Arc<InUse>,
}

#[derive(Debug, Default)]
struct InUse {
    /// By others than training.
    lent: AtomicUsize,
    /// One more until then, in nanoseconds.
    lent_until: AtomicU64,
    /// By the training step that is being taken.
    training: AtomicUsize,
}

impl Cores {
    /// So many threads, at least one.
    pub fn new(threads: usize) -> Self {
        Self {
            threads: threads.max(1),
            start: Instant::now(),
            in_use: Arc::default(),
        }
    }

    /// A thread for each core that this process may use.
    pub fn all() -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// All threads.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// The threads that nobody needs a core of now, at least one.
    pub fn free(&self) -> usize {
        let lent = self.in_use.lent.load(Ordering::Relaxed);
        let until = self.in_use.lent_until.load(Ordering::Relaxed);
        let lent = lent + usize::from(self.nanos() < until);
        self.threads.saturating_sub(lent).max(1)
    }

    fn nanos(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Lends a core for so long, to somebody who cannot say when the work is done.
    pub fn lend_for(&self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let until = self.nanos().saturating_add(nanos);
        self.in_use.lent_until.fetch_max(until, Ordering::Relaxed);
    }

    /// Says how many threads take part in a training step, 0 when it is over.
    pub fn train_with(&self, threads: usize) {
        self.in_use.training.store(threads, Ordering::Relaxed);
    }

    /// Lends a core until the loan is dropped. Waits a moment for a training thread to finish its share first: one
    /// that is interrupted in it keeps all others waiting.
    pub fn lend(&self) -> Loan {
        let in_use = &self.in_use;
        let lent = 1 + in_use.lent.fetch_add(1, Ordering::Relaxed);
        let (looks, pause) = PATIENCE;
        for _ in 0..looks {
            let training = in_use.training.load(Ordering::Relaxed);
            if training <= 1 || training + lent <= self.threads {
                break;
            }
            std::thread::sleep(pause);
        }
        Loan(Arc::clone(in_use))
    }
}

/// A core that is needed for something else than training.
#[derive(Debug)]
pub struct Loan(Arc<InUse>);

impl Drop for Loan {
    fn drop(&mut self) {
        self.0.lent.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loan_for_a_time_ends_by_itself() {
        let cores = Cores::new(2);
        let start = Instant::now();
        cores.lend_for(Duration::from_millis(30));
        cores.lend_for(Duration::ZERO);
        assert!(cores.free() == 1 || start.elapsed() >= Duration::from_millis(30));
        while cores.free() == 1 {
            assert!(start.elapsed() < Duration::from_secs(30));
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(start.elapsed() >= Duration::from_millis(30));
    }

    #[test]
    fn a_loan_ends_when_it_is_dropped_and_one_thread_always_trains() {
        let cores = Cores::new(3);
        assert_eq!(cores.free(), 3);
        let loans: Vec<Loan> = (0..4).map(|_| cores.clone().lend()).collect();
        assert_eq!((cores.free(), cores.threads()), (1, 3));
        drop(loans);
        assert_eq!(cores.free(), 3);
        assert_eq!(Cores::new(0).free(), 1);
    }

    #[test]
    fn a_borrower_waits_for_a_step_on_all_cores_but_not_for_long() {
        let cores = Cores::new(2);
        let waited = |training| {
            cores.train_with(training);
            let start = Instant::now();
            drop(cores.lend());
            start.elapsed()
        };
        let (looks, pause) = PATIENCE;
        assert!(waited(2) >= looks as u32 * pause);
        let nobody = (0..20).map(|_| waited(0)).min();
        let alone = (0..20).map(|_| waited(1)).min();
        assert!(nobody.max(alone) < Some(pause), "{nobody:?} {alone:?}");
    }
}
