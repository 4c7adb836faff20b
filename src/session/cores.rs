//! The cores that training uses, and who needs one of them for a moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A number of threads to train with, some of which step back while a frame, a picture or a measurement is made:
/// two threads that train and a third one on two cores would wait for each other.
#[derive(Clone, Debug)]
pub struct Cores {
    threads: usize,
    lent: Arc<AtomicUsize>,
}

impl Cores {
    /// So many threads, at least one.
    pub fn new(threads: usize) -> Self {
        Self {
            threads: threads.max(1),
            lent: Arc::default(),
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
        let lent = self.lent.load(Ordering::Relaxed);
        self.threads.saturating_sub(lent).max(1)
    }

    /// Lends a core until the loan is dropped.
    pub fn lend(&self) -> Loan {
        self.lent.fetch_add(1, Ordering::Relaxed);
        Loan(Arc::clone(&self.lent))
    }
}

/// A core that is needed for something else than training.
#[derive(Debug)]
pub struct Loan(Arc<AtomicUsize>);

impl Drop for Loan {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
