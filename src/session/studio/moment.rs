//! Lanes of a session at a moment: what they have learned is asked for once, and every figure of the moment is made of that,
//! as `pushforward export` makes it of a folder.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use crate::experiment::Experiment;
use crate::snapshot::{Frame, LaneId};

use super::super::command::{Command, Message};
use super::super::crew::Crew;
use super::super::export::Subject;
use super::super::folder::{self, Saved};
use super::super::observer::{RunError, RunObserver};
use super::super::trained::Trained;
use super::super::trainer::Inbox;
use super::super::{documents, lane_folders};

/// Whoever waits for an answer looks this often whether it is still wanted.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// What the lanes' folder would be called in a sentence.
const HERE: &str = "this window";

/// What lanes have learned at a moment.
pub struct Moment {
    /// To the session, as long as there is one.
    line: Weak<Inbox>,
    lanes: Vec<LaneId>,
    answers: OnceLock<Vec<Receiver<Option<Trained>>>>,
    learned: OnceLock<Vec<Option<Trained>>>,
    /// The lanes as figures show them, with the products that were made of them, and of which experiment.
    subjects: Mutex<Option<(Arc<Experiment>, Vec<Subject>)>>,
    /// Where it was saved.
    saved: Mutex<Option<(Experiment, PathBuf)>>,
}

impl Moment {
    /// The moment at which somebody first asks for it.
    pub(in super::super) fn of(line: Weak<Inbox>, lanes: Vec<LaneId>) -> Self {
        Self {
            line,
            lanes,
            answers: OnceLock::new(),
            learned: OnceLock::new(),
            subjects: Mutex::default(),
            saved: Mutex::default(),
        }
    }

    /// This is the moment, if it was not before. Never blocks.
    pub fn take(&self) {
        self.answers();
    }

    fn answers(&self) -> &[Receiver<Option<Trained>>] {
        self.answers.get_or_init(|| {
            let ask = |lane: &LaneId| {
                let (reply, answer) = bounded(1);
                if let Some(line) = self.line.upgrade() {
                    // Without a session nobody answers, which is said when the answer is needed.
                    line.send(Message::Lane(*lane, Command::Tell(reply))).ok();
                }
                answer
            };
            self.lanes.iter().map(ask).collect()
        })
    }

    /// What the lanes have learned, in their order; `None` if interrupted.
    fn learned(&self, observer: &dyn RunObserver) -> Result<Option<&[Option<Trained>]>, RunError> {
        if let Some(learned) = self.learned.get() {
            return Ok(Some(learned));
        }
        let mut learned = Vec::new();
        for answer in self.answers() {
            loop {
                match answer.recv_timeout(LOOK_EVERY) {
                    Ok(trained) => break learned.push(trained),
                    Err(RecvTimeoutError::Timeout) if observer.interrupted() => return Ok(None),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => {
                        let sentence = "the lanes of this figure are closed".to_owned();
                        return Err(RunError::Failed(sentence));
                    }
                }
            }
        }
        Ok(Some(self.learned.get_or_init(|| learned)))
    }

    /// The lanes as figures show them; `None` if interrupted.
    ///
    /// # Errors
    /// [`RunError::Input`] if the experiment cannot be trained as it is, or nothing has been trained yet.
    pub(super) fn subjects(
        &self,
        experiment: &Arc<Experiment>,
        crew: &Crew,
        observer: &dyn RunObserver,
    ) -> Result<Option<Vec<Subject>>, RunError> {
        let Some(learned) = self.learned(observer)? else {
            return Ok(None);
        };
        let known = self.lock().clone();
        if let Some((of, subjects)) = known
            && of.is_same_work(experiment)
        {
            return seen_as(subjects, experiment).map(Some);
        }
        check(experiment, learned)?;
        let saved = learned.iter().map(|trained| trained.as_ref().map(saved));
        let subjects = Subject::of_saved(Path::new(HERE), experiment, saved.collect(), crew)?;
        *self.lock() = Some((Arc::clone(experiment), subjects.clone()));
        Ok(Some(subjects))
    }

    /// Keeps the products that were made of the first lanes of an experiment: the next figure may show them, too.
    pub(super) fn keep(&self, experiment: &Arc<Experiment>, frames: &[Frame]) {
        let mut known = self.lock();
        let Some((_, subjects)) = known.as_mut().filter(|(of, _)| of.is_same_work(experiment))
        else {
            return;
        };
        for (subject, frame) in subjects.iter_mut().zip(frames) {
            subject.frame.products = frame.products.clone();
        }
    }

    /// The folder in which the lanes are as this experiment has them: one that was written before, or a new one beside
    /// others, called by name and step; `None` if interrupted.
    ///
    /// # Errors
    /// [`RunError`] if nothing has been trained yet or the system refuses.
    pub(super) fn folder(
        &self,
        beside: &Path,
        experiment: &Experiment,
        is_same: fn(&Experiment, &Experiment) -> bool,
        observer: &dyn RunObserver,
    ) -> Result<Option<PathBuf>, RunError> {
        let Some(learned) = self.learned(observer)? else {
            return Ok(None);
        };
        let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, folder)) = &*saved
            && is_same(of, experiment)
            && folder.is_dir()
        {
            return Ok(Some(folder.clone()));
        }
        check(experiment, learned)?;
        let name = &experiment.words.name;
        let steps = learned.iter().flatten().map(|trained| trained.state.step());
        let name = match steps.max() {
            Some(step) => format!("{name}-step-{step}"),
            None => name.clone(),
        };
        let folder = free_folder(beside, &name);
        write(&folder, experiment, learned)?;
        *saved = Some((experiment.clone(), folder.clone()));
        Ok(Some(folder))
    }

    /// Whether there is anything learned to be lost; `None` if interrupted.
    ///
    /// # Errors
    /// If the lanes are gone.
    pub(super) fn has_weights(&self, observer: &dyn RunObserver) -> Result<Option<bool>, RunError> {
        let learned = self.learned(observer)?;
        Ok(learned.map(|learned| learned.iter().any(Option::is_some)))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Arc<Experiment>, Vec<Subject>)>> {
        self.subjects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes the lanes into a folder as a run does.
fn write(
    folder: &Path,
    experiment: &Experiment,
    learned: &[Option<Trained>],
) -> Result<(), RunError> {
    let save = |folder: &Path, experiment: &Experiment, trained: &Option<Trained>| match trained {
        Some(Trained { state, history }) => {
            folder::save(folder, experiment, state, history.as_deref())
        }
        None => documents::save_in(folder, experiment).map_err(RunError::Failed),
    };
    if let [only] = learned {
        return save(folder, experiment, only);
    }
    documents::save_in(folder, experiment).map_err(RunError::Failed)?;
    for (i, trained) in learned.iter().enumerate() {
        let lane = experiment.lane(i);
        let lane = lane.map_err(|error| RunError::Input(error.to_string()))?;
        let own = lane_folders::of_lane(folder, experiment, i);
        save(&own, &lane, trained)?;
    }
    Ok(())
}

/// Whether the lanes have learned what is asked for.
fn check(experiment: &Experiment, learned: &[Option<Trained>]) -> Result<(), RunError> {
    let valid = experiment.validate();
    valid.map_err(|error| RunError::Input(error.to_string()))?;
    let legal = experiment.legality();
    legal.map_err(|illegal| RunError::Input(illegal.to_string()))?;
    if learned.len() != experiment.n_lanes() {
        return Err(RunError::Input("the lanes are being laid out".to_owned()));
    }
    for (i, trained) in learned.iter().enumerate() {
        let lane = experiment.lane(i);
        let lane = lane.map_err(|error| RunError::Input(error.to_string()))?;
        if trained.is_none() && lane.problem.velocity.is_learned() {
            let lane = experiment.lane_label(i);
            return Err(RunError::Input(format!(
                "{lane}: nothing has been trained yet, and a figure shows what has been learned; Train begins"
            )));
        }
    }
    Ok(())
}

/// What a folder would hold of a lane.
fn saved(trained: &Trained) -> Saved {
    Saved {
        folder: HERE.into(),
        state: Arc::clone(&trained.state),
        without_moments: false,
        history: trained.history.clone(),
        history_fault: None,
    }
}

/// The lanes through the view of the experiment, which is the same but for that.
fn seen_as(subjects: Vec<Subject>, experiment: &Experiment) -> Result<Vec<Subject>, RunError> {
    let lanes = subjects.into_iter().enumerate();
    let lane = |(i, subject): (usize, Subject)| {
        let lane = experiment.lane(i);
        let lane = lane.map_err(|error| RunError::Input(error.to_string()))?;
        Ok(Subject {
            frame: Frame {
                experiment: Arc::new(lane),
                ..subject.frame
            },
            ..subject
        })
    };
    lanes.map(lane).collect()
}

/// A folder beside others that does not exist yet: `name`, or `name-2` and so on.
pub fn free_folder(beside: &Path, name: &str) -> PathBuf {
    let names = (1_u32..).map(|k| match k {
        1 => name.to_owned(),
        k => format!("{name}-{k}"),
    });
    let mut free = names
        .map(|name| beside.join(name))
        .filter(|path| !path.exists());
    free.next().unwrap_or_else(|| beside.join(name))
}
