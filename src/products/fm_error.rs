//! How far a flow's field is from the exact one: the flow matching loss itself, without the floor.

use std::sync::Arc;

use crate::flow::Point;
use crate::flow::metrics::Mean;
use crate::flow::work::{Work, pause};

use super::probes::{BINS, mean_square, stratified};
use super::{Cost, Demand, Flow, Made, Probes, Product, Tools, Wish};

/// `E |v_t(x) - u_t(x)|^2` over `p_t`, in squared canvas units.
#[derive(Clone, Debug, PartialEq)]
pub struct FmError {
    /// Over all t.
    pub total: Mean,
    /// Over each of as many equal stretches of t, in order; 16 of them.
    pub bins: Arc<[ErrorBin]>,
    /// Points behind the total.
    pub points: usize,
}

/// The same over a stretch of t.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ErrorBin {
    /// Its middle.
    pub t: f64,
    /// The mean.
    pub mean: Mean,
}

/// Where the fields are compared.
#[derive(Clone, Debug)]
pub struct Request(Arc<Made<Probes>>);

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Product for FmError {
    const NAME: &'static str = "error of the field";
    const COST: Cost = Cost::Measurement;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        match wish.made.probes.get() {
            _ if !wish.look.floor => Demand::Nothing,
            Some(probes) if probes.is_demanded(wish) => Demand::Of(Request(Arc::clone(probes))),
            _ => Demand::Later,
        }
    }

    fn start(flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let (flow, probes) = (flow.clone(), Arc::clone(&request.0));
        Work::new(async move { Some(Self::of(&flow, &probes).await) })
    }
}

impl FmError {
    /// That of a flow, on points of the same problem.
    pub async fn of(flow: &Flow, probes: &Probes) -> Self {
        let mut means = Vec::with_capacity(probes.times.len());
        for at in probes.times.iter() {
            let mut v: Vec<Point> = vec![[0.0; 2]; at.points.len()];
            flow.field.eval(at.t, &at.points, &mut v);
            means.push(mean_square(&v, &at.exact));
            pause().await;
        }
        let (start, end) = probes.range;
        let width = (end - start) / BINS as f64;
        let bin = |(i, means): (usize, &[f64])| ErrorBin {
            t: start + width * (i as f64 + 0.5),
            mean: stratified(means),
        };
        let bins = means.chunks(means.len() / BINS).enumerate().map(bin);
        Self {
            total: stratified(&means),
            bins: bins.collect(),
            points: probes.len(),
        }
    }

    /// Root mean square distance of the two fields over `p_t`, in canvas units.
    pub fn rms(&self) -> f64 {
        self.total.value.max(0.0).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Experiment, Velocity, presets};
    use crate::flow::work::finish;
    use crate::products::{RunId, marginal_field};

    /// With a factor of 1.1 the error is a hundredth of the energy of the exact field, 17.858650 for eight Gaussians.
    #[test]
    fn a_field_that_is_a_tenth_too_fast_is_off_by_a_hundredth_of_the_energy() {
        let error = |scale| {
            let preset = presets::find("eight-gaussians").unwrap();
            let mut experiment: Experiment = preset.experiment().unwrap();
            let rotation = 0.0;
            experiment.problem.velocity = Velocity::Exact { scale, rotation };
            let field = marginal_field(&experiment).unwrap();
            let probes = finish(Probes::draw(&experiment, &field)).unwrap();
            let flow = Flow::exact(field, Arc::new(experiment), RunId(0));
            finish(FmError::of(&flow, &probes))
        };
        assert_eq!(error(1.0).total.value, 0.0);
        let wrong = error(1.1);
        let (value, stderr) = (wrong.total.value, wrong.total.stderr);
        assert!(
            (value - 0.178_586_5).abs() < 3.0 * stderr,
            "{value} {stderr}"
        );
        assert_eq!(wrong.bins.len(), BINS);
        let mean = wrong.bins.iter().map(|bin| bin.mean.value).sum::<f64>() / BINS as f64;
        assert!((mean / value - 1.0).abs() < 1e-12);
        assert!((wrong.rms().powi(2) / value - 1.0).abs() < 1e-12);
    }
}
