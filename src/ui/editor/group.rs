//! The groups of the left panel, and which lanes a change of each of them reaches.

use crate::experiment::{Experiment, Problem};

/// Which lanes an edit changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// All of them: what the edit changes is the same in every lane afterwards.
    All,
    /// The selected one.
    #[default]
    Lane,
}

/// A part of the experiment that is the same in all lanes or each lane's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Source and target.
    Densities,
    /// The conditional path.
    Path,
    /// Which points make a pair.
    Coupling,
    /// Whether the field is learned or computed.
    Velocity,
    /// The architecture.
    Network,
    /// How it learns, with the seed.
    Training,
    /// How the flow is read out.
    Solver,
}

impl Group {
    /// Every group, in the order of the panel.
    pub const ALL: [Self; 7] = [
        Self::Densities,
        Self::Path,
        Self::Coupling,
        Self::Velocity,
        Self::Network,
        Self::Training,
        Self::Solver,
    ];

    /// What running text calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Densities => "densities",
            Self::Path => "path",
            Self::Coupling => "coupling",
            Self::Velocity => "velocity",
            Self::Network => "network",
            Self::Training => "training",
            Self::Solver => "solver",
        }
    }

    /// Which lanes its changes reach at first: what is usually compared is the lane's own.
    pub(super) fn usual_scope(self) -> Scope {
        match self {
            Self::Path | Self::Coupling | Self::Velocity => Scope::Lane,
            Self::Densities | Self::Network | Self::Training | Self::Solver => Scope::All,
        }
    }

    /// Whether both have the same of it.
    pub fn is_same(self, a: &Experiment, b: &Experiment) -> bool {
        let [p, q] = [&a.problem, &b.problem];
        match self {
            Self::Densities => (&p.source, &p.target) == (&q.source, &q.target),
            Self::Path => p.path == q.path,
            Self::Coupling => p.coupling == q.coupling,
            Self::Velocity => p.velocity == q.velocity,
            Self::Network => a.model == b.model,
            Self::Training => (&a.training, a.seed, p.noise) == (&b.training, b.seed, q.noise),
            Self::Solver => a.readout == b.readout,
        }
    }

    /// Makes it the same in `to` as in `from`.
    pub(super) fn copy(self, from: &Experiment, to: &mut Experiment) {
        // Without `..`: a field that is added belongs to a group.
        let Experiment {
            version: _,
            words: _,
            seed,
            problem,
            model,
            training,
            readout,
            view: _,
            lanes: _,
            figures: _,
        } = from;
        let Problem {
            source,
            target,
            path,
            coupling,
            pairs,
            noise,
            velocity,
        } = problem;
        match self {
            Self::Densities => {
                to.problem.source.clone_from(source);
                to.problem.target.clone_from(target);
            }
            Self::Path => to.problem.path = *path,
            Self::Coupling => {
                to.problem.coupling = *coupling;
                to.problem.pairs.clone_from(pairs);
            }
            Self::Velocity => to.problem.velocity = *velocity,
            Self::Network => to.model.clone_from(model),
            Self::Training => {
                to.training.clone_from(training);
                (to.seed, to.problem.noise) = (*seed, *noise);
            }
            Self::Solver => to.readout.clone_from(readout),
        }
    }
}
