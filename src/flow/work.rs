//! Long computations in pieces, so that whoever waits for one can do something else in between.
//!
//! A computation is an `async` function that awaits [`pause`] at the end of every piece; the compiler makes a state
//! machine of it. Nothing wakes it: whoever holds the [`Work`] says when the next piece is done, on a thread of its own,
//! in a loop with other work, or all at once ([`finish`]). So the result is the same, bit for bit, however it is cut.
//!
//! What of a computation may be done at the same time is handed out as [`Parts`].
//!
//! This file refuses to know clocks and threads: what a budget is, the caller says.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

pub use parts::{Part, Parts};

/// A computation under way.
pub struct Work<T>(Pin<Box<dyn Future<Output = T> + Send>>);

impl<T> Work<T> {
    /// A computation of which nothing has been done yet.
    pub fn new(computation: impl Future<Output = T> + Send + 'static) -> Self {
        Self(Box::pin(computation))
    }

    /// Does at least one piece, and further ones as long as `go_on` says so; the result when there is one. It is not
    /// to be called again after that.
    pub fn advance(&mut self, go_on: &mut dyn FnMut() -> bool) -> Option<T> {
        advance(self.0.as_mut(), go_on)
    }

    /// All of the rest.
    pub fn finish(self) -> T {
        finish(self.0)
    }
}

impl<T> Future for Work<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        self.0.as_mut().poll(context)
    }
}

/// The end of a piece.
pub async fn pause() {
    let mut is_over = false;
    std::future::poll_fn(|_| match std::mem::replace(&mut is_over, true) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await;
}

/// Does a whole computation at once.
pub fn finish<F: Future>(computation: F) -> F::Output {
    let mut computation = pin!(computation);
    loop {
        if let Some(result) = advance(computation.as_mut(), &mut || true) {
            return result;
        }
    }
}

/// Does a computation for as long as `go_on` says so, asked after every piece; `None` when told not to.
pub fn finish_while<F: Future>(
    computation: F,
    mut go_on: impl FnMut() -> bool,
) -> Option<F::Output> {
    advance(pin!(computation), &mut go_on)
}

fn advance<F: Future + ?Sized>(
    mut computation: Pin<&mut F>,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<F::Output> {
    let mut nobody = Context::from_waker(Waker::noop());
    loop {
        match computation.as_mut().poll(&mut nobody) {
            Poll::Ready(result) => return Some(result),
            Poll::Pending if go_on() => {}
            Poll::Pending => return None,
        }
    }
}

mod parts;

#[cfg(test)]
mod tests {
    use super::*;

    async fn sum_to(n: u64) -> u64 {
        let mut sum = 0;
        for i in 1..=n {
            sum += i;
            pause().await;
        }
        sum
    }

    #[test]
    fn a_piece_is_done_each_time_and_the_result_does_not_depend_on_the_cut() {
        let mut work = Work::new(sum_to(10));
        let mut calls = 0;
        let sum = loop {
            calls += 1;
            if let Some(sum) = work.advance(&mut || false) {
                break sum;
            }
        };
        assert_eq!((sum, calls), (55, 11));
        assert_eq!(Work::new(sum_to(10)).finish(), 55);
        assert_eq!(finish(sum_to(10)), 55);
    }

    #[test]
    fn work_stops_when_it_is_told_to() {
        let mut left = 3;
        let mut go_on = || {
            left -= 1;
            left > 0
        };
        assert_eq!(finish_while(sum_to(10), &mut go_on), None);
        assert_eq!(left, 0);
    }
}
