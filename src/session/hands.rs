//! A computation on the calling thread, whose parts a crew's helpers do with it: what a headless run has instead of a
//! dispatcher.

use std::future::Future;
use std::sync::Arc;

use crate::clock::Instant;
use crate::flow::work::{Parts, Work, finish_while};

use super::crew::{Crew, Errand, Listed, Waker};
use super::pace::TURN;

/// The caller and a crew.
pub struct Hands {
    parts: Parts,
    count: usize,
    waker: Waker,
    _listed: Listed,
}

impl Hands {
    /// The caller and the crew's helpers.
    pub fn of(crew: &Crew) -> Self {
        let parts = Parts::default();
        Self {
            _listed: crew.list(Arc::new(Help(parts.clone()))),
            parts,
            count: crew.size(),
            waker: crew.waker(),
        }
    }

    /// How many threads there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Where a computation puts its parts.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Does a computation for as long as `go_on` says so; `None` when told not to.
    pub fn compute<F: Future>(
        &self,
        work: F,
        mut go_on: impl FnMut() -> bool,
    ) -> Option<F::Output> {
        finish_while(work, || {
            if !self.parts.is_empty() {
                self.waker.wake();
            }
            go_on()
        })
    }

    /// The results of all works, in order.
    pub fn all<T: Send + 'static>(
        &self,
        works: Vec<Work<T>>,
        go_on: impl FnMut() -> bool,
    ) -> Option<Vec<T>> {
        self.compute(self.parts.all(works), go_on)
    }
}

/// What helpers do: parts, as long as there are some.
struct Help(Parts);

impl Errand for Help {
    fn is_due(&self) -> bool {
        !self.0.is_empty()
    }

    fn work(&self) -> bool {
        let Some(mut part) = self.0.take() else {
            return false;
        };
        let deadline = Instant::now() + TURN;
        if !part.advance(&mut || Instant::now() < deadline) {
            self.0.hand_back(part);
        }
        true
    }
}
