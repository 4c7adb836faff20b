//! The folder of a run: which files it holds, proved writable before training starts, and read back afterwards.
//!
//! What a run is continued from is one file, `state.safetensors`, written as a whole: a process that is killed at any
//! moment leaves a state that belongs together. The tables and weights beside it are made from it and may be those of
//! another moment; `experiment.ron` says what is asked for from here on.

use std::fmt::Display;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::experiment::Experiment;
use crate::export;
use crate::model::{Checkpoints, ModelFile, TrainingState};

use super::files::{AtomicFile, atomic_write, read_bytes, read_text};
use super::observer::RunError;

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
    /// `particle,node,t,x,y,vx,vy` of the reference solution, if asked for.
    pub const REFERENCE: &str = "reference_trajectories.csv";
    /// The density `p_1` on a grid, if asked for.
    pub const DENSITY: &str = "density.npy";
    /// The figure as vectors.
    pub const FIGURE_SVG: &str = "trajectories.svg";
    /// The figure as pixels.
    pub const FIGURE_PNG: &str = "trajectories.png";
    /// The displayed weights.
    pub const MODEL: &str = "model.safetensors";
    /// All that training goes on from.
    pub const STATE: &str = "state.safetensors";
    /// The weights at some of the steps before.
    pub const CHECKPOINTS: &str = "checkpoints.safetensors";
    /// The figure of several lanes as vectors and as pixels.
    pub const LANES: [&str; 2] = ["lanes.svg", "lanes.png"];
}

/// Largest experiment file that is read: far above any drawing.
pub const MAX_EXPERIMENT_BYTES: u64 = 16 << 20;
/// Largest model file that is read.
const MAX_MODEL_BYTES: u64 = 256 << 20;
/// Largest table of losses that is read: the 10^8 steps that an experiment may ask for.
const MAX_LOSS_BYTES: u64 = 2 << 30;

/// Largest state that is read: four bytes for each of 10^8 steps, and the largest network four times.
const MAX_STATE_BYTES: u64 = 2 << 30;

/// What a folder holds of a run.
#[derive(Clone)]
pub struct Saved {
    /// Where it was read.
    pub folder: PathBuf,
    /// What training goes on from.
    pub state: Arc<TrainingState>,
    /// A program of before `state.safetensors` left it: averaged weights, without the optimizer's moments.
    pub without_moments: bool,
    /// Checkpoints of the steps so far, if there are any.
    pub history: Option<Arc<Checkpoints>>,
    /// Why those that are there cannot be used.
    pub history_fault: Option<String>,
}

impl Saved {
    /// What is missing, in sentences; empty if nothing is.
    pub fn complaint(&self) -> String {
        let moments = self.without_moments.then(|| {
            let state = names::STATE;
            format!(
                "There is no {state}: the averaged weights go on, the optimizer's moments start afresh."
            )
        });
        let history = self.history_fault.as_ref().map(|fault| {
            format!("{fault}. The run goes on without the checkpoints of the steps so far.")
        });
        let sentences: Vec<String> = moments.into_iter().chain(history).collect();
        sentences.join(" ")
    }
}

/// A run's folder, read back.
pub struct SavedRun {
    /// What is asked for from here on.
    pub experiment: Experiment,
    /// What there is.
    pub saved: Saved,
}

/// Reads a run's folder, finished or not.
///
/// # Errors
/// [`RunError::Input`] if it is not one, or its files are damaged or do not belong together.
pub fn open(folder: &Path) -> Result<SavedRun, RunError> {
    let saved = saved(folder)?.ok_or_else(|| {
        let message = format!("not a run (neither {} nor {})", names::STATE, names::MODEL);
        in_file(folder)(message)
    })?;
    let experiment = experiment(folder)?.with_pairs_of(&saved.state.experiment.problem);
    check(folder, &experiment, &saved.state)?;
    Ok(SavedRun { experiment, saved })
}

/// What the folder of a run without weights asks for: one of the exact field, which needs none.
///
/// # Errors
/// [`RunError::Input`] if its experiment is damaged.
pub fn untrained(folder: &Path) -> Result<Option<Experiment>, RunError> {
    let holds = |name: &str| folder.join(name).exists();
    if holds(names::STATE) || holds(names::MODEL) || !holds(names::EXPERIMENT) {
        return Ok(None);
    }
    let experiment = experiment(folder)?;
    let is_exact = !experiment.problem.velocity.is_learned();
    Ok(is_exact.then_some(experiment))
}

/// Reads what training goes on from; nothing if the folder has no weights.
///
/// # Errors
/// [`RunError::Input`] if the files are damaged or do not belong together.
pub fn saved(folder: &Path) -> Result<Option<Saved>, RunError> {
    if folder.join(names::STATE).exists() {
        let state = Arc::new(state(folder)?);
        let (history, history_fault) = match read_history(folder, &state) {
            Ok(history) => (history.map(Arc::new), None),
            Err(error) => (None, Some(error.to_string())),
        };
        return Ok(Some(Saved {
            folder: folder.to_owned(),
            state,
            without_moments: false,
            history,
            history_fault,
        }));
    }
    let path = folder.join(names::MODEL);
    if !path.exists() {
        return Ok(None);
    }
    let bytes = read_bytes(&path, MAX_MODEL_BYTES).map_err(input)?;
    let file = ModelFile::decode(&bytes).map_err(in_file(&path))?;
    let experiment = experiment(folder)?;
    if file.model != experiment.model || file.path != experiment.problem.path {
        let message = format!(
            "the weights belong to another network or path than {}; {}",
            names::EXPERIMENT,
            fresh(folder)
        );
        return Err(in_file(folder)(message));
    }
    let losses = read_losses(&folder.join(names::LOSS), file.step)?;
    Ok(Some(Saved {
        folder: folder.to_owned(),
        state: Arc::new(TrainingState::of_model(file, experiment, losses)),
        without_moments: true,
        history: None,
        history_fault: None,
    }))
}

/// Reads what training goes on from.
///
/// # Errors
/// [`RunError::Input`] if there is none, or it is damaged.
pub fn state(folder: &Path) -> Result<TrainingState, RunError> {
    let path = folder.join(names::STATE);
    let bytes = read_bytes(&path, MAX_STATE_BYTES).map_err(input)?;
    TrainingState::decode(&bytes).map_err(in_file(&path))
}

/// The checkpoints that belong to the state, if there are any.
fn read_history(folder: &Path, state: &TrainingState) -> Result<Option<Checkpoints>, RunError> {
    let path = folder.join(names::CHECKPOINTS);
    if !path.exists() {
        return Ok(None);
    }
    let bytes = read_bytes(&path, Checkpoints::MAX_BYTES).map_err(input)?;
    Checkpoints::decode(&bytes, state)
        .map(Some)
        .map_err(in_file(&path))
}

/// Whether what is asked for can use the folder's weights at all.
///
/// # Errors
/// [`RunError::Input`] if not, with the way out.
pub fn check(
    folder: &Path,
    experiment: &Experiment,
    state: &TrainingState,
) -> Result<(), RunError> {
    let learned = &state.experiment;
    if !learned.needs_new_model(experiment) {
        return Ok(());
    }
    let why = if learned.seed == experiment.seed {
        "its weights belong to another network than the one that is asked for".to_owned()
    } else {
        let (had, asked) = (learned.seed, experiment.seed);
        format!("its weights were trained with seed {had}, not {asked}")
    };
    Err(in_file(folder)(format!("{why}; {}", fresh(folder))))
}

fn fresh(folder: &Path) -> String {
    let folder = folder.display();
    format!("`pushforward run {folder} --fresh` trains new ones from nothing")
}

/// The experiment that a folder asks for, which may have been edited since.
///
/// # Errors
/// [`RunError::Input`] if there is none, or it is damaged.
pub fn experiment(folder: &Path) -> Result<Experiment, RunError> {
    let path = folder.join(names::EXPERIMENT);
    if !path.exists() && folder.join(names::STATE).exists() {
        // A process was killed between its first two files.
        return Ok(state(folder)?.experiment);
    }
    let text = read_text(&path, MAX_EXPERIMENT_BYTES).map_err(input)?;
    Experiment::from_ron(&text).map_err(in_file(&path))
}

/// Writes a run into a folder (created if missing) as one that is not finished.
///
/// # Errors
/// [`RunError::Failed`] if the system refuses.
pub fn save(
    folder: &Path,
    experiment: &Experiment,
    state: &TrainingState,
    history: Option<&Checkpoints>,
) -> Result<(), RunError> {
    let folder = Folder::open(folder)?;
    folder.unfinish()?;
    folder.replace_training(experiment, state, history)
}

/// Reads `step,loss`, one line for each of the given number of steps.
fn read_losses(path: &Path, steps: u64) -> Result<Vec<f32>, RunError> {
    let text = read_text(path, MAX_LOSS_BYTES).map_err(input)?;
    let mut losses: Vec<f32> = Vec::new();
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

fn failed(error: impl Display) -> RunError {
    RunError::Failed(error.to_string())
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
        Ok(Self(path.to_owned()))
    }

    /// Takes the mark of a finished run away: a rerun must not look finished before it is.
    ///
    /// # Errors
    /// [`RunError::Failed`] if the system refuses.
    pub fn unfinish(&self) -> Result<(), RunError> {
        self.remove(&[names::METRICS])
    }

    /// Takes files of these names away, as far as they are there.
    ///
    /// # Errors
    /// [`RunError::Failed`] if the system refuses.
    pub fn remove(&self, names: &[&str]) -> Result<(), RunError> {
        for path in names.iter().map(|name| self.0.join(name)) {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(RunError::Failed(format!("{}: {error}", path.display())));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What training alone has made, in the place of what this run had made before. What is asked for is written first:
    /// after a kill in between it is asked for again. Checkpoints come before the state, because those that are later
    /// than it are left out when they are read; without a history there is no file of them.
    ///
    /// # Errors
    /// [`RunError::Failed`] if the system refuses.
    pub fn write_training(
        &self,
        experiment: &Experiment,
        state: &TrainingState,
        history: Option<&Checkpoints>,
    ) -> Result<(), RunError> {
        self.write(names::EXPERIMENT, experiment.to_ron().as_bytes())?;
        match history {
            Some(history) => {
                self.write(names::CHECKPOINTS, &history.encode(state).map_err(failed)?)?;
            }
            None => self.remove(&[names::CHECKPOINTS])?,
        }
        self.write_state(state)?;
        self.write(names::LOSS, &export::csv::loss(&state.losses))?;
        self.write(names::MODEL, &state.model_file().encode().map_err(failed)?)
    }

    /// The same in the place of another run, whose state must not be gone on from once anything is written, and whose
    /// checkpoints must not be taken for those of this one.
    ///
    /// # Errors
    /// [`RunError::Failed`] if the system refuses.
    pub fn replace_training(
        &self,
        experiment: &Experiment,
        state: &TrainingState,
        history: Option<&Checkpoints>,
    ) -> Result<(), RunError> {
        self.remove(&[names::CHECKPOINTS])?;
        self.write_state(state)?;
        self.write_training(experiment, state, history)
    }

    fn write_state(&self, state: &TrainingState) -> Result<(), RunError> {
        self.write(names::STATE, &state.encode().map_err(failed)?)
    }

    /// Replaces the file of this name, atomically.
    ///
    /// # Errors
    /// [`RunError::Failed`] if the system refuses.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), RunError> {
        atomic_write(&self.0.join(name), bytes).map_err(failed)
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
            Ok(losses) => Ok(losses),
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
