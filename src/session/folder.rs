//! The folder of a run: which files it holds, proved writable before training starts, and read back afterwards.

use std::fmt::Display;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::experiment::Experiment;
use crate::model::ModelFile;
use crate::snapshot::LossRecorder;

use super::files::{AtomicFile, atomic_write, read_bytes, read_text};
use super::run::RunError;

/// Names of the files in a run's folder.
pub mod names {
    /// The complete experiment.
    pub const EXPERIMENT: &str = "experiment.ron";
    /// The numbers; written last, so it marks a finished run.
    pub const METRICS: &str = "metrics.json";
    /// `step,loss`.
    pub const LOSS: &str = "loss.csv";
    /// `particle,node,t,x,y`.
    pub const TRAJECTORIES: &str = "trajectories.csv";
    /// The figure as vectors.
    pub const FIGURE_SVG: &str = "trajectories.svg";
    /// The figure as pixels.
    pub const FIGURE_PNG: &str = "trajectories.png";
    /// The displayed weights.
    pub const MODEL: &str = "model.safetensors";
}

/// Largest experiment file that is read: far above any drawing.
pub const MAX_EXPERIMENT_BYTES: u64 = 16 << 20;
/// Largest model file that is read.
const MAX_MODEL_BYTES: u64 = 256 << 20;
/// Largest table of losses that is read: the 10^8 steps that an experiment may ask for.
const MAX_LOSS_BYTES: u64 = 2 << 30;

/// A run's folder, read back.
pub struct FinishedRun {
    /// Its experiment.
    pub experiment: Experiment,
    /// What training can go on from.
    pub trained: TrainedModel,
}

/// A network with the history of its training.
#[derive(Clone)]
pub struct TrainedModel {
    /// The displayed weights and the constants that evaluating them needs.
    pub file: ModelFile,
    /// The loss of every step so far.
    pub losses: LossRecorder,
}

/// Reads a finished run's folder.
///
/// # Errors
/// [`RunError::Input`] if it is not one, or its files are damaged or do not belong together.
pub fn open(folder: &Path) -> Result<FinishedRun, RunError> {
    if !folder.join(names::METRICS).is_file() {
        let message = format!("not a finished run (no {})", names::METRICS);
        return Err(in_file(folder)(message));
    }
    let path = folder.join(names::EXPERIMENT);
    let text = read_text(&path, MAX_EXPERIMENT_BYTES).map_err(input)?;
    let experiment = Experiment::from_ron(&text).map_err(in_file(&path))?;
    let path = folder.join(names::MODEL);
    let bytes = read_bytes(&path, MAX_MODEL_BYTES).map_err(input)?;
    let file = ModelFile::decode(&bytes).map_err(in_file(&path))?;
    if file.model != experiment.model || file.path != experiment.path {
        let message = format!(
            "the weights belong to another network or path than {}",
            names::EXPERIMENT
        );
        return Err(in_file(folder)(message));
    }
    let losses = read_losses(&folder.join(names::LOSS), file.step)?;
    Ok(FinishedRun {
        experiment,
        trained: TrainedModel { file, losses },
    })
}

/// Reads `step,loss`, one line for each of the given number of steps.
fn read_losses(path: &Path, steps: u64) -> Result<LossRecorder, RunError> {
    let text = read_text(path, MAX_LOSS_BYTES).map_err(input)?;
    let mut losses = LossRecorder::default();
    for (i, line) in text.lines().enumerate().skip(1) {
        let (step, loss) = line.split_once(',').unwrap_or((line, ""));
        let (step, loss) = (step.parse::<usize>(), loss.parse::<f32>());
        match (step, loss) {
            (Ok(step), Ok(loss)) if step == losses.len() && loss.is_finite() => losses.push(loss),
            _ => {
                let message = format!(
                    "line {}: expected step {} and its loss, found \"{line}\"",
                    i + 1,
                    losses.len()
                );
                return Err(in_file(path)(message));
            }
        }
    }
    if losses.len() as u64 == steps {
        Ok(losses)
    } else {
        let found = losses.len();
        let message = format!("holds {found} losses, but the weights are those of step {steps}");
        Err(in_file(path)(message))
    }
}

fn input(error: impl Display) -> RunError {
    RunError::Input(error.to_string())
}

fn in_file<E: Display>(path: &Path) -> impl Fn(E) -> RunError + '_ {
    move |error| RunError::Input(format!("{}: {error}", path.display()))
}

/// A folder that has proved to be writable.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes the folder if it is missing, and tries whether it can be written to.
    ///
    /// # Errors
    /// [`RunError::Failed`] if not.
    pub fn open(path: &Path) -> Result<Self, RunError> {
        let unwritable = |error: std::io::Error| {
            RunError::Failed(format!("{}: cannot write here: {error}", path.display()))
        };
        fs::create_dir_all(path).map_err(unwritable)?;
        tempfile::tempfile_in(path).map_err(unwritable)?;
        // A rerun must not look finished before it is.
        match fs::remove_file(path.join(names::METRICS)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(unwritable(error)),
            _ => Ok(Self(path.to_owned())),
        }
    }

    /// Replaces the file of this name, atomically.
    ///
    /// # Errors
    /// [`RunError::Failed`] if the system refuses.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), RunError> {
        let written = atomic_write(&self.0.join(name), bytes);
        written.map_err(|error| RunError::Failed(error.to_string()))
    }

    /// Begins a file of this name that is written piece by piece.
    ///
    /// # Errors
    /// [`RunError::Failed`] if the system refuses.
    pub fn begin(&self, name: &str) -> Result<AtomicFile, RunError> {
        let begun = AtomicFile::create(&self.0.join(name));
        begun.map_err(|error| RunError::Failed(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn losses_of(text: &str, steps: u64) -> Result<Vec<f32>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(names::LOSS);
        atomic_write(&path, text.as_bytes()).unwrap();
        match read_losses(&path, steps) {
            Ok(losses) => Ok(losses.history().iter().collect()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn losses_come_back_and_damage_is_named_by_its_line() {
        let good = "step,loss\n0,1.5\n1,0.25\n";
        assert_eq!(losses_of(good, 2), Ok(vec![1.5, 0.25]));
        assert_eq!(losses_of("step,loss\n", 0), Ok(Vec::new()));
        let refused = |text: &str, steps| losses_of(text, steps).unwrap_err();
        assert!(refused(good, 3).contains("holds 2 losses"));
        for damaged in ["2,0.5", "1", "1,", "1,NaN", "one,0.5", ""] {
            let text = format!("step,loss\n0,1.5\n{damaged}\n2,0.1\n");
            assert!(refused(&text, 3).contains("line 3"), "{damaged}");
        }
    }
}
