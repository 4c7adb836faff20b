//! The classic grids: what people compare, made of the experiment at hand in one click.
//!
//! It refuses to know lanes and windows: a comparison is a list of experiments.

use std::mem::discriminant;

use crate::experiment::{Experiment, Velocity};
use crate::flow::conversion::Quantity;
use crate::flow::coupling::Coupling;
use crate::flow::path::Path;
use crate::flow::solver::Solver;

use super::editor::Group;

/// Blocks whose optimal permutations are compared, from hardly any transport to nearly all of it.
const BLOCKS: [usize; 5] = [4, 16, 64, 256, 1024];
/// Widths of all hidden layers that are compared.
const WIDTHS: [usize; 4] = [8, 16, 32, 64];
/// Velocity evaluations per trajectory of every solver with equal steps: few, for with many of them all end alike.
const NFE: usize = 12;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Cond-OT, VP and VE, each independently and by batch-OT.
    PathsWithVe,
    /// Cond-OT, VP and cosine, each independently and by batch-OT.
    PathsWithCosine,
    /// Cond-OT and cosine, which take any source, each independently and by batch-OT.
    PathsOfAnySource,
    /// Independent pairs, and batch-OT with blocks of more and more of them.
    Blocks,
    /// Networks of the same depth, wider and wider.
    Widths,
    /// Every solver, those with equal steps at the same number of evaluations.
    Solvers,
    /// Networks that predict velocity, denoiser, noise or score, on the path at hand.
    Parametrisations,
    /// The learned field, and the exact one that it is to become.
    LearnedAndExact,
}

impl Comparison {
    /// What is compared, from the experiment at hand: everything else is as it is there.
    ///
    /// # Errors
    /// A sentence, if one of them may not be combined with the rest, that says what may.
    pub fn experiments(self, at_hand: &Experiment) -> Result<Vec<Experiment>, String> {
        let experiments = self.all(at_hand);
        let illegal = experiments.iter().find_map(|e| e.legality().err());
        match illegal {
            None => Ok(experiments),
            Some(illegal) if self == Self::Parametrisations => Err(format!(
                "{illegal}. The independent coupling from a Gaussian source without extra noise has all four."
            )),
            Some(illegal) => Err(format!(
                "{illegal}. \"Compare cond-OT and cosine\" takes this source, too."
            )),
        }
    }

    /// The groups in which the experiments differ.
    pub fn groups(self) -> &'static [Group] {
        match self {
            Self::PathsWithVe | Self::PathsWithCosine | Self::PathsOfAnySource => {
                &[Group::Path, Group::Coupling]
            }
            Self::Blocks => &[Group::Coupling],
            Self::Widths | Self::Parametrisations => &[Group::Network],
            Self::Solvers => &[Group::Solver],
            Self::LearnedAndExact => &[Group::Velocity],
        }
    }

    fn all(self, at_hand: &Experiment) -> Vec<Experiment> {
        let with = |change: &dyn Fn(&mut Experiment)| {
            let mut experiment = at_hand.clone();
            change(&mut experiment);
            experiment
        };
        match self {
            Self::PathsWithVe => grid(at_hand, &["cond-OT", "VP", "VE"]),
            Self::PathsWithCosine => grid(at_hand, &["cond-OT", "VP", "cosine"]),
            Self::PathsOfAnySource => grid(at_hand, &["cond-OT", "cosine"]),
            Self::Blocks => {
                let blocks = BLOCKS.map(|batch| Coupling::BatchOt { batch });
                let couplings = [Coupling::Independent].into_iter().chain(blocks);
                couplings
                    .map(|coupling| with(&|e| e.problem.coupling = coupling))
                    .collect()
            }
            Self::Widths => WIDTHS
                .map(|width| with(&|e| e.model.hidden.fill(width)))
                .into(),
            Self::Parametrisations => Quantity::ALL
                .map(|predicted| with(&|e| e.model.parametrisation = predicted))
                .into(),
            Self::LearnedAndExact => learned_and_exact()
                .map(|velocity| with(&|e| e.problem.velocity = velocity))
                .collect(),
            Self::Solvers => {
                let equal = Solver::EQUAL.map(|solver| {
                    let steps = NFE / solver.tableau().stages();
                    solver.with_steps(steps.max(1))
                });
                let chooses = |solver: &Solver| solver.steps().is_none();
                let solvers = equal
                    .into_iter()
                    .chain(Solver::ALL.into_iter().filter(chooses));
                solvers
                    .map(|solver| with(&|e| e.readout.solver = solver))
                    .collect()
            }
        }
    }
}

/// Every path with every coupling; of what there is at hand, path and coupling keep their constants.
fn grid(at_hand: &Experiment, paths: &[&str]) -> Vec<Experiment> {
    let own = at_hand.problem.coupling;
    let dependent = match own {
        Coupling::Independent | Coupling::Reflow { .. } => batch_ot(),
        _ => own,
    };
    let mut experiments = Vec::new();
    for coupling in [Coupling::Independent, dependent] {
        for path in Path::ALL
            .into_iter()
            .filter(|path| paths.contains(&path.name()))
        {
            let own = at_hand.problem.path;
            let is_own = discriminant(&own) == discriminant(&path);
            let mut experiment = at_hand.clone();
            experiment.problem.coupling = coupling;
            experiment.problem.path = if is_own { own } else { path };
            experiments.push(experiment);
        }
    }
    experiments
}

/// The network's field and the exact one.
fn learned_and_exact() -> impl Iterator<Item = Velocity> {
    let all = Velocity::ALL.into_iter();
    all.filter(|velocity| !velocity.is_one_step())
}

/// Batch-OT with its default block.
fn batch_ot() -> Coupling {
    let optimal = Coupling::ALL.into_iter().find(|c| c.block().is_some());
    optimal.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{MAX_LANES, presets};

    const ALL: [Comparison; 8] = [
        Comparison::PathsWithVe,
        Comparison::PathsWithCosine,
        Comparison::PathsOfAnySource,
        Comparison::Blocks,
        Comparison::Widths,
        Comparison::Solvers,
        Comparison::Parametrisations,
        Comparison::LearnedAndExact,
    ];

    fn preset(name: &str) -> Experiment {
        presets::find(name).unwrap().experiment().unwrap()
    }

    #[test]
    fn every_comparison_is_of_a_few_legal_experiments_that_differ_in_its_groups_alone() {
        let base = preset("eight-gaussians");
        for comparison in ALL {
            let experiments = comparison.experiments(&base).unwrap();
            assert!(
                (2..=MAX_LANES).contains(&experiments.len()),
                "{comparison:?}"
            );
            for (i, a) in experiments.iter().enumerate() {
                a.validate().unwrap();
                for b in &experiments[..i] {
                    let differs = |group: &Group| !group.is_same(a, b);
                    let groups: Vec<Group> = Group::ALL.into_iter().filter(differs).collect();
                    assert!(!groups.is_empty(), "{comparison:?}");
                    assert!(groups.iter().all(|g| comparison.groups().contains(g)));
                }
            }
        }
    }

    #[test]
    fn the_classic_grid_is_paths_by_couplings_in_rows() {
        let experiments = Comparison::PathsWithVe
            .experiments(&preset("smiley"))
            .unwrap();
        let names: Vec<_> = experiments
            .iter()
            .map(|e| (e.problem.path.name(), e.problem.coupling.name()))
            .collect();
        let paths = ["cond-OT", "VP", "VE"];
        let row = |coupling| paths.map(|path| (path, coupling));
        let expected = [row("independent"), row("batch-OT")].concat();
        assert_eq!(names, expected);
    }

    #[test]
    fn diffusion_paths_are_refused_for_another_source_with_what_works() {
        let mut base = preset("two-moons");
        base.problem.source.scale = 2.0;
        for comparison in [Comparison::PathsWithVe, Comparison::PathsWithCosine] {
            let sentence = comparison.experiments(&base).unwrap_err();
            assert!(sentence.contains("standard Gaussian") && sentence.contains("cosine"));
        }
        assert_eq!(
            Comparison::PathsOfAnySource
                .experiments(&base)
                .unwrap()
                .len(),
            4
        );
    }

    #[test]
    fn what_is_at_hand_keeps_its_constants() {
        let mut base = preset("two-moons");
        base.problem.coupling = Coupling::BatchOt { batch: 64 };
        base.problem.path = Path::CondOt { sigma_min: 0.01 };
        let experiments = Comparison::PathsOfAnySource.experiments(&base).unwrap();
        assert!(experiments.iter().any(|e| e.problem == base.problem));
    }

    #[test]
    fn the_learned_field_stands_beside_the_exact_one_whichever_is_at_hand() {
        let mut base = preset("rings");
        for velocity in learned_and_exact() {
            base.problem.velocity = velocity;
            let experiments = Comparison::LearnedAndExact.experiments(&base).unwrap();
            let velocities: Vec<_> = experiments.iter().map(|e| e.problem.velocity).collect();
            assert!(learned_and_exact().eq(velocities));
        }
    }

    #[test]
    fn solvers_are_compared_at_the_same_number_of_evaluations() {
        let experiments = Comparison::Solvers.experiments(&preset("rings")).unwrap();
        let known = experiments.iter().filter_map(|e| e.readout.solver.nfe());
        assert!(known.eq([NFE; 4]));
        assert_eq!(experiments.len(), Solver::ALL.len());
    }
}
