//! From the words on the command line to a legal experiment.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Failure;
use super::args::RunArgs;
use crate::experiment::Experiment;
use crate::experiment::presets::{self, Preset};
use crate::session::files;
use crate::session::folder::{self, MAX_EXPERIMENT_BYTES};

/// Where an experiment comes from.
pub enum Origin {
    /// Built in.
    Preset(&'static Preset),
    /// An experiment file.
    File(PathBuf),
    /// What an earlier run left: its `experiment.ron`, and what training goes on from.
    Folder(PathBuf),
}

impl Origin {
    /// What the word EXPERIMENT means: a preset before a folder or a file of the same name.
    pub fn find(name: &Path) -> Result<Self, Failure> {
        if let Some(preset) = name.to_str().and_then(presets::find) {
            return Ok(Self::Preset(preset));
        }
        match fs::metadata(name) {
            Ok(found) if found.is_dir() => Ok(Self::Folder(name.to_owned())),
            Ok(_) => Ok(Self::File(name.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let names: Vec<&str> = presets::all().iter().map(|preset| preset.name).collect();
                Err(Failure::Input(format!(
                    "{} is neither a file nor a folder nor a preset; the presets are {}",
                    name.display(),
                    names.join(", ")
                )))
            }
            Err(error) => Err(Failure::Input(format!("{}: {error}", name.display()))),
        }
    }

    /// The experiment, valid but not yet known to be legal: a `--set` may still make it so.
    pub fn experiment(&self) -> Result<Experiment, Failure> {
        match self {
            Self::Preset(preset) => preset
                .experiment()
                .map_err(|error| Failure::Input(format!("{}: {error}", preset.name))),
            Self::File(path) => read(path),
            Self::Folder(path) => Ok(folder::experiment(path)?),
        }
    }
}

/// The experiment that a `run` is about, all overrides applied: `--set` in order, then `--steps` and `--seed`.
pub fn requested(origin: &Origin, args: &RunArgs) -> Result<Experiment, Failure> {
    let mut experiment = origin.experiment()?;
    let refused = |error| Failure::Input(format!("--set {error}"));
    for change in &args.overrides {
        experiment
            .set(&change.key, &change.value)
            .map_err(refused)?;
    }
    experiment.training.steps = args.steps.unwrap_or(experiment.training.steps);
    experiment.seed = args.seed.unwrap_or(experiment.seed);
    experiment
        .validate()
        .map_err(|error| Failure::Input(error.to_string()))?;
    legal(&args.experiment, experiment)
}

/// Reads an experiment file; the message of a refusal begins with its name.
pub fn read(path: &Path) -> Result<Experiment, Failure> {
    let text = files::read_text(path, MAX_EXPERIMENT_BYTES)
        .map_err(|error| Failure::Input(error.to_string()))?;
    Experiment::from_ron(&text)
        .map_err(|error| Failure::Input(format!("{}: {error}", path.display())))
}

/// Hands the experiment on if it is legal; `name` is what the user called it.
pub fn legal(name: &Path, experiment: Experiment) -> Result<Experiment, Failure> {
    match experiment.legality() {
        Ok(()) => Ok(experiment),
        Err(illegal) => Err(Failure::Input(format!("{}: {illegal}", name.display()))),
    }
}
