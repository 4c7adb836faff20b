//! A named thread that always works on the newest request and drops the ones it could not get to.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

/// The longest rest after a piece of work, so that the picture never looks frozen.
const MAX_REST: Duration = Duration::from_millis(1500);

/// What the trainer wants of the processor, as far as a worker is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Nothing: no training runs.
    Free,
    /// Training has just begun or changed its task: a result is worth a fifth of a core.
    Eager,
    /// Training goes on and on: a result is worth a thirtieth of a core.
    Steady,
}

impl Pace {
    /// How long to rest after a piece of work, as a multiple of the time that it took.
    pub fn rest(self) -> f64 {
        match self {
            Self::Free => 0.0,
            Self::Eager => 4.0,
            Self::Steady => 29.0,
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
    request: Option<T>,
    stopped: bool,
}

impl<T: Send + 'static> LatestWorker<T> {
    /// Starts the thread. `work` gets a request and whether to keep going: not if the handle is dropped meanwhile. A
    /// panic of `work` is handed to `on_panic`, and the worker goes on.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn spawn(
        name: &str,
        mut work: impl FnMut(T, &dyn Fn() -> bool) -> Pace + Send + 'static,
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
            while let Some(request) = shared.next() {
                let start = Instant::now();
                let keep_going = || !shared.lock().stopped;
                match catch_unwind(AssertUnwindSafe(|| work(request, &keep_going))) {
                    Ok(pace) => shared.rest(start.elapsed().mul_f64(pace.rest()).min(MAX_REST)),
                    Err(panic) => on_panic(panic_message(&*panic)),
                }
            }
        })?;
        Ok(Self {
            slot,
            thread: Some(thread),
        })
    }

    /// Replaces the waiting request, if there is one.
    pub fn request(&self, request: T) {
        self.slot.lock().request = Some(request);
        self.slot.changed.notify_all();
    }
}

impl<T> Slot<T> {
    fn lock(&self) -> std::sync::MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a request; `None` when the worker is to stop.
    fn next(&self) -> Option<T> {
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

    /// Sleeps, but not through a stop.
    fn rest(&self, duration: Duration) {
        let stopped = |state: &mut State<T>| !state.stopped;
        let waited = self
            .changed
            .wait_timeout_while(self.lock(), duration, stopped);
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
            move |n: u32, _: &dyn Fn() -> bool| {
                opened.recv().ok();
                assert_ne!(n, 13, "thirteen");
                done.send(n).ok();
                Pace::Free
            },
            move |message| {
                panicked.send(message).ok();
            },
        )
        .unwrap();
        worker.request(13);
        std::thread::sleep(Duration::from_millis(50)); // the worker holds 13 now
        (14..20).for_each(|n| worker.request(n));
        gate.send(()).unwrap();
        gate.send(()).unwrap();
        assert_eq!(results.recv().unwrap(), 19);
        assert!(panics.recv().unwrap().contains("thirteen"));
        drop(gate);
        drop(worker);
        assert!(results.recv().is_err(), "nothing else was worked on");
    }
}
