//! Who does the work of a session: its threads, or the test. What holds with one has to hold with the other.

use std::sync::Arc;

use pushforward::experiment::Experiment;
use pushforward::session::{Options, Session};

/// Who does the work.
#[derive(Clone, Copy, Debug)]
pub enum Mode {
    /// Threads of the session.
    Threads,
    /// The test, which waits.
    Caller,
}

impl Mode {
    /// A session on the experiment.
    pub fn start(self, experiment: Experiment, options: Options) -> Session {
        let (experiment, wake) = (Arc::new(experiment), Arc::new(|| {}));
        match self {
            Self::Threads => Session::start(experiment, options, wake).unwrap(),
            Self::Caller => Session::cooperative(experiment, options, wake),
        }
    }
}
