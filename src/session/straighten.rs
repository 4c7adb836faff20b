//! The pairs that a flow makes, for reflow, made beside the window.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::flow::coupling::GivenPairs;
use crate::flow::work::{Parts, finish_while};
use crate::products::{Flow, carried_pairs};

use super::Wake;
use super::thread::{Joined, caught};

/// Pairs under way on a thread of their own; dropping it gives them up.
pub struct Straightening {
    stop: Arc<AtomicBool>,
    made: Arc<Mutex<Option<Result<GivenPairs, String>>>>,
    _thread: Joined,
}

impl Straightening {
    /// Begins to make `n` pairs of a flow; `wake` is called when they are there.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn spawn(flow: Flow, n: usize, wake: Wake) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let made = Arc::new(Mutex::new(None));
        let (stopped, place) = (Arc::clone(&stop), Arc::clone(&made));
        let work = move || {
            let parts = Parts::default();
            let go_on = || !stopped.load(Ordering::Relaxed);
            let carried = caught(|| finish_while(carried_pairs(&flow, n, &parts), go_on));
            let outcome = match carried {
                Ok(None) => return,
                Ok(Some(Some(pairs))) => Ok(pairs),
                Ok(Some(None)) => Err(
                    "The flow takes some points nowhere: it has no pairs to straighten.".to_owned(),
                ),
                Err(panic) => Err(format!("It panicked: {panic}")),
            };
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
            wake();
        };
        Ok(Self {
            stop,
            made,
            _thread: Joined::spawn("straightening", work)?,
        })
    }

    /// The pairs, or why there are none; once, when they are there.
    pub fn take(&self) -> Option<Result<GivenPairs, String>> {
        self.made
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

impl Drop for Straightening {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
