//! How to compare, how far it is, and who follows it.

use std::path::PathBuf;

use crate::model::DeviceChoice;

use super::super::observer::RunObserver;
use super::super::run::Keep;
use super::plan::{Shard, Share};

/// How to compare.
#[derive(Clone, Debug)]
pub struct CompareOptions {
    /// The program, which is called for every run.
    pub program: PathBuf,
    /// How many processes work at the same time, and with how many threads each.
    pub share: Share,
    /// Where to train.
    pub device: DeviceChoice,
    /// The part of the runs that is done, and nothing else; without one all are done and gathered.
    pub shard: Option<Shard>,
    /// What is left of each run.
    pub keep: Keep,
}

/// How far a comparison is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CompareProgress {
    /// Runs that are finished or have failed.
    pub done: usize,
    /// Runs in all.
    pub runs: usize,
    /// Those of them that have failed.
    pub failed: usize,
    /// Runs that another process is at.
    pub locked: usize,
    /// What is being trained here, by name.
    pub under_way: Vec<String>,
    /// Estimated seconds that are left, once a run has been finished.
    pub secs_left: Option<f64>,
}

/// Follows a comparison and may stop it.
pub trait CompareObserver: RunObserver {
    /// Called several times a second.
    fn compared(&mut self, progress: &CompareProgress);
}
