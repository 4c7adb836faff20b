//! Which runs a comparison has, where they lie, and how the cores are shared.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::experiment::{Experiment, Lane, MAX_LANES, Misfit, Over, Variant};
use crate::flow::coupling::Coupling;

use super::super::lane_folders::{self, RUNS};

/// The field that says how large the blocks of a coupling are.
pub const BLOCK: &str = "coupling.batch";
/// The most runs of one comparison.
const MAX_RUNS: u64 = 10_000;

/// What is compared.
pub struct Comparison {
    base: Experiment,
    lists: Vec<Over>,
    lanes: Vec<Variant>,
    seeds: u64,
}

/// One run: a lane with a seed.
pub struct Run {
    /// Its lane, from 0.
    pub lane: usize,
    /// Its seed.
    pub seed: u64,
    /// Lane and seed in words.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// What it trains.
    pub experiment: Experiment,
}

impl Comparison {
    /// The lanes of the experiment times the lists, each with so many seeds from its own on.
    ///
    /// # Errors
    /// A combination does not work, or there are too many runs.
    pub fn new(base: &Experiment, lists: Vec<Over>, seeds: u64) -> Result<Self, Misfit> {
        let base = &with_blocks(base, &lists);
        let lanes = base.variants(&lists)?;
        let refused = |message: String| Misfit {
            lane: "--seeds".to_owned(),
            message,
        };
        let n = seeds.saturating_mul(lanes.len() as u64);
        if n > MAX_RUNS {
            let most = (MAX_RUNS / lanes.len() as u64).max(1);
            let n_lanes = lanes.len();
            return Err(refused(format!(
                "{n} runs of {n_lanes} lanes: expected at most {MAX_RUNS}; try --seeds {most}"
            )));
        }
        let fits = |lane: &Variant| lane.experiment.seed.checked_add(seeds).is_some();
        if !lanes.iter().all(fits) {
            return Err(refused(
                "the last seed is too large; try --set 'seed=0'".to_owned(),
            ));
        }
        Ok(Self {
            base: base.base(),
            lists,
            lanes,
            seeds,
        })
    }

    /// The lanes, in order.
    pub fn lanes(&self) -> &[Variant] {
        &self.lanes
    }

    /// The lists that make them.
    pub fn lists(&self) -> &[Over] {
        &self.lists
    }

    /// The experiment with its lanes, as the window opens it: the first ones where there are more than it shows.
    pub fn document(&self) -> Experiment {
        let lanes = self.lanes.iter().take(MAX_LANES);
        Experiment {
            lanes: lanes
                .map(|variant| variant.lane.clone())
                .collect::<Vec<Lane>>(),
            ..self.base.clone()
        }
    }

    /// All runs below the folder, lane by lane.
    pub fn runs(&self, folder: &Path) -> Vec<Run> {
        let runs = self.lanes.iter().enumerate().flat_map(|(i, lane)| {
            let lane_folder = folder.join(RUNS).join(lane_folders::name(i, &lane.title));
            (0..self.seeds).map(move |k| {
                let seed = lane.experiment.seed.saturating_add(k);
                Run {
                    lane: i,
                    seed,
                    name: format!("{}, seed {seed}", lane.title),
                    folder: lane_folder.join(lane_folders::of_seed(seed)),
                    experiment: Experiment {
                        seed,
                        ..lane.experiment.clone()
                    },
                }
            })
        });
        runs.collect()
    }
}

/// The experiment with batch-OT in place of independent pairs if the size of blocks is varied: with blocks of one pair the
/// two are the same.
fn with_blocks(base: &Experiment, lists: &[Over]) -> Experiment {
    let mut base = base.clone();
    let varies = |key: &str| lists.iter().any(|list| list.key == key);
    if base.problem.coupling == Coupling::Independent && varies(BLOCK) && !varies("coupling") {
        base.problem.coupling = Coupling::BatchOt { batch: 1 };
    }
    base
}

/// One of several equal parts of the runs: `3/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which one, from 1.
    index: usize,
    /// How many there are.
    of: usize,
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/');
        let numbers = numbers.and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((index, of)) if (1..=of).contains(&index) => Ok(Self { index, of }),
            Some((_, of)) if of > 0 => Err(format!("expected 1/{of} to {of}/{of}")),
            _ => Err("expected a part and their number, such as 3/8".to_owned()),
        }
    }
}

/// The numbers of the runs that are to be done.
pub fn chosen(runs: &[Run], shard: Option<Shard>) -> Vec<usize> {
    let mine = |i: &usize| shard.is_none_or(|shard| i % shard.of == shard.index - 1);
    (0..runs.len()).filter(mine).collect()
}

/// How many processes work at the same time, and with how many threads each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Processes.
    pub jobs: usize,
    /// Threads of each.
    pub threads: usize,
}

impl Share {
    /// What was asked for, and of what was not as much as the cores have room for; small networks gain more from
    /// another run beside them than from another thread.
    ///
    /// # Errors
    /// A sentence if jobs times threads are more than the cores.
    pub fn of(
        jobs: Option<usize>,
        threads: Option<usize>,
        cores: usize,
        runs: usize,
    ) -> Result<Self, String> {
        let room = |taken: usize| (cores / taken.max(1)).max(1);
        let (jobs, threads) = match (jobs, threads) {
            (Some(jobs), Some(threads)) => (jobs, threads),
            (Some(jobs), None) => (jobs, room(jobs)),
            (None, threads) => {
                let jobs = room(threads.unwrap_or(1)).min(runs.max(1));
                (jobs, threads.unwrap_or(room(jobs)))
            }
        };
        let n = jobs.saturating_mul(threads);
        if n <= cores {
            return Ok(Self { jobs, threads });
        }
        let jobs_that_fit = jobs.min(cores);
        let threads_that_fit = threads.min(room(jobs_that_fit));
        Err(format!(
            "{jobs} jobs of {threads} threads are {n}: expected at most {cores}, the cores; try --jobs {jobs_that_fit} \
             --threads {threads_that_fit}"
        ))
    }
}

#[cfg(test)]
mod tests;
