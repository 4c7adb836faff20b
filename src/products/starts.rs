//! Where the particles of a cloud start. They are kept, because a million of them take longer to draw than to carry on
//! a GPU.

use std::sync::Arc;

use crate::experiment::{End, Experiment};
use crate::flow::Point;
use crate::flow::rng::{Stream, stream};
use crate::flow::work::{Work, pause};

use super::points::{TARGET, scaled};
use super::{Cost, Demand, Flow, Product, Tools, Wish};

/// Points that are drawn in one piece.
const PIECE: usize = 16_384;

/// Points of the source on the canvas, or of the target, the same as those of the particles that are followed.
#[derive(Debug)]
pub struct Starts(pub Arc<[Point]>);

/// How many, and the experiment whose source they are drawn from.
#[derive(Clone, Debug)]
pub struct Request {
    /// Particles.
    pub n: usize,
    /// Source or target, seed and path.
    pub experiment: Arc<Experiment>,
    /// The end that they start at.
    pub from: End,
}

impl Request {
    /// What the points depend on.
    fn key(&self) -> impl PartialEq {
        let Experiment { seed, problem, .. } = &*self.experiment;
        let of = match self.from {
            End::Source => (&problem.source, problem.path.source_scale()),
            End::Target => (&problem.target, 1.0),
        };
        (self.n, seed, self.from, of)
    }
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        let same = Arc::ptr_eq(&self.experiment, &other.experiment);
        (same && (self.n, self.from) == (other.n, other.from)) || self.key() == other.key()
    }
}

impl Product for Starts {
    const NAME: &'static str = "draw of the cloud";
    const COST: Cost = Cost::Cloud;
    const OF_THE_FLOW: bool = false;
    const IS_BASIS: bool = true;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        let experiment = &wish.flow.experiment;
        match wish.look.cloud {
            None => Demand::Nothing,
            Some(n) => Demand::Of(Request {
                n,
                experiment: Arc::clone(experiment),
                from: wish.look.from,
            }),
        }
    }

    fn start(_flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let request = request.clone();
        Work::new(async move {
            let Experiment { seed, problem, .. } = &*request.experiment;
            let (shape, scale, number) = match request.from {
                End::Source => (&problem.source, problem.path.source_scale(), 0),
                End::Target => (&problem.target, 1.0, TARGET),
            };
            let sampler = shape.sampler().ok()?;
            let mut rng = stream(*seed, Stream::Display, number);
            let mut points = Vec::with_capacity(request.n);
            while points.len() < request.n {
                let n = (request.n - points.len()).min(PIECE);
                points.append(&mut scaled(sampler.sample_n(n, &mut rng), scale));
                pause().await;
            }
            Some(Self(points.into()))
        })
    }
}
