//! The worker processes: started while there are runs to do and room for them, looked after, and ended.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{Read, Seek};
use std::process::ExitStatus;
use std::time::Duration;

use crate::clock::Instant;

use super::super::observer::RunError;
use super::options::{CompareObserver, CompareOptions, CompareProgress};
use super::plan::Run;
use super::run_folder::{Claim, Started, claim, is_done, start};

/// What interrupts this process reaches its workers, too, which save what they have; those that have not ended after so
/// long are killed: the state on disk is always whole.
const PATIENCE: Duration = Duration::from_secs(3);
/// Between two looks at the workers.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Between two looks whether what another process has is free or done.
const ASK_EVERY: Duration = Duration::from_millis(500);
/// Of what a failed run says, so much is kept.
const MAX_COMPLAINT: u64 = 64 << 10;

/// Errors by the number of the run.
pub type Failures = BTreeMap<usize, String>;

struct Worker {
    run: usize,
    started: Started,
    /// The lock is released when both this and the process are gone.
    _lock: File,
}

struct Pool<'a> {
    runs: &'a [Run],
    options: &'a CompareOptions,
    /// Not begun.
    waiting: VecDeque<usize>,
    /// Another process is at them.
    locked: Vec<usize>,
    workers: Vec<Worker>,
    failures: Failures,
    /// Runs to do in all.
    n: usize,
    /// Runs that were finished here, and since when.
    finished: usize,
    begun: Instant,
    asked: Instant,
}

/// Does the chosen runs that are not there; `None` if interrupted. Waits for those that another process has.
///
/// # Errors
/// [`RunError::Failed`] if the system does not say whether a worker has ended. Workers are ended then.
pub fn work(
    runs: &[Run],
    chosen: &[usize],
    options: &CompareOptions,
    observer: &mut dyn CompareObserver,
) -> Result<Option<Failures>, RunError> {
    let now = Instant::now();
    let mut pool = Pool {
        runs,
        options,
        waiting: chosen.iter().copied().collect(),
        locked: Vec::new(),
        workers: Vec::new(),
        failures: Failures::new(),
        n: chosen.len(),
        finished: 0,
        begun: now,
        asked: now,
    };
    while pool.has_work() {
        if observer.interrupted() {
            pool.end();
            return Ok(None);
        }
        pool.fill();
        let looked = pool.look();
        observer.compared(&pool.progress());
        if let Err(error) = looked {
            pool.end();
            return Err(error);
        }
        if pool.has_work() {
            std::thread::sleep(LOOK_EVERY);
        }
    }
    observer.compared(&pool.progress());
    Ok(Some(pool.failures))
}

impl Pool<'_> {
    fn has_work(&self) -> bool {
        !(self.waiting.is_empty() && self.locked.is_empty() && self.workers.is_empty())
    }

    /// Starts runs while there is room; one whose folder cannot be had has failed.
    fn fill(&mut self) {
        if self.asked.elapsed() >= ASK_EVERY {
            self.asked = Instant::now();
            self.waiting.extend(self.locked.drain(..));
        }
        while self.workers.len() < self.options.share.jobs {
            let Some(run) = self.waiting.pop_front() else {
                return;
            };
            let Some(of) = self.runs.get(run) else {
                continue;
            };
            let begun = match claim(of, self.options) {
                Ok(Claim::Done) => continue,
                Ok(Claim::Locked) => {
                    self.locked.push(run);
                    continue;
                }
                Ok(Claim::Ours(lock)) => start(of, &lock, self.options).map(|started| Worker {
                    run,
                    started,
                    _lock: lock,
                }),
                Err(error) => Err(error),
            };
            match begun {
                Ok(worker) => self.workers.push(worker),
                Err(error) => drop(self.failures.insert(run, error.to_string())),
            }
        }
    }

    /// Takes leave of the workers that have ended.
    fn look(&mut self) -> Result<(), RunError> {
        let mut i = 0;
        while let Some(worker) = self.workers.get_mut(i) {
            let status = worker.started.child.try_wait();
            let status = status.map_err(|error| RunError::Failed(error.to_string()))?;
            match status {
                None => i += 1,
                Some(status) => {
                    let worker = self.workers.swap_remove(i);
                    self.ended(worker, status);
                }
            }
        }
        Ok(())
    }

    fn ended(&mut self, worker: Worker, status: ExitStatus) {
        self.finished += 1;
        let done = self
            .runs
            .get(worker.run)
            .is_some_and(|run| is_done(run, self.options));
        if !done {
            // One that was killed had no time to say why.
            let said = status
                .code()
                .and_then(|_| complaint(worker.started.complaints));
            let error = said.unwrap_or_else(|| format!("the run ended with {status}"));
            self.failures.insert(worker.run, error);
        }
    }

    fn progress(&self) -> CompareProgress {
        let left = self.waiting.len() + self.locked.len() + self.workers.len();
        let each = self.begun.elapsed().as_secs_f64() / self.finished.max(1) as f64;
        let names = self
            .workers
            .iter()
            .filter_map(|worker| self.runs.get(worker.run));
        CompareProgress {
            done: self.n.saturating_sub(left),
            runs: self.n,
            failed: self.failures.len(),
            locked: self.locked.len(),
            under_way: names.map(|run| run.name.clone()).collect(),
            secs_left: (self.finished > 0).then_some(each * left as f64),
        }
    }

    /// Waits a moment for the workers to save what they have, and kills those that do not end.
    fn end(&mut self) {
        let begun = Instant::now();
        while !self.workers.is_empty() && begun.elapsed() < PATIENCE {
            if self.look().is_err() {
                break;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        for worker in &mut self.workers {
            // One that has ended meanwhile cannot be killed.
            worker.started.child.kill().ok();
            worker.started.child.wait().ok();
        }
    }
}

/// The last line that a worker wrote, without the program's name.
fn complaint(mut file: File) -> Option<String> {
    let mut bytes = Vec::new();
    let length = file.metadata().ok()?.len();
    let start = length.saturating_sub(MAX_COMPLAINT);
    file.seek(std::io::SeekFrom::Start(start)).ok()?;
    file.take(MAX_COMPLAINT).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let line = text.lines().map(str::trim).rfind(|line| !line.is_empty())?;
    let line = line.strip_prefix("pushforward: ").unwrap_or(line);
    Some(line.replace(char::is_control, " "))
}
