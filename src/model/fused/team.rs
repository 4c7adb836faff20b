//! The engine's interface to threads: a few members that do one job together. How they run is not known here.

use std::sync::Arc;

/// Work that the members of a team do at the same time. Member 0 always takes part; any other may be left out,
/// so shares are claimed and not assigned.
pub trait Job: Send + Sync {
    /// Does what one member can get hold of. When member 0 returns, nothing is left to be claimed.
    fn work(&self, member: usize);
}

/// Why a job is not done.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum TeamError {
    /// A member panicked; the others have finished.
    #[error("a training thread panicked")]
    Panicked,
}

/// Members that do one job at a time, together.
pub trait Team: Send {
    /// Number of members, the calling thread included: at least 1.
    fn size(&self) -> usize;

    /// Has the members work on the job and returns when all who have started have finished. Member 0 is the
    /// calling thread.
    ///
    /// # Errors
    /// If a member panicked.
    fn run(&mut self, job: &Arc<dyn Job>) -> Result<(), TeamError>;
}

/// The team that is only the calling thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alone;

impl Team for Alone {
    fn size(&self) -> usize {
        1
    }

    fn run(&mut self, job: &Arc<dyn Job>) -> Result<(), TeamError> {
        job.work(0);
        Ok(())
    }
}
