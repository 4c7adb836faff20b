//! From the words on the command line to a legal experiment.

use std::io;
use std::path::{Path, PathBuf};

use super::args::Changes;
use super::outcome::Failure;
use crate::experiment::Experiment;
use crate::experiment::presets::{self, Preset};
use crate::session::exact_field;
use crate::session::experiment_file;
use crate::session::files;
use crate::session::folder;

/// Where an experiment comes from.
pub enum Origin {
    /// Built in.
    Preset(&'static Preset),
    /// An experiment file.
    File(PathBuf),
    /// What an earlier run left: its `experiment.ron`, and what training goes on from.
    Folder(PathBuf),
    /// Standard input, which can be read once.
    Stdin,
}

impl Origin {
    /// What the word EXPERIMENT means: `-`, a preset before a folder or a file of the same name.
    pub fn find(name: &Path) -> Result<Self, Failure> {
        if name == Path::new("-") {
            return Ok(Self::Stdin);
        }
        if let Some(preset) = name.to_str().and_then(presets::find) {
            return Ok(Self::Preset(preset));
        }
        let path = home_expanded(name)?;
        match files::is_folder(&path) {
            Ok(true) => Ok(Self::Folder(path)),
            Ok(false) => Ok(Self::File(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let names: Vec<&str> = presets::all().iter().map(|preset| preset.name).collect();
                Err(Failure::Input(format!(
                    "{} is neither a file nor a folder nor a preset; the presets are {}",
                    path.display(),
                    names.join(", ")
                )))
            }
            Err(error) => Err(Failure::Input(format!("{}: {error}", path.display()))),
        }
    }

    /// The experiment, valid but not yet known to be legal: a `--set` may still make it so.
    pub fn experiment(&self) -> Result<Experiment, Failure> {
        match self {
            Self::Preset(preset) => preset
                .experiment()
                .map_err(|error| Failure::Input(format!("{}: {error}", preset.name))),
            Self::File(path) => experiment_file::read(path).map_err(Failure::Input),
            Self::Folder(path) => Ok(folder::experiment(path)?),
            Self::Stdin => experiment_file::read_from_stdin().map_err(Failure::Input),
        }
    }
}

/// The path with `~` at its beginning as the home folder.
pub fn home_expanded(path: &Path) -> Result<PathBuf, Failure> {
    files::expand_home(path).map_err(|error| Failure::Input(error.to_string()))
}

/// The experiment with all changes applied: `--set` in order, then `--steps` and `--seed`. `name` is what the user
/// called it.
pub fn changed(
    name: &Path,
    mut experiment: Experiment,
    changes: &Changes,
) -> Result<Experiment, Failure> {
    let refused = |error| Failure::Input(format!("--set {error}"));
    for change in &changes.overrides {
        experiment
            .set(&change.key, &change.value)
            .map_err(refused)?;
    }
    experiment.training.steps = changes.steps.unwrap_or(experiment.training.steps);
    experiment.seed = changes.seed.unwrap_or(experiment.seed);
    experiment
        .validate_changes()
        .map_err(|error| Failure::Input(error.to_string()))?;
    let Err(illegal) = experiment.legality() else {
        return Ok(experiment);
    };
    let advice = experiment.change_to(&illegal.fix).unwrap_or_default();
    let name = name.display();
    Err(Failure::Input(format!("{name}: {illegal}; {advice}")))
}

/// What is to be said of the experiment before it is trained: changes that a lane hides, and cautions, as lines.
pub fn notes(experiment: &Experiment, changes: &Changes) -> Vec<String> {
    let set = changes.overrides.iter();
    let set = set.map(|change| (format!("--set {change}"), change.key.as_str()));
    let steps = changes
        .steps
        .map(|n| (format!("--steps {n}"), "training.steps"));
    let seed = changes.seed.map(|n| (format!("--seed {n}"), "seed"));
    let mut notes = Vec::new();
    for (flag, key) in set.chain(steps).chain(seed) {
        for (lane, change) in experiment.lanes_hiding(key) {
            notes.push(format!(
                "note: {flag} is hidden in lane \"{lane}\", which sets {change}"
            ));
        }
    }
    for i in 0..experiment.n_lanes() {
        let words = experiment
            .lane(i)
            .ok()
            .and_then(|lane| velocity_note(&lane));
        notes.extend(words.map(|words| match experiment.lanes.is_empty() {
            true => format!("note: {words}"),
            false => format!("note: {}: {words}", experiment.lane_label(i)),
        }));
        let cautions = experiment.lane(i).map(|lane| lane.cautions());
        for caution in cautions.unwrap_or_default() {
            notes.push(match experiment.lanes.is_empty() {
                true => format!("note: {caution}"),
                false => format!("note: {}: {caution}", experiment.lane_label(i)),
            });
        }
    }
    notes
}

/// The legal experiment of that name, with all changes applied.
pub fn requested(name: &Path, changes: &Changes) -> Result<Experiment, Failure> {
    changed(name, Origin::find(name)?.experiment()?, changes)
}

/// What stands in the place of training where the exact field is asked for, or why there is none.
fn velocity_note(experiment: &Experiment) -> Option<String> {
    if experiment.problem.velocity.is_learned() {
        return None;
    }
    Some(match exact_field(experiment) {
        Ok(basis) => format!("velocity: the exact field, nothing is trained. {basis}"),
        Err(reason) => reason,
    })
}
