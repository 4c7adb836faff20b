//! The flow of a learned field on one of Burn's devices, for more particles than a processor carries in time.
//!
//! The same numbers as [`FrozenField`] under `flow::solve`, with single-precision positions that stay on the device
//! from the first step to the last.

use std::panic::{AssertUnwindSafe, catch_unwind};

use burn::tensor::{Device, Tensor, TensorData};

use crate::flow::Point;
use crate::flow::conversion::Affine;
use crate::flow::dormand_prince::continuous_weights;
use crate::flow::solver::{Steps, follow};
use crate::flow::tableau::Tableau;
use crate::flow::work::finish;

use super::burn_mlp::{Mlp, activate, download};
use super::{EngineError, FrozenField, embedding};

/// Coordinates of a point.
const PLANE: usize = 2;
/// Particles whose ends are compared.
const PROBES: usize = 64;
/// Largest median error of the ends, relative to the largest coordinate. A flow may pull neighbours apart, so single
/// particles may end farther away; most do not.
const TOLERANCE: f64 = 1e-3;

/// A learned field on a device, ready to carry particles from the source to the target.
pub struct DeviceFlow {
    device: Device,
    field: FrozenField,
    /// The first layer's bias, and its rows that read the time features, which join it: they are the same for all
    /// particles.
    bias: Vec<f32>,
    of_time: Vec<f32>,
    /// The rows of the first layer that read the point, `[2, width]`.
    of_point: Tensor<2>,
    /// The other layers.
    rest: Mlp,
}

impl DeviceFlow {
    /// Uploads the weights of the field.
    ///
    /// # Errors
    /// If the network has no hidden layer, which does not exist.
    pub fn new(device: &Device, field: &FrozenField) -> Result<Self, EngineError> {
        let first = field.params().layers().next().ok_or(EngineError::Shape)?;
        let (of_point, of_time) = first.weight.split_at(PLANE * first.n_out);
        let of_point = TensorData::new(of_point.to_vec(), [PLANE, first.n_out]);
        let mut rest = Mlp::new(field.params(), device);
        rest.layers.remove(0);
        Ok(Self {
            of_point: Tensor::from_data(of_point, device),
            device: device.clone(),
            field: field.clone(),
            bias: first.bias.to_vec(),
            of_time: of_time.to_vec(),
            rest,
        })
    }

    /// Carries the particles by the steps; returns their positions at the given ones of the solver's nodes (increasing,
    /// counted from 0), `[node][particle]`. What the steps do not come to is not-a-number.
    ///
    /// # Errors
    /// If the device fails; a panic of its driver included.
    pub fn carry(
        &self,
        x_0: &[Point],
        steps: &Steps,
        nodes: &[usize],
    ) -> Result<Vec<[f32; 2]>, EngineError> {
        let carried = catch_unwind(AssertUnwindSafe(|| self.carried(x_0, steps, nodes)));
        carried.unwrap_or_else(|_| Err(EngineError::Device("its driver panicked".to_owned())))
    }

    /// Compares where the first few particles ended with where the processor carries them: a GPU can be wrong without
    /// saying so.
    ///
    /// # Errors
    /// If most of them differ by more than rounding.
    pub fn check(
        &self,
        x_0: &[Point],
        steps: &Steps,
        ends: &[[f32; 2]],
    ) -> Result<(), EngineError> {
        let probes = &x_0[..x_0.len().min(PROBES)];
        let expected = finish(follow(&self.field, steps, probes, PROBES));
        // Where the flow itself explodes, both are right to go wherever they go.
        let stays = |p: &Point| p.iter().all(|&x| (x as f32).is_finite());
        let pairs = expected.last().iter().zip(ends);
        let pairs: Vec<_> = pairs.filter(|(p, _)| stays(p)).collect();
        let far = |(a, b): &(&Point, &[f32; 2])| {
            (a[0] - f64::from(b[0]))
                .abs()
                .max((a[1] - f64::from(b[1])).abs())
        };
        let mut errors: Vec<f64> = pairs.iter().map(far).collect();
        errors.sort_by(f64::total_cmp);
        let coordinates = pairs.iter().flat_map(|(p, _)| p.iter());
        let largest = coordinates.fold(f64::MIN_POSITIVE, |m, x| m.max(x.abs()));
        let median = errors.get(errors.len() / 2).map_or(0.0, |e| e / largest);
        if median <= TOLERANCE {
            Ok(())
        } else {
            let sentence = format!("particles end elsewhere than on the CPU, by {median:.1e}");
            Err(EngineError::Device(sentence))
        }
    }

    fn carried(
        &self,
        x_0: &[Point],
        steps: &Steps,
        nodes: &[usize],
    ) -> Result<Vec<[f32; 2]>, EngineError> {
        let numbers: Vec<f32> = x_0.as_flattened().iter().map(|&x| x as f32).collect();
        let data = TensorData::new(numbers, [x_0.len(), PLANE]);
        let mut x = Tensor::<2>::from_data(data, &self.device);
        let times = steps.solver.times(steps.range);
        let mut due = nodes.iter().map(|&node| times[node]).peekable();
        let mut kept = Vec::with_capacity(nodes.len());
        if due.next_if_eq(&steps.range.0).is_some() {
            kept.push(x.clone());
        }
        let tableau = steps.solver.tableau();
        let is_controlled = steps.solver.steps().is_none();
        let mut first = None;
        for ends in steps.times.windows(2) {
            let h = ends[1] - ends[0];
            let slopes = self.slopes(tableau, &x, first, ends[0], h);
            let is_within = |t: &f64| (ends[1] - t) * h >= 0.0;
            let end = advanced(x.clone(), h, tableau.b, &slopes);
            while let Some(t) = due.next_if(is_within) {
                kept.push(match (t - ends[0]) / h {
                    theta if is_controlled && theta < 1.0 => {
                        advanced(x.clone(), h, &continuous_weights(theta), &slopes)
                    }
                    _ => end.clone(),
                });
            }
            first = slopes.into_iter().last().filter(|_| is_controlled);
            x = end;
        }
        kept.extend(due.map(|_| x.clone().mul_scalar(f32::NAN)));
        let numbers = download(Tensor::cat(kept, 0))?;
        Ok(numbers.as_chunks().0.to_vec())
    }

    /// The stages of a Runge-Kutta step from time `t` to `t + h`; the first one may be known from the step before.
    fn slopes(
        &self,
        tableau: &Tableau,
        x: &Tensor<2>,
        first: Option<Tensor<2>>,
        t: f64,
        h: f64,
    ) -> Vec<Tensor<2>> {
        let mut slopes: Vec<Tensor<2>> = first.into_iter().collect();
        let stages = tableau.a.iter().zip(tableau.c).skip(slopes.len());
        for (a_i, c_i) in stages {
            let probe = advanced(x.clone(), h, a_i, &slopes);
            slopes.push(self.velocity(probe, t + c_i * h));
        }
        slopes
    }

    /// `v_t(x) = a(t) x + b(t) net(c_in(t) x, t)`, `[particles, 2]`, see [`super::Scaling::velocity`].
    fn velocity(&self, x: Tensor<2>, t: f64) -> Tensor<2> {
        let (schedule, scaling) = (self.field.path().at(t), self.field.scaling());
        let model = self.field.model();
        let (activation, predicted) = (model.activation, model.parametrisation);
        let scaled = x.clone().mul_scalar(scaling.input(schedule));
        let hidden = activate(
            scaled.matmul(self.of_point.clone()) + self.bias_at(t),
            activation,
        );
        let out = self.rest.forward(hidden, activation);
        let Affine { of_x, of_value } = scaling.velocity(predicted, schedule);
        match predicted.is_velocity() {
            true => out.mul_scalar(of_value),
            false => out.mul_scalar(of_value) + x.mul_scalar(of_x),
        }
    }

    /// The first layer's bias with the share of the time features, `[1, width]`.
    fn bias_at(&self, t: f64) -> Tensor<2> {
        let mut features = Vec::new();
        embedding::push_features(self.field.model().time, t, &mut features);
        let mut bias = self.bias.clone();
        embedding::fold(&features, &self.of_time, &mut bias);
        let shape = [1, bias.len()];
        Tensor::from_data(TensorData::new(bias, shape), &self.device)
    }
}

/// `x + h sum_i weight_i k_i`.
fn advanced(x: Tensor<2>, h: f64, weights: &[f64], slopes: &[Tensor<2>]) -> Tensor<2> {
    let terms = weights
        .iter()
        .zip(slopes)
        .filter(|(weight, _)| **weight != 0.0);
    terms.fold(x, |x, (weight, k)| x + k.clone().mul_scalar(h * weight))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::experiment::{Experiment, presets};
    use crate::flow::conversion::Quantity;
    use crate::flow::rng::{Stream, stream};
    use crate::flow::solver::{Solver, solve, solve_with_steps};
    use crate::model::{MlpParams, Scaling, Widths};

    fn field(preset: &str) -> (Experiment, FrozenField) {
        field_of(presets::find(preset).unwrap().experiment().unwrap())
    }

    fn field_of(experiment: Experiment) -> (Experiment, FrozenField) {
        let widths = Widths::of(&experiment.model);
        let params = MlpParams::init(widths, &mut stream(5, Stream::Weights, 0));
        let scaling = Scaling::measure(&experiment).unwrap();
        let field = FrozenField::new(Arc::new(params), &experiment, scaling, 0);
        (experiment, field)
    }

    fn particles(n: usize) -> Vec<Point> {
        (0..n)
            .map(|i| [(i as f64).sin(), (1.7 * i as f64).cos()])
            .collect()
    }

    #[test]
    fn every_solver_carries_particles_where_the_frozen_field_does() {
        for (i, preset) in presets::all().iter().enumerate() {
            let mut experiment = preset.experiment().unwrap();
            experiment.model.parametrisation = Quantity::ALL[i % 4];
            let (experiment, field) = field_of(experiment);
            let range = experiment.problem.path.time_range();
            let device = Device::flex();
            let flow = DeviceFlow::new(&device, &field).unwrap();
            for solver in [
                Solver::Euler { steps: 7 },
                Solver::Midpoint { steps: 5 },
                Solver::Heun { steps: 4 },
                Solver::Rk4 { steps: 3 },
                Solver::DormandPrince {
                    tolerance: 1e-3,
                    budget: 1000,
                },
            ] {
                let x_0 = particles(33);
                let (expected, steps) = finish(solve_with_steps(&field, solver, range, &x_0, 33));
                assert_eq!(steps.stopped_at(), None, "{solver:?}");
                let nodes = [0, 2, solver.n_nodes() - 1];
                let found = flow.carry(&x_0, &steps, &nodes).unwrap();
                let expected = nodes.iter().flat_map(|&node| expected.at_node(node));
                assert_eq!(found.len(), 3 * x_0.len());
                for (a, b) in expected.zip(&found) {
                    for k in 0..2 {
                        approx::assert_relative_eq!(
                            a[k],
                            f64::from(b[k]),
                            epsilon = 1e-4,
                            max_relative = 1e-4
                        );
                    }
                }
                let ends = &found[2 * x_0.len()..];
                flow.check(&x_0, &steps, ends).unwrap();
            }
        }
    }

    #[test]
    fn a_device_is_not_blamed_for_a_flow_that_explodes() {
        let (experiment, tame) = field("two-moons");
        let values = tame.params().values().iter().map(|w| 1e6 * w).collect();
        let params = MlpParams::new(Widths::of(&experiment.model), values).unwrap();
        let wild = FrozenField::new(Arc::new(params), &experiment, tame.scaling(), 0);
        let device = Device::flex();
        let flow = DeviceFlow::new(&device, &wild).unwrap();
        let (x_0, solver) = (particles(100), Solver::Euler { steps: 50 });
        let range = experiment.problem.path.time_range();
        let ends = solve(&wild, solver, range, &x_0);
        let explodes = |p: &Point| p.iter().any(|x| !(*x as f32).is_finite());
        assert!(ends.last().iter().filter(|p| explodes(p)).count() > 50);
        let steps = Steps::equal(solver, range).unwrap();
        let ends = flow.carry(&x_0, &steps, &[50]).unwrap();
        flow.check(&x_0, &steps, &ends).unwrap();
    }

    #[test]
    fn a_device_that_computes_something_else_is_found_out() {
        let (experiment, honest) = field("two-moons");
        let device = Device::flex();
        let mut flow = DeviceFlow::new(&device, &honest).unwrap();
        flow.of_point = flow.of_point + 1.0;
        let (x_0, solver) = (particles(100), Solver::Euler { steps: 10 });
        let range = experiment.problem.path.time_range();
        let steps = Steps::equal(solver, range).unwrap();
        let ends = flow.carry(&x_0, &steps, &[10]).unwrap();
        let error = flow.check(&x_0, &steps, &ends).unwrap_err();
        assert!(
            error.to_string().contains("end elsewhere than on the CPU"),
            "{error}"
        );
    }
}
