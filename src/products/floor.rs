//! The floor of the CFM loss: what even the exact field cannot get below.
//!
//! `L_CFM(v) = E |v - u|^2 + V` with `V = int E |dx_t/dt - u_t(x_t)|^2 dt` (Lipman et al., arXiv 2210.02747, theorem 2), so
//! that a loss says nothing without V.

use std::sync::Arc;

use crate::experiment::{CFM_TIMES, Experiment, Problem};
use crate::flow::coupling::PairStream;
use crate::flow::exact::{Basis, MarginalField, energies};
use crate::flow::metrics::Mean;
use crate::flow::path::Path;
use crate::flow::work::{Work, pause};

use super::exact::Exact;
use super::probes::OTHER_PAIRS;
use super::{Cost, Demand, Flow, Made, Probes, Product, Tools, Wish};

/// What the loss of one step is above.
const MEAN_OF_THE_PAIRS: &str = "the loss of one step is that of t = 0 alone, where E Var(x_1 | x_0) is its floor: 0 if the \
                                 pairs are those of a flow";
/// Pairs behind a coupling cost.
const PAIRS: usize = 8192;

/// What is known of the floor without the flow.
#[derive(Clone, Debug, PartialEq)]
pub enum Floor {
    /// V, integrated over time and plane, and how far it may be off.
    Integrated(Mean),
    /// V, as the mean over so many points of the paths, and what the field there rests on.
    Sampled(Mean, usize, Basis),
    /// The coupling cost, of which the path energy of the flow leaves V: on the linear path the conditional energy is the
    /// coupling cost, and conditional energy = path energy + V.
    LessPathEnergy(Mean),
    /// Nothing, and why.
    Unknown(String),
}

/// The floor with the flow.
#[derive(Clone, Debug, PartialEq)]
pub struct CfmFloor {
    /// V in squared canvas units, with its standard error, if it is known.
    pub value: Option<Mean>,
    /// How it is known, or why it is not.
    pub basis: String,
}

/// What it is the floor of.
#[derive(Clone, Debug)]
pub struct Request(
    Arc<Experiment>,
    Option<Arc<Made<Exact>>>,
    Option<Arc<Made<Probes>>>,
);

impl Request {
    /// What the floor depends on beside the points of the paths.
    fn key(&self) -> impl PartialEq {
        let Problem {
            source,
            target,
            path,
            coupling,
            pairs,
            noise,
            velocity,
        } = &self.0.problem;
        let is_velocity = self.0.model.parametrisation.is_velocity();
        let law = (source, target, *path, *coupling, pairs.clone(), *noise);
        (self.0.seed, law, is_velocity, velocity.is_one_step())
    }
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        let probes = |request: &Self| request.2.as_ref().map(Arc::as_ptr);
        probes(self) == probes(other)
            && (Arc::ptr_eq(&self.0, &other.0) || self.key() == other.key())
    }
}

impl Product for Floor {
    const NAME: &'static str = "floor of the loss";
    const COST: Cost = Cost::Measurement;
    const OF_THE_FLOW: bool = false;
    const IS_BASIS: bool = true;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        let experiment = Arc::clone(&wish.flow.experiment);
        let exact = wish
            .made
            .exact
            .get()
            .filter(|exact| exact.is_demanded(wish));
        let known = |exact: &&Arc<Made<Exact>>| {
            let field = exact.field.as_ref();
            field.is_ok_and(|field| !field.basis().is_estimate())
        };
        let without_field = exact.is_some_and(|exact| !known(&exact));
        match wish.made.probes.get() {
            _ if !wish.look.floor => Demand::Nothing,
            _ if without_field || !experiment.problem.coupling.is_independent() => {
                Demand::Of(Request(experiment, None, None))
            }
            Some(probes) if probes.is_demanded(wish) => Demand::Of(Request(
                experiment,
                exact.cloned(),
                Some(Arc::clone(probes)),
            )),
            _ => Demand::Later,
        }
    }

    fn start(_flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let Request(experiment, exact, probes) = request.clone();
        Work::new(async move {
            let field = exact.as_ref().and_then(|exact| exact.field.as_ref().ok());
            let probes = probes.as_ref().map(|made| &made.output);
            Some(Self::of(&experiment, field, probes).await)
        })
    }
}

impl Floor {
    /// That of an experiment's problem; field and `probes` are those of the same problem, if there are any. What is drawn is
    /// not integrated: that would take longer than a stroke, nor what has no quick grids.
    pub async fn of(
        experiment: &Experiment,
        field: Option<&MarginalField>,
        probes: Option<&Probes>,
    ) -> Self {
        let problem = &experiment.problem;
        if problem.velocity.is_one_step() {
            return Self::Unknown(MEAN_OF_THE_PAIRS.to_owned());
        }
        let (start, end) = problem.path.time_range();
        let exact = |field: &&MarginalField| {
            let is_drawn = matches!(field.basis(), Basis::Kernels { .. });
            field.has_quick_grids() && !is_drawn
        };
        let is_velocity = experiment.model.parametrisation.is_velocity();
        if let Some(field) = field.filter(exact).filter(|_| is_velocity)
            && let Some(found) = energies(field).await
        {
            return Self::Integrated(Mean {
                value: found.floor / (end - start),
                stderr: found.error,
            });
        }
        // The CFM loss of another parametrisation is that of fewer times.
        let times = match is_velocity {
            true => (start, end),
            false => (start.max(CFM_TIMES.0), end.min(CFM_TIMES.1)),
        };
        let is_independent = problem.coupling.is_independent();
        match (is_independent, problem.path, probes) {
            (true, _, Some(probes)) => {
                Self::Sampled(probes.floor(times), probes.len(), probes.basis)
            }
            (true, _, None) => Self::Unknown("the problem has no exact field".to_owned()),
            (_, Path::CondOt { sigma_min: 0.0 }, _)
                if problem.has_two_parts().is_ok() && is_velocity =>
            {
                match coupling_cost(experiment).await {
                    Some(cost) => Self::LessPathEnergy(cost),
                    None => Self::Unknown("the coupling has no pairs to give".to_owned()),
                }
            }
            (_, path, _) => Self::Unknown(format!(
                "under the {} coupling it is known on the linear path alone (cond-OT with sigma_min 0, without extra \
                 noise, the velocity predicted), and this is {}",
                problem.coupling.name(),
                path.name()
            )),
        }
    }

    /// The floor beside a flow's path energy, if that was measured.
    pub fn beside(&self, path_energy: Option<Mean>) -> CfmFloor {
        match (self, path_energy) {
            (Self::Integrated(mean), _) => CfmFloor {
                value: Some(*mean),
                basis: "conditional energy - path energy of the exact field, by quadrature"
                    .to_owned(),
            },
            (Self::Sampled(mean, points, basis), _) => CfmFloor {
                value: Some(*mean),
                basis: format!(
                    "mean of |dx_t/dt - u_t(x_t)|^2 over {points} points, u the exact field: {}",
                    basis.sentence()
                ),
            },
            (Self::LessPathEnergy(cost), Some(energy)) => CfmFloor {
                value: Some(Mean {
                    value: cost.value - energy.value,
                    stderr: cost.stderr.hypot(energy.stderr),
                }),
                basis: "estimate: coupling cost - path energy of the trained flow".to_owned(),
            },
            (Self::LessPathEnergy(_), None) => CfmFloor {
                value: None,
                basis: "the path energy of the flow has not been measured".to_owned(),
            },
            (Self::Unknown(reason), _) => CfmFloor {
                value: None,
                basis: reason.clone(),
            },
        }
    }
}

/// `E |x_1 - x_0|^2` of the coupling, with the error of the blocks' means where pairs depend on each other.
async fn coupling_cost(experiment: &Experiment) -> Option<Mean> {
    let blocks = experiment.blocks().ok()?;
    let block = experiment.problem.coupling.block().unwrap_or(1).max(1);
    let n = PAIRS.div_ceil(block).max(2);
    let mut stream = PairStream::new(OTHER_PAIRS);
    let mut costs = Vec::with_capacity(n);
    for _ in 0..n {
        let drawn = stream.next_batch(block, |block, n| blocks.draw(block, n));
        costs.push(drawn.ok()?.cost());
        pause().await;
    }
    Some(Mean::of(costs.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;
    use crate::flow::coupling::Coupling;
    use crate::flow::work::finish;

    fn eight_gaussians() -> Experiment {
        presets::find("eight-gaussians")
            .unwrap()
            .experiment()
            .unwrap()
    }

    fn floor_of(experiment: &Experiment) -> Floor {
        finish(Floor::of(experiment, None, None))
    }

    /// Mean squared pair distance of exact OT on blocks of 256, see MATHS of the project: 14.583(6).
    #[test]
    fn a_dependent_coupling_has_its_cost_less_the_path_energy() {
        let mut experiment = eight_gaussians();
        experiment.problem.coupling = Coupling::BatchOt { batch: 256 };
        let floor = floor_of(&experiment);
        let Floor::LessPathEnergy(cost) = &floor else {
            panic!("{floor:?}");
        };
        let off = (cost.value - 14.583).abs();
        assert!(off < 3.0 * cost.stderr.hypot(0.006), "{cost:?}");
        let energy = Mean {
            value: 14.0,
            stderr: 0.03,
        };
        let known = floor.beside(Some(energy));
        let value = known.value.unwrap();
        assert_eq!(value.value, cost.value - 14.0);
        assert_eq!(value.stderr, cost.stderr.hypot(0.03));
        assert!(known.basis.starts_with("estimate"));
        assert_eq!(floor.beside(None).value, None);
    }

    /// Reference values by quadrature, made for this project.
    #[test]
    fn the_floor_of_eight_gaussians_is_integrated() {
        for (path, expected) in [
            (Path::CondOt { sigma_min: 0.0 }, 9.641_350),
            (Path::Cosine, 15.144_598),
        ] {
            let mut experiment = eight_gaussians();
            experiment.problem.coupling = Coupling::Independent;
            experiment.problem.path = path;
            let field = crate::products::marginal_field(&experiment).unwrap();
            let known = finish(Floor::of(&experiment, Some(&field), None)).beside(None);
            let off = (known.value.unwrap().value - expected).abs();
            assert!(off < 1e-5, "{path:?}: {known:?}");
            assert!(known.basis.contains("quadrature"));
        }
    }

    #[test]
    fn on_another_path_it_is_not_known_and_says_why() {
        let mut experiment = eight_gaussians();
        experiment.problem.coupling = Coupling::BatchOt { batch: 64 };
        experiment.problem.path = Path::Cosine;
        let known = floor_of(&experiment).beside(Some(Mean {
            value: 1.0,
            stderr: 0.0,
        }));
        assert_eq!(known.value, None);
        assert!(known.basis.contains("linear path") && known.basis.contains("cosine"));
    }
}
