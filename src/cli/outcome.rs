//! How a command ends: words on stdout, or a failure with an exit code.

use std::io::{self, Write};

use crate::session::run::RunError;

/// Why there is no result; each kind has its exit code.
#[derive(Debug)]
pub enum Failure {
    /// Something on the way failed: 1.
    Failed(String),
    /// What was given cannot be worked with: 3.
    Input(String),
    /// Stopped by Ctrl-C, after saving what there is: 130.
    Interrupted,
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Input(message) => Self::Input(message),
            RunError::Failed(message) => Self::Failed(message),
        }
    }
}

/// Writes to stdout. That it is closed (`| head -1`) is no failure.
pub(super) fn say(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Failed(format!("stdout: {error}")))
        }
        _ => Ok(()),
    }
}
