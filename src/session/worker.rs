//! A named thread that always works on the newest request and drops the ones it could not get to.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::clock::Instant;

/// What a result is worth while the trainer wants the processor too; what is more urgent is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pace {
    /// Training goes on and on: a fiftieth of a core.
    Steady,
    /// Training has just begun or changed its task, or somebody has asked for the result: a fifth of a core.
    Eager,
    /// No training runs: as much as there is.
    Free,
}

impl Pace {
    /// How long to rest after a piece of work, as a multiple of the time that it took.
    pub fn rest(self) -> f64 {
        match self {
            Self::Free => 0.0,
            Self::Eager => 4.0,
            Self::Steady => 49.0,
        }
    }
}

/// Runs `work` on the newest request on its own thread. Dropping the handle stops and joins it.
pub struct LatestWorker<T> {
    slot: Arc<Slot<T>>,
    thread: Option<JoinHandle<()>>,
}

struct Slot<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    request: Option<(T, Pace)>,
    stopped: bool,
}

impl<T: Send + 'static> LatestWorker<T> {
    /// Starts the thread. `work` gets a request and whether to keep going: not if the handle is dropped meanwhile.
    /// After work it rests as its pace says, but no longer than `max_rest`. A panic of `work` is handed to `on_panic`,
    /// and the worker goes on.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn spawn(
        name: &str,
        max_rest: Duration,
        mut work: impl FnMut(T, &(dyn Fn() -> bool + Sync)) + Send + 'static,
        on_panic: impl Fn(String) + Send + 'static,
    ) -> io::Result<Self> {
        let slot = Arc::new(Slot {
            state: Mutex::new(State {
                request: None,
                stopped: false,
            }),
            changed: Condvar::new(),
        });
        let shared = Arc::clone(&slot);
        let thread = Builder::new().name(name.to_owned()).spawn(move || {
            while let Some((request, pace)) = shared.next() {
                let start = Instant::now();
                let keep_going = || !shared.lock().stopped;
                match catch_unwind(AssertUnwindSafe(|| work(request, &keep_going))) {
                    Ok(()) => {
                        let rest = start.elapsed().mul_f64(pace.rest());
                        shared.rest(rest.min(max_rest), pace);
                    }
                    Err(panic) => on_panic(panic_message(&*panic)),
                }
            }
        })?;
        Ok(Self {
            slot,
            thread: Some(thread),
        })
    }

    /// Replaces the waiting request, if there is one; what was urgent stays urgent. A request that is more urgent than
    /// the last one was ends the rest after it.
    pub fn request(&self, request: T, pace: Pace) {
        let mut state = self.slot.lock();
        let waiting = state.request.as_ref().map(|(_, pace)| *pace);
        state.request = Some((request, waiting.unwrap_or(pace).max(pace)));
        self.slot.changed.notify_all();
    }
}

impl<T> Slot<T> {
    fn lock(&self) -> std::sync::MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a request; `None` when the worker is to stop.
    fn next(&self) -> Option<(T, Pace)> {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return None;
            }
            if let Some(request) = state.request.take() {
                return Some(request);
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Sleeps, but not through a stop or a request that is more urgent than `pace`.
    fn rest(&self, duration: Duration, pace: Pace) {
        let undisturbed = |state: &mut State<T>| {
            let urgent = state.request.as_ref().is_some_and(|(_, new)| *new > pace);
            !state.stopped && !urgent
        };
        let waited = self
            .changed
            .wait_timeout_while(self.lock(), duration, undisturbed);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

impl<T> Drop for LatestWorker<T> {
    fn drop(&mut self) {
        self.slot.lock().stopped = true;
        self.slot.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic was already reported by the thread itself.
            thread.join().ok();
        }
    }
}

/// The text of a caught panic.
pub fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossbeam_channel::unbounded as channel;

    #[test]
    fn the_newest_request_wins_and_a_panic_does_not_end_the_worker() {
        let (done, results) = channel();
        let (gate, opened) = channel::<()>();
        let (panicked, panics) = channel();
        let worker = LatestWorker::spawn(
            "test",
            Duration::ZERO,
            move |n: u32, _: &(dyn Fn() -> bool + Sync)| {
                opened.recv().ok();
                assert_ne!(n, 13, "thirteen");
                done.send(n).ok();
            },
            move |message| {
                panicked.send(message).ok();
            },
        )
        .unwrap();
        worker.request(13, Pace::Free);
        std::thread::sleep(Duration::from_millis(50)); // the worker holds 13 now
        (14..20).for_each(|n| worker.request(n, Pace::Free));
        gate.send(()).unwrap();
        gate.send(()).unwrap();
        assert_eq!(results.recv().unwrap(), 19);
        assert!(panics.recv().unwrap().contains("thirteen"));
        drop(gate);
        drop(worker);
        assert!(results.recv().is_err(), "nothing else was worked on");
    }

    #[test]
    fn an_urgent_request_ends_a_rest_and_stays_urgent() {
        let (done, results) = channel();
        let work = move |n: u32, _: &(dyn Fn() -> bool + Sync)| {
            std::thread::sleep(Duration::from_millis(20));
            done.send((n, Instant::now())).ok();
        };
        let worker = LatestWorker::spawn("test", Duration::MAX, work, |_| {}).unwrap();
        worker.request(1, Pace::Steady);
        let (first, start) = results.recv().unwrap();
        worker.request(2, Pace::Eager);
        worker.request(3, Pace::Steady);
        let (second, hurried) = results.recv().unwrap();
        // Now it rests from work at an eager pace: four times 20 ms, whatever is not more urgent.
        worker.request(4, Pace::Eager);
        let (third, rested) = results.recv().unwrap();
        assert_eq!((first, second, third), (1, 3, 4));
        assert!(hurried - start < Duration::from_millis(49 * 20), "no rest");
        assert!(rested - hurried >= Duration::from_millis(5 * 20), "a rest");
    }
}
