//! Parts of computations that may be done at the same time, waiting for whoever has time.
//!
//! Whoever holds the computation does its parts, too: without anybody else they are done one after the other.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::{Work, pause};

/// A queue that threads share. Its clones are the same queue.
#[derive(Clone, Default)]
pub struct Parts(Arc<Mutex<VecDeque<Part>>>);

/// A part that waits to be done, with the computation that it belongs to.
pub struct Part {
    of: usize,
    work: Work<()>,
}

impl Part {
    /// Does pieces of it as long as `go_on` says so; whether it is done. Otherwise it is to be handed back.
    pub fn advance(&mut self, go_on: &mut dyn FnMut() -> bool) -> bool {
        self.work.advance(go_on).is_some()
    }
}

impl Parts {
    /// Takes a part that is to be done. It is to be finished or handed back: the computation that it belongs to waits
    /// for it.
    pub fn take(&self) -> Option<Part> {
        lock(&self.0).pop_front()
    }

    /// Hands back a part that is not done, to be taken next.
    pub fn hand_back(&self, part: Part) {
        lock(&self.0).push_front(part);
    }

    /// Whether nothing waits to be done.
    pub fn is_empty(&self) -> bool {
        lock(&self.0).is_empty()
    }

    /// Has all of the works done; their results, in order. Parts of other computations are left to others: what is
    /// given up must not take with it what does not belong to it.
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
        let own = Own {
            parts: self,
            of: Arc::as_ptr(&done).addr(),
        };
        let parts = works.into_iter().enumerate().map(|(place, work)| Part {
            of: own.of,
            work: part(place, work, &done),
        });
        lock(&self.0).extend(parts);
        loop {
            {
                let mut done = lock(&done);
                assert!(!done.lost, "a part of the computation panicked");
                if done.left == 0 {
                    return done.results.drain(..).flatten().collect();
                }
            }
            match own.take() {
                Some(part) => part.work.await,
                None => pause().await,
            }
        }
    }
}

/// The parts of one computation; they leave the queue with it.
struct Own<'a> {
    parts: &'a Parts,
    of: usize,
}

impl Own<'_> {
    fn take(&self) -> Option<Part> {
        let mut queue = lock(&self.parts.0);
        let first = queue.iter().position(|part| part.of == self.of)?;
        queue.remove(first)
    }
}

impl Drop for Own<'_> {
    fn drop(&mut self) {
        lock(&self.parts.0).retain(|part| part.of != self.of);
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
                            parts.take().map(|mut part| part.advance(&mut || true));
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
    fn a_computation_that_is_given_up_takes_its_parts_with_it_and_no_others() {
        let parts = Parts::default();
        let squares_of = |n| {
            let queue = parts.clone();
            Work::new(async move { queue.all(squares(n)).await })
        };
        let (mut first, mut second) = (squares_of(5), squares_of(3));
        assert!(first.advance(&mut || false).is_none());
        assert!(second.advance(&mut || false).is_none());
        drop(second);
        assert!(parts.take().is_some_and(|part| {
            parts.hand_back(part);
            true
        }));
        assert_eq!(first.finish(), [0, 1, 4, 9, 16]);
        assert!(parts.is_empty());
        let mut given_up = squares_of(5);
        assert!(given_up.advance(&mut || false).is_none());
        drop(given_up);
        assert!(parts.is_empty());
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
        let mut bad = parts.take().unwrap();
        let bad = std::panic::AssertUnwindSafe(move || bad.advance(&mut || true));
        let elsewhere = std::panic::catch_unwind(bad);
        assert!(elsewhere.is_err());
        work.finish();
    }
}
