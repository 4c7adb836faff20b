//! The experiment being edited: drafts, last legal versions, undo, and what of it is on disk.
//!
//! The panels show the draft of the selected lane, which may be illegal; what trains is the last legal one of each lane.
//! An edit opens a gesture, and everything until [`Editor::settle`] (the button is released, the text field is left) is
//! one undo step. It refuses to know windows, threads and files.

mod arrange;
mod group;
mod lane;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use crate::experiment::{Experiment, Illegal, View};
use crate::snapshot::LaneId;

pub use group::{Group, Scope};
pub use lane::LaneDraft;

/// Undo steps that are kept; a step is a few hundred bytes, or 64 KiB more while a drawing is painted.
const MAX_STEPS: usize = 200;

/// The experiment being edited.
pub struct Editor {
    /// The base and the lanes as a file holds them; a lane changes exactly the fields in which it differs.
    document: Experiment,
    /// What the lanes train; without a list of lanes, the one lane that there is.
    lanes: Vec<LaneDraft>,
    /// Lanes that a step may bring back.
    removed: Vec<LaneDraft>,
    selected: usize,
    /// By [`Group::ALL`].
    scopes: [Scope; Group::ALL.len()],
    /// What the lanes are called.
    labels: Vec<String>,
    /// What the lanes are called may have changed.
    relabel: bool,
    next_id: u32,
    /// The document as it can be read back, where it cannot.
    readable: Option<Box<Experiment>>,
    path: Option<PathBuf>,
    saved: Experiment,
    dirty: bool,
    undo: VecDeque<Step>,
    redo: Vec<Step>,
    in_gesture: bool,
}

/// A state to go back to.
struct Step {
    document: Experiment,
    ids: Vec<LaneId>,
    selected: usize,
    /// Another experiment took its place as a whole, so its view comes back with it.
    replaced: bool,
}

impl Editor {
    /// Starts on a legal experiment; `path` is its file, if it has one.
    pub fn new(experiment: Arc<Experiment>, path: Option<PathBuf>) -> Self {
        let mut editor = Self {
            document: Experiment::clone(&experiment),
            lanes: Vec::new(),
            removed: Vec::new(),
            selected: 0,
            scopes: Group::ALL.map(Group::usual_scope),
            labels: Vec::new(),
            relabel: true,
            next_id: 0,
            readable: None,
            path,
            saved: Experiment::clone(&experiment),
            dirty: false,
            undo: VecDeque::new(),
            redo: Vec::new(),
            in_gesture: false,
        };
        if experiment.lanes.is_empty() {
            let id = editor.new_id();
            let draft = Experiment::clone(&experiment);
            editor.lanes.push(LaneDraft::on(id, draft, experiment));
        } else {
            editor.lay_out(Experiment::clone(&experiment), Vec::new(), 0);
            editor.saved = editor.document.clone();
        }
        editor.judge();
        editor.settle();
        editor
    }

    /// What the panels show: the draft of the selected lane. It may be illegal.
    pub fn experiment(&self) -> &Experiment {
        self.lane().experiment()
    }

    /// What trains: the newest legal state of the selected lane.
    pub fn legal(&self) -> &Arc<Experiment> {
        self.lane().legal()
    }

    /// Why the draft does not train, with the way out.
    pub fn illegal(&self) -> Option<&Illegal> {
        self.lane().illegal()
    }

    /// The whole experiment with all its lanes, as a file holds it.
    pub fn document(&self) -> &Experiment {
        &self.document
    }

    /// The lanes, in order; there is one at least. One that is illegal does not change the others.
    pub fn lanes(&self) -> &[LaneDraft] {
        &self.lanes
    }

    /// The number of the selected lane.
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// Which lanes an edit of the group changes.
    pub fn scope(&self, group: Group) -> Scope {
        self.scopes[group as usize]
    }

    /// What the lanes are called, as of the last [`Self::settle`].
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// What a lane is called; nothing if there is none of this number.
    pub fn label(&self, lane: usize) -> &str {
        self.labels.get(lane).map_or("", String::as_str)
    }

    /// The file that Save writes.
    pub fn path(&self) -> Option<&std::path::Path> {
        self.path.as_deref()
    }

    /// Whether there is work that is in no file. What the canvas shows (`view`) does not count as work.
    pub fn dirty(&self) -> bool {
        self.dirty
    }

    /// What of the work can be read back: the document, or, in the lanes where a value is out of its range, what trains.
    pub fn to_keep(&self) -> &Experiment {
        self.readable.as_deref().unwrap_or(&self.document)
    }

    /// Whether there is a step to take back.
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Whether there is a step to make again.
    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// Shows another lane; `false` if there is none of this number.
    pub fn select(&mut self, lane: usize) -> bool {
        let exists = lane < self.lanes.len();
        if exists {
            self.selected = lane;
            self.settle();
        }
        exists
    }

    /// Chooses which lanes the next edits of a group change.
    pub fn set_scope(&mut self, group: Group, scope: Scope) {
        self.scopes[group as usize] = scope;
        self.settle();
    }

    /// Changes the draft of the selected lane, and what is different with it in the other lanes where its group reaches
    /// them ([`Self::scope`]); words and view are those of all lanes. All edits until [`Self::settle`] are one undo step;
    /// what the canvas shows (`view`) is not worth one.
    pub fn edit(&mut self, experiment: Experiment) {
        self.edit_in(self.scopes, experiment);
    }

    /// [`Self::edit`] of the selected lane alone, whatever the scopes are.
    pub fn edit_lane(&mut self, experiment: Experiment) {
        self.edit_in([Scope::Lane; Group::ALL.len()], experiment);
    }

    fn edit_in(&mut self, scopes: [Scope; Group::ALL.len()], experiment: Experiment) {
        let experiment = Experiment {
            lanes: Vec::new(),
            ..experiment
        };
        if experiment.is_same_work(self.experiment()) {
            return self.edit_view(|view| *view = experiment.view);
        }
        if !self.in_gesture {
            self.push_step(false);
            self.in_gesture = true;
        }
        if self.document.lanes.is_empty() {
            self.document = experiment.clone();
            self.lanes[0].draft = experiment;
        } else {
            let mut shared = self.experiment().clone();
            shared.words.clone_from(&experiment.words);
            shared.view.clone_from(&experiment.view);
            for (group, scope) in Group::ALL.into_iter().zip(scopes) {
                if scope == Scope::All {
                    group.copy(&experiment, &mut shared);
                }
            }
            self.edit_all(&shared);
            if shared != experiment {
                self.edit_one(experiment);
            }
        }
        self.judge();
    }

    /// Changes what the canvas shows: neither an undo step nor a change of what trains.
    pub fn edit_view(&mut self, change: impl FnOnce(&mut View)) {
        change(&mut self.document.view);
        for lane in &mut self.lanes {
            lane.draft.view.clone_from(&self.document.view);
        }
    }

    /// Ends the gesture: the next edit is another undo step.
    pub fn settle(&mut self) {
        self.in_gesture = false;
        if std::mem::take(&mut self.relabel) {
            self.labels = self.names();
        }
    }

    /// Puts another valid experiment in place of this one: one undo step of its own.
    pub fn replace(&mut self, experiment: Experiment, path: Option<PathBuf>) {
        self.push_step(true);
        let ids = self.lanes.iter().map(LaneDraft::id).collect();
        self.lay_out(experiment, ids, 0);
        self.saved = self.document.clone();
        self.path = path;
        self.settle();
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

    fn lane(&self) -> &LaneDraft {
        &self.lanes[self.selected]
    }

    fn new_id(&mut self) -> LaneId {
        let id = LaneId(self.next_id);
        self.next_id += 1;
        id
    }

    /// The state as a step to go back to.
    fn step(&self, replaced: bool) -> Step {
        Step {
            document: self.document.clone(),
            ids: self.lanes.iter().map(LaneDraft::id).collect(),
            selected: self.selected,
            replaced,
        }
    }

    fn push_step(&mut self, replaced: bool) {
        if self.undo.len() == MAX_STEPS {
            self.undo.pop_front();
        }
        self.undo.push_back(self.step(replaced));
        self.redo.clear();
        let steps = &self.undo;
        self.removed
            .retain(|lane| steps.iter().any(|step| step.ids.contains(&lane.id)));
    }

    /// Goes to the step's state and returns the way back. A file belongs to one experiment: when another takes
    /// its place, Save asks for a name again instead of overwriting it.
    fn restore(&mut self, step: Step) -> Step {
        let back = self.step(step.replaced);
        let mut document = step.document;
        if step.replaced {
            self.path = None;
        } else {
            document.view.clone_from(&self.document.view);
        }
        self.lay_out(document, step.ids, step.selected);
        self.settle();
        self.judge();
        back
    }

    /// Puts a valid document in place of this one, with a lane selected. The lanes are those of the ids, and new ones
    /// where there are not enough.
    fn lay_out(&mut self, document: Experiment, ids: Vec<LaneId>, selected: usize) {
        let mut known = std::mem::take(&mut self.lanes);
        known.append(&mut self.removed);
        for i in 0..document.n_lanes() {
            // A valid document has no lane that cannot be made.
            let draft = document.lane(i).unwrap_or_else(|_| document.base());
            let id = ids.get(i).copied().unwrap_or_else(|| self.new_id());
            let lane = match known.iter().position(|lane| lane.id == id) {
                Some(at) => LaneDraft::on(id, draft, Arc::clone(known.swap_remove(at).legal())),
                None => LaneDraft::new(id, draft),
            };
            self.lanes.push(lane);
        }
        self.removed = known;
        self.document = document;
        self.selected = selected.min(self.lanes.len() - 1);
        self.write_overrides();
    }

    /// Makes what is different in the selected lane the same in all of them.
    fn edit_all(&mut self, experiment: &Experiment) {
        let before = self.experiment().clone();
        let agree = self.agree_where_changed(&before, experiment);
        self.document.follow(&before, experiment);
        for lane in &mut self.lanes {
            lane.draft.follow(&before, experiment);
        }
        // A stroke comes in many pieces: what no lane changes needs no new overrides.
        if !agree {
            self.write_overrides();
        }
    }

    /// Whether base and lanes all have the same wherever the two experiments differ.
    fn agree_where_changed(&self, before: &Experiment, after: &Experiment) -> bool {
        let mut changed = Group::ALL
            .into_iter()
            .filter(|group| !group.is_same(before, after));
        changed.all(|group| {
            let mut others = self
                .lanes
                .iter()
                .map(LaneDraft::experiment)
                .chain([&self.document]);
            others.all(|other| group.is_same(other, before))
        })
    }

    /// Changes the selected lane alone, but for words and view.
    fn edit_one(&mut self, experiment: Experiment) {
        self.document.lanes[self.selected].set = self.document.overrides_to(&experiment);
        self.lanes[self.selected].draft = experiment;
        self.relabel = true;
    }

    /// Writes what each lane changes of the base.
    fn write_overrides(&mut self) {
        let base = self.document.base();
        for (lane, draft) in self.document.lanes.iter_mut().zip(&self.lanes) {
            lane.set = base.overrides_to(draft.experiment());
        }
        self.relabel = true;
    }

    /// The document with what can be read back of each lane.
    fn readable(&self) -> Experiment {
        if self.document.lanes.is_empty() {
            return self.lane().readable().clone();
        }
        let base = self.document.base();
        let mut readable = self.document.clone();
        for (lane, draft) in readable.lanes.iter_mut().zip(&self.lanes) {
            lane.set = base.overrides_to(draft.readable());
        }
        readable
    }

    /// Decides what of the drafts is legal and what of them is saved.
    fn judge(&mut self) {
        self.lanes.iter_mut().for_each(LaneDraft::judge);
        let valid = self.lanes.iter().all(LaneDraft::valid);
        self.readable = (!valid).then(|| Box::new(self.readable()));
        self.dirty = !self.document.is_same_work(&self.saved);
    }
}
