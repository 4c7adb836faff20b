//! A few independent pieces of work on a few named threads.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread::{Builder, scope};

/// Applies `work` to every item on up to `threads` threads, the calling one included; results keep the order.
/// If the system has no thread to give, the calling one does the work.
pub fn map<T: Send, R: Send>(
    threads: usize,
    items: Vec<T>,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let n = items.len();
    let queue = Mutex::new(items.into_iter().enumerate());
    let results = Mutex::new(Vec::with_capacity(n));
    let serve = || {
        loop {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((i, item)) = next else { return };
            let result = work(item);
            let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
            results.push((i, result));
        }
    };
    scope(|scope| {
        for _ in 1..threads.min(n) {
            let helper = Builder::new().name("measure".to_owned());
            helper.spawn_scoped(scope, serve).ok();
        }
        serve();
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(i, _)| *i);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_for_any_number_of_threads() {
        for threads in [0, 1, 2, 7] {
            let squares = map(threads, (0..20).collect(), |i: i32| i * i);
            assert_eq!(squares, (0..20).map(|i| i * i).collect::<Vec<_>>());
        }
        assert!(map(3, Vec::new(), |i: i32| i).is_empty());
    }
}
