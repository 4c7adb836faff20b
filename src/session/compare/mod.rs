//! A comparison: the lanes of an experiment times lists of values, each with several seeds, as worker processes that
//! share a folder.
//!
//! Every run is the ordinary headless run of a folder (`pushforward run FOLDER`), so that it can be killed at any moment
//! and gone on from. Who has it holds the lock in its folder, which the system releases when the process ends, however it
//! ends: processes and machines that share the folder never do the same run at once, and what one of them did not finish
//! another one does. Tables and figures are made from what lies in the folders, and from nothing else.

mod curves;
mod gather;
mod options;
mod plan;
mod pool;
mod run_folder;
mod theorem;

use std::path::Path;

use crate::scene::metrics::comparison::Comparison as Table;

use super::folder::{Folder, names};
use super::observer::RunError;

pub use options::{CompareObserver, CompareOptions, CompareProgress};
pub use plan::{Comparison, Shard, Share};

/// How a comparison ended.
pub struct Compared {
    /// Whether it was not interrupted.
    pub finished: bool,
    /// The runs that failed, by name, each with its error.
    pub failures: Vec<(String, String)>,
    /// The table, unless a shard was asked for.
    pub table: Option<Table>,
}

/// Does the runs that are missing in `folder`, then gathers all of them in tables and figures.
///
/// # Errors
/// [`RunError::Failed`] if the folder cannot be written to; a run that fails is none.
pub fn compare(
    comparison: &Comparison,
    folder: &Path,
    options: &CompareOptions,
    observer: &mut dyn CompareObserver,
) -> Result<Compared, RunError> {
    let shared = Folder::open(folder)?;
    if options.shard.is_none() {
        let experiment = comparison.document();
        shared.write(names::EXPERIMENT, experiment.to_ron().as_bytes())?;
    }
    let runs = comparison.runs(folder);
    let chosen = plan::chosen(&runs, options.shard);
    let Some(failures) = pool::work(&runs, &chosen, options, observer)? else {
        return Ok(Compared {
            finished: false,
            failures: Vec::new(),
            table: None,
        });
    };
    let table = match options.shard {
        Some(_) => None,
        None => gather::gather(comparison, &runs, &failures, &shared, options, observer)?,
    };
    let named = |(run, error): (&usize, &String)| (runs[*run].name.clone(), error.clone());
    Ok(Compared {
        finished: options.shard.is_some() || table.is_some(),
        failures: failures.iter().map(named).collect(),
        table,
    })
}
