//! Points of the paths with what is known of the velocity there: what the loss and the error of a field are estimated on.

use std::sync::Arc;

use rand::RngExt;
use rand_distr::StandardNormal;

use crate::experiment::Experiment;
use crate::flow::Point;
use crate::flow::coupling::PairStream;
use crate::flow::exact::{Basis, ExactPoint, MarginalField};
use crate::flow::metrics::Mean;
use crate::flow::path::{interpolate, velocity};
use crate::flow::rng::{Stream, stream};
use crate::flow::work::{Work, pause};

use super::exact::Exact;
use super::{Cost, Demand, Flow, Made, Product, Tools, Wish};

/// Strata of the time range, with two times each.
const STRATA: usize = 256;
/// Most points at each time.
const POINTS: usize = 32;
/// Most points in all for each evaluation trajectory: a quick look does not take long.
const PER_SAMPLE: usize = 10;
/// The first block of pairs, far behind those that training draws.
const FIRST_BLOCK: u64 = 1 << 40;
/// Stretches of t over which a number is also given by itself.
pub const BINS: usize = 16;

/// Points `x_t` of the conditional paths at many times.
#[derive(Clone, Debug)]
pub struct Probes {
    /// Two times of each stratum after the other, ascending by stratum.
    pub times: Arc<[AtTime]>,
    /// First and last time.
    pub range: (f64, f64),
    /// What the marginal field rests on.
    pub basis: Basis,
}

/// What is known at one time.
#[derive(Clone, Debug)]
pub struct AtTime {
    /// The time.
    pub t: f64,
    /// `x_t` of pairs that training does not see, extra noise included.
    pub points: Vec<Point>,
    /// `dx_t/dt` of the pairs.
    pub targets: Vec<Point>,
    /// `u_t(x_t)`, the marginal field.
    pub exact: Vec<Point>,
}

/// The marginal field and what its law is of.
#[derive(Clone, Debug)]
pub struct Request(Arc<Made<Exact>>, Arc<Experiment>);

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) && points(&self.1) == points(&other.1)
    }
}

/// Points at each time.
fn points(experiment: &Experiment) -> usize {
    let samples = experiment.readout.evaluation.samples;
    (PER_SAMPLE * samples / (2 * STRATA)).clamp(1, POINTS)
}

impl Product for Probes {
    const NAME: &'static str = "sample of the paths";
    const COST: Cost = Cost::Measurement;
    const OF_THE_FLOW: bool = false;
    const IS_BASIS: bool = true;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        match wish.made.exact.get() {
            _ if !wish.look.floor => Demand::Nothing,
            Some(exact) if exact.is_demanded(wish) => Demand::Of(Request(
                Arc::clone(exact),
                Arc::clone(&wish.flow.experiment),
            )),
            _ => Demand::Later,
        }
    }

    fn start(_flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let Request(exact, experiment) = request.clone();
        Work::new(async move { Self::draw(&experiment, exact.field.as_ref().ok()?).await })
    }
}

impl Probes {
    /// Those of an experiment's problem; none if its distributions or its coupling have no pairs to give, or if its marginal
    /// field is an estimate, which measures nothing.
    pub async fn draw(experiment: &Experiment, field: &MarginalField) -> Option<Self> {
        let Experiment { seed, problem, .. } = experiment;
        if field.basis().is_estimate() {
            return None;
        }
        let n = points(experiment);
        let blocks = experiment.blocks().ok()?;
        let mut pairs = PairStream::new(FIRST_BLOCK);
        let mut rng = stream(*seed, Stream::Estimates, 0);
        let (start, end) = problem.path.time_range();
        let mut times = Vec::with_capacity(2 * STRATA);
        for i in 0..2 * STRATA {
            let within: f64 = rng.random();
            let t = start + (end - start) * ((i / 2) as f64 + within) / STRATA as f64;
            let schedule = problem.path.at(t);
            let drawn = pairs.next_batch(n, |block, n| blocks.draw(block, n));
            let drawn = drawn.ok()?;
            let mut noisy = |x: Point| match problem.noise {
                noise if noise > 0.0 => x.map(|x| x + noise * rng.sample::<f64, _>(StandardNormal)),
                _ => x,
            };
            let points = drawn
                .iter()
                .map(|(x_0, x_1)| noisy(interpolate(schedule, x_0, x_1)));
            let points: Vec<Point> = points.collect();
            let mut known = vec![ExactPoint::default(); points.len()];
            field.evaluate(t, &points, &mut known);
            times.push(AtTime {
                t,
                targets: drawn
                    .iter()
                    .map(|(x_0, x_1)| velocity(schedule, x_0, x_1))
                    .collect(),
                exact: known.iter().map(|known| known.velocity).collect(),
                points,
            });
            pause().await;
        }
        Some(Self {
            times: times.into(),
            range: (start, end),
            basis: field.basis(),
        })
    }

    /// `E |target - u_t(x_t)|^2` over these times, as far as strata lie within: the CFM floor V, estimated.
    pub fn floor(&self, (first, last): (f64, f64)) -> Mean {
        let strata = self.times.chunks_exact(2);
        let within = strata.filter(|of| of.iter().all(|at| (first..=last).contains(&at.t)));
        let means = within.flatten();
        let means = means.map(|at| mean_square(&at.targets, &at.exact));
        stratified(&means.collect::<Vec<f64>>())
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.times.iter().map(|at| at.points.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }
}

/// Pairs that neither training nor the sample of the paths has seen.
pub(super) const OTHER_PAIRS: u64 = FIRST_BLOCK << 1;

/// Mean squared distance of two lists of vectors.
pub(super) fn mean_square(a: &[Point], b: &[Point]) -> f64 {
    let square = |(a, b): (&Point, &Point)| (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2);
    a.iter().zip(b).map(square).sum::<f64>() / a.len().max(1) as f64
}

/// The mean of numbers of which two after each other are of one stratum. Their differences say how far off it may be:
/// `sum (a - b)^2 / 4 / strata^2` is without bias the variance of the mean.
pub(super) fn stratified(means: &[f64]) -> Mean {
    let strata = (means.len() / 2) as f64;
    let squares = means
        .chunks_exact(2)
        .map(|pair| (pair[0] - pair[1]).powi(2));
    Mean {
        value: means.iter().sum::<f64>() / means.len() as f64,
        stderr: (squares.sum::<f64>() / 4.0).sqrt() / strata,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;
    use crate::flow::coupling::Coupling;
    use crate::flow::path::Path;
    use crate::flow::work::finish;
    use crate::products::marginal_field;

    fn probes(path: Path) -> Probes {
        let mut experiment = presets::find("eight-gaussians")
            .unwrap()
            .experiment()
            .unwrap();
        experiment.problem.path = path;
        experiment.problem.coupling = Coupling::Independent;
        let field = marginal_field(&experiment).unwrap();
        finish(Probes::draw(&experiment, &field)).unwrap()
    }

    /// Reference values of V for eight Gaussians, by quadrature.
    #[test]
    fn the_sample_finds_the_floor_of_eight_gaussians_within_three_errors() {
        for (path, floor) in [
            (Path::CondOt { sigma_min: 0.0 }, 9.641_35),
            (Path::Cosine, 15.144_598),
        ] {
            let found = probes(path);
            let found = found.floor(found.range);
            println!("{path:?}: {found:?}, {floor}");
            assert!((found.value - floor).abs() < 3.0 * found.stderr, "{path:?}");
            assert!(found.stderr < 0.02 * floor, "{path:?}: {found:?}");
        }
    }

    #[test]
    fn the_error_of_a_stratified_mean_is_that_of_its_differences() {
        // Four strata, each with values that are 2 apart: the variance within is 2, of a mean of two 1.
        let mean = stratified(&[0.0, 2.0, 10.0, 12.0, 20.0, 22.0, 30.0, 32.0]);
        assert_eq!((mean.value, mean.stderr), (16.0, 0.5));
    }
}
