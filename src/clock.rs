//! Floor 0: the clocks. No other file reads one, so that a system with other clocks, such as a browser, needs no other
//! change for their sake.

use std::io;
use std::time::{Duration, SystemTime};

use cpu_time::ThreadTime;

/// A moment of a clock that never goes back.
pub use std::time::Instant;

/// CPU time of the calling thread since it began.
///
/// # Errors
/// If the system does not tell.
pub fn thread_time() -> io::Result<Duration> {
    Ok(ThreadTime::try_now()?.as_duration())
}

/// How long ago a file was written; nothing for a time that is still to come, as after a clock was set back.
pub fn age(written: SystemTime) -> Option<Duration> {
    written.elapsed().ok()
}
