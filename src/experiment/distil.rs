//! Distillation to one step: a network `x_0 -> x_1` by regression on pairs (Liu et al., arXiv 2209.03003, section 2.3).
//!
//! It is the velocity at t = 0 alone, `v(x_0) = x_1 - x_0`, which one step of Euler's method turns into `x_1`. Of pairs
//! that come from a flow it learns where the flow ends; of independent ones it can learn no more than the mean of x_1.

use super::{Experiment, Illegal, Readout, Velocity};
use crate::flow::conversion::Quantity;
use crate::flow::path::Path;
use crate::flow::sde::Sampler;
use crate::flow::solver::Solver;
use crate::flow::vocabulary::Vocabulary;

/// The only step that there is.
const ONE_STEP: Solver = Solver::Euler { steps: 1 };
/// The path whose velocity is `x_1 - x_0`.
const LINEAR: Path = Path::CondOt { sigma_min: 0.0 };

impl Experiment {
    /// The same pairs for a network of one step.
    #[must_use]
    pub fn distilled(&self) -> Self {
        let mut distilled = self.clone();
        distilled.problem.velocity = Velocity::Distil;
        distilled.problem.path = LINEAR;
        distilled.problem.noise = 0.0;
        if let Some(mut bridge) = distilled.problem.coupling.number("bridge") {
            bridge.set(0.0);
        }
        distilled.model.parametrisation = Quantity::Velocity;
        distilled.readout.solver = ONE_STEP;
        distilled.readout.sampler = Sampler::Ode;
        distilled
    }

    /// The flow instead of the one step: what the pairs of a distillation come from.
    #[must_use]
    pub fn undistilled(&self) -> Self {
        let mut flow = self.clone();
        if flow.problem.velocity.is_one_step() {
            flow.problem.velocity = Velocity::Learned;
            flow.readout.solver = Readout::default().solver;
        }
        flow
    }

    /// A network of one step has nothing but the step.
    pub(super) fn one_step(&self) -> Result<(), Illegal> {
        if !self.problem.velocity.is_one_step() {
            return Ok(());
        }
        let distilled = self.distilled();
        if *self == distilled {
            return Ok(());
        }
        Err(Illegal {
            message: "a distilled network is one step of Euler's method along x_1 - x_0: solver Euler(steps: 1), \
                      sampler Ode, path CondOt(sigma_min: 0.0), model.parametrisation Velocity, no noise (training.sigma, \
                      bridge)"
                .to_owned(),
            fix: Box::new(distilled),
        })
    }

    /// What independent pairs leave of a map.
    pub(super) fn distilled_mean(&self) -> Option<String> {
        let problem = &self.problem;
        let is_independent = problem.coupling.is_independent();
        (problem.velocity.is_one_step() && is_independent).then(|| {
            "One step learns E[x_1 | x_0], and independent pairs leave of that the mean of the target: every particle ends \
             there. Pairs of a flow (reflow) have one x_1 for each x_0."
                .to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::presets;
    use super::*;

    #[test]
    fn one_step_is_eulers_along_the_linear_path_and_the_fix_makes_it_so() {
        let mut asked = presets::find("two-moons").unwrap().experiment().unwrap();
        asked.problem.velocity = Velocity::Distil;
        asked.readout.solver = Solver::Euler { steps: 2 };
        let illegal = asked.legality().unwrap_err();
        assert!(
            illegal.message.contains("Euler(steps: 1)"),
            "{}",
            illegal.message
        );
        assert_eq!(illegal.fix.legality(), Ok(()));
        assert_eq!(*illegal.fix, asked.distilled());
        for change in [
            |e: &mut Experiment| e.problem.path = Path::Cosine,
            |e: &mut Experiment| e.problem.path = Path::CondOt { sigma_min: 0.1 },
            |e: &mut Experiment| e.problem.noise = 0.1,
            |e: &mut Experiment| e.model.parametrisation = Quantity::X1,
            |e: &mut Experiment| e.readout.solver = Solver::Midpoint { steps: 1 },
        ] {
            let mut changed = asked.distilled();
            change(&mut changed);
            assert!(changed.legality().is_err(), "{changed:?}");
        }
    }

    #[test]
    fn it_is_written_and_read_and_undone() {
        let plain = presets::find("two-moons").unwrap().experiment().unwrap();
        let distilled = plain.distilled();
        let text = distilled.to_ron();
        assert!(text.contains("velocity: Distil"), "{text}");
        assert_eq!(Experiment::from_ron(&text).unwrap(), distilled);
        assert_eq!(distilled.learned(), distilled);
        assert_eq!(distilled.undistilled().problem.velocity, Velocity::Learned);
        assert_eq!(plain.undistilled(), plain);
    }

    #[test]
    fn independent_pairs_are_warned_of() {
        let mut distilled = presets::find("two-moons")
            .unwrap()
            .experiment()
            .unwrap()
            .distilled();
        let warned = |e: &Experiment| e.distilled_mean().is_some();
        assert!(warned(&distilled) && !warned(&distilled.undistilled()));
        distilled.set("coupling", "BatchOt(batch: 64)").unwrap();
        assert!(!warned(&distilled));
        distilled
            .set("coupling", "Reflow(rounds: 1, pairs: 1000)")
            .unwrap();
        assert!(!warned(&distilled));
    }
}
