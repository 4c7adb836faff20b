//! Parts of computations that may be done at the same time, waiting for whoever has time.
//!
//! Whoever holds the computation does its parts, too: without anybody else they are done one after the other.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::{Work, pause};

/// A queue that threads share. Its clones are the same queue.
#[derive(Clone, Default)]
pub struct Parts(Arc<Mutex<VecDeque<Work<()>>>>);

impl Parts {
    /// Takes a part that is to be done. It is to be finished: the computation that it belongs to waits for it.
    pub fn take(&self) -> Option<Work<()>> {
        lock(&self.0).pop_front()
    }

    /// Whether nothing waits to be done.
    pub fn is_empty(&self) -> bool {
        lock(&self.0).is_empty()
    }

    /// Has all of the works done; their results, in order.
    ///
    /// # Panics
    /// If one of them panicked, on whichever thread.
    pub async fn all<T: Send + 'static>(&self, works: Vec<Work<T>>) -> Vec<T> {
        let n = works.len();
        let done = Arc::new(Mutex::new(Done {
            results: (0..n).map(|_| None).collect(),
            left: n,
            lost: false,
        }));
        let parts = works.into_iter().enumerate();
        lock(&self.0).extend(parts.map(|(place, work)| part(place, work, &done)));
        loop {
            {
                let mut done = lock(&done);
                assert!(!done.lost, "a part of the computation panicked");
                if done.left == 0 {
                    return done.results.drain(..).flatten().collect();
                }
            }
            match self.take() {
                Some(part) => part.await,
                None => pause().await,
            }
        }
    }
}

/// What has become of the parts of one computation.
struct Done<T> {
    results: Vec<Option<T>>,
    left: usize,
    /// A part was given up.
    lost: bool,
}

fn part<T: Send + 'static>(place: usize, work: Work<T>, done: &Arc<Mutex<Done<T>>>) -> Work<()> {
    let done = Arc::downgrade(done);
    Work::new(async move {
        if done.strong_count() == 0 {
            return; // nobody waits for it any more
        }
        let mut ticket = Ticket {
            place,
            done,
            result: None,
        };
        ticket.result = Some(work.await);
    })
}

/// Hands in the result when it is dropped, or that there is none.
struct Ticket<T> {
    place: usize,
    done: Weak<Mutex<Done<T>>>,
    result: Option<T>,
}

impl<T> Drop for Ticket<T> {
    fn drop(&mut self) {
        let Some(done) = self.done.upgrade() else {
            return;
        };
        let mut done = lock(&done);
        done.left -= 1;
        done.lost |= self.result.is_none();
        if let Some(place) = done.results.get_mut(self.place) {
            *place = self.result.take();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::work::finish;

    fn squares(n: u64) -> Vec<Work<u64>> {
        let square = |i| async move {
            pause().await;
            i * i
        };
        (0..n).map(|i| Work::new(square(i))).collect()
    }

    #[test]
    fn results_keep_the_order_however_many_threads_help() {
        for helpers in [0, 1, 3] {
            let parts = Parts::default();
            let stop = std::sync::atomic::AtomicBool::new(false);
            std::thread::scope(|scope| {
                for _ in 0..helpers {
                    scope.spawn(|| {
                        while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                            parts.take().map(Work::finish);
                        }
                    });
                }
                let results = finish(parts.all(squares(40)));
                assert_eq!(results, (0..40).map(|i| i * i).collect::<Vec<_>>());
                stop.store(true, std::sync::atomic::Ordering::Relaxed);
            });
        }
        assert!(finish(Parts::default().all(squares(0))).is_empty());
    }

    #[test]
    fn parts_of_a_computation_that_was_given_up_are_not_done() {
        let parts = Parts::default();
        let queue = parts.clone();
        let mut given_up = Work::new(async move { queue.all(squares(5)).await });
        assert!(given_up.advance(&mut || false).is_none());
        drop(given_up);
        let left = std::iter::from_fn(|| parts.take());
        assert_eq!(left.map(|mut part| part.advance(&mut || false)).count(), 4);
    }

    #[test]
    #[should_panic(expected = "a part of the computation panicked")]
    fn a_part_that_panics_elsewhere_is_a_panic_of_the_computation() {
        let parts = Parts::default();
        let queue = parts.clone();
        let bad = Work::new(async { panic!("as asked") });
        let good = Work::new(async { pause().await });
        let mut work = Work::new(async move { queue.all(vec![good, bad]).await });
        assert!(work.advance(&mut || false).is_none());
        let bad = parts.take().unwrap();
        let elsewhere = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| bad.finish()));
        assert!(elsewhere.is_err());
        work.finish();
    }
}
