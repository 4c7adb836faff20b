//! Which lanes there are: added, taken away, renamed, moved, or laid out anew to be compared. Each is one undo step.

use super::{Editor, LaneDraft};
use crate::experiment::{Experiment, Figure, Lane, MAX_LANES};
use crate::flow::distribution::Shape;

impl Editor {
    /// Adds a copy of the selected lane behind the others and selects it: one undo step. `false` if there are as many
    /// as there can be.
    pub fn add_lane(&mut self) -> bool {
        if self.lanes.len() >= MAX_LANES {
            return false;
        }
        self.push_step(false);
        let lanes = &mut self.document.lanes;
        if lanes.is_empty() {
            lanes.push(Lane::default());
        }
        lanes.push(Lane {
            title: String::new(),
            set: lanes[self.selected].set.clone(),
        });
        let id = self.new_id();
        self.lanes.push(self.lane().copy(id));
        self.selected = self.lanes.len() - 1;
        self.relabel = true;
        self.settle();
        self.judge();
        true
    }

    /// Takes a lane away: one undo step. The last of them that stays is an experiment without lanes. `false` if there is
    /// none of this number, or no other.
    pub fn remove_lane(&mut self, lane: usize) -> bool {
        let n_lanes = self.document.lanes.len();
        if lane >= n_lanes || n_lanes == 1 {
            return false;
        }
        self.push_step(false);
        self.document.lanes.remove(lane);
        self.removed.push(self.lanes.remove(lane));
        if let [last] = &self.lanes[..] {
            self.document = last.draft.clone();
        }
        let before = self.selected > lane || self.selected == self.lanes.len();
        self.selected -= usize::from(before);
        self.relabel = true;
        self.settle();
        self.judge();
        true
    }

    /// Calls a lane by a title, or after what it changes if that is empty: one undo step. `false` if there is nothing to
    /// change.
    pub fn rename_lane(&mut self, lane: usize, title: &str) -> bool {
        let known = self.document.lanes.get(lane).map(|lane| &lane.title);
        if known.is_none_or(|known| known == title) {
            return false;
        }
        self.push_step(false);
        title.clone_into(&mut self.document.lanes[lane].title);
        self.relabel = true;
        self.settle();
        self.judge();
        true
    }

    /// Gives the experiment other figures: one undo step.
    pub fn set_figures(&mut self, figures: Vec<Figure>) {
        self.push_step(false);
        for lane in &mut self.lanes {
            lane.draft.figures.clone_from(&figures);
        }
        self.document.figures = figures;
        self.settle();
        self.judge();
    }

    /// Puts a lane in the place of another one, which moves up: one undo step. The same lane stays selected. `false` if
    /// there are no two such lanes.
    pub fn move_lane(&mut self, lane: usize, to: usize) -> bool {
        let n_lanes = self.document.lanes.len();
        if lane == to || lane >= n_lanes || to >= n_lanes {
            return false;
        }
        self.push_step(false);
        let selected = self.lane().id();
        let moved = self.document.lanes.remove(lane);
        self.document.lanes.insert(to, moved);
        let moved = self.lanes.remove(lane);
        self.lanes.insert(to, moved);
        let place = self.lanes.iter().position(|lane| lane.id() == selected);
        self.selected = place.unwrap_or_default();
        self.relabel = true;
        self.settle();
        self.judge();
        true
    }

    /// Lays out one to six lanes on valid experiments, the first of them as the base of all: one undo step. A lane that
    /// studies one of them already goes on as that one. `false` if there are none or too many.
    pub fn compare(&mut self, experiments: &[Experiment]) -> bool {
        let Some(first) = experiments
            .first()
            .filter(|_| experiments.len() <= MAX_LANES)
        else {
            return false;
        };
        self.push_step(false);
        let mut document = first.base();
        let lane = |experiment: &Experiment| Lane {
            title: String::new(),
            set: document.overrides_to(experiment),
        };
        document.lanes = experiments.iter().map(lane).collect();
        let mut free: Vec<&LaneDraft> = self.lanes.iter().collect();
        let ids = experiments.iter().map(|experiment| {
            let same = |lane: &&LaneDraft| lane.experiment().is_same_work(experiment);
            let known = free.iter().position(same);
            known.map(|at| free.swap_remove(at).id())
        });
        let ids: Vec<_> = ids.collect();
        let ids = ids
            .into_iter()
            .map(|id| id.unwrap_or_else(|| self.new_id()))
            .collect();
        self.lay_out(document, ids, 0);
        self.settle();
        self.judge();
        true
    }

    /// What the lanes are called. Drawings that all lanes share are left out: their text takes a millisecond, and no name
    /// has them.
    pub(super) fn names(&self) -> Vec<String> {
        let mut document = self.document.clone();
        let changes = document.lanes.iter().flat_map(|lane| &lane.set);
        let keys: Vec<&str> = changes.map(|change| change.key.as_str()).collect();
        let own = |density: &str| keys.iter().any(|key| key.starts_with(density));
        let own = [own("source"), own("target")];
        let problem = &mut document.problem;
        let densities = [&mut problem.source, &mut problem.target];
        for (density, own) in densities.into_iter().zip(own) {
            if !own {
                density.shape = Shape::Checkerboard;
            }
        }
        let lanes = 0..self.lanes.len();
        lanes.map(|lane| document.lane_label(lane)).collect()
    }
}
