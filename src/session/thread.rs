//! Threads: named, joined when their handle is dropped, and a panic in one becomes a sentence.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{Builder, JoinHandle, Thread};

/// A thread that is joined when the handle is dropped. Whoever drops it has told it to stop.
pub struct Joined(Option<JoinHandle<()>>);

impl Joined {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let thread = Builder::new().name(name.to_owned()).spawn(work)?;
        Ok(Self(Some(thread)))
    }

    /// The thread, to be woken.
    pub fn thread(&self) -> Option<&Thread> {
        self.0.as_ref().map(JoinHandle::thread)
    }
}

impl Drop for Joined {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            // A panic has been reported by the thread itself.
            thread.join().ok();
        }
    }
}

/// Does the work; a panic becomes what it said.
///
/// # Errors
/// If the work panics.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| panic_message(&*panic))
}

/// What a panic said.
pub fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropping_the_handle_waits_for_the_thread() {
        let (done, seen) = crossbeam_channel::bounded(1);
        let work = move || {
            std::thread::sleep(std::time::Duration::from_millis(20));
            done.send(std::thread::current().name().map(str::to_owned))
                .ok();
        };
        drop(Joined::spawn("named", work).unwrap());
        assert_eq!(seen.try_recv().unwrap().as_deref(), Some("named"));
    }

    #[test]
    fn a_panic_becomes_what_it_said() {
        assert_eq!(caught(|| 7), Ok(7));
        assert_eq!(
            caught(|| -> () { panic!("{} times", 3) }),
            Err("3 times".to_owned())
        );
    }
}
