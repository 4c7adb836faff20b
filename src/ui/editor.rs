//! The experiment being edited: draft, last legal version, undo, and what of it is on disk.
//!
//! The panels show the draft, which may be illegal; what trains is the last legal one. An edit opens a gesture,
//! and everything until [`Editor::settle`] (the button is released, the text field is left) is one undo step.
//! It refuses to know windows, threads and files.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use crate::experiment::{Experiment, Illegal, View};

/// Undo steps that are kept; a step is a few hundred bytes, or 64 KiB more while a drawing is painted.
const MAX_STEPS: usize = 200;

/// The experiment being edited.
pub struct Editor {
    draft: Experiment,
    legal: Arc<Experiment>,
    illegal: Option<Illegal>,
    valid: bool,
    path: Option<PathBuf>,
    saved: Experiment,
    dirty: bool,
    undo: VecDeque<Step>,
    redo: Vec<Step>,
    in_gesture: bool,
}

/// A state to go back to.
struct Step {
    experiment: Experiment,
    /// Another experiment took its place as a whole, so its view comes back with it.
    replaced: bool,
}

impl Editor {
    /// Starts on a legal experiment; `path` is its file, if it has one.
    pub fn new(experiment: Arc<Experiment>, path: Option<PathBuf>) -> Self {
        let mut editor = Self {
            draft: (*experiment).clone(),
            saved: (*experiment).clone(),
            legal: experiment,
            illegal: None,
            valid: true,
            path,
            dirty: false,
            undo: VecDeque::new(),
            redo: Vec::new(),
            in_gesture: false,
        };
        editor.judge();
        editor
    }

    /// What the panels show; it may be illegal.
    pub fn experiment(&self) -> &Experiment {
        &self.draft
    }

    /// What trains: the newest legal state.
    pub fn legal(&self) -> &Arc<Experiment> {
        &self.legal
    }

    /// Why the draft does not train, with the way out.
    pub fn illegal(&self) -> Option<&Illegal> {
        self.illegal.as_ref()
    }

    /// The file that Save writes.
    pub fn path(&self) -> Option<&std::path::Path> {
        self.path.as_deref()
    }

    /// Whether there is work that is in no file. What the canvas shows (`view`) does not count as work.
    pub fn dirty(&self) -> bool {
        self.dirty
    }

    /// What of the work can be read back: the draft, or what trains while a value of the draft is out of its range.
    pub fn to_keep(&self) -> &Experiment {
        if self.valid { &self.draft } else { &self.legal }
    }

    /// Whether there is a step to take back.
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Whether there is a step to make again.
    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// Changes the draft. All edits until [`Self::settle`] are one undo step; what the canvas shows (`view`) is
    /// not worth one.
    pub fn edit(&mut self, experiment: Experiment) {
        if experiment.is_same_work(&self.draft) {
            return self.edit_view(|view| *view = experiment.view);
        }
        if !self.in_gesture {
            self.push_step(false);
            self.in_gesture = true;
        }
        self.draft = experiment;
        self.judge();
    }

    /// Changes what the canvas shows: neither an undo step nor a change of what trains.
    pub fn edit_view(&mut self, change: impl FnOnce(&mut View)) {
        change(&mut self.draft.view);
    }

    /// Ends the gesture: the next edit is another undo step.
    pub fn settle(&mut self) {
        self.in_gesture = false;
    }

    /// Puts another experiment in place of this one: one undo step of its own.
    pub fn replace(&mut self, experiment: Experiment, path: Option<PathBuf>) {
        self.push_step(true);
        self.saved = experiment.clone();
        self.draft = experiment;
        self.path = path;
        self.in_gesture = false;
        self.judge();
    }

    /// Puts unsaved work in place of this experiment: one undo step, and in no file yet.
    pub fn recover(&mut self, experiment: Experiment) {
        let saved = self.saved.clone();
        self.replace(experiment, None);
        self.saved = saved;
        self.judge();
    }

    /// The file at `path` holds `written` now.
    pub fn mark_saved(&mut self, path: PathBuf, written: Experiment) {
        self.path = Some(path);
        self.saved = written;
        self.judge();
    }

    /// Takes the last step back; `false` if there is none.
    pub fn undo(&mut self) -> bool {
        let Some(step) = self.undo.pop_back() else {
            return false;
        };
        let undone = self.restore(step);
        self.redo.push(undone);
        true
    }

    /// Makes the step again that was taken back last; `false` if there is none.
    pub fn redo(&mut self) -> bool {
        let Some(step) = self.redo.pop() else {
            return false;
        };
        let undone = self.restore(step);
        self.undo.push_back(undone);
        true
    }

    fn push_step(&mut self, replaced: bool) {
        if self.undo.len() == MAX_STEPS {
            self.undo.pop_front();
        }
        self.undo.push_back(Step {
            experiment: self.draft.clone(),
            replaced,
        });
        self.redo.clear();
    }

    /// Goes to the step's state and returns the way back. A file belongs to one experiment: when another takes
    /// its place, Save asks for a name again instead of overwriting it.
    fn restore(&mut self, step: Step) -> Step {
        let mut experiment = step.experiment;
        if step.replaced {
            self.path = None;
        } else {
            experiment.view.clone_from(&self.draft.view);
        }
        let back = Step {
            experiment: std::mem::replace(&mut self.draft, experiment),
            replaced: step.replaced,
        };
        self.in_gesture = false;
        self.judge();
        back
    }

    /// Decides what of the draft is legal and what of it is saved.
    fn judge(&mut self) {
        let validated = self.draft.validate();
        self.valid = validated.is_ok();
        self.illegal = match validated {
            Err(error) => Some(Illegal {
                message: error.to_string(),
                fix: Box::new((*self.legal).clone()),
            }),
            Ok(()) => self.draft.legality().err(),
        };
        if self.illegal.is_none() && !self.draft.is_same_work(&self.legal) {
            self.legal = Arc::new(self.draft.clone());
        }
        self.dirty = !self.draft.is_same_work(&self.saved);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Layer, presets};
    use crate::flow::path::Path;

    fn editor() -> Editor {
        let preset = presets::find("two-moons").unwrap().experiment().unwrap();
        Editor::new(Arc::new(preset), Some("a.ron".into()))
    }

    fn with_batch(editor: &Editor, batch: usize) -> Experiment {
        let mut experiment = editor.experiment().clone();
        experiment.training.batch = batch;
        experiment
    }

    #[test]
    fn a_gesture_is_one_step_and_redo_is_the_way_back() {
        let mut editor = editor();
        let before = editor.experiment().training.batch;
        for batch in [300, 301, 302] {
            editor.edit(with_batch(&editor, batch));
        }
        editor.settle();
        editor.edit(with_batch(&editor, 400));
        assert!(editor.dirty());
        assert!(editor.undo());
        assert_eq!(editor.experiment().training.batch, 302);
        assert!(editor.undo());
        assert_eq!(editor.experiment().training.batch, before);
        assert!(!editor.undo() && !editor.dirty());
        assert!(editor.redo() && editor.redo() && !editor.redo());
        assert_eq!(editor.experiment().training.batch, 400);
    }

    #[test]
    fn what_the_canvas_shows_is_no_step_and_survives_an_undo() {
        let mut editor = editor();
        editor.edit(with_batch(&editor, 300));
        editor.edit_view(|view| view.layers = vec![Layer::Pairs]);
        assert!(editor.undo());
        assert_eq!(editor.experiment().view.layers, [Layer::Pairs]);
        assert!(!editor.can_undo() && !editor.dirty());
    }

    #[test]
    fn another_experiment_can_be_taken_back_but_its_file_is_not_overwritten() {
        let mut editor = editor();
        editor.edit_view(|view| view.layers = vec![Layer::Pairs]);
        let rings = presets::find("rings").unwrap().experiment().unwrap();
        editor.replace(rings, None);
        assert_eq!(editor.experiment().words.name, "rings");
        assert!(editor.undo());
        assert_eq!(editor.experiment().words.name, "two-moons");
        assert_eq!(editor.experiment().view.layers, [Layer::Pairs]);
        assert_eq!(editor.path(), None);
    }

    #[test]
    fn an_illegal_or_invalid_draft_leaves_the_legal_one_and_has_a_fix() {
        let mut editor = editor();
        let mut vp = editor.experiment().clone();
        vp.problem.path = Path::Vp {
            beta_min: 0.1,
            beta_max: 20.0,
        };
        vp.problem.source.scale = 2.0;
        editor.edit(vp);
        assert!(matches!(editor.legal().problem.path, Path::CondOt { .. }));
        let fix = editor.illegal().map(|illegal| illegal.fix.clone()).unwrap();
        editor.edit(*fix);
        assert!(editor.illegal().is_none());
        assert!(matches!(editor.legal().problem.path, Path::Vp { .. }));
        editor.edit(with_batch(&editor, 0));
        assert!(editor.illegal().unwrap().message.contains("training.batch"));
        assert_eq!(editor.legal().training.batch, 256);
    }
}
