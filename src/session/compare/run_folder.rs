//! The folder of one run of a comparison: whether it is there, who has it, and how it is begun.

use std::fs::{File, TryLockError, create_dir_all};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::super::files::atomic_write;
use super::super::folder::{self, Folder, names};
use super::super::keep::Keep;
use super::super::observer::RunError;
use super::super::one_run::is_finished;
use super::options::CompareOptions;
use super::plan::Run;

/// The lock in a run's folder; its file is empty and stays.
const LOCK: &str = ".lock";

/// What is to be done about a run.
pub enum Claim {
    /// Nothing: it is there.
    Done,
    /// Nothing now: another process is at it.
    Locked,
    /// It is ours as long as the file is open.
    Ours(File),
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> RunError + '_ {
    move |error| RunError::Failed(format!("{}: {error}", path.display()))
}

/// Whether the run is there: finished, and the same but for what its figure shows.
pub fn is_done(run: &Run, options: &CompareOptions) -> bool {
    is_finished(&run.folder, &run.experiment, options.keep)
}

/// Takes the run, if it is to be done and nobody has it.
///
/// # Errors
/// [`RunError::Failed`] if the system has no folder or no lock to give.
pub fn claim(run: &Run, options: &CompareOptions) -> Result<Claim, RunError> {
    if is_done(run, options) {
        return Ok(Claim::Done);
    }
    create_dir_all(&run.folder).map_err(failed(&run.folder))?;
    let path = run.folder.join(LOCK);
    let mut open = File::options();
    let lock = open.create(true).append(true).open(&path);
    let lock = lock.map_err(failed(&path))?;
    match lock.try_lock() {
        Err(TryLockError::WouldBlock) => Ok(Claim::Locked),
        Err(TryLockError::Error(error)) => Err(failed(&path)(error)),
        // Somebody may have finished it between the two looks.
        Ok(()) if is_done(run, options) => Ok(Claim::Done),
        Ok(()) => Ok(Claim::Ours(lock)),
    }
}

/// A run under way.
pub struct Started {
    /// Its process.
    pub child: Child,
    /// What it says on stderr.
    pub complaints: File,
}

/// Starts the process of a run that is ours.
///
/// It has the open lock as its standard input, of which it reads nothing: so the lock lasts as long as the process, even
/// if this one is killed.
///
/// # Errors
/// [`RunError::Failed`] if its folder cannot be written to, or the program not be started.
pub fn start(run: &Run, lock: &File, options: &CompareOptions) -> Result<Started, RunError> {
    let folder = Folder::open(&run.folder)?;
    folder.unfinish()?;
    // What is left of another experiment, or cannot be read, is begun afresh.
    let left = folder::state(&run.folder);
    let goes_on = left.is_ok_and(|state| state.experiment.is_same_work(&run.experiment));
    let path = run.folder.join(names::EXPERIMENT);
    atomic_write(&path, run.experiment.to_ron().as_bytes())
        .map_err(|error| RunError::Failed(error.to_string()))?;
    let complaints = tempfile::tempfile().map_err(failed(&run.folder))?;
    let mut command = Command::new(&options.program);
    command
        .arg("run")
        .arg(&run.folder)
        .arg("--quiet")
        .args(["--keep", &options.keep.to_string()])
        .args(["--device", &options.device.to_string()])
        .args(["--threads", &options.share.threads.to_string()]);
    if !goes_on {
        command.arg("--fresh");
    }
    if options.keep == Keep::Numbers {
        command.args(["--checkpoints", "0"]);
    }
    let copy = |file: &File| file.try_clone().map_err(failed(&run.folder));
    command
        .stdin(Stdio::from(copy(lock)?))
        .stdout(Stdio::null())
        .stderr(Stdio::from(copy(&complaints)?));
    let child = command.spawn().map_err(failed(&options.program))?;
    Ok(Started { child, complaints })
}
